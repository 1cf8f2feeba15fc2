"""A bank's table to statements: one per account and currency, with balances where the rows prove them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from typing import Any

from tijdig.domain.documents import Rejected, Statement, StatementLine
from tijdig.domain.money import AmountInvalid, Money
from tijdig.formats import table
from tijdig.formats.bank_table.known import recognise
from tijdig.formats.bank_table.layout import Holds, Layout
from tijdig.formats.table import DayInvalid, Row

_USUAL_CURRENCY = "EUR"
_IN = frozenset({"bij", "credit", "c", "cr", "crdt", "haben", "h", "+", "in"})
_OUT = frozenset({"af", "debet", "debit", "debiet", "d", "dr", "dbit", "soll", "s", "-", "out"})
_NOT_GIVEN = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NONREF", "EREF NOTPROVIDED"})
_CURRENCY = re.compile(r"[A-Z]{3}")
_SPACES = re.compile(r"\s+")
_LABELLED = re.compile(
    r"(?:^|\s)(Naam|Name|Omschrijving|Description|IBAN|Kenmerk|Reference|Machtiging ID|Mandate ID|Incassant ID|"
    r"Creditor ID|Valutadatum|Value date|Datum/Tijd|Date/time|Betalingskenmerk|Andere partij):\s",
)
_LABELS: Mapping[str, str] = {
    "Naam": "name",
    "Name": "name",
    "Omschrijving": "text",
    "Description": "text",
    "IBAN": "account",
    "Kenmerk": "end_to_end",
    "Reference": "end_to_end",
    "Machtiging ID": "mandate",
    "Mandate ID": "mandate",
    "Betalingskenmerk": "reference",
}


class BankTableRefused(ValueError):
    """The file cannot be read as a bank's table; the message says why."""


@dataclass(slots=True)
class _Account:
    """The movements of one account, in the order of the file, each with the balance after it where told."""

    lines: list[StatementLine] = field(default_factory=list)
    balances: list[Money | None] = field(default_factory=list)


def read(content: bytes, layout: Layout | None = None) -> tuple[Statement, ...]:
    """Return the statements whole. Raises BankTableRefused as `stream`."""
    statements: list[Statement] = []
    lines: list[StatementLine] = []
    rejected: list[Rejected] = []
    for part in stream(content, layout):
        if isinstance(part, StatementLine):
            lines.append(part)
        elif isinstance(part, Rejected):
            rejected.append(part)
        else:
            statements.append(replace(part, lines=tuple(lines), rejected=tuple(rejected)))
            lines.clear()
            rejected.clear()
    return tuple(statements)


def stream(content: bytes, layout: Layout | None = None) -> Iterator[StatementLine | Rejected | Statement]:
    """Yield the movements of each account, oldest first, and after them their statement.

    Rows that cannot be read come first, each with its place. Without a `layout` the bank's own is looked for.
    Raises BankTableRefused for a file that is no table, or whose columns nobody knows.
    """
    try:
        found, rows = _opened(content, layout)
        accounts: dict[tuple[str, str], _Account] = {}
        for row in rows:
            try:
                line, own_account, balance = _movement(row, found)
            except (AmountInvalid, DayInvalid, _Unreadable) as error:
                yield Rejected(f"row {row.number}", str(error))
            else:
                account = accounts.setdefault((own_account, line.amount.currency), _Account())
                account.lines.append(line)
                account.balances.append(balance)
    except table.TableRefused as error:
        raise BankTableRefused(str(error)) from error
    if not accounts:
        raise BankTableRefused("none of the rows can be read as a movement")
    for (number, currency), account in accounts.items():
        yield from _statement(number, currency, account)


class _Unreadable(ValueError):
    """A row is no movement."""


def _opened(content: bytes, layout: Layout | None) -> tuple[Layout, Iterator[Row]]:
    """Return the layout and the rows of movements."""
    known: list[Layout] = []

    def is_header(cells: Sequence[str]) -> bool:
        found = recognise(cells)
        if found is not None:
            known.append(found)
        return found is not None

    header, rows = table.stream(content, is_header=None if layout else is_header)
    if layout is None and not known:
        raise BankTableRefused("its columns are not those of a bank that Tijdig knows")
    found = layout or known[0]
    if found.has_header:
        return found, rows
    return found, _with_first(header, rows)


def _with_first(first: tuple[str, ...], rows: Iterator[Row]) -> Iterator[Row]:
    yield Row(1, first)
    yield from rows


