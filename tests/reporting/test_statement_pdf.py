"""Statements and reports on paper: every page with its head and number, amounts as the reader writes them."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from pypdf import PdfReader

from tests.messaging.cast import HOUSE
from tijdig.customers.queries import CustomerView
from tijdig.domain.ledger import CreditKind, ItemKind
from tijdig.domain.parties import Channel, PartyKind
from tijdig.ledger.queries import Movement, MovementKind, OnAccountThen, OpenThen
from tijdig.reporting import statement_pdf
from tijdig.reporting.statement_of_account import (
    CurrencyStatement,
    StatementLine,
    StatementOfAccount,
    movement_words,
)

AT = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
SINCE, UNTIL = date(2026, 1, 1), date(2026, 11, 20)
CUSTOMER = CustomerView(
    1, "K-1001", "Wooncoöperatie Zonneveld-Oosterhout & Partners Vastgoedonderhoudsmij.", PartyKind.COMPANY, "nl",
    "Piet Proef", "", "", "Proefstraat 7", "1000 AA", "Voorbeelddorp", "NL", "", "", 30, Channel.LETTER, None, AT,
)  # fmt: skip


def a_statement(count: int, *, amount: int = 123_456_789, currency: str = "EUR") -> StatementOfAccount:
    """An invoice, then a payment of it all, and so on; each invoice that is last stays open."""
    lines, balance, items = [], 0, []
    for place in range(count):
        day = SINCE + timedelta(days=place // 2)
        item = OpenThen(place, 1, ItemKind.INVOICE, f"F-{place:04}", currency, amount, amount, day,
                        day + timedelta(days=30), "RF18539007547034")  # fmt: skip
        is_invoice = place % 2 == 0
        kind = MovementKind.INVOICE if is_invoice else MovementKind.PAYMENT
        due = item.due_date if is_invoice else None
        numbers = () if is_invoice else (f"F-{place - 1:04}",)
        moved = amount if is_invoice else -amount
        number = item.number if is_invoice else ""
        movement = Movement(day, kind, number, due, currency, moved, place, None, "", numbers, not is_invoice)
        balance += moved
        lines.append(StatementLine(movement, balance))
        items = [item] if is_invoice else []
    part = CurrencyStatement(currency, 0, tuple(lines), balance, tuple(items), ())
    return StatementOfAccount(CUSTOMER, SINCE, UNTIL, (part,))


def pages(statement: StatementOfAccount, *, on: date = UNTIL) -> list[str]:
    pdf = statement_pdf.render(statement, house=HOUSE, on=on, at=AT)
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def test_nothing_at_all_is_a_page_that_says_so() -> None:
    (page,) = pages(a_statement(0))
    assert "Er is niets meer te betalen" in page
    assert "0,00" in page
    assert HOUSE.iban not in page.replace(" ", "")


@pytest.mark.parametrize(
    ("language", "title", "figure"),
    [
        ("nl", "Rekeningoverzicht", "1.234.567,89"),
        ("fr", "Relevé de compte", "1 234 567,89"),
        ("en", "Statement of account", "1,234,567.89"),
        ("de", "Kontoauszug", "1.234.567,89"),
        ("xx", "Statement of account", "1,234,567.89"),
    ],
)
def test_it_speaks_the_customers_language(language: str, title: str, figure: str) -> None:
    statement = replace(a_statement(1), customer=replace(CUSTOMER, language=language))
    (page,) = pages(statement)
    words = " ".join(page.replace("\u202f", " ").replace("\xa0", " ").split())
    assert title in words
    assert words.count(figure) >= 4
    assert "NL91 ABNA 0417 1643 00" in words
    assert "Voorbeelddorp" in words


def test_a_long_one_goes_on_with_its_head_and_counts_its_pages() -> None:
    made = pages(a_statement(501))
    assert len(made) > 8
    for place, page in enumerate(made, 1):
        assert f"{place} / {len(made)}" in page
        assert ("Betaald of gecrediteerd" in page) == ("Betaling" in page or "F-0" in page)
    joined = "".join(made)
    assert all(f"F-{place:04}" in joined for place in range(0, 501, 2))
    assert "NL91 ABNA 0417 1643 00" in made[-1].replace("\xa0", " ")


def test_of_a_past_day_it_says_so_and_money_to_come_asks_for_nothing() -> None:
    left = OnAccountThen(4, None, 1, CreditKind.PAYMENT, "", "EUR", 900, UNTIL, "", 900)
    (part,) = a_statement(0).parts
    mine = replace(part, closing_minor=-900, on_account=(left,))
    (page,) = pages(replace(a_statement(0), parts=(mine,)), on=UNTIL + timedelta(days=1))
    assert "wat later is geboekt, staat er niet in" in page
    assert "9,00 EUR van u bij ons" in page.replace("\xa0", " ")
    assert HOUSE.iban not in page.replace(" ", "")
    assert "-9,00" in page


def test_every_currency_has_a_part_of_its_own() -> None:
    (euros,), (dollars,) = a_statement(1).parts, a_statement(1, currency="JPY").parts
    text = "".join(pages(replace(a_statement(1), parts=(euros, dollars))))
    assert "123.456.789 JPY" in text.replace("\xa0", " ")
    assert "1.234.567,89 EUR" in text.replace("\xa0", " ")


@pytest.mark.parametrize(
    "name", ['#panic("x")', "$ x^2 $ @ref *b* \\ [x]", '"], "house": {', "\u202eevil \U0001f600"]
)
def test_no_name_becomes_markup(name: str) -> None:
    statement = replace(a_statement(1), customer=replace(CUSTOMER, name=name, number=name))
    assert "1.234.567,89" in pages(statement)[0]


def test_more_than_anybody_reads_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement_pdf, "MOST_LINES", 4)
    with pytest.raises(statement_pdf.TooLong, match="shorter period"):
        pages(a_statement(5))


def test_all_that_can_be_booked_has_words_for_the_customer() -> None:
    for kind in (*ItemKind, *CreditKind):
        if kind is not ItemKind.REVERSAL:
            assert movement_words(MovementKind(kind.value))
    for credit in CreditKind:
        assert movement_words(MovementKind(f"{credit}_REVERSED"))
