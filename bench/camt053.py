"""A camt.053 with 100,000 entries: reading it, and taking it in whole.

Reading is what the importer does, from the bytes of the file to every movement, against lxml walking the same
file without taking anything out; peak memory is that of a process that holds the file's bytes, and beside it
that of one that reads from disk. Taking it in is recording, matching and booking all of it, in one
transaction, against a million open items of one organisation; it is done with a tenth and with three times as many
entries too, to see that it stays linear. Nine of ten payments come from the customer, the tenth from somebody else.
The floor is COPY of the rows that came out into tables with the same indexes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from lxml import etree

from bench import apart, floors
from tijdig.domain.documents import Statement, StatementLine
from tijdig.domain.money import Money
from tijdig.formats import camt, camt_writer, detect

_ENTRIES, _QUICK_ENTRIES = 100_000, 10_000
_ITEMS_OPEN, _QUICK_ITEMS_OPEN = 1_000_000, 50_000
_ITEMS_PER_CUSTOMER = 5
_ROUNDS = 3


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """Yield the results: entries per second are n / ours. Reading is measured in CPU seconds, best of some."""
    entries = _QUICK_ENTRIES if quick else _ENTRIES
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statement.xml"
        generate(path, entries, entries)
        size = path.stat().st_size / 1024**2
        best: dict[str, float] = {}
        peak: dict[str, float] = {}
        for _ in range(_ROUNDS):
            for work in ("floor", "importer", "disk"):
                seconds, peak[work] = _measured(work, path)
                best[work] = min(best.get(work, seconds), seconds)
        for name, work in (("camt053 read", "importer"), ("camt053 read from disk", "disk")):
            yield apart.figure(name, entries, best[work], best["floor"], peak[work], file_mb=round(size))
        items = _QUICK_ITEMS_OPEN if quick else _ITEMS_OPEN
        for count in (entries // 10, entries, entries * 3):
            generate(path, count, items)
            yield from apart.measured("bench.camt053", "import", path, count, items)


def generate(path: Path, entries: int, items: int) -> None:
    """Write a statement that pays so many of the open items, each entry as full as a bank writes it."""
    paid = range(0, items, items // entries)[:entries]
    net = Money(sum(map(_amount, paid)), "EUR")
    statement = Statement(
        account="NL20INGB0001234567",
        id="BENCH-1",
        currency="EUR",
        opening_balance=Money(0, "EUR"),
        closing_balance=net,
        from_date=date(2026, 11, 1),
        to_date=date(2026, 11, 30),
    )
    with path.open("w", encoding="utf-8") as target:
        lines = (
            line(item, items, date(2026, 11, place * 30 // entries + 1)) for place, item in enumerate(paid)
        )
        target.writelines(camt_writer.parts(statement, lines))


def _amount(item: int) -> int:
    return 1_000 + item


def line(item: int, items: int, day: date) -> StatementLine:
    """Return the payment of the item of that place among so many."""
    customers = items // _ITEMS_PER_CUSTOMER
    payer = (item + (item // 7 % 10 == 0)) % customers
    return StatementLine(
        amount=Money(_amount(item), "EUR"),
        booking_date=day,
        value_date=day,
        counterparty_name=f"Voorbeeldklant {payer} B.V.",
        counterparty_iban="NL91ABNA0417164300",
        structured_reference="RF18539007547034",
        remittance=f"Factuur 2026-{item:07d} van november, met dank voor de levering",
        end_to_end_id=f"E2E-{item:012d}",
        mandate_id=f"M-{item}",
        bank_reference=f"BANKREF{item:010d}",
    )


def _measured(work: str, path: Path) -> tuple[float, float]:
    """Run one reading in a process of its own; return its CPU seconds and its peak memory in MB."""
    command = [sys.executable, "-m", "bench.camt053", work, str(path)]
    seconds, megabytes = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(megabytes)


def _floor(path: Path) -> None:
    for _, element in etree.iterparse(str(path), tag="{*}Ntry"):
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _importer(path: Path) -> None:
    content = path.read_bytes()
    for _ in detect.bank_statements(path.name, content):
        pass


def _disk(path: Path) -> None:
    with path.open("rb") as source:
        for _ in camt.stream(source):
            pass


def _import(path: Path, entries: int, items: int) -> apart.Figures:
    """Take the file in, beside so many open items."""
    apart.ready()
    from tijdig.infra import tenancy
    from tijdig.processes import cash_application, organisation_setup

    organisation_id = organisation_setup.create(name="Benchmark", country="NL", language="nl", actor="cli")
    with tenancy.within(organisation_id):
        fill(organisation_id, items)
        started = time.perf_counter()
        done = cash_application.import_bank_file(
            name=path.name, content=path.read_bytes(), on=date(2026, 11, 30), actor="cli"
        )
        seconds = time.perf_counter() - started
    if done.booked != entries:
        raise AssertionError(f"{entries} lines should have been booked, this came: {done}")
    peak = apart.peak_mb()
    floor = floors.copy_seconds(("banking_bankline", "ledger_credit", "ledger_allocation"))
    per_second = round(entries / seconds)
    return [
        apart.figure(
            "camt053 import", entries, seconds, floor, peak, items=items, lines_per_second=per_second
        )
    ]


def fill(organisation_id: int, count: int) -> None:
    """Make the invoices the entries name, of a fifth as many customers, with their follow-ups."""
    from django.db import connection, transaction

    from tijdig.dunning.operations import start_follow_ups
    from tijdig.infra import statistics

    counts = {"organisation": organisation_id, "count": count, "customers": count // _ITEMS_PER_CUSTOMER}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CUSTOMERS, counts)
        cursor.execute(_ITEMS, counts)
        cursor.execute("SELECT id FROM ledger_item ORDER BY id")
        start_follow_ups([row[0] for row in cursor.fetchall()], on=date(2026, 11, 1))
        statistics.refresh()


_CUSTOMERS = """
    INSERT INTO customers_customer
        (organisation_id, number, name, kind, language, contact_name, email, phone, street, postcode,
         city, country, vat_number, legal_id, preferred_channel, created_at)
    SELECT %(organisation)s, 'K' || place, 'Voorbeeldklant ' || place || ' B.V.', 'COMPANY', 'nl', '', '', '',
           'Kersenlaan 1', '1234 AB', 'Mistdaal', 'NL', '', '', 'EMAIL', now()
    FROM generate_series(0, %(customers)s - 1) AS place
"""
_ITEMS = """
    WITH customer AS (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM customers_customer
    )
    INSERT INTO ledger_item
        (organisation_id, customer_id, kind, number, currency, amount, open, issue_date,
         due_date, payment_reference)
    SELECT %(organisation)s, customer.id, 'INVOICE', '2026-' || lpad(invoice::text, 7, '0'), 'EUR',
           1000 + invoice, 1000 + invoice, '2026-10-15', '2026-11-14', ''
    FROM generate_series(0, %(count)s - 1) AS invoice
    JOIN customer ON customer.place = invoice %% %(customers)s
"""


def main(work: str, path: Path) -> None:
    """Do one reading and print its CPU seconds and the process's peak memory in MB."""
    readings = {"floor": _floor, "importer": _importer, "disk": _disk}
    started = time.process_time()
    readings[work](path)
    print(time.process_time() - started, apart.peak_mb())


if __name__ == "__main__":
    if sys.argv[1] == "import":
        print(json.dumps(_import(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))))
    else:
        main(sys.argv[1], Path(sys.argv[2]))
