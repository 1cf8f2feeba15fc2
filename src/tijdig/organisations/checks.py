"""What an organisation's settings must look like; each refusal says in one sentence what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from zoneinfo import available_timezones

import stdnum.be.vat
import stdnum.bic
import stdnum.eu.vat
import stdnum.iban
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _
from stdnum.exceptions import ValidationError as NumberInvalid

from tijdig.domain.parties import Language

COUNTRIES = ("NL", "BE")
TIMEZONES = {"NL": "Europe/Amsterdam", "BE": "Europe/Brussels"}
TONES = ("FRIENDLY", "BUSINESS")
_RESERVED = frozenset(
    {
        "account", "accounts", "admin", "api", "app", "assets", "health", "login", "logout", "mailbox", "mfa",
        "new", "o", "organisation", "organisations", "portal", "settings", "setup", "static", "tijdig",
        "webhooks",
    }
)  # fmt: skip
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LENGTHS = {
    "name": 200, "street": 200, "postcode": 20, "city": 100, "phone": 40, "sender_name": 100,
    "signature": 200,
}  # fmt: skip


class SettingInvalid(ValueError):
    """A setting was refused. `field` names it; the message says why and what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def checked_slug(slug: str) -> str:
    """Return the slug. Raises SettingInvalid when it cannot be part of an address or means something else."""
    if not _SLUG.fullmatch(slug) or len(slug) > 50:
        raise SettingInvalid(
            "slug",
            _("“%(text)s” cannot be a short name: use at most 50 small letters, digits and hyphens")
            % {"text": slug},
        )
    if slug in _RESERVED:
        raise SettingInvalid(
            "slug", _("“%(text)s” is used by Tijdig itself: choose another short name") % {"text": slug}
        )
    return slug


def is_reserved(slug: str) -> bool:
    """Return whether Tijdig's own addresses use this word."""
    return slug in _RESERVED


def checked(values: Mapping[str, object], *, country: str) -> dict[str, object]:
    """Return these settings, cleaned. `country` decides how a legal id is read.

    Raises SettingInvalid for the first that is refused.
    """
    country = str(values.get("country", country)).upper()
    return {field: _checked_one(field, value, country) for field, value in values.items()}


ALLOCATION_ORDERS = ("LAW", "PRINCIPAL_FIRST", "OLDEST_FIRST")
_CASH_RANGES = {
    "required_precision": (900_000, 1_000_000),
    "small_difference": (0, 100_00),
    "discount_basis_points": (0, 2_500),
    "discount_days": (0, 120),
    "discount_grace_days": (0, 14),
    "controller_write_off_limit": (0, 100_000_00),
    "stale_after_days": (0, 60),
}


def checked_cash_policy(values: Mapping[str, object]) -> dict[str, object]:
    """Return these settings of how money is treated. Raises SettingInvalid for the first that is refused."""
    for field, value in values.items():
        if field in _CASH_RANGES:
            least, most = _CASH_RANGES[field]
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                raise SettingInvalid(
                    field, _("Use a whole number from %(least)s to %(most)s") % {"least": least, "most": most}
                )
        elif field == "allocation_order" and value not in ALLOCATION_ORDERS:
            raise SettingInvalid(
                field,
                _("“%(text)s” is not an order: choose %(values)s")
                % {"text": value, "values": ", ".join(ALLOCATION_ORDERS)},
            )
    return dict(values)


def _checked_one(field: str, value: object, country: str) -> object:
    if field in _NOT_TEXT:
        return _NOT_TEXT[field](value)
    text = str(value).strip()
    if any(ord(sign) < 32 for sign in text):
        raise SettingInvalid(field, _("Use one line of plain text here"))
    if field in _LENGTHS and len(text) > _LENGTHS[field]:
        raise SettingInvalid(
            field, _("This is too long: at most %(most)s characters") % {"most": _LENGTHS[field]}
        )
    if field == "legal_id":
        return _legal_id(text, country) if text else ""
    check = _TEXT.get(field)
    if check is None or (not text and field not in _NEVER_EMPTY):
        return text
    return check(text)


def _name(text: str) -> str:
    if not text:
        raise SettingInvalid("name", _("Give the organisation a name"))
    return text


