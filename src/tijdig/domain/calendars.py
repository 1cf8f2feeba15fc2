"""Business calendars as data: public holidays of the Netherlands and Belgium, and the hours for contact.

Sources: Algemene termijnenwet art. 3 (Netherlands, with Good Friday treated alike); the ten Belgian public
holidays (royal decree of 18 April 1974, art. 1); contact hours: Besluit kwaliteit incassodienstverlening (no
contact between 20:00 and 07:00, nor on Sundays and generally recognised public holidays). The law asks that
of collectors only; Tijdig keeps to it for everybody, in both countries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

SUNDAY = 6


class CountryUnknown(LookupError):
    """There is no calendar for this country."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """A country's public holidays: fixed days as (month, day), and days counted from Easter Sunday."""

    timezone: str
    fixed: tuple[tuple[int, int], ...]
    from_easter: tuple[int, ...]
    kings_day: bool = False
    """27 April, or the day before when that is a Sunday."""


_GOOD_FRIDAY, _EASTER, _EASTER_MONDAY, _ASCENSION, _WHIT_SUNDAY, _WHIT_MONDAY = -2, 0, 1, 39, 49, 50

CALENDARS = MappingProxyType(
    {
        "NL": Calendar(
            timezone="Europe/Amsterdam",
            fixed=((1, 1), (5, 5), (12, 25), (12, 26)),
            from_easter=(_GOOD_FRIDAY, _EASTER, _EASTER_MONDAY, _ASCENSION, _WHIT_SUNDAY, _WHIT_MONDAY),
            kings_day=True,
        ),
        "BE": Calendar(
            timezone="Europe/Brussels",
            fixed=((1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25)),
            from_easter=(_EASTER, _EASTER_MONDAY, _ASCENSION, _WHIT_SUNDAY, _WHIT_MONDAY),
        ),
    }
)
CONTACT_FROM = time(7)
CONTACT_UNTIL = time(20)


def easter(year: int) -> date:
    """Return Easter Sunday of `year` in the Gregorian calendar (the anonymous Gregorian computus)."""
    golden, century, of_century = year % 19, year // 100, year % 100
    shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - shift + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=256)
def holidays(country: str, year: int) -> frozenset[date]:
    """Return the public holidays of a country in a year. Raises CountryUnknown."""
    calendar = _calendar(country)
    days = {date(year, month, day) for month, day in calendar.fixed}
    days |= {easter(year) + timedelta(days=offset) for offset in calendar.from_easter}
    if calendar.kings_day:
        kings_day = date(year, 4, 27)
        days.add(kings_day - timedelta(days=1) if kings_day.weekday() == SUNDAY else kings_day)
    return frozenset(days)


def is_contact_day(day: date, country: str) -> bool:
    """Return whether customers may be written to on `day`: no Sunday, no public holiday."""
    return day.weekday() != SUNDAY and day not in holidays(country, day.year)


def may_contact(at: datetime, country: str) -> bool:
    """Return whether customers in `country` may be written to at the moment `at` (aware)."""
    here = at.astimezone(ZoneInfo(_calendar(country).timezone))
    return is_contact_day(here.date(), country) and CONTACT_FROM <= here.time() < CONTACT_UNTIL


def next_contact_moment(at: datetime, country: str) -> datetime:
    """Return the first moment from `at` (aware) on at which customers may be written to."""
    if may_contact(at, country):
        return at
    zone = ZoneInfo(_calendar(country).timezone)
    here = at.astimezone(zone)
    day = here.date() if here.time() < CONTACT_FROM else here.date() + timedelta(days=1)
    while not is_contact_day(day, country):
        day += timedelta(days=1)
    return datetime.combine(day, CONTACT_FROM, tzinfo=zone)


def _calendar(country: str) -> Calendar:
    try:
        return CALENDARS[country]
    except KeyError:
        raise CountryUnknown(f"There is no calendar for country “{country}”.") from None
