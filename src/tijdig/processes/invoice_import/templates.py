"""Files to fill in: what goes where, the headers Tijdig knows, and an example."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils import translation
from django.utils.translation import gettext as _

from tijdig.domain.parties import Language
from tijdig.formats import table_writer
from tijdig.processes.invoice_import.columns import HEADINGS, Field, TableKind, fields_of

_EXAMPLES: Mapping[Field, str] = {
    Field.NUMBER: "2026-0417",
    Field.ISSUE_DATE: "15-10-2026",
    Field.DUE_DATE: "14-11-2026",
    Field.AMOUNT: "1.210,00",
    Field.OPEN: "1.210,00",
    Field.CURRENCY: "EUR",
    Field.ORDER_REFERENCE: "PO-7781",
    Field.CUSTOMER_NUMBER: "10042",
    Field.CUSTOMER_NAME: "Drukkerij Zilverblad",
    Field.EMAIL: "boekhouding@zilverblad.example",
    Field.STREET: "Kersenlaan",
    Field.HOUSE_NUMBER: "12",
    Field.POSTCODE: "1234 AB",
    Field.CITY: "Voorbeeldstad",
    Field.COUNTRY: "NL",
    Field.TERM_DAYS: "30",
    Field.CHANNEL: "e-mail",
}
_COMPANY = {
    Language.DUTCH: "bedrijf",
    Language.FRENCH: "entreprise",
    Language.ENGLISH: "company",
    Language.GERMAN: "unternehmen",
}


def template(*, kind: TableKind, language: Language, format: str = "csv") -> bytes:
    """Return a file to fill in, as CSV or Excel ("xlsx"), in `language`.

    Above the headers it says what goes where, one sentence per row (a row with one cell is no header);
    below them is one example.
    """
    wanted = fields_of(kind)
    header = tuple(getattr(HEADINGS[field], language.value) for field in wanted)
    examples = {**_EXAMPLES, Field.KIND: _COMPANY[language], Field.LANGUAGE: language.value}
    with translation.override(language.value):
        first, *more = _explanation(kind)
    rows = [*((sentence,) for sentence in more), header, tuple(examples.get(field, "") for field in wanted)]
    write = table_writer.xlsx_bytes if format == "xlsx" else table_writer.csv_bytes
    return write((first,), rows)


def _explanation(kind: TableKind) -> Iterator[str]:
    if kind is TableKind.INVOICES:
        yield _(
            "One row per open invoice. Needed: invoice number, invoice date, an amount, and the customer."
        )
        yield _("The open amount may be left out when nothing was paid yet. Below zero: a credit note.")
        yield _("Without a due date it follows from the payment term of the customer, or else from yours.")
        yield _("The customer's columns may be left out for customers that are here already.")
    else:
        yield _("One row per customer. Needed: customer number and name. An empty cell changes nothing.")
    yield _("Dates like 31-12-2026, amounts like 1.234,56. Replace the example by your own rows.")