def _movement(row: Row, layout: Layout) -> tuple[StatementLine, str, Money | None]:
    """Return the movement, the own account it is on, and the balance after it.

    Raises AmountInvalid, DayInvalid or _Unreadable.
    """

    def cell(what: Holds) -> str:
        place = layout.place_of(what)
        return (
            _SPACES.sub(" ", row.cells[place]).strip() if place is not None and place < len(row.cells) else ""
        )

    if row.problem:
        raise _Unreadable(row.problem)
    currency = cell(Holds.CURRENCY).upper() or _USUAL_CURRENCY
    if not _CURRENCY.fullmatch(currency):
        raise _Unreadable(f"“{currency}” is not a currency")
    text = " ".join(row.cells[place].strip() for place in layout.texts if row.cells[place : place + 1])
    told = _labelled(_SPACES.sub(" ", text).strip())
    line = StatementLine(
        amount=_amount(cell, currency),
        booking_date=table.day(cell(Holds.BOOKING_DATE)),
        value_date=table.day(cell(Holds.VALUE_DATE)) if cell(Holds.VALUE_DATE) else None,
        counterparty_name=told.get("name") or cell(Holds.NAME),
        counterparty_iban=_bare(cell(Holds.COUNTER_ACCOUNT) or told.get("account", "")),
        structured_reference=_given(cell(Holds.REFERENCE) or told.get("reference", "")),
        remittance=_given(told.get("text", "")),
        end_to_end_id=_given(cell(Holds.END_TO_END_ID) or told.get("end_to_end", "")),
        mandate_id=_given(cell(Holds.MANDATE_ID) or told.get("mandate", "")),
        bank_reference=cell(Holds.BANK_REFERENCE),
        returned=bool(cell(Holds.RETURN_REASON)),
        return_reason=cell(Holds.RETURN_REASON),
        original_amount=_original(cell),
        exchange_rate=cell(Holds.EXCHANGE_RATE),
        entry_index=row.number,
    )
    after = cell(Holds.BALANCE_AFTER)
    account = _bare(cell(Holds.ACCOUNT).removesuffix(f" {currency}")) or layout.account
    return line, account, table.amount(after, currency) if after else None


def _amount(cell: Callable[[Holds], str], currency: str) -> Money:
    """Return the amount with its sign, from whichever columns tell it."""
    money_in, money_out = cell(Holds.MONEY_IN), cell(Holds.MONEY_OUT)
    if money_in or money_out:
        into = table.amount(money_in, currency) if money_in else Money(0, currency)
        out = table.amount(money_out, currency) if money_out else Money(0, currency)
        if into.minor and out.minor:
            raise _Unreadable("it says both money in and money out")
        return Money(abs(into.minor) - abs(out.minor), currency)
    amount = table.amount(cell(Holds.AMOUNT), currency)
    direction = cell(Holds.IN_OR_OUT).lower()
    if not direction:
        return amount
    if direction in _IN:
        return Money(abs(amount.minor), currency)
    if direction in _OUT:
        return Money(-abs(amount.minor), currency)
    raise _Unreadable(f"“{direction}” says neither money in nor money out")


def _original(cell: Callable[[Holds], str]) -> Money | None:
    text, currency = cell(Holds.ORIGINAL_AMOUNT), cell(Holds.ORIGINAL_CURRENCY).upper()
    if not text or not _CURRENCY.fullmatch(currency):
        return None
    return table.amount(text, currency)


def _labelled(text: str) -> dict[str, str]:
    """Return the parts of a text with labels ("Naam: … Omschrijving: … IBAN: …"); else all of it as "text".

    ING writes them so in its table; two labels at least, or it is a person's own words.
    """
    found = list(_LABELLED.finditer(text))
    if len(found) < 2 or found[0].start() > 0:
        return {"text": text}
    parts: dict[str, Any] = {}
    ends = [each.start() for each in found[1:]] + [len(text)]
    for each, end in zip(found, ends, strict=True):
        key = _LABELS.get(each[1])
        if key is not None:
            parts.setdefault(key, text[each.end() : end].strip())
    return parts


def _given(text: str) -> str:
    return "" if text.upper() in _NOT_GIVEN else text


def _bare(account: str) -> str:
    return account.replace(" ", "").upper()


def _statement(number: str, currency: str, account: _Account) -> Iterator[StatementLine | Statement]:
    lines, balances = account.lines, account.balances
    if _newest_first(lines, balances):
        lines, balances = lines[::-1], balances[::-1]
    opening, closing = _proven(lines, balances)
    days = [line.booking_date for line in lines if line.booking_date]
    for place, line in enumerate(lines):
        yield replace(line, entry_index=place)
    yield Statement(
        account=number,
        id="",
        currency=currency,
        opening_balance=opening,
        closing_balance=closing,
        from_date=min(days, default=None),
        to_date=max(days, default=None),
        entry_count=len(lines),
        net_booked=Money(sum(line.amount.minor for line in lines), currency),
    )


def _newest_first(lines: Sequence[StatementLine], balances: Sequence[Money | None]) -> bool:
    """Whether the file goes back in time: its dates say so, or within one day its balances."""
    first, last = lines[0].booking_date or date.min, lines[-1].booking_date or date.min
    if first != last:
        return first > last
    return _proven(lines, balances) == (None, None) and _proven(lines[::-1], balances[::-1]) != (None, None)


def _proven(
    lines: Sequence[StatementLine], balances: Sequence[Money | None]
) -> tuple[Money | None, Money | None]:
    """Return opening and closing balance where each row's balance follows from the one before it."""
    told = [balance for balance in balances if balance is not None]
    if len(told) != len(lines):
        return None, None
    steps = zip(pairwise(told), lines[1:], strict=True)
    if any(before + line.amount != after for (before, after), line in steps):
        return None, None
    return told[0] - lines[0].amount, told[-1]
