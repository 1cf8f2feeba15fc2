"""Taking lists along: Excel and CSV as people here open them, JSON for a program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import translation
from django.views.decorators.http import require_GET

from tijdig.formats.table_writer import Cell, csv_lines, xlsx_bytes
from tijdig.infra import tenancy
from tijdig.interfaces.web import export_tables, tags
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.answers import download as as_file
from tijdig.reporting import exports

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@member_required()
@require_GET
def download(request: MemberRequest, what: str, form: str) -> HttpResponseBase:
    """Give one of the exports: the rows of the list it was asked from, in the reader's language.

    CSV and JSON are streamed: however long they are, they take little memory.
    """
    if what not in exports.WHAT or form not in _TYPES:
        raise Http404
    asked = {name: str(value).replace("\x00", "") for name, value in request.GET.items()}
    name = f"{request.organisation.slug}-{what}-{request.today.isoformat()}.{form}"
    if form == "xlsx":
        header, rows = _table(what, asked, on=request.today)
        return as_file(xlsx_bytes(header, rows), name, _TYPES[form])
    write = _json if form == "json" else _csv
    language = translation.get_language() or "en"
    lines = _inside(request.organisation.id, language, write(what, asked, on=request.today))
    response: HttpResponse = StreamingHttpResponse(lines, content_type=_TYPES[form])  # type: ignore[assignment]
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _inside(organisation_id: int, language: str, lines: Iterator[str]) -> Iterator[str]:
    """The answer is streamed after the view has left the organisation, so it enters it by itself."""
    with tenancy.within(organisation_id), translation.override(language):
        yield from lines


def _json(what: str, asked: Mapping[str, str], *, on: date) -> Iterator[str]:
    rows = filter(export_tables.kept(what, asked), exports.export(what, on=on))
    yield from exports.as_json(what, on=on, rows=rows)


def _csv(what: str, asked: Mapping[str, str], *, on: date) -> Iterator[str]:
    header, rows = _table(what, asked, on=on)
    sign = "." if (translation.get_language() or "en").startswith("en") else ","
    yield from csv_lines(header, rows, decimal_sign=sign)


def _table(what: str, asked: Mapping[str, str], *, on: date) -> tuple[list[str], Iterator[tuple[Cell, ...]]]:
    columns = exports.columns(what)
    rows = filter(export_tables.kept(what, asked), exports.export(what, on=on, say=tags.reason))
    return [export_tables.heading(column) for column in columns], export_tables.cells(what, rows, columns)
