"""E-invoices: alone, several, in a zip; whose they are and whom they are for."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.processes.invoice_import.test_importing import item
from tests.processes.invoice_import.world import ACTOR, ON, imported, previewed, reasons, received, ubl
from tijdig.customers import queries as customers
from tijdig.customers.operations import create_customer
from tijdig.domain.documents import InvoiceType
from tijdig.infra import files
from tijdig.invoices import queries as invoices
from tijdig.ledger import queries as ledger
from tijdig.organisations.operations import change_settings
from tijdig.processes import invoice_import
from tijdig.processes.invoice_import import Outcome, Upload

pytestmark = pytest.mark.django_db


def zipped(*contents: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for place, content in enumerate(contents):
            archive.writestr(f"map/{place}.xml", content)
    return target.getvalue()


def test_an_e_invoice_is_stored_with_its_file(organisation: int) -> None:
    content = ubl(reference="RF18 5390 0754 7034")
    done = imported(content, "invoice.xml")
    assert (done.new, done.rejected_count) == (1, 0)
    owed = item("2026-100")
    assert (owed.amount_minor, owed.due_date.isoformat(), owed.payment_reference) == (
        12_100, "2026-12-01", "RF18539007547034",
    )  # fmt: skip
    document = invoices.invoice_of_item(owed.id)
    assert document is not None
    assert document.file_id is not None
    assert bytes(files.read(document.file_id).content) == content


def test_a_zip_is_one_import_and_twice_changes_nothing(organisation: int) -> None:
    content = zipped(
        ubl("A1"), ubl("A2"), ubl("C1", "20.00", root="CreditNote", preceding="A1"), b"<nonsense/>"
    )
    done = imported(content, "invoices.zip")
    assert (done.invoices, done.credit_notes, done.rejected_count) == (2, 1, 1)
    assert item("A1").open_minor == 10_100
    again = imported(content, "invoices.zip")
    assert (again.new, again.known) == (0, 3)


def test_several_files_are_one_import(organisation: int) -> None:
    batch_id = invoice_import.receive(
        uploads=[Upload("a.xml", ubl("A1")), Upload("a.xml", ubl("A2"))], actor=ACTOR
    )
    shown = invoice_import.preview(batch_id=batch_id, on=ON)
    assert [row.where for row in shown.rows] == ["a.xml", "a.xml (2)"]
    assert shown.new == 2


def test_a_document_of_another_supplier_waits_until_a_person_accepts_it(organisation: int) -> None:
    change_settings(actor=ACTOR, vat_number="NL123456782B90")
    shown = previewed(ubl(), "strange.xml")
    assert (shown.new, shown.review) == (0, 1)
    assert shown.rows[0].outcome is Outcome.REVIEW
    assert reasons(shown) == ["the supplier is Houtwerf, not this organisation"]
    assert imported(ubl(), "strange.xml").review == 1
    assert invoices.known(["2026-100"]) == {}
    assert imported(ubl(), "strange.xml", accept=("strange.xml",)).new == 1


def test_a_document_of_our_own_number_is_taken(organisation: int) -> None:
    change_settings(actor=ACTOR, vat_number="NL123456782B90")
    assert imported(ubl(supplier_vat="NL 1234.56.782.B90"), "ours.xml").new == 1


def test_a_credit_note_with_a_negative_amount_is_looked_at_first(organisation: int) -> None:
    shown = previewed(ubl("C9", "-50.00", root="CreditNote"), "odd.xml")
    assert shown.review == 1
    done = imported(ubl("C9", "-50.00", root="CreditNote"), "odd.xml", accept=("*",))
    assert done.new == 1
    assert item("C9").amount_minor == 5_000


def test_an_invoice_below_zero_lowers_what_is_owed(organisation: int) -> None:
    done = imported(ubl("N1", "-50.00"), "negative.xml", accept=("*",))
    assert (done.invoices, done.credit_notes) == (0, 1)
    known = invoices.known(["N1"])[(InvoiceType.INVOICE, "N1")]
    assert (known.payable, known.raises) == (-5_000, False)
    assert ledger.balance_of(known.customer_id, on=ON)[0].on_account_minor == 5_000


def test_a_customer_is_found_by_vat_number_even_in_another_writing(organisation: int) -> None:
    known = create_customer(number="77", name="Oude naam", vat_number="NL 0012.34.567.B01", actor=ACTOR)
    imported(ubl(customer_vat="NL001234567B01", customer="Nieuwe naam"), "a.xml")
    assert item("2026-100").customer_id == known
    assert customers.get(known).name == "Oude naam"


def test_a_belgian_company_is_one_customer_by_vat_and_company_number(organisation: int) -> None:
    known = create_customer(number="78", name="Brouwerij", legal_id="0563.846.944", actor=ACTOR)
    imported(ubl(customer_vat="BE0563846944"), "a.xml")
    assert item("2026-100").customer_id == known


def test_a_customer_is_found_by_name_and_postcode(organisation: int) -> None:
    other = create_customer(number="80", name="Kwekerij Maanbrug", postcode="9999 ZZ", actor=ACTOR)
    known = create_customer(number="79", name="kwekerij maanbrug", postcode="1234AB", actor=ACTOR)
    imported(ubl(), "a.xml")
    assert item("2026-100").customer_id == known != other


def test_the_assigned_number_is_used_and_a_new_customer_gets_it(organisation: int) -> None:
    imported(ubl(assigned="K-9"), "a.xml")
    assert customers.get(item("2026-100").customer_id).number == "K-9"


def test_a_new_customer_without_any_number_gets_a_free_one_once(organisation: int) -> None:
    create_customer(number="C00002", name="Al bezet", actor=ACTOR)
    imported(zipped(ubl("A1"), ubl("A2"), ubl("A3", customer="Ander", postcode="")), "a.zip")
    assert item("A1").customer_id == item("A2").customer_id != item("A3").customer_id
    assert customers.get(item("A1").customer_id).number == "C00003"
    assert customers.get(item("A1").customer_id).kind == "UNKNOWN"


def test_a_bank_statement_or_broken_file_among_them_is_named(organisation: int) -> None:
    done = imported(zipped(ubl("A1"), b"<Invoice><cut"), "a.zip")
    assert done.new == 1
    assert done.rejected[0]["where"].startswith("1.xml")


def test_two_documents_of_one_number_are_told_apart_from_the_same_one_twice(organisation: int) -> None:
    shown = previewed(zipped(ubl("A1"), ubl("A1"), ubl("A1", "5.00")), "a.zip")
    assert shown.new == 1
    assert reasons(shown) == [
        "the same document came before",
        "another document in this import has the number A1",
    ]


def test_an_envelope_is_opened(organisation: int) -> None:
    inner = ubl("E1").split(b"?>", 1)[1]
    wrapped = (
        b'<StandardBusinessDocument xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader">'
        b"<StandardBusinessDocumentHeader/>" + inner + b"</StandardBusinessDocument>"
    )
    assert imported(wrapped, "sbdh.xml").new == 1
    assert received(wrapped, "sbdh.xml") > 0
