"""Payment references and account numbers: which are valid, how they are written, where they hide in text.

Belgian OGM/VCS (mod 97), ISO 11649 RF (mod 97-10), the Dutch betalingskenmerk (an eleven test) and IBAN
(ISO 13616). A betalingskenmerk passes by chance one time in eleven, so a match is only a candidate: the
number must also be found among the open items (bank-formats.md §27).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_KENMERK_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)
_KENMERK_LENGTH_DIGITS = {7: 7, 8: 8, 9: 9, 10: 0, 11: 1, 12: 2}
_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Z]")
_WRITTEN_OGM = re.compile(r"[+*]{0,3}\s*\d{3}\s*/\s*\d{4}\s*/\s*\d{5}\s*[+*]{0,3}")
_DIGIT_RUN = re.compile(r"(?<![0-9A-Za-z])\d{7,16}(?![0-9A-Za-z])")
# Looked for from every place: "2026 5000 0567 8901 2345" holds one that does not begin with the year.
_GROUPED_OGM = re.compile(r"(?<![\w/])(?=(\d{3}[ .-]\d{4}[ .-]\d{5})(?![\w/]))")
_GROUPED_KENMERK = re.compile(r"(?<![\w/])(?=(\d{4}(?:[ .-]\d{4}){3})(?![\w/]))")
_HAS_GROUPS = re.compile(r"\d[ .-]\d{4}[ .-]\d")
_RF_START = re.compile(r"(?<![0-9A-Za-z])RF\s?\d{2}[0-9A-Za-z ]{1,34}", re.IGNORECASE)

# Length of an IBAN by country (SWIFT IBAN registry, the SEPA countries); others are held to 15–34.
_IBAN_LENGTHS = {
    "AD": 24, "AL": 28, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18,
    "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22,
    "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19,
    "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "VA": 22,
}  # fmt: skip


class ReferenceKind(StrEnum):
    """The kinds of structured reference."""

    OGM = "OGM"
    RF = "RF"
    BETALINGSKENMERK = "BETALINGSKENMERK"


@dataclass(frozen=True, slots=True)
class Reference:
    """A structured reference in its normal form (see `normalise`)."""

    kind: ReferenceKind
    value: str


class ReferenceInvalid(ValueError):
    """The text cannot be made into a reference of this kind. The message says why."""


def normalise(text: str) -> str:
    """Return the one form all writings of a reference share: capitals and digits alone.

    "+++010/8068/17183+++" → "010806817183", "rf18 5390 0754 7034" → "RF18539007547034".
    """
    return _NOT_ALPHANUMERIC.sub("", text.upper())


def ogm_check(base: str) -> str:
    """Return the two check digits of a ten-digit OGM base: base mod 97, and 97 for 0."""
    return f"{int(base) % 97 or 97:02d}"


def is_ogm(text: str) -> bool:
    """Whether `text`, in any writing, is a valid Belgian structured communication (OGM/VCS)."""
    digits = normalise(text)
    return len(digits) == 12 and _is_digits(digits) and ogm_check(digits[:10]) == digits[10:]


def make_ogm(number: int) -> str:
    """Return the OGM of `number` as twelve digits; raises ReferenceInvalid past ten digits."""
    base = f"{number:010d}"
    if number < 0 or len(base) > 10:
        raise ReferenceInvalid(f"{number} does not fit in the ten digits of an OGM")
    return base + ogm_check(base)


def print_ogm(text: str) -> str:
    """Return a valid OGM as it is printed: +++123/4567/89002+++. Raises ReferenceInvalid for another text."""
    if not is_ogm(text):
        raise ReferenceInvalid(f"“{text}” is not a valid OGM")
    digits = normalise(text)
    return f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"


def is_rf(text: str) -> bool:
    """Whether `text` is a valid ISO 11649 creditor reference (RF, two check digits, 1–21 characters)."""
    value = normalise(text)
    if not 5 <= len(value) <= 25 or not value.startswith("RF") or not _is_digits(value[2:4]):
        return False
    return _mod97(value[4:] + value[:4]) == 1


def make_rf(text: str) -> str:
    """Return the RF reference of 1–21 letters and digits; raises ReferenceInvalid for more or other text."""
    body = normalise(text)
    if not 1 <= len(body) <= 21:
        raise ReferenceInvalid(f"“{text}” does not leave 1 to 21 letters and digits for an RF reference")
    return f"RF{98 - _mod97(body + 'RF00'):02d}{body}"


def is_betalingskenmerk(text: str) -> bool:
    """Whether `text` can be a Dutch betalingskenmerk: 7 digits, or 9–14 or 16 with their check digit.

    True is no proof: 7 digits have no check, and of other numbers one in eleven passes. All zeros is none.
    Source: Betaalvereniging, specification of the betalingskenmerk (law.md §1.9).
    """
    digits = normalise(text)
    if not _is_digits(digits) or not digits.strip("0"):
        return False
    if len(digits) == 7:
        return True
    if 9 <= len(digits) <= 14 and digits[1] != str(_KENMERK_LENGTH_DIGITS[len(digits) - 2]):
        return False
    return len(digits) in (9, 10, 11, 12, 13, 14, 16) and digits[0] == kenmerk_check(digits[1:])


def kenmerk_check(digits: str) -> str:
    """Return the check digit of a betalingskenmerk's other digits (a length digit is one of them)."""
    total = sum(int(digit) * _KENMERK_WEIGHTS[place % 10] for place, digit in enumerate(reversed(digits)))
    check = 11 - total % 11
    return str({10: 1, 11: 0}.get(check, check))


