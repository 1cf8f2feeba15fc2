"""The commands that say little: migrate, and the demonstration's."""

from __future__ import annotations

import argparse

import pytest

from tijdig.interfaces.cli import demo, main, migrate
from tijdig.processes.demonstration import making


def test_migrate_has_nothing_to_do_when_the_database_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    ready: list[bool] = []
    monkeypatch.setattr(main, "set_up", lambda: ready.append(True))
    assert main.main(["migrate"]) == 0
    assert ready == [True]
    assert migrate.run(argparse.Namespace()) == 0


def test_demo_knows_one_act(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    demo.configure(parser)
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(["burn"])
    assert ended.value.code == 2
    assert "reset" in capsys.readouterr().err


def test_demo_reset_prints_who_can_log_in(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(making, "reset", lambda *, progress: progress("days", 1, 2))
    assert demo.run(argparse.Namespace(action="reset", json=False)) == 0
    printed = capsys.readouterr()
    assert all(login.email in printed.out and login.password in printed.out for login in making.LOGINS)
    assert "days: 1 of 2" in printed.err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("tijdig ")
