"""Starting, ending, resuming and holding follow-ups on the real database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.dunning import story
from tijdig.domain.followup import first_step
from tijdig.domain.followup_presets import STANDARD
from tijdig.domain.ledger import ItemKind
from tijdig.domain.reasons import Reason
from tijdig.dunning import operations, queries
from tijdig.infra import audit, tenancy
from tijdig.ledger import operations as ledger
from tijdig.ledger.operations import NewItem

DUE = date(2026, 11, 2)


def on_day(offset: int) -> date:
    return DUE + timedelta(days=offset)


def next_date(item_id: int) -> date | None:
    found = queries.follow_up_of(item_id)
    assert found is not None
    return found.next_action_date


def test_the_preset_flow_is_published_once(creditor: int) -> None:
    first = operations.publish_preset_flow(actor="cli")
    assert operations.publish_preset_flow(actor="cli") == first
    (flow,) = queries.flows()
    assert (flow.id, flow.flow, flow.is_newest) == (first, STANDARD, True)


def test_without_a_flow_nothing_can_be_followed_up(db: None) -> None:
    with tenancy.within(987_654_321), pytest.raises(operations.FlowMissing):
        operations.start_follow_ups([1], on=DUE)


@pytest.mark.parametrize("start", [-40, -4, -3, -2, -1, 0, 1, 5, 13, 14, 15, 60, 400])
def test_the_database_starts_an_item_where_the_rule_says(creditor: int, start: int) -> None:
    on = on_day(start)
    item_id = story.invoice(story.a_customer(), due=DUE, on=on)
    found = queries.follow_up_of(item_id)
    assert found is not None
    place = first_step(STANDARD, DUE, on)
    assert found.steps_done == place
    assert found.next_action_date == max(on, on_day(STANDARD.steps[place].offset_days))


def test_starting_again_changes_nothing(creditor: int) -> None:
    item_id = story.invoice(story.a_customer(), due=DUE)
    before = queries.follow_up_of(item_id)
    assert operations.start_follow_ups([item_id], on=on_day(90)) == 0
    assert queries.follow_up_of(item_id) == before


def test_only_what_is_owed_is_followed(creditor: int) -> None:
    item_id = story.invoice(story.a_customer(), due=DUE)
    story.pay(item_id, on=on_day(-20))
    assert operations.start_follow_ups([item_id, item_id + 1_000_000], on=DUE) == 0


def test_another_organisation_cannot_follow_our_items(creditor: int) -> None:
    item_id = story.invoice(story.a_customer(), due=DUE)
    other = story.a_creditor()
    with tenancy.within(other):
        assert operations.start_follow_ups([item_id], on=DUE) == 0
        assert queries.follow_up_of(item_id) is None


def test_ended_follow_ups_wait_for_nothing_and_resume_where_they_stood(creditor: int) -> None:
    item_id = story.invoice(story.a_customer(), due=DUE)
    story.run(on_day(14))
    operations.end_follow_ups([item_id], reason=Reason("PERSON_SAID", {"text": "agreed"}))
    ended = queries.follow_up_of(item_id)
    assert ended is not None
    assert (ended.next_action_date, str(ended.reason)) == (None, "agreed")
    assert operations.resume_follow_ups([item_id], on=on_day(20)) == 1
    assert next_date(item_id) == on_day(30)


def test_a_hold_moves_the_next_day_and_lifting_moves_it_back(creditor: int) -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    hold_id = operations.place_hold(
        customer_id=customer_id, reason="they call back", until=on_day(10), on=on_day(-5), actor="user:1"
    )
    assert next_date(item_id) == on_day(11)
    operations.lift_hold(hold_id=hold_id, on=on_day(-4), actor="user:1")
    assert next_date(item_id) == on_day(-3)
    with pytest.raises(operations.HoldMissing):
        operations.lift_hold(hold_id=hold_id, on=on_day(-4), actor="user:1")


def test_a_hold_without_end_on_one_item_leaves_the_others_alone(creditor: int) -> None:
    customer_id = story.a_customer()
    held, other = story.invoices(customer_id, due=(DUE, DUE))
    operations.place_hold(
        customer_id=customer_id, item_id=held, reason="dispute", on=on_day(-5), actor="user:1"
    )
    assert (next_date(held), next_date(other)) == (None, on_day(-3))
    (hold,) = queries.holds_of(customer_id, on=DUE)
    assert (hold.item_id, hold.reason, hold.stands(DUE)) == (held, "dispute", True)


def test_of_two_holds_the_longer_one_counts(creditor: int) -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    longer = operations.place_hold(
        customer_id=customer_id, reason="a", until=on_day(20), on=on_day(-9), actor="user:1"
    )
    operations.place_hold(customer_id=customer_id, reason="b", until=on_day(5), on=on_day(-9), actor="user:1")
    assert next_date(item_id) == on_day(21)
    operations.lift_hold(hold_id=longer, on=on_day(-9), actor="user:1")
    assert next_date(item_id) == on_day(6)


@pytest.mark.parametrize(("reason", "until"), [("  ", None), ("dispute", on_day(-6))])
def test_a_hold_needs_a_reason_and_an_end_after_its_beginning(
    creditor: int, reason: str, until: date | None
) -> None:
    customer_id = story.a_customer()
    with pytest.raises(operations.HoldInvalid):
        operations.place_hold(
            customer_id=customer_id, reason=reason, until=until, on=on_day(-5), actor="user:1"
        )


def test_what_is_planned_is_counted_per_day_and_stage(creditor: int) -> None:
    customer_id = story.a_customer()
    story.invoices(customer_id, due=(DUE, DUE, on_day(3)))
    story.invoice(story.a_customer(), due=on_day(-60), on=on_day(-20))
    planned = [(row.on, row.stage.value, row.count) for row in queries.upcoming(on=on_day(-10), until=DUE)]
    assert planned == [
        (on_day(-10), "REMINDER", 1),
        (on_day(-3), "NOTICE", 2),
        (DUE, "NOTICE", 1),
    ]
    assert queries.due_count(on_day(-10)) == 1


def test_a_step_taken_back_can_be_taken_again(creditor: int) -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    story.run(on_day(0))
    (message,) = story.said(customer_id)
    assert operations.take_back_steps(message_ids=[message.id], item_ids=[item_id]) == 1
    stands = queries.follow_up_of(item_id)
    assert stands is not None
    assert (stands.steps_done, stands.last_step_date) == (1, None)
    (action,) = queries.actions_of(item_id)
    assert action.taken_back_at is not None


def test_taking_back_goes_to_the_step_before(creditor: int) -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    story.run(on_day(0))
    story.run(on_day(14))
    reminder = story.said(customer_id)[-1]
    operations.take_back_steps(message_ids=[reminder.id], item_ids=[item_id])
    operations.resume_follow_ups([item_id], on=on_day(14))
    stands = queries.follow_up_of(item_id)
    assert stands is not None
    assert (stands.steps_done, stands.last_step_date, stands.next_action_date) == (2, DUE, on_day(14))


def test_holding_is_in_the_audit_trail(creditor: int) -> None:
    customer_id = story.a_customer()
    hold_id = operations.place_hold(customer_id=customer_id, reason="dispute", on=DUE, actor="user:7")
    operations.lift_hold(hold_id=hold_id, on=DUE, actor="user:7")
    newest = audit.entries(limit=2)
    assert [(entry.action, entry.actor) for entry in newest] == [
        ("hold.lifted", "user:7"),
        ("hold.placed", "user:7"),
    ]


def test_only_invoices_are_followed(creditor: int) -> None:
    new = NewItem(story.a_customer(), ItemKind.FEE, "K1", 5_000, "EUR", DUE, DUE)
    costs = ledger.add_items([new], actor="cli")
    assert operations.start_follow_ups(costs, on=DUE) == 0


@pytest.mark.parametrize("start", [-10, -3, 1, 60])
def test_a_day_run_in_hindsight_takes_an_item_as_if_it_had_been_there(creditor: int, start: int) -> None:
    there = story.invoice(story.a_customer(), due=DUE, on=on_day(start))
    added_later = story.invoice(story.a_customer(), due=DUE, on=on_day(200))
    assert operations.restart_follow_ups(on=on_day(start)) == 1
    first, second = queries.follow_up_of(there), queries.follow_up_of(added_later)
    assert first is not None
    assert second is not None
    assert (second.steps_done, second.next_action_date) == (first.steps_done, first.next_action_date)
    assert operations.restart_follow_ups(on=on_day(start)) == 0


def test_hindsight_leaves_alone_what_was_decided_upon(creditor: int) -> None:
    story.invoice(story.a_customer(), due=DUE, on=on_day(0))
    story.run(on_day(0))
    assert operations.restart_follow_ups(on=on_day(-30)) == 0
