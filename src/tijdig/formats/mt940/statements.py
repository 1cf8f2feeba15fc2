"""Putting fields together to statements: pages to one, each :86: to its entry, balances to their ends.

A message begins with :20:; it goes on with the statement before when that page ended with :62M:, this one
begins with :60M:, and account and number are the same (bank-formats.md §6.17, 6.19).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from tijdig.domain.documents import Rejected, Statement, StatementLine
from tijdig.domain.money import AmountInvalid, Money, exponent
from tijdig.formats.currencies import CURRENCIES
from tijdig.formats.mt940.entries import Account, EntryInvalid, day, line, signed
from tijdig.formats.mt940.fields import Mt940Refused

_BALANCE = re.compile(r"\s?([CDcd])\s?([0-9]{6})\s?([A-Z]{3})?\s?([0-9][0-9.,]*|,[0-9]+)[ }-]*(?:\n|\Z)")
_IBAN = re.compile(
    r"(?:[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?/)?([A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}?)(?:/?([A-Z]{3}))?\Z"
)
_WITH_CURRENCY = re.compile(r"(.*[0-9])[ /]?([A-Z]{3})\Z")
_TRAILER = re.compile(r"\n\s?-(?:\}[^\n]*|X{3})?\s*?(?:\x03|\n|\Z)")
# Of MT942: a floor limit, the time of the report, the numbers and sums of its entries.
_INTERIM = frozenset({"34F", "13", "13D", "90D", "90C"})
# A line of a text that is as wide goes on in the next.
_FULL_LINE = 61
_Item = StatementLine | Rejected | Statement


@dataclass(slots=True)
class _Header:
    """What a message says before its first balance or entry."""

    reference: str = ""
    account: str = ""
    currency: str = ""
    number: str = ""


@dataclass(slots=True)
class _Open:
    """The statement that is being read; `ended_by` is the tag of its closing balance, "" before that."""

    header: _Header
    where: str
    account: Account
    opened_by: str = ""
    ended_by: str = ""
    opening: Money | None = None
    closing: Money | None = None
    from_date: date | None = None
    to_date: date | None = None
    rejected: list[Rejected] = field(default_factory=list)

    def set_currency(self, currency: str) -> None:
        """Take the currency the amounts are in, from the first place that tells it."""
        if currency and not self.account.currency:
            self.account.currency = currency
            self.account.cents = exponent(currency) == 2


class Assembly:
    """Takes the fields of one file in their order and gives lines, and statements without their lines."""

    def __init__(self) -> None:
        self._statements = 0
        self._header = _Header()
        self._is_fresh = True
        self._open: _Open | None = None
        self._entry: str | None = None
        self._entry_line = 0
        self._texts: list[str] = []
        self._ready: list[_Item] = []

    def take(self, tag: str, text: str, line_number: int) -> Sequence[_Item]:
        """Take a field; return what is complete by it."""
        if tag == "86" or tag == "NS":
            if self._entry is not None:
                self._texts.append(text.removesuffix("\n") if tag == "86" else _numbered(text))
            return ()
        if self._entry is not None:
            self._finish_entry(is_last=tag == "20")
        if tag == "61":
            if self._is_fresh or self._open is None:
                self._begin()
            self._entry, self._entry_line = text, line_number
        else:
            self._take_other(tag, text, line_number)
        if not self._ready:
            return ()
        ready, self._ready = self._ready, []
        return ready

    def _take_other(self, tag: str, text: str, line_number: int) -> None:
        """Take a field that is no part of an entry; balances of other days (:64:, :65:) say nothing here."""
        if tag == "20":
            self._header = _Header(_first_line(text))
            self._is_fresh = True
        elif tag in ("25", "25P", "28", "28C"):
            self._identify(tag, text)
        elif tag in ("60F", "60M"):
            self._take_opening(tag, text, line_number)
        elif tag in ("62F", "62M"):
            statement = self._begun()
            if statement.ended_by != "62F":
                statement.ended_by = tag
                if found := _balance(statement, tag, text, line_number):
                    statement.closing, statement.to_date = found
        elif tag in _INTERIM:
            statement = self._begun()
            if tag == "34F":
                statement.set_currency(text[:3] if text[:3].isalpha() else "")

    def _identify(self, tag: str, text: str) -> None:
        """Take account or number; within a statement they are out of place, after one they begin the next."""
        if not self._is_fresh:
            if self._open is not None and not self._open.ended_by:
                return
            self._header = _Header()
            self._is_fresh = True
        if tag.startswith("25"):
            self._header.account, self._header.currency = _account(text)
        else:
            self._header.number = text.replace("\n", "").partition("/")[0].strip()

    def _take_opening(self, tag: str, text: str, line_number: int) -> None:
        before = self._open
        if before is not None and tag == "60M" and self._goes_on(before):
            self._is_fresh = False
            before.ended_by = ""
            return
        statement = self._begin() if before is not None and before.opened_by else self._begun()
        statement.opened_by = tag
        if found := _balance(statement, tag, text, line_number):
            statement.opening, statement.from_date = found

    def _goes_on(self, before: _Open) -> bool:
        """Whether this message is the next page of the statement before it."""
        if not self._is_fresh:
            return before.opened_by != ""
        ended = before.ended_by or before.opened_by
        same = (before.header.account, before.header.number) == (self._header.account, self._header.number)
        return same and ended in ("62M", "60F", "60M")

    def _begun(self) -> _Open:
        """Return the statement that the header belongs to; begin it when this is its first field."""
        return self._begin() if self._open is None or self._is_fresh else self._open

    def _begin(self) -> _Open:
        """End the statement before and begin one."""
        if self._open is not None:
            self._ready.append(_statement(self._open))
        self._statements += 1
        header = self._header
        where = f"statement {self._statements}" + (f" ({header.reference})" if header.reference else "")
        self._open = _Open(header, where, Account(header.account))
        self._open.set_currency(header.currency)
        self._is_fresh = False
        return self._open

    def _finish_entry(self, *, is_last: bool = False, is_half: bool = False) -> None:
        """Read the entry that ends here, or reject it; behind the last of a message its trailer may stand."""
        statement, entry = self._open, self._entry
        self._entry = None
        if statement is None or entry is None:
            return
        text = self._texts[0] if len(self._texts) == 1 else "\n".join(self._texts)
        self._texts.clear()
        if is_last:
            entry, text = _without_trailer(entry), _without_trailer(text)
        account = statement.account
        account.entries += 1
        try:
            if is_half:
                raise EntryInvalid("the file is cut off here, and the entry may not be whole")
            read = line(account, entry, text)
        except (EntryInvalid, AmountInvalid) as error:
            where = f"{statement.where}, entry {account.entries} (line {self._entry_line})"
            self._ready.append(Rejected(where, str(error)))
        else:
            if read is not None:
                self._ready.append(read)

    def end(self, text: str, line_number: int) -> Sequence[_Item]:
        """Return what the end of the file completes; `text` is that of its last field.

        Where the file is cut off, the last entry is rejected when more of it may have followed: half a text
        would make it another movement than the whole file has. Raises Mt940Refused for no statement.
        """
        is_cut = self._is_open() and not _TRAILER.search(text)
        before, _, last_line = text.removesuffix("\n").rpartition("\n")
        is_half = is_cut and (not self._texts or text[-1:] != "\n" or len(last_line) >= _FULL_LINE)
        self._finish_entry(is_last=True, is_half=is_half)
        statement = self._open
        if statement is None:
            raise Mt940Refused("file", "it holds no statement: no balance (:60F:) and no entry (:61:)")
        if is_cut:
            where = f"line {line_number + before.count(chr(10)) + bool(before)}"
            self._ready.append(
                Rejected(where, "the file is cut off here: its last statement has no closing balance (:62F:)")
            )
        return (*self._ready, _statement(statement))

    def _is_open(self) -> bool:
        """Whether more must follow: a message that has begun, or a statement without its closing balance."""
        statement = self._open
        if self._is_fresh:
            return self._header.account != "" and statement is not None
        return statement is not None and statement.opened_by != "" and not statement.ended_by


def _statement(read: _Open) -> Statement:
    """Return the statement, without its lines."""
    account = read.account
    return Statement(
        account=account.number,
        id=read.header.reference,
        currency=account.currency,
        sequence=read.header.number,
        opening_balance=read.opening,
        closing_balance=read.closing,
        from_date=read.from_date,
        to_date=read.to_date,
        entry_count=account.entries,
        net_booked=Money(account.net, account.currency) if account.currency else None,
        rejected=tuple(read.rejected),
    )


def _balance(statement: _Open, tag: str, text: str, line_number: int) -> tuple[Money, date | None] | None:
    """Return a balance and its day; None, and a rejection, when it cannot be read."""
    match = _BALANCE.match(text)
    try:
        if match is None:
            raise EntryInvalid(f"“{_first_line(text)[:40]}” is not a balance")
        statement.set_currency(match[3] or "")
        amount = signed(match[4], statement.account, is_in=match[1] in "Cc")
    except (EntryInvalid, AmountInvalid) as error:
        statement.rejected.append(Rejected(f"balance {tag} (line {line_number})", str(error)))
        return None
    try:
        return amount, day(match[2])
    except EntryInvalid:
        return amount, None


def _account(text: str) -> tuple[str, str]:
    """Return the account and the currency behind it: of an IBAN without bank or spaces, others as written."""
    written = _first_line(text)
    iban = _IBAN.match(written.replace(" ", ""))
    match = iban or _WITH_CURRENCY.match(written)
    if match is None or (match[2] and match[2] not in CURRENCIES):
        return (match[0] if iban and match else written), ""
    return match[1], match[2] or ""


def _first_line(text: str) -> str:
    return text.partition("\n")[0].strip()


def _without_trailer(text: str) -> str:
    """Return the last field of a message without the trailer, and what stands between it and the next."""
    return _TRAILER.split(text, maxsplit=1)[0]


def _numbered(text: str) -> str:
    """Return the text of an old German :NS:, whose lines begin with a number: 01 to 14 are remittance."""
    return "\n".join(row[2:] for row in text.split("\n") if "01" <= row[:2] <= "14")
