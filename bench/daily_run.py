"""The daily run over many open invoices of which a few are due, beside bare SQL that writes the same rows.

Ours gathers, decides, composes each mail (text and HTML) and commits, through row-level security. The floor
has the words already and writes the rows that came out, set-based, into tables with the same indexes.
With nothing due the run is measured on its own: at most 0.2 s, whatever is open.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from bench import apart

# Open invoices, and how many of them are due; each of those has a customer of its own, so a mail of its own.
FULL, QUICK = (1_000_000, 30_000), (50_000, 2_000)
ON = date(2026, 11, 20)
NOTHING_DUE_SECONDS = 0.2
_WRITTEN = ("messaging_message", "messaging_messageitem", "dunning_action")


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """Yield the figures, measured in a process and a database of their own."""
    yield from apart.measured("bench.daily_run", *(QUICK if quick else FULL))


def _measure(count: int, due: int) -> apart.Figures:
    apart.ready()
    from tijdig.infra import tenancy

    organisation_id = _creditor()
    with tenancy.within(organisation_id):
        _fill(organisation_id, count, due)
    _settle_down()
    with tenancy.within(organisation_id):
        ours = _seconds_of_run(ON, expected=due)
        nothing = _seconds_of_run(ON + timedelta(days=1), expected=0)
    peak = apart.peak_mb()
    return [
        apart.figure("daily_run", due, ours, _floor(), peak),
        apart.figure("daily_run_nothing_due", count, nothing, NOTHING_DUE_SECONDS, peak),
    ]


def _creditor() -> int:
    from tijdig.processes import organisation_setup

    return organisation_setup.create(
        name="Benchmark",
        country="NL",
        language="nl",
        actor="cli",
        iban="NL91ABNA0417164300",
        street="Meetweg 1",
        postcode="1234 AB",
        city="Utrecht",
        email="post@benchmark.example",
    )


def _fill(organisation_id: int, count: int, due: int) -> None:
    """Make the customers and their invoices; the first `due` have a step today, the others later."""
    from django.db import connection, transaction

    from tijdig.dunning.operations import start_follow_ups

    values = {"organisation": organisation_id, "count": count, "due": due, "on": ON, "customers": count // 5}
    values["customers"] = max(values["customers"], due)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CUSTOMERS, values)
        cursor.execute(_ITEMS, values)
        cursor.execute("SELECT id FROM ledger_item ORDER BY id")
        item_ids = [row[0] for row in cursor.fetchall()]
        start_follow_ups(item_ids, on=ON)


_CUSTOMERS = """
    INSERT INTO customers_customer
        (organisation_id, number, name, kind, language, contact_name, email, phone, street, postcode,
         city, country, vat_number, legal_id, preferred_channel, created_at)
    SELECT %(organisation)s, 'K' || place, 'Kwekerij Zilverblad ' || place, 'COMPANY',
           (ARRAY['nl', 'fr', 'nl', 'en', 'de'])[place %% 5 + 1], '', 'post@klant' || place || '.example', '',
           'Kersenlaan ' || place %% 300, '1234 AB', 'Mistdaal', 'NL', '', '', 'EMAIL', now()
    FROM generate_series(1, %(customers)s) AS place
"""
_ITEMS = """
    WITH customer AS (
        SELECT id, row_number() OVER (ORDER BY id) AS place FROM customers_customer
    )
    INSERT INTO ledger_item
        (organisation_id, customer_id, kind, number, currency, amount, open, issue_date,
         due_date, payment_reference)
    SELECT %(organisation)s, customer.id, 'INVOICE', 'F' || invoice, 'EUR', 1000 + invoice, 1000 + invoice,
           day.due - 30, day.due, ''
    FROM generate_series(1, %(count)s) AS invoice
    JOIN customer ON customer.place = (invoice - 1) %% %(customers)s + 1
    CROSS JOIN LATERAL (
        SELECT %(on)s::date
            + CASE WHEN invoice <= %(due)s THEN invoice %% 3 * -15 ELSE 10 + invoice %% 90 END AS due
    ) day
"""


def _settle_down() -> None:
    """Bring the statistics up to date, as they are in a database that has been at work, and keep what was."""
    from django.db import connection

    from tijdig.infra import database

    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE floor_dunning_followup (LIKE dunning_followup INCLUDING INDEXES)")
        cursor.execute("INSERT INTO floor_dunning_followup SELECT * FROM dunning_followup")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def _seconds_of_run(on: date, *, expected: int) -> float:
    from tijdig.processes.daily_run import run_day

    started = time.perf_counter()
    report = run_day(on=on, actor="cli")
    seconds = time.perf_counter() - started
    if (report.decided, report.emails) != (expected, expected):
        raise AssertionError(f"{expected} messages were expected, this came: {report}")
    return seconds


def _floor() -> float:
    """Return the seconds that writing the same rows takes when there is nothing to find out about them."""
    from django.db import connection, transaction

    from tijdig.infra import database

    with database.as_owner(), connection.cursor() as cursor:
        for table in _WRITTEN:
            cursor.execute(f"CREATE TABLE floor_{table} (LIKE {table} INCLUDING INDEXES)")
        cursor.execute("CHECKPOINT")
        started = time.perf_counter()
        with transaction.atomic():
            for table in _WRITTEN:
                cursor.execute(f"INSERT INTO floor_{table} SELECT * FROM {table}")
            cursor.execute(
                """
                UPDATE floor_dunning_followup old
                SET steps_done = new.steps_done, last_step_date = new.last_step_date,
                    next_action_date = new.next_action_date, reason = new.reason
                FROM dunning_followup new WHERE new.id = old.id AND old.next_action_date <= %s
                """,
                [ON],
            )
        return time.perf_counter() - started


if __name__ == "__main__":
    print(json.dumps(_measure(int(sys.argv[1]), int(sys.argv[2]))))
