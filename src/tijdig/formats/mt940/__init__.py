"""Bank statements in SWIFT's MT940, and reports of the day in MT942, as the banks of Europe write them.

`stream` and `read` are those of camt: lines as they are read, then their statement. The fields of a file are
taken apart in `fields`, put together to statements in `statements`; `entries` reads :61:, `dialects` finds who
reads the :86: of which bank. Rules and their sources: bank-formats.md §6, 1–6 and 15–19.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from tijdig.domain.documents import Rejected, Statement, StatementLine, whole_statements
from tijdig.formats.mt940.fields import Mt940Refused, tagged_fields
from tijdig.formats.mt940.statements import Assembly

__all__ = ["Mt940Refused", "format_of", "read", "stream"]

_BEGINNING = 4096
_MT940 = re.compile(rb"\A\s*(\{1:|:940:)|(?:\A|[\r\n]):(20|25|28C?|34F|60[FM]|61|62[FM]):")
_INTERIM = re.compile(rb"\{2:[IO]942|[\r\n]:34F:")
_OPENED = re.compile(rb"[\r\n]:60[FM]:")
_MARK = b"\xef\xbb\xbf"


def format_of(content: bytes) -> str:
    """Return "MT940" or "MT942" for what begins like one, "" for another file."""
    start = content[:_BEGINNING].removeprefix(_MARK)
    if not _MT940.search(start):
        return ""
    return "MT942" if _INTERIM.search(start) and not _OPENED.search(start) else "MT940"


def read(source: IO[bytes]) -> Iterator[Statement]:
    """Yield the statements in `source`, each with its lines and rejected entries.

    Raises Mt940Refused when the file holds no statement.
    """
    return whole_statements(stream(source))


def stream(source: IO[bytes]) -> Iterator[StatementLine | Rejected | Statement]:
    """Yield lines and rejected entries as they are read, and after the last of a statement the statement.

    The statement comes without its lines; pages of one statement are one. A file that is cut off says so in a
    Rejected; an entry that may be half is rejected too. Memory stays flat whatever the size. Raises
    Mt940Refused as `read`.
    """
    assembly = Assembly()
    text, line = "", 1
    for tag, text, line in tagged_fields(source):
        yield from assembly.take(tag, text, line)
    yield from assembly.end(text, line)
