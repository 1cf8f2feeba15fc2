"""Handing files over: bank statements are taken in at once, tables and e-invoices are shown first."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from tijdig.banking import operations as banking
from tijdig.domain.parties import Language
from tijdig.formats.archive import Member
from tijdig.infra import files
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.answers import download
from tijdig.interfaces.web.listing import is_key, read_listing
from tijdig.invoices import queries as invoices
from tijdig.organisations.queries import Role
from tijdig.processes import cash_application, invoice_import
from tijdig.processes.cash_application import BankImport
from tijdig.processes.demonstration import try_it
from tijdig.processes.invoice_import import PreviewRow, TableKind, Upload
from tijdig.processes.returns import Heard

TABLE_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SHOWN = 20
_MEGABYTE = 1024 * 1024
_INSIDE = " › "


class _ManyFiles(forms.FileInput):
    """A file box that takes several."""

    allow_multiple_selected = True

    def value_from_datadict(
        self,
        data: Any,  # noqa: ARG002  files come apart from the other fields
        files: MultiValueDict[str, UploadedFile[Any]],
        name: str,
    ) -> Any:
        """Return all the files that were chosen."""
        return files.getlist(name)


class _Files(forms.FileField):
    """Several files; each must hold something and be within bounds. Cleans to a list."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the files. Raises ValidationError that names each file that cannot be taken."""
        if not data:
            return super().clean(None, initial)
        wrong = [problem for file in data if (problem := self._problem(file))]
        if wrong:
            raise ValidationError(wrong)
        return data

    @staticmethod
    def _problem(file: UploadedFile[Any]) -> str:
        named = {"name": file.name, "size": settings.LARGEST_UPLOAD // _MEGABYTE}
        if not file.size:
            return _("%(name)s is empty. Save it once more, and choose it again.") % named
        if file.size > settings.LARGEST_UPLOAD:
            return _("%(name)s is larger than %(size)s MB. Split it, and choose the parts.") % named
        return ""


@dataclass(frozen=True, slots=True)
class OfUnknownAccount:
    """A bank file of accounts that nobody said are ours: kept as it came in, until somebody does."""

    file_id: int
    name: str
    accounts: tuple[str, ...]
    known: tuple[str, ...]


@dataclass(slots=True)
class _Refused:
    """What was not taken in of the files at hand, and why: in the form, of unknown accounts, taken back before."""

    form: UploadForm
    unknown: list[OfUnknownAccount] = field(default_factory=list)
    taken_back: list[int] = field(default_factory=list)
    """The statements that were."""


class UploadForm(forms.Form):
    """Files of any kind that can be imported."""

    chosen = _Files(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy("Choose one or several, or drop them here."),
        widget=_ManyFiles(
            attrs={"accept": ".xml,.csv,.txt,.tab,.xlsx,.zip,.sta,.mt940,.940,.942,.swi,.cod,.coda"}
        ),
        error_messages={"required": gettext_lazy("Choose a file first.")},
    )


@member_required()
@require_GET
def start(request: MemberRequest) -> HttpResponse:
    """Where an import begins: choose files, get a template, look at earlier imports."""
    return _start(request, UploadForm())


def _start(
    request: MemberRequest, form: UploadForm, unknown: Sequence[OfUnknownAccount] = ()
) -> HttpResponse:
    chosen = read_listing(request)
    found = invoices.import_batches(limit=_SHOWN + 1, before=chosen.after_id)
    context = {
        "form": form,
        "imports": found[:_SHOWN],
        "listing": chosen.with_pages(after=found[_SHOWN - 1].id if len(found) > _SHOWN else None),
        "templates": ((TableKind.INVOICES, _("Invoices")), (TableKind.CUSTOMERS, _("Customers"))),
        "largest": settings.LARGEST_UPLOAD // _MEGABYTE,
        "unknown": _by_accounts(unknown),
    }
    refused = form.errors or unknown
    return render(request, "imports/start.html", context, status=400 if refused else 200)


def _by_accounts(
    unknown: Sequence[OfUnknownAccount],
) -> list[tuple[Sequence[OfUnknownAccount], Sequence[OfUnknownAccount]]]:
    """Return the files that are of the same accounts together, each time beside all others."""
    groups = dict.fromkeys(each.accounts for each in unknown)
    return [
        (
            [each for each in unknown if each.accounts == accounts],
            [each for each in unknown if each.accounts != accounts],
        )
        for accounts in groups
    ]


@member_required(Role.CONTROLLER)
@require_POST
def upload(request: MemberRequest) -> HttpResponse:
    """Take files: a bank statement is processed at once, the rest is shown first."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _start(request, form)
    uploads = [
        Upload(_name_of(member, file.name or "", len(members)), member.content)
        for file in form.cleaned_data["chosen"]
        for members in [cash_application.unpacked(file.name or "", file.read())]
        for member in members
    ]
    return _taken(request, form, uploads)


def _name_of(member: Member, name: str, members: int) -> str:
    """Return what a file is called: one out of a zip with the name of the zip before it."""
    return name if members == 1 and member.name == name else f"{name}{_INSIDE}{member.name}"


@member_required(Role.CONTROLLER)
@require_POST
def take_in_as_ours(request: MemberRequest) -> HttpResponse:
    """Take kept bank files in of which a person says that their accounts are ours; ask on about the others."""
    return _taken(request, UploadForm(), _kept(request, "other"), ours=_kept(request, "ours"))


def _kept(request: MemberRequest, field: str) -> list[Upload]:
    """Return the kept bank files that a page names."""
    keys = request.POST.getlist(field)
    if not all(is_key(key) for key in keys):
        raise Http404
    try:
        found = [files.read(int(key)) for key in keys]
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    uploads = [Upload(each.name, bytes(each.content)) for each in found]
    if not all(cash_application.is_bank_file(each.content) for each in uploads):
        raise Http404
    return uploads


def _taken(
    request: MemberRequest, form: UploadForm, uploads: Sequence[Upload], ours: Sequence[Upload] = ()
) -> HttpResponse:
    """Take the files in, each where it belongs, and go on to where the work is.

    Of bank files in `ours` a person said that their accounts are the organisation's.
    """
    statements, others = _sorted_out(uploads)
    refused = _Refused(form)
    taken_in = [
        done
        for said, part in ((True, ours), (False, statements))
        for each in part
        if (done := _take_in(request, refused, each, new_accounts=said))
    ]
    opened = [batch_id for part in others if (batch_id := _open(request, form, part))]
    if len(opened) > 1:
        _count_rows(request, opened)
    if form.errors or refused.unknown:
        return _start(request, form, refused.unknown)
    if refused.taken_back and not taken_in and not opened:
        return redirect("statement", request.organisation.slug, refused.taken_back[0])
    return redirect(_next_page(request, taken_in, opened))


def _count_rows(request: MemberRequest, opened: Sequence[int]) -> None:
    """Look at each of several imports, so that the list tells what is in them; a page shows what is wrong."""
    for batch_id in opened:
        with suppress(invoice_import.FileRefused):
            invoice_import.preview(batch_id=batch_id, on=request.today)


def _sorted_out(uploads: Sequence[Upload]) -> tuple[list[Upload], list[list[Upload]]]:
    """Return the bank statements, and the imports the others make: each table one, all e-invoices one."""
    statements: list[Upload] = []
    tables: list[Upload] = []
    documents: list[Upload] = []
    for each in uploads:
        if cash_application.is_bank_file(each.content):
            statements.append(each)
        elif each.name.lower().endswith((".xml", ".zip")):
            documents.append(each)
        else:
            tables.append(each)
    return statements, [*([each] for each in tables), *([documents] if documents else [])]


def _open(request: MemberRequest, form: UploadForm, uploads: Sequence[Upload]) -> int | None:
    """Open an import and return its id; None when there is nothing to confirm, which is then said."""
    try:
        with transaction.atomic():
            batch_id = invoice_import.receive(uploads=uploads, actor=request.actor)
            left_out = invoice_import.left_out(batch_id=batch_id, on=request.today)
            if not left_out:
                return batch_id
            transaction.set_rollback(True)
    except invoice_import.FileRefused as refusal:
        form.add_error("chosen", f"{uploads[0].name}: {refusal}")
        return None
    name = uploads[0].name if len(uploads) == 1 else ""
    refused = [row for row in left_out if row.problems]
    for row in refused[:_SHOWN]:
        form.add_error("chosen", f"{_place_of(row, name)}: {'; '.join(row.problems)}")
    if len(refused) > _SHOWN:
        form.add_error("chosen", _("and %(count)s more") % {"count": len(refused) - _SHOWN})
    if not refused:
        named = name or f"{uploads[0].name} + {len(uploads) - 1}"
        messages.info(request, _("%(name)s was here already; nothing was added.") % {"name": named})
    return None


def _place_of(row: PreviewRow, name: str) -> str:
    """Return where a document is: in the file of that name, or in itself one of several."""
    return row.where if not name or row.where.startswith(name) else f"{name}{_INSIDE}{row.where}"


def _take_in(
    request: MemberRequest, refused: _Refused, statement: Upload, *, new_accounts: bool
) -> BankImport | None:
    """Import a bank statement and tell what came of it; None when it was refused: then `refused` says why.

    One of an account that is not known is kept, for a person to say whose it is.
    """
    try:
        done = cash_application.import_bank_file(
            name=statement.name,
            content=statement.content,
            on=request.today,
            actor=request.actor,
            new_accounts=new_accounts,
        )
    except banking.TakenBackBefore as before:
        messages.error(request, str(before))
        refused.taken_back.append(before.statement_id)
        return None
    except banking.AccountUnknown as stranger:
        kept, _is_new = files.keep(name=statement.name, content=statement.content)
        refused.unknown.append(OfUnknownAccount(kept.pk, statement.name, stranger.accounts, stranger.known))
        return None
    except (banking.BankFileRefused, cash_application.TooBusy) as refusal:
        refused.form.add_error("chosen", f"{statement.name}: {refusal}")
        return None
    report(request, statement.name, done)
    return done


def report(request: MemberRequest, name: str, done: BankImport) -> None:
    """Tell the person what came of a bank file."""
    if done.heard is not None and done.is_new:
        messages.success(request, _what_was_heard(name, done.heard))
        return
    if not done.new_lines:
        messages.info(request, _("%(name)s was here already; nothing was added.") % {"name": name})
        return
    numbers = {
        "name": name,
        "new": done.new_lines,
        "booked": done.booked,
        "waiting": done.waiting,
        "ignored": done.ignored,
    }
    new = ngettext("%(name)s: %(new)s new movement.", "%(name)s: %(new)s new movements.", done.new_lines)
    became = _("Booked by themselves: %(booked)s. Waiting for you: %(waiting)s. Needing nobody: %(ignored)s.")
    messages.success(request, f"{new % numbers} {became % numbers}")
    if done.rejected:
        text = ngettext(
            "%(name)s: %(count)s entry could not be read; the statement says why.",
            "%(name)s: %(count)s entries could not be read; the statement says why.",
            done.rejected,
        )
        messages.error(request, text % {"name": name, "count": done.rejected})


def _what_was_heard(name: str, heard: Heard) -> str:
    """Return what came of a bank's report on orders, in words."""
    said = {
        "name": name,
        "refunds": heard.refunds,
        "returns": heard.returns,
        "told": heard.told_already,
        "unknown": heard.unknown,
    }
    if not heard.is_ours:
        text = _(
            "%(name)s: your bank's report on orders. Nothing in it is about your payments or collections."
        )
    elif not (heard.refunds or heard.returns or heard.told_already or heard.unknown):
        text = _(
            "%(name)s: your bank's report on orders. It refuses none of your payments; nothing has to be done."
        )
    else:
        text = _(
            "%(name)s: your bank's report on orders. Refunds refused: %(refunds)s. Payments taken back: %(returns)s. "
            "Known already: %(told)s. About nothing that is here: %(unknown)s."
        )
    return text % said


def _next_page(request: MemberRequest, taken_in: Sequence[BankImport], opened: Sequence[int]) -> str:
    """Return where the work goes on: what is to be confirmed goes before what is done."""
    slug = request.organisation.slug
    if len(opened) == 1:
        return reverse("import_preview", args=[slug, opened[0]])
    if opened:
        messages.info(request, _("Each file is an import of its own: look at them one after another."))
        return reverse("import_preview", args=[slug, opened[0]])
    statements = [statement for done in taken_in for statement in done.statements]
    if not taken_in:
        return reverse("import", args=[slug])
    if len(statements) == 1:
        return f"{reverse('bank', args=[slug])}?statement={statements[0].id}"
    return reverse("bank", args=[slug])


@member_required()
@require_GET
def template(request: MemberRequest, kind: str, form: str) -> HttpResponse:
    """A file to fill in, in the reader's language."""
    if form not in TABLE_TYPES or kind.upper() not in set(TableKind):
        raise Http404
    language = Language(request.LANGUAGE_CODE[:2])
    content = invoice_import.template(kind=TableKind(kind.upper()), language=language, format=form)
    return download(content, f"tijdig-{kind}.{form}", TABLE_TYPES[form])


@member_required()
@require_GET
def try_out(request: MemberRequest) -> HttpResponse:
    """Files to try Tijdig with, in the demonstration."""
    return render(request, "imports/try_it.html", {"files": _try_it_files(request)})


@member_required()
@require_GET
def try_out_file(request: MemberRequest, key: str) -> HttpResponse:
    """One of the files to try."""
    for file in _try_it_files(request):
        if file.key == key:
            return download(file.content, file.name, file.content_type)
    raise Http404


@member_required(Role.CONTROLLER)
@require_POST
def try_out_import(request: MemberRequest, key: str) -> HttpResponse:
    """Import one of the files to try, as if it had been uploaded."""
    file = next((each for each in _try_it_files(request) if each.key == key), None)
    if file is None:
        raise Http404
    return _taken(request, UploadForm(), [Upload(file.name, file.content)])


def _try_it_files(request: MemberRequest) -> tuple[try_it.TryItFile, ...]:
    try:
        return try_it.files(request.organisation)
    except try_it.NoDemonstration as none:
        raise Http404 from none
