"""Amounts, dates and counts as a reader of each language writes them."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date, format_datetime
from django.utils import timezone

from tijdig.domain.money import exponent
from tijdig.infra.readers_language import day_form, day_text, with_our_stops

__all__ = ["day_text", "long_day_text", "moment_text", "money_text", "number_text", "short_day_text"]

# Thousands, decimals, and where the currency stands ("{}" is the number), per language.
_WRITING = {
    "nl": (".", ",", "{sign} {number}"),
    "fr": (" ", ",", "{number} {sign}"),
    "de": (".", ",", "{number} {sign}"),
    "en": (",", ".", "{sign}{number}"),
}
_SIGNS = {"EUR": "€", "GBP": "£", "USD": "US$"}


def number_text(minor: int, *, decimals: int, language: str) -> str:
    """Return `minor` scaled by `decimals` places, grouped in thousands: 123456789 → "1.234.567,89"."""
    thousands, point, _ = _WRITING.get(language, _WRITING["en"])
    whole, rest = divmod(abs(minor), 10**decimals)
    text = f"{whole:,}".replace(",", thousands)
    if decimals:
        text += f"{point}{rest:0{decimals}d}"
    return f"-{text}" if minor < 0 else text


def money_text(minor: int, currency: str, *, language: str) -> str:
    """Return an amount in minor units with its currency: (123450, "EUR") → "€ 1.234,50"."""
    number = number_text(minor, decimals=exponent(currency), language=language)
    form = _WRITING.get(language, _WRITING["en"])[2]
    sign = _SIGNS.get(currency, currency)
    if language == "en" and sign == currency:
        sign += " "
    return form.format(sign=sign, number=number)


@lru_cache(maxsize=20_000)
def short_day_text(day: date, *, language: str) -> str:
    """Return a date of which the year goes without saying: "5 mrt"."""
    return with_our_stops(format_date(day, f"{day_form(language)} MMM", locale=language), language)


def long_day_text(day: date, *, language: str) -> str:
    """Return a date as one says it: "vrijdag 20 november"."""
    return format_date(day, "EEEE, d. MMMM" if language == "de" else "EEEE d MMMM", locale=language)


def moment_text(moment: datetime, *, language: str) -> str:
    """Return a moment, in the zone that is active: "5 mrt 2026 14:03"."""
    form = f"{day_form(language)} MMM y HH:mm"
    return with_our_stops(format_datetime(timezone.localtime(moment), form, locale=language), language)
