"""The rows themselves: locked, added and followed up in their running figures; no rules and no audit.

Everyone locks credits before items and each by id, so two who want the same rows wait for each other in
one order and never in a circle. Few rows go in as arrays; many by COPY into a temporary table and on into
the real one (COPY itself is refused where row-level security holds), which is a quarter faster but would
make a table for every single payment.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db import connection

from tijdig.domain.ledger import CreditKind, ItemKind
from tijdig.domain.reasons import Reason, from_data
from tijdig.infra import tenancy
from tijdig.infra.bulk import NULL, copy_lines, escaped

_MOST_IN_ARRAYS = 5_000

Row = tuple[Any, ...]
Table = Literal["ledger_item", "ledger_credit", "ledger_allocation"]

_ITEM_TYPES = {
    "id": "bigint",
    "customer_id": "bigint",
    "kind": "text",
    "number": "text",
    "currency": "text",
    "amount": "bigint",
    "issue_date": "date",
    "due_date": "date",
    "payment_reference": "text",
    "reverses_credit_id": "bigint",
    "about_item_id": "bigint",
}
_CREDIT_TYPES = {
    "id": "bigint",
    "customer_id": "bigint",
    "kind": "text",
    "number": "text",
    "currency": "text",
    "amount": "bigint",
    "booking_date": "date",
    "origin": "text",
    "reason": "jsonb",
    "beside_credit_id": "bigint",
    "unallocated": "bigint",
}
_ALLOCATION_TYPES = {
    "id": "bigint",
    "credit_id": "bigint",
    "item_id": "bigint",
    "amount": "bigint",
    "on_date": "date",
    "reason": "jsonb",
    "reverses_id": "bigint",
}


@dataclass(frozen=True, slots=True)
class LockedItem:
    """An item nobody else can change until this transaction ends. Amounts in minor units."""

    id: int
    customer_id: int
    kind: ItemKind
    number: str
    currency: str
    amount: int
    open: int


@dataclass(frozen=True, slots=True)
class LockedCredit:
    """A credit nobody else can change until this transaction ends. Amounts in minor units."""

    id: int
    customer_id: int
    kind: CreditKind
    number: str
    currency: str
    amount: int
    unallocated: int
    reversed: bool
    beside_credit_id: int | None


@dataclass(frozen=True, slots=True)
class Live:
    """An allocation that stands. The amount in minor units."""

    id: int
    credit_id: int
    item_id: int
    amount: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """An allocation to be added; a negative amount undoes the row `reverses_id`.

    It counts from `on`, or None: the day of the operation it is part of.
    """

    credit_id: int
    item_id: int
    amount: int
    reason: Reason
    reverses_id: int | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an operation did to open items: ids of those it settled and of those it opened again.

    `changed` has every item whose open amount moved (settled and reopened ones too); `allocation_ids` the
    rows that were added, in the order of the requests.
    """

    settled: tuple[int, ...] = ()
    reopened: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    allocation_ids: tuple[int, ...] = ()

    def __add__(self, then: Settlement) -> Settlement:
        """Return what the two did together: what the one settled and the other opened again did neither."""
        settled = (set(self.settled) - set(then.reopened)) | (set(then.settled) - set(self.reopened))
        reopened = (set(self.reopened) - set(then.settled)) | (set(then.reopened) - set(self.settled))
        return Settlement(
            settled=tuple(sorted(settled)),
            reopened=tuple(sorted(reopened)),
            changed=tuple(sorted({*self.changed, *then.changed})),
            allocation_ids=(*self.allocation_ids, *then.allocation_ids),
        )


def lock_items(item_ids: Collection[int]) -> dict[int, LockedItem]:
    """Lock these items by id and return those that exist."""
    rows = _fetch(
        """SELECT id, customer_id, kind, number, currency, amount, open FROM ledger_item
           WHERE id = ANY(%s) ORDER BY id FOR UPDATE""",
        [list(item_ids)],
    )
    return {row[0]: LockedItem(row[0], row[1], ItemKind(row[2]), *row[3:]) for row in rows}


