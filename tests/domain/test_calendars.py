"""Public holidays and the hours in which customers may be written to."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays as published
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tijdig.domain.calendars import (
    CountryUnknown,
    easter,
    holidays,
    is_contact_day,
    may_contact,
    next_contact_moment,
)

ZONES = {"NL": ZoneInfo("Europe/Amsterdam"), "BE": ZoneInfo("Europe/Brussels")}


def at(text: str, country: str = "NL") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONES[country])


@pytest.mark.parametrize(
    ("year", "day"),
    [(1818, "03-22"), (1943, "04-25"), (2000, "04-23"), (2025, "04-20"), (2026, "04-05"), (2038, "04-25")],
)
def test_easter(year: int, day: str) -> None:
    assert easter(year) == date.fromisoformat(f"{year}-{day}")


@pytest.mark.parametrize("country", ["NL", "BE"])
@pytest.mark.parametrize("year", range(2015, 2041))
def test_the_published_holidays_are_all_there(country: str, year: int) -> None:
    ours = holidays(country, year)
    assert set(published.country_holidays(country, years=year)) <= ours
    # Liberation day is a holiday of the general terms act each year, a day off only every fifth.
    assert ours - set(published.country_holidays(country, years=year)) <= {date(year, 5, 5)}


def test_kings_day_is_never_on_a_sunday() -> None:
    assert date(2025, 4, 26) in holidays("NL", 2025)
    assert date(2025, 4, 27) not in holidays("NL", 2025)
    assert date(2026, 4, 27) in holidays("NL", 2026)


@pytest.mark.parametrize(
    ("moment", "country", "allowed"),
    [
        ("2026-11-20 06:59:59", "NL", False),
        ("2026-11-20 07:00", "NL", True),
        ("2026-11-20 19:59:59", "NL", True),
        ("2026-11-20 20:00", "NL", False),
        ("2026-11-21 12:00", "NL", True),  # a Saturday
        ("2026-11-22 12:00", "NL", False),  # a Sunday
        ("2026-11-11 12:00", "BE", False),
        ("2026-11-11 12:00", "NL", True),
        ("2026-04-27 12:00", "NL", False),
        ("2026-04-27 12:00", "BE", True),
    ],
)
def test_contact_hours(moment: str, country: str, allowed: bool) -> None:
    assert may_contact(at(moment, country), country) is allowed


@pytest.mark.parametrize(
    ("moment", "allowed_from"),
    [
        ("2026-11-20 12:00", "2026-11-20 12:00"),
        ("2026-11-20 05:00", "2026-11-20 07:00"),
        ("2026-11-20 20:00", "2026-11-21 07:00"),
        ("2026-11-21 21:00", "2026-11-23 07:00"),
        ("2026-12-24 20:30", "2026-12-28 07:00"),  # Christmas on Friday and Saturday, then a Sunday
    ],
)
def test_the_next_moment_for_contact(moment: str, allowed_from: str) -> None:
    assert next_contact_moment(at(moment), "NL") == at(allowed_from)


def test_the_hours_are_those_of_the_country_in_summer_too() -> None:
    assert may_contact(datetime.fromisoformat("2026-07-20T05:00:00+00:00"), "NL")
    assert not may_contact(datetime.fromisoformat("2026-12-21T05:00:00+00:00"), "NL")


def test_a_country_without_a_calendar_is_refused() -> None:
    with pytest.raises(CountryUnknown):
        is_contact_day(date(2026, 1, 2), "XX")


@given(
    moment=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(
        lambda t: t.replace(tzinfo=ZONES["NL"])
    ),
    country=st.sampled_from(["NL", "BE"]),
)
def test_the_next_moment_is_allowed_and_near(moment: datetime, country: str) -> None:
    allowed = next_contact_moment(moment, country)
    assert may_contact(allowed, country)
    assert moment <= allowed <= moment + timedelta(days=6)
