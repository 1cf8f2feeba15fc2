"""Adding invoices in bulk, and keeping track of the imports they come in by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tijdig.domain.documents import InvoiceType
from tijdig.infra import audit, clock, tenancy
from tijdig.infra.bulk import NULL, copy_lines, escaped
from tijdig.invoices.models import ImportBatch, ImportState
from tijdig.invoices.queries import ImportBatchView, ImportMissing, import_batch

_KEPT_REJECTIONS = 1_000
_COLUMNS = (
    "id, customer_id, type, type_code, number, issue_date, due_date, due_date_source, currency, total,"
    " prepaid, payable, order_reference, preceding_invoice, description, item_id, credit_id, file_id,"
    " import_batch_id"
)


class ImportIsOver(ValueError):
    """The import is done or was cancelled; it does not run again."""


class ImportIsRunning(ValueError):
    """The import is with the worker already."""


@dataclass(frozen=True, slots=True)
class NewInvoice:
    """A document to add. Amounts in minor units of `currency`, as the document states them."""

    customer_id: int
    type: InvoiceType
    number: str
    issue_date: date
    due_date: date
    due_date_source: str
    currency: str
    total: int
    prepaid: int
    payable: int
    type_code: str = "380"
    order_reference: str = ""
    preceding_invoice: str = ""
    description: str = ""
    item_id: int | None = None
    credit_id: int | None = None
    file_id: int | None = None
    import_batch_id: int | None = None


def reserve_ids(count: int) -> tuple[int, ...]:
    """Return `count` ids for invoices that will be added."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(array_agg(nextval('invoices_invoice_id_seq')), '{}')"
            " FROM generate_series(1, %s)",
            [count],
        )
        return tuple(cursor.fetchone()[0])


@transaction.atomic
def add_invoices(
    invoices: Sequence[NewInvoice], *, actor: str, ids: Sequence[int] | None = None
) -> tuple[int, ...]:
    """Add documents, any number at once, and return their ids in order.

    `ids` are those of `reserve_ids`, where the caller needed them before. Raises IntegrityError when a
    number of that type is there already: look at `queries.known` first.
    """
    if not invoices:
        return ()
    ids = tuple(ids) if ids is not None else reserve_ids(len(invoices))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS invoices_coming_in ON COMMIT DROP AS"  # noqa: S608
            f" SELECT {_COLUMNS} FROM invoices_invoice WITH NO DATA"
        )
        cursor.execute("TRUNCATE invoices_coming_in")
        copy_lines(cursor, "invoices_coming_in", map(_copy_line, ids, invoices))
        cursor.execute(
            f"INSERT INTO invoices_invoice (organisation_id, {_COLUMNS})"  # noqa: S608
            f" SELECT %s, {_COLUMNS} FROM invoices_coming_in",
            [tenancy.current_organisation_id()],
        )
    audit.record(
        actor=actor,
        action="invoices.added",
        data={"count": len(invoices), "first": invoices[0].number, "last": invoices[-1].number},
    )
    return ids


def _copy_line(id_: int, row: NewInvoice) -> str:
    """Return a row of _COLUMNS as COPY's text format has it."""
    return (
        f"{id_}\t{row.customer_id}\t{row.type.value}\t{row.type_code}\t{escaped(row.number)}\t{row.issue_date}"
        f"\t{row.due_date}\t{row.due_date_source}\t{row.currency}\t{row.total}\t{row.prepaid}\t{row.payable}"
        f"\t{escaped(row.order_reference)}\t{escaped(row.preceding_invoice)}\t{escaped(row.description)}"
        f"\t{row.item_id or NULL}\t{row.credit_id or NULL}\t{row.file_id or NULL}"
        f"\t{row.import_batch_id or NULL}\n"
    )


