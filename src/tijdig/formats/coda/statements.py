"""Whole CODA statements: one pass over the records, with the movements as they come and flat memory.

What the file says of itself (its closing balance, its numbers of records, its totals) is checked and told;
it never keeps the rest from being read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import IO

from tijdig.domain.documents import Rejected, Statement, StatementLine, whole_statements
from tijdig.domain.money import AmountInvalid, Money
from tijdig.formats.coda.movements import Account, MovementInvalid, day, lines, opened, signed
from tijdig.formats.coda.records import Movement, records

_CURRENCY = re.compile(r"[A-Z]{3}\Z")
# Old files of accounts in euro leave the currency out.
_USUAL_CURRENCY = "EUR"
_DIGITS_OF_A_BBAN = 12
_MOST_UNKNOWN = 20
_MOST_INFORMATION = 500


class CodaRefused(ValueError):
    """The file is no CODA: where it goes wrong, and why."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason


def read(source: IO[bytes]) -> Iterator[Statement]:
    """Yield the statements in `source`, each with its lines and rejected movements. Raises CodaRefused."""
    return whole_statements(stream(source))


def stream(source: IO[bytes]) -> Iterator[StatementLine | Rejected | Statement]:
    """Yield lines and rejected movements as they are read, and after the last of a statement the statement.

    The statement comes without its lines; memory stays flat whatever the size. Raises CodaRefused when the
    file does not begin as CODA does.
    """
    reader = _Reader()
    begun = False
    for number, text in records(source):
        kind = text[:2]
        if not begun and kind[:1] not in ("0", "1"):
            raise CodaRefused(
                f"line {number}", "this is no CODA: it begins with neither record 0 nor record 1"
            )
        begun = True
        if kind == "21":
            yield from reader.movement(number, text)
        elif kind in ("22", "23", "31", "32", "33"):
            yield from reader.more(number, text, kind)
        elif not text:
            yield Rejected(f"line {number}", "the file is cut off in it")
        else:
            yield from reader.other(number, text)
    yield from reader.end()


@dataclass(slots=True)
class _Totals:
    """What was counted since the file's header, to hold against record 9. Amounts in thousandths."""

    records: int = 0
    debit: int = 0
    credit: int = 0
    are_proven: bool = True
    """Whether the balances of all statements prove their movements; a bank's own slip is then no news."""

    def count(self, text: str) -> None:
        """Count the amount of a movement."""
        amount = _number(text[32:47]) or 0
        if text[31] == "1":
            self.debit += amount
        else:
            self.credit += amount

    def differences(self, number: int, text: str) -> Iterator[Rejected]:
        """Yield where record 9 says otherwise."""
        where = f"totals (line {number})"
        stated = _number(text[16:22])
        if stated not in (None, self.records):
            yield Rejected(where, f"the file says it holds {stated} records; {self.records} were read")
        if self.are_proven:
            return
        stated = _number(text[22:37])
        if stated not in (None, self.debit):
            yield Rejected(
                where, f"the file says {_units(stated)} went out; what was read makes {_units(self.debit)}"
            )
        stated = _number(text[37:52])
        if stated not in (None, self.credit):
            yield Rejected(
                where, f"the file says {_units(stated)} came in; what was read makes {_units(self.credit)}"
            )


@dataclass(slots=True)
class _Facts:
    """What the records 0, 1 and 8 say of the statement that is being read."""

    sequence: str = ""
    year: str = ""
    opening: Money | None = None
    closing: Money | None = None
    to_date: date | None = None
    is_closed: bool = False
    rejected: list[Rejected] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The statement's number with its year, as numbers start again each year; its day without a number."""
        if self.sequence:
            return f"{self.to_date.year if self.to_date else self.year}-{self.sequence}".lstrip("-")
        return self.to_date.isoformat() if self.to_date else ""