def lock_credits(credit_ids: Collection[int]) -> dict[int, LockedCredit]:
    """Lock these credits by id and return those that exist."""
    rows = _fetch(
        """SELECT id, customer_id, kind, number, currency, amount, unallocated, reversed,
                  beside_credit_id FROM ledger_credit
           WHERE id = ANY(%s) ORDER BY id FOR UPDATE""",
        [list(credit_ids)],
    )
    return {row[0]: LockedCredit(row[0], row[1], CreditKind(row[2]), *row[3:]) for row in rows}


def live_allocations(*, item_ids: Collection[int] = (), credit_ids: Collection[int] = ()) -> tuple[Live, ...]:
    """Return the rows of these items, or of these credits, that were not undone, as they were added."""
    column, values = ("item_id", item_ids) if item_ids else ("credit_id", credit_ids)
    statement = f"""SELECT a.id, a.credit_id, a.item_id, a.amount, a.reason FROM ledger_allocation a
                    WHERE a.organisation_id = %s AND a.{column} = ANY(%s) AND a.reverses_id IS NULL
                      AND NOT EXISTS (SELECT FROM ledger_allocation u WHERE u.reverses_id = a.id)
                    ORDER BY a.id"""  # noqa: S608  names of our own
    found: list[Row] = _fetch(statement, [tenancy.current_organisation_id(), list(values)])
    return tuple(
        Live(row[0], row[1], row[2], row[3], from_data(json.loads(row[4])) or Reason("BOOKED_BY_HAND"))
        for row in found
    )


def credits_beside(credit_ids: Collection[int]) -> frozenset[int]:
    """Return the ids of what was given beside these credits (a discount) and stands."""
    rows = _fetch(
        """SELECT id FROM ledger_credit
           WHERE organisation_id = %s AND beside_credit_id = ANY(%s) AND NOT reversed""",
        [tenancy.current_organisation_id(), list(credit_ids)],
    )
    return frozenset(row[0] for row in rows)


def written_off(item_ids: Collection[int]) -> dict[int, int]:
    """Return what was written off of each of these items and stands, in minor units; none: left out."""
    return dict(
        _fetch(
            """SELECT a.item_id, sum(a.amount)::bigint FROM ledger_allocation a
               JOIN ledger_credit c ON c.id = a.credit_id AND c.kind = 'WRITE_OFF'
               WHERE a.organisation_id = %s AND a.item_id = ANY(%s) GROUP BY a.item_id""",
            [tenancy.current_organisation_id(), list(item_ids)],
        )
    )


def last_days(credit_ids: Collection[int]) -> dict[int, date]:
    """Return the day each of these credits, or its last allocation, counts from."""
    return dict(
        _fetch(
            """SELECT c.id, greatest(c.booking_date, (SELECT max(a.on_date) FROM ledger_allocation a
                                      WHERE a.organisation_id = c.organisation_id AND a.credit_id = c.id))
               FROM ledger_credit c WHERE c.id = ANY(%s)""",
            [list(credit_ids)],
        )
    )


def insert_items(rows: Iterable[Row], *, count: int) -> tuple[int, ...]:
    """Add items, all of it open.

    A row is (customer id, kind, number, currency, amount, issue date, due date, reference, reversed credit,
    item it is about).
    """
    ids = _new_ids("ledger_item", count)
    _insert("ledger_item", _ITEM_TYPES, rows, ids=ids, also={"open": "amount"})
    return ids


def new_credit_ids(count: int) -> tuple[int, ...]:
    """Take ids for credits that are yet to be added."""
    return _new_ids("ledger_credit", count)


