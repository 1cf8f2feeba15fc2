"""Amounts and dates of camt entries, in their written forms."""

from __future__ import annotations

from datetime import date

import pytest

from tijdig.domain.money import AmountInvalid, Money
from tijdig.formats.camt_entries import EntryInvalid, day, day_or_none, is_currency, signed


@pytest.mark.parametrize(
    "text, currency, minor",
    [
        ("10.50", "EUR", 1050),
        ("-10.50", "EUR", -1050),
        ("-0.00", "EUR", 0),
        ("1.500", "KWD", 1500),
        ("12", "JPY", 12),
    ],
)
def test_an_amount_has_the_currencys_own_decimals(text: str, currency: str, minor: int) -> None:
    assert signed(text, "CRDT", currency) == Money(minor, currency)
    assert signed(text, "DBIT", currency) == Money(-minor, currency)


@pytest.mark.parametrize(
    "text, currency", [("1.50", "JPY"), ("", "EUR"), ("Infinity", "EUR"), ("1" * 30, "EUR")]
)
def test_what_is_no_amount_of_the_currency(text: str, currency: str) -> None:
    with pytest.raises(AmountInvalid):
        signed(text, "CRDT", currency)


@pytest.mark.parametrize("indicator, currency", [("", "EUR"), ("C", "EUR"), ("CRDT", "eur"), ("CRDT", "")])
def test_an_amount_needs_its_sign_and_currency(indicator: str, currency: str) -> None:
    with pytest.raises(EntryInvalid):
        signed("1.00", indicator, currency)


@pytest.mark.parametrize(
    "text", ["2026-11-02", "2026-11-02T23:59:59.000Z", "2026-11-02+01:00", "2026-11-02T10:15:00+01:00"]
)
def test_a_date_is_the_day_as_written(text: str) -> None:
    assert day(text) == date(2026, 11, 2)


def test_no_date_and_a_wrong_one() -> None:
    assert day("") is None
    assert day_or_none("2026-02-30") is None
    with pytest.raises(EntryInvalid, match="2026-02-30"):
        day("2026-02-30")


def test_a_currency_is_three_capitals() -> None:
    assert is_currency("EUR")
    assert not is_currency("EUR ")
