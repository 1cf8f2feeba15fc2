"""The beginning of an XML file: what it holds, and bytes that the readers can trust.

A document type definition is refused here, before any parser that could expand entities sees the file.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn
from xml.parsers import expat

_CHUNK = 64 * 1024
# An envelope's header (SBDH, business application header) comes before the document itself.
_MOST_ELEMENTS = 400
_DECLARATION = re.compile(rb"""^(<\?xml[^>]{0,100}?encoding\s*=\s*["'])([A-Za-z0-9._-]{1,40})(["'])""")
_SPACE = b" \t\r\n"
_UTF16_STARTS = (
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_WINDOWS_ONLY = re.compile(rb"[\x80-\x9f]")


class PrologRefused(ValueError):
    """The XML cannot be read safely, or does not begin. `where` is the place, the message the reason."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(reason)
        self.where = where


@dataclass(frozen=True, slots=True)
class Element:
    """The name of an element: its namespace ("" for none) and its local name."""

    namespace: str
    name: str


class _Enough(Exception):
    """The beginning is known."""


def looks_like_xml(content: bytes) -> bool:
    """Whether the first character that is no space opens a tag, in UTF-8 or UTF-16."""
    start = content[:1024]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return start.decode("utf-16", errors="replace").lstrip().startswith("<")
    return start.removeprefix(codecs.BOM_UTF8).lstrip(_SPACE).startswith((b"<", b"\0<", b"<\0"))


def trusted(content: bytes) -> bytes:
    """Return `content` as its parsers need it: no space around it, its bytes in the encoding it declares.

    Some banks send Latin bytes as UTF-8 (bank-formats.md §6.1); those lines are read as Latin-9 or Windows.
    """
    content = _from_utf16(content)
    content = content.removeprefix(codecs.BOM_UTF8).strip(_SPACE + b"\0\x1a")
    declared = _DECLARATION.match(content)
    encoding = _codec(declared[2].decode()) if declared else "utf-8"
    # Bytes that read "<?xml" as ASCII are not UTF-16, whatever a text that was once in memory says.
    if declared and (
        encoding.startswith("utf-16") or (encoding == "utf-8" and declared[2].lower() != b"utf-8")
    ):
        content = _DECLARATION.sub(rb"\1UTF-8\3", content, count=1)
        encoding = "utf-8"
    if encoding != "utf-8" or _is_utf8(content):
        return content
    return b"\n".join(_as_utf8(line) for line in content.split(b"\n"))


def _from_utf16(content: bytes) -> bytes:
    """Return `content` in UTF-8 when its first bytes are those of UTF-16, else as it is.

    With a mark at its start or without, and whatever its declaration says: the bytes do not lie.
    """
    encoding = next((name for start, name in _UTF16_STARTS if content.startswith(start)), "")
    if not encoding:
        return content
    text = content.decode(encoding, errors="replace").encode()
    return _DECLARATION.sub(rb"\1UTF-8\3", text, count=1)


def elements(content: bytes) -> Sequence[Element]:
    """Return the first elements, in document order; raises PrologRefused for a DTD or no element."""
    found: list[Element] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(name: str, _: object) -> None:
        namespace, _, local = name.rpartition(" ")
        found.append(Element(namespace, local))
        if len(found) >= _MOST_ELEMENTS:
            raise _Enough

    def doctype(*_: object) -> NoReturn:
        where = f"line {parser.CurrentLineNumber}, column {parser.CurrentColumnNumber + 1}"
        raise PrologRefused(
            where, "the file has a document type definition (DOCTYPE), which is refused for safety"
        )

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    try:
        for offset in range(0, len(content), _CHUNK):
            parser.Parse(content[offset : offset + _CHUNK], offset + _CHUNK >= len(content))
    except _Enough:
        return found
    except (expat.ExpatError, ValueError, LookupError) as error:
        if isinstance(error, PrologRefused):
            raise
        if not found:
            raise PrologRefused(_place(error), f"the XML cannot be read: {error}") from error
    return found


def _place(error: Exception) -> str:
    if isinstance(error, expat.ExpatError):
        return f"line {error.lineno}, column {error.offset + 1}"
    return "line 1"


def _codec(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise PrologRefused(
            "line 1", f"the file says it is in “{name}”, which is no known encoding"
        ) from error


def _is_utf8(content: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for offset in range(0, len(content), _CHUNK):
            decoder.decode(content[offset : offset + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _as_utf8(line: bytes) -> bytes:
    try:
        line.decode()
    except UnicodeDecodeError:
        encoding = "cp1252" if _WINDOWS_ONLY.search(line) else "iso8859-15"
        return line.decode(encoding, errors="replace").encode()
    return line
