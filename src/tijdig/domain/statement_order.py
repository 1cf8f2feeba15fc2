"""Whether a statement is missing before another one, from their balances, their days and the bank's numbers.

Only what the statements say of themselves counts, never when they came in: a statement that comes late closes
the gap, and the same statements tell the same in any order. Numbers may be missing, be 0, start again each
year, and have a page (bank-formats.md §6.5), so days go first and balances before numbers.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

_NUMBER = re.compile(r"\s*([0-9]+)\s*(?:/\s*([0-9]+)\s*)?")

Number = tuple[int, int]
"""The number of a statement and of its page, both from 1."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A statement of one account: its days, its balances in minor units, and its number.

    Numbers are compared within one `kind` of file only: each kind may count by itself.
    """

    id: int
    kind: str
    first: date
    last: date
    opening: int | None = None
    closing: int | None = None
    number: Number | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """What is missing before a statement.

    `gap` is its opening balance less the closing balance of the one before it, in minor units; 0 for none.
    `skipped` says that its number does not follow, where balances cannot tell.
    """

    gap: int = 0
    skipped: bool = False


def number_of(sequence: str) -> Number | None:
    """Return the number a bank gave a statement: "7", "00012", "12/1"; None for none, 0 and other texts."""
    found = _NUMBER.fullmatch(sequence)
    if found is None or not int(found[1]):
        return None
    return int(found[1]), max(int(found[2] or 1), 1)


def missing_before(statements: Iterable[Placed], wanted: Collection[int]) -> dict[int, Before]:
    """Return what is missing before each of the `wanted` statements (ids) of one account."""
    known = list(statements)
    with_balance = _Row([each for each in known if each.closing is not None])
    kinds = {
        kind: _Row([each for each in known if each.kind == kind]) for kind in {one.kind for one in known}
    }
    told = {}
    for each in known:
        if each.id in wanted:
            gap = _gap(each, with_balance)
            told[each.id] = Before(gap or 0, gap is None and _is_skipped(each, kinds[each.kind]))
    return told


def _is_earlier(one: Placed, other: Placed) -> bool:
    """Whether the days of `one` lie before those of `other`; they may share the day on which one ends."""
    return one.first < other.first and one.last < other.last and one.last <= other.first


def _is_numbered_before(one: Placed, other: Placed) -> bool:
    """Whether the bank numbered `one` before `other`, and their days do not say otherwise."""
    return (
        one.kind == other.kind
        and one.number is not None
        and other.number is not None
        and one.number < other.number
        and one.first <= other.first
        and one.last <= other.last
    )


class _Row:
    """Statements in the order of their first days."""

    def __init__(self, statements: Sequence[Placed]) -> None:
        self._statements = sorted(statements, key=lambda each: (each.first, each.last, each.id))
        self._firsts = [each.first for each in self._statements]
        self._until = list(accumulate((each.last for each in self._statements), max))

    def around(self, statement: Placed) -> tuple[list[Placed], list[Placed]]:
        """Return the ones just before a statement, none of which is before another, and those it overlaps."""
        nearest: Placed | None = None
        before: list[Placed] = []
        overlapping: list[Placed] = []
        for place in range(bisect_right(self._firsts, statement.last) - 1, -1, -1):
            if nearest is not None and self._until[place] < nearest.first:
                break
            each = self._statements[place]
            if each.id == statement.id or _is_earlier(statement, each):
                continue
            if not _is_earlier(each, statement):
                overlapping.append(each)
            elif nearest is None or not _is_earlier(each, nearest):
                nearest = nearest or each
                before.append(each)
        last = [one for one in before if not any(_is_earlier(one, other) for other in before)]
        return last, overlapping


def _gap(statement: Placed, row: _Row) -> int | None:
    """Return how far a statement opens from where the one before it closed; None where balances cannot tell."""
    opening = statement.opening
    if opening is None:
        return None
    before, overlapping = row.around(statement)
    numbered = [each for each in overlapping if _is_numbered_before(each, statement)]
    possible = [*before, *(each for each in overlapping if not _is_numbered_before(statement, each))]
    if any(each.closing == opening for each in possible):
        return 0
    if any(each.first < statement.first and each not in numbered for each in overlapping):
        return 0  # the days before it are told by one that goes on beside it
    if numbered:
        closed = max(numbered, key=lambda each: (each.number, each.closing)).closing
    else:
        closed = (
            max(before, key=lambda each: (each.last, each.first, each.closing)).closing if before else None
        )
    return None if closed is None else opening - closed


def _is_skipped(statement: Placed, row: _Row) -> bool:
    number = statement.number
    if number is None:
        return False
    before, overlapping = row.around(statement)
    of_the_day = [each.number for each in overlapping if each.number and _is_numbered_before(each, statement)]
    if of_the_day:
        return _skips(max(of_the_day), number)
    numbered = [(each.number, each.last.year) for each in before if each.number]
    if lower := [(one, year) for one, year in numbered if one < number]:
        last, year = max(lower)
        return _skips(last, number, starts_again=last[0] == number[0] and year < statement.last.year)
    return bool(numbered) and _skips(
        max(numbered)[0], number, starts_again=all(year < statement.last.year for _, year in numbered)
    )


def _skips(before: Number, number: Number, *, starts_again: bool = False) -> bool:
    """Whether numbers between these two are missing; within a year a lower number tells nothing."""
    if starts_again:
        return number > (1, 1)
    if number[0] == before[0]:
        return number[1] > before[1] + 1
    return number[0] > before[0] and number > (before[0] + 1, 1)