@transaction.atomic
def open_import(*, kind: str, source_format: str, name: str, file_id: int, actor: str) -> int:
    """Note an uploaded file that is to be imported, and return the import's id."""
    batch = ImportBatch.objects.create(
        organisation_id=tenancy.current_organisation_id(),
        kind=kind,
        source_format=source_format,
        name=name[:255],
        file_id=file_id,
        actor=actor,
        created_at=clock.now(),
    )
    audit.record(
        actor=actor, action="import.opened", subject=f"invoices_importbatch:{batch.pk}", data={"kind": kind}
    )
    return batch.pk


def set_import_reading(*, batch_id: int, kind: str, mapping: Mapping[str, int]) -> None:
    """Note what the rows of an import are and which column holds which field.

    Raises ImportMissing, ImportIsOver.
    """
    with transaction.atomic():
        _lock(batch_id)
        ImportBatch.objects.filter(pk=batch_id).update(
            kind=kind, mapping=dict(mapping), state=ImportState.UPLOADED
        )


def note_preview(*, batch_id: int, total: int, good: int, rejected: Sequence[Mapping[str, str]]) -> None:
    """Note what a look at the rows showed. Raises ImportMissing, ImportIsOver."""
    with transaction.atomic():
        _lock(batch_id)
        ImportBatch.objects.filter(pk=batch_id).update(
            rows_total=total,
            rows_good=good,
            rejected=list(rejected[:_KEPT_REJECTIONS]),
            state=ImportState.PREVIEWED,
        )


@transaction.atomic
def queue_import(*, batch_id: int) -> None:
    """Note that an import was handed to the worker. Raises ImportMissing, ImportIsOver, ImportIsRunning."""
    _lock(batch_id)
    waiting = ImportBatch.objects.filter(pk=batch_id).exclude(state=ImportState.RUNNING)
    if not waiting.update(state=ImportState.RUNNING, rows_done=0, message=""):
        raise ImportIsRunning(_("this import is under way already"))


def start_import(*, batch_id: int, accepted: Sequence[str]) -> ImportBatchView:
    """Take an import for storing its rows, until the transaction ends; return it.

    Call it inside the transaction that stores the rows: a second one waits here, then finds it is over.
    Raises ImportMissing, ImportIsOver.
    """
    _lock(batch_id)
    ImportBatch.objects.filter(pk=batch_id).update(state=ImportState.RUNNING, accepted=list(accepted))
    return import_batch(batch_id)


@transaction.atomic
def finish_import(
    *,
    batch_id: int,
    total: int,
    good: int,
    result: Mapping[str, Any],
    rejected: Sequence[Mapping[str, str]],
    actor: str,
) -> None:
    """Note that the rows of an import are stored, and what came of them."""
    ImportBatch.objects.filter(pk=batch_id).update(
        state=ImportState.DONE,
        rows_total=total,
        rows_good=good,
        rows_done=total,
        rejected=list(rejected[:_KEPT_REJECTIONS]),
        result=dict(result),
        message="",
        finished_at=clock.now(),
    )
    audit.record(
        actor=actor, action="import.done", subject=f"invoices_importbatch:{batch_id}", data=dict(result)
    )


def fail_import(*, batch_id: int, message: str) -> None:
    """Note that nothing of an import was stored, and why; it can be tried again."""
    with transaction.atomic():
        ImportBatch.objects.filter(pk=batch_id).exclude(state=ImportState.DONE).update(
            state=ImportState.FAILED, rows_done=0, message=message[:300]
        )


@transaction.atomic
def cancel_import(*, batch_id: int, actor: str) -> None:
    """Put an import aside; nothing of it is stored. Raises ImportMissing, ImportIsOver."""
    _lock(batch_id)
    ImportBatch.objects.filter(pk=batch_id).update(state=ImportState.CANCELLED, finished_at=clock.now())
    audit.record(actor=actor, action="import.cancelled", subject=f"invoices_importbatch:{batch_id}")


def _lock(batch_id: int) -> None:
    batch = ImportBatch.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None:
        raise ImportMissing(f"there is no import {batch_id}")
    if batch.state in (ImportState.DONE, ImportState.CANCELLED):
        done = batch.state == ImportState.DONE
        raise ImportIsOver(_("these rows are imported already") if done else _("this import was cancelled"))
