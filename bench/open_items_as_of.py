"""The position of a past day over many invoices: its totals, its open items as CSV, one customer's statement.

A ledger of two and a half years: most invoices are paid, one payment in a hundred was taken back and booked
anew, one in fifty waited on account. The floor of the totals is a bare sum over the items and the allocations
up to the day, that of the CSV a COPY of the same rows and columns that is read and thrown away.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from bench import apart

FULL, QUICK = 1_000_000, 50_000
INVOICES_PER_CUSTOMER = 5
_DAYS = {"today": 0, "a month ago": 30, "a year ago": 365}


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """Yield the seconds per day that was asked for."""
    yield from apart.measured("bench.open_items_as_of", QUICK if quick else FULL)


def _measure(count: int) -> apart.Figures:
    apart.ready()
    from tijdig.infra import clock, tenancy
    from tijdig.processes import organisation_setup

    organisation_id = organisation_setup.create(name="Bench", country="NL", language="nl", actor="cli")
    fill(organisation_id, count)
    figures: apart.Figures = []
    today = clock.today()
    for words, days in _DAYS.items():
        figures += _of_a_day(words, today - timedelta(days=days), organisation_id, count)
    with tenancy.within(organisation_id):
        return [*figures, _statement(today, count)]


def _of_a_day(words: str, on: date, organisation_id: int, count: int) -> apart.Figures:
    from tijdig.infra import tenancy
    from tijdig.ledger import queries

    with tenancy.within(organisation_id):
        ours, positions = _best_of_three(lambda: queries.position_as_of(on))
        export, rows = _best_of_three(lambda: _exported(on))
    floor, _ = _best_of_three(lambda: _bare_sums(organisation_id, on))
    assert rows == sum(position.open_count for position in positions)
    copied, size = _best_of_three(lambda: _copied(organisation_id, rows))
    return [
        apart.figure(f"position of {words}", count, ours, floor, apart.peak_mb(), open=rows),
        apart.figure(
            f"open-items CSV of {words}", count, export, copied, apart.peak_mb(), rows=rows, floor_bytes=size
        ),
    ]


def _best_of_three(work: Callable[[], Any]) -> tuple[float, Any]:
    best, found = float("inf"), None
    for _ in range(3):
        started = time.perf_counter()
        found = work()
        best = min(best, time.perf_counter() - started)
    return best, found


def _bare_sums(organisation_id: int, on: date) -> object:
    """What any answer has to look at: the items and the allocations up to the day."""
    from django.db import connection

    from tijdig.infra import database

    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute(
            """SELECT (SELECT sum(amount) FROM ledger_item
                       WHERE organisation_id = %(organisation)s AND issue_date <= %(on)s),
                      (SELECT sum(amount) FROM ledger_allocation
                       WHERE organisation_id = %(organisation)s AND on_date <= %(on)s)""",
            {"organisation": organisation_id, "on": on},
        )
        return cursor.fetchone()


def _exported(on: date) -> int:
    """Write the export to nowhere; return how many rows it has."""
    from tijdig.reporting import exports

    return sum(1 for _line in exports.as_csv("open-items", rows=exports.export("open-items", on=on))) - 1


def _copied(organisation_id: int, rows: int) -> int:
    """Read as many rows with the same columns by COPY; return their bytes."""
    from django.db import connection

    from tijdig.infra import database

    with (
        database.as_owner(),
        connection.cursor() as cursor,
        cursor.copy(
            """COPY (SELECT customer.number, customer.name, item.kind, item.number, issue_date, due_date, 0, currency,
                            amount, open, payment_reference
                     FROM ledger_item AS item JOIN customers_customer AS customer ON customer.id = item.customer_id
                     WHERE item.organisation_id = %s LIMIT %s) TO STDOUT (FORMAT csv)""",
            [organisation_id, rows],
        ) as copy,
    ):
        return sum(len(piece) for piece in copy)


def _statement(today: date, count: int) -> dict[str, Any]:
    """A customer's statement of a year, against the goal of a screen."""
    from tijdig.customers import queries as customers
    from tijdig.reporting.statement_of_account import statement_of_account

    (row,) = customers.page(limit=1).rows
    since = today - timedelta(days=365)
    ours, _ = _best_of_three(lambda: statement_of_account(row.id, since=since, until=today, currency="EUR"))
    return apart.figure("statement of one customer", count, ours, 0.1, apart.peak_mb(), floor_is="goal 0.1 s")


