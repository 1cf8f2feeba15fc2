"""Reading messages and the work list; frozen values come out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from tijdig.domain.reasons import Reason, from_data
from tijdig.infra import tenancy
from tijdig.messaging.models import Message, MessageItem, MessageState, Task

__all__ = ["MessageState"]


class MessageNotFound(LookupError):
    """There is no such message in this organisation."""


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message as a list shows it. `total` in minor units of `currency`."""

    id: int
    customer_id: int
    channel: str
    state: str
    stage: str
    template: str
    language: str
    on_date: date
    recipient: str
    subject: str
    currency: str
    total: int
    composed_at: datetime
    attempts: int
    next_attempt_at: datetime | None
    sent_at: datetime | None
    transport_id: str
    reason: Reason | None
    """Why it was withdrawn, failed or waits for another attempt."""


@dataclass(frozen=True, slots=True)
class MessageItemView:
    """An item a message speaks of; `open_then` in minor units."""

    message_id: int
    item_id: int
    stage: str
    open_then: int


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message with its words, as it was or will be sent."""

    line: MessageLine
    text: str
    html: str
    facts: Mapping[str, Any]
    hash: str
    pdf: bytes | None
    items: tuple[MessageItemView, ...]

    @property
    def id(self) -> int:
        """The message's number."""
        return self.line.id


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Some messages, newest first; `next` is where the following page starts, None at the end."""

    lines: tuple[MessageLine, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class TaskView:
    """One row of the work list."""

    id: int
    customer_id: int
    item_id: int | None
    kind: str
    due_date: date
    created_at: datetime
    done_at: datetime | None
    done_by: str
    outcome: str
    reason: Reason | None
    """Why somebody should do it."""


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Some tasks, the most urgent first; `next` is where the following page starts, None at the end."""

    tasks: tuple[TaskView, ...]
    next: tuple[date, int] | None


_LINE_FIELDS = (
    "id", "customer_id", "channel", "state", "stage", "template", "language", "on_date", "recipient",
    "subject", "currency", "total", "composed_at", "attempts", "next_attempt_at", "sent_at", "transport_id",
    "outcome_reason",
)  # fmt: skip


def _own() -> QuerySet[Message]:
    return Message.objects.filter(organisation_id=tenancy.current_organisation_id())


def _lines(found: QuerySet[Message]) -> tuple[MessageLine, ...]:
    rows: Iterable[tuple[Any, ...]] = found.values_list(*_LINE_FIELDS)
    return tuple(MessageLine(*(*row[:-1], from_data(row[-1]))) for row in rows)


