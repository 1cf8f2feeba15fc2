"""The day's work: one message per customer, each step once, whatever happens to the run."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.dunning import story
from tests.dunning.conftest import creditor  # noqa: F401
from tijdig.customers.operations import change_customer
from tijdig.dunning import operations as dunning
from tijdig.dunning import queries as followed
from tijdig.infra import audit
from tijdig.ledger import queries as ledger
from tijdig.messaging import queries as messages
from tijdig.organisations import queries as organisations

DUE = date(2026, 11, 2)
usefixtures = pytest.mark.usefixtures("creditor")
pytestmark = usefixtures


def on_day(offset: int) -> date:
    return DUE + timedelta(days=offset)


def test_with_nothing_due_nothing_is_said_and_the_day_is_done() -> None:
    story.invoice(story.a_customer(), due=DUE)
    assert story.run(on_day(-20)).decided == 0
    assert organisations.current().followed_up_until == on_day(-20)


def test_the_preset_flow_from_notice_to_hand_over() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    for offset in range(-10, 60):
        story.run(on_day(offset))
    assert story.stages(customer_id) == [
        ("2026-10-30", "NOTICE"),
        ("2026-11-02", "DUE"),
        ("2026-11-16", "REMINDER"),
        ("2026-12-02", "FORMAL_NOTICE"),
    ]
    (task,) = messages.task_page(item_id=item_id).tasks
    assert (task.kind, task.due_date) == ("HAND_OVER", on_day(45))
    assert "45 days after the due date" in str(task.reason)
    assert followed.actions_of(item_id)[-1].task_id == task.id


def test_running_twice_changes_nothing() -> None:
    customer_id = story.a_customer()
    story.invoice(customer_id, due=DUE)
    first = story.run(DUE)
    entries = len(audit.entries(limit=1000))
    second = story.run(DUE)
    assert (first.emails, second.decided) == (1, 0)
    assert len(story.said(customer_id)) == 1
    assert len(audit.entries(limit=1000)) == entries


def test_five_days_skipped_gives_the_same_messages_and_no_burst() -> None:
    punctual, skipped = story.a_customer(), story.a_customer()
    story.invoice(punctual, due=DUE)
    for offset in range(-5, 41):
        story.run(on_day(offset))
    story.invoice(skipped, due=DUE)
    for offset in [*range(-5, -2), 3, 4, *range(5, 13), *range(19, 41)]:
        story.run(on_day(offset))
    assert [stage for _, stage in story.stages(skipped)] == [stage for _, stage in story.stages(punctual)]
    days = [day for day, _ in story.stages(skipped)]
    assert len(set(days)) == len(days)
    # Late by five days, the reminder keeps its distance from the message before, the formal notice from it.
    assert story.stages(skipped)[1:] == [
        ("2026-11-05", "DUE"),
        ("2026-11-21", "REMINDER"),
        ("2026-12-07", "FORMAL_NOTICE"),
    ]


def test_one_message_tells_of_all_that_is_due_at_the_firmest_stage() -> None:
    customer_id = story.a_customer()
    old, new = story.invoices(customer_id, due=(on_day(-14), on_day(0)))
    for offset in range(-17, 0):
        story.run(on_day(offset))
    report = story.run(DUE)
    assert (report.decided, report.emails) == (2, 1)
    message = story.said(customer_id)[-1]
    assert message.line.stage == "REMINDER"
    assert {item.item_id: item.stage for item in message.items} == {old: "REMINDER", new: "DUE"}
    assert message.line.total == 24_200


def test_a_late_import_starts_at_the_reminder() -> None:
    customer_id = story.a_customer()
    story.invoice(customer_id, due=on_day(-60), on=DUE)
    for offset in range(40):
        story.run(on_day(offset))
    assert story.stages(customer_id) == [("2026-11-02", "REMINDER"), ("2026-11-18", "FORMAL_NOTICE")]


def test_without_an_email_address_a_letter_is_written() -> None:
    customer_id = story.a_customer(email="")
    story.invoice(customer_id, due=DUE)
    report = story.run(DUE)
    assert (report.emails, report.letters) == (0, 1)
    assert story.said(customer_id)[0].line.channel == "LETTER"


def test_without_any_address_a_person_is_asked_once_and_the_step_is_not_lost() -> None:
    customer_id = story.a_customer(email="", address=False)
    item_id = story.invoice(customer_id, due=DUE)
    assert story.run(DUE).tasks == 1
    assert story.run(on_day(1)).tasks == 0
    assert messages.task_counts() == {"NO_ADDRESS": 1}
    change_customer(customer_id=customer_id, email="found@klant.example", actor="user:1")
    assert story.run(on_day(2)).emails == 1
    assert [action.step_key for action in followed.actions_of(item_id)] == ["due"]


def test_a_customer_partly_on_hold_hears_only_of_the_rest() -> None:
    customer_id = story.a_customer()
    held, free = story.invoices(customer_id, due=(DUE, DUE))
    dunning.place_hold(customer_id=customer_id, item_id=held, reason="dispute", on=on_day(-9), actor="user:1")
    story.run(DUE)
    (message,) = story.said(customer_id)
    assert [item.item_id for item in message.items] == [free]
    assert followed.actions_of(held) == ()


def test_a_hold_that_came_between_is_seen_by_the_run() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    dunning.place_hold(customer_id=customer_id, reason="dispute", until=on_day(3), on=DUE, actor="user:1")
    assert story.run(DUE).emails == 0
    found = followed.follow_up_of(item_id)
    assert found is not None
    assert found.reason is not None
    assert (found.next_action_date, found.reason.code) == (on_day(4), "ON_HOLD_UNTIL")


def test_an_item_that_comes_up_after_the_message_of_the_day_waits_for_tomorrow() -> None:
    customer_id = story.a_customer()
    story.invoice(customer_id, due=DUE)
    story.run(DUE)
    later = story.invoice(customer_id, due=on_day(-14), on=DUE)
    story.run(DUE)
    assert story.stages(customer_id) == [("2026-11-02", "DUE")]
    found = followed.follow_up_of(later)
    assert found is not None
    assert found.next_action_date == on_day(1)
    story.run(on_day(1))
    assert story.stages(customer_id)[-1] == ("2026-11-03", "REMINDER")


def test_another_currency_has_a_message_of_its_own_the_day_after() -> None:
    customer_id = story.a_customer()
    story.invoice(customer_id, due=DUE)
    story.invoices(customer_id, due=(DUE,), currency="USD")
    story.run(DUE)
    story.run(on_day(1))
    assert [(message.line.currency, message.line.total) for message in story.said(customer_id)] == [
        ("EUR", 12_100),
        ("USD", 12_100),
    ]


def test_every_step_keeps_its_reason_and_its_message() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    story.run(DUE)
    (action,) = followed.actions_of(item_id)
    (message,) = story.said(customer_id)
    assert action.message_id == message.id
    assert str(action.reason) == "The due date, 2026-11-02, has come."
    assert message.items[0].open_then == ledger.items([item_id])[item_id].open_minor


def test_in_test_mode_everything_is_composed_and_the_flow_goes_on(db: None) -> None:
    from tijdig.infra import tenancy

    with tenancy.within(story.a_creditor(live=False)):
        customer_id = story.a_customer()
        story.invoice(customer_id, due=DUE)
        story.run(DUE)
        story.run(on_day(14))
        assert [message.line.state for message in story.said(customer_id)] == ["TEST", "TEST"]


def test_small_batches_give_the_same_messages_as_a_large_one() -> None:
    from tijdig.processes import daily_run

    customers = [story.a_customer() for _ in range(40)]
    for customer_id in customers:
        story.invoices(customer_id, due=(DUE, DUE))
    report = daily_run.run_day(on=DUE, actor="cli", batch=1)
    assert (report.decided, report.emails) == (80, 40)
    assert all(len(story.said(customer_id)) == 1 for customer_id in customers)


def test_the_audit_trail_tells_of_each_batch() -> None:
    story.invoice(story.a_customer(), due=DUE)
    story.run(DUE)
    newest = audit.entries(limit=1)[0]
    assert newest.action == "day.followed_up"
    assert newest.data["on"] == "2026-11-02"
    assert (newest.data["decided"], newest.data["messages"], newest.data["tasks"]) == (1, 1, 0)
    assert list(audit.breaks()) == []


def test_what_cannot_be_composed_becomes_a_task_and_is_tried_again() -> None:
    from tijdig.organisations.models import Organisation

    customer_id = story.a_customer()
    story.invoice(customer_id, due=DUE)
    Organisation.objects.update(iban="")
    report = story.run(DUE)
    assert (report.emails, report.tasks) == (0, 1)
    assert messages.task_counts() == {"NOT_COMPOSED": 1}
    Organisation.objects.update(iban="NL91ABNA0417164300")
    assert story.run(on_day(1)).emails == 1
    assert story.stages(customer_id) == [("2026-11-03", "DUE")]
