"""Runs that are killed, repeated, or at work at the same time, as processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from tests.database_address import database_address
from tests.dunning import story
from tijdig.dunning import queries as followed
from tijdig.infra import audit, tenancy
from tijdig.ledger import verification
from tijdig.messaging import queries as messages
from tijdig.processes import daily_run

DUE = date(2026, 11, 2)
TIJDIG = Path(sys.executable).with_name("tijdig")


# Batches of one customer: many transactions, so that a kill falls between and inside them.
_RUN_IN_SMALL_STEPS = f"""
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "tijdig.config.settings"
import django
django.setup()
from datetime import date
from tijdig.infra import tenancy
from tijdig.processes.daily_run import run_day
with tenancy.within(int(os.environ["CREDITOR"])):
    run_day(on=date({DUE.year}, {DUE.month}, {DUE.day}), actor="cli", batch=1)
"""


@pytest.fixture
def creditor(transactional_db: None) -> Iterator[int]:
    organisation_id = story.a_creditor()
    with tenancy.within(organisation_id):
        yield organisation_id


def environment(creditor: int) -> dict[str, str]:
    """Return the environment in which a process works on the database of the tests."""
    return {**os.environ, "DATABASE_URL": database_address(), "CREDITOR": str(creditor)}


def start(creditor: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", _RUN_IN_SMALL_STEPS], env=environment(creditor))


def customers_with_invoices(count: int) -> list[int]:
    customers = [story.a_customer() for _ in range(count)]
    for customer_id in customers:
        story.invoices(customer_id, due=(DUE, DUE))
    return customers


def messages_per_customer() -> Counter[int]:
    page = messages.message_page(limit=10_000)
    return Counter(line.customer_id for line in page.lines)


def test_killed_in_the_middle_and_run_again_each_customer_has_one_message(creditor: int) -> None:
    customers = customers_with_invoices(150)
    run = start(creditor)
    while run.poll() is None and not messages_per_customer():
        pass
    run.kill()
    assert run.wait() == -9
    before = messages_per_customer()
    assert 0 < len(before) < len(customers)
    story.run(DUE)
    assert messages_per_customer() == Counter(customers)
    assert followed.due_count(DUE) == 0
    assert list(audit.breaks()) == []


def test_two_processes_at_once_say_everything_once(creditor: int) -> None:
    customers = customers_with_invoices(50)
    runs = [start(creditor), start(creditor)]
    assert [run.wait() for run in runs] == [0, 0]
    assert messages_per_customer() == Counter(customers)
    runs_in_audit = Counter(entry.action for entry in audit.entries(limit=1000))
    assert runs_in_audit["day.followed_up"] == len(customers)
    assert followed.due_count(DUE) == 0
    assert list(audit.breaks()) == []


def test_the_command_run_twice_at_once_says_everything_once(creditor: int) -> None:
    customers = customers_with_invoices(50)
    command = [TIJDIG, "run", "--on", DUE.isoformat(), "--no-send"]
    runs = [subprocess.Popen(command, env=environment(creditor), stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [run.wait() for run in runs] == [0, 0]
    assert messages_per_customer() == Counter(customers)


def test_payments_during_the_run_neither_block_nor_leave_a_message_about_them(creditor: int) -> None:
    customers = customers_with_invoices(50)
    items = [item.id for customer_id in customers for item in story.open_items(customer_id)[:1]]
    failures: list[BaseException] = []

    def pay_them_all() -> None:
        try:
            with tenancy.within(creditor):
                for item_id in items:
                    story.pay(item_id, on=DUE)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    payer = threading.Thread(target=pay_them_all)
    payer.start()
    daily_run.run_day(on=DUE, actor="cli", batch=2)
    payer.join()
    story.run(DUE)
    assert failures == []
    waiting = messages.message_page(state="WAITING", limit=10_000).lines
    spoken_of = messages.items_of_messages(line.id for line in waiting)
    assert not {item.item_id for found in spoken_of.values() for item in found} & set(items)
    assert Counter(line.customer_id for line in waiting) == Counter(customers)
    assert list(verification.problems()) == []
