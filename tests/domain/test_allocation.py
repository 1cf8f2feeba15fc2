"""How a payment is divided over what is owed (law.md §1.5, §2.4)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tijdig.domain.allocation import (
    COSTS_FIRST,
    POLICIES,
    PRINCIPAL_FIRST,
    AmountInvalid,
    Division,
    Order,
    Owed,
    Part,
    PolicyMissing,
    divide,
    policy_for,
)

ON = date(2026, 11, 20)
NL = policy_for(country="NL", consumer=True, on=ON)
BE_CONSUMER = policy_for(country="BE", consumer=True, on=ON)

COSTS = Owed(1, 9, 15_000, date(2026, 9, 1), date(2026, 9, 1), Part.COSTS)
INTEREST = Owed(2, 9, 1_233, date(2026, 9, 1), date(2026, 9, 1), Part.INTEREST)
PRINCIPAL = Owed(3, 9, 100_000, date(2026, 7, 1), date(2026, 7, 31))


def amounts(division: Division) -> dict[int, int]:
    return {portion.item_id: portion.amount_minor for portion in division.portions}


def old(item_id: int, open_minor: int = 100, *, days: int = 60, burden: int = 0) -> Owed:
    due = ON - timedelta(days=days)
    return Owed(item_id, item_id, open_minor, due - timedelta(days=30), due, burden=burden)


def test_costs_then_interest_then_principal() -> None:
    """The worked figures of law.md §1.5: 150.00 / 12.33 / 337.67, and 662.33 stays open."""
    division = divide(50_000, [PRINCIPAL, INTEREST, COSTS], on=ON, policy=NL)
    assert amounts(division) == {1: 15_000, 2: 1_233, 3: 33_767}
    assert (division.rest_minor, 100_000 - 33_767) == (0, 66_233)


def test_a_belgian_consumer_pays_the_principal_first() -> None:
    assert amounts(divide(50_000, [PRINCIPAL, INTEREST, COSTS], on=ON, policy=BE_CONSUMER)) == {3: 50_000}


def test_a_belgian_company_pays_damages_before_the_principal() -> None:
    damages = Owed(4, 9, 4_000, date(2026, 9, 1), date(2026, 9, 1), Part.DAMAGES)
    policy = policy_for(country="BE", consumer=False, on=ON)
    assert amounts(divide(20_000, [PRINCIPAL, damages, COSTS], on=ON, policy=policy)) == {
        1: 15_000, 4: 4_000, 3: 1_000,
    }  # fmt: skip


def test_a_payment_made_before_costs_existed_pays_none() -> None:
    later = Owed(1, 9, 15_000, ON, ON, Part.COSTS, payable_from=ON + timedelta(days=1))
    division = divide(120_000, [PRINCIPAL, later], on=ON, policy=NL)
    assert (amounts(division), division.rest_minor) == ({3: 100_000}, 20_000)
    assert amounts(divide(120_000, [PRINCIPAL, later], on=ON + timedelta(days=1), policy=NL))[1] == 15_000


@pytest.mark.parametrize(
    ("what", "owed", "named", "expected"),
    [
        (
            "what the payer named comes first, in their order",
            [old(1), old(2), old(3)],
            [3, 2],
            {3: 100, 2: 50},
        ),
        ("naming beats being due", [old(1, days=60), old(2, days=-5)], [2], {2: 100, 1: 50}),
        ("what is due comes before what is not", [old(1, days=-1), old(2, days=0)], [], {2: 100, 1: 50}),
        ("the heavier debt first", [old(1, days=90), old(2, burden=1150)], [], {2: 100, 1: 50}),
        ("then the oldest", [old(1, days=10), old(2, days=20)], [], {2: 100, 1: 50}),
        ("equals share in proportion", [old(1, 100), old(2, 200)], [], {1: 50, 2: 100}),
        ("to the cent", [old(1), old(2), old(3), old(4)], [], {1: 38, 2: 38, 3: 37, 4: 37}),
        ("nothing goes to what is not open", [old(1, 0), old(2, 200)], [], {2: 150}),
        ("a name that is not owed changes nothing", [old(1, 200)], [8], {1: 150}),
    ],
)
def test_the_order_between_debts(
    what: str, owed: list[Owed], named: list[int], expected: dict[int, int]
) -> None:
    division = divide(150, owed, on=ON, policy=NL, named=named)
    assert amounts(division) == expected, what
    assert division.rest_minor == 0


def test_each_portion_says_why() -> None:
    division = divide(250, [old(1), old(2, days=10), old(3, days=10)], on=ON, policy=NL, named=[1])
    assert [(portion.item_id, portion.reason.code) for portion in division.portions] == [
        (1, "DIVIDED_AS_NAMED"),
        (2, "DIVIDED_IN_PROPORTION"),
        (3, "DIVIDED_IN_PROPORTION"),
    ]
    (alone,) = divide(100, [old(1)], on=ON, policy=NL).portions
    assert str(alone.reason) == "What is due comes first, and the oldest of it (art. 6:43–6:44 BW)."


def test_the_policy_is_that_of_the_day() -> None:
    before = policy_for(country="BE", consumer=False, on=date(2022, 12, 31))
    after = policy_for(country="BE", consumer=False, on=date(2023, 1, 1))
    assert (before.source, after.source) == ("art. 1253–1256 oud BW", "boek 5 BW")


@pytest.mark.parametrize(("country", "on"), [("FR", ON), ("", ON), ("NL", date(1991, 12, 31))])
def test_a_missing_rule_is_refused_never_guessed(country: str, on: date) -> None:
    with pytest.raises(PolicyMissing, match="say for each invoice"):
        policy_for(country=country, consumer=True, on=on)


@pytest.mark.parametrize("amount", [0, -1])
def test_there_must_be_something_to_divide(amount: int) -> None:
    with pytest.raises(AmountInvalid):
        divide(amount, [old(1)], on=ON, policy=NL)


@pytest.mark.parametrize(
    ("order", "country", "consumer", "expected"),
    [
        (Order.LAW, "NL", True, {1: 15_000, 2: 1_233, 3: 33_767}),
        (Order.LAW, "NL", False, {1: 15_000, 2: 1_233, 3: 33_767}),
        (Order.LAW, "BE", False, {1: 15_000, 2: 1_233, 3: 33_767}),
        (Order.LAW, "BE", True, {3: 50_000}),
        (Order.PRINCIPAL_FIRST, "NL", True, {3: 50_000}),
        (Order.PRINCIPAL_FIRST, "BE", False, {3: 50_000}),
        (Order.OLDEST_FIRST, "NL", True, {1: 15_000, 2: 1_233, 3: 33_767}),
        (Order.OLDEST_FIRST, "BE", True, {3: 50_000}),
    ],
)
def test_an_organisation_chooses_its_order(
    order: Order, country: str, consumer: bool, expected: dict[int, int]
) -> None:
    """law.md §1.5, §2.4: principal first is lawful anywhere, and safe for Belgian consumers."""
    policy = policy_for(country=country, consumer=consumer, on=ON, order=order)
    assert amounts(divide(50_000, [PRINCIPAL, INTEREST, COSTS], on=ON, policy=policy)) == expected


def test_the_oldest_first_looks_at_nothing_else_but_what_the_payer_named() -> None:
    heavy, older = old(1, days=10, burden=1_150), old(2, days=90)
    not_due = Owed(3, 3, 100, ON - timedelta(days=300), ON + timedelta(days=30))
    owed = [heavy, older, not_due]
    policy = policy_for(country="NL", consumer=False, on=ON, order=Order.OLDEST_FIRST)
    assert amounts(divide(150, owed, on=ON, policy=policy)) == {3: 100, 2: 50}
    assert amounts(divide(150, owed, on=ON, policy=policy, named=[1])) == {1: 100, 3: 50}
    assert amounts(divide(150, owed, on=ON, policy=NL)) == {1: 100, 2: 50}


def test_a_part_payment_within_the_term_lowers_what_costs_are_counted_on() -> None:
    """NL-BIK-9: 600.00 of 1,000.00 paid on day 10 goes to the principal; costs come on the 400.00 left."""
    day_10, expiry = ON, ON + timedelta(days=5)
    later = Owed(1, 9, 6_000, expiry, expiry, Part.COSTS, payable_from=expiry)
    assert amounts(divide(60_000, [PRINCIPAL, later], on=day_10, policy=NL)) == {3: 60_000}
    # The same money after the term pays the costs first (law.md §1.5).
    after = expiry + timedelta(days=1)
    assert amounts(divide(60_000, [PRINCIPAL, later], on=after, policy=NL)) == {1: 6_000, 3: 54_000}


def test_each_portion_says_which_rule_gave_it() -> None:
    division = divide(50_000, [PRINCIPAL, INTEREST, COSTS], on=ON, policy=NL)
    assert [portion.reason.code for portion in division.portions] == [
        "DIVIDED_COSTS_FIRST",
        "DIVIDED_COSTS_FIRST",
        "DIVIDED_BY_AGE",
    ]
    (first, _rest) = divide(150, [old(1, burden=1_150), old(2)], on=ON, policy=NL).portions
    assert (first.item_id, first.reason.code) == (1, "DIVIDED_BY_BURDEN")
    alone = divide(100, [COSTS], on=ON, policy=NL).portions[0]
    assert alone.reason.code == "DIVIDED_BY_AGE"


def test_the_table_is_whole() -> None:
    for policy in POLICIES:
        assert policy.within in (COSTS_FIRST, PRINCIPAL_FIRST)
        assert set(policy.within) == set(Part)
        assert policy.valid_from < policy.verified_on


DAYS = st.integers(-40, 40).map(lambda days: ON + timedelta(days=days))
OWED = st.lists(
    st.builds(
        Owed,
        item_id=st.integers(1, 10**6),
        debt_id=st.integers(1, 4),
        open_minor=st.integers(0, 500),
        issue_date=DAYS,
        due_date=DAYS,
        part=st.sampled_from(Part),
        burden=st.integers(0, 2),
        payable_from=st.none() | DAYS,
    ),
    max_size=8,
    unique_by=lambda owed: owed.item_id,
)


@given(
    OWED,
    st.integers(1, 2_000),
    st.lists(st.integers(1, 5), max_size=3, unique=True),
    st.sampled_from(POLICIES),
)
def test_every_cent_goes_somewhere_and_none_twice(
    owed: list[Owed], amount: int, named: list[int], policy
) -> None:  # type: ignore[no-untyped-def]
    division = divide(amount, owed, on=ON, policy=policy, named=named)
    given_to: defaultdict[int, int] = defaultdict(int)
    for portion in division.portions:
        assert portion.amount_minor > 0
        given_to[portion.item_id] += portion.amount_minor
    payable = {
        one.item_id: one.open_minor for one in owed if one.payable_from is None or one.payable_from <= ON
    }
    assert all(taken <= payable[item_id] for item_id, taken in given_to.items())
    assert sum(given_to.values()) + division.rest_minor == amount
    assert division.rest_minor == max(0, amount - sum(payable.values()))
    assert division == divide(amount, list(reversed(owed)), on=ON, policy=policy, named=named)


@given(OWED, st.integers(1, 1_999))
def test_more_money_never_leaves_an_item_with_less_of_its_debt_paid(owed: list[Owed], amount: int) -> None:
    """A larger payment settles at least as much of every debt, but for a cent of rounding between equals."""
    debts = {one.item_id: one.debt_id for one in owed}

    def per_debt(paid: int) -> dict[int, int]:
        sums: defaultdict[int, int] = defaultdict(int)
        for portion in divide(paid, owed, on=ON, policy=NL).portions:
            sums[debts[portion.item_id]] += portion.amount_minor
        return sums

    less, more = per_debt(amount), per_debt(amount + 1)
    assert all(more[debt_id] >= paid - 1 for debt_id, paid in less.items())
