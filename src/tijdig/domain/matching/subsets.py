"""Which of several amounts add up to a sum: the only way to do it, proven, or none.

All ways are looked at (two halves that meet in the middle), so one that is found is known to be the only one.
With more than MOST amounts that would take too long, and nothing is found. That one way fits is no proof that
it was meant: the more ways there are, the likelier one fits by chance, so the chance of that is told as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

MOST = 20
SMALLEST_CHANCE_THAT_COUNTS = 0.01
LIKELY_MEANT = 0.05
"""The chance that is taken where the payer says for whom it is, or that it is for several."""
_FINE = 200


@dataclass(frozen=True, slots=True)
class Ways:
    """How amounts add up: the places of the only way; `several` when there are more ways than one.

    `chance` is of how many ways that do not mean anything one would be expected to fit.
    """

    places: tuple[int, ...] = ()
    several: bool = False
    chance: float = 0.0


def only_way(amounts: Sequence[int], total: int, *, beside: Sequence[int] = ()) -> Ways:
    """Return the only way in which some of `amounts` (all above zero) add up to `total`.

    `beside` are other amounts of the same prices, which tell how coarse prices are.
    """
    kept = [place for place, amount in enumerate(amounts) if amount <= total]
    if not kept or len(kept) > MOST or total <= 0 or sum(amounts[place] for place in kept) < total:
        return Ways()
    middle = len(kept) // 2
    left, right = _sums(amounts, kept[:middle]), _sums(amounts, kept[middle:])
    found: list[int] = []
    for reached, masks in left.items():
        for mask in masks:
            for other in right.get(total - reached, ()):
                found.append(mask | other << middle)
                if len(found) > 1:
                    return Ways(several=True)
    if not found:
        return Ways()
    places = tuple(place for bit, place in enumerate(kept) if found[0] >> bit & 1)
    return Ways(places, chance=_chance([amounts[place] for place in kept], beside))


def is_coarse(amounts: Sequence[int]) -> bool:
    """Whether the amounts are multiples of one price, so that their sum is one that many would pay."""
    return sum(amounts) < _FINE * gcd(*amounts)


def _sums(amounts: Sequence[int], places: Sequence[int]) -> dict[int, list[int]]:
    """Return the sums of all subsets with at most two of the subsets that give each, as bits."""
    sums: dict[int, list[int]] = {0: [0]}
    for bit, place in enumerate(places):
        with_it = [
            (reached + amounts[place], [mask | 1 << bit for mask in masks]) for reached, masks in sums.items()
        ]
        for reached, masks in with_it:
            known = sums.setdefault(reached, [])
            known.extend(masks[: 2 - len(known)])
    return sums


def _chance(amounts: Sequence[int], beside: Sequence[int]) -> float:
    """Return the number of ways over the number of sums there could be, coarse amounts having fewer."""
    step = gcd(*amounts, *beside)
    return min(1.0, float(2 ** len(amounts)) * step / sum(amounts))
