"""How sure a matcher is: golden figures, the binomial as a second opinion, and what must hold whatever comes."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tijdig.domain.matching.calibration import MILLION, RISK, estimate, reaches, trusted
from tijdig.domain.matching.facts import MatcherRecord

ASKED = 999_000


@dataclass(frozen=True)
class Measured:
    """So many answers of so many were right."""

    right: int
    of: int


FAULTLESS = Measured(60_000, 60_000)


def record(booked: int, corrected: int = 0) -> MatcherRecord:
    return MatcherRecord("NUMBER", booked, corrected)


@pytest.mark.parametrize(
    ("what", "known", "prior", "required", "books"),
    [
        ("nothing is known", None, None, 900_000, False),
        ("a handful is no 99.9 %", record(50), None, ASKED, False),
        ("2,993 faultless bookings are just too few", record(2_993), None, ASKED, False),
        ("2,994 are enough", record(2_994), None, ASKED, True),
        ("99 % takes 298", record(298), None, 990_000, True),
        ("and not 297", record(297), None, 990_000, False),
        ("a faultless prior is enough to begin on", None, FAULTLESS, ASKED, True),
        ("a prior of a few cases is not", None, Measured(2_000, 2_000), ASKED, False),
        ("nor one that missed as often as is allowed", None, Measured(59_940, 60_000), ASKED, False),
        ("nor one without cases", None, Measured(0, 0), ASKED, False),
        ("one early correction is borne", record(20, 1), FAULTLESS, ASKED, True),
        ("the second stops it", record(20, 2), FAULTLESS, ASKED, False),
        ("a prior of a million cases makes no difference", record(20, 2), Measured(10**6, 10**6), ASKED, False),
        ("two in many are borne", record(5_000, 2), FAULTLESS, ASKED, True),
        ("a good year does not outweigh one in a hundred", record(10_000, 100), FAULTLESS, ASKED, False),
        ("what is asked decides: five in twenty thousand", record(20_000, 5), FAULTLESS, ASKED, True),
        ("are too many for 99.99 %", record(20_000, 5), FAULTLESS, 999_900, False),
        ("a stricter wish has a prior of its own measure", None, FAULTLESS, 999_900, True),
        ("100 % is never reached", record(10**9), FAULTLESS, MILLION, False),
        ("0 % always", record(10, 10), None, 0, True),
    ],
)  # fmt: skip
def test_who_may_book(
    what: str, known: MatcherRecord | None, prior: Measured | None, required: int, books: bool
) -> None:
    assert reaches(known, prior, required) is books, what
    records = {"NUMBER": known} if known else {}
    priors = {"NUMBER": prior} if prior else {}
    assert ("NUMBER" in trusted(records, priors, required)) is books, what


def test_without_a_miss_the_bound_has_a_closed_form() -> None:
    """With the uniform prior and n right ones it is 0.05^(1/(n+1))."""
    for count in (0, 1, 10, 500, 2_994, 100_000):
        exact = RISK ** (1 / (count + 1))
        assert estimate(record(count), None, ASKED).at_least_ppm == int(exact * MILLION)


def test_what_to_expect_is_the_share_that_stood() -> None:
    assert estimate(record(998, 0), None, ASKED).expected_ppm == 999_000
    assert estimate(record(8, 4), None, ASKED).expected_ppm == 500_000


@given(st.integers(0, 60), st.integers(0, 12), st.integers(1, 99))
def test_it_agrees_with_the_binomial(right: int, wrong: int, percent: int) -> None:
    """I_x(a, b) is the chance of at least a successes in a + b - 1 trials."""
    point, trials = percent / 100, right + wrong + 1
    chance = sum(
        comb(trials, k) * point**k * (1 - point) ** (trials - k) for k in range(right + 1, trials + 1)
    )
    if abs(chance - RISK) > 1e-9:
        known = record(right + wrong, wrong)
        assert reaches(known, None, percent * MILLION // 100) is (chance <= RISK)


priors = st.none() | st.integers(0, 200_000).flatmap(
    lambda of: st.integers(0, of).map(lambda right: Measured(right, of))
)


@given(st.integers(0, 50_000), st.integers(0, 60), priors, st.integers(900_000, 999_999))
@example(2_994, 0, None, ASKED)
def test_a_correction_never_helps_and_a_right_booking_never_hurts(
    booked: int, corrected: int, prior: Measured | None, required: int
) -> None:
    corrected = min(booked, corrected)
    now = reaches(record(booked, corrected), prior, required)
    if corrected < booked and reaches(record(booked, corrected + 1), prior, required):
        assert now
    if now:
        assert reaches(record(booked + 1, corrected), prior, required)


@given(st.integers(0, 50_000), st.integers(0, 60), priors, st.integers(900_000, 999_999))
def test_the_bound_on_screen_says_the_same_as_the_decision(
    booked: int, corrected: int, prior: Measured | None, required: int
) -> None:
    known = record(booked, min(booked, corrected))
    found = estimate(known, prior, required)
    assert found.reaches(required) is reaches(known, prior, required)
    assert 0 <= found.at_least_ppm <= found.expected_ppm


@given(st.integers(0, 50_000), st.integers(0, 60), priors, st.integers(900_000, 999_998))
def test_what_is_enough_for_more_is_enough_for_less(
    booked: int, corrected: int, prior: Measured | None, required: int
) -> None:
    known = record(booked, min(booked, corrected))
    if reaches(known, prior, required + 1):
        assert reaches(known, prior, required)


def test_more_corrections_than_bookings_count_as_all_of_them() -> None:
    assert estimate(record(3, 9), None, ASKED) == estimate(record(3, 3), None, ASKED)
