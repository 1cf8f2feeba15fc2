"""Amounts of a table on paper, in the language that is active."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format

from tijdig.domain.money import exponent


def figure(minor: int, currency: str) -> str:
    """Return an amount of minor units without its currency: (123456789, "EUR") → "1.234.567,89"."""
    places = exponent(currency)
    return number_format(Decimal(minor).scaleb(-places), decimal_pos=places, force_grouping=True)
