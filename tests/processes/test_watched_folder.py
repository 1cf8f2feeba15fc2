"""The folder where banks' files arrive: each once, whole, and moved away with what became of it."""

from __future__ import annotations

import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.banking.builders import DAY, Entry, bank_file, statement
from tijdig.banking import queries as bank
from tijdig.processes import watched_folder
from tijdig.processes.watched_folder import FolderReport

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
FILE = bank_file(statement([Entry("100.00", "factuur 1")]))


def put(folder: Path, name: str, content: bytes, *, age: timedelta = timedelta(minutes=1)) -> Path:
    path = folder / name
    path.write_bytes(content)
    moment = (AT - age).timestamp()
    os.utime(path, (moment, moment))
    return path


def take_in(folder: Path, largest: int = 10_000_000) -> FolderReport:
    return watched_folder.take_in(folder, largest=largest, on=DAY, at=AT, actor="system:worker")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_a_bank_file_is_taken_in_and_moved(organisation: int, tmp_path: Path) -> None:
    put(tmp_path, "a.xml", FILE)
    assert take_in(tmp_path) == FolderReport(taken_in=1, new_lines=1)
    assert names(tmp_path) == []
    assert names(tmp_path / "done") == ["20261120-070000-a.xml"]
    put(tmp_path, "a.xml", FILE)
    assert take_in(tmp_path) == FolderReport(taken_in=1)
    assert names(tmp_path / "done") == ["20261120-070000-2-a.xml", "20261120-070000-a.xml"]
    assert len(bank.line_page().lines) == 1


def test_a_file_of_an_unknown_account_is_refused_and_the_others_of_its_zip_are_not(
    organisation: int, tmp_path: Path
) -> None:
    theirs = bank_file(statement([Entry("50.00", "x")], id="T", account="NL20INGB0001234567"))
    put(tmp_path, "a.xml", FILE)
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("theirs.xml", theirs)
        archive.writestr("ours.xml", bank_file(statement([Entry("30.00", "y")], id="S2")))
    put(tmp_path, "b.zip", (tmp_path / "b.zip").read_bytes())
    assert take_in(tmp_path) == FolderReport(taken_in=1, refused=1, new_lines=2)
    [reason] = (tmp_path / "refused").glob("*.reason.txt")
    said = reason.read_text()
    assert said.startswith("theirs.xml: This file is of account NL20INGB0001234567.")
    assert "NL91ABNA0417164300" in said
    assert sorted(str(line.amount) for line in bank.line_page().lines) == ["100.00", "30.00"]


def test_what_is_no_bank_file_is_refused_with_its_reason(organisation: int, tmp_path: Path) -> None:
    put(tmp_path, "note.txt", b"hello there")
    put(tmp_path, "cut.xml", FILE[:-40])
    put(tmp_path, "large.xml", FILE + b" " * 5000)
    assert take_in(tmp_path, largest=len(FILE)) == FolderReport(refused=3)
    reasons = [path.read_text() for path in sorted((tmp_path / "refused").glob("*.reason.txt"))]
    assert "cut off" in reasons[0]
    assert "larger" in reasons[1]
    assert "no bank statement" in reasons[2]
    assert bank.line_page().lines == ()


def test_a_file_that_still_grows_a_link_and_a_hidden_file_are_left(organisation: int, tmp_path: Path) -> None:
    put(tmp_path, "growing.xml", FILE, age=timedelta(seconds=2))
    put(tmp_path, ".hidden.xml", FILE)
    (tmp_path / "link.xml").symlink_to(put(tmp_path, "growing2.xml", FILE, age=timedelta(0)))
    assert take_in(tmp_path) == FolderReport()
    assert take_in(tmp_path / "not there") == FolderReport()


def test_a_zip_is_taken_in_whole_or_refused(organisation: int, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.xml", FILE)
        archive.writestr("b.xml", bank_file(statement([Entry("5.00", "x")], id="S2")))
    with zipfile.ZipFile(tmp_path / "mixed.zip", "w") as archive:
        archive.writestr("c.xml", bank_file(statement([Entry("7.00", "x")], id="S3")))
        archive.writestr("readme.txt", "hello")
    for path in tmp_path.glob("*.zip"):
        os.utime(path, (0, 0))
    assert take_in(tmp_path) == FolderReport(taken_in=1, refused=1, new_lines=2)
