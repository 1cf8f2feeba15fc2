"""Audit: what was done, by whom, newest first, and the proof that nobody changed it afterwards."""

from __future__ import annotations

from itertools import islice

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tijdig.infra import audit
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.listing import PAGE_SIZE, read_listing

_MOST_BREAKS = 100


@member_required()
@require_GET
def trail(request: MemberRequest) -> HttpResponse:
    """The trail, newest first."""
    chosen = read_listing(request)
    found = audit.entries(limit=PAGE_SIZE + 1, before=chosen.after_id)
    more = found[PAGE_SIZE - 1].sequence if len(found) > PAGE_SIZE else None
    context = {"listing": chosen.with_pages(after=more), "entries": found[:PAGE_SIZE]}
    return render(request, "audit/trail.html", context)


@member_required()
@require_GET
def verify(request: MemberRequest) -> HttpResponse:
    """Go through the whole chain and say whether it holds."""
    breaks = tuple(islice(audit.breaks(), _MOST_BREAKS))
    newest = audit.entries(limit=1)
    context = {"breaks": breaks, "length": newest[0].sequence if newest else 0}
    return render(request, "audit/verify.html", context)
