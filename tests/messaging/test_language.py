"""Amounts and dates as each language writes them, held against CLDR."""

from __future__ import annotations

from datetime import date

import pytest
from babel.dates import format_date
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from tijdig.domain.money import Money
from tijdig.domain.parties import Language
from tijdig.messaging.language import LABELS, amount, clean, day

languages = st.sampled_from(list(Language))


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (Language.DUTCH, "€\u00a01.234.567,89"),
        (Language.FRENCH, "1\u202f234\u202f567,89\u00a0€"),
        (Language.ENGLISH, "€1,234,567.89"),
        (Language.GERMAN, "1.234.567,89\u00a0€"),
    ],
)
def test_an_amount_is_written_as_the_language_does(language: Language, expected: str) -> None:
    assert amount(123_456_789, "EUR", language) == expected


@given(st.integers(0, 10**14), languages)
def test_every_amount_in_euros_is_what_cldr_says(minor: int, language: Language) -> None:
    expected = format_currency(Money(minor, "EUR").decimal, "EUR", locale=language.value)
    assert amount(minor, "EUR", language) == expected


@pytest.mark.parametrize(
    ("currency", "expected"),
    [("USD", "USD\u00a01.000,05"), ("JPY", "JPY\u00a0100.005"), ("TND", "TND\u00a0100,005")],
)
def test_another_currency_is_named_by_its_code_with_its_own_decimals(currency: str, expected: str) -> None:
    assert amount(100_005, currency, Language.DUTCH) == expected


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), languages)
def test_every_date_is_what_cldr_says(value: date, language: Language) -> None:
    expected = format_date(value, "d MMMM y", locale=language.value)
    if language is Language.GERMAN:
        expected = format_date(value, "long", locale="de")
    if language is Language.FRENCH and value.day == 1:
        expected = expected.replace("1 ", "1er ", 1)
    assert day(value, language) == expected


@pytest.mark.parametrize(
    ("days_late", "expected"),
    [(-3, "nog 3 dagen"), (-1, "nog 1 dag"), (0, "vandaag"), (1, "1 dag te laat"), (30, "30 dagen te laat")],
)
def test_how_late_an_invoice_is_reads_well_for_one_and_for_more(days_late: int, expected: str) -> None:
    assert LABELS[Language.DUTCH].status_of(days_late) == expected


@pytest.mark.parametrize(
    ("reply", "phone", "email", "expected"),
    [
        (True, "030 1", "a@b.example", "Reply to this e-mail or call 030 1."),
        (True, "", "", "Reply to this e-mail."),
        (False, "030 1", "a@b.example", "Call 030 1 or write to a@b.example."),
        (False, "030 1", "", "Call 030 1."),
        (False, "", "a@b.example", "Write to a@b.example."),
        (False, "", "", "Write to the address at the foot of this letter."),
    ],
)
def test_there_is_always_a_way_to_reach_a_person(reply: bool, phone: str, email: str, expected: str) -> None:
    assert LABELS[Language.ENGLISH].contact(reply=reply, phone=phone, email=email) == expected


@given(st.text())
def test_a_cleaned_text_is_one_line_that_reads_one_way(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned.splitlines()) <= 1
    assert not set(cleaned) & set("\x00\x1b\x1e\u202e\u2066\u2028")
    assert clean(cleaned) == cleaned
