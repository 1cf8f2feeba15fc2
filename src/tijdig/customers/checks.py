"""What a customer's data must look like, and whether an e-mail address can be written to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from babel import Locale
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tijdig.domain.parties import Channel, Language, PartyKind

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LENGTHS: Mapping[str, int] = {
    "number": 60, "name": 200, "contact_name": 100, "email": 254, "phone": 40, "street": 200, "postcode": 20,
    "city": 100, "vat_number": 30, "legal_id": 40,
}  # fmt: skip
LONGEST_TERM_DAYS = 365
_CODES: Mapping[str, frozenset[str]] = {
    "kind": frozenset(PartyKind),
    "language": frozenset(Language),
    "preferred_channel": frozenset(Channel),
}
_LABELS: Mapping[str, _StrPromise] = {
    "number": gettext_lazy("Customer number"), "name": gettext_lazy("Name"),
    "contact_name": gettext_lazy("Contact person"), "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Telephone"), "street": gettext_lazy("Street"), "postcode": gettext_lazy("Postcode"),
    "city": gettext_lazy("City"), "vat_number": gettext_lazy("VAT number"),
    "legal_id": gettext_lazy("Company registration number"), "kind": gettext_lazy("Customer type"),
    "language": gettext_lazy("Language"), "preferred_channel": gettext_lazy("Channel"),
}  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@lru_cache(maxsize=4096)
def is_email(text: str) -> bool:
    """Return whether one can write to this e-mail address, as far as its form tells."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return "," not in text and ";" not in text and len(text) <= LENGTHS["email"]


@lru_cache(maxsize=1)
def country_codes() -> frozenset[str]:
    """Return the two-letter country codes that exist (ISO 3166-1, as CLDR lists them)."""
    return frozenset(str(code) for code in Locale("en").territories if re.fullmatch("[A-Z]{2}", str(code)))


def problem_of(field: str, value: object) -> str | None:
    """Return in words what is wrong with this value of this field; None when nothing is.

    An e-mail address of a wrong form is no problem here: it is kept as the books have it and never used.
    """
    if field in LENGTHS:
        return _text_problem(field, str(value))
    if field in _CODES and value not in _CODES[field]:
        return _("“%(text)s” does not fit %(column)s: use one of %(values)s") % {
            "text": value, "column": _LABELS[field], "values": ", ".join(sorted(_CODES[field])),
        }  # fmt: skip
    if field == "country" and value and value not in country_codes():
        return _("“%(text)s” is not a country code: use two letters, such as NL") % {"text": value}
    if field == "payment_term_days" and not (isinstance(value, int) and 0 <= value <= LONGEST_TERM_DAYS):
        return _("a payment term is a number of days from 0 to %(most)s") % {"most": LONGEST_TERM_DAYS}
    return None


def _text_problem(field: str, text: str) -> str | None:
    if field == "number" and not text.strip():
        return _("the customer number is missing")
    if field == "name" and not text.strip():
        return _("the name is missing")
    if len(text) > LENGTHS[field]:
        words = {"column": _LABELS[field], "most": LENGTHS[field]}
        return _("%(column)s is longer than %(most)s characters") % words
    if _CONTROL.search(text):
        return _("%(column)s holds a character that cannot be printed") % {"column": _LABELS[field]}
    return None
