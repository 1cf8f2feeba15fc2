"""Movements on their way in: written to a temporary table as they are read, and from there to the bank.

What a movement is part of is known only at the end of its statement, and whether the file is whole only at
its end; until then nothing of it is in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from tijdig.banking import held, taken_back, told_again, told_twice
from tijdig.banking.fingerprints import goes_on, likeness
from tijdig.banking.held import COLUMNS, TEXTS, TYPES
from tijdig.banking.models import BankLine
from tijdig.banking.told_again import Span
from tijdig.domain.documents import Rejected, Statement, StatementLine
from tijdig.domain.money import Money
from tijdig.infra import tenancy
from tijdig.infra.bulk import NULL, copy_lines, escaped

_LINES_PER_WRITE = 5_000
# For a statement that names no currency and has no movement.
_USUAL_CURRENCY = "EUR"

_ROOM = {
    column.name: column.max_length for column in BankLine._meta.local_concrete_fields if column.name in TEXTS
}


@dataclass(slots=True)
class Incoming:
    """A statement of the file that is being read: what it says of itself, and figures of its movements.

    `chain` is the same for statements that go on where the one before them ended. Of the movements `read`,
    `lines` could be given a date. `net` in minor units.
    """

    statement: Statement
    chain: int
    rejected: tuple[Rejected, ...]
    read: int
    lines: int
    net: int
    first_day: date | None
    last_day: date | None
    first_currency: str

    @property
    def account(self) -> tuple[str, str]:
        """The number and currency of its account."""
        return self.statement.account[:40], self.statement.currency or self.first_currency or _USUAL_CURRENCY

    @property
    def span(self) -> Span | None:
        """What it tells of; None where it says nothing of its days."""
        told, balances = self.statement, (self.statement.opening_balance, self.statement.closing_balance)
        days = [day for day in (told.from_date or self.first_day, told.to_date or self.last_day) if day]
        minor = [None if balance is None else balance.minor for balance in balances]
        return Span(told.id[:100], min(days), max(days), *minor) if days else None


@dataclass(slots=True)
class Intake:
    """Takes in what a file holds, in the order in which it is read."""

    statements: list[Incoming] = field(default_factory=list)
    _waiting: list[str] = field(default_factory=list)
    _undated: list[tuple[int, StatementLine]] = field(default_factory=list)
    _rejected: list[Rejected] = field(default_factory=list)
    _read: int = 0
    _kept: int = 0
    _net: int = 0
    _days: list[date] = field(default_factory=list)
    _first_currency: str = ""

    def take(self, read: Iterable[StatementLine | Rejected | Statement]) -> None:
        """Take in the movements, each before its statement."""
        self._make_room()
        for part in read:
            if isinstance(part, StatementLine):
                self._add(part)
            elif isinstance(part, Rejected):
                self._rejected.append(part)
            else:
                self._close(part)
        self._write()

    def _add(self, line: StatementLine) -> None:
        position, self._read = self._read, self._read + 1
        self._first_currency = self._first_currency or line.amount.currency
        day = line.booking_date or line.value_date
        if day is None:
            self._undated.append((position, line))
        else:
            self._keep(position, line, day)

    def _keep(self, position: int, line: StatementLine, day: date) -> None:
        self._kept += 1
        self._net += line.amount.minor
        if not self._days:
            self._days = [day, day]
        elif day < self._days[0]:
            self._days[0] = day
        elif day > self._days[1]:
            self._days[1] = day
        self._waiting.append(_copy_line(len(self.statements), position, line, day))
        if len(self._waiting) >= _LINES_PER_WRITE:
            self._write()

    def _close(self, statement: Statement) -> None:
        """End the statement: its movements without a date take its own, or are rejected."""
        for position, line in self._undated:
            if statement.to_date is not None:
                self._keep(position, line, statement.to_date)
            else:
                where = f"entry {line.entry_index + 1}"
                self._rejected.append(Rejected(where, "it has no booking date"))
        before = self.statements[-1] if self.statements else None
        follows = before is not None and goes_on(before.statement, statement)
        self.statements.append(
            Incoming(
                statement=statement,
                chain=before.chain if before is not None and follows else len(self.statements),
                rejected=(*self._rejected, *statement.rejected),
                read=self._read,
                lines=self._kept,
                net=self._net,
                first_day=min(self._days, default=None),
                last_day=max(self._days, default=None),
                first_currency=self._first_currency,
            )
        )
        self._undated, self._rejected, self._days = [], [], []
        self._read = self._kept = self._net = 0
        self._first_currency = ""

    def _make_room(self) -> None:
        columns = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMP TABLE bank_incoming (place int, likeness text, {columns},"
                " told boolean NOT NULL DEFAULT false) ON COMMIT DROP"
            )

    def _write(self) -> None:
        if not self._waiting:
            return
        with connection.cursor() as cursor:
            copy_lines(cursor, f"bank_incoming (place, likeness, {COLUMNS})", self._waiting)
        self._waiting.clear()

    def store(
        self,
        statement_ids: Sequence[int],
        account_ids: Sequence[int],
        *,
        format_name: str,
        hold: bool = False,
        again: Collection[int] | None = None,
    ) -> Counter[int]:
        """Add the movements that are new; return how many were, by the place of their statement.

        The ids are those of `statements`, in that order; `format_name` is the kind of file. With `hold` plain
        receipts are held back (see held). Of a file that is read `again`, only what is told at these places
        counts (see taken_back).
        """
        parameters: dict[str, Any] = {
            "organisation": tenancy.current_organisation_id(),
            "places": list(range(len(self.statements))),
            "chains": [each.chain for each in self.statements],
            "statements": list(statement_ids),
            "account_ids": list(account_ids),
            "accounts": [" ".join(each.statement.account.upper().split()) for each in self.statements],
        }
        first = min((each.first_day for each in self.statements if each.first_day), default=date.max)
        last = max((each.last_day for each in self.statements if each.last_day), default=date.min)
        other = told_twice.other_kinds_told(
            format_name=format_name, account_ids=account_ids, first=first, last=last
        )
        with connection.cursor() as cursor:
            if other:
                days = {"format": format_name, "first": first, "last": last}
                told_twice.mark_told(cursor, _COUNTED, {**parameters, **days})
            earlier = told_again.earlier_tellings(
                kind=format_name,
                account_ids=account_ids,
                spans=[each.span for each in self.statements],
                but=statement_ids,
            )
            if earlier:
                told_again.mark_told(cursor, _COUNTED, parameters, earlier)
            if again is not None:
                taken_back.revive(cursor, _COUNTED, parameters, again)
            new = held.take(cursor, _COUNTED, parameters, hold=hold)
            cursor.execute("DROP TABLE bank_incoming")
        return Counter({place: new[statement_id] for place, statement_id in enumerate(statement_ids)})


_COUNTED = f"""
        SELECT {COLUMNS}, told, bank_incoming.ctid AS row_id, place, statement_id, account_id, account, likeness,
               row_number() OVER (PARTITION BY chain, likeness ORDER BY place, position) AS occurrence
        FROM bank_incoming
        JOIN unnest(%(places)s::int[], %(chains)s::int[], %(statements)s::bigint[], %(account_ids)s::bigint[],
                    %(accounts)s::text[]) AS statement (place, chain, statement_id, account_id, account)
             USING (place)
"""  # noqa: S608  names of our own


def _copy_line(place: int, position: int, line: StatementLine, day: date) -> str:
    """Return the movement as COPY's text format has it; texts as far as their columns can hold them."""
    texts = "\t".join(escaped(getattr(line, name)[: _ROOM[name]]) for name in TEXTS)
    return (
        f"{place}\t{likeness(line, booked_on=day)}\t{position}\t{day}\t{line.value_date or NULL}"
        f"\t{line.amount.minor}\t{line.amount.currency}\t{line.batch_incomplete}\t{line.returned}"
        f"\t{_minor(line.original_amount)}\t{line.original_amount.currency if line.original_amount else ''}"
        f"\t{_minor(line.charges)}\t{texts}\n"
    )


def _minor(amount: Money | None) -> int | str:
    return NULL if amount is None else amount.minor
