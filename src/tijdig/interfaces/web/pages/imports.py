"""One import: see what each row would do, point out columns, confirm. Nothing is stored before that."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from tijdig.domain.money import Money
from tijdig.infra import jobs, progress
from tijdig.interfaces.web.access import MemberRequest, may_write, member_required
from tijdig.interfaces.web.answers import download
from tijdig.interfaces.web.pages.uploads import TABLE_TYPES
from tijdig.invoices import operations as import_operations
from tijdig.invoices import queries as invoices
from tijdig.invoices.queries import ImportBatchView
from tijdig.organisations.queries import Role
from tijdig.processes import cash_application, invoice_import
from tijdig.processes.invoice_import import LABELS, Field, Preview, TableKind

# Larger imports go to the worker, and the page shows how far it is.
_AT_ONCE = 5_000
# Rows that are no invoices or customers go another way.
_BANK = "BANK"
_LOOKED_AT = 20
_TO_CONFIRM = ("UPLOADED", "PREVIEWED")
_OVER = ("DONE", "CANCELLED")
_REFUSALS = (
    import_operations.ImportIsOver,
    import_operations.ImportIsRunning,
    invoice_import.ColumnsMissing,
    invoice_import.FileRefused,
    cash_application.TooBusy,
)


class _Column(NamedTuple):
    """A column of the file: its place, header, an example, and the fields it can be (code, word, chosen)."""

    place: int
    name: str
    example: str
    fields: list[tuple[str, str, bool]]

    @property
    def is_used(self) -> bool:
        """Whether it holds something, or has nothing to hold."""
        return any(chosen for _code, _word, chosen in self.fields) or not (self.name or self.example)


class _ChosenTwice(ValueError):
    """Two columns were said to hold the same; the message names what."""


@member_required()
@require_GET
def preview(request: MemberRequest, batch_id: int) -> HttpResponse:
    """What an import would do, how far it is, or what came of it."""
    batch = _batch(batch_id)
    if batch.state == "RUNNING":
        return _running(request, batch)
    if batch.state in _OVER:
        amounts = [Money.of(text, currency) for currency, text in batch.result.get("amounts", {}).items()]
        context = {"batch": batch, "amounts": amounts, "others": _others(batch)}
        return render(request, "imports/done.html", context)
    if not may_write(request):
        return render(request, "403.html", {"needed": Role.CONTROLLER}, status=403)
    try:
        shown = invoice_import.preview(batch_id=batch_id, on=request.today)
    except import_operations.ImportIsOver:
        return redirect("import_preview", request.organisation.slug, batch_id)
    except invoice_import.FileRefused as refusal:
        messages.error(request, f"{batch.name}: {refusal}")
        # Nothing of it can ever be confirmed.
        with suppress(import_operations.ImportIsOver, import_operations.ImportIsRunning):
            import_operations.cancel_import(batch_id=batch_id, actor=request.actor)
        return redirect("import", request.organisation.slug)
    columns = _columns(shown)
    context = {
        "batch": _batch(batch_id),
        "preview": shown,
        "missing": [" / ".join(str(LABELS[field]) for field in group) for group in shown.missing],
        "columns": columns,
        "others": _others(batch),
        "unused": [column.name or column.example for column in columns if not column.is_used],
        "kinds": _kinds(shown.kind),
        "ready": shown.new + shown.changed,
        "can_confirm": not shown.missing and shown.new + shown.changed + shown.review > 0,
    }
    return render(request, "imports/preview.html", context)


def _running(request: MemberRequest, batch: ImportBatchView) -> HttpResponse:
    found = progress.read(f"import:{batch.id}")
    return render(request, "imports/running.html", {"batch": batch, "progress": found})


def _batch(batch_id: int) -> ImportBatchView:
    try:
        return invoices.import_batch(batch_id)
    except invoices.ImportMissing as missing:
        raise Http404 from missing


def _others(batch: ImportBatchView) -> list[ImportBatchView]:
    """Return the other imports that wait to be confirmed, the oldest first."""
    newest = invoices.import_batches(limit=_LOOKED_AT)
    return [each for each in reversed(newest) if each.state in _TO_CONFIRM and each.id != batch.id]


def _kinds(kind: TableKind) -> list[tuple[str, str, bool]]:
    words = {TableKind.INVOICES: _("Invoices"), TableKind.CUSTOMERS: _("Customers")}
    return [
        *((each.value, words[each], each == kind) for each in TableKind),
        (_BANK, _("Bank movements"), False),
    ]


def _columns(shown: Preview) -> list[_Column]:
    """Return the columns of a table; an e-invoice has none to point out."""
    held = {place: field for field, place in shown.mapping.items()}
    fields = invoice_import.fields_of(shown.kind)
    return [
        _Column(
            place,
            name,
            example,
            [(field.value, str(LABELS[field]), held.get(place) == field) for field in fields],
        )
        for place, (name, example) in enumerate(zip(shown.header, shown.examples, strict=False))
    ]


@member_required(Role.CONTROLLER)
@require_POST
def map_columns(request: MemberRequest, batch_id: int) -> HttpResponse:
    """Say what the rows are, and which column holds which field."""
    batch = _batch(batch_id)
    if request.POST.get("kind") == _BANK:
        return redirect("import_bank", request.organisation.slug, batch_id)
    kind = TableKind.CUSTOMERS if request.POST.get("kind") == TableKind.CUSTOMERS else TableKind.INVOICES
    try:
        chosen = _chosen_columns(request) if kind == batch.kind else {}
        invoice_import.change_columns(batch_id=batch_id, kind=kind, mapping=chosen or None)
    except (_ChosenTwice, *_REFUSALS) as refusal:
        messages.error(request, capfirst(str(refusal)))
    return redirect("import_preview", request.organisation.slug, batch_id)


def _chosen_columns(request: MemberRequest) -> dict[Field, int]:
    """Return the column of each field that was pointed out. Raises _ChosenTwice."""
    chosen: dict[Field, int] = {}
    known = set(Field)
    for name, value in request.POST.items():
        place = name.removeprefix("column-")
        if name == place or not (place.isascii() and place.isdigit() and len(place) < 6 and value in known):
            continue
        field = Field(value)
        if field in chosen:
            raise _ChosenTwice(
                _("“%(field)s” was chosen for two columns; choose it for one.") % {"field": LABELS[field]}
            )
        chosen[field] = int(place)
    return chosen


@member_required(Role.CONTROLLER)
@require_POST
def confirm(request: MemberRequest, batch_id: int) -> HttpResponse:
    """Store the good rows: at once, or by the worker when there are many."""
    batch = _batch(batch_id)
    accepted = request.POST.getlist("accept")
    try:
        if batch.rows_total > _AT_ONCE:
            _hand_over(request, batch, accepted)
        else:
            invoice_import.confirm(
                batch_id=batch_id, on=request.today, actor=request.actor, accept_reviewed=accepted
            )
    except _REFUSALS as refusal:
        messages.error(request, capfirst(str(refusal)))
    return redirect("import_preview", request.organisation.slug, batch_id)


@transaction.atomic
def _hand_over(request: MemberRequest, batch: ImportBatchView, accepted: list[str]) -> None:
    """Give an import to the worker. Raises ImportIsOver, ImportIsRunning."""
    import_operations.queue_import(batch_id=batch.id)
    jobs.enqueue(
        "confirm_import",
        organisation_id=request.organisation.id,
        batch_id=batch.id,
        actor=request.actor,
        accepted=accepted,
    )


@member_required()
@require_GET
def running(request: MemberRequest, batch_id: int) -> HttpResponse:
    """How far a large import is; the page asks again by itself until it is done."""
    batch = _batch(batch_id)
    if batch.state == "RUNNING":
        return _running(request, batch)
    page = reverse("import_preview", args=[request.organisation.slug, batch_id])
    return HttpResponseClientRedirect(page) if request.htmx else redirect(page)  # type: ignore[attr-defined]


@member_required(Role.CONTROLLER)
@require_POST
def cancel(request: MemberRequest, batch_id: int) -> HttpResponse:
    """Throw an import away before it is confirmed."""
    _batch(batch_id)
    try:
        import_operations.cancel_import(batch_id=batch_id, actor=request.actor)
        messages.success(request, _("The import was cancelled; nothing was stored."))
    except import_operations.ImportIsOver as over:
        messages.error(request, capfirst(str(over)))
    return redirect("import", request.organisation.slug)


@member_required()
@require_GET
def rejected(request: MemberRequest, batch_id: int, form: str) -> HttpResponse:
    """The rows that were left out, as a file with the reasons."""
    if form not in TABLE_TYPES:
        raise Http404
    batch = _batch(batch_id)
    try:
        content = invoice_import.rejected_file(batch_id=batch_id, on=request.today, format=form)
    except (invoice_import.FileRefused, invoice_import.ColumnsMissing) as refusal:
        messages.error(request, capfirst(str(refusal)))
        return redirect("import_preview", request.organisation.slug, batch_id)
    name = f"{batch.name.rsplit('.', 1)[0]}-" + _("left-out")
    return download(content, f"{name}.{form}", TABLE_TYPES[form])
