"""Zip files: their members, one nested level deep, with limits that a zip bomb runs into."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

LARGEST_MEMBERS = 5_000
LARGEST_TOTAL = 512 * 1024 * 1024
LARGEST_RATIO = 200
_SMALL = 1024 * 1024
_CHUNK = 256 * 1024


class ArchiveRefused(ValueError):
    """The archive cannot be unpacked safely. The message says why, in words for a user."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: its name without folders, and its bytes."""

    name: str
    content: bytes


class _Budget:
    """What may still be unpacked, over all nested archives together."""

    def __init__(self) -> None:
        self.members = LARGEST_MEMBERS
        self.size = LARGEST_TOTAL

    def take_member(self) -> None:
        self.members -= 1
        if self.members < 0:
            raise ArchiveRefused(f"the archive holds more than {LARGEST_MEMBERS} files")

    def take(self, size: int) -> None:
        self.size -= size
        if self.size < 0:
            raise ArchiveRefused(f"the archive unpacks to more than {LARGEST_TOTAL // 1024**2} MB")


def is_zip(content: bytes) -> bool:
    """Whether `content` begins like a zip file."""
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def is_workbook(content: bytes) -> bool:
    """Whether the zip file is an Excel workbook (.xlsx)."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(name.lower().startswith("xl/") for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def members(content: bytes) -> Iterator[Member]:
    """Yield the files of a zip, and of zips inside it (one level); folders and system files are left out.

    Path names are ignored: nothing is written anywhere. Raises ArchiveRefused for a damaged, encrypted or
    oversized archive, or one nested deeper.
    """
    yield from _members(content, _Budget(), may_nest=True)


def _members(content: bytes, budget: _Budget, *, may_nest: bool) -> Iterator[Member]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for info in archive.infolist():
                name = PurePosixPath(info.filename.replace("\\", "/")).name
                if info.is_dir() or not name or name.startswith(".") or info.filename.startswith("__MACOSX/"):
                    continue
                budget.take_member()
                inner = _unpacked(archive, info, budget)
                if is_zip(inner) and not is_workbook(inner):
                    if not may_nest:
                        raise ArchiveRefused(f"{name} is a zip file inside a zip file inside a zip file")
                    yield from _members(inner, budget, may_nest=False)
                else:
                    yield Member(name, inner)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as error:
        if isinstance(error, ArchiveRefused):
            raise
        raise ArchiveRefused(f"the zip file cannot be read: {error}") from error


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget) -> bytes:
    """Return a member's bytes, counted while they unpack: the sizes an archive states are not believed."""
    parts = []
    size = 0
    with archive.open(info) as member:
        while chunk := member.read(_CHUNK):
            size += len(chunk)
            budget.take(len(chunk))
            if size > _SMALL and size > LARGEST_RATIO * max(info.compress_size, 1):
                raise ArchiveRefused(
                    f"{info.filename[:80]} unpacks to more than {LARGEST_RATIO} times its size"
                )
            parts.append(chunk)
    return b"".join(parts)