class _Reader:
    """Turns the records of one file, in their order, into lines and statements."""

    def __init__(self) -> None:
        self._statements = 0
        self._account: Account | None = None
        self._facts = _Facts()
        self._totals = _Totals()
        self._year = ""
        self._group: list[Movement] = []
        self._lost = ""
        self._unknown = 0
        self._last = (0, "")
        # A statement that has ended waits for the next, so that what stands after it is told with it.
        self._finished: Statement | None = None

    def movement(self, number: int, text: str) -> Sequence[StatementLine | Rejected | Statement]:
        """Take a record 2.1: a movement, or a detail under it; return the lines of the movement before."""
        totals, group = self._totals, self._group
        totals.records += 1
        self._last = number, text
        if text[6:10] == "0000":
            done = self._before_more()
            self._group = [Movement(number, text)]
            self._lost = ""
            totals.count(text)
            return done
        if group and text[2:6] == group[0].first[2:6]:
            group.append(Movement(number, text))
            return ()
        return (*self._flush(), *self._belongs_nowhere(number, text, is_detail=True))

    def more(self, number: int, text: str, kind: str) -> Sequence[Rejected]:
        """Take a record that goes on with a movement or informs about it."""
        self._totals.records += 1
        self._last = number, text
        movement = self._group[-1] if self._group else None
        if movement is None or text[2:6] != movement.first[2:6]:
            return self._belongs_nowhere(number, text)
        if kind[0] == "3":
            return _inform(movement, number, text)
        if text[6:10] != movement.first[6:10]:
            return self._belongs_nowhere(number, text)
        if kind == "22" and not movement.second:
            movement.second = text
        elif kind == "23" and not movement.third:
            movement.third = text
        else:
            return (Rejected(f"line {number}", f"record {kind} of this movement comes twice"),)
        return ()

    def other(self, number: int, text: str) -> Iterator[StatementLine | Rejected | Statement]:
        """Take a record that is about the file or the statement, or none that CODA knows."""
        kind = text[0]
        if kind in ("0", "1", "9"):
            yield from self._finish(text if kind == "9" else "", number)
        if kind in ("0", "1"):
            yield from self._released()
        if kind in ("1", "8"):
            self._totals.records += 1
        self._last = number, text
        if kind == "0":
            self._totals = _Totals()
            self._year = _year(text[5:11])
        elif kind == "1":
            self._open(number, text)
        elif kind == "8":
            yield from self._before_more()
            self._close(number, text)
        elif kind == "9":
            self._totals = _Totals()
        elif kind != "4":
            self._unknown += 1
            if self._unknown <= _MOST_UNKNOWN:
                yield Rejected(f"line {number}", f"“{text[:2].strip()}” is no record that CODA knows")

    def end(self) -> Iterator[StatementLine | Rejected | Statement]:
        """Yield what is left at the end of the file."""
        number, text = self._last
        if self._group and not self._facts.is_closed:
            yield from self._cut_off(text)
        yield from self._finish("", number, at_end=True)
        if self._unknown > _MOST_UNKNOWN:
            yield Rejected(
                "file", f"{self._unknown - _MOST_UNKNOWN} more lines are no records that CODA knows"
            )
        yield from self._released()

    def _cut_off(self, last: str) -> Sequence[StatementLine | Rejected]:
        """Return the lines of the last movement of a file that breaks off, if all of it is there.

        Half of it would be another movement than the whole, and would be booked once more with the whole.
        """
        group = self._group
        code = group[0].first[124]
        closes = code in ("0", " ") or (len(group) > 1 and group[-1].first[124] == code)
        if last[125] == "0" and last[127] == "0" and closes:
            return self._flush()
        self._group = []
        account = self._owner()
        account.entries += 1
        where = f"{account.where}, entry {account.entries} (line {group[0].line})"
        return (Rejected(where, "the file is cut off in it"),)

    def _belongs_nowhere(self, number: int, text: str, *, is_detail: bool = False) -> Sequence[Rejected]:
        """Reject a record whose movement is not there, once for each movement."""
        self._group = self._group if not is_detail else []
        if text[2:6] == self._lost:
            return ()
        self._lost = text[2:6]
        if is_detail:
            return (Rejected(f"line {number}", "it is a detail of a movement that is not in the file"),)
        return (Rejected(f"line {number}", "it belongs to no movement"),)

    def _owner(self) -> Account:
        """Return the account; one without a number where the file has movements before any record 1."""
        if self._account is None:
            self._statements += 1
            self._account = opened(f"statement {self._statements}", "", _USUAL_CURRENCY)
        return self._account

    def _flush(self) -> Sequence[StatementLine | Rejected]:
        """Return the lines of the movement that has been read, all its records being there."""
        group = self._group
        if not group:
            return ()
        self._group = []
        account = self._account or self._owner()
        account.entries += 1
        try:
            return lines(account, group)
        except (MovementInvalid, AmountInvalid) as error:
            where = f"{account.where}, entry {account.entries} (line {group[0].line})"
            return (Rejected(where, str(error)),)

    def _open(self, number: int, text: str) -> None:
        """Begin a statement with its record 1."""
        self._statements += 1
        sequence = text[2:5].strip()
        if not sequence.strip("0"):
            sequence = text[125:128].strip() if text[125:128].strip(" 0") else ""
        account_number, currency = _account(text)
        where = f"statement {self._statements}" + (f" ({sequence})" if sequence else "")
        self._account = opened(where, account_number, currency)
        self._facts = facts = _Facts(sequence, self._year or _year(text[58:64]))
        try:
            facts.opening = Money(signed(text[42], text[43:58], self._account), currency)
        except (MovementInvalid, AmountInvalid) as error:
            facts.rejected.append(Rejected(f"opening balance (line {number})", str(error)))

    def _close(self, number: int, text: str) -> None:
        """Take the closing balance, record 8; its account is not held against that of record 1."""
        account, facts = self._owner(), self._facts
        facts.is_closed = True
        try:
            facts.closing = Money(signed(text[41], text[42:57], account), account.currency)
            facts.to_date = day(text[57:63])
        except (MovementInvalid, AmountInvalid) as error:
            facts.rejected.append(Rejected(f"closing balance (line {number})", str(error)))

    def _before_more(self) -> Sequence[StatementLine | Rejected | Statement]:
        """Return what is complete before a record that goes on with a statement, or begins one with no header."""
        return self._flush() if self._finished is None else self._released()

    def _released(self) -> Sequence[Statement]:
        """Return the statement that has ended, once there is nothing more to tell of it."""
        finished, self._finished = self._finished, None
        return () if finished is None else (finished,)

    def _finish(
        self, totals: str, number: int, *, at_end: bool = False
    ) -> Iterator[StatementLine | Rejected]:
        """End the statement that is being read, if one is, at record 9 or without."""
        yield from self._flush()
        account, facts = self._account, self._facts
        self._account, self._facts, self._lost = None, _Facts(), ""
        if account is None:
            return
        rejected = facts.rejected
        if not facts.is_closed:
            rejected.append(
                Rejected(
                    f"line {number}",
                    "the file is cut off: the closing balance (record 8) is missing"
                    if at_end
                    else "the closing balance (record 8) is missing",
                )
            )
        statement = Statement(
            account=account.number,
            id=facts.id,
            currency=account.currency,
            sequence=facts.sequence,
            opening_balance=facts.opening,
            closing_balance=facts.closing,
            to_date=facts.to_date,
            entry_count=account.entries,
            net_booked=Money(account.net, account.currency),
        )
        self._totals.are_proven = self._totals.are_proven and statement.closes is True
        if totals:
            rejected += self._totals.differences(number, totals)
        self._finished = replace(statement, rejected=tuple(rejected))


