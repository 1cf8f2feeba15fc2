"""Stories of invoices from the day they come in to the day nobody has to think of them any more."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.dunning import story
from tests.journeys.days import DUE, live, on_day
from tijdig.dunning import operations as dunning
from tijdig.dunning import queries as followed
from tijdig.integrations.mailbox import queries as mailbox
from tijdig.messaging import queries as messages
from tijdig.processes import sending

pytestmark = pytest.mark.usefixtures("creditor")


def received() -> list[str]:
    """Return the subjects of all mail that arrived, oldest first."""
    return [line.subject for line in reversed(mailbox.mail_page(limit=1000).lines)]


def stages(customer_id: int) -> list[str]:
    return [stage for _, stage in story.stages(customer_id)]


def test_reminded_paid_on_day_twelve_silent_ever_after() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    live(-30, 11)
    assert stages(customer_id) == ["NOTICE", "DUE"]
    story.pay(item_id, on=on_day(12))
    live(12, 120)
    assert stages(customer_id) == ["NOTICE", "DUE"]
    assert len(received()) == 2
    assert messages.task_counts() == {}


def test_never_paid_until_a_person_has_to_decide() -> None:
    customer_id = story.a_customer()
    story.invoice(customer_id, due=DUE)
    live(-30, 120)
    assert stages(customer_id) == ["NOTICE", "DUE", "REMINDER", "FORMAL_NOTICE"]
    assert messages.task_counts() == {"HAND_OVER": 1}


def test_paid_in_part_the_rest_is_followed_at_its_own_amount() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    live(-5, 13)
    story.pay(item_id, on=on_day(13), amount=10_000)
    live(14, 14)
    reminder = story.said(customer_id)[-1]
    assert (reminder.line.stage, reminder.line.total) == ("REMINDER", 2_100)
    story.pay(item_id, on=on_day(20))
    live(15, 100)
    assert stages(customer_id) == ["NOTICE", "DUE", "REMINDER"]


def test_a_payment_booked_to_the_wrong_invoice_and_undone_resumes_where_it_stood() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    live(-5, 15)
    payment = story.pay(item_id, on=on_day(16))
    live(16, 19)
    story.undo(payment, on=on_day(20))
    live(20, 44)
    assert story.stages(customer_id)[-2:] == [("2026-09-15", "REMINDER"), ("2026-10-01", "FORMAL_NOTICE")]


def test_undone_after_the_next_step_was_due_it_comes_the_same_day() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    live(-5, 15)
    payment = story.pay(item_id, on=on_day(16))
    live(16, 59)
    story.undo(payment, on=on_day(60))
    live(60, 74)
    assert story.stages(customer_id)[-1] == ("2026-10-31", "FORMAL_NOTICE")
    assert messages.task_counts() == {}
    live(75, 75)
    assert messages.task_counts() == {"HAND_OVER": 1}


def test_composed_on_a_sunday_it_leaves_on_monday_unless_paid_by_then() -> None:
    sunday = date(2026, 9, 6)
    prompt, slow = story.a_customer(), story.a_customer()
    paid = story.invoice(prompt, due=sunday, on=sunday)
    story.invoice(slow, due=sunday, on=sunday)
    story.run(sunday)
    assert sending.send_waiting(at=story.noon(sunday)).sent == 0
    story.pay(paid, on=sunday + timedelta(days=1))
    assert sending.send_waiting(at=story.noon(sunday + timedelta(days=1))).sent == 1
    assert [message.line.state for message in story.said(prompt)] == ["WITHDRAWN"]
    assert [message.line.state for message in story.said(slow)] == ["SENT"]


def test_on_hold_for_a_while_nothing_is_said_and_nothing_is_skipped() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    live(-5, 10)
    dunning.place_hold(
        customer_id=customer_id, reason="in hospital", until=on_day(34), on=on_day(11), actor="user:1"
    )
    live(11, 34)
    assert stages(customer_id) == ["NOTICE", "DUE"]
    live(35, 100)
    assert story.stages(customer_id)[2:] == [("2026-10-06", "REMINDER"), ("2026-10-22", "FORMAL_NOTICE")]
    keys = [action.step_key for action in followed.actions_of(item_id)]
    assert keys == ["notice", "due", "reminder", "formal-notice", "hand-over"]


def test_put_on_hold_while_its_formal_notice_waits_the_notice_is_not_lost() -> None:
    customer_id = story.a_customer()
    story.invoice(customer_id, due=DUE)
    live(-5, 29)
    story.run(on_day(30))
    hold_id = dunning.place_hold(customer_id=customer_id, reason="call", on=on_day(30), actor="user:1")
    assert sending.send_waiting(at=story.noon(on_day(30))).withdrawn == 1
    live(31, 39)
    dunning.lift_hold(hold_id=hold_id, on=on_day(40), actor="user:1")
    live(40, 80)
    assert story.stages(customer_id)[-1] == ("2026-10-11", "FORMAL_NOTICE")
    (task,) = messages.task_page(customer_id=customer_id).tasks
    assert (task.kind, task.due_date) == ("HAND_OVER", on_day(55))


def test_a_customer_with_many_invoices_hears_once_a_day_at_most() -> None:
    customer_id = story.a_customer()
    story.invoices(customer_id, due=[on_day(offset) for offset in range(0, 20, 2)])
    live(-33, 90)
    days = [day for day, _ in story.stages(customer_id)]
    assert len(days) == len(set(days))
    assert messages.task_counts() == {"HAND_OVER": 10}
