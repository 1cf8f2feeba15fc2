"""Which debts a payer named."""

from __future__ import annotations

import pytest

from tijdig.domain.designation import Debt, named

DEBTS = [
    Debt(1, "2026-0042"),
    Debt(2, "2026-0043", "123456789002"),
    Debt(3, "F 17/A"),
    Debt(4, "12"),
    Debt(5, "RENT", "RF18539007547034"),
]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["factuur 2026-0042"], (1,)),
        (["2026 0043 en 2026/0042"], (2, 1)),
        (["", "+++123/4567/89002+++"], (2,)),
        (["RF18 5390 0754 7034", "2026-0042"], (5, 1)),
        (["f17a"], ()),
        (["voor F-17-a, dank"], (3,)),
        (["12 stuks"], ()),
        (["rent"], ()),
        (["12026-00421"], ()),
        ([""], ()),
        ([], ()),
    ],
)
def test_only_what_is_written_out_counts(texts: list[str], expected: tuple[int, ...]) -> None:
    assert named(DEBTS, texts) == expected
