"""Which accounts a SEPA payment can reach."""

from __future__ import annotations

import pytest

from tijdig.domain.references import is_iban
from tijdig.domain.sepa import COUNTRIES, LIST_OF, is_within


def test_there_are_41_countries_and_gibraltar() -> None:
    assert (LIST_OF.year, len(COUNTRIES)) == (2025, 42)
    assert "GI" in COUNTRIES


@pytest.mark.parametrize(
    "iban",
    [
        "NL91ABNA0417164300",
        "be68 5390 0754 7034",
        "CH93 0076 2011 6238 5295 7",
        "GB29NWBK60161331926819",
        "RS35260005601001611379",
        "ME25505000012345678951",
        "SM86U0322509800000000270100",
        "AD1200012030200359100100",
    ],
)
def test_within(iban: str) -> None:
    assert is_iban(iban)
    assert is_within(iban)


@pytest.mark.parametrize(
    "iban",
    [
        "TR330006100519786457841326",
        "AE070331234567890123456",
        "SA0380000000608010167519",
        "XK051212012345678906",
        "FO6264600001631634",
        "UA213223130000026007233566001",
    ],
)
def test_outside(iban: str) -> None:
    assert is_iban(iban)
    assert not is_within(iban)
