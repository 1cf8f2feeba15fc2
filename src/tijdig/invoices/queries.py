"""Questions about invoices, credit notes and the imports they came in by. Amounts in minor units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models.functions import Length

from tijdig.domain.documents import InvoiceType
from tijdig.infra import tenancy
from tijdig.invoices.models import ImportBatch, Invoice


class InvoiceMissing(LookupError):
    """There is no such invoice in this organisation."""


class ImportMissing(LookupError):
    """There is no such import in this organisation."""


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """A document as it was sent; `item_id` or `credit_id` says what it did to the ledger."""

    id: int
    customer_id: int
    type: InvoiceType
    type_code: str
    number: str
    issue_date: date
    due_date: date
    due_date_source: str
    currency: str
    total: int
    prepaid: int
    payable: int
    order_reference: str
    preceding_invoice: str
    description: str
    item_id: int | None
    credit_id: int | None
    file_id: int | None
    import_batch_id: int | None


@dataclass(frozen=True, slots=True)
class KnownInvoice:
    """What tells whether a document that comes in again is the same one."""

    customer_id: int
    type: InvoiceType
    number: str
    issue_date: date
    due_date: date
    currency: str
    total: int
    payable: int
    raises: bool
    """Whether it raised what the customer owes (it has a ledger item)."""


@dataclass(frozen=True, slots=True)
class ImportBatchView:
    """An import: its file, how far it is and what came of its rows."""

    id: int
    kind: str
    source_format: str
    name: str
    file_id: int
    state: str
    mapping: Mapping[str, int]
    accepted: tuple[str, ...]
    rows_total: int
    rows_good: int
    rows_done: int
    rejected: tuple[Mapping[str, str], ...]
    result: Mapping[str, Any]
    message: str
    actor: str
    created_at: datetime
    finished_at: datetime | None


def invoice(invoice_id: int) -> InvoiceView:
    """Return one invoice or credit note. Raises InvoiceMissing."""
    found = Invoice.objects.filter(pk=invoice_id).first()
    if found is None:
        raise InvoiceMissing(f"there is no invoice {invoice_id}")
    return _view(found)


def invoice_of_item(item_id: int) -> InvoiceView | None:
    """Return the document an open item stands for; None for an item without one (a fee, interest)."""
    found = Invoice.objects.filter(item_id=item_id).first()
    return _view(found) if found else None


def invoice_of_credit(credit_id: int) -> InvoiceView | None:
    """Return the document a credit stands for; None for a credit without one (a payment)."""
    found = Invoice.objects.filter(credit_id=credit_id).first()
    return _view(found) if found else None


def credit_notes(*, number: str, limit: int) -> tuple[InvoiceView, ...]:
    """Return the credit notes whose number starts so, in whatever letters; the whole number first."""
    found = Invoice.objects.filter(
        organisation_id=tenancy.current_organisation_id(),
        type=InvoiceType.CREDIT_NOTE,
        number__istartswith=number,
    )
    return tuple(_view(row) for row in found.order_by(Length("number"), "-issue_date", "-pk")[:limit])


def invoices_of_items(item_ids: Sequence[int]) -> dict[int, InvoiceView]:
    """Return the documents of these open items, by item; items without one are left out."""
    found = Invoice.objects.filter(item_id__in=item_ids)
    return {row.item_id: _view(row) for row in found if row.item_id is not None}


def known(numbers: Iterable[str]) -> dict[tuple[InvoiceType, str], KnownInvoice]:
    """Return what is already there under these numbers, by type and number, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT customer_id, type, number, issue_date, due_date, currency, total, payable,
                      item_id IS NOT NULL
               FROM invoices_invoice
               WHERE organisation_id = %s AND type = ANY(%s) AND number = ANY(%s)""",
            [tenancy.current_organisation_id(), [type_.value for type_ in InvoiceType], list(numbers)],
        )
        found = (KnownInvoice(row[0], InvoiceType(row[1]), *row[2:]) for row in cursor.fetchall())
        return {(each.type, each.number): each for each in found}


def import_batch(batch_id: int) -> ImportBatchView:
    """Return one import. Raises ImportMissing."""
    found = ImportBatch.objects.filter(pk=batch_id).first()
    if found is None:
        raise ImportMissing(f"there is no import {batch_id}")
    return _batch_view(found)


def import_batches(*, limit: int = 50, before: int | None = None) -> tuple[ImportBatchView, ...]:
    """Return the newest imports, newest first; `before` is the id to go on from."""
    found = ImportBatch.objects.order_by("-id")
    if before is not None:
        found = found.filter(id__lt=before)
    return tuple(_batch_view(row) for row in found[:limit])


def _view(row: Invoice) -> InvoiceView:
    return InvoiceView(
        id=row.pk,
        customer_id=row.customer_id,
        type=InvoiceType(row.type),
        type_code=row.type_code,
        number=row.number,
        issue_date=row.issue_date,
        due_date=row.due_date,
        due_date_source=row.due_date_source,
        currency=row.currency,
        total=row.total,
        prepaid=row.prepaid,
        payable=row.payable,
        order_reference=row.order_reference,
        preceding_invoice=row.preceding_invoice,
        description=row.description,
        item_id=row.item_id,
        credit_id=row.credit_id,
        file_id=row.file_id,
        import_batch_id=row.import_batch_id,
    )


def _batch_view(row: ImportBatch) -> ImportBatchView:
    return ImportBatchView(
        id=row.pk,
        kind=row.kind,
        source_format=row.source_format,
        name=row.name,
        file_id=row.file_id,
        state=row.state,
        mapping=row.mapping,
        accepted=tuple(row.accepted),
        rows_total=row.rows_total,
        rows_good=row.rows_good,
        rows_done=row.rows_done,
        rejected=tuple(row.rejected),
        result=row.result,
        message=row.message,
        actor=row.actor,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


@dataclass(frozen=True, slots=True)
class CreditNoteLeft:
    """A credit note that names an invoice and is not used up; `left_minor` in minor units."""

    credit_id: int
    customer_id: int
    currency: str
    left_minor: int
    number: str
    preceding_invoice: str


def credit_notes_with_money_left() -> tuple[CreditNoteLeft, ...]:
    """Return the credit notes that name an invoice and have something left, oldest first.

    Those that somebody leaves on account knowingly are not in it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT credit.id, credit.customer_id, credit.currency, credit.unallocated, note.number,
                      note.preceding_invoice
               FROM ledger_credit credit JOIN invoices_invoice note ON note.credit_id = credit.id
               WHERE credit.organisation_id = %s AND credit.unallocated > 0 AND credit.kind = 'CREDIT_NOTE'
                 AND credit.left_on_account_date IS NULL AND note.preceding_invoice <> ''
               ORDER BY credit.booking_date, credit.id""",
            [tenancy.current_organisation_id()],
        )
        return tuple(CreditNoteLeft(*row) for row in cursor.fetchall())
