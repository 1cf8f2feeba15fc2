"""Everything that happened with a customer or an invoice, in one line of time, newest first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from django.db import connection

from tijdig.customers import queries as customers
from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason
from tijdig.ledger import queries as ledger
from tijdig.organisations import queries as organisations
from tijdig.reporting import timeline_queries
from tijdig.reporting.stored_reasons import stored_reason


class TimelineKind(StrEnum):
    """What happened. `TITLES` has the English words for each."""

    INVOICE = "INVOICE"
    FEE = "FEE"
    INTEREST = "INTEREST"
    REFUND_DUE = "REFUND_DUE"
    RETURNED = "RETURNED"
    MOVED_OUT = "MOVED_OUT"
    REVERSAL = "REVERSAL"
    PAYMENT = "PAYMENT"
    CREDIT_NOTE = "CREDIT_NOTE"
    DISCOUNT = "DISCOUNT"
    WRITE_OFF = "WRITE_OFF"
    CANCELLATION = "CANCELLATION"
    MOVED_IN = "MOVED_IN"
    RELEASE = "RELEASE"
    ALLOCATED = "ALLOCATED"
    ALLOCATION_UNDONE = "ALLOCATION_UNDONE"
    MESSAGE_WAITING = "MESSAGE_WAITING"
    MESSAGE_SENDING = "MESSAGE_SENDING"
    MESSAGE_SENT = "MESSAGE_SENT"
    MESSAGE_WITHDRAWN = "MESSAGE_WITHDRAWN"
    MESSAGE_FAILED = "MESSAGE_FAILED"
    MESSAGE_TEST = "MESSAGE_TEST"
    STEP = "STEP"
    STEP_TAKEN_BACK = "STEP_TAKEN_BACK"
    HOLD = "HOLD"
    HOLD_LIFTED = "HOLD_LIFTED"
    TASK = "TASK"
    TASK_DONE = "TASK_DONE"
    NOTE = "NOTE"


# English, to be filled with an entry's facts; the screens show them translated.
TITLES: Mapping[TimelineKind, str] = MappingProxyType(
    {
        TimelineKind.INVOICE: "Invoice %(number)s",
        TimelineKind.FEE: "Costs %(number)s",
        TimelineKind.INTEREST: "Interest %(number)s",
        TimelineKind.REFUND_DUE: "Refund %(number)s",
        TimelineKind.RETURNED: "A payment came back",
        TimelineKind.MOVED_OUT: "Money moved to another customer",
        TimelineKind.REVERSAL: "Booking reversed",
        TimelineKind.PAYMENT: "Payment received",
        TimelineKind.CREDIT_NOTE: "Credit note %(number)s",
        TimelineKind.DISCOUNT: "Discount given",
        TimelineKind.WRITE_OFF: "Written off",
        TimelineKind.CANCELLATION: "Invoice cancelled",
        TimelineKind.MOVED_IN: "Money moved from another customer",
        TimelineKind.RELEASE: "Money put back on account",
        TimelineKind.ALLOCATED: "Settled on %(number)s",
        TimelineKind.ALLOCATION_UNDONE: "Settlement of %(number)s undone",
        TimelineKind.MESSAGE_WAITING: "Message waits to be sent: %(subject)s",
        TimelineKind.MESSAGE_SENDING: "Message is being sent: %(subject)s",
        TimelineKind.MESSAGE_SENT: "Message sent: %(subject)s",
        TimelineKind.MESSAGE_WITHDRAWN: "Message withdrawn: %(subject)s",
        TimelineKind.MESSAGE_FAILED: "Message could not be sent: %(subject)s",
        TimelineKind.MESSAGE_TEST: "Message composed in test mode: %(subject)s",
        TimelineKind.STEP: "Follow-up step taken for %(number)s",
        TimelineKind.STEP_TAKEN_BACK: "Follow-up step for %(number)s taken back",
        TimelineKind.HOLD: "Follow-up put on hold",
        TimelineKind.HOLD_LIFTED: "Follow-up taken up again",
        TimelineKind.TASK: "Task for a person",
        TimelineKind.TASK_DONE: "Task done",
        TimelineKind.NOTE: "Note",
    }
)


_USER = "user:"


class CursorInvalid(ValueError):
    """The place to go on from is not one that a page gave."""


class ItemUnknown(LookupError):
    """There is no such item in this organisation."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened.

    `facts` fill the title (texts; dates ISO). `text` is what a person wrote. `actor` is who did it as stored,
    `actor_name` the name of a person; empty where it is not known or not a person. `links` are ids by what
    they are of: item, credit, allocation, message (to read it as it was sent), task, hold, note.
    """

    at: datetime
    kind: TimelineKind
    facts: Mapping[str, str]
    amount: Money | None
    actor: str
    actor_name: str
    reason: Reason | None
    text: str
    links: Mapping[str, int]

    @property
    def title(self) -> str:
        """What happened, in English."""
        return TITLES[self.kind] % self.facts


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """A page of a timeline, newest first; `next_after` leads to what was before, None at the beginning."""

    entries: tuple[TimelineEntry, ...]
    next_after: str | None


def of_customer(customer_id: int, *, after: str | None = None, limit: int = 50) -> TimelinePage:
    """Return a page of all that happened with a customer. Raises CustomerUnknown, CursorInvalid."""
    customers.get(customer_id)
    return _page(timeline_queries.OF_CUSTOMER, {"customer": customer_id}, after, limit)


def of_item(item_id: int, *, after: str | None = None, limit: int = 50) -> TimelinePage:
    """Return a page of all that happened with an item. Raises ItemUnknown, CursorInvalid."""
    item = ledger.item(item_id)
    if item is None:
        raise ItemUnknown(f"there is no invoice with id {item_id}")
    return _page(timeline_queries.OF_ITEM, {"item": item_id, "customer": item.customer_id}, after, limit)


def _page(sql: str, subject: Mapping[str, int], after: str | None, limit: int) -> TimelinePage:
    here = organisations.current()
    at, rank, row_id = _place(after)
    given = {
        **subject,
        "organisation": here.id,
        "timezone": here.timezone,
        "at": at,
        "rank": rank,
        "id": row_id,
        "limit": limit + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        rows = cursor.fetchall()
    names = organisations.user_names({int(row[6][5:]) for row in rows if row[6].startswith(_USER)})
    entries = tuple(_entry(row, names) for row in rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    return TimelinePage(entries, f"{last[0].isoformat()}_{last[1]}_{last[2]}" if last else None)


def _place(after: str | None) -> tuple[datetime | None, int, int]:
    """Return the moment, rank and id a page ended at. Raises CursorInvalid."""
    if after is None:
        return None, 0, 0
    try:
        at, rank, row_id = after.split("_")
        return datetime.fromisoformat(at), int(rank), int(row_id)
    except ValueError as error:
        raise CursorInvalid(f"“{after}” is no place in a timeline") from error


def _entry(row: tuple[Any, ...], names: Mapping[int, str]) -> TimelineEntry:
    at, _rank, _id, kind, minor, currency, actor, reason, text, facts, links = row
    return TimelineEntry(
        at=at,
        kind=TimelineKind(kind),
        facts={name: str(value) for name, value in json.loads(facts).items()},
        amount=None if minor is None else Money(int(minor), currency),
        actor=actor,
        actor_name=names.get(int(actor[len(_USER) :]), "") if actor.startswith(_USER) else "",
        reason=stored_reason(reason),
        text=text,
        links=json.loads(links),
    )