def fill(organisation_id: int, count: int) -> None:
    """Make the customers, the invoices, the payments and what they settled."""
    from django.db import connection, transaction

    from bench.list_page import _CUSTOMERS
    from tijdig.infra import database, tenancy

    values = {"organisation": organisation_id, "count": count, "customers": count // INVOICES_PER_CUSTOMER}
    with tenancy.within(organisation_id), transaction.atomic(), connection.cursor() as cursor:
        for statement in (_CUSTOMERS, _ITEMS, _CREDITS, _REVERSALS, _ALLOCATIONS, _FIGURES):
            cursor.execute(statement, values)
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


# Invoices of 900 days; the id decides: 4 of 5 are paid 20 to 60 days later (if that has come), the rest not.
_ITEMS = """
    WITH customer AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM customers_customer)
    INSERT INTO ledger_item (organisation_id, customer_id, kind, number, currency, amount, open, issue_date,
                             due_date, payment_reference)
    SELECT %(organisation)s, customer.id, 'INVOICE', 'F-' || lpad(invoice::text, 8, '0'), 'EUR',
           1000 + invoice::bigint * 104729 %% 1000000, 1000 + invoice::bigint * 104729 %% 1000000,
           issued, issued + 30, ''
    FROM generate_series(1, %(count)s) AS invoice
    JOIN customer ON customer.place = invoice::bigint * 7919 %% %(customers)s
    CROSS JOIN LATERAL (SELECT current_date - 900 + (invoice::bigint * 900 / %(count)s)::int AS issued) AS dated
"""
_CREDITS = """
    INSERT INTO ledger_credit (organisation_id, customer_id, kind, number, currency, amount, unallocated,
                               booking_date, origin, reason, actor, reversed)
    SELECT %(organisation)s, customer_id, 'PAYMENT', '', 'EUR', amount, amount, issue_date + 20 + (id %% 41)::int,
           'bank:' || id, '{"code": "BOOKED_BY_HAND"}', 'cli', false
    FROM ledger_item WHERE id %% 5 > 0 AND issue_date + 20 + (id %% 41)::int <= current_date
"""
# One payment in a hundred was wrong: taken back after a week, and booked anew.
_REVERSALS = """
    WITH taken_back AS (
        UPDATE ledger_credit SET reversed = true, unallocated = 0
        WHERE id %% 100 = 7 AND booking_date < current_date - 7
        RETURNING id, customer_id, amount, booking_date, origin
    ), reversal AS (
        INSERT INTO ledger_item (organisation_id, customer_id, kind, number, currency, amount, open, issue_date,
                                 due_date, payment_reference, reverses_credit_id)
        SELECT %(organisation)s, customer_id, 'REVERSAL', '#' || id, 'EUR', amount, amount, booking_date + 7,
               booking_date + 7, '', id
        FROM taken_back
    )
    INSERT INTO ledger_credit (organisation_id, customer_id, kind, number, currency, amount, unallocated,
                               booking_date, origin, reason, actor, reversed)
    SELECT %(organisation)s, customer_id, 'PAYMENT', '', 'EUR', amount, amount, booking_date, origin,
           '{"code": "BOOKED_BY_HAND"}', 'cli', false
    FROM taken_back
"""
_ALLOCATIONS = """
    INSERT INTO ledger_allocation (organisation_id, item_id, credit_id, amount, on_date, reason, actor)
    SELECT %(organisation)s, item.id, credit.id, credit.amount, item.issue_date, '{}'::jsonb, 'cli'
    FROM ledger_item AS item JOIN ledger_credit AS credit ON credit.id = item.reverses_credit_id
    UNION ALL
    SELECT %(organisation)s, item.id, credit.id, credit.amount, credit.booking_date, '{}', 'cli'
    FROM ledger_credit AS credit JOIN ledger_item AS item ON credit.origin = 'bank:' || item.id
    WHERE NOT credit.reversed AND credit.id %% 50 > 0
"""
_FIGURES = """
    WITH settled AS (
        UPDATE ledger_credit SET unallocated = 0
        FROM ledger_allocation AS a WHERE a.credit_id = ledger_credit.id RETURNING a.item_id, a.on_date
    )
    UPDATE ledger_item SET open = 0, settled_date = settled.on_date FROM settled WHERE settled.item_id = ledger_item.id
"""


if __name__ == "__main__":
    print(json.dumps(_measure(*map(int, sys.argv[1:]))))
