"""Taking lists along: CSV or Excel for a spreadsheet, JSON for a program, PDF for paper; of today or any day."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.views.decorators.http import require_GET

from tijdig.domain.reasons import Reason
from tijdig.formats.table_writer import csv_lines, write_xlsx
from tijdig.infra import tenancy
from tijdig.interfaces.web import answers, export_tables, tags
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.pages.insight import narrowing, read_day
from tijdig.messaging.typesetting import PagesNotMade
from tijdig.processes.message_making import house
from tijdig.reporting import exports, position_pdf

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_PAGES = {"ageing": "insight", "open-items": "open_items"}


@member_required()
@require_GET
def download(request: MemberRequest, what: str, form: str) -> HttpResponseBase:
    """Give an export: the rows of the list it was asked from, for a spreadsheet in the reader's language.

    CSV and JSON are streamed: however long they are, they take little memory.
    """
    if what not in exports.WHAT or form not in TYPES or (form == "pdf" and what not in _PAGES):
        raise Http404
    on, which = read_day(request), narrowing(request)
    if which.of_one_customer and not (exports.of_one_customer(what) or export_tables.of_one_customer(what)):
        raise Http404
    name = f"{request.organisation.slug}-{what}-{on.isoformat()}.{form}"
    try:
        if form == "pdf":
            make = position_pdf.ageing if what == "ageing" else position_pdf.open_items
            return plain_file(make(on, which, house=house(), at=request.now), name, form)
        return as_file(what, form, name, rows=_rows(request, what, form, on=on), on=on)
    except (position_pdf.TooLong, PagesNotMade, exports.TooManyRows) as problem:
        messages.error(request, str(problem))
        return redirect(_PAGES.get(what, "insight"), request.organisation.slug)


def _rows(request: MemberRequest, what: str, form: str, *, on: date) -> Iterator[dict[str, Any]]:
    """Return the rows of the list the address asks for; a program reads the reasons in English."""
    asked = {name: str(value).replace("\x00", "") for name, value in request.GET.items()}
    customer_id = narrowing(request).customer_id if exports.of_one_customer(what) else None
    say: Callable[[Reason], str] = str if form == "json" else tags.reason
    rows = exports.export(what, on=on, customer_id=customer_id, say=say)
    return filter(export_tables.kept(what, asked), rows)


def plain_file(content: bytes, name: str, form: str) -> HttpResponse:
    """Return a file that is there whole."""
    return answers.download(content, name, TYPES[form], inline=form == "pdf")


def as_file(
    what: str, form: str, name: str, *, rows: Iterable[dict[str, Any]], on: date, since: date | None = None
) -> HttpResponseBase:
    """Return these rows of an export as a table, or as JSON. Raises exports.TooManyRows."""
    if form == "json":
        return _streamed(exports.as_json(what, on=on, rows=rows, since=since), name, form)
    columns = exports.columns(what)
    header = [export_tables.heading(column) for column in columns]
    if form == "csv":
        sign = "." if (translation.get_language() or "en").startswith("en") else ","
        cells = export_tables.cells(what, rows, columns)
        return _streamed(csv_lines(header, cells, decimal_sign=sign), name, form)
    made = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    write_xlsx(made, header, export_tables.cells(what, exports.within_a_sheet(rows), columns))
    made.seek(0)
    return FileResponse(made, as_attachment=True, filename=name, content_type=TYPES[form])


def _streamed(pieces: Iterator[str], name: str, form: str) -> HttpResponseBase:
    """The answer is streamed after the view has left the organisation and its language; it enters them again."""
    lines = _inside(tenancy.current_organisation_id(), translation.get_language() or "en", pieces)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type=TYPES[form], headers=headers)


def _inside(organisation_id: int, language: str, pieces: Iterator[str]) -> Iterator[str]:
    with tenancy.within(organisation_id), translation.override(language):
        yield from pieces
