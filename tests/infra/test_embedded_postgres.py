"""The embedded PostgreSQL: there when needed, gone when not, whole whatever happens to its users."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tijdig.infra import embedded_postgres

_USER = """
import sys
from pathlib import Path
from tijdig.infra import embedded_postgres
embedded_postgres.use(Path(sys.argv[1]), durable=False)
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tijdig-embedded-"))
    folder.chmod(0o755)
    yield folder
    embedded_postgres.wait_until_stopped(folder)
    shutil.rmtree(embedded_postgres._server_folder(folder), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _use(home: Path) -> subprocess.Popen[str]:
    user = subprocess.Popen(
        [sys.executable, "-c", _USER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert user.stdout is not None
    assert user.stdout.readline() == "ready\n"
    return user


def _connect(home: Path) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host=str(embedded_postgres.socket_folder(home)), user="tijdig", dbname="postgres", autocommit=True
    )


def _server_process(home: Path) -> int:
    return int(
        (embedded_postgres._server_folder(home) / "data" / "postmaster.pid").read_text().splitlines()[0]
    )


def _is_gone(process: int) -> bool:
    return not Path(f"/proc/{process}").exists()


def test_two_users_share_one_server_and_the_last_one_out_stops_it(home: Path) -> None:
    first, second = _use(home), _use(home)
    server = _server_process(home)
    first.communicate()
    with _connect(home) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    second.communicate()
    embedded_postgres.wait_until_stopped(home)
    assert _is_gone(server)


def test_a_user_that_is_killed_leaves_no_server_and_no_damage(home: Path) -> None:
    user = _use(home)
    with _connect(home) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    server = _server_process(home)
    os.kill(user.pid, signal.SIGKILL)
    user.communicate()
    embedded_postgres.wait_until_stopped(home)
    assert _is_gone(server)
    again = _use(home)
    with _connect(home) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    again.communicate()


def test_it_takes_no_connections_from_the_network(home: Path) -> None:
    user = _use(home)
    with _connect(home) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    user.communicate()


def test_a_home_its_user_may_not_enter_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under root the files go elsewhere, and no permission of a closed folder is changed."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    nobody = embedded_postgres.pwd.getpwnam("nobody")
    assert not embedded_postgres._may_enter(closed / "var", nobody)
    monkeypatch.setattr(embedded_postgres, "_server_user", lambda: nobody)
    assert embedded_postgres._server_folder(closed / "var").is_relative_to("/var/lib/tijdig")
    assert closed.stat().st_mode & 0o777 == 0o700


def test_data_stay_where_they_are_when_the_home_is_closed_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new, empty cluster elsewhere would look as if everything was lost."""
    nobody = embedded_postgres.pwd.getpwnam("nobody")
    monkeypatch.setattr(embedded_postgres, "_server_user", lambda: nobody)
    monkeypatch.setattr(embedded_postgres, "_ELSEWHERE", tmp_path / "elsewhere")
    home = tmp_path / "home"
    (home / "postgres" / "data").mkdir(parents=True)
    home.chmod(0o700)
    assert embedded_postgres._server_folder(home) == home / "postgres"
    other = tmp_path / "other"
    monkeypatch.setattr(embedded_postgres, "_may_enter", lambda path, user: False)
    first = embedded_postgres._server_folder(other)
    assert first.is_relative_to(tmp_path / "elsewhere")
    (first / "data").mkdir(parents=True)
    monkeypatch.setattr(embedded_postgres, "_may_enter", lambda path, user: True)
    assert embedded_postgres._server_folder(other) == first


def test_a_long_path_gets_a_short_socket_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 100)
    assert len(str(embedded_postgres.socket_folder(deep))) < 90


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")
def test_programs_its_user_may_not_enter_are_copied_and_work(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = embedded_postgres.pwd.getpwnam("nobody")
    monkeypatch.setattr(embedded_postgres, "_may_enter", lambda path, user: False)
    programs = embedded_postgres._binaries(home)
    assert programs.is_relative_to(home)
    embedded_postgres._run([str(programs / "initdb"), "--version"], nobody)
    embedded_postgres._run([str(programs / "postgres"), "--version"], nobody)


def test_a_server_that_cannot_start_says_so_at_once(home: Path) -> None:
    folder = embedded_postgres._server_folder(home)
    folder.mkdir(parents=True)
    (folder / "data").write_text("in the way")
    with pytest.raises(embedded_postgres.ServerDidNotStart, match="did not start"):
        embedded_postgres.use(home)
    embedded_postgres.release(home)
