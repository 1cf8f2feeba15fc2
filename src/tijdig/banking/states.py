"""What can become of a movement on the bank account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tijdig.domain.reasons import Reason


class LineState(StrEnum):
    """What became of a movement."""

    WAITING = "WAITING"
    BOOKED = "BOOKED"
    IGNORED = "IGNORED"


@dataclass(frozen=True, slots=True)
class StateChange:
    """What becomes of one movement, and why."""

    line_id: int
    state: LineState
    reason: Reason
    likely_customer_ids: tuple[int, ...] = ()
    """Of one that waits: whose it may be."""
    matcher: str = ""
    """Of one that is booked by itself: the matcher that did; else the one that once did stays."""


def as_arrays(changes: Sequence[StateChange]) -> tuple[list[int], list[str], list[str], list[str], list[str]]:
    """Return the ids, states, reasons, likely customers and matchers, each as one array for PostgreSQL."""
    return (
        [change.line_id for change in changes],
        [change.state.value for change in changes],
        [change.reason.as_json for change in changes],
        [_array(change.likely_customer_ids) for change in changes],
        [change.matcher for change in changes],
    )


def _array(ids: Sequence[int]) -> str:
    """Return ids as PostgreSQL writes an array; "" for none."""
    return f"{{{','.join(map(str, ids))}}}" if ids else ""


LEFT_TO_A_PERSON = frozenset(
    {"BOOKING_UNDONE", "BOOKING_UNDONE_SAYING", "RETURN_TAKEN_BACK", "TAKEN_UP_AGAIN"}
)
"""Reasons of movements that a person took back or up again; deciding once more by itself would undo that."""
