"""From a file to the ledger: what is stored, what is left out, and that it happens once."""

from __future__ import annotations

import pytest

from tests.processes.invoice_import.world import (
    ACTOR,
    HEADER,
    ON,
    csv,
    imported,
    previewed,
    reasons,
    received,
    ubl,
)
from tijdig.customers import queries as customers
from tijdig.dunning import queries as dunning
from tijdig.formats import table
from tijdig.infra import audit
from tijdig.invoices import queries as invoices
from tijdig.invoices.operations import ImportIsOver
from tijdig.invoices.queries import import_batch
from tijdig.ledger import queries as ledger
from tijdig.ledger import verification
from tijdig.processes import invoice_import
from tijdig.processes.invoice_import import ColumnsMissing, Field, FileRefused, TableKind, Upload

pytestmark = pytest.mark.django_db

GOOD = "F1;01-10-2026;31-10-2026;1.210,00;10042;Kwekerij Maanbrug;geld@maanbrug.example"


def item(number: str) -> ledger.ItemView:
    (found,) = ledger.open_items_by_number([number])[number.lower()]
    return found


def test_a_row_becomes_customer_item_invoice_and_follow_up(organisation: int) -> None:
    done = imported(csv(GOOD))
    assert (done.new, done.invoices, done.rejected_count) == (1, 1, 0)
    owed = item("F1")
    customer = customers.get(owed.customer_id)
    assert (customer.number, customer.name, customer.email) == (
        "10042",
        "Kwekerij Maanbrug",
        "geld@maanbrug.example",
    )
    assert (owed.amount_minor, owed.open_minor, owed.currency) == (121_000, 121_000, "EUR")
    document = invoices.invoice_of_item(owed.id)
    assert document is not None
    assert (document.number, document.total, document.import_batch_id) == ("F1", 121_000, done.batch_id)
    assert dunning.follow_up_of(owed.id) is not None
    assert list(verification.problems()) == []


def test_a_preview_stores_nothing(organisation: int) -> None:
    shown = previewed(csv(GOOD, "F2;01-10-2026;31-10-2026;oops;10042;;"))
    assert (shown.total, shown.new, shown.rejected) == (2, 1, 1)
    assert [str(amount) for amount in shown.amounts] == ["1210.00"]
    assert shown.rows[1].problems == ("Amount: “oops” is not an amount; write it like 1.234,56 or 1234.56",)
    assert shown.rows[1].where == "row 3"
    assert customers.by_numbers(["10042"]) == {}
    assert invoices.known(["F1"]) == {}


def test_bad_rows_come_back_with_their_reasons_and_the_good_ones_are_stored(organisation: int) -> None:
    content = csv(
        GOOD,
        ";01-10-2026;;10,00;1;A;",
        "F3;31-02-2026;;10,00;1;A;",
        "F4;01-10-2026;01-09-2026;10,00;1;A;",
        "F5;01-10-2026;;10,00;;;",
        "F6;01-10-2026;;;1;A;",
    )
    done = imported(content)
    assert done.new == 1
    assert reasons(done) == [
        "the invoice number is missing",
        "Invoice date: “31-02-2026” is not a day that exists; the order is day, month, year",
        "the due date is before the invoice date",
        "the customer is missing: a number or a name is needed",
        "the amount is missing",
    ]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_the_file_of_rejected_rows_has_the_original_columns_and_the_reason(
    organisation: int, format: str
) -> None:
    done = imported(csv(GOOD, "F3;31-02-2026;;10,00;1;=HYPERLINK(1);"))
    back = table.read(invoice_import.rejected_file(batch_id=done.batch_id, on=ON, format=format))
    assert back.header == (*HEADER.split(";"), "Reason")
    (row,) = back.rows
    assert row.cells[0] == "F3"
    assert row.cells[5] == "=HYPERLINK(1)"
    assert "31-02-2026" in row.cells[-1]


def test_the_same_file_twice_adds_nothing(organisation: int) -> None:
    imported(csv(GOOD))
    again = imported(csv(GOOD), name="again.csv")
    assert (again.new, again.known, again.rejected_count) == (0, 1, 0)
    assert item("F1").open_minor == 121_000


def test_the_same_number_with_another_amount_is_refused(organisation: int) -> None:
    imported(csv(GOOD))
    again = imported(csv(GOOD.replace("1.210,00", "99,00").replace("31-10", "01-11")))
    assert reasons(again) == ["F1 is there already, with due date 31 Oct 2026, amount 1,210.00 EUR"]


