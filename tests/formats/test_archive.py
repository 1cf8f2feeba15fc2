"""Zip files: members, nesting, and what a bomb runs into."""

from __future__ import annotations

import io
import zipfile

import pytest

from tijdig.formats import archive, table_writer


def zipped(**files: bytes) -> bytes:
    """Return a zip of the files; "__" in a name stands for a slash."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name.replace("__", "/"), content)
    return target.getvalue()


def test_members_come_without_their_paths_and_system_files_stay_out() -> None:
    content = zipped(**{"..__..__etc__passwd": b"1", "map__a.xml": b"2", ".DS_Store": b"3", "map__": b""})
    assert [(member.name, member.content) for member in archive.members(content)] == [
        ("passwd", b"1"),
        ("a.xml", b"2"),
    ]


def test_one_level_of_nesting_is_opened_and_a_workbook_is_a_file() -> None:
    workbook = table_writer.xlsx_bytes(["a", "b"], [])
    content = zipped(inner=zipped(deep=b"x"), book=workbook)
    assert [member.name for member in archive.members(content)] == ["deep", "book"]
    with pytest.raises(archive.ArchiveRefused, match="inside a zip file inside"):
        list(archive.members(zipped(outer=content)))


def test_a_bomb_is_refused() -> None:
    with pytest.raises(archive.ArchiveRefused, match="times its size"):
        list(archive.members(zipped(bomb=b"0" * (4 * 1024 * 1024))))


def test_count_and_total_are_limited_over_all_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_MEMBERS", 3)
    assert len(list(archive.members(zipped(a=zipped(b=b"1", c=b"2"))))) == 2
    with pytest.raises(archive.ArchiveRefused, match="more than 3 files"):
        list(archive.members(zipped(a=zipped(b=b"1", c=b"2", d=b"3"))))
    monkeypatch.setattr(archive, "LARGEST_TOTAL", 10)
    with pytest.raises(archive.ArchiveRefused, match="unpacks to more"):
        list(archive.members(zipped(a=b"123456", b=b"123456")))


def test_a_damaged_archive_is_refused() -> None:
    good = zipped(a=b"some content that is long enough to damage" * 10)
    for bad in (good[:-30], good[:40] + b"\xff" * 20 + good[60:], b"PK\x03\x04"):
        with pytest.raises(archive.ArchiveRefused):
            list(archive.members(bad))


def test_what_is_a_zip_and_what_a_workbook() -> None:
    assert archive.is_zip(zipped(a=b""))
    assert not archive.is_zip(b"<Document/>")
    assert archive.is_workbook(table_writer.xlsx_bytes(["a"], []))
    assert not archive.is_workbook(zipped(a=b""))
    assert not archive.is_workbook(b"PK\x03\x04")
