"""What can become of a movement on the bank account."""

from __future__ import annotations

from enum import StrEnum


class LineState(StrEnum):
    """What became of a movement."""

    WAITING = "WAITING"
    BOOKED = "BOOKED"
    IGNORED = "IGNORED"


LEFT_TO_A_PERSON = frozenset(
    {"BOOKING_UNDONE", "BOOKING_UNDONE_SAYING", "RETURN_TAKEN_BACK", "TAKEN_UP_AGAIN"}
)
"""Reasons of movements that a person took back or up again; deciding once more by itself would undo that."""
