"""How old the bank's data may be: weekends and holidays do not count."""

from __future__ import annotations

from datetime import date

import pytest

from tijdig.domain.bank_data import furthest_behind, is_stale, working_days_since


@pytest.mark.parametrize(
    ("until", "on", "country", "days"),
    [
        (date(2026, 11, 24), date(2026, 11, 25), "NL", 0),
        (date(2026, 11, 20), date(2026, 11, 23), "NL", 0),  # Friday's statement on Monday
        (date(2026, 11, 20), date(2026, 11, 25), "NL", 2),
        (date(2026, 12, 23), date(2026, 12, 28), "NL", 1),  # Christmas, Boxing Day is a Saturday
        (date(2026, 11, 10), date(2026, 11, 12), "BE", 0),  # Armistice
        (date(2026, 11, 10), date(2026, 11, 12), "NL", 1),
        (date(2026, 11, 26), date(2026, 11, 25), "NL", 0),
    ],
)
def test_days_that_banks_work(until: date, on: date, country: str, days: int) -> None:
    assert working_days_since(until, on=on, country=country) == days
    assert is_stale(until, on=on, country=country, after_days=max(days, 1)) is False
    if days > 1:
        assert is_stale(until, on=on, country=country, after_days=days - 1)


def test_who_imports_nothing_or_asks_nothing_is_never_warned() -> None:
    assert not is_stale(None, on=date(2026, 1, 1), country="NL", after_days=5)
    assert not is_stale(date(2020, 1, 1), on=date(2026, 1, 1), country="NL", after_days=0)


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ({}, None),
        ({"A": date(2026, 11, 20)}, ("A", date(2026, 11, 20))),
        ({"A": date(2020, 1, 1)}, ("A", date(2020, 1, 1))),
        ({"A": date(2026, 11, 24), "B": date(2026, 11, 20)}, ("B", date(2026, 11, 20))),
        ({"B": date(2026, 11, 20), "A": date(2026, 11, 20)}, ("A", date(2026, 11, 20))),
        # An account that tells nothing for a quarter is not used any more.
        ({"A": date(2026, 11, 24), "OLD": date(2026, 8, 23)}, ("A", date(2026, 11, 24))),
        ({"A": date(2026, 11, 24), "OLD": date(2026, 8, 24)}, ("OLD", date(2026, 8, 24))),
    ],
)
def test_the_account_that_is_furthest_behind_counts(
    until: dict[str, date], expected: tuple[str, date] | None
) -> None:
    assert furthest_behind(until) == expected
