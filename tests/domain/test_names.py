"""Whose name it is: titles, legal forms and initials aside; one family is several people."""

from __future__ import annotations

from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tijdig.domain.matching.names import IS, LIKE, alikeness, beginning, significant


def likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


@pytest.mark.parametrize(
    ("payer", "customer"),
    [
        ("BAKKERIJ DE VERZONNEN OVEN BV", "Bakkerij De Verzonnen Oven"),
        ("Bakkerij de Verzonnen Oven B.V.", "Bakkerij De Verzonnen Oven"),
        ("Oven, Bakkerij Verzonnen", "Bakkerij De Verzonnen Oven"),
        ("Hr J Zilverblad", "J. Zilverblad"),
        ("Zilverblad J.P.", "J.P. Zilverblad"),
        ("Crémerie Étoile SRL", "CREMERIE ETOILE"),
        ("INSTALLATIEBEDRIJF VAN WOLKENRAND", "Installatiebedrijf van Wolkenrand en Zonen Beheer B.V."),
        ("Bakkerij De Verzonen Oven", "Bakkerij De Verzonnen Oven"),
    ],
)
def test_one_name_however_it_is_written(payer: str, customer: str) -> None:
    assert alikeness(payer, customer, likeness) >= IS


@pytest.mark.parametrize(
    ("payer", "customer"),
    [
        ("J Zilverblad", "Johan Zilverblad"),
        ("J. Zilverblad en/of P. Visser", "Johan Zilverblad"),
        ("Zilverblad", "Bakkerij Zilverblad"),
        ("Zilverblad-de Vries J", "Johan Zilverblad"),
    ],
)
def test_a_name_that_may_well_be_theirs(payer: str, customer: str) -> None:
    assert LIKE <= alikeness(payer, customer, likeness) < IS


@pytest.mark.parametrize(
    ("payer", "customer"),
    [
        ("J. Zilverblad", "P. Zilverblad"),
        ("Johan Zilverblad", "Anne Zilverblad"),
        ("Bakkerij Zilverblad 12", "Bakkerij Zilverblad 13"),
        ("Drukkerij Zilverblad", "Bakkerij Zilverblad"),
        ("Garage Wolkenrand", "Bakkerij De Verzonnen Oven"),
        ("", "Bakkerij De Verzonnen Oven"),
        ("B.V.", ""),
    ],
)
def test_others_of_one_family_or_trade_are_others(payer: str, customer: str) -> None:
    assert alikeness(payer, customer, likeness) < LIKE


def test_what_a_name_is_told_by_and_how_it_begins() -> None:
    assert significant("Fam. J.P. van den Zilverblad B.V.") == ("j", "p", "zilverblad")
    assert significant("De B.V.") == ("de", "bv")
    assert beginning("BAKKERIJ DE VERZONNEN OVEN B.V.") == "bakkerij de verzonnen ov"
    assert beginning("Étoile SRL") == "etoile"
    assert beginning("Jan") == ""


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_two_names_compare_the_same_either_way_within_bounds(one: str, other: str) -> None:
    assert 0.0 <= alikeness(one, other, likeness) <= 1.0
    if significant(one):
        assert alikeness(one, one, likeness) == 1.0
