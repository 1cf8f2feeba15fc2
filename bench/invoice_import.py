"""Importing invoices, beside COPY of the same rows into tables with the same indexes, in the same run.

Ours is the whole core: customers, ledger items, invoices and follow-ups, through row-level security, with
every constraint and the audit trail, in one transaction. The floor has none of that: it is COPY of the rows
that came out, in one transaction. The second figure is the way from a CSV file: reading, checking, storing.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from bench import apart, floors

FULL, QUICK = 1_000_000, 50_000
_CHUNK = 50_000
_TABLES = ("customers_customer", "ledger_item", "invoices_invoice", "dunning_followup")


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """Yield the figures; each is measured in a process and a database of its own."""
    for way in ("core", "csv"):
        yield from apart.measured("bench.invoice_import", way, QUICK if quick else FULL)


def _measure(way: str, count: int) -> apart.Figures:
    apart.ready()
    from tijdig.infra import tenancy
    from tijdig.processes import organisation_setup

    organisation_id = organisation_setup.create(name="Benchmark", country="NL", language="nl", actor="cli")
    with tenancy.within(organisation_id):
        ours = _core(count) if way == "core" else _from_csv(count)
    peak = apart.peak_mb()
    floor = floors.copy_seconds(_TABLES)
    name = "import_invoices" if way == "core" else "import_invoices_csv"
    return [apart.figure(name, count, ours, floor, peak)]


def _core(count: int) -> float:
    """Return the seconds it takes to store the rows; making them up does not count."""
    from django.db import transaction

    from bench import data
    from tijdig.processes.invoice_import import Storing

    rows, seconds = data.invoices(count), 0.0
    with transaction.atomic():
        storing = Storing(country="NL", on=data.ON, actor="cli")
        while chunk := list(islice(rows, _CHUNK)):
            started = time.perf_counter()
            storing.add(chunk)
            seconds += time.perf_counter() - started
        started = time.perf_counter()
    return seconds + time.perf_counter() - started


def _from_csv(count: int) -> float:
    """Return the seconds from the bytes of a CSV file to everything stored, with the look at it left out."""
    from bench import data
    from tijdig.processes.invoice_import import Upload, confirm, receive

    content = b"".join(data.csv_text(count))
    data.customer.cache_clear()
    started = time.perf_counter()
    batch_id = receive(uploads=[Upload("invoices.csv", content)], actor="cli")
    imported = confirm(batch_id=batch_id, on=data.ON, actor="cli")
    if imported.invoices != count:
        raise AssertionError(
            f"{imported.invoices} of {count} invoices were imported: {imported.rejected[:3]}"
        )
    return time.perf_counter() - started


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1], int(sys.argv[2]))))
