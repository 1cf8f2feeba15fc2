"""UBL invoices and credit notes: facts, signs, due dates, and what asks for a person's eye."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tijdig.domain.documents import DueDateSource, InvoiceDocument, InvoiceType, Party, Rejected
from tijdig.domain.money import Money
from tijdig.formats import ubl, ubl_writer

INVOICE = InvoiceDocument(
    number="F-2026|1",
    type=InvoiceType.INVOICE,
    type_code="380",
    issue_date=date(2026, 11, 1),
    currency="EUR",
    payable=Money(11100, "EUR"),
    effect=Money(11100, "EUR"),
    total=Money(12100, "EUR"),
    prepaid=Money(1000, "EUR"),
    due_date=date(2026, 12, 1),
    due_date_source=DueDateSource.DOCUMENT,
    supplier=Party(name="Voorbeeld & Zn.", country="NL"),
    customer=Party(
        name="Klant <B.V.>",
        vat_number="NL123456789B01",
        legal_id="0106:12345678",
        endpoint="0106:12345678",
        street="Dorpsstraat 1",
        postcode="1234 AB",
        city="Utrecht",
        country="NL",
        email="post@klant.example",
        phone="030 123",
    ),
    payment_reference="5000056789012345",
    payee_account="NL20INGB0001234567",
    order_reference="PO 7",
    buyer_reference="Afdeling 3",
)
CREDIT = replace(
    INVOICE,
    type=InvoiceType.CREDIT_NOTE,
    type_code="381",
    payable=Money(5000, "EUR"),
    total=Money(5000, "EUR"),
    prepaid=None,
    effect=Money(-5000, "EUR"),
    due_date_source=DueDateSource.PAYMENT_MEANS,
    preceding_invoice="F-2026|0",
)


def written(invoice: InvoiceDocument = INVOICE) -> str:
    return ubl_writer.write(invoice, description="Advies").decode()


def only(xml: str) -> InvoiceDocument:
    (read,) = ubl.read(xml.encode())
    assert isinstance(read, InvoiceDocument), read
    return read


@pytest.mark.parametrize("invoice", [INVOICE, CREDIT], ids=["invoice", "credit note"])
def test_what_is_written_reads_back_the_same(invoice: InvoiceDocument) -> None:
    assert only(written(invoice)) == invoice


def test_a_name_that_the_writer_broke_over_lines_is_one_line() -> None:
    assert only(written().replace("Klant &lt;B.V.&gt;", "Klant\n      &lt;B.V.&gt;")) == INVOICE


def test_an_envelope_is_opened_and_may_hold_several() -> None:
    inside = written().partition("?>\n")[2] + written(CREDIT).partition("?>\n")[2]
    header = "<StandardBusinessDocumentHeader/>"
    xml = f"<StandardBusinessDocument xmlns='urn:sbdh'>{header}{inside}</StandardBusinessDocument>"
    assert [
        document.number for document in ubl.read(xml.encode()) if isinstance(document, InvoiceDocument)
    ] == [
        INVOICE.number,
        CREDIT.number,
    ]


@pytest.mark.parametrize(
    "invoice, amount, type_code, effect, review",
    [
        (INVOICE, "111.00", "380", 11100, ""),
        (INVOICE, "-111.00", "380", -11100, "less what was prepaid"),
        (INVOICE, "111.00", "381", -11100, "type code 381 says credit note"),
        (INVOICE, "111.00", "389", 11100, "self-billing"),
        (CREDIT, "50.00", "381", -5000, ""),
        (CREDIT, "-50.00", "381", 5000, "negative amount"),
    ],
)
def test_what_a_document_does_to_the_receivable(
    invoice: InvoiceDocument, amount: str, type_code: str, effect: int, review: str
) -> None:
    xml = written(invoice).replace(f'EUR">{invoice.payable}</cbc:Payable', f'EUR">{amount}</cbc:Payable')
    read = only(xml.replace(f"TypeCode>{invoice.type_code}<", f"TypeCode>{type_code}<"))
    assert read.effect == Money(effect, "EUR")
    assert (review in read.needs_review) if review else read.needs_review == ""


DUE = "<cbc:DueDate>2026-12-01</cbc:DueDate>"
TERMS = "</cac:PaymentMeans>\n<cac:PaymentTerms>{}</cac:PaymentTerms>"


@pytest.mark.parametrize(
    "means, terms, due, source",
    [
        (
            "<cbc:PaymentDueDate>2026-12-05</cbc:PaymentDueDate>",
            "",
            date(2026, 12, 5),
            DueDateSource.PAYMENT_MEANS,
        ),
        (
            "",
            "<cbc:PaymentDueDate>2026-11-08</cbc:PaymentDueDate></cac:PaymentTerms><cac:PaymentTerms>"
            "<cbc:PaymentDueDate>2026-12-06</cbc:PaymentDueDate>",
            date(2026, 12, 6),
            DueDateSource.PAYMENT_TERMS,
        ),
        ("", "<cbc:Note>Binnen 14 dagen</cbc:Note>", date(2026, 11, 15), DueDateSource.TERMS_TEXT),
        ("", "<cbc:Note>2% discount within 10 days</cbc:Note>", None, DueDateSource.MISSING),
        ("", "", None, DueDateSource.MISSING),
    ],
)
def test_where_a_due_date_comes_from(means: str, terms: str, due: date | None, source: DueDateSource) -> None:
    xml = written().replace(DUE, "").replace("<cbc:PaymentID>", means + "<cbc:PaymentID>")
    read = only(xml.replace("</cac:PaymentMeans>", TERMS.format(terms)))
    assert (read.due_date, read.due_date_source) == (due, source)


def test_a_credit_note_gets_no_due_date_from_words() -> None:
    xml = written(CREDIT).replace("<cbc:PaymentDueDate>2026-12-01</cbc:PaymentDueDate>", "")
    read = only(xml.replace("</cac:PaymentMeans>", TERMS.format("<cbc:Note>30 days</cbc:Note>")))
    assert (read.due_date, read.terms_text) == (None, "30 days")


@pytest.mark.parametrize(
    "find, put, words",
    [
        ("<cbc:ID>F-2026|1</cbc:ID>", "", "no number"),
        ('<cbc:PayableAmount currencyID="EUR">111.00</cbc:PayableAmount>', "", "no amount to pay"),
        (
            'PayableAmount currencyID="EUR">111.00',
            'PayableAmount currencyID="EUR">1.234,56',
            "no amount to pay",
        ),
        ('PayableAmount currencyID="EUR">111.00', 'PayableAmount currencyID="EUR">NaN', "no amount to pay"),
        ('PayableAmount currencyID="EUR">111.00', 'PayableAmount currencyID="EUR">1e30', "no amount to pay"),
        ("CurrencyCode>EUR", "CurrencyCode>XXX", "“XXX” is not a known currency"),
    ],
)
def test_the_few_things_without_which_it_is_no_invoice(find: str, put: str, words: str) -> None:
    (read,) = ubl.read(written().replace(find, put).encode())
    assert isinstance(read, Rejected)
    assert read.where == "Invoice at line 2"
    assert words in read.reason


@pytest.mark.parametrize(
    "find, put, words",
    [
        ("<cbc:IssueDate>2026-11-01", "<cbc:IssueDate>gisteren", "no issue date"),
        ("<cbc:IssueDate>2026-11-01", "<cbc:IssueDate>2027-11-01", "before its issue date"),
        ("<cbc:RegistrationName>Klant &lt;B.V.&gt;</cbc:RegistrationName>", "", "names no customer"),
        ('PayableAmount currencyID="EUR">111.00', 'PayableAmount currencyID="EUR">111.005', "more decimals"),
        ('PayableAmount currencyID="EUR">111.00', 'PayableAmount currencyID="USD">111.00', "in USD"),
        (
            "<cac:PaymentMeans>",
            "<cac:PayeeParty><cac:PartyName><cbc:Name>Factor</cbc:Name></cac:PartyName></cac:PayeeParty><cac:PaymentMeans>",
            "somebody else: Factor",
        ),
        (
            "</cac:PaymentMeans>",
            TERMS.format(
                "<cbc:PaymentMeansID>1</cbc:PaymentMeansID></cac:PaymentTerms><cac:PaymentTerms>"
                "<cbc:PaymentMeansID>2</cbc:PaymentMeansID>"
            ),
            "several accounts",
        ),
    ],
)
def test_what_is_odd_is_read_and_marked_for_review(find: str, put: str, words: str) -> None:
    xml = written()
    assert find in xml
    assert words in only(xml.replace(find, put)).needs_review


def test_repeated_references_count_once_and_different_ones_are_all_kept() -> None:
    reference = "<cbc:PaymentID>5000056789012345</cbc:PaymentID>"
    twice = written().replace(reference, reference * 2)
    two = written().replace(reference, reference + "<cbc:PaymentID>X</cbc:PaymentID>")
    assert only(twice).payment_reference == "5000056789012345"
    assert only(two).payment_reference == "5000056789012345 | X"


def test_the_document_without_namespaces_and_the_currency_of_the_amount() -> None:
    xml = written().replace("cbc:", "").replace("cac:", "").partition(">\n")[2].partition(">\n")[2]
    bare = "<Invoice>" + xml.replace("<DocumentCurrencyCode>EUR</DocumentCurrencyCode>", "")
    assert only(bare).effect == INVOICE.effect


def test_a_foreign_invoice_format_is_no_ubl() -> None:
    assert list(ubl.read(b"<Invoice xmlns='http://www.ebinterface.at/'><ID>1</ID></Invoice>")) == []


def test_broken_xml_is_refused_with_its_place() -> None:
    with pytest.raises(ubl.UblRefused, match="line 3, column"):
        list(ubl.read(written().encode()[:500]))
