"""From bytes to the fields of a file: tag, text, line. Nothing in a field is looked at here.

A field begins with a line that starts with its tag; what comes before the first is a header. The bytes are
UTF-8 or Windows-1252, line by line where a file mixes them (bank-formats.md §6.1).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import IO

_CHUNK = 128 * 1024
# No bank writes more than a few hundred characters in a field.
_LONGEST_FIELD = 1024 * 1024
_START = re.compile(r"^:([0-9]{2}[A-Z]?|NS):", re.MULTILINE)
_START_BYTES = re.compile(rb":([0-9]{2}[A-Z]?|NS):")
_LONGEST_TAG = 5
# Windows-1252, with what it leaves undefined (0x81 and four more) as in Latin-1: no byte is lost or refused.
_WINDOWS = "".join(
    chr(byte) if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([byte]).decode("cp1252")
    for byte in range(256)
)


class Mt940Refused(ValueError):
    """The file is no MT940 that can be read whole: where it breaks, and why."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason


def tagged_fields(source: IO[bytes]) -> Iterator[tuple[str, str, int]]:
    """Yield the tag, the text and the line of each field. The header before the first is left out.

    A text ends with its line break, where it has one; all are "\\n". Raises Mt940Refused for a field that does
    not end.
    """
    line = 1
    for text in _texts(source):
        parts = _START.split(text)
        line += parts[0].count("\n")
        for tag, value in zip(parts[1::2], parts[2::2], strict=True):
            yield tag, value, line
            line += value.count("\n")


def _texts(source: IO[bytes]) -> Iterator[str]:
    """Yield the text of the file in pieces that end where a field ends."""
    waiting = b""
    looked_at = 0
    line = 1
    while chunk := source.read(_CHUNK):
        waiting += chunk
        end = _last_start(waiting, looked_at)
        if end:
            text = _text(waiting[:end])
            yield text
            line += text.count("\n")
            waiting = waiting[end:]
        if len(waiting) > _LONGEST_FIELD:
            raise Mt940Refused(f"line {line}", "the text that begins here has no end; this is no MT940 file")
        looked_at = max(len(waiting) - _LONGEST_TAG, 0)
    if waiting:
        yield _text(waiting)


def _last_start(content: bytes, after: int) -> int:
    """Return where the last field that begins past `after` begins, 0 when none that can be told does."""
    place = len(content) - _LONGEST_TAG
    while (place := content.rfind(b":", after, max(place, 0))) > 0:
        if content[place - 1] in b"\r\n" and _START_BYTES.match(content, place):
            return place
    return 0


def _text(content: bytes) -> str:
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = "\n".join(map(_line, content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")))
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    # A NUL is no character of a text, and databases refuse it.
    return text.replace("\0", "") if "\0" in text else text


def _line(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return codecs.charmap_decode(content, "strict", _WINDOWS)[0]
