"""The records of a CODA file: lines of 128 columns, however the file came to us.

A column counts by its place, so nothing is stripped in front; what was trimmed behind is filled up again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

WIDTH = 128
_CHUNK = 64 * 1024
_TYPES = frozenset("0123489")
_OF_A_MOVEMENT = frozenset("23")
# What may stand behind the last column: spaces, and the end-of-file sign of old systems.
_BEHIND = " \x1a"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A header with its date and application code 05 (or what follows it), or a balance where there is no header.
_BEGINNING = re.compile(
    rb"(?:\xef\xbb\xbf)?[\r\n]*(?:0[0 ]{4}\d{6}(?:.{3}05|[^\r\n]{0,120}[\r\n]+1[0-3 ])"
    rb"|1[0-3 ][ \d]{3}.{37}[01]\d{21})"
)


@dataclass(slots=True)
class Movement:
    """The records of one movement, or of one detail: 2.1, then 2.2 and 2.3 where they are, and all 3.x."""

    line: int
    first: str
    second: str = ""
    third: str = ""
    information: list[str] = field(default_factory=list)


def looks_like(content: bytes) -> bool:
    """Return whether the file begins as CODA does."""
    return _BEGINNING.match(content) is not None


def records(source: IO[bytes]) -> Iterator[tuple[int, str]]:
    """Yield the number and the text of each line, at least 128 columns wide; blank lines are left out.

    Lines may end in CR, LF or both; without any, each 128 columns are a record, and are numbered so. A record
    of a movement that breaks off with the file is "".
    """
    number, rest = 0, b""
    while chunk := source.read(_CHUNK):
        if chunk.endswith(b"\r"):
            chunk += source.read(1)
        if not number and not rest:
            chunk = chunk.removeprefix(_BYTE_ORDER_MARK)
        *lines, rest = (rest + _plain(chunk)).split(b"\n")
        if len(rest) > _CHUNK:
            cut = len(rest) - len(rest) % WIDTH
            lines.append(rest[:cut])
            rest = rest[cut:]
        for line in lines:
            number += 1
            text = _text(line)
            if len(text) == WIDTH:
                yield number, text
                continue
            several = _apart(text)
            for place, part in enumerate(several):
                yield number + place, part
            number += max(len(several) - 1, 0)
    text = _text(rest).rstrip(_BEHIND)
    is_cut = len(text) % WIDTH > 0 and text[-(len(text) % WIDTH)] in _OF_A_MOVEMENT
    for place, part in enumerate(_apart(text), 1):
        yield number + place, "" if is_cut and place * WIDTH > len(text) else part


def _plain(chunk: bytes) -> bytes:
    """Return the bytes with one kind of line end and without the NULs that no database takes."""
    if b"\r" in chunk:
        chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return chunk.replace(b"\0", b" ") if b"\0" in chunk else chunk


def _text(line: bytes) -> str:
    """Return the text of a line: as UTF-8 where it is, else as banks write: cp1252, or latin-1."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1")


def _apart(text: str) -> list[str]:
    """Return the records of a line that is not 128 columns wide: none, one, or several that run on."""
    text = text.rstrip(_BEHIND)
    if not text:
        return []
    if len(text) > WIDTH:
        parts = [text[start : start + WIDTH] for start in range(0, len(text), WIDTH)]
        if all(part[0] in _TYPES for part in parts):
            return [part.ljust(WIDTH) for part in parts]
    return [text.ljust(WIDTH)]
