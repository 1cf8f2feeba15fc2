"""Messages and tasks on the real database: stored once, moved on by one, never sent twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from tests.ledger.builders import a_customer, an_item, an_organisation
from tests.messaging.cast import ACTOR, HOUSE, ON, a_job, an_invoice, stored_jobs
from tijdig.domain.parties import Channel, Language
from tijdig.domain.reasons import Reason
from tijdig.infra import audit, tenancy
from tijdig.messaging import operations, queries
from tijdig.messaging.composing import compose, compose_batch
from tijdig.messaging.queries import MessageState
from tijdig.messaging.values import NewTask

AT = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
REASON = Reason("PERSON_SAID", {"text": "for the test"})


def stored(*amounts: int, channel: Channel = Channel.EMAIL, test: bool = False) -> tuple[int, ...]:
    """Messages about real invoices of so much, stored."""
    composed = compose_batch(stored_jobs(amounts, channel=channel), house=replace(HOUSE, in_test_mode=test))
    return operations.store_messages(composed, at=AT, actor=ACTOR)


def state(message_id: int) -> str:
    return queries.message(message_id).line.state


def test_messages_are_stored_as_they_were_composed(organisation: int) -> None:
    composed = compose_batch(stored_jobs((10_000, 20_000)), house=HOUSE)
    ids = operations.store_messages(composed, at=AT, actor=ACTOR)
    for message_id, message in zip(ids, composed, strict=True):
        view = queries.message(message_id)
        assert (view.text, view.html, view.hash) == (message.text, message.html, message.hash)
        assert view.facts["words"] == message.facts["words"]
        assert (view.line.state, view.line.on_date, view.line.composed_at) == ("WAITING", ON, AT)
        assert (view.line.recipient, view.line.total) == (message.recipient, message.total_minor)
        assert [(i.item_id, i.open_then) for i in view.items] == [
            (i.item_id, i.open_minor) for i in message.items
        ]
    assert audit.entries(limit=1)[0].action == "messages.composed"
    assert audit.entries(limit=1)[0].data == {"count": 2, "first": ids[0], "last": ids[1]}


def test_hostile_text_is_stored_as_it_is(organisation: int) -> None:
    (job,) = stored_jobs((10_000,))
    to = replace(job.recipient, name="O'Brien \\N \\. \t; DROP TABLE x; -- \U0001f600")
    message = compose(replace(job, recipient=to), house=HOUSE)
    (message_id,) = operations.store_messages((message,), at=AT, actor=ACTOR)
    assert queries.message(message_id).text == message.text


def test_storing_takes_the_same_number_of_statements_whatever_the_number(
    organisation: int, django_assert_max_num_queries: object
) -> None:
    composed = compose_batch(stored_jobs((10_000,) * 25), house=HOUSE)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        ids = operations.store_messages(composed, at=AT, actor=ACTOR, audited=False)
    assert len(queries.messages(ids)) == 25
    assert operations.store_messages((), at=AT, actor=ACTOR) == ()


def test_a_customer_has_one_message_a_day_by_a_channel_unless_it_was_withdrawn(organisation: int) -> None:
    (job,) = stored_jobs((10_000,))
    message = compose(job, house=HOUSE)
    (first,) = operations.store_messages((message,), at=AT, actor=ACTOR)
    assert queries.customers_written_to((job.recipient.customer_id,), on=ON) == {
        (job.recipient.customer_id, "EMAIL")
    }
    with pytest.raises(IntegrityError, match="one_message_per_customer_day_channel"), transaction.atomic():
        operations.store_messages((message,), at=AT, actor=ACTOR)
    operations.withdraw_messages((first,), REASON, actor=ACTOR)
    assert not queries.customers_written_to((job.recipient.customer_id,), on=ON)
    operations.store_messages((message,), at=AT, actor=ACTOR)


def test_a_test_never_becomes_work_to_send(organisation: int) -> None:
    (message_id,) = stored(10_000, test=True)
    assert state(message_id) == "TEST"
    assert operations.claim_waiting(at=AT, limit=10) == ()


def test_the_words_of_a_stored_message_cannot_be_changed(organisation: int) -> None:
    (message_id,) = stored(10_000)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE messaging_message SET text = '' WHERE id = %s", [message_id])


def test_claiming_gives_each_message_once_oldest_first(organisation: int) -> None:
    ids = stored(1_000, 2_000, 3_000)
    assert operations.claim_waiting(at=AT, limit=2) == ids[:2]
    assert operations.claim_waiting(at=AT, limit=2) == ids[2:]
    assert operations.claim_waiting(at=AT, limit=2) == ()
    line = queries.message(ids[0]).line
    assert (line.state, line.attempts) == ("SENDING", 1)


def test_letters_are_not_claimed_by_mail(organisation: int) -> None:
    ids = stored(1_000, channel=Channel.LETTER)
    assert operations.claim_waiting(at=AT, limit=5) == ()
    assert queries.letters_to_print() == ids


def test_a_claimed_message_is_sent_fails_or_waits_again(organisation: int) -> None:
    sent, failed, later = stored(1_000, 2_000, 3_000)
    operations.claim_waiting(at=AT, limit=5)
    operations.mark_sent(sent, transport_id="<x@y>", at=AT, actor=ACTOR)
    operations.mark_failed(failed, reason=Reason("SENDING_REFUSED", {"text": "550"}), actor=ACTOR)
    operations.mark_retry(later, next_attempt_at=AT + timedelta(hours=1), reason=REASON)
    assert [state(i) for i in (sent, failed, later)] == ["SENT", "FAILED", "WAITING"]
    assert queries.message(sent).line.transport_id == "<x@y>"
    assert queries.message(sent).line.sent_at == AT
    assert str(queries.message(failed).line.reason) == "The message was refused: 550"
    assert operations.claim_waiting(at=AT + timedelta(minutes=59), limit=5) == ()
    assert operations.claim_waiting(at=AT + timedelta(hours=1), limit=5) == (later,)
    assert queries.message(later).line.attempts == 2


@pytest.mark.parametrize(
    "step",
    [
        lambda message_id: operations.mark_sent(message_id, transport_id="", at=AT, actor=ACTOR),
        lambda message_id: operations.mark_failed(message_id, reason=REASON, actor=ACTOR),
        lambda message_id: operations.mark_retry(message_id, next_attempt_at=AT, reason=REASON),
    ],
    ids=["sent", "failed", "retry"],
)
def test_what_was_not_claimed_cannot_be_moved_on(organisation: int, step: Callable[[int], None]) -> None:
    (message_id,) = stored(1_000)
    with pytest.raises(operations.MessageMovedOn, match="dealt with this message"):
        step(message_id)
    assert state(message_id) == "WAITING"


def test_released_messages_wait_as_if_never_tried(organisation: int) -> None:
    ids = stored(1_000, 2_000)
    operations.claim_waiting(at=AT, limit=5)
    assert operations.release_claimed(ids, next_attempt_at=AT + timedelta(hours=9)) == 2
    line = queries.message(ids[0]).line
    assert (line.state, line.attempts, line.next_attempt_at) == ("WAITING", 0, AT + timedelta(hours=9))


def test_sending_that_never_ended_shows_up_after_a_quarter_of_an_hour(organisation: int) -> None:
    (message_id,) = stored(1_000)
    operations.claim_waiting(at=AT, limit=5)
    assert queries.unsure_whether_sent(at=AT + timedelta(minutes=14)) == ()
    found = queries.unsure_whether_sent(at=AT + timedelta(minutes=16))
    assert [line.id for line in found] == [message_id]


def test_only_what_still_waits_is_withdrawn_and_keeps_why(organisation: int) -> None:
    sending, waiting = stored(1_000, 2_000)
    operations.claim_waiting(at=AT, limit=1)
    reason = Reason("WITHDRAWN_SETTLED", {"number": "R-1"})
    assert operations.withdraw_messages((sending, waiting), reason, actor=ACTOR) == (waiting,)
    assert queries.message(waiting).line.reason == reason
    assert operations.withdraw_claimed((sending, waiting), reason, actor=ACTOR) == (sending,)
    assert operations.withdraw_messages((sending, waiting), reason, actor=ACTOR) == ()
    assert audit.entries(limit=1)[0].data == {"messages": [sending], "reason": "WITHDRAWN_SETTLED"}


def test_a_printed_letter_keeps_its_pdf_for_good(organisation: int) -> None:
    one, two = stored(1_000, 2_000, channel=Channel.LETTER)
    operations.mark_printed(((one, b"%PDF-1"), (two, b"%PDF-2")), at=AT, actor=ACTOR)
    assert (state(one), queries.message(two).pdf) == ("SENT", b"%PDF-2")
    with pytest.raises(operations.MessageMovedOn):
        operations.mark_printed(((one, b"%PDF-3"),), at=AT, actor=ACTOR)
    assert queries.message(one).pdf == b"%PDF-1"


def test_pages_go_from_new_to_old_and_find_by_state_search_and_customer(organisation: int) -> None:
    ids = stored(*range(1_000, 8_000, 1_000))
    operations.withdraw_messages(ids[:1], REASON, actor=ACTOR)
    first = queries.message_page(limit=3)
    assert [line.id for line in first.lines] == list(ids[:3:-1])
    rest = queries.message_page(limit=10, after=first.next)
    assert [line.id for line in rest.lines] == list(ids[3::-1])
    assert rest.next is None
    assert [line.id for line in queries.message_page(state="WITHDRAWN").lines] == [ids[0]]
    assert [line.id for line in queries.message_page(search="KLANT3@").lines] == [ids[2]]
    customer_id = first.lines[0].customer_id
    assert [line.id for line in queries.message_page(customer_id=customer_id).lines] == [ids[-1]]
    assert queries.message_page(channel="LETTER").lines == ()
    assert queries.message_counts() == {"WAITING": 6, "WITHDRAWN": 1}


def test_an_item_leads_to_its_messages(organisation: int) -> None:
    (job,) = stored_jobs((10_000,))
    (message_id,) = operations.store_messages((compose(job, house=HOUSE),), at=AT, actor=ACTOR)
    item_id = job.items[0].item_id
    assert [line.id for line in queries.unsent_about((item_id,))] == [message_id]
    operations.claim_waiting(at=AT, limit=1)
    assert queries.unsent_about((item_id,)) == ()
    assert [line.id for line in queries.messages_about(item_id)] == [message_id]


def test_another_organisation_sees_nothing_of_it(organisation: int) -> None:
    (message_id,) = stored(1_000)
    operations.add_tasks((NewTask(a_customer(), "CALL", REASON, ON),), at=AT, actor=ACTOR)
    with tenancy.within(an_organisation()):
        assert queries.message_page().lines == ()
        assert queries.task_page().tasks == ()
        assert operations.claim_waiting(at=AT, limit=5) == ()
        assert operations.withdraw_messages((message_id,), REASON, actor=ACTOR) == ()
        with pytest.raises(queries.MessageNotFound):
            queries.message(message_id)


def test_of_one_kind_an_item_has_one_open_task(organisation: int) -> None:
    customer_id = a_customer()
    item_id = an_item(customer_id)
    task = NewTask(customer_id, "HAND_OVER", REASON, ON, item_id)
    (first,) = operations.add_tasks((task,), at=AT, actor=ACTOR)
    loose = NewTask(customer_id, "NO_ADDRESS", REASON, ON - timedelta(days=1))
    (second,) = operations.add_tasks((task, loose), at=AT, actor=ACTOR)
    assert [todo.id for todo in queries.task_page().tasks] == [second, first]
    assert queries.task_counts() == {"HAND_OVER": 1, "NO_ADDRESS": 1}
    operations.complete_tasks([first], outcome="called", at=AT, actor=ACTOR)
    with pytest.raises(operations.TaskNotOpen):
        operations.complete_tasks([first], outcome="again", at=AT, actor=ACTOR)
    assert len(operations.add_tasks((task,), at=AT, actor=ACTOR)) == 1
    assert operations.add_tasks((), at=AT, actor=ACTOR) == ()
    done = queries.tasks_of_customer(customer_id)[-1]
    assert (done.outcome, done.done_by, done.done_at) == ("called", ACTOR, AT)


def test_tasks_come_by_urgency_page_by_page(organisation: int) -> None:
    customer_id = a_customer()
    tasks = [NewTask(customer_id, "CALL", REASON, ON + timedelta(days=day)) for day in (3, 1, 2, 1)]
    operations.add_tasks(tasks, at=AT, actor=ACTOR)
    first = queries.task_page(limit=3)
    assert [task.due_date.day for task in first.tasks] == [21, 21, 22]
    rest = queries.task_page(limit=3, after=first.next)
    assert ([task.due_date.day for task in rest.tasks], rest.next) == ([23], None)
    assert queries.task_page(kind="OTHER").tasks == ()
    assert len(queries.task_page(customer_id=customer_id).tasks) == 4


def test_settling_an_item_takes_its_tasks_off_the_list(organisation: int) -> None:
    customer_id = a_customer()
    items = [an_item(customer_id), an_item(customer_id)]
    tasks = [NewTask(customer_id, "HAND_OVER", REASON, ON, item_id) for item_id in items]
    ids = operations.add_tasks(tasks, at=AT, actor=ACTOR)
    assert operations.complete_tasks_of_items(items[:1], outcome="paid", at=AT, actor=ACTOR) == ids[:1]
    assert [task.item_id for task in queries.task_page(item_id=items[1]).tasks] == items[1:]
    assert operations.complete_tasks_of_items(items[:1], outcome="paid", at=AT, actor=ACTOR) == ()


def test_every_state_is_named_once() -> None:
    assert set(MessageState.values) == {"WAITING", "SENDING", "SENT", "WITHDRAWN", "FAILED", "TEST"}


def test_a_message_may_speak_of_many_invoices(organisation: int) -> None:
    (job,) = stored_jobs((1_000,))
    customer_id = job.recipient.customer_id
    items = tuple(an_invoice(item_id=an_item(customer_id), number=f"M{place}") for place in range(60))
    message = compose(a_job(*items, to=job.recipient, language=Language.GERMAN), house=HOUSE)
    (message_id,) = operations.store_messages((message,), at=AT, actor=ACTOR)
    assert len(queries.items_of_messages((message_id,))[message_id]) == 60
