"""How what happened looks in a timeline: its picture, its tone, and where a click leads."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from tijdig.reporting.timeline import TimelineEntry, TimelineKind


class Look(NamedTuple):
    """A picture of icons.svg and a tone."""

    picture: str
    tone: str


LOOKS: Mapping[TimelineKind, Look] = MappingProxyType(
    {
        TimelineKind.INVOICE: Look("invoices", "plain"),
        TimelineKind.FEE: Look("invoices", "plain"),
        TimelineKind.INTEREST: Look("invoices", "plain"),
        TimelineKind.REFUND_DUE: Look("invoices", "warn"),
        TimelineKind.RETURNED: Look("undo", "bad"),
        TimelineKind.MOVED_OUT: Look("bank", "plain"),
        TimelineKind.REVERSAL: Look("undo", "warn"),
        TimelineKind.PAYMENT: Look("bank", "good"),
        TimelineKind.CREDIT_NOTE: Look("invoices", "good"),
        TimelineKind.DISCOUNT: Look("invoices", "good"),
        TimelineKind.WRITE_OFF: Look("close", "warn"),
        TimelineKind.CANCELLATION: Look("close", "warn"),
        TimelineKind.MOVED_IN: Look("bank", "good"),
        TimelineKind.RELEASE: Look("undo", "plain"),
        TimelineKind.ALLOCATED: Look("check", "good"),
        TimelineKind.ALLOCATION_UNDONE: Look("undo", "warn"),
        TimelineKind.MESSAGE_WAITING: Look("messages", "info"),
        TimelineKind.MESSAGE_SENDING: Look("messages", "info"),
        TimelineKind.MESSAGE_SENT: Look("messages", "info"),
        TimelineKind.MESSAGE_WITHDRAWN: Look("messages", "plain"),
        TimelineKind.MESSAGE_FAILED: Look("warning", "bad"),
        TimelineKind.MESSAGE_TEST: Look("messages", "plain"),
        TimelineKind.STEP: Look("flows", "plain"),
        TimelineKind.STEP_TAKEN_BACK: Look("undo", "plain"),
        TimelineKind.HOLD: Look("pause", "warn"),
        TimelineKind.HOLD_LIFTED: Look("flows", "good"),
        TimelineKind.TASK: Look("decide", "info"),
        TimelineKind.TASK_DONE: Look("check", "good"),
        TimelineKind.NOTE: Look("note", "plain"),
    }
)

# The page each kind of link leads to, the nearest to what happened first.
_PAGES = (("message", "message"), ("item", "invoice"))


def places_of(entry: TimelineEntry) -> tuple[tuple[str, int], ...]:
    """Return the address names and ids an entry may lead to, best first."""
    return tuple((page, entry.links[what]) for what, page in _PAGES if what in entry.links)
