"""What a batch is about to do is worked out without writing anything."""

from __future__ import annotations

from datetime import date

import pytest

from tests.dunning import story
from tests.dunning.conftest import creditor  # noqa: F401
from tijdig.domain.followup import Outcome
from tijdig.dunning import queries as followed
from tijdig.processes.day_plan import compose, decide_all
from tijdig.processes.message_making import house

DUE = date(2026, 11, 2)
pytestmark = pytest.mark.usefixtures("creditor")


def test_deciding_and_composing_write_nothing() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    before = followed.follow_up_of(item_id)
    plan = decide_all([customer_id], DUE)
    compose(plan, house(), DUE)
    assert [message.customer_id for message, _ in plan.said] == [customer_id]
    assert list(plan.outcomes.values()) == [Outcome.ACT]
    assert followed.follow_up_of(item_id) == before
    assert story.said(customer_id) == ()


def test_one_customer_has_one_message_and_each_follow_up_one_change() -> None:
    customers = [story.a_customer() for _ in range(3)]
    for customer_id in customers:
        story.invoices(customer_id, due=(DUE, DUE))
    plan = decide_all(customers, DUE)
    compose(plan, house(), DUE)
    assert [job.recipient.customer_id for job, _ in plan.to_say] == customers
    assert set(plan.changes) == {follow_up.id for follow_up in plan.due}
    assert len(plan.changes) == 6
