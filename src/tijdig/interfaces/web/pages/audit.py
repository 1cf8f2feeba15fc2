"""Audit: what was done, by whom, newest first, and the proof that nobody changed it afterwards."""

from __future__ import annotations

from itertools import islice

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tijdig.customers import queries as customers
from tijdig.infra import audit
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.listing import PAGE_SIZE, is_key, read_listing
from tijdig.interfaces.web.statuses import SUBJECTS
from tijdig.ledger import queries as ledger

_MOST_BREAKS = 100


@member_required()
@require_GET
def trail(request: MemberRequest) -> HttpResponse:
    """The trail, newest first."""
    chosen = read_listing(request)
    found = audit.entries(limit=PAGE_SIZE + 1, before=chosen.after_id)
    more = found[PAGE_SIZE - 1].sequence if len(found) > PAGE_SIZE else None
    shown = found[:PAGE_SIZE]
    names = _names([entry.subject for entry in shown])
    rows = [(entry, names.get(entry.subject, entry.subject)) for entry in shown]
    return render(request, "audit/trail.html", {"listing": chosen.with_pages(after=more), "rows": rows})


def _names(subjects: list[str]) -> dict[str, str]:
    """Return what each subject is called: a word, and the number people know it by, or else its own."""
    parts = {subject: subject.partition(":")[::2] for subject in subjects}
    ids = {
        table: [int(key) for own, key in parts.values() if own == table and is_key(key)]
        for table in ("customer", "ledger_item")
    }
    numbers = {
        ("ledger_item", str(key)): item.number for key, item in ledger.items(ids["ledger_item"]).items()
    }
    people = {("customer", str(key)): each.name for key, each in customers.many(ids["customer"]).items()}
    return {
        subject: f"{SUBJECTS[table]} {numbers.get((table, key)) or people.get((table, key)) or key}"
        for subject, (table, key) in parts.items()
        if table in SUBJECTS
    }


@member_required()
@require_GET
def verify(request: MemberRequest) -> HttpResponse:
    """Go through the whole chain and say whether it holds."""
    breaks = tuple(islice(audit.breaks(), _MOST_BREAKS))
    newest = audit.entries(limit=1)
    context = {"breaks": breaks, "length": newest[0].sequence if newest else 0}
    return render(request, "audit/verify.html", context)
