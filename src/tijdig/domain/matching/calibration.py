"""How sure a matcher is, from what was measured beforehand and what people corrected since.

How often a matcher is right is not known; there are only cases in which it was. What those tell is a Beta
distribution over its precision: Beta(1 + right, 1 + wrong), of cases that each count once. Wrong is what a person
took back, right is what was left to stand.

Two kinds of cases count:

* **the prior**: answers on made-up traffic with known truth. Made-up payers are not this organisation's payers,
  so of the prior no more counts than would hold five mistakes at the precision that is asked (5,000 cases for
  99.9 %), in the proportion in which it was right. So much is enough to begin on, and little enough to be
  outweighed: asked for 99.9 %, a matcher without a miss beforehand keeps booking after one early correction,
  and stops at the second.
* **the record**: its own bookings here, all of them.

A matcher may book by itself when the chance that its precision is below what is asked is at most one in twenty:
the one-sided 95 % lower bound of the distribution has to reach it. "99.9 %" is thus never a figure of a handful:
without any prior it takes 2,994 bookings without a correction (0.05 = 0.999^(n + 1)), and 100 % is never reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, inf, lgamma, log, log1p
from typing import Protocol

from tijdig.domain.matching.facts import MatcherRecord

MILLION = 1_000_000
RISK = 0.05
"""The chance that is taken that a trusted matcher is less precise than is asked."""
_MISTAKES_OF_A_PRIOR = 5
_CLOSE_ENOUGH = 1e-13
_SMALLEST = 1e-300
_MOST_ROUNDS = 100_000


class Measured(Protocol):
    """What was measured beforehand: of so many answers so many were right."""

    @property
    def right(self) -> int:
        """How many answers were right."""

    @property
    def of(self) -> int:
        """How many answers there were."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is known of a matcher's precision, of a million: what to expect, and the lower bound of 95 %."""

    expected_ppm: int
    at_least_ppm: int

    def reaches(self, required_ppm: int) -> bool:
        """Whether it is precise enough to book by itself."""
        return self.at_least_ppm >= required_ppm


def trusted(
    records: Mapping[str, MatcherRecord], priors: Mapping[str, Measured], required_ppm: int
) -> frozenset[str]:
    """Return the matchers that may book by themselves, of those that have a record or a prior.

    Of `required_ppm` a million bookings must be right.
    """
    return frozenset(
        matcher
        for matcher in {*records, *priors}
        if reaches(records.get(matcher), priors.get(matcher), required_ppm)
    )


def reaches(record: MatcherRecord | None, prior: Measured | None, required_ppm: int) -> bool:
    """Return whether a matcher with this record and prior may book by itself."""
    right, wrong = _evidence(record, prior, required_ppm)
    return _chance_below(required_ppm, right, wrong) <= RISK


def estimate(record: MatcherRecord | None, prior: Measured | None, required_ppm: int) -> Estimate:
    """Return what is known of the matcher's precision; `required_ppm` says how much of the prior counts."""
    right, wrong = _evidence(record, prior, required_ppm)
    low, high = 0, MILLION  # the bound is at `low` or above it, and below `high`
    while high - low > 1:
        middle = (low + high) // 2
        if _chance_below(middle, right, wrong) <= RISK:
            low = middle
        else:
            high = middle
    return Estimate(int(MILLION * right / (right + wrong)), low)


def _evidence(record: MatcherRecord | None, prior: Measured | None, required_ppm: int) -> tuple[float, float]:
    """Return the two parameters of the Beta distribution."""
    right, wrong = 1.0, 1.0
    if prior is not None and prior.of:
        tolerated = MILLION - required_ppm
        most = _MISTAKES_OF_A_PRIOR * MILLION / tolerated if tolerated > 0 else inf
        share = min(1.0, most / prior.of)
        right += share * prior.right
        wrong += share * (prior.of - prior.right)
    if record is not None:
        corrected = min(record.corrected, record.booked)
        right += record.booked - corrected
        wrong += corrected
    return right, wrong


def _chance_below(ppm: int, right: float, wrong: float) -> float:
    """Return the chance that the precision is below so much: the regularised incomplete beta function."""
    if ppm <= 0:
        return 0.0
    if ppm >= MILLION:
        return 1.0
    point = ppm / MILLION
    scale = exp(
        lgamma(right + wrong) - lgamma(right) - lgamma(wrong) + right * log(point) + wrong * log1p(-point)
    )
    if point < (right + 1) / (right + wrong + 2):
        return scale * _fraction(point, right, wrong) / right
    return 1.0 - scale * _fraction(1.0 - point, wrong, right) / wrong


def _fraction(point: float, a: float, b: float) -> float:
    """Return the continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method."""
    upper, lower = 1.0, _away_from_zero(1.0 - (a + b) * point / (a + 1.0))
    lower = 1.0 / lower
    value = lower
    for step in range(1, _MOST_ROUNDS):
        twice = a + 2 * step
        even = step * (b - step) * point / ((twice - 1.0) * twice)
        odd = -(a + step) * (a + b + step) * point / (twice * (twice + 1.0))
        for term in (even, odd):
            lower = 1.0 / _away_from_zero(1.0 + term * lower)
            upper = _away_from_zero(1.0 + term / upper)
            value *= upper * lower
        if abs(upper * lower - 1.0) < _CLOSE_ENOUGH:
            break
    return value


def _away_from_zero(number: float) -> float:
    return number if abs(number) > _SMALLEST else _SMALLEST
