"""The worker as a process of its own: it takes what is queued, and stops when it is told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection

from tests.database_address import database_address
from tijdig.infra import jobs


def _left() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'confirm_import' AND status IN ('todo', 'doing')"
        )
        count: int = cursor.fetchone()[0]
    return count


@pytest.mark.django_db(transaction=True)
def test_it_takes_what_is_queued_and_stops_in_order_when_told_to() -> None:
    jobs.enqueue("confirm_import", organisation_id=987_654_321, batch_id=1)  # there is no such import
    worker = subprocess.Popen(
        [sys.executable, "-m", "tijdig.interfaces.worker"],
        env={**os.environ, "DATABASE_URL": database_address()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        until = time.monotonic() + 60
        while _left() and worker.poll() is None and time.monotonic() < until:
            time.sleep(0.1)
        assert _left() == 0
    finally:
        worker.send_signal(signal.SIGTERM)
        _out, errors = worker.communicate(timeout=30)
    assert worker.returncode == 0, errors.decode()