def test_a_number_twice_in_a_file_leaves_out_every_row_of_it(organisation: int) -> None:
    done = imported(csv(GOOD, GOOD.replace("1.210", "1.000"), GOOD.replace("F1", "F2")))
    assert done.new == 1
    assert reasons(done) == ["the number is in the file more than once: rows 2, 3"] * 2


def test_a_row_that_is_there_twice_to_the_letter_is_stored_once(organisation: int) -> None:
    done = imported(csv(GOOD, GOOD))
    assert (done.new, reasons(done)) == (1, ["the same as a row before it"])


def test_a_due_date_follows_from_the_row_then_the_customer_then_the_organisation(organisation: int) -> None:
    header = "Factuurnummer;Factuurdatum;Bedrag;Debiteurnummer;Debiteur;Betaaltermijn"
    imported(csv("F1;01-10-2026;1,00;1;A;14 dagen", "F2;01-10-2026;1,00;2;B;", header=header))
    imported(csv("F3;01-10-2026;1,00;1;;", header=header))
    found = {number: invoices.known([number]) for number in ("F1", "F2", "F3")}
    dues = {number: next(iter(known.values())).due_date.isoformat() for number, known in found.items()}
    assert dues == {"F1": "2026-10-15", "F2": "2026-10-31", "F3": "2026-10-15"}
    document = invoices.invoice_of_item(item("F2").id)
    assert document is not None
    assert document.due_date_source == "ORGANISATION_TERMS"


def test_an_invoice_partly_paid_before_owes_what_is_open(organisation: int) -> None:
    header = "Invoice no;Invoice date;Total;Amount due;Customer"
    imported(csv("F1;2026-10-01;100.00;40.00;Hoeve Windstille", header=header))
    owed = item("F1")
    document = invoices.invoice_of_item(owed.id)
    assert document is not None
    assert (owed.amount_minor, document.total, document.prepaid, document.payable) == (
        4_000,
        10_000,
        6_000,
        4_000,
    )


def test_a_credit_note_goes_against_the_invoice_it_names(organisation: int) -> None:
    header = "Factuurnummer;Factuurdatum;Bedrag;Debiteurnummer;Creditering van"
    done = imported(
        csv("F1;01-10-2026;100,00;1;", "C1;02-10-2026;-30,00;1;f1", "C2;02-10-2026;-5,00;1;", header=header)
    )
    assert (done.invoices, done.credit_notes) == (1, 2)
    assert item("F1").open_minor == 7_000
    balance = ledger.balance_of(item("F1").customer_id, on=ON)[0]
    assert (balance.open_minor, balance.on_account_minor) == (7_000, 500)
    assert list(verification.problems()) == []


def test_a_credit_note_for_all_of_it_ends_the_follow_up(organisation: int) -> None:
    header = "Factuurnummer;Factuurdatum;Bedrag;Debiteurnummer;Creditering van"
    imported(csv("F1;01-10-2026;100,00;1;", header=header))
    owed = item("F1")
    imported(csv("C1;02-10-2026;-100,00;1;F1", header=header))
    assert ledger.open_items_by_number(["F1"]) == {}
    follow_up = dunning.follow_up_of(owed.id)
    assert follow_up is not None
    assert follow_up.next_action_date is None


def test_columns_of_other_names_are_mapped_by_a_person(organisation: int) -> None:
    batch_id = received(csv("F1;2026-10-01;12,50;Hoeve", header="Stuk;Wanneer;Hoeveel;Wie"))
    shown = invoice_import.preview(batch_id=batch_id, on=ON)
    assert shown.missing[0] == (Field.NUMBER,)
    assert shown.missing[-1] == (Field.CUSTOMER_NUMBER, Field.CUSTOMER_NAME)
    assert len(shown.missing) == 4
    with pytest.raises(ColumnsMissing, match="Invoice number"):
        invoice_import.confirm(batch_id=batch_id, on=ON, actor=ACTOR)
    mapping = {Field.NUMBER: 0, Field.ISSUE_DATE: 1, Field.AMOUNT: 2, Field.CUSTOMER_NAME: 3}
    invoice_import.change_columns(batch_id=batch_id, kind=TableKind.INVOICES, mapping=mapping)
    assert invoice_import.preview(batch_id=batch_id, on=ON).new == 1
    assert invoice_import.confirm(batch_id=batch_id, on=ON, actor=ACTOR).new == 1


def test_an_import_is_confirmed_once(organisation: int) -> None:
    done = imported(csv(GOOD))
    with pytest.raises(ImportIsOver, match="imported already"):
        invoice_import.confirm(batch_id=done.batch_id, on=ON, actor=ACTOR)
    batch = import_batch(done.batch_id)
    assert (batch.state, batch.result["new"], batch.rows_done) == ("DONE", 1, 1)


