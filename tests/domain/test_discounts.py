"""The discount for paying early: golden figures."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tijdig.domain.discounts import DiscountPolicy, allowed

ISSUED = date(2026, 11, 1)
TWO_PERCENT = DiscountPolicy(basis_points=200, days=8, grace_days=2)


@pytest.mark.parametrize(
    ("what", "amount", "paid_on", "policy", "expected"),
    [
        ("2 % of 1,210.00", 121_000, date(2026, 11, 5), TWO_PERCENT, 2_420),
        ("the last day of the term", 121_000, date(2026, 11, 9), TWO_PERCENT, 2_420),
        ("the last day of grace", 121_000, date(2026, 11, 11), TWO_PERCENT, 2_420),
        ("a day too late", 121_000, date(2026, 11, 12), TWO_PERCENT, 0),
        ("without grace", 121_000, date(2026, 11, 10), DiscountPolicy(200, 8), 0),
        ("paid before the invoice was made", 121_000, date(2026, 10, 30), TWO_PERCENT, 2_420),
        ("half a cent up: 1.5 % of 1.00", 100, ISSUED, DiscountPolicy(150, 8), 2),
        ("below half a cent down: 1.49 % of 1.00", 100, ISSUED, DiscountPolicy(149, 8), 1),
        ("2 % of 24 cents is half a cent, less a hair", 24, ISSUED, TWO_PERCENT, 0),
        ("2 % of 25 cents is half a cent", 25, ISSUED, TWO_PERCENT, 1),
        ("never all of it", 1, ISSUED, DiscountPolicy(9_999, 8), 0),
        ("no discount is set", 121_000, ISSUED, DiscountPolicy(0, 8), 0),
        ("nothing to pay", 0, ISSUED, TWO_PERCENT, 0),
        ("a credit", -121_000, ISSUED, TWO_PERCENT, 0),
    ],
)
def test_who_pays_in_time_pays_less(
    what: str, amount: int, paid_on: date, policy: DiscountPolicy, expected: int
) -> None:
    assert allowed(amount, ISSUED, paid_on, policy) == expected, what


@given(amount=st.integers(1, 10**12), points=st.integers(0, 9_999))
def test_something_is_always_left_to_pay_and_the_rounding_is_half_a_cent_at_most(
    amount: int, points: int
) -> None:
    discount = allowed(amount, ISSUED, ISSUED, DiscountPolicy(points, 0))
    assert 0 <= discount < amount
    assert discount == 0 or abs(discount * 10_000 - amount * points) <= 5_000