def message_page(
    *,
    state: str = "",
    channel: str = "",
    search: str = "",
    customer_id: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> MessagePage:
    """Return messages newest first, those before message `after` where given.

    `search` looks in recipient and subject, whatever the case.
    """
    found = _own().order_by("-id")
    if state:
        found = found.filter(state=state)
    if channel:
        found = found.filter(channel=channel)
    if customer_id is not None:
        found = found.filter(customer_id=customer_id)
    if search:
        found = found.filter(Q(recipient__icontains=search) | Q(subject__icontains=search))
    if after is not None:
        found = found.filter(id__lt=after)
    lines = _lines(found[: limit + 1])
    return MessagePage(lines[:limit], lines[limit - 1].id if len(lines) > limit else None)


def message(message_id: int) -> MessageView:
    """Return one message with its words. Raises MessageNotFound."""
    found = messages((message_id,))
    if not found:
        raise MessageNotFound(_("This message does not exist."))
    return found[0]


def messages(ids: Iterable[int]) -> tuple[MessageView, ...]:
    """Return these messages with their words, in the order of their ids; those unknown are left out."""
    found = _own().filter(id__in=tuple(ids)).order_by("id")
    rows = tuple(found.values_list("text", "html", "facts", "hash", "pdf"))
    lines = _lines(found)
    items = items_of_messages(line.id for line in lines)
    return tuple(
        MessageView(line, text, html, facts, digest, bytes(pdf) if pdf is not None else None, items[line.id])
        for line, (text, html, facts, digest, pdf) in zip(lines, rows, strict=True)
    )


def items_of_messages(message_ids: Iterable[int]) -> dict[int, tuple[MessageItemView, ...]]:
    """Return per message the items it speaks of, in the order they were listed."""
    ids = tuple(message_ids)
    per_message: dict[int, list[MessageItemView]] = {message_id: [] for message_id in ids}
    rows = MessageItem.objects.filter(message_id__in=ids).order_by("message_id", "id")
    for row in rows.values_list("message_id", "item_id", "stage", "open_then"):
        per_message[row[0]].append(MessageItemView(*row))
    return {message_id: tuple(items) for message_id, items in per_message.items()}


def unsent_about(item_ids: Iterable[int]) -> tuple[MessageLine, ...]:
    """Return the messages that speak of any of these items and still wait (or are tests), oldest first."""
    about = MessageItem.objects.filter(
        organisation_id=tenancy.current_organisation_id(), item_id__any=item_ids
    ).values("message_id")
    return _lines(
        _own().filter(id__in=about, state__in=(MessageState.WAITING, MessageState.TEST)).order_by("id")
    )


def messages_about(item_id: int) -> tuple[MessageLine, ...]:
    """Return every message that speaks of this item, newest first."""
    about = MessageItem.objects.filter(organisation_id=tenancy.current_organisation_id(), item_id=item_id)
    return _lines(_own().filter(id__in=about.values("message_id")).order_by("-id"))


def customers_written_to(customer_ids: Iterable[int], *, on: date) -> frozenset[tuple[int, str]]:
    """Return the (customer, channel) pairs that have a message of this day that was not withdrawn."""
    found = (
        _own().filter(customer_id__in=tuple(customer_ids), on_date=on).exclude(state=MessageState.WITHDRAWN)
    )
    return frozenset(found.values_list("customer_id", "channel"))


def unsure_whether_sent(*, at: datetime) -> tuple[MessageLine, ...]:
    """Return messages whose sending began too long ago to be still going on: nobody knows if they left."""
    return _lines(_own().filter(state=MessageState.SENDING, next_attempt_at__lt=at).order_by("id"))


def letters_to_print(*, limit: int = 500) -> tuple[int, ...]:
    """Return the ids of letters that wait for the printer, oldest first."""
    waiting = _own().filter(state=MessageState.WAITING, channel="LETTER").order_by("id")
    return tuple(waiting.values_list("id", flat=True)[:limit])


def message_counts() -> Mapping[str, int]:
    """Return how many messages there are in each state but SENT (those are too many to count each time)."""
    counted = (
        _own().exclude(state=MessageState.SENT).values_list("state").annotate(n=Count("id")).order_by("state")
    )
    return dict(counted)


_TASK_FIELDS = (
    "id", "customer_id", "item_id", "kind", "due_date", "created_at", "done_at", "done_by", "outcome",
    "reason",
)  # fmt: skip


def _tasks(found: QuerySet[Task]) -> tuple[TaskView, ...]:
    rows: Iterable[tuple[Any, ...]] = found.values_list(*_TASK_FIELDS)
    return tuple(TaskView(*(*row[:-1], from_data(row[-1]))) for row in rows)


def task_page(
    *,
    kind: str = "",
    customer_id: int | None = None,
    item_id: int | None = None,
    after: tuple[date, int] | None = None,
    limit: int = 50,
) -> TaskPage:
    """Return the tasks to do, the earliest due first, those after `after` (due date, id) where given."""
    found = Task.objects.filter(organisation_id=tenancy.current_organisation_id(), done_at__isnull=True)
    if kind:
        found = found.filter(kind=kind)
    if customer_id is not None:
        found = found.filter(customer_id=customer_id)
    if item_id is not None:
        found = found.filter(item_id=item_id)
    if after is not None:
        found = found.filter(Q(due_date__gt=after[0]) | Q(due_date=after[0], id__gt=after[1]))
    tasks = _tasks(found.order_by("due_date", "id")[: limit + 1])
    last = tasks[limit - 1] if len(tasks) > limit else None
    return TaskPage(tasks[:limit], (last.due_date, last.id) if last else None)


def tasks_of_customer(customer_id: int) -> tuple[TaskView, ...]:
    """Return all tasks about a customer, done or not, newest first."""
    return _tasks(
        Task.objects.filter(
            organisation_id=tenancy.current_organisation_id(), customer_id=customer_id
        ).order_by(F("id").desc())
    )


def task_counts() -> Mapping[str, int]:
    """Return how many tasks are to do, per kind."""
    todo = Task.objects.filter(organisation_id=tenancy.current_organisation_id(), done_at__isnull=True)
    return dict(todo.values_list("kind").annotate(n=Count("id")).order_by("kind"))