def make_betalingskenmerk(number: int) -> str:
    """Return `number` as a sixteen-digit betalingskenmerk; raises ReferenceInvalid past fifteen digits."""
    digits = f"{number:015d}"
    if number <= 0 or len(digits) > 15:
        raise ReferenceInvalid(f"{number} does not fit in the fifteen digits of a betalingskenmerk")
    return kenmerk_check(digits) + digits


def is_iban(text: str) -> bool:
    """Whether `text`, spaces allowed, is an IBAN: country's length and mod 97 (ISO 13616)."""
    value = text.replace(" ", "").upper()
    if not 15 <= len(value) <= 34 or not value.isascii() or not value.isalnum():
        return False
    if not value[:2].isalpha() or not value[2:4].isdigit():
        return False
    if len(value) != _IBAN_LENGTHS.get(value[:2], len(value)):
        return False
    return _mod97(value[4:] + value[:4]) == 1


def print_iban(text: str) -> str:
    """Return an IBAN in groups of four, as people read it."""
    value = text.replace(" ", "").upper()
    return " ".join(value[start : start + 4] for start in range(0, len(value), 4))


def candidates(text: str) -> tuple[Reference, ...]:
    """Return every reference that `text` may hold, surest kinds first, each once.

    Finds +++…+++, ***…***, 123/4567/89002, bare and grouped digits, and RF with or without spaces. A
    twelve-digit number can be an OGM and a betalingskenmerk; both are returned.
    """
    found: dict[Reference, None] = {}
    for written in _RF_START.findall(text):
        for value in _rfs(written):
            found[Reference(ReferenceKind.RF, value)] = None
    runs = _DIGIT_RUN.findall(text)
    slashed = _WRITTEN_OGM.findall(text) if "/" in text else ()
    is_grouped = _HAS_GROUPS.search(text) is not None
    for written in (*slashed, *(_GROUPED_OGM.findall(text) if is_grouped else ()), *runs):
        if is_ogm(written):
            found[Reference(ReferenceKind.OGM, normalise(written))] = None
    for written in (*(_GROUPED_KENMERK.findall(text) if is_grouped else ()), *runs):
        if is_betalingskenmerk(written):
            found[Reference(ReferenceKind.BETALINGSKENMERK, normalise(written))] = None
    return tuple(found)


def _rfs(text: str) -> list[str]:
    """Return the valid RFs at the start of `text`, the longest first; a space may follow each group of four only.

    A word behind one may make another that is valid by chance: "RF98 2026 0347 dank".
    """
    groups = re.sub(r"^(RF)\s", r"\1", text, flags=re.IGNORECASE).split(" ")
    found: list[str] = []
    value = ""
    for group in groups:
        value += group.upper()
        if is_rf(value):
            found.insert(0, value)
        if len(group) != 4:
            break
    return found


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _mod97(text: str) -> int:
    """Return the number of `text` (letters A=10 … Z=35) modulo 97 (ISO 7064)."""
    return int("".join(str(int(character, 36)) for character in text)) % 97
