"""Amounts on paper, as the reader writes them."""

from __future__ import annotations

import pytest
from django.utils import translation

from tijdig.reporting.figures_in_words import figure


@pytest.mark.parametrize(
    ("language", "minor", "currency", "text"),
    [
        ("nl", 123_456_789, "EUR", "1.234.567,89"),
        ("en", -5, "EUR", "-0.05"),
        ("de", 1_000, "JPY", "1.000"),
        ("nl", 0, "EUR", "0,00"),
    ],
)
def test_it_is_written_with_the_signs_of_the_language(
    language: str, minor: int, currency: str, text: str
) -> None:
    with translation.override(language):
        assert figure(minor, currency) == text
