"""Customers and invoices made up for the benchmarks: the same ones every time, any number of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from tijdig.customers.operations import CustomerData
from tijdig.domain.documents import DueDateSource, InvoiceType
from tijdig.processes.invoice_import import Draft, Storable

ON = date(2026, 11, 20)
INVOICES_PER_CUSTOMER = 5
_WORDS = (
    "Drukkerij",
    "Bakkerij",
    "Garage",
    "Atelier",
    "Brouwerij",
    "Kwekerij",
    "Zagerij",
    "Rederij",
    "Hoeve",
)
_PLACES = ("Zilverblad", "Windstille", "Wolkenrand", "Regenboogdorp", "Sterrenveld", "Maanbrug", "Mistdaal")
_TERMS = (14, 30, 30, 30, 60)


@cache
def customer(place: int) -> CustomerData:
    """Return the customer with this place in the row of customers."""
    name = f"{_WORDS[place % len(_WORDS)]} {_PLACES[place % len(_PLACES)]} {place}"
    return CustomerData(
        number=f"K{place:07d}",
        name=name,
        kind="COMPANY",
        language=("nl", "fr", "nl", "en")[place % 4],
        email=f"boekhouding@klant{place}.example",
        street=f"Kersenlaan {place % 300 + 1}",
        postcode=f"{1000 + place % 8999} AB",
        city=_PLACES[place % len(_PLACES)],
        country="NL",
        payment_term_days=30,
    )


def invoices(count: int) -> Iterator[Storable]:
    """Yield `count` invoices, as they are after reading and deciding, for a fifth as many customers."""
    chance = random.Random(20261120)
    customers = max(1, count // INVOICES_PER_CUSTOMER)
    for place in range(count):
        issued = ON - timedelta(days=chance.randrange(0, 120))
        amount = chance.randrange(1_000, 2_000_000)
        yield Storable(
            draft=Draft(
                number=f"F2026-{place:07d}",
                type=InvoiceType.INVOICE,
                issue_date=issued,
                due_date=issued + timedelta(days=_TERMS[place % len(_TERMS)]),
                due_date_source=DueDateSource.DOCUMENT,
                currency="EUR",
                total=amount,
                payable=amount,
                effect=amount,
                customer=customer(place % customers),
                order_reference=f"PO-{place % 977}",
            ),
            customer=customer(place % customers),
        )


def csv_text(count: int) -> Iterator[bytes]:
    """Yield the same invoices as the lines of a CSV file, header first, with their customers' columns."""
    yield (
        b"Factuurnummer;Factuurdatum;Vervaldatum;Bedrag;Valuta;Ordernummer;Debiteurnummer;Debiteur;"
        b"Soort klant;Taal;E-mail;Straat;Postcode;Plaats;Land;Betaaltermijn\r\n"
    )
    for row in invoices(count):
        draft, who = row.draft, row.customer
        yield (
            f"{draft.number};{draft.issue_date:%d-%m-%Y};{draft.due_date:%d-%m-%Y};"
            f"{draft.total // 100},{draft.total % 100:02d};EUR;{draft.order_reference};{who.number};"
            f"{who.name};bedrijf;{who.language};{who.email};{who.street};{who.postcode};{who.city};{who.country};30\r\n"
        ).encode()
