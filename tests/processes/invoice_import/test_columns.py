"""Which column holds what, by header, in four languages."""

from __future__ import annotations

import pytest

from tijdig.processes.invoice_import.columns import (
    HEADINGS,
    Field,
    TableKind,
    fields_of,
    guess,
    kind_of,
    label,
    missing,
)


@pytest.mark.parametrize("language", ["nl", "fr", "en", "de"])
@pytest.mark.parametrize("kind", TableKind)
def test_the_headers_of_the_template_are_all_recognised(kind: TableKind, language: str) -> None:
    header = [getattr(HEADINGS[field], language) for field in fields_of(kind)]
    found = guess(header, kind)
    lost = set(fields_of(kind)) - found.keys()
    # German says the same word for two columns; the first one counts.
    assert not lost, lost
    assert kind_of(header) is kind


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Factuurnr.", Field.NUMBER), ("N° facture", Field.NUMBER), ("INVOICE NO", Field.NUMBER),
        ("Rechnungs-Nr.", Field.NUMBER), ("Vervaldag", Field.DUE_DATE), ("Échéance", Field.DUE_DATE),
        ("Fällig am", Field.DUE_DATE), ("Openstaand bedrag (EUR)", Field.OPEN), ("Solde dû", Field.OPEN),
        ("Bedrag incl. btw", Field.AMOUNT), ("Montant TTC", Field.AMOUNT), ("Debiteur", Field.CUSTOMER_NAME),
        ("Klantcode", Field.CUSTOMER_NUMBER), ("Deb.nr", Field.CUSTOMER_NUMBER), ("N° cli", Field.CUSTOMER_NUMBER),
        ("Kd.-Nr.", Field.CUSTOMER_NUMBER), ("Bedrijf", Field.CUSTOMER_NAME), ("Société", Field.CUSTOMER_NAME),
        ("Unternehmen", Field.CUSTOMER_NAME), ("Fact.", Field.NUMBER), ("Re.-Nr.", Field.NUMBER),
        ("Fact.dat", Field.ISSUE_DATE), ("Verv.dat", Field.DUE_DATE), ("Date éch.", Field.DUE_DATE),
        ("Restant", Field.OPEN), ("Saldo", Field.OPEN), ("Restant dû", Field.OPEN), ("Tel.nr", Field.PHONE),
        ("Code client", Field.CUSTOMER_NUMBER), ("BTW-nummer", Field.VAT_NUMBER), ("KvK-nummer",
        Field.LEGAL_ID),
        ("Gestructureerde mededeling", Field.REFERENCE), ("E-mailadres", Field.EMAIL), ("PLZ",
        Field.POSTCODE),
        ("Nummer", Field.NUMBER), ("Naam", Field.CUSTOMER_NAME),
    ],
)  # fmt: skip
def test_other_words_for_the_same(header: str, field: Field) -> None:
    assert guess(["iets", header], TableKind.INVOICES) == {field: 1}


def test_what_a_word_means_depends_on_what_the_rows_are() -> None:
    assert guess(["Nummer"], TableKind.CUSTOMERS) == {Field.CUSTOMER_NUMBER: 0}
    assert kind_of(["Nummer", "Naam", "Plaats"]) is TableKind.CUSTOMERS
    assert kind_of(["Nummer", "Naam", "Saldo"]) is TableKind.INVOICES
    assert kind_of(["Kleur", "Smaak"]) is None


def test_the_first_of_two_columns_that_mean_the_same_counts() -> None:
    assert guess(["Bedrag", "Totaal"], TableKind.INVOICES) == {Field.AMOUNT: 0}


def test_one_amount_and_one_mark_of_the_customer_are_enough() -> None:
    mapping = {Field.NUMBER: 0, Field.ISSUE_DATE: 1, Field.OPEN: 2, Field.CUSTOMER_NAME: 3}
    assert missing(mapping, TableKind.INVOICES) == ()
    assert missing({}, TableKind.CUSTOMERS) == ((Field.CUSTOMER_NUMBER,), (Field.CUSTOMER_NAME,))


def test_every_field_has_a_label() -> None:
    assert all(label(field) for field in Field)


def test_no_heading_means_two_things() -> None:
    """Each word belongs to one field; that of two languages may be the same word."""
    fields: dict[str, set[Field]] = {}
    for field, heading in HEADINGS.items():
        for text in (heading.nl, heading.fr, heading.en, heading.de, *heading.others):
            fields.setdefault(text.casefold(), set()).add(field)
    assert {text: found for text, found in fields.items() if len(found) > 1} == {}


def test_a_list_of_names_is_one_of_customers() -> None:
    assert kind_of(["Relatie-id", "Bedrijf", "Mail"]) is TableKind.CUSTOMERS
    assert kind_of(["Bedrijf", "Mail", "Vervaldatum"]) is None
    assert kind_of(["Bedrijf", "Wanneer", "Hoeveel"]) is None
