"""What the forms of all pages share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tijdig.domain.money import AmountInvalid, Money, exponent
from tijdig.interfaces.web.formatting import number_text
from tijdig.interfaces.web.listing import is_key


class DayField(forms.DateField):
    """A date, picked in the browser's own calendar."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        options.setdefault("input_formats", ["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"])
        super().__init__(**options)


class AmountField(forms.CharField):
    """An amount as people write it: "1.234,56", "1234.56", "€ 12". Cleans to Money."""

    def __init__(self, *, currency: str = "EUR", **options: Any) -> None:
        self.currency = currency
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_amount(text, currency=self.currency)
        except AmountInvalid as problem:
            raise forms.ValidationError(_("Write an amount, like 1250,00."), code="amount") from problem


_AMOUNT = re.compile(r"(-?)(\d+|\d{1,3}(?:([.,'])\d{3})(?:\3\d{3})*)(?:[.,](\d{1,2}|\d{4,}))?", re.ASCII)


def read_amount(text: str, *, currency: str) -> Money:
    """Return the amount a person typed. Raises AmountInvalid.

    A last point or comma followed by exactly three digits groups thousands; by another number, it is the
    decimal one.
    """
    bare = "".join(text.replace("€", "").replace(currency, "").split())
    found = _AMOUNT.fullmatch(bare)
    if found is None:
        raise AmountInvalid(f"“{text}” is not an amount")
    sign, whole, _separator, rest = found.groups()
    return Money.of(f"{sign}{re.sub('[^0-9]', '', whole)}.{rest or 0}", currency)


def amounts_on_items(posted: Mapping[str, object], *, currency: str) -> list[tuple[int, int]]:
    """Return what was typed beside open items as (item id, minor units). Raises AmountInvalid."""
    return [
        (int(name.removeprefix("item-")), read_amount(str(value), currency=currency).minor)
        for name, value in posted.items()
        if name.startswith("item-") and is_key(name[5:]) and str(value).strip()
    ]


def amount_as_typed(amount: Money, *, language: str) -> str:
    """Return an amount as a person of this language would type it, without a currency."""
    return number_text(amount.minor, decimals=exponent(amount.currency), language=language)
