"""Settings that are taken, and how, and settings that are refused."""

from __future__ import annotations

import pytest

from tijdig.organisations.checks import SettingInvalid, checked


@pytest.mark.parametrize(
    ("country", "field", "given", "kept"),
    [
        ("NL", "iban", "NL91 ABNA 0417 1643 00", "NL91ABNA0417164300"),
        ("BE", "iban", "be68 5390 0754 7034", "BE68539007547034"),
        ("NL", "iban", "", ""),
        ("NL", "bic", "abnanl2a", "ABNANL2A"),
        ("NL", "vat_number", "nl 1234.56.782.b12", "NL123456782B12"),
        ("BE", "vat_number", "BE 0403.170.701", "BE0403170701"),
        ("NL", "legal_id", "1234 5678", "12345678"),
        ("BE", "legal_id", "0403.170.701", "0403170701"),
        ("NL", "website", "www.example.com", "https://www.example.com"),
        ("NL", "website", "http://example.com/a", "http://example.com/a"),
        ("NL", "colour", "#ABCDEF", "#abcdef"),
        ("NL", "country", "be", "BE"),
        ("NL", "currency", "eur", "EUR"),
        ("NL", "tone", "business", "BUSINESS"),
        ("NL", "timezone", "Europe/Brussels", "Europe/Brussels"),
        ("NL", "payment_term_days", 0, 0),
        ("NL", "email", " a@example.com ", "a@example.com"),
    ],
)
def test_a_setting_is_kept_in_one_form(country: str, field: str, given: object, kept: object) -> None:
    assert checked({field: given}, country=country) == {field: kept}


@pytest.mark.parametrize(
    ("country", "field", "given"),
    [
        ("NL", "iban", "NL91ABNA0417164301"),
        ("NL", "iban", "not an iban"),
        ("NL", "bic", "ABN"),
        ("NL", "vat_number", "NL123456789B01X"),
        ("NL", "vat_number", "123456782B12"),
        ("NL", "legal_id", "1234567"),
        ("BE", "legal_id", "0403170702"),
        ("NL", "website", "javascript://alert(1)"),
        ("NL", "website", "no spaces here"),
        ("NL", "colour", "red"),
        ("NL", "colour", "#12345"),
        ("NL", "colour", ""),
        ("NL", "country", "DE"),
        ("NL", "language", "es"),
        ("NL", "currency", "EURO"),
        ("NL", "timezone", "Mars/Olympus"),
        ("NL", "tone", "RUDE"),
        ("NL", "name", "  "),
        ("NL", "name", "x" * 201),
        ("NL", "name", "two\nlines"),
        ("NL", "email", "nobody"),
        ("NL", "sender_email", "a@b"),
        ("NL", "sender_name", "Boss\r\nBcc: all@example.com"),
        ("NL", "payment_term_days", -1),
        ("NL", "payment_term_days", 366),
        ("NL", "payment_term_days", "30"),
        ("NL", "payment_term_days", True),
    ],
)
def test_a_wrong_setting_is_refused_by_name(country: str, field: str, given: object) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        checked({field: given}, country=country)
    assert refusal.value.field == field
    assert len(str(refusal.value)) > 15
