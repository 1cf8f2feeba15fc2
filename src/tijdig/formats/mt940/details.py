"""What :86: tells of one entry, and what its dialects share: wrapped lines, marked references."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tijdig.domain import references

_NOT_GIVEN = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NONREF", "NOTAVAILABLE", "NOREF"})
# A field is 65 wide; its first line may be four shorter, for the tag. One of 64 has lost the space at its end.
_FULL_LINE = range(61, 10_000)
_LOST_A_SPACE = 64
_HALF_CODEWORD = re.compile(r"/[A-Z]{1,4}\Z")
_OTHER_HALF = re.compile(r"[A-Z]{0,3}/")
_OGM = re.compile(r"(\*\*\*|\+\+\+)\s?(\d{3}/?\d{4}/?\d{5})\s?(?:\*\*\*|\+\+\+)", re.ASCII)
_KENMERK = re.compile(
    r"""(?:BETALINGSKENM(?:ERK)?|BET\.\s?KENM(?:ERK)?|\bKN(?=:))[\s.:]{0,20}
    (?:(\d{4}[ ]{1,40}\d{4}\s{1,40}\d{4}[ ]{1,40}\d{4})(?!\d)|(\d{7,25})(?:\n(\d{1,25}))?|(\d{1,6})\n(\d{4,25}))""",
    re.IGNORECASE | re.VERBOSE | re.ASCII,
)
_LONGEST_KENMERK = 16


@dataclass(slots=True)
class Details:
    """What an entry's text tells. Amounts are as written: "USD12,50", or without a currency."""

    name: str = ""
    account: str = ""
    remittance: str = ""
    reference: str = ""
    end_to_end_id: str = ""
    mandate_id: str = ""
    batch: str = ""
    returned: bool = False
    return_reason: str = ""
    original: str = ""
    charges: str = ""
    rate: str = ""


def given(text: str) -> str:
    """Return a reference without the slashes around it, "" for the words that say there is none."""
    text = text.strip("/ \n")
    return "" if text.upper() in _NOT_GIVEN else text


def is_iban(text: str) -> bool:
    """Whether the text is an IBAN; an RF reference passes the same check."""
    return references.is_iban(text) and not text.startswith("RF")


def one_line(text: str) -> str:
    """Return free text on one line, its runs of space as one."""
    return " ".join(text.split())


def unwrapped(text: str) -> str:
    """Return structured text as it was before the bank wrapped it, in the middle of words and codewords.

    A line that is not full was ended by whoever wrote it: its break stands for a space.
    """
    if "\n" not in text:
        return text
    lines = text.split("\n")
    before = whole = lines[0]
    for line in lines[1:]:
        whole += line if _runs_on(before, line) else f" {line}"
        before = line
    return whole


def _runs_on(before: str, line: str) -> bool:
    """Whether the break between two lines is the bank's, and nothing stood there."""
    width = len(before)
    if width in _FULL_LINE and width != _LOST_A_SPACE:
        return True
    if line[:1] in ("/", " ", "") or before[-1:] == "/":
        return True
    return bool(_HALF_CODEWORD.search(before) and _OTHER_HALF.match(line))


def marked_reference(text: str) -> str:
    """Return the reference that `text`, line breaks in it, marks as one, in digits; "" where it marks none.

    An OGM between stars or plusses, or a betalingskenmerk after that word, also when the bank broke it over
    two lines or columns (bank-formats.md §6.18).
    """
    if "***" in text or "+++" in text:
        for match in _OGM.finditer(text.replace("\n", "")):
            if references.is_ogm(match[2]):
                return references.normalise(match[2])
    if "ENM" in text or "enm" in text or "KN:" in text:
        for match in _KENMERK.finditer(text):
            digits = references.normalise("".join(part or "" for part in match.groups()))
            if len(digits) >= 7:
                return digits[:_LONGEST_KENMERK]
    return ""
