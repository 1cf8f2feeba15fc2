"""Taking lists along: CSV or Excel for a spreadsheet, JSON for a program, PDF for paper; of today or any day."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from tijdig.infra import tenancy
from tijdig.interfaces.web import answers
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
    """Stream one of the exports; however long it is, it takes little memory."""
    if what not in exports.WHAT or form not in TYPES or (form == "pdf" and what not in _PAGES):
        raise Http404
    on, which = read_day(request), narrowing(request)
    if which.of_one_customer and not exports.of_one_customer(what):
        raise Http404
    name = f"{request.organisation.slug}-{what}-{on.isoformat()}.{form}"
    try:
        if form == "pdf":
            make = position_pdf.ageing if what == "ageing" else position_pdf.open_items
            return plain_file(make(on, which, house=house(), at=request.now), name, form)
        if form == "xlsx":
            return as_file(
                what, form, name, rows=exports.export(what, on=on, customer_id=which.customer_id), on=on
            )
    except (position_pdf.TooLong, PagesNotMade, exports.TooManyRows) as problem:
        messages.error(request, str(problem))
        return redirect(_PAGES.get(what, "insight"), request.organisation.slug)
    lines = _lines(request.organisation.id, what, form, on=on, customer_id=which.customer_id)
    return StreamingHttpResponse(lines, content_type=TYPES[form], headers=_named(name))


def plain_file(content: bytes, name: str, form: str) -> HttpResponse:
    """Return a file that is there whole."""
    return answers.download(content, name, TYPES[form], inline=form == "pdf")


def as_file(
    what: str, form: str, name: str, *, rows: Iterable[dict[str, Any]], on: date, since: date | None = None
) -> HttpResponseBase:
    """Return these rows of an export as a table. Raises exports.TooManyRows."""
    if form == "xlsx":
        made = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
        exports.write_xlsx(what, made, rows=rows)
        made.seek(0)
        return FileResponse(made, as_attachment=True, filename=name, content_type=TYPES[form])
    pieces = (
        exports.as_csv(what, rows=rows)
        if form == "csv"
        else exports.as_json(what, on=on, rows=rows, since=since)
    )
    return StreamingHttpResponse(pieces, content_type=TYPES[form], headers=_named(name))


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _lines(organisation_id: int, what: str, form: str, *, on: date, customer_id: int | None) -> Iterator[str]:
    """The answer is streamed after the view has left the organisation, so it enters it by itself."""
    with tenancy.within(organisation_id):
        rows = exports.export(what, on=on, customer_id=customer_id)
        if form == "csv":
            yield from exports.as_csv(what, rows=rows)
        else:
            yield from exports.as_json(what, on=on, rows=rows)
