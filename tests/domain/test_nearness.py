"""Invoice numbers written with less care: what is near to which, how strongly, and what is a slip."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tijdig.domain.matching.nearness import (
    Nearness,
    is_mistyped,
    keys,
    nearness,
    ranges,
    tail_of,
    within,
    written,
)


def near(text: str, number: str) -> Nearness:
    return max((nearness(one, number) for one in written(text)), default=Nearness.NONE)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("2026-00042", "factuur 42"),
        ("2026-00042", "fact 2026-42"),
        ("2026-00042", "42/2026"),
        ("2026-00042", "42 2026"),
        ("2026-00042", "2026 42"),
        ("2026-00042", "fact 26-42"),
        ("2026-00042", "2o26-ooo42"),
        ("2026-00042", "factuur 2026-00 042"),
        ("2026-00042", "2026.00042"),
        ("2026-00042", "F2026-00042"),
        ("2026-00042", "klant 1234 fact 42"),
        ("F2026/0042", "F42"),
        ("F2026/0042", "F2O26/OO42"),
        ("20260042", "2026 42"),
        ("20260042", "factuur 42"),
        ("INV-000123", "inv 123"),
        ("INV-000123", "factuur 123"),
        ("INV-000123", "INV-OOO123"),
        ("INV-001234", "INV-00l234"),
        ("VF 26.0042", "vf 26 42"),
        ("VF 26.0042", "2026-0042"),
        ("VF 26.0042", "260042"),
        ("VF 26.0042", "VF 26.0 042"),
        ("4521", "factuur 4521"),
        ("4521", "betaling 4521"),
        ("4521", "factuur 45 21"),
        ("A1-2026-0042-3", "2026-0042-3 nota"),
    ],
)
def test_what_can_hardly_be_anything_else_is_strong_and_can_be_looked_up(number: str, text: str) -> None:
    expected = Nearness.HINT if text == "factuur 45 21" else Nearness.STRONG
    assert near(text, number) == expected
    assert tail_of(number) in keys(text)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("2026-00042", "huur 42"),
        ("2026-00042", "Kerkstraat 42, 3512 AB Utrecht"),
        ("4521", "huur november 4521 extra"),
        ("4521", "4521 AB Utrecht"),
        ("2026-11", "contributie 2026-11"),
    ],
)
def test_what_may_mean_something_else_is_a_hint(number: str, text: str) -> None:
    assert near(text, number) == Nearness.HINT


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("2026-00042", "factuur 2025-00042"),
        ("2026-00042", "factuur 2025-42"),
        ("2026-00042", "42 2025"),
        ("2026-00042", "factuur 2026-00043"),
        ("2026-00042", "factuur 142"),
        ("INV-000123", "CN-000123"),
        ("INV-000123", "ABC123"),
        ("4521", "factuur 2026-4521"),
        ("4521", "14521"),
        ("12", "12-11-2026"),
        ("12", "€ 12,00"),
        ("1234", "klantnummer 1234"),
        ("0612345678", "tel 0612345678"),
        ("0417164300", "NL91ABNA0417164300"),
    ],
)
def test_another_number_is_not_near(number: str, text: str) -> None:
    assert near(text, number) == Nearness.NONE


@pytest.mark.parametrize(
    ("meant", "typed", "slip"),
    [
        ("2026-00042", "2026-00043", True),
        ("2026-00042", "2026-00024", True),
        ("2026-00042", "2026-000422", True),
        ("2026-00142", "2026-0142", False),
        ("2026-10042", "2026-1042", True),
        ("2026-00042", "2026-00053", False),
        ("2026-00042", "2026-42", False),
        ("4521", "4512", True),
        ("421", "412", False),
        ("INV-000123", "CN-000124", False),
    ],
)
def test_one_slip_is_a_wrong_a_missing_or_another_digit_or_two_that_changed_places(
    meant: str, typed: str, slip: bool
) -> None:
    assert any(is_mistyped(one, meant) for one in written(f"factuur {typed}")) is slip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("facturen 2026-0101 t/m 2026-0104", ("2026-0101", "2026-0104")),
        ("facturen 101 tm 104", ("101", "104")),
        ("facturen 101 tot en met 104", ("101", "104")),
        ("rechnungen 101 bis 104", ("101", "104")),
        ("factures 101 à 104", ("101", "104")),
        ("facturen 101 - 104", ("101", "104")),
        ("facturen 101-104", ("101", "104")),
    ],
)
def test_a_range_is_told_by_its_ends(text: str, found: tuple[str, str]) -> None:
    [(first, last)] = ranges(text)
    assert ("-".join(first.groups), "-".join(last.groups)) == found
    assert ranges("factuur 2026-0101 van 12 t/m december") == ()


@pytest.mark.parametrize(
    ("number", "inside"),
    [
        ("2026-0101", True),
        ("2026-0103", True),
        ("2026-0105", False),
        ("2025-0103", False),
        ("F2026-0103", False),
    ],
)
def test_a_number_is_within_a_range_of_its_own_series(number: str, inside: bool) -> None:
    assert within("2026-0101", "2026-0104", number) is inside
    assert not within("2026-0104", "2026-0101", number)
    assert not within("2026-0001", "2026-9999", number), "so many were not meant"


@given(st.text(max_size=80), st.from_regex(r"\A[A-Z]{0,3}-?[0-9]{1,4}[-/.]?[0-9]{0,6}\Z"))
def test_what_is_near_can_be_looked_up(text: str, number: str) -> None:
    if near(f"{text} {number}", number) == Nearness.STRONG:
        assert tail_of(number) in keys(f"{text} {number}") or not tail_of(number)
