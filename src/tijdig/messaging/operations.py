"""Storing messages and moving them on: composed, claimed, sent, failed or withdrawn. Words never change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from tijdig.domain.parties import Channel
from tijdig.domain.reasons import Reason
from tijdig.infra import audit, tenancy
from tijdig.messaging.models import Message, MessageState, Task
from tijdig.messaging.values import ComposedMessage, NewTask

# After this long in SENDING nobody knows any more whether it went; a person has to look.
UNSURE_AFTER = timedelta(minutes=15)

_COLUMNS = (
    "id, organisation_id, customer_id, channel, state, stage, template, language, on_date, recipient, "
    "subject, text, html, facts, currency, total, hash, composed_at"
)
_TYPES = (
    "int8", "int8", "int8", "text", "text", "text", "text", "text", "date", "text",
    "text", "text", "text", "text", "text", "int8", "text", "timestamptz",
)  # fmt: skip


class MessageMovedOn(Exception):
    """A message was not in the state the step starts from; somebody else was first."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has dealt with this message meanwhile; look at it again."))


@transaction.atomic
def store_messages(
    messages: Sequence[ComposedMessage], *, at: datetime, actor: str, audited: bool = True
) -> tuple[int, ...]:
    """Store composed messages as WAITING (TEST where they were made in test mode); return their ids in order.

    Set-based: the number of statements does not grow with the number of messages. `audited=False` leaves
    the audit entry to a caller that writes one for its whole batch. Raises IntegrityError when a customer
    already has a message on that day by that channel.
    """
    if not messages:
        return ()
    ids = _new_ids(len(messages))
    organisation_id = tenancy.current_organisation_id()
    with connection.cursor() as cursor:
        cursor.execute(_TEMPORARY)
        with cursor.copy(f"COPY new_messages ({_COLUMNS}) FROM STDIN") as copy:
            copy.set_types(_TYPES)
            for message_id, message in zip(ids, messages, strict=True):
                copy.write_row(_row(message_id, organisation_id, message, at))
        with cursor.copy("COPY new_message_items FROM STDIN") as copy:
            copy.set_types(("int8", "int8", "int8", "text", "int8"))
            for message_id, message in zip(ids, messages, strict=True):
                for item in message.items:
                    copy.write_row((organisation_id, message_id, item.item_id, item.stage, item.open_minor))
        cursor.execute(_FROM_TEMPORARY)
    if audited:
        data = {"count": len(ids), "first": ids[0], "last": ids[-1]}
        audit.record(actor=actor, action="messages.composed", data=data)
    return ids


_TEMPORARY = """
    CREATE TEMP TABLE IF NOT EXISTS new_messages (
        id bigint, organisation_id bigint, customer_id bigint, channel text, state text, stage text,
        template text, language text, on_date date, recipient text, subject text, text text, html text,
        facts text, currency text, total bigint, hash text, composed_at timestamptz
    ) ON COMMIT DROP;
    CREATE TEMP TABLE IF NOT EXISTS new_message_items (
        organisation_id bigint, message_id bigint, item_id bigint, stage text, open_then bigint
    ) ON COMMIT DROP;
    TRUNCATE new_messages, new_message_items;
"""
_FROM_TEMPORARY = f"""
    INSERT INTO messaging_message ({_COLUMNS}, attempts, transport_id, outcome_reason)
    SELECT {_COLUMNS.replace("facts", "facts::jsonb")}, 0, '', '{{}}' FROM new_messages;
    INSERT INTO messaging_messageitem (organisation_id, message_id, item_id, stage, open_then)
    SELECT organisation_id, message_id, item_id, stage, open_then FROM new_message_items;
"""  # noqa: S608 - the column names are the module's own


def _new_ids(count: int) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('messaging_message', 'id')) FROM generate_series(1, %s)",
            [count],
        )
        return tuple(row[0] for row in cursor.fetchall())