def insert_credits(
    rows: Sequence[Row],
    *,
    actor: str,
    ids: Sequence[int] | None = None,
    allocated: Mapping[int, int] | None = None,
) -> tuple[int, ...]:
    """Add credits; `allocated` says by id of how much the allocations are added in the same transaction.

    A row is (customer id, kind, number, currency, amount, booking date, origin, reason as text, credit it
    stands beside). Return their ids: those given, or new ones.
    """
    own, gone = ids or new_credit_ids(len(rows)), allocated or {}
    whole = ((*row, row[4] - gone.get(credit_id, 0)) for credit_id, row in zip(own, rows, strict=True))
    also = {"reversed": "false", "actor": "%(actor)s"}
    _insert("ledger_credit", _CREDIT_TYPES, whole, ids=own, also=also, parameters={"actor": actor})
    return tuple(own)


def new_allocation_ids(count: int) -> tuple[int, ...]:
    """Take ids for allocations that are yet to be added."""
    return _new_ids("ledger_allocation", count)


def write_allocations(rows: Sequence[AllocationRow], *, on: date, actor: str) -> Settlement:
    """Add allocations and move the running figures of the locked items and credits they touch."""
    ids = new_allocation_ids(len(rows))
    _insert_allocations(rows, ids, on=on, actor=actor)
    _lower_unallocated(_sums((row.credit_id, row.amount) for row in rows))
    moved = _lower_open(rows, on=on)
    return _settlement({item_id: (opened, amount) for item_id, opened, amount in moved}, ids)


def write_first_allocations(
    rows: Sequence[AllocationRow], ids: Sequence[int], *, on: date, actor: str, of_new: Collection[int]
) -> None:
    """Add allocations under ids taken before, and fetch nothing (see settlement_of).

    Of the credits `of_new`, which came in with what is allocated of them, none is left to be moved.
    """
    _insert_allocations(rows, ids, on=on, actor=actor)
    _lower_unallocated(_sums((row.credit_id, row.amount) for row in rows if row.credit_id not in of_new))
    _lower_open(rows, on=on, tell=False)


def settlement_of(
    rows: Sequence[AllocationRow], ids: Sequence[int], items: Mapping[int, LockedItem]
) -> Settlement:
    """Return what adding these allocations, under these ids, does to the locked items."""
    sums = _sums((row.item_id, row.amount) for row in rows)
    return _settlement({item_id: (items[item_id].open, amount) for item_id, amount in sums.items()}, ids)


def _settlement(moved: Mapping[int, tuple[int, int]], allocation_ids: Sequence[int]) -> Settlement:
    """Return the outcome; `moved` has what was open on each item, and by how much that went down, by id."""
    return Settlement(
        settled=tuple([item_id for item_id, (before, amount) in moved.items() if before == amount > 0]),
        reopened=tuple([item_id for item_id, (before, amount) in moved.items() if not before and amount < 0]),
        changed=tuple([item_id for item_id, (_before, amount) in moved.items() if amount]),
        allocation_ids=tuple(allocation_ids),
    )


def _insert_allocations(rows: Sequence[AllocationRow], ids: Sequence[int], *, on: date, actor: str) -> None:
    _insert(
        "ledger_allocation",
        _ALLOCATION_TYPES,
        (
            (row.credit_id, row.item_id, row.amount, row.on or on, row.reason.as_json, row.reverses_id)
            for row in rows
        ),
        ids=ids,
        also={"actor": "%(actor)s"},
        parameters={"actor": actor},
    )


def mark_reversed(credit_ids: Collection[int]) -> None:
    """Note on credits that they have been taken back."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_credit SET reversed = true WHERE id = ANY(%s)", [list(credit_ids)])


def mark_left_on_account(credit_id: int, on: date) -> None:
    """Note on a credit that somebody knowingly leaves the rest of it on account."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_credit SET left_on_account_date = %s WHERE id = %s", [on, credit_id])


