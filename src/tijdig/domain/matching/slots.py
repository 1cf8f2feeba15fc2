"""Numbers that may each be several items: one item for every place of the text, making up an amount."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from tijdig.domain.matching import clues, nearness
from tijdig.domain.matching.answers import books, total
from tijdig.domain.matching.cases import Case
from tijdig.domain.matching.facts import Match, OpenItem
from tijdig.domain.matching.naming import Near
from tijdig.domain.matching.nearness import Nearness
from tijdig.domain.reasons import Reason

_MOST_CHOICES = 64


def slots_of(case: Case, near: Sequence[Near]) -> list[tuple[OpenItem, ...]]:
    """Return, for each place of the text, the items that may be meant there, the strongest likeness alone."""
    by_place: dict[int, list[Near]] = {}
    for one in near:
        if one.item.open_minor > 0 and one.item.currency == case.transfer.currency:
            by_place.setdefault(one.start, []).append(one)
    slots = []
    for place in sorted(by_place):
        best = max(one.strength for one in by_place[place])
        slots.append(
            tuple({one.item.id: one.item for one in by_place[place] if one.strength == best}.values())
        )
    return slots


def beside(case: Case, customer_id: int, named: Sequence[OpenItem]) -> list[Near]:
    """Return what a customer owes and the text may mean beside what it names: "2026-0042, 43 en 4"."""
    owed = [item for item in case.owed.get(customer_id, ()) if item not in named]
    found = []
    for text in clues.texts_of(case.transfer):
        for one in nearness.written(text):
            if one.broken or any(nearness.nearness(one, item.number) for item in named):
                continue
            for item in owed:
                strength = nearness.nearness(one, item.number)
                if not strength and any(nearness.goes_on(one, item.number, first.number) for first in named):
                    strength = Nearness.HINT
                if strength:
                    found.append(Near(item, strength, one.start, text[one.start : one.end]))
    return found


def choices(slots: Sequence[Sequence[OpenItem]], amount: int) -> list[tuple[OpenItem, ...]]:
    """Return the ways to take one item from every slot, all different, that make up the amount; at most two."""
    ways = 1
    for slot in slots:
        ways *= len(slot)
    if not slots or ways > _MOST_CHOICES:
        return []
    found: list[tuple[OpenItem, ...]] = []
    for items in product(*slots):
        different = len({item.id for item in items}) == len(items)
        if different and total(items) == amount and len(found) < 2:
            found.append(items)
    return found


def in_range(case: Case, customer_id: int) -> Match | None:
    """Book what a customer owes of a range of numbers that is named by its ends, when that is the amount."""
    owed = case.owed.get(customer_id, ())
    for text in clues.texts_of(case.transfer):
        for first, last in nearness.ranges(text):
            begins = [item for item in owed if nearness.nearness(first, item.number)]
            ends = [item for item in owed if nearness.nearness(last, item.number)]
            for begin, end in product(begins, ends):
                items = [item for item in owed if nearness.within(begin.number, end.number, item.number)]
                if len(items) > 1 and total(items) == case.amount:
                    facts: dict[str, str | int] = {"numbers": f"{begin.number} – {end.number}"}
                    return books(case, "SEVERAL_NAMED", items, Reason("RANGE_ADDS_UP", facts))
    return None
