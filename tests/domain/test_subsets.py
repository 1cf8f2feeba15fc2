"""The only way in which amounts add up: found, proven, and told how likely by chance."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tijdig.domain.matching.subsets import MOST, Ways, is_coarse, only_way


@given(st.lists(st.integers(1, 40), max_size=9), st.integers(1, 120))
def test_it_is_found_exactly_when_there_is_one_way(amounts: list[int], total: int) -> None:
    every = [
        places
        for size in range(1, len(amounts) + 1)
        for places in combinations(range(len(amounts)), size)
        if sum(amounts[place] for place in places) == total
    ]
    found = only_way(amounts, total)
    assert found.several is (len(every) > 1)
    assert found.places == (every[0] if len(every) == 1 else ())


def test_with_too_many_amounts_nothing_is_claimed() -> None:
    amounts = [1 << place for place in range(MOST + 1)]
    assert only_way(amounts, sum(amounts)) == Ways()
    assert only_way(amounts[:-1], 7).places == (0, 1, 2)


@pytest.mark.parametrize(("amounts", "beside", "likely"), [
    ([12345, 6789, 40011], [], False),
    ([2500, 5000, 10000], [], True),
    ([4995], [4995], True),
    ([4995], [12101], False),
])  # fmt: skip
def test_coarse_prices_fit_by_chance(amounts: list[int], beside: list[int], likely: bool) -> None:
    assert (only_way(amounts, amounts[0], beside=beside).chance > 0.01) is likely


def test_multiples_of_one_price_are_coarse() -> None:
    assert is_coarse([4995, 4995])
    assert not is_coarse([12345, 6789])
