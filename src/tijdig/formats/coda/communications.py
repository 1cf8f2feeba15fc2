"""What a CODA movement says: its free or structured communication, and the information records after it.

The types and their columns are those of Febelfin's CODA 2.6, annex III.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tijdig.formats.coda.records import Movement

_NOT_GIVEN = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NONREF"})
_REASON = re.compile(r"[A-Z]{2}\d{2}\Z", re.ASCII)
_RATE_DECIMALS = 8
# Where a structured communication holds something to read; the types that are not here are read whole.
_READABLE: dict[str, Sequence[slice]] = {
    "103": (slice(0, 12),),  # number of a cheque or card
    "106": (),  # how a charge was worked out
    "107": (slice(18, 48),),  # direct debit DOM80
    "108": (),  # closing of a period
    "111": (slice(35, 51), slice(51, 61)),  # card payments together: terminal, town
    "113": (slice(40, 56), slice(56, 66)),  # paid by card: terminal, town
    "114": (slice(27, 43), slice(43, 53), slice(53, 69)),  # card payment received: terminal, town, reference
    "115": (slice(67, 83), slice(83, 93), slice(93, 105)),  # cash deposit: terminal, town, message
    "121": (slice(50, 63),),  # number of a bill
    "122": (slice(32, 45),),
    "123": (slice(44, 57),),  # number of a guarantee
    "124": (slice(21, 33), slice(33, 48)),  # credit card: invoice number, identification
    "125": (slice(0, 12), slice(99, 112)),  # credit: account, reference
    "126": (slice(0, 15),),  # number of a deposit
}
# Why a SEPA direct debit was not paid (type 127); 0 is paid.
_NOT_PAID = frozenset("1234")


@dataclass(slots=True)
class Told:
    """What the records of one movement say. Amounts are digits with three decimals, as written."""

    reference: str = ""
    texts: list[str] = field(default_factory=list)
    name: str = ""
    mandate: str = ""
    returned: bool = False
    reason: str = ""
    gross: str = ""
    gross_currency: str = ""
    rate: str = ""

    def take(self, other: Told) -> None:
        """Add what a detail of the movement says besides."""
        self.reference = self.reference or other.reference
        self.texts += other.texts
        self.name = self.name or other.name
        self.mandate = self.mandate or other.mandate
        self.returned = self.returned or other.returned
        self.reason = self.reason or other.reason
        if not self.gross:
            self.gross, self.gross_currency, self.rate = other.gross, other.gross_currency, other.rate

    @property
    def text(self) -> str:
        """Everything there is to read, each text once."""
        if len(self.texts) < 2:
            return self.texts[0] if self.texts else ""
        return " ".join(dict.fromkeys(self.texts))


def told(movement: Movement) -> Told:
    """Return what a movement says."""
    first, second, third = movement.first, movement.second, movement.third
    found = Told()
    text = first[62:115]
    if second:
        text += second[10:63]
        if third:
            text += third[82:125]
    elif third:
        text += f"{'':53}{third[82:125]}"
    if first[61] == "1":
        _structured(found, text[:3], text[3:])
    else:
        _add(found, text)
    if second and second[112:117].strip(" 0"):
        _returned(found, second[112], second[113:117].strip())
    if movement.information:
        _inform(found, movement.information)
    return found


def given(text: str) -> str:
    """Return a text without the spaces around it, "" where it is a word for nothing."""
    text = text.strip()
    return "" if text in _NOT_GIVEN else text


def _add(found: Told, text: str) -> None:
    """Add a text as people read it: the spaces that fill a column are one."""
    text = " ".join(text.split())
    if text and text not in _NOT_GIVEN:
        found.texts.append(text)


def _structured(found: Told, kind: str, data: str) -> None:
    """Read a structured communication: its type, and what follows it over all three records."""
    if kind in ("101", "102"):
        found.reference = data[:12].strip()
        _add(found, data[12:])
    elif kind == "100":
        found.reference = data[:25].strip()
        _add(found, data[25:])
    elif kind == "127":
        _direct_debit(found, data)
    elif kind == "105":
        _original_amount(found, data)
    elif kind in ("001", "008", "009"):
        found.name = data[:70].strip()
    else:
        for part in _READABLE.get(kind, (slice(None),)):
            _add(found, data[part])
        if kind == "107":
            found.mandate = given(data[:12])
            found.returned = data[48:49] in ("1", "2", "3", "4", "5", "6", "7", "8", "9")
        elif kind == "113" and data[93:96].isalpha():
            found.gross, found.gross_currency, found.rate = data[66:81], data[93:96], _rate(data[81:93])


def _direct_debit(found: Told, data: str) -> None:
    """Read type 127: a SEPA direct debit, collected or come back."""
    found.mandate = given(data[44:79])
    _add(found, data[79:141])
    unpaid, kind, reason = data[8:9], data[141:142], data[142:146].strip()
    if kind.strip(" 0") or reason.strip(" 0") or unpaid in _NOT_PAID:
        _returned(found, kind, reason)
        found.returned = True


def _original_amount(found: Told, data: str) -> None:
    """Read type 105: what was ordered, the rate, and the reference that came with it."""
    found.gross, found.gross_currency = data[15:30], data[42:45]
    found.rate = _rate(data[30:42])
    reference = data[45:57].strip()
    if reference.strip("0"):
        found.reference = reference


def _returned(found: Told, kind: str, reason: str) -> None:
    """Note that it came back: an R-transaction of a kind, an ISO reason, or both."""
    if _REASON.match(reason):
        found.returned, found.reason = True, reason
    elif kind in ("1", "2", "3", "4", "5"):
        found.returned = True
        found.reason = found.reason or (reason if reason.strip("0") else "")


def _rate(text: str) -> str:
    """Return an exchange rate (four digits and eight decimals) as a plain number, "" for none or 1."""
    if not (text.isdigit() and text.isascii()):
        return ""
    rate = Decimal(int(text)).scaleb(-_RATE_DECIMALS)
    return "" if rate in (0, 1) else f"{rate.normalize():f}"


def _inform(found: Told, information: Sequence[str]) -> None:
    """Read the information records: 3.2 and 3.3 go on with a 3.1, and a free 3.1 with a free one before it.

    The address that follows a name is left out: its house number and postcode are no invoice numbers.
    """
    blocks: list[tuple[str, list[str]]] = []
    for text in information:
        part = text[1]
        if part == "1":
            kind = text[40:43] if text[39] == "1" else ""
            if kind or not blocks or blocks[-1][0]:
                blocks.append((kind, []))
            blocks[-1][1].append(text[43:113] if kind else text[40:113])
        elif blocks:
            blocks[-1][1].append(text[10:115] if part == "2" else text[10:100])
        else:
            blocks.append(("", [text[10:115] if part == "2" else text[10:100]]))
    for kind, parts in blocks:
        if kind == "001":
            found.name = found.name or parts[0].strip()
        elif kind in ("008", "009"):
            _add(found, parts[0])
        elif kind == "006":
            _add(found, parts[0][:30])
        else:
            _add(found, "".join(parts))
