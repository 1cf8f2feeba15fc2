"""An import that is killed with -9 at random moments, again and again, and then done: not a speed, but a proof.

Two organisations get the same invoices. In one the file is taken in undisturbed; in the other its import is
killed some times first. Afterwards both ledgers must be the same to the row, and prove themselves.
"""

from __future__ import annotations

import json
import os
import random
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
    """Yield one result: how many kills fell inside the import, and that both ledgers are equal."""
    entries, kills = (_QUICK_ENTRIES, _QUICK_KILLS) if quick else (_ENTRIES, _KILLS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statement.xml"
        camt053._generate(path, entries, entries)
        yield from apart.measured("bench.killed_imports", "prove", path, entries, kills)


def _prove(path: Path, entries: int, kills: int) -> apart.Figures:
    apart.ready()
    from tijdig.infra import tenancy
    from tijdig.ledger import verification
    from tijdig.processes import organisation_setup

    undisturbed, disturbed = (
        organisation_setup.create(name=name, country="NL", language="nl", actor="cli")
        for name in ("Undisturbed", "Disturbed")
    )
    for organisation_id in (undisturbed, disturbed):
        with tenancy.within(organisation_id):
            camt053._fill(organisation_id, entries)
    started = time.perf_counter()
    _start(undisturbed, path).wait()
    seconds = time.perf_counter() - started
    inside = sum(_killed(disturbed, path, seconds, chance) for chance in _chances(kills))
    with tenancy.within(disturbed):
        left = _rows(disturbed)
    finished = _start(disturbed, path).wait()
    with tenancy.within(disturbed):
        problems = len(list(verification.problems()))
    same = _rows(undisturbed) == _rows(disturbed)
    if finished or problems or not same:
        raise AssertionError(f"exit code {finished}, problems {problems}, same rows: {same}")
    figures = {"killed": kills, "inside_the_import": inside, "lines_left_by_kills": len(left[0])}
    return [{"name": "killed_imports", "n": entries, **figures, "same_ledger": same, "problems": problems}]


def _chances(kills: int) -> list[float]:
    dice = random.Random(20261125)
    return [dice.random() for _ in range(kills)]


def _start(organisation_id: int, path: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "bench.killed_imports", "import", str(organisation_id), str(path)],
        stdout=subprocess.DEVNULL,
    )


def _killed(organisation_id: int, path: Path, seconds: float, chance: float) -> bool:
    """Start the import and kill it after that part of its usual time; return whether it was still at work."""
    importing = _start(organisation_id, path)
    try:
        importing.wait(timeout=seconds * chance)
    except subprocess.TimeoutExpired:
        importing.kill()
        return importing.wait() == -9
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

    with tenancy.within(organisation_id):
        cash_application.import_bank_file(name="bank.xml", content=path.read_bytes(), on=_ON, actor="cli")


if __name__ == "__main__":
    if sys.argv[1] == "prove":
        print(json.dumps(_prove(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))))
    else:
        _import(int(sys.argv[2]), Path(sys.argv[3]))
