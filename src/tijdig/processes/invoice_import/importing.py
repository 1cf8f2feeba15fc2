"""An import from file to ledger: receive, look, confirm; what is refused comes back with its reasons.

Nothing is stored before it is confirmed, and a confirmed import is stored whole or not at all: it is one
transaction, so that one that was killed can be confirmed again, and the same file twice adds nothing.
"""

from __future__ import annotations

import io
import itertools
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tijdig.customers.operations import upsert_customers
from tijdig.domain.money import Money
from tijdig.formats import archive, detect, table_writer
from tijdig.infra import files, tenancy
from tijdig.infra.bulk import many_objects
from tijdig.infra.readers_language import in_words
from tijdig.invoices import operations as imports
from tijdig.invoices import queries as invoices
from tijdig.invoices.queries import ImportBatchView
from tijdig.organisations import queries as organisations
from tijdig.processes import cash_application, reactions
from tijdig.processes.invoice_import import columns
from tijdig.processes.invoice_import.columns import Field, TableKind
from tijdig.processes.invoice_import.customer_rows import CustomerDecider
from tijdig.processes.invoice_import.deciding import InvoiceDecider
from tijdig.processes.invoice_import.sources import (
    DocumentSource,
    FileRefused,
    Source,
    TableSource,
    Upload,
    open_archive,
    open_table,
)
from tijdig.processes.invoice_import.storing import Storable, Storing
from tijdig.processes.invoice_import.values import (
    DecidedRow,
    Imported,
    Outcome,
    Preview,
    PreviewRow,
    ReadRow,
    Tally,
)

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many rows are done, and how many there are."""

_CHUNK = 50_000
_SHOWN_FIRST = 100
_ROWS_FOR_EXAMPLES = 20
_SHOWN_PROBLEMS = 400
# Imports of one organisation come one after another: numbers and customers are looked up, then added.
_LOCK = 7_260_101
_WITHOUT_DATE = (1980, 1, 1, 0, 0, 0)
_DECIDED_AT_ONCE = 100
_WHAT_CAN_BE_READ = gettext_lazy(
    "%(why)s. What can be read: bank files (camt, MT940, CODA, pain.002), e-invoices in UBL, and tables in CSV or Excel"
)


class ColumnsMissing(ValueError):
    """Columns that are needed have not been pointed out yet."""

    def __init__(self, missing: Sequence[tuple[Field, ...]]) -> None:
        names = ", ".join(" / ".join(columns.label(field) for field in group) for group in missing)
        super().__init__(_("Say which column holds: %(names)s") % {"names": names})
        self.missing = tuple(missing)


class _Decider(Protocol):
    def decide(self, rows: Sequence[ReadRow]) -> tuple[DecidedRow, ...]: ...


@transaction.atomic
def receive(*, uploads: Sequence[Upload], actor: str, kind: TableKind | None = None) -> int:
    """Keep the files of one import and return the import's id; nothing of them is imported yet.

    One table (CSV, Excel), or any number of e-invoices (XML, zip). What a table's rows are is told from its
    columns, unless `kind` says so. Raises FileRefused.
    """
    if not uploads or not any(upload.content for upload in uploads):
        raise FileRefused(_("the file is empty"))
    upload = uploads[0] if len(uploads) == 1 else _packed(uploads)
    source_format = _format_of(upload.content)
    mapping: Mapping[Field, int] = {}
    if source_format in ("CSV", "XLSX"):
        if why := detect.why_not_read(upload.content):
            raise FileRefused(_WHAT_CAN_BE_READ % {"why": in_words(why)})
        header, _rows = open_table(upload.content)
        if len(header) < 2:
            raise FileRefused(
                _(
                    "this is no bank statement, no e-invoice and no table with columns; "
                    "choose a file from your bank, a UBL invoice, or a CSV or Excel table"
                )
            )
        kind = kind or columns.kind_of(header) or TableKind.INVOICES
        mapping = columns.guess(header, kind)
    elif source_format == "ZIP":
        open_archive(upload.content)
    stored, _new = files.keep(name=upload.name, content=upload.content)
    batch_id = imports.open_import(
        kind=kind or TableKind.INVOICES,
        source_format=source_format,
        name=upload.name,
        file_id=stored.pk,
        actor=actor,
    )
    _set_columns(batch_id, kind or TableKind.INVOICES, mapping)
    return batch_id


def change_columns(*, batch_id: int, kind: TableKind, mapping: Mapping[Field, int] | None = None) -> None:
    """Say what a table's rows are and which column holds which field; without `mapping` it is guessed anew.

    Raises ImportMissing, ImportIsOver.
    """
    if mapping is None:
        batch = invoices.import_batch(batch_id)
        mapping = columns.guess(open_table(_content(batch))[0], kind)
    _set_columns(batch_id, kind, mapping)


def preview(*, batch_id: int, on: date) -> Preview:
    """Return what an import would do, row by row; nothing is stored but the counts. Raises ImportMissing."""
    batch = invoices.import_batch(batch_id)
    source = _source(batch, on)
    tally, shown = Tally(), list[PreviewRow]()
    if not source.missing:
        problems = 0
        for decided in _decisions(source, _decider(batch, batch.accepted)):
            for each in decided:
                tally.add(each)
                is_problem = each.outcome in (Outcome.REJECTED, Outcome.REVIEW)
                if tally.total <= _SHOWN_FIRST or (is_problem and problems < _SHOWN_PROBLEMS):
                    shown.append(_preview_row(each))
                    problems += is_problem
        if batch.state not in ("DONE", "CANCELLED"):
            imports.note_preview(
                batch_id=batch_id, total=tally.total, good=_good(tally), rejected=tally.rejected
            )
    return Preview(
        batch_id=batch_id,
        name=batch.name,
        kind=TableKind(batch.kind),
        source_format=batch.source_format,
        header=source.header,
        examples=_examples(batch),
        mapping=_mapping(batch),
        missing=source.missing,
        rows=tuple(shown),
        total=tally.total,
        new=tally.outcomes[Outcome.NEW],
        changed=tally.outcomes[Outcome.CHANGED],
        known=tally.outcomes[Outcome.KNOWN],
        review=tally.outcomes[Outcome.REVIEW],
        rejected=tally.outcomes[Outcome.REJECTED],
        amounts=tally.amounts,
    )


def left_out(*, batch_id: int, on: date) -> tuple[PreviewRow, ...]:
    """Return the e-invoices of an import, each known or rejected, of which none can be imported.

    Empty where there is something to confirm, and for a table, whose columns may be read otherwise. Raises
    ImportMissing.
    """
    batch = invoices.import_batch(batch_id)
    source = _source(batch, on)
    if batch.source_format in ("CSV", "XLSX"):
        return ()
    rows, decider = source.rows(), _decider(batch, ())
    found: list[PreviewRow] = []
    while chunk := tuple(itertools.islice(rows, _DECIDED_AT_ONCE)):
        for each in decider.decide(chunk):
            if each.outcome not in (Outcome.KNOWN, Outcome.REJECTED):
                return ()
            found.append(_preview_row(each))
    return tuple(found)


def confirm(
    *,
    batch_id: int,
    on: date,
    actor: str,
    accept_reviewed: Sequence[str] = (),
    progress: Progress | None = None,
) -> Imported:
    """Store the good rows of an import and return what came of all of them, in one transaction.

    `accept_reviewed` names (by `where`; "*": all) the rows that a person looked at and wants stored. Money
    that waits for these invoices is matched with them. Raises ImportMissing, ImportIsOver, ColumnsMissing,
    FileRefused; whatever is raised, nothing is stored.
    """
    try:
        with transaction.atomic(), many_objects():
            return _store(batch_id, on, actor, tuple(accept_reviewed), progress or _no_progress)
    except (imports.ImportIsOver, invoices.ImportMissing):
        raise
    except Exception as error:
        imports.fail_import(batch_id=batch_id, message=str(error) or type(error).__name__)
        raise


def rejected_file(*, batch_id: int, on: date, format: str = "csv") -> bytes:
    """Return the rows that were or would be left out, as CSV or Excel ("xlsx"): as they came, and why.

    Correct them there and import that file: its extra column is no trouble. Raises ImportMissing,
    FileRefused, ColumnsMissing.
    """
    batch = invoices.import_batch(batch_id)
    source = _source(batch, on)
    if source.missing:
        raise ColumnsMissing(source.missing)
    left_out = (
        (*_cells(each, batch), "; ".join(each.problems))
        for decided in _decisions(source, _decider(batch, batch.accepted))
        for each in decided
        if each.outcome in (Outcome.REJECTED, Outcome.REVIEW)
    )
    write = table_writer.xlsx_bytes if format == "xlsx" else table_writer.csv_bytes
    return write((*source.header, _("Reason")), left_out)


def _store(batch_id: int, on: date, actor: str, accepted: tuple[str, ...], progress: Progress) -> Imported:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, tenancy.current_organisation_id() % 2**31]
        )
    batch = imports.start_import(batch_id=batch_id, accepted=accepted)
    source = _source(batch, on)
    if source.missing:
        raise ColumnsMissing(source.missing)
    total, tally = source.count(), Tally()
    storing = Storing(country=organisations.current().country, on=on, actor=actor, batch_id=batch_id)
    for decided in _decisions(source, _decider(batch, accepted)):
        for each in decided:
            tally.add(each)
        if batch.kind == TableKind.CUSTOMERS:
            wanted = [each.customer for each in decided if each.customer is not None]
            upsert_customers(wanted, actor=actor)
        else:
            storing.add(_storable(decided))
        progress("rows", tally.total, total)
    booked = 0
    if storing.invoices or storing.credit_notes:
        progress("payments", total, total)
        reactions.after_settlement(settlement=storing.settle_credit_notes(), on=on, actor=actor)
        booked = cash_application.apply_waiting(on=on, actor=actor).booked
    return _finished(batch_id, tally, storing, booked, actor)


def _finished(batch_id: int, tally: Tally, storing: Storing, booked: int, actor: str) -> Imported:
    batch = invoices.import_batch(batch_id)
    imported = Imported(
        batch_id=batch_id,
        kind=TableKind(batch.kind),
        total=tally.total,
        new=tally.outcomes[Outcome.NEW],
        changed=tally.outcomes[Outcome.CHANGED],
        known=tally.outcomes[Outcome.KNOWN],
        review=tally.outcomes[Outcome.REVIEW],
        rejected_count=tally.outcomes[Outcome.REJECTED],
        invoices=storing.invoices,
        credit_notes=storing.credit_notes,
        booked_payments=booked,
        amounts=tally.amounts,
        rejected=tuple(tally.rejected),
    )
    imports.finish_import(
        batch_id=batch_id,
        total=tally.total,
        good=_good(tally),
        rejected=tally.rejected,
        actor=actor,
        result={
            "new": imported.new,
            "changed": imported.changed,
            "known": imported.known,
            "review": imported.review,
            "rejected": imported.rejected_count,
            "invoices": imported.invoices,
            "credit_notes": imported.credit_notes,
            "booked_payments": booked,
            "amounts": {money.currency: str(money) for money in imported.amounts},
        },
    )
    return imported


def _decisions(source: Source, decider: _Decider) -> Iterator[tuple[DecidedRow, ...]]:
    rows = source.rows()
    while chunk := tuple(itertools.islice(rows, _CHUNK)):
        yield decider.decide(chunk)


def _decider(batch: ImportBatchView, accepted: Sequence[str]) -> _Decider:
    if batch.kind == TableKind.CUSTOMERS:
        return CustomerDecider()
    return InvoiceDecider(term_days=organisations.current().payment_term_days, accepted=accepted)


def _storable(decided: Iterable[DecidedRow]) -> list[Storable]:
    """Return the new rows ready to be stored; documents that came in a file of their own are kept."""
    new = [each for each in decided if each.outcome is Outcome.NEW]
    with_file = [each for each in new if each.row.content]
    ids = dict(
        zip(
            (each.row.where for each in with_file),
            files.keep_many([(each.row.where, each.row.content) for each in with_file]) if with_file else (),
            strict=True,
        )
    )
    return [
        Storable(each.draft, each.customer, ids.get(each.row.where))
        for each in new
        if each.draft is not None and each.customer is not None
    ]


def _source(batch: ImportBatchView, on: date) -> Source:
    content, house = _content(batch), organisations.current()
    if batch.source_format in ("CSV", "XLSX"):
        return TableSource(
            content=content, kind=TableKind(batch.kind), mapping=_mapping(batch), house=house, on=on
        )
    members = (
        open_archive(content) if batch.source_format == "ZIP" else (archive.Member(batch.name, content),)
    )
    return DocumentSource(members=members, house=house, on=on)


def _content(batch: ImportBatchView) -> bytes:
    return files.content_of(batch.file_id)


def _examples(batch: ImportBatchView) -> tuple[str, ...]:
    """Return per column of a table the first cell that holds something; nothing for e-invoices."""
    if batch.source_format not in ("CSV", "XLSX"):
        return ()
    header, rows = open_table(_content(batch))
    found = [""] * len(header)
    for row in itertools.islice(rows, _ROWS_FOR_EXAMPLES):
        for column, cell in enumerate(row.cells[: len(found)]):
            found[column] = found[column] or cell
    return tuple(found)


def _set_columns(batch_id: int, kind: TableKind, mapping: Mapping[Field, int]) -> None:
    by_name = {field.value: column for field, column in mapping.items()}
    imports.set_import_reading(batch_id=batch_id, kind=kind.value, mapping=by_name)


def _mapping(batch: ImportBatchView) -> dict[Field, int]:
    return {Field(name): column for name, column in batch.mapping.items()}


def _format_of(content: bytes) -> str:
    if archive.is_zip(content):
        return "XLSX" if archive.is_workbook(content) else "ZIP"
    start = content[:200].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")
    return "UBL" if start.startswith(b"<") else "CSV"


def _packed(uploads: Sequence[Upload]) -> Upload:
    """Return several files as one zip; the same files always give the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for place, upload in enumerate(uploads):
            if _format_of(upload.content) in ("CSV", "XLSX"):
                raise FileRefused(
                    _("%(name)s is a table: import tables one at a time") % {"name": upload.name}
                )
            packed.writestr(zipfile.ZipInfo(f"{place}/{upload.name}", _WITHOUT_DATE), upload.content)
    return Upload(f"{uploads[0].name} + {len(uploads) - 1}", target.getvalue())


def _preview_row(decided: DecidedRow) -> PreviewRow:
    draft = decided.draft or decided.row.draft
    customer = decided.customer or decided.row.customer or (draft.customer if draft else None)
    return PreviewRow(
        where=decided.row.where,
        outcome=decided.outcome,
        cells=decided.row.cells,
        number=draft.number if draft else "",
        customer=(customer.name or customer.number) if customer else "",
        issue_date=draft.issue_date if draft else None,
        due_date=draft.due_date if draft else None,
        amount=Money(draft.effect, draft.currency) if draft else None,
        problems=decided.problems,
        warnings=decided.row.warnings,
    )


def _cells(decided: DecidedRow, batch: ImportBatchView) -> tuple[str, ...]:
    if batch.source_format in ("CSV", "XLSX"):
        return decided.row.cells
    return (decided.row.where, *(decided.row.cells or ("",) * 4))


def _good(tally: Tally) -> int:
    return tally.total - tally.outcomes[Outcome.REJECTED] - tally.outcomes[Outcome.REVIEW]


def _no_progress(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody."""