def _row(message_id: int, organisation_id: int, message: ComposedMessage, at: datetime) -> tuple[Any, ...]:
    return (
        message_id,
        organisation_id,
        message.customer_id,
        message.channel,
        MessageState.TEST if message.test else MessageState.WAITING,
        message.stage,
        message.template,
        message.language,
        message.on,
        message.recipient,
        message.subject,
        message.text,
        message.html,
        json.dumps(message.facts, ensure_ascii=False, separators=(",", ":")),
        message.currency,
        message.total_minor,
        message.hash,
        at,
    )


@transaction.atomic
def withdraw_messages(ids: Iterable[int], reason: Reason, *, actor: str) -> tuple[int, ...]:
    """Withdraw those of these messages that still wait (or are tests); return which were withdrawn.

    One that is being sent at this moment is left to the last check of the sending itself.
    """
    return _withdraw(ids, (MessageState.WAITING, MessageState.TEST), reason, actor)


@transaction.atomic
def withdraw_claimed(ids: Iterable[int], reason: Reason, *, actor: str) -> tuple[int, ...]:
    """Withdraw messages the caller claimed for sending and did not send; return which were withdrawn."""
    return _withdraw(ids, (MessageState.SENDING,), reason, actor)


def _withdraw(ids: Iterable[int], states: tuple[str, ...], reason: Reason, actor: str) -> tuple[int, ...]:
    found = Message.objects.select_for_update().filter(id__in=tuple(ids), state__in=states).order_by("id")
    withdrawn = tuple(found.values_list("id", flat=True))
    if withdrawn:
        Message.objects.filter(id__in=withdrawn).update(
            state=MessageState.WITHDRAWN, next_attempt_at=None, outcome_reason=reason.as_data()
        )
        data = {"messages": list(withdrawn), "reason": reason.code}
        audit.record(actor=actor, action="messages.withdrawn", data=data)
    return withdrawn


@transaction.atomic
def claim_waiting(*, at: datetime, limit: int, channel: Channel = Channel.EMAIL) -> tuple[int, ...]:
    """Claim up to `limit` waiting messages whose time has come and return their ids, oldest first.

    Commit before touching the network: a message in SENDING is never claimed again, so never sent twice.
    """
    ready = Message.objects.select_for_update(skip_locked=True).filter(
        state=MessageState.WAITING, channel=channel
    )
    ready = ready.exclude(next_attempt_at__gt=at).order_by("id")
    ids = tuple(ready.values_list("id", flat=True)[:limit])
    Message.objects.filter(id__in=ids).update(
        state=MessageState.SENDING, attempts=F("attempts") + 1, next_attempt_at=at + UNSURE_AFTER
    )
    return ids


@transaction.atomic
def release_claimed(ids: Iterable[int], *, next_attempt_at: datetime) -> int:
    """Put claimed messages that were not offered to anybody back to wait; return how many."""
    claimed = Message.objects.filter(id__in=tuple(ids), state=MessageState.SENDING)
    return claimed.update(
        state=MessageState.WAITING, attempts=F("attempts") - 1, next_attempt_at=next_attempt_at
    )


@transaction.atomic
def mark_sent(message_id: int, *, transport_id: str, at: datetime, actor: str) -> None:
    """Record that a claimed message was handed over. Raises MessageMovedOn when it was not claimed."""
    _leave_sending(message_id, state=MessageState.SENT, sent_at=at, transport_id=transport_id[:250])
    audit.record(actor=actor, action="message.sent", subject=f"messaging_message:{message_id}")


@transaction.atomic
def mark_failed(message_id: int, *, reason: Reason, actor: str) -> None:
    """Record that a claimed message will not go. Raises MessageMovedOn when it was not claimed."""
    _leave_sending(message_id, state=MessageState.FAILED, outcome_reason=reason.as_data())
    subject = f"messaging_message:{message_id}"
    audit.record(actor=actor, action="message.failed", subject=subject, data={"reason": reason.code})


@transaction.atomic
def mark_retry(message_id: int, *, next_attempt_at: datetime, reason: Reason) -> None:
    """Let a claimed message wait for another attempt. Raises MessageMovedOn when it was not claimed."""
    _leave_sending(
        message_id,
        state=MessageState.WAITING,
        next_attempt_at=next_attempt_at,
        outcome_reason=reason.as_data(),
    )


