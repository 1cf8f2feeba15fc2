"""One line of time for a customer and for an invoice: everything, newest first, page by page."""

from __future__ import annotations

from datetime import date

import pytest

from tests.ledger.builders import an_organisation
from tests.reporting.story import ACTOR, DUE, PAID, REMINDED, Story, a_message, at, because, hold
from tijdig.customers.operations import add_note
from tijdig.customers.queries import CustomerUnknown
from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason
from tijdig.dunning import operations as dunning
from tijdig.infra import tenancy
from tijdig.ledger import operations as ledger
from tijdig.messaging import operations as messaging
from tijdig.organisations.operations import create_user
from tijdig.reporting import timeline
from tijdig.reporting.timeline import TITLES, TimelineKind


def kinds(page: timeline.TimelinePage) -> list[str]:
    return [entry.kind.value for entry in page.entries]


def test_a_customer_shows_everything_newest_first(story: Story) -> None:
    page = timeline.of_customer(story.customer)
    assert kinds(page) == ["ALLOCATION_UNDONE", "ALLOCATED", "PAYMENT", "TASK", "MESSAGE_SENT", "INVOICE"]
    assert page.next_after is None
    moments = [entry.at for entry in page.entries]
    assert moments == sorted(moments, reverse=True)


def test_an_entry_says_what_how_much_why_and_who(story: Story) -> None:
    undone, allocated, payment, task, message, invoice = timeline.of_customer(story.customer).entries
    assert (undone.title, undone.amount, str(undone.reason)) == (
        "Settlement of F-1 undone",
        Money(4000, "EUR"),
        "Fout",
    )
    assert (allocated.title, allocated.actor) == ("Settled on F-1", ACTOR)
    assert allocated.links == {"allocation": story.allocation, "item": story.item, "credit": story.credit}
    assert (payment.title, payment.amount) == ("Payment received", Money(6000, "EUR"))
    assert (str(task.reason), task.links["task"]) == ("Bel eerst even", story.task)
    assert (message.title, message.links) == ("Message sent: Herinnering F-1", {"message": story.message})
    assert (invoice.title, invoice.facts["due_date"]) == ("Invoice F-1", DUE.isoformat())


def test_an_invoice_shows_its_own_story_only(story: Story) -> None:
    assert kinds(timeline.of_item(story.item)) == [
        "ALLOCATION_UNDONE", "ALLOCATED", "TASK", "MESSAGE_SENT", "INVOICE",
    ]  # fmt: skip
    assert kinds(timeline.of_item(story.other_item)) == ["INVOICE"]
    assert kinds(timeline.of_customer(story.other_customer)) == ["INVOICE"]


def test_what_people_did_stands_on_top_with_their_words_and_name(story: Story) -> None:
    person = create_user(email="colleague@example.com", name="Colleague", language="nl")
    placed = hold(story)
    add_note(customer_id=story.customer, item_id=story.item, text="Betaalt vrijdag", actor=f"user:{person}")
    messaging.complete_tasks([story.task], outcome="Gebeld", at=at(PAID), actor=ACTOR)
    dunning.lift_hold(hold_id=placed, on=PAID, actor=ACTOR)
    entries = {entry.kind: entry for entry in timeline.of_item(story.item).entries}
    assert (entries[TimelineKind.NOTE].text, entries[TimelineKind.NOTE].actor_name) == (
        "Betaalt vrijdag",
        "Colleague",
    )
    assert (entries[TimelineKind.HOLD].text, entries[TimelineKind.HOLD].facts["until"]) == (
        "Belt terug",
        "2024-12-01",
    )
    assert entries[TimelineKind.HOLD_LIFTED].links == {"hold": placed}
    assert entries[TimelineKind.TASK_DONE].text == "Gebeld"
    assert TimelineKind.NOTE not in {entry.kind for entry in timeline.of_item(story.other_item).entries}