def _sums(amounts: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return the sum per id, in id order."""
    sums: Counter[int] = Counter()
    for row_id, amount in amounts:
        sums[row_id] += amount
    return dict(sorted(sums.items()))


def _lower_unallocated(by_credit: Mapping[int, int]) -> None:
    if not by_credit:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE ledger_credit c SET unallocated = c.unallocated - d.amount
               FROM unnest(%s::bigint[], %s::bigint[]) AS d (id, amount) WHERE c.id = d.id""",
            [list(by_credit), list(by_credit.values())],
        )


def _lower_open(rows: Sequence[AllocationRow], *, on: date, tell: bool = True) -> list[Row]:
    """Return (id, open before, amount) of each item, by id; nothing is fetched unless it is to `tell`.

    An item that is settled by this is so from the last of the days of its rows.
    """
    by_item = _sums((row.item_id, row.amount) for row in rows)
    days = dict.fromkeys(by_item, date.min)
    for row in rows:
        days[row.item_id] = max(row.on or on, days[row.item_id])
    statement = """UPDATE ledger_item i SET open = i.open - d.amount,
                          settled_date = CASE WHEN i.open = d.amount THEN d.day END
                   FROM unnest(%s::bigint[], %s::bigint[], %s::date[]) AS d (id, amount, day) WHERE i.id = d.id"""
    parameters: list[Any] = [list(by_item), list(by_item.values()), list(days.values())]
    if tell:
        return sorted(_fetch(f"{statement} RETURNING i.id, i.open + d.amount, d.amount", parameters))
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    return []


def _insert(
    table: Table,
    types: Mapping[str, str],
    rows: Iterable[Row],
    *,
    ids: Sequence[int],
    also: Mapping[str, str],
    parameters: Mapping[str, Any] | None = None,
) -> None:
    """Add the rows under these ids; `also` maps further columns to SQL."""
    numbered = ((new_id, *row) for new_id, row in zip(ids, rows, strict=True))
    insert = (
        f"INSERT INTO {table} (organisation_id, {', '.join((*types, *also))}) "  # noqa: S608  names of our own
        f"SELECT %(organisation)s, {', '.join((*types, *also.values()))} FROM "
    )
    fixed = {"organisation": tenancy.current_organisation_id(), **(parameters or {})}
    with connection.cursor() as cursor:
        if len(ids) > _MOST_IN_ARRAYS:
            with _copied(cursor, types, numbered) as incoming:
                cursor.execute(f"{insert} {incoming}", fixed)
        elif ids:
            arrays = ", ".join(f"%({column})s::{kind}[]" for column, kind in types.items())
            columns = dict(zip(types, map(list, zip(*numbered, strict=True)), strict=True))
            cursor.execute(f"{insert} unnest({arrays}) AS new ({', '.join(types)})", {**fixed, **columns})


@contextmanager
def _copied(cursor: Any, types: Mapping[str, str], rows: Iterable[Row]) -> Iterator[str]:
    """Put the rows in a temporary table for the length of the block, and give its name."""
    incoming = "ledger_incoming"
    columns = ", ".join(f"{column} {kind}" for column, kind in types.items())
    cursor.execute(f"CREATE TEMP TABLE {incoming} ({columns}) ON COMMIT DROP")
    copy_lines(cursor, incoming, map(_copy_line, rows))
    yield incoming
    cursor.execute(f"DROP TABLE {incoming}")


def _copy_line(row: Row) -> str:
    return (
        "\t".join(
            [escaped(value) if type(value) is str else NULL if value is None else str(value) for value in row]
        )
        + "\n"
    )


def _new_ids(table: Table, count: int) -> tuple[int, ...]:
    """Take `count` ids from the table's sequence."""
    rows = _fetch(
        "SELECT coalesce(array_agg(nextval(%s::regclass)), '{}') FROM generate_series(1, %s)",
        [f"{table}_id_seq", count],
    )
    return tuple(rows[0][0])


def _fetch(statement: str, parameters: Sequence[Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
