"""Charts as plain geometry: figures in, rectangles out. The templates draw them, with their table behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tijdig.domain.money import Money

_WIDTH = 1000
_LEAST = 6


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar 1000 wide: name, figures, place, share in per mille and the link to its rows."""

    label: str
    amount: Money
    count: int
    tone: int
    x: int
    width: int
    share: int
    link: str

    @property
    def percent(self) -> str:
        """The share as a whole percentage; "<1" for something that is not nothing."""
        if 0 < self.share < 10:
            return "<1"
        return str(round(self.share / 10))


@dataclass(frozen=True, slots=True)
class StackedBar:
    """A whole in parts."""

    title: str
    total: Money
    parts: tuple[Part, ...]


def stacked_bar(*, title: str, currency: str, rows: Sequence[tuple[str, int, int, str]]) -> StackedBar:
    """Return the bar of rows (label, amount in minor units, count, link), in their order.

    A part that is not nothing is at least _LEAST wide, so that it can be seen and clicked.
    """
    total = sum(amount for _, amount, _, _ in rows)
    room = _WIDTH - _LEAST * sum(1 for _, amount, _, _ in rows if amount)
    parts, x = [], 0
    for tone, (label, amount, count, link) in enumerate(rows):
        share = amount * 1000 // total if total else 0
        width = _LEAST + amount * room // total if amount else 0
        parts.append(Part(label, Money(amount, currency), count, tone, x, width, share, link))
        x += width
    return StackedBar(title=title, total=Money(total, currency), parts=tuple(parts))
