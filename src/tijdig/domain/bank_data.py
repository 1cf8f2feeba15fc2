"""How old the bank's data may be before reminders on it are a risk: counted in days that banks work.

Each account counts: who pays on the one whose statements are missing is reminded wrongly all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from tijdig.domain.calendars import holidays

_SATURDAY = 5
DORMANT_AFTER_DAYS = 92
"""An account that tells nothing for so much longer than another is taken for one that is not used any more."""


def working_days_since(day: date, *, on: date, country: str) -> int:
    """Return how many days that banks work lie after `day`, up to and without `on`.

    A statement of Friday is no day old on Monday morning. Raises calendars.CountryUnknown.
    """
    count, each = 0, day + timedelta(days=1)
    while each < on:
        count += each.weekday() < _SATURDAY and each not in holidays(country, each.year)
        each += timedelta(days=1)
    return count


def furthest_behind(until: Mapping[str, date]) -> tuple[str, date] | None:
    """Return the account in use whose data reach the least far, and to which day; None where there are no data.

    `until` has the last day each account's statements tell of.
    """
    if not until:
        return None
    newest = max(until.values())
    in_use = {account: day for account, day in until.items() if (newest - day).days <= DORMANT_AFTER_DAYS}
    return min(in_use.items(), key=lambda each: (each[1], each[0]))


def is_stale(until: date | None, *, on: date, country: str, after_days: int) -> bool:
    """Return whether data that reach to `until` are older than `after_days` working days on `on`.

    No data at all (None) are not stale: nobody uses the bank here yet. 0 days: never stale.
    """
    if until is None or not after_days:
        return False
    return working_days_since(until, on=on, country=country) > after_days