def _inform(movement: Movement, number: int, text: str) -> Sequence[Rejected]:
    """Add an information record to its movement, up to a number no bank comes near."""
    count = len(movement.information)
    if count <= _MOST_INFORMATION:
        movement.information.append(text)
    if count != _MOST_INFORMATION:
        return ()
    return (
        Rejected(f"line {number}", f"the movement has more than {_MOST_INFORMATION} information records"),
    )


def _account(text: str) -> tuple[str, str]:
    """Return number and currency of record 1's account; position 2 says where they are (empty at bpost)."""
    structure, whole = text[1], text[5:42]
    if structure not in ("0", "1", "2", "3"):
        structure = "3" if _CURRENCY.match(whole[34:]) else "0" if _CURRENCY.match(whole[13:16]) else ""
    if structure == "0":
        number, currency = whole[:_DIGITS_OF_A_BBAN], whole[13:16]
    elif structure == "2":
        number, currency = whole[:31], whole[34:]
    elif structure:
        number, currency = whole[:34], whole[34:]
    else:
        number, _, rest = whole.strip().partition(" ")
        currency = rest.strip()[:3]
    return number.replace(" ", ""), currency if _CURRENCY.match(currency) else _USUAL_CURRENCY


def _year(text: str) -> str:
    try:
        found = day(text)
    except MovementInvalid:
        return ""
    return str(found.year) if found else ""


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() and text.isascii() else None


def _units(thousandths: int | None) -> str:
    thousandths = thousandths or 0
    return f"{thousandths // 1000}.{thousandths % 1000:03}"
