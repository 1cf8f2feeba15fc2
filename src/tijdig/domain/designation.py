"""Which debts a payer named: theirs is the first choice of what a payment is for (law.md §1.5, §2.4).

Only what is written out counts, an invoice's whole number or its payment reference: a guess is no choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tijdig.domain.references import normalise

_APART = re.compile(r"[^0-9a-z]+")
_SHORTEST_NUMBER = 4
_SHORTEST_REFERENCE = 9


@dataclass(frozen=True, slots=True)
class Debt:
    """A debt as a payer may name it."""

    id: int
    number: str
    payment_reference: str = ""


def named(debts: Iterable[Debt], texts: Sequence[str]) -> tuple[int, ...]:
    """Return the ids of the debts that the texts name, in the order in which they are named."""
    words = [f" {_APART.sub(' ', text.lower()).strip()} " for text in texts]
    whole = [normalise(text) for text in texts]
    places = []
    for debt in debts:
        found = _place_of_number(debt.number, words)
        if found is None:
            found = _place_of_reference(debt.payment_reference, whole)
        if found is not None:
            places.append((found, debt.id))
    return tuple(debt_id for _place, debt_id in sorted(places))


def _place_of_number(number: str, words: Sequence[str]) -> tuple[int, int] | None:
    plain = _APART.sub(" ", number.lower()).strip()
    if len(plain.replace(" ", "")) < _SHORTEST_NUMBER or not any(letter.isdigit() for letter in plain):
        return None
    return _first(f" {plain} ", words)


def _place_of_reference(reference: str, whole: Sequence[str]) -> tuple[int, int] | None:
    plain = normalise(reference)
    return _first(plain, whole) if len(plain) >= _SHORTEST_REFERENCE else None


def _first(part: str, texts: Sequence[str]) -> tuple[int, int] | None:
    return next(((place, text.find(part)) for place, text in enumerate(texts) if part in text), None)
