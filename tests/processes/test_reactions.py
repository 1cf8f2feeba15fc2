"""Money moves, and the follow-up with it, at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.dunning import story
from tests.dunning.conftest import creditor  # noqa: F401
from tijdig.dunning import queries as followed
from tijdig.infra import audit
from tijdig.ledger import verification
from tijdig.ledger.operations import Settlement
from tijdig.messaging import queries as messages
from tijdig.processes import reactions
from tijdig.processes.sending import send_waiting

DUE = date(2026, 11, 2)
pytestmark = pytest.mark.usefixtures("creditor")


def on_day(offset: int) -> date:
    return DUE + timedelta(days=offset)


def next_date(item_id: int) -> date | None:
    found = followed.follow_up_of(item_id)
    assert found is not None
    return found.next_action_date


def states(customer_id: int) -> list[str]:
    return [message.line.state for message in story.said(customer_id)]


def test_paying_ends_the_follow_up_with_its_reason() -> None:
    item_id = story.invoice(story.a_customer(), due=DUE)
    story.pay(item_id, on=on_day(-5))
    found = followed.follow_up_of(item_id)
    assert found is not None
    assert found.reason is not None
    assert (found.next_action_date, found.reason.code, found.is_settled) == (None, "ITEM_SETTLED", True)


def test_a_waiting_message_about_what_was_paid_is_withdrawn() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    story.run(DUE)
    story.pay(item_id, on=DUE)
    (message,) = story.said(customer_id)
    assert message.line.state == "WITHDRAWN"
    assert message.line.reason is not None
    assert message.line.reason.code == "WITHDRAWN_SETTLED"


def test_what_it_said_of_other_invoices_is_said_anew_the_same_day() -> None:
    customer_id = story.a_customer()
    paid, owed = story.invoices(customer_id, due=(DUE, DUE))
    story.run(DUE)
    story.pay(paid, on=DUE)
    first, second = story.said(customer_id)
    assert (first.line.state, second.line.state) == ("WITHDRAWN", "WAITING")
    assert (second.line.on_date, second.line.stage, second.line.total) == (DUE, "DUE", 12_100)
    assert [item.item_id for item in second.items] == [owed]
    standing = [action for action in followed.actions_of(owed) if action.taken_back_at is None]
    assert [(action.step_key, action.message_id) for action in standing] == [("due", second.id)]
    assert next_date(owed) == on_day(14)


def test_a_message_that_was_sent_stays_as_it_was() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    story.run(DUE)
    send_waiting(at=story.noon(DUE))
    story.pay(item_id, on=DUE)
    assert states(customer_id) == ["SENT"]


def test_a_part_payment_changes_nothing_in_the_follow_up() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    story.pay(item_id, on=on_day(-5), amount=5_000)
    story.run(DUE)
    (message,) = story.said(customer_id)
    assert message.line.total == 7_100
    assert next_date(item_id) == on_day(14)


def test_an_undone_payment_goes_on_at_the_step_where_it_stood() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    story.run(on_day(14))
    send_waiting(at=story.noon(on_day(14)))
    payment = story.pay(item_id, on=on_day(20))
    assert next_date(item_id) is None
    story.undo(payment, on=on_day(25))
    assert next_date(item_id) == on_day(30)
    story.run(on_day(30))
    assert [stage for _, stage in story.stages(customer_id)] == ["REMINDER", "FORMAL_NOTICE"]


def test_a_step_whose_message_never_left_is_taken_when_the_payment_is_undone() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    story.run(on_day(14))
    payment = story.pay(item_id, on=on_day(14))
    assert states(customer_id) == ["WITHDRAWN"]
    story.undo(payment, on=on_day(16))
    story.run(on_day(16))
    assert story.stages(customer_id) == [("2026-11-18", "REMINDER")]


def test_a_task_about_what_was_paid_is_closed() -> None:
    item_id = story.invoice(story.a_customer(), due=on_day(-100), on=on_day(-60))
    for offset in (-60, -44, -29):
        story.run(on_day(offset))
    assert messages.task_counts() == {"HAND_OVER": 1}
    story.pay(item_id, on=DUE)
    assert messages.task_counts() == {}


def test_owed_again_after_the_last_step_somebody_has_to_decide() -> None:
    item_id = story.invoice(story.a_customer(), due=on_day(-100), on=on_day(-60))
    for offset in (-60, -44, -29):
        story.run(on_day(offset))
    payment = story.pay(item_id, on=DUE)
    story.undo(payment, on=on_day(1))
    (task,) = messages.task_page(item_id=item_id).tasks
    assert task.reason is not None
    assert (task.kind, task.reason.code) == ("HAND_OVER", "OWED_AGAIN")


def test_many_at_once_take_as_many_statements_as_a_few() -> None:
    def statements(count: int) -> int:
        items = [story.invoice(story.a_customer(), due=DUE) for _ in range(count)]
        story.run(DUE)
        with CaptureQueriesContext(connection) as done:
            reactions.after_settlement(settlement=Settlement(settled=tuple(items)), on=DUE)
        return len(done)

    assert statements(40) == statements(4)


def test_ledger_and_audit_trail_are_whole_after_all_this() -> None:
    customer_id = story.a_customer()
    paid, _ = story.invoices(customer_id, due=(DUE, DUE))
    story.run(DUE)
    story.undo(story.pay(paid, on=DUE), on=on_day(1))
    story.run(on_day(1))
    assert list(verification.problems()) == []
    assert list(audit.breaks()) == []
