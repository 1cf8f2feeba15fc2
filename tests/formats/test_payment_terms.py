"""Payment terms in words: sure or silent."""

from __future__ import annotations

import pytest

from tijdig.formats.payment_terms import days_of


@pytest.mark.parametrize(
    "text, days",
    [
        ("Payment within 30 days", 30),
        ("30 days net. Penalty rate 12 %\nLine break should be respected here.", 30),
        ("30 days after invoice date", 30),
        ("Net 14 days", 14),
        ("Binnen 14 dagen", 14),
        ("Betaling binnen 8 dagen na factuurdatum.", 8),
        ("Betaaltermijn: 30 dagen", 30),
        ("Paiement à 30 jours", 30),
        ("Payable dans les 15 jours", 15),
        ("30 jours date de facture", 30),
        ("Zahlbar innerhalb von 14 Tagen", 14),
        ("30 dagar netto", 30),
        ("10 dagar. Aktuell årsräntesats: 12,10%", 10),
    ],
)
def test_plain_terms(text: str, days: int) -> None:
    assert days_of(text) == days


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Payment within 10 days, 2% discount",
        "2 % discount if paid within 2 days Penalty percentage 10% from due date",
        "Till 16.12.2025 you get 2,000 % payment discount - Till 06.02.2026 without discount",
        "30 days end of month",
        "30 dagen einde maand",
        "8 days 2 %, 30 days net",
        "50% prepaid, 50% within one month",
        "Arbetet påbörjas 7 dagar efter mottagen förskottsbetalning.",
        "Enligt avtal.",
        "14 dagen na levering",
        "0 days",
        "365 days",
        "Betaling binnen 8 dagen, anders volgt na 14 dagen een aanmaning",
    ],
)
def test_what_leaves_doubt_gives_nothing(text: str) -> None:
    assert days_of(text) is None