def _country(text: str) -> str:
    if text.upper() not in COUNTRIES:
        raise SettingInvalid(
            "country",
            _("“%(text)s” is not supported: choose NL (Netherlands) or BE (Belgium)") % {"text": text},
        )
    return text.upper()


def _language(text: str) -> str:
    if text not in {language.value for language in Language}:
        raise SettingInvalid(
            "language", _("“%(text)s” is not supported: choose nl, fr, en or de") % {"text": text}
        )
    return text


def _timezone(text: str) -> str:
    if text not in available_timezones():
        raise SettingInvalid(
            "timezone",
            _("“%(text)s” is not a time zone: use a name such as Europe/Brussels") % {"text": text},
        )
    return text


def _currency(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", text.upper()):
        raise SettingInvalid(
            "currency",
            _("“%(text)s” is not a currency code: use three letters, such as EUR") % {"text": text},
        )
    return text.upper()


def _iban(text: str) -> str:
    try:
        return str(stdnum.iban.validate(text, check_country=False))
    except NumberInvalid as error:
        raise SettingInvalid(
            "iban", _("“%(text)s” is not an IBAN: check it for a typing mistake") % {"text": text}
        ) from error


def _bic(text: str) -> str:
    try:
        return str(stdnum.bic.validate(text))
    except NumberInvalid as error:
        raise SettingInvalid(
            "bic", _("“%(text)s” is not a BIC: it has 8 or 11 letters and digits") % {"text": text}
        ) from error


def _vat_number(text: str) -> str:
    try:
        return str(stdnum.eu.vat.validate(text))
    except NumberInvalid as error:
        raise SettingInvalid(
            "vat_number",
            _("“%(text)s” is not a VAT number: write it with its country, as in NL123456782B12")
            % {"text": text},
        ) from error


def _legal_id(text: str, country: str) -> str:
    digits = re.sub(r"[\s.]", "", text)
    if country == "NL":
        if not re.fullmatch(r"[0-9]{8}", digits):
            raise SettingInvalid(
                "legal_id", _("“%(text)s” is not a KvK number: it has 8 digits") % {"text": text}
            )
        return digits
    try:
        return str(stdnum.be.vat.validate(digits))
    except NumberInvalid as error:
        raise SettingInvalid(
            "legal_id",
            _("“%(text)s” is not an enterprise number (KBO/BCE): it has 10 digits") % {"text": text},
        ) from error


def _email(field: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        try:
            validate_email(text)
        except ValidationError as error:
            raise SettingInvalid(field, _("“%(text)s” is not an e-mail address") % {"text": text}) from error
        return text

    return check


def _website(text: str) -> str:
    address = text if "://" in text else f"https://{text}"
    try:
        URLValidator(schemes=["https", "http"])(address)
    except ValidationError as error:
        raise SettingInvalid("website", _("“%(text)s” is not a web address") % {"text": text}) from error
    return address


def _colour(text: str) -> str:
    if not re.fullmatch(r"#[0-9a-f]{6}", text.lower()):
        raise SettingInvalid(
            "colour", _("“%(text)s” is not a colour: write it as #rrggbb, such as #1f5fbf") % {"text": text}
        )
    return text.lower()


def _tone(text: str) -> str:
    if text.upper() not in TONES:
        raise SettingInvalid(
            "tone",
            _("“%(text)s” is not a tone: choose %(values)s") % {"text": text, "values": ", ".join(TONES)},
        )
    return text.upper()


def _payment_term_days(value: object) -> object:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 365:
        raise SettingInvalid("payment_term_days", _("A payment term is a number of days from 0 to 365"))
    return value


_TEXT: Mapping[str, Callable[[str], str]] = {
    "name": _name,
    "country": _country,
    "language": _language,
    "timezone": _timezone,
    "currency": _currency,
    "iban": _iban,
    "bic": _bic,
    "vat_number": _vat_number,
    "email": _email("email"),
    "sender_email": _email("sender_email"),
    "website": _website,
    "colour": _colour,
    "tone": _tone,
}
_NEVER_EMPTY = frozenset({"name", "country", "language", "timezone", "currency", "colour", "tone"})
_NOT_TEXT: Mapping[str, Callable[[object], object]] = {
    "payment_term_days": _payment_term_days,
    "daily_run_at": lambda value: value,
    "is_demo": lambda value: value,
}
