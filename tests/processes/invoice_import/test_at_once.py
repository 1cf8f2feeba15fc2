"""Two at once, and a process that is killed: everything is stored once, or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest
from django.db import connection

from tests.database_address import database_address
from tests.processes.invoice_import.world import ACTOR, HEADER, ON, csv, received
from tijdig.infra import tenancy
from tijdig.invoices import queries as invoices
from tijdig.invoices.queries import import_batch
from tijdig.processes import invoice_import, organisation_setup
from tijdig.processes.invoice_import import Imported

ROWS = tuple(f"F{place};01-10-2026;31-10-2026;10,00;{place % 7};Hoeve {place % 7};" for place in range(200))
# Confirms an import and is killed when its rows are stored, before the transaction ends.
KILLED = """
import os, signal, sys, datetime, django
django.setup()
from tijdig.infra import tenancy
from tijdig.processes import invoice_import
def stop(stage, done, total):
    if stage == "payments":
        print("stored", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
with tenancy.within(int(sys.argv[1])):
    invoice_import.confirm(
        batch_id=int(sys.argv[2]), on=datetime.date(2026, 11, 20), actor="cli", progress=stop
    )
"""


@pytest.fixture
def committed(transactional_db: None) -> int:
    """An organisation that other connections see too."""
    return organisation_setup.create(name="Houtwerf", country="NL", language="nl", actor="cli")


def confirmed_by_threads(organisation_id: int, batch_ids: list[int]) -> list[Imported | Exception]:
    results: list[Imported | Exception] = []

    def confirm(batch_id: int) -> None:
        try:
            with tenancy.within(organisation_id):
                results.append(invoice_import.confirm(batch_id=batch_id, on=ON, actor=ACTOR))
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm, args=(batch_id,)) for batch_id in batch_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_same_file_confirmed_twice_at_once_is_stored_once(committed: int) -> None:
    with tenancy.within(committed):
        batch_ids = [received(csv(*ROWS)), received(csv(*ROWS), "again.csv")]
    results = confirmed_by_threads(committed, batch_ids)
    assert all(isinstance(result, Imported) for result in results), results
    counts = sorted((result.new, result.known) for result in results if isinstance(result, Imported))
    assert counts == [(0, 200), (200, 0)]


def test_one_import_confirmed_twice_at_once_runs_once(committed: int) -> None:
    with tenancy.within(committed):
        batch_id = received(csv(*ROWS))
    results = confirmed_by_threads(committed, [batch_id, batch_id])
    assert sorted(type(result).__name__ for result in results) == ["ImportIsOver", "Imported"]


def test_an_import_killed_in_the_middle_leaves_nothing_and_can_be_confirmed_again(committed: int) -> None:
    with tenancy.within(committed):
        batch_id = received(csv(*ROWS, header=HEADER))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(committed), str(batch_id)],
        env={**os.environ, "DATABASE_URL": database_address()},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert killed.stdout == "stored\n", killed.stderr
    assert killed.returncode == -signal.SIGKILL
    with tenancy.within(committed):
        assert invoices.known(["F1"]) == {}
        assert import_batch(batch_id).state == "UPLOADED"
        assert invoice_import.confirm(batch_id=batch_id, on=ON, actor=ACTOR).new == 200