def _leave_sending(message_id: int, **fields: Any) -> None:
    fields.setdefault("next_attempt_at", None)
    if not Message.objects.filter(id=message_id, state=MessageState.SENDING).update(**fields):
        raise MessageMovedOn


@transaction.atomic
def mark_printed(pdfs: Sequence[tuple[int, bytes]], *, at: datetime, actor: str) -> tuple[int, ...]:
    """Keep the PDF of each of these waiting letters and record them as sent; return their ids.

    Raises MessageMovedOn when one of them does not wait any more; then none is recorded.
    """
    ids = tuple(message_id for message_id, _ in pdfs)
    waiting = Message.objects.select_for_update().filter(
        id__in=ids, state=MessageState.WAITING, channel=Channel.LETTER
    )
    if waiting.order_by("id").count() != len(ids):
        raise MessageMovedOn
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE messaging_message SET pdf = %s WHERE id = %s", [(p, i) for i, p in pdfs])
    waiting.update(state=MessageState.SENT, sent_at=at, next_attempt_at=None, attempts=F("attempts") + 1)
    audit.record(actor=actor, action="letters.printed", data={"messages": list(ids)})
    return ids


class TaskNotOpen(Exception):
    """None of the tasks exists and is still to do."""

    def __init__(self) -> None:
        super().__init__(_("This task has been done already."))


@transaction.atomic
def add_tasks(tasks: Sequence[NewTask], *, at: datetime, actor: str, audited: bool = True) -> tuple[int, ...]:
    """Add these to the work list and return the ids of those that are new.

    Of one kind an item has one open task at a time: where it has one already, that one stays. `audited=False`
    leaves the audit entry to a caller that writes one for its whole batch.
    """
    if not tasks:
        return ()
    organisation_id = tenancy.current_organisation_id()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO messaging_task
                (organisation_id, customer_id, item_id, kind, reason, due_date, created_at, done_by, outcome)
            SELECT %s, customer_id, item_id, kind, reason, due_date, %s, '', ''
            FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::jsonb[], %s::date[])
                AS new (customer_id, item_id, kind, reason, due_date)
            ON CONFLICT DO NOTHING RETURNING id
            """,
            [
                organisation_id,
                at,
                [task.customer_id for task in tasks],
                [task.item_id for task in tasks],
                [task.kind for task in tasks],
                [task.reason.as_json for task in tasks],
                [task.due_date for task in tasks],
            ],
        )
        ids = tuple(sorted(row[0] for row in cursor.fetchall()))
    if ids and audited:
        audit.record(
            actor=actor, action="tasks.added", data={"count": len(ids), "first": ids[0], "last": ids[-1]}
        )
    return ids


@transaction.atomic
def complete_tasks(task_ids: Iterable[int], *, outcome: str, at: datetime, actor: str) -> tuple[int, ...]:
    """Take those of these tasks that are still to do off the work list, with what came of them.

    Return their ids. Raises TaskNotOpen when none was still to do.
    """
    done = _complete(Task.objects.filter(id__in=tuple(task_ids)), outcome=outcome, at=at, actor=actor)
    if not done:
        raise TaskNotOpen
    return done


@transaction.atomic
def complete_tasks_of_items(
    item_ids: Iterable[int], *, outcome: str, at: datetime, actor: str
) -> tuple[int, ...]:
    """Take every open task about these items off the work list; return their ids."""
    return _complete(Task.objects.filter(item_id__any=item_ids), outcome=outcome, at=at, actor=actor)


def _complete(tasks: QuerySet[Task], *, outcome: str, at: datetime, actor: str) -> tuple[int, ...]:
    todo = tasks.filter(done_at__isnull=True).select_for_update().order_by("id")
    ids = tuple(todo.values_list("id", flat=True))
    if ids:
        Task.objects.filter(id__in=ids).update(done_at=at, done_by=actor, outcome=outcome)
        audit.record(actor=actor, action="tasks.done", data={"tasks": list(ids)})
    return ids
