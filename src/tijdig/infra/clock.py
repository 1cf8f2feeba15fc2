"""The only place, beside the interfaces, that knows what time it is (architecture D2)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def today(timezone: str = "Europe/Amsterdam") -> date:
    """Return the date it now is in `timezone` (an IANA name)."""
    return datetime.now(ZoneInfo(timezone)).date()
