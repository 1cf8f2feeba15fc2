"""The demonstration as it is played: alive on every screen, true to the ledger, and ready to be tried."""

from __future__ import annotations

import dataclasses
import random
from datetime import date, timedelta

import pytest
from django.db import connection

from tijdig.banking import queries as bank
from tijdig.domain.followup import Stage
from tijdig.dunning import queries as dunning
from tijdig.infra import audit, clock, tenancy
from tijdig.integrations.mailbox import queries as mailbox
from tijdig.ledger import queries as ledger
from tijdig.ledger import verification
from tijdig.messaging import queries as messaging
from tijdig.organisations import operations as organisations
from tijdig.organisations import queries
from tijdig.processes import cash_application, invoice_import, organisation_setup
from tijdig.processes.demonstration import making, story, try_it
from tijdig.processes.demonstration.cast import CREDITORS
from tijdig.processes.demonstration.making import LOGINS, make
from tijdig.processes.invoice_import import Upload
from tijdig.reporting import positions
from tijdig.reporting.positions import Narrowing
from tijdig.reporting.statement_of_account import statement_of_account

pytestmark = pytest.mark.django_db


def _progress(what: str, done: int, total: int) -> None:
    assert 0 < done <= total, what


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> int:
    """A Dutch demonstration of 70 days with 40 customers."""
    small = dataclasses.replace(CREDITORS[0], customers=40)
    monkeypatch.setattr(try_it, "CREDITORS", (small,))
    monkeypatch.setattr(
        try_it, "tell", lambda creditor, last_day: story.tell(creditor, last_day=last_day, days=70)
    )
    users = tuple(
        organisations.create_user(email=login.email, name=login.role, language="nl", password=login.password)
        for login in LOGINS
    )
    return make(small, users=users, progress=_progress, days=70)


def test_a_demonstration_lives_and_its_books_are_right(made: int) -> None:
    with tenancy.within(made):
        today = clock.today(queries.current().timezone)
        assert queries.current().followed_up_until == today
        assert ledger.item_count(on=today, status=ledger.ItemStatus.PAID).number > 10
        assert ledger.item_count(on=today, status=ledger.ItemStatus.OPEN).number > 10
        assert messaging.message_page(state="SENT").lines
        assert mailbox.mail_page().lines
        assert {member.role for member in queries.members()} == {"OWNER", "CONTROLLER", "VIEWER"}
        assert list(verification.problems()) == []
        assert list(audit.breaks()) == []
        _keeps_to_its_flow(today)


def _keeps_to_its_flow(today: date) -> None:
    """Each first reminder comes 14 days after the due date, and nothing is told ahead of time."""
    overdue = ledger.item_page(on=today, status=ledger.ItemStatus.OVERDUE, limit=200).items
    reminded = [
        (action.on - item.due_date).days
        for item in overdue
        for action in dunning.actions_of(item.id)
        if action.stage == Stage.REMINDER
    ]
    assert set(reminded) == {14}
    lines = messaging.message_page(limit=200).lines
    assert all(
        moment <= clock.now() for line in lines for moment in (line.composed_at, line.sent_at) if moment
    )


def test_any_day_of_it_adds_up_to_the_books(made: int) -> None:
    """Per customer and currency, on days picked by chance; today as the figures that run along."""
    chance = random.Random(7)
    with tenancy.within(made):
        today = clock.today(queries.current().timezone)
        for on in (today, *(today - timedelta(days=chance.randrange(1, 100)) for _ in range(4))):
            nets: dict[tuple[int, str], int] = {}
            for row in positions.ageing(on, Narrowing(), limit=10_000):
                assert sum(row.bucket_minor) == row.open_minor
                nets[row.customer_id, row.currency] = row.net_minor
            assert {key: net for key, net in nets.items() if net} == _booked(on)
            for position in ledger.position_as_of(on):
                rows = positions.open_items(on, Narrowing(currency=position.currency), limit=10_000)
                assert sum(row.item.open_minor for row in rows) == position.open_minor
                assert len(rows) == position.open_count
        (whole,) = ledger.position_as_of(today)
        assert (whole.ageing,) == ledger.ageing(today)
        assert whole.on_account_minor == ledger.money_figures(today)[0].on_account_minor
        for customer_id, _currency in list(nets)[:5]:
            (part,) = statement_of_account(
                customer_id, since=today - timedelta(days=30), until=today, currency="EUR"
            ).parts
            assert [part.opening_minor, *(line.balance_minor for line in part.lines)][
                -1
            ] == part.closing_minor


def _booked(on: date) -> dict[tuple[int, str], int]:
    """Items issued less credits booked, per customer and currency; nobody here pays for another."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT customer_id, currency, sum(amount)::bigint FROM (
                   SELECT customer_id, currency, amount FROM ledger_item WHERE issue_date <= %(on)s
                   UNION ALL SELECT customer_id, currency, -amount FROM ledger_credit WHERE booking_date <= %(on)s
               ) AS sides GROUP BY 1, 2 HAVING sum(amount) <> 0""",
            {"on": on},
        )
        return {(customer_id, currency): net for customer_id, currency, net in cursor.fetchall()}


def test_its_files_can_be_tried(made: int) -> None:
    with tenancy.within(made):
        today = clock.today(queries.current().timezone)
        files = {file.key: file for file in try_it.files(queries.current())}
        before = bank.state_counts().get(bank.LineState.BOOKED, 0)
        if "statement" in files:  # on some days nothing moved on the account
            brought = cash_application.import_bank_file(
                name="bank.xml", content=files["statement"].content, on=today, actor="cli"
            )
            assert brought.new_lines > 0
            assert bank.state_counts().get(bank.LineState.BOOKED, 0) == before + brought.booked
        batch = invoice_import.receive(
            uploads=[Upload("facturen.csv", files["invoices"].content)], actor="cli"
        )
        preview = invoice_import.preview(batch_id=batch, on=today)
        assert (preview.new, preview.rejected) == (7, 1)


def test_an_organisation_of_ones_own_has_no_files_to_try(made: int) -> None:
    with tenancy.within(made):
        own = dataclasses.replace(queries.current(), is_demo=False)
    with pytest.raises(try_it.NoDemonstration):
        try_it.files(own)


def test_a_demonstration_that_was_broken_off_does_not_count(made: int) -> None:
    whole, broken_off = CREDITORS
    organisation_setup.create(
        name=broken_off.name,
        slug=broken_off.slug,
        country="BE",
        language="nl",
        is_demo=True,
        actor=making.ACTOR,
    )
    assert making._is_whole(whole)
    assert not making._is_whole(broken_off)
