"""Taking lists along: CSV for a spreadsheet, JSON for a program."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from tijdig.infra import tenancy
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.reporting import exports

_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@member_required()
@require_GET
def download(request: MemberRequest, what: str, form: str) -> HttpResponseBase:
    """Stream one of the exports; however long it is, it takes little memory."""
    if what not in exports.WHAT or form not in _TYPES:
        raise Http404
    lines = _lines(request.organisation.id, what, form, on=request.today)
    name = f"{request.organisation.slug}-{what}-{request.today.isoformat()}.{form}"
    return StreamingHttpResponse(
        lines, content_type=_TYPES[form], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _lines(organisation_id: int, what: str, form: str, *, on: date) -> Iterator[str]:
    """The answer is streamed after the view has left the organisation, so it enters it by itself."""
    with tenancy.within(organisation_id):
        rows = exports.export(what, on=on)
        if form == "csv":
            yield from exports.as_csv(what, rows=rows)
        else:
            yield from exports.as_json(what, on=on, rows=rows)
