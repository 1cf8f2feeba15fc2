"""The table of a bank nobody knows yet: point out once which column holds what, and it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tijdig.banking import operations as banking
from tijdig.banking import queries as bank
from tijdig.formats.bank_table import Holds, LayoutInvalid
from tijdig.formats.table import TableRefused
from tijdig.infra import files
from tijdig.infra.readers_language import in_words
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.pages.uploads import report
from tijdig.invoices import operations as import_operations
from tijdig.invoices import queries as invoices
from tijdig.organisations.queries import Role
from tijdig.processes import cash_application
from tijdig.processes.cash_application import TablePreview

_WORDS: Mapping[Holds, object] = {
    Holds.BOOKING_DATE: gettext_lazy("Date"),
    Holds.VALUE_DATE: gettext_lazy("Value date"),
    Holds.AMOUNT: gettext_lazy("Amount, with its sign"),
    Holds.MONEY_IN: gettext_lazy("Money in"),
    Holds.MONEY_OUT: gettext_lazy("Money out"),
    Holds.IN_OR_OUT: gettext_lazy("In or out"),
    Holds.CURRENCY: gettext_lazy("Currency"),
    Holds.ACCOUNT: gettext_lazy("Own account"),
    Holds.NAME: gettext_lazy("Name of the other side"),
    Holds.COUNTER_ACCOUNT: gettext_lazy("Account of the other side"),
    Holds.TEXT: gettext_lazy("Description"),
    Holds.REFERENCE: gettext_lazy("Payment reference"),
    Holds.END_TO_END_ID: gettext_lazy("End-to-end reference"),
    Holds.MANDATE_ID: gettext_lazy("Mandate reference"),
    Holds.BANK_REFERENCE: gettext_lazy("The bank's reference"),
    Holds.BALANCE_AFTER: gettext_lazy("Balance after it"),
    Holds.RETURN_REASON: gettext_lazy("Why it came back"),
    Holds.ORIGINAL_AMOUNT: gettext_lazy("Original amount"),
    Holds.ORIGINAL_CURRENCY: gettext_lazy("Original currency"),
    Holds.EXCHANGE_RATE: gettext_lazy("Exchange rate"),
}


class _Column(NamedTuple):
    """A column of the file: its place, header, an example, and what it can hold (code, word, chosen)."""

    place: int
    name: str
    example: str
    choices: list[tuple[str, str, bool]]


@member_required(Role.CONTROLLER)
@require_http_methods(["GET", "POST"])
def columns(request: MemberRequest, batch_id: int) -> HttpResponse:
    """Point out the columns and look at what they bring (GET), then import it and keep them (POST)."""
    try:
        batch = invoices.import_batch(batch_id)
    except invoices.ImportMissing as missing:
        raise Http404 from missing
    if batch.state in ("DONE", "CANCELLED") or batch.source_format not in ("CSV", "XLSX"):
        return redirect("import", request.organisation.slug)
    content = files.content_of(batch.file_id)
    given = request.POST if request.method == "POST" else request.GET
    chosen = _chosen(given) if "account" in given else None
    account = given.get("account", "").replace("\x00", "").strip()[:40]
    try:
        shown = cash_application.table_preview(content=content, columns=chosen, account=account)
    except TableRefused as refusal:
        messages.error(request, capfirst(in_words(str(refusal))))
        return redirect("import", request.organisation.slug)
    if request.method == "POST" and not shown.problem:
        return _import(request, batch, content, shown, account)
    return _page(request, batch, shown, account)


def _chosen(given: QueryDict) -> dict[int, Holds]:
    known = set(Holds)
    return {
        int(place): Holds(value)
        for name, value in given.items()
        if value in known
        and (place := name.removeprefix("column-")) != name
        and place.isascii()
        and place.isdigit()
        and len(place) < 4
    }


def _page(
    request: MemberRequest,
    batch: invoices.ImportBatchView,
    shown: TablePreview,
    account: str,
    *,
    unknown: banking.AccountUnknown | None = None,
) -> HttpResponse:
    context = {
        "batch": batch,
        "unknown": unknown,
        "shown": shown,
        "problem": in_words(shown.problem) if shown.problem else "",
        "account": account,
        "accounts": bank.accounts(),
        "says_account": Holds.ACCOUNT in shown.columns.values(),
        "columns": [
            _Column(
                place,
                name,
                shown.examples[place],
                [(what.value, str(word), shown.columns.get(place) is what) for what, word in _WORDS.items()],
            )
            for place, name in enumerate(shown.header)
        ],
    }
    status = 400 if request.method == "POST" and (shown.problem or unknown) else 200
    return render(request, "imports/bank_table.html", context, status=status)


def _import(
    request: MemberRequest,
    batch: invoices.ImportBatchView,
    content: bytes,
    shown: TablePreview,
    account: str,
) -> HttpResponse:
    """Keep the columns, take the movements in, and close the import that the file came by: all or nothing."""
    try:
        with transaction.atomic():
            cash_application.keep_layout(
                content=content, columns=shown.columns, account=account, actor=request.actor
            )
            done = cash_application.import_bank_file(
                name=batch.name,
                content=content,
                on=request.today,
                actor=request.actor,
                new_accounts="ours" in request.POST,
            )
            import_operations.cancel_import(batch_id=batch.id, actor=request.actor)
    except banking.AccountUnknown as unknown:
        return _page(request, batch, shown, account, unknown=unknown)
    except (
        LayoutInvalid,
        banking.BankFileRefused,
        cash_application.TooBusy,
        import_operations.ImportIsOver,
    ) as refusal:
        messages.error(request, capfirst(str(refusal)))
        return _page(request, batch, shown, account)
    report(request, batch.name, done)
    return redirect("bank", request.organisation.slug)
