"""Which organisation a command is about."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path

import pytest

from tests.ledger.builders import an_organisation
from tijdig.interfaces.cli.choosing import content, day, files, pick_organisation
from tijdig.interfaces.cli.main import Refused, WrongUse


@pytest.mark.django_db
def test_the_only_one_needs_no_name() -> None:
    with pytest.raises(Refused):
        pick_organisation(None)
    only = an_organisation(name="Houtwerf")
    assert pick_organisation(None) == pick_organisation("houtwerf") == only
    other = an_organisation(name="Ander")
    with pytest.raises(WrongUse):
        pick_organisation(None)
    assert pick_organisation("ander") == other
    with pytest.raises(Refused):
        pick_organisation("nergens")


def test_a_day_is_written_in_one_way() -> None:
    assert day("2026-11-20") == date(2026, 11, 20)
    for text in ("20-11-2026", "2026-11-31", "2026-11-2", "today", ""):
        with pytest.raises(ArgumentTypeError, match="2026-11-20"):
            day(text)


def test_a_folder_without_files_and_a_name_that_is_not_there_are_wrong_use(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing.csv"):
        with pytest.raises(WrongUse, match=path.name):
            files([str(path)])
    (tmp_path / "b").write_bytes(b"1")
    (tmp_path / "a").write_bytes(b"2")
    assert files([str(tmp_path / "b"), str(tmp_path)]) == (tmp_path / "b", tmp_path / "a", tmp_path / "b")


def test_a_file_that_cannot_be_read_is_refused_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="directory"):
        content(tmp_path)
