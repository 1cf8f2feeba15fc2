"""An import that is killed with -9 at random moments, again and again, and then done: not a speed, but a proof.

Organisations get the same invoices. In one the file is taken in undisturbed; in the other its import is killed some
times first, at moments inside it. One that was done before its moment came is replaced by another. Afterwards all
ledgers must be the same to the row, and prove themselves.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from bench import apart, camt053

_ENTRIES, _QUICK_ENTRIES = 50_000, 2_000
_KILLS, _QUICK_KILLS = 20, 5
_ON = date(2026, 11, 30)


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """Yield one result: how many kills fell inside the import, and that all ledgers are equal."""
    entries, kills = (_QUICK_ENTRIES, _QUICK_KILLS) if quick else (_ENTRIES, _KILLS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statement.xml"
        camt053.generate(path, entries, entries)
        yield from apart.measured("bench.killed_imports", "prove", path, entries, kills)


def _prove(path: Path, entries: int, kills: int) -> apart.Figures:
    apart.ready()
    from tijdig.infra import tenancy
    from tijdig.ledger import verification
    from tijdig.processes import organisation_setup

    def one_more() -> int:
        organisation_id = organisation_setup.create(
            name="Benchmark", country="NL", language="nl", actor="cli"
        )
        with tenancy.within(organisation_id):
            camt053.fill(organisation_id, entries)
        return organisation_id

    undisturbed, disturbed = one_more(), [one_more()]
    importing = _started(undisturbed, path)
    started = time.perf_counter()
    importing.wait()
    seconds = time.perf_counter() - started
    dice, killed = random.Random(20261125), 0
    while killed < kills:
        if _killed(disturbed[-1], path, seconds * dice.random()):
            killed += 1
        else:  # it was done before the moment came; the kills go on in another organisation
            disturbed.append(one_more())
    wanted, problems = _rows(undisturbed), 0
    for organisation_id in disturbed:
        if _started(organisation_id, path).wait():
            raise AssertionError("the import after the kills was refused")
        with tenancy.within(organisation_id):
            problems += len(list(verification.problems()))
        if _rows(organisation_id) != wanted:
            raise AssertionError(
                f"organisation {organisation_id} has another ledger than the undisturbed one"
            )
    figures = {
        "killed_inside_the_import": killed,
        "organisations": len(disturbed),
        "seconds_undisturbed": seconds,
    }
    return [{"name": "killed_imports", "n": entries, **figures, "same_ledger": True, "problems": problems}]


def _started(organisation_id: int, path: Path) -> subprocess.Popen[str]:
    """Return a process that takes the file in, once it is about to."""
    command = [sys.executable, "-m", "bench.killed_imports", "import", str(organisation_id), str(path)]
    importing = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert importing.stdout is not None
    importing.stdout.readline()
    return importing


def _killed(organisation_id: int, path: Path, seconds: float) -> bool:
    """Start the import and kill it after so many seconds; return whether it was still at work."""
    importing = _started(organisation_id, path)
    try:
        importing.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        importing.kill()
        return importing.wait() == -signal.SIGKILL
    return False


def _rows(organisation_id: int) -> tuple[list[Any], ...]:
    """Return what the import wrote, without ids: lines, credits, allocations by what they are about, items."""
    from django.db import connection

    from tijdig.infra import tenancy

    with tenancy.within(organisation_id), connection.cursor() as cursor:
        found = []
        for statement in _CONTENTS:
            cursor.execute(statement)
            found.append(cursor.fetchall())
        return tuple(found)


_CONTENTS = (
    "SELECT amount, booking_date, remittance, state, reason ->> 'code' FROM banking_bankline ORDER BY 3, 1",
    "SELECT kind, amount, unallocated, booking_date, reversed FROM ledger_credit ORDER BY 2, 4",
    """SELECT i.number, a.amount, a.on_date, a.reason ->> 'code' FROM ledger_allocation a
       JOIN ledger_item i ON i.id = a.item_id ORDER BY 1, 2""",
    "SELECT number, open, settled_date FROM ledger_item ORDER BY 1",
    "SELECT count(*) FROM infra_storedfile",
)


def _import(organisation_id: int, path: Path) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tijdig.config.settings"
    import django

    django.setup()
    from tijdig.infra import tenancy
    from tijdig.processes import cash_application

    content = path.read_bytes()
    with tenancy.within(organisation_id):
        print("begins", flush=True)
        cash_application.import_bank_file(name="bank.xml", content=content, on=_ON, actor="cli")


if __name__ == "__main__":
    if sys.argv[1] == "prove":
        print(json.dumps(_prove(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))))
    else:
        _import(int(sys.argv[2]), Path(sys.argv[3]))
