"""The list of currencies."""

from __future__ import annotations

from tijdig.formats.currencies import CURRENCIES


def test_known_currencies() -> None:
    assert {"EUR", "SEK", "NOK", "DKK", "GBP", "CHF", "USD", "PLN"} <= CURRENCIES
    assert "XXX" not in CURRENCIES
