"""Adding invoices in bulk, and an import's way from upload to done."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from tijdig.domain.documents import InvoiceType
from tijdig.infra import audit, files
from tijdig.invoices import operations, queries
from tijdig.invoices.operations import ImportIsOver, NewInvoice

pytestmark = pytest.mark.django_db
HOSTILE = 'back\\slash\ttab\nline\r"quote"; DROP TABLE; \\N \\. é 𝛑'


def new(customer: int, number: str = "F1", **other: object) -> NewInvoice:
    values = {"description": "", "order_reference": "", **other}
    return NewInvoice(
        customer_id=customer, type=InvoiceType.INVOICE, number=number, issue_date=date(2026, 10, 1),
        due_date=date(2026, 10, 31), due_date_source="DOCUMENT", currency="EUR",
        total=100, prepaid=0, payable=100,
        **values,  # type: ignore[arg-type]
    )  # fmt: skip


def an_import() -> int:
    stored, _new = files.keep(name="a.csv", content=b"a;b")
    return operations.open_import(
        kind="INVOICES", source_format="CSV", name="a.csv", file_id=stored.pk, actor="user:1"
    )


def test_many_are_added_in_order_with_one_audit_entry(customer: int) -> None:
    before = len(audit.entries())
    ids = operations.add_invoices([new(customer, f"F{place}") for place in range(12_000)], actor="user:1")
    assert queries.invoice(ids[0]).number == "F0"
    assert queries.invoice(ids[11_999]).number == "F11999"
    assert len(audit.entries()) == before + 1
    assert operations.add_invoices([], actor="user:1") == ()


def test_hostile_texts_come_back_as_they_were(customer: int) -> None:
    (invoice_id,) = operations.add_invoices(
        [new(customer, HOSTILE[:40], description=HOSTILE, order_reference="\\N")], actor="user:1"
    )
    found = queries.invoice(invoice_id)
    assert (found.number, found.description, found.order_reference) == (HOSTILE[:40], HOSTILE, "\\N")


def test_reserved_ids_are_used(customer: int) -> None:
    ids = operations.reserve_ids(2)
    rows = [new(customer, "A"), new(customer, "B")]
    assert operations.add_invoices(rows, actor="user:1", ids=ids) == ids


def test_a_number_is_there_once_per_type(customer: int) -> None:
    operations.add_invoices([new(customer)], actor="user:1")
    with pytest.raises(IntegrityError), transaction.atomic():
        operations.add_invoices([new(customer)], actor="user:1")


def test_an_import_that_is_over_stays_so(organisation: int) -> None:
    batch_id = an_import()
    operations.cancel_import(batch_id=batch_id, actor="user:1")
    assert queries.import_batch(batch_id).state == "CANCELLED"
    with pytest.raises(ImportIsOver, match="cancelled"):
        operations.start_import(batch_id=batch_id, accepted=())
    with pytest.raises(queries.ImportMissing):
        operations.cancel_import(batch_id=batch_id + 1, actor="user:1")


def test_an_import_goes_to_the_worker_once(organisation: int) -> None:
    batch_id = an_import()
    operations.queue_import(batch_id=batch_id)
    assert queries.import_batch(batch_id).state == "RUNNING"
    with pytest.raises(operations.ImportIsRunning):
        operations.queue_import(batch_id=batch_id)
    operations.fail_import(batch_id=batch_id, message="the disk is full")
    operations.queue_import(batch_id=batch_id)
    operations.cancel_import(batch_id=batch_id, actor="user:1")
    with pytest.raises(ImportIsOver):
        operations.queue_import(batch_id=batch_id)


def test_a_failed_import_says_why_and_can_be_started_again(organisation: int) -> None:
    batch_id = an_import()
    operations.fail_import(batch_id=batch_id, message="the disk is full")
    failed = queries.import_batch(batch_id)
    assert (failed.state, failed.message, failed.rows_done) == ("FAILED", "the disk is full", 0)
    assert operations.start_import(batch_id=batch_id, accepted=("a.xml",)).accepted == ("a.xml",)
