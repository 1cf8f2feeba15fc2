"""Amounts on paper, in the language of whoever reads it."""

from __future__ import annotations

import pytest
from django.utils import translation

from tijdig.reporting.figures_in_words import figure


@pytest.mark.parametrize(
    ("language", "minor", "currency", "text"),
    [
        ("nl", 123_456_789, "EUR", "1.234.567,89"),
        ("de", -5, "EUR", "-0,05"),
        ("fr", 123_456_789, "EUR", "1 234 567,89"),
        ("en", 100, "USD", "1.00"),
        ("nl", 1_234_567, "JPY", "1.234.567"),
        ("nl", 1_234_567, "KWD", "1.234,567"),
    ],
)
def test_an_amount_reads_as_its_language_writes_it(
    language: str, minor: int, currency: str, text: str
) -> None:
    with translation.override(language):
        assert figure(minor, currency).replace("\xa0", " ").replace("\u202f", " ") == text