def test_what_breaks_in_the_middle_stores_nothing_and_can_be_confirmed_again(organisation: int) -> None:
    batch_id = received(csv(GOOD))

    def break_off(stage: str, done: int, total: int) -> None:
        if stage == "payments":
            raise RuntimeError("the power went out")

    with pytest.raises(RuntimeError):
        invoice_import.confirm(batch_id=batch_id, on=ON, actor=ACTOR, progress=break_off)
    assert invoices.known(["F1"]) == {}
    assert customers.by_numbers(["10042"]) == {}
    assert import_batch(batch_id).state == "FAILED"
    assert invoice_import.confirm(batch_id=batch_id, on=ON, actor=ACTOR).new == 1
    assert list(audit.breaks()) == []


def test_progress_tells_how_many_rows_are_done(organisation: int) -> None:
    told: list[tuple[str, int, int]] = []
    invoice_import.confirm(
        batch_id=received(csv(GOOD)), on=ON, actor=ACTOR, progress=lambda *news: told.append(news)
    )
    assert told == [("rows", 1, 1), ("payments", 1, 1)]


def test_customers_alone_are_made_changed_and_left_as_they_are(organisation: int) -> None:
    header = "Klantnummer;Naam;Soort;Taal;Land;E-mail"
    first = imported(
        csv("1;Anna Voorbeeld;particulier;fr;België;anna@voorbeeld.example", "2;Hoeve;bv;;;", header=header)
    )
    assert (first.kind, first.new) == (TableKind.CUSTOMERS, 2)
    again = imported(csv("1;Anna Voorbeeld;;nl;;", "2;Hoeve;bv;;;", "3;;;;;", header=header))
    assert (again.new, again.changed, again.known) == (0, 1, 1)
    assert reasons(again) == ["the name of a new customer is missing"]
    anna = customers.get(customers.by_numbers(["1"])["1"])
    assert (anna.kind, anna.language, anna.country, anna.email) == (
        "CONSUMER",
        "nl",
        "BE",
        "anna@voorbeeld.example",
    )


def test_a_wrong_email_is_a_warning(organisation: int) -> None:
    shown = previewed(csv(GOOD.replace("geld@maanbrug.example", "geld(at)maanbrug")))
    assert shown.new == 1
    assert "is not an e-mail address" in shown.rows[0].warnings[0]


def test_a_belgian_invoice_without_a_reference_gets_a_structured_one(belgian: int) -> None:
    imported(csv(GOOD))
    reference = item("F1").payment_reference
    assert reference.startswith("+++")
    header = HEADER + ";OGM"
    imported(csv(GOOD.replace("F1", "F2") + ";010806817183", header=header))
    assert item("F2").payment_reference == "+++010/8068/17183+++"


def test_a_dutch_invoice_is_paid_with_its_number(organisation: int) -> None:
    imported(csv(GOOD))
    assert item("F1").payment_reference == ""


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"just words", b"PK\x03\x04broken"])
def test_what_is_no_table_or_invoice_is_refused_at_once(organisation: int, content: bytes) -> None:
    with pytest.raises(FileRefused):
        received(content)


def test_two_tables_at_once_are_refused(organisation: int) -> None:
    with pytest.raises(FileRefused, match="one at a time"):
        invoice_import.receive(uploads=[Upload("a.csv", csv(GOOD)), Upload("b.csv", csv(GOOD))], actor=ACTOR)


def test_one_organisation_does_not_see_what_another_imported(organisation: int, belgian: int) -> None:
    imported(csv(GOOD))
    from tijdig.infra import tenancy

    with tenancy.within(organisation):
        assert invoices.known(["F1"]) == {}
        assert imported(csv(GOOD)).new == 1


@pytest.mark.parametrize("credit_note_first", [True, False])
def test_a_credit_note_settles_the_invoice_it_names_whichever_came_first(
    organisation: int, credit_note_first: bool
) -> None:
    invoice = ubl("2026-100", "100.00", assigned="10042")
    note = ubl("2026-101", "40.00", root="CreditNote", preceding="2026-100", assigned="10042")
    for content in (note, invoice) if credit_note_first else (invoice, note):
        imported(content, "e-invoice.xml", accept=("*",))
    assert item("2026-100").open_minor == 60_00
    imported(ubl("2026-102", "5.00", assigned="10042"), "another.xml", accept=("*",))
    assert item("2026-100").open_minor == 60_00
    assert list(verification.problems()) == []
