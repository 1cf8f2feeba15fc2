"""What can become of a movement on the bank account."""

from __future__ import annotations

from enum import StrEnum


class LineState(StrEnum):
    """What became of a movement."""

    WAITING = "WAITING"
    BOOKED = "BOOKED"
    IGNORED = "IGNORED"
