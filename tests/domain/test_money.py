"""Money: whole minor units with a currency."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tijdig.domain.money import LARGEST_MINOR, AmountInvalid, CurrencyMismatch, Money, exponent

CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD", "USD"])
MINOR = st.integers(-LARGEST_MINOR + 1, LARGEST_MINOR - 1)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1234.50", "EUR", 123_450),
        ("-7", "EUR", -700),
        ("0.10", "EUR", 10),
        ("1.2300000", "EUR", 123),
        ("1e2", "EUR", 10_000),
        ("500", "JPY", 500),
        ("500.00", "JPY", 500),
        ("1.234", "KWD", 1_234),
        (Decimal("19.99"), "EUR", 1_999),
        ("-0.00", "EUR", 0),
    ],
)
def test_a_plain_decimal_is_read_exactly(text: str | Decimal, currency: str, minor: int) -> None:
    assert Money.of(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("1.005", "EUR"),
        ("0.5", "JPY"),
        ("", "EUR"),
        ("1,50", "EUR"),
        ("twelve", "EUR"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("1e999999", "EUR"),
        (str(LARGEST_MINOR), "EUR"),
        ("10000000000000.00", "EUR"),
    ],
)
def test_what_is_no_amount_is_refused(text: str, currency: str) -> None:
    with pytest.raises(AmountInvalid, match=r"amount|decimals"):
        Money.of(text, currency)


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [
        ("0.005", "EUR", 1),
        ("0.004999", "EUR", 0),
        ("12.3349", "EUR", 1_233),
        ("-0.005", "EUR", -1),
        ("0.5", "JPY", 1),
        ("1.0005", "KWD", 1_001),
    ],
)
def test_rounding_is_half_up(value: str, currency: str, minor: int) -> None:
    assert Money.rounded(Decimal(value), currency) == Money(minor, currency)


@given(MINOR, CURRENCIES)
def test_written_and_read_again_it_is_the_same(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.of(str(money), currency) == money
    assert -money.decimal.as_tuple().exponent == exponent(currency)


@given(MINOR, MINOR)
def test_adding_and_taking_away_cancel_out(one: int, other: int) -> None:
    left, right = Money(one, "EUR"), Money(other, "EUR")
    assert left + right - right == left
    assert left - right == -(right - left)
    assert abs(left).minor == abs(one)
    assert (left < right, left <= right) == (one < other, one <= other)
    assert bool(left) is (one != 0)


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__", "__le__"])
def test_currencies_do_not_mix(operation: str) -> None:
    with pytest.raises(CurrencyMismatch, match="EUR and USD"):
        getattr(Money(1, "EUR"), operation)(Money(1, "USD"))


def test_euro_and_dollar_of_the_same_number_differ() -> None:
    assert Money(1, "EUR") != Money(1, "USD")
    assert str(Money(-12_345, "EUR")) == "-123.45"
    assert str(Money(5, "JPY")) == "5"
