"""Days that go by, counted from the day an invoice is due."""

from __future__ import annotations

from datetime import date, timedelta

from tests.dunning import story
from tijdig.processes import sending

DUE = date(2026, 9, 1)  # a Tuesday


def on_day(offset: int) -> date:
    """Return the day so many days after it was due."""
    return DUE + timedelta(days=offset)


def live(first: int, last: int) -> None:
    """Let the days go by: each morning the run, at noon the mail."""
    for offset in range(first, last + 1):
        story.run(on_day(offset))
        sending.send_waiting(at=story.noon(on_day(offset)))