def test_a_task_that_payment_ended_says_so_in_the_readers_language(story: Story) -> None:
    messaging.complete_tasks([story.task], outcome="ITEM_SETTLED", at=at(PAID), actor="system:reactions")
    entries = {entry.kind: entry for entry in timeline.of_item(story.item).entries}
    assert (entries[TimelineKind.TASK_DONE].text, entries[TimelineKind.TASK_DONE].reason) == (
        "",
        Reason("ITEM_SETTLED"),
    )


def test_a_withdrawn_message_says_why(story: Story) -> None:
    message = a_message(story.customer, story.item, on=date(2024, 11, 20))
    messaging.withdraw_messages([message], because("Is betaald"), actor=ACTOR)
    entry = timeline.of_customer(story.customer).entries[0]
    assert (entry.kind, str(entry.reason)) == (TimelineKind.MESSAGE_WITHDRAWN, "Is betaald")


def test_a_sent_message_tells_why_its_step_was_taken(story: Story) -> None:
    flow = dunning.publish_preset_flow(actor=ACTOR)
    reason = because("Twee weken te laat")
    step = dunning.NewAction(
        story.item, flow, "reminder", "REMINDER", REMINDED, reason, message_id=story.message
    )
    dunning.record_actions([step])
    for page in (timeline.of_customer(story.customer), timeline.of_item(story.item)):
        (message,) = [entry for entry in page.entries if entry.kind is TimelineKind.MESSAGE_SENT]
        assert str(message.reason) == "Twee weken te laat"
        assert TimelineKind.STEP not in {entry.kind for entry in page.entries}


def test_a_step_taken_back_shows_and_one_without_message_too(story: Story) -> None:
    flow = dunning.publish_preset_flow(actor=ACTOR)
    bare = dunning.NewAction(story.item, flow, "due", "DUE", DUE, because("Vervallen"))
    sent = dunning.NewAction(
        story.item, flow, "reminder", "REMINDER", REMINDED, because("Laat"), message_id=story.message
    )
    dunning.record_actions([bare, sent])
    dunning.take_back_steps(message_ids=[story.message], item_ids=[story.item])
    found = kinds(timeline.of_item(story.item))
    assert found[0] == "STEP_TAKEN_BACK"
    assert found[-2:] == ["STEP", "INVOICE"]


def test_a_reversed_payment_and_a_write_off_show(story: Story) -> None:
    ledger.reverse_credit(
        credit_id=story.credit, on=date(2024, 11, 21), reason=because("Storno"), actor=ACTOR
    )
    ledger.write_off(
        item_id=story.item, amount_minor=100, on=date(2024, 11, 22), reason=because("Klein"), actor=ACTOR
    )
    assert {"REVERSAL", "WRITE_OFF"} <= set(kinds(timeline.of_customer(story.customer)))


@pytest.mark.parametrize("limit", [1, 2, 4, 6, 7])
def test_pages_follow_each_other_without_a_gap(story: Story, limit: int) -> None:
    whole = timeline.of_customer(story.customer).entries
    seen, after = [], None
    while True:
        page = timeline.of_customer(story.customer, after=after, limit=limit)
        assert len(page.entries) <= limit
        seen += page.entries
        after = page.next_after
        if after is None:
            break
    assert tuple(seen) == whole


@pytest.mark.parametrize("after", ["", "x", "2024-01-01_1", "nooit_1_2", "2024-01-01T00:00:00+00:00_a_b"])
def test_a_place_that_no_page_gave_is_refused(story: Story, after: str) -> None:
    with pytest.raises(timeline.CursorInvalid):
        timeline.of_customer(story.customer, after=after)


def test_a_stranger_finds_no_timeline(story: Story) -> None:
    with tenancy.within(an_organisation()):
        with pytest.raises(CustomerUnknown):
            timeline.of_customer(story.customer)
        with pytest.raises(timeline.ItemUnknown):
            timeline.of_item(story.item)


def test_every_kind_has_a_title() -> None:
    assert set(TITLES) == set(TimelineKind)
