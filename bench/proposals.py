"""What a payment that waits may be for, beside a million open items: the milliseconds until its proposals are there.

Six kinds of payments that nobody can place by themselves wait: no words, a number that is cut short, nothing but an
amount, two numbers that do not add up, a number and another amount, words that say nothing. The floor is looking up
the open items of that amount, bare.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from bench import apart, camt053
from tijdig.domain.documents import Statement, StatementLine
from tijdig.domain.money import Money
from tijdig.formats import camt_writer

_PAYMENTS = 600
_ITEMS, _QUICK_ITEMS = 1_000_000, 50_000
_ON = date(2026, 11, 30)


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """Yield the 95th percentile and the slowest, in milliseconds."""
    items = _QUICK_ITEMS if quick else _ITEMS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statement.xml"
        _generate(path, items)
        yield from apart.measured("bench.proposals", path, items)


def _generate(path: Path, items: int) -> None:
    lines = [_waits(place, place * (items // _PAYMENTS), items) for place in range(_PAYMENTS)]
    net = Money(sum(line.amount.minor for line in lines), "EUR")
    statement = Statement(
        account="NL20INGB0001234567", id="BENCH-2", currency="EUR", opening_balance=Money(0, "EUR"),
        closing_balance=net, from_date=_ON, to_date=_ON,
    )  # fmt: skip
    with path.open("w", encoding="utf-8") as target:
        target.writelines(camt_writer.parts(statement, lines))


def _waits(place: int, item: int, items: int) -> StatementLine:
    """Return a payment that waits, one of six kinds."""
    usual = camt053.line(item, items, _ON)
    number, next_number = f"2026-{item:07d}", f"2026-{item + 1:07d}"
    remittance, another_amount, by_another = (
        ("bedankt", True, False),
        (f"factuur {item % 10_000}", False, False),
        ("", False, True),
        (f"{number} en {next_number}", False, True),
        (f"factuur {number}", True, True),
        ("zie bijlage", True, False),
    )[place % 6]
    return replace(
        usual,
        amount=Money(usual.amount.minor + 7 * another_amount, "EUR"),
        remittance=remittance,
        counterparty_name="Iemand Anders" if by_another else usual.counterparty_name,
        counterparty_iban="",
        structured_reference="",
        end_to_end_id="",
    )


def _proposed(path: Path, items: int) -> apart.Figures:
    apart.ready()
    from django.db import connection

    from tijdig.banking import queries as bank
    from tijdig.infra import tenancy
    from tijdig.processes import cash_application, organisation_setup

    organisation_id = organisation_setup.create(name="Benchmark", country="NL", language="nl", actor="cli")
    with tenancy.within(organisation_id):
        camt053.fill(organisation_id, items)
        cash_application.import_bank_file(name=path.name, content=path.read_bytes(), on=_ON, actor="cli")
        waiting = list(bank.lines(bank.waiting_ids()).values())
        ours = _timed([lambda line=line: cash_application.proposals_for(line.id) for line in waiting])
        with connection.cursor() as cursor:
            floor = _timed(
                [
                    lambda line=line: cursor.execute(
                        "SELECT id, number, customer_id FROM ledger_item WHERE organisation_id = %s AND open = %s",
                        [organisation_id, line.amount.minor],
                    )
                    for line in waiting
                ]
            )
    peak, count = apart.peak_mb(), len(waiting)
    return [
        apart.figure(f"proposals {name}, ms", count, ours[at], floor[at], peak, items=items, goal_ms=50)
        for name, at in (("p95", count * 95 // 100), ("max", -1))
    ]


def _timed(works: Sequence[Any]) -> list[float]:
    """Do each and return the milliseconds they took, the quickest first."""
    took = []
    for work in works:
        started = time.perf_counter()
        work()
        took.append((time.perf_counter() - started) * 1000)
    return sorted(took)


if __name__ == "__main__":
    print(json.dumps(_proposed(Path(sys.argv[1]), int(sys.argv[2]))))
