"""What is missing before a statement: as a table, and as properties of any row of statements in any order."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tijdig.domain.statement_order import Before, Number, Placed, missing_before, number_of

YEAR_END = date(2026, 12, 28)


def day(number: int) -> date:
    return YEAR_END + timedelta(days=number)


@dataclass(frozen=True)
class Told:
    """A statement as a case writes it: its days from the 28th of December, balances, number, kind of file."""

    first: int
    last: int
    opening: int | None = None
    closing: int | None = None
    number: str = ""
    kind: str = "camt.053"

    def placed(self, id: int) -> Placed:
        number = number_of(self.number)
        return Placed(id, self.kind, day(self.first), day(self.last), self.opening, self.closing, number)


def one(first: int, opening: int | None, closing: int | None, number: str = "", **rest: str) -> Told:
    return Told(first, first, opening, closing, number, **rest)


def numbered(*days_and_numbers: tuple[int, str]) -> list[Told]:
    return [one(first, None, None, number) for first, number in days_and_numbers]


NONE: dict[int, int] = {}
GAPS = {
    "they follow": ([one(0, 0, 10), one(1, 10, 20), one(4, 20, 30)], NONE),
    "one is missing": ([one(0, 0, 10), one(2, 20, 30)], {1: 10}),
    "two of a day follow": ([one(0, 0, 10), one(1, 10, 20), one(1, 20, 30)], NONE),
    "two of a day follow, the later one first": ([one(0, 0, 10), one(1, 20, 30), one(1, 10, 20)], NONE),
    "a day of three misses its second": (
        [one(0, 0, 10, "1"), one(1, 10, 20, "2"), one(1, 30, 40, "00004")],
        {2: 10},
    ),
    "the same without numbers": ([one(0, 0, 10), one(1, 10, 20), one(1, 30, 40)], {2: 20}),
    "numbers part a day that ends as it began": (
        [one(0, 0, 5, "7"), one(1, 0, 10, "9"), one(1, 10, 0, "10")],
        {1: -5},
    ),
    "each begins on the day the one before it ended": (
        [Told(0, 1, 0, 10), Told(1, 2, 10, 20), Told(2, 3, 20, 30)],
        NONE,
    ),
    "the same with one missing": ([Told(0, 1, 0, 10), Told(2, 3, 20, 30)], {1: 10}),
    "pages of one statement": (
        [Told(0, 1, 0, 10, "12/1"), one(1, 10, 20, "12/2"), one(1, 20, 30, "12/3"), one(2, 30, 40, "13/1")],
        NONE,
    ),
    "a page is missing": ([Told(0, 1, 0, 10, "12/1"), one(1, 20, 30, "12/3")], {1: 10}),
    "a new year": ([one(3, 0, 10, "365"), one(4, 10, 20, "1"), one(5, 20, 30, "2")], NONE),
    "a new year lacks its first": ([one(3, 0, 10, "365"), one(5, 20, 30, "2")], {1: 10}),
    "a week beside its days": (
        [one(-1, -5, 0), *(one(n, 10 * n, 10 * n + 10) for n in range(7)), Told(0, 6, 0, 70), one(7, 70, 80)],
        NONE,
    ),
    "a week that tells a day that is missing": ([one(0, 0, 10), Told(0, 6, 0, 70), one(5, 50, 60)], NONE),
    "an old entry reaches back over other statements": (
        [one(0, 0, 10), one(1, 10, 20), Told(0, 2, 20, 30), one(3, 30, 40)],
        NONE,
    ),
    "one without balances lies between": ([one(0, 0, 10), one(1, None, None), one(2, 10, 20)], NONE),
    "reports of a day that grow": (
        [one(0, 0, 10), *(one(1, 10, n, kind="camt.052") for n in (20, 30)), one(1, 10, 40), one(2, 40, 50)],
        NONE,
    ),
    "a copy": ([one(0, 0, 10), one(1, 10, 20), one(1, 10, 20), one(2, 20, 30)], NONE),
    "balances that follow outweigh a number": ([one(0, 0, 10, "7"), one(1, 10, 20, "9")], NONE),
    "the first of all": ([one(0, 50, 60, "17")], NONE),
}


@pytest.mark.parametrize("told, gaps", GAPS.values(), ids=GAPS.keys())
def test_gaps(told: list[Told], gaps: dict[int, int]) -> None:
    assert {place: before.gap for place, before in found(told).items() if before.gap} == gaps
    assert not any(before.skipped for before in found(told).values())


def found(told: list[Told]) -> dict[int, Before]:
    """What is missing before each, by its place; the same in any order."""
    placed = [each.placed(place) for place, each in enumerate(told)]
    forth = missing_before(placed, range(len(placed)))
    turned = [replace(each, id=len(placed) - each.id) for each in reversed(placed)]
    back = missing_before(turned, range(len(placed) + 1))
    assert {len(placed) - id: before for id, before in back.items()} == forth
    return forth


SKIPPED = {
    "they follow": (numbered((0, "7"), (1, "8"), (2, "9")), set()),
    "one is missing": (numbered((0, "7"), (1, "9")), {1}),
    "one is missing on one day": (numbered((0, "7"), (0, "9")), {1}),
    "with zeros before them": (numbered((0, "00009"), (1, "00010"), (2, "12")), {2}),
    "no numbers": (numbered((0, ""), (1, "")), set()),
    "numbers that are 0": (numbered((0, "7"), (1, "00000"), (2, "00000/00")), set()),
    "names instead of numbers": (numbered((0, "2026-7"), (1, "2026-9")), set()),
    "pages": (numbered((0, "12/1"), (0, "12/2"), (1, "13/1"), (2, "00014/00001")), set()),
    "a page is missing": (numbered((0, "12/1"), (0, "12/3"), (1, "13/2")), {1, 2}),
    "a new year": (numbered((3, "365"), (4, "1"), (5, "2")), set()),
    "a new year lacks its first": (numbered((3, "365"), (6, "3")), {1}),
    "numbers that go on in a new year": (numbered((3, "365"), (4, "366"), (5, "368")), {2}),
    "the same number a year later": (numbered((3, "1"), (4, "1")), set()),
    "numbers that start again within a year": (numbered((0, "31"), (1, "2")), set()),
    "each kind counts by itself": (
        [*numbered((0, "7"), (1, "8")), one(1, None, None, "412", kind="MT942")],
        set(),
    ),
}


@pytest.mark.parametrize("told, skipped", SKIPPED.values(), ids=SKIPPED.keys())
def test_skipped_numbers(told: list[Told], skipped: set[int]) -> None:
    assert {place for place, before in found(told).items() if before.skipped} == skipped
    assert not any(before.gap for before in found(told).values())


@pytest.mark.parametrize(
    "text, number",
    [
        ("7", (7, 1)),
        ("00012", (12, 1)),
        ("12/1", (12, 1)),
        (" 12 / 003 ", (12, 3)),
        ("12/0", (12, 1)),
        ("0", None),
        ("00000/001", None),
        ("", None),
        ("12/1/2", None),
        ("A12", None),
        ("²", None),
    ],
)
def test_numbers(text: str, number: Number | None) -> None:
    assert number_of(text) == number


Numbering = Callable[[int, int, date], str]
_NUMBERINGS: dict[str, Numbering] = {
    "none": lambda place, of_year, _: "",
    "counting on": lambda place, of_year, _: str(place + 17),
    "with zeros": lambda place, of_year, _: f"{place + 17:05}",
    "each year anew": lambda place, of_year, _: str(of_year),
    "with a page": lambda place, of_year, _: f"{of_year}/1",
}


@st.composite
def rows(draw: st.DrawFn) -> list[Placed]:
    """Statements that follow each other, as a bank makes them; each brings money in, so no balance comes twice.

    Without numbers, or where each begins on the day the one before it ended, a day has one.
    """
    numbering = draw(st.sampled_from(sorted(_NUMBERINGS)))
    is_touching = draw(st.booleans())
    fewest_days = 1 if is_touching or numbering == "none" else 0
    steps = draw(st.lists(st.tuples(st.integers(fewest_days, 4), st.integers(1, 5)), min_size=1, max_size=12))
    row: list[Placed] = []
    on, balance, of_year = day(0), 0, 0
    for place, (days, minor) in enumerate(steps):
        before, on = on, on + timedelta(days=days)
        of_year = of_year + 1 if row and row[-1].last.year == on.year else 1
        number = number_of(_NUMBERINGS[numbering](place, of_year, on))
        first = before if is_touching else on
        row.append(Placed(place, "camt.053", first, on, balance, balance + minor, number))
        balance += minor
    return row


@given(row=rows(), order=st.randoms(use_true_random=False))
def test_of_statements_that_follow_each_other_nothing_is_missing(
    row: list[Placed], order: random.Random
) -> None:
    order.shuffle(row)
    assert set(missing_before(row, range(len(row))).values()) == {Before()}


@given(row=rows(), kept=st.sets(st.integers(0, 11)), order=st.randoms(use_true_random=False))
def test_what_is_missing_shows_before_the_next_one_whatever_came_in_first(
    row: list[Placed], kept: set[int], order: random.Random
) -> None:
    left = [each for each in row if each.id in kept]
    expected = (
        {
            each.id: Before(gap=each.opening - before.closing)  # type: ignore[operator]
            for before, each in pairwise(left)
        }
        | {each.id: Before() for each in left[:1]}
    )
    order.shuffle(left)
    assert missing_before(left, range(len(row))) == expected


@given(row=rows(), kept=st.sets(st.integers(0, 11)), order=st.randoms(use_true_random=False))
def test_without_balances_the_numbers_tell_the_same_in_any_order(
    row: list[Placed], kept: set[int], order: random.Random
) -> None:
    bare = [replace(each, opening=None, closing=None) for each in row if each.id in kept]
    told = missing_before(bare, range(len(row)))
    for before, each in pairwise(bare):
        if each.number is None or each.id == before.id + 1:
            assert told[each.id] == Before()
        elif before.last.year == each.last.year or each.number[0] > before.number[0] + 1:  # type: ignore[index]
            assert told[each.id] == Before(skipped=True)
    order.shuffle(bare)
    assert missing_before(bare, range(len(row))) == told


_SPANS = st.tuples(st.integers(0, 6), st.integers(0, 3))
_ANY = st.builds(
    lambda span, opening, closing, number, kind: Told(span[0], sum(span), opening, closing, number, kind),
    _SPANS,
    st.none() | st.integers(0, 3),
    st.none() | st.integers(0, 3),
    st.sampled_from(["", "0", "1", "2", "3/1", "3/2", "00004", "365"]),
    st.sampled_from(["camt.053", "MT940"]),
)


@given(told=st.lists(_ANY, max_size=8), order=st.randoms(use_true_random=False))
def test_any_statements_tell_the_same_in_any_order(told: list[Told], order: random.Random) -> None:
    ids = list(range(len(told)))
    first = missing_before([each.placed(id) for id, each in enumerate(told)], ids)
    order.shuffle(ids)
    again = missing_before([each.placed(id) for id, each in zip(ids, told, strict=True)], ids)
    assert [again[id] for id in ids] == [first[place] for place in range(len(told))]
