"""Flows: the steps that are taken when an invoice stays open, and what they have ahead."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tijdig.customers import queries as customers
from tijdig.domain.followup import Stage
from tijdig.dunning import queries as dunning
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.listing import PAGE_SIZE, read_listing
from tijdig.ledger import queries as ledger

_DAYS_AHEAD = 14


@member_required()
@require_GET
def overview(request: MemberRequest) -> HttpResponse:
    """Every flow with its steps as a time line, and what is planned for the coming days."""
    until = request.today + timedelta(days=_DAYS_AHEAD)
    context = {
        "flows": [each for each in dunning.flows() if each.is_newest or each.followed],
        "ahead": _by_day(dunning.upcoming(on=request.today, until=until)),
        "stages": tuple(Stage),
        "until": until,
    }
    return render(request, "flows/overview.html", context)


@member_required()
@require_GET
def planned(request: MemberRequest) -> HttpResponse:
    """The invoices for which a step is planned on a day."""
    chosen = read_listing(request, filters={"on": (), "stage": tuple(Stage)})
    try:
        day, stage = date.fromisoformat(chosen.filters["on"]), Stage(chosen.filters["stage"])
    except ValueError as wrong:
        raise Http404 from wrong
    found = dunning.planned(
        day=day, stage=stage, on=request.today, after=chosen.after_id, limit=PAGE_SIZE + 1
    )
    shown, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    items = ledger.items([each.item_id for each in shown])
    names = customers.many({each.customer_id for each in shown})
    context = {
        "listing": chosen.with_pages(after=shown[-1].id if more else None),
        "rows": [
            (items[each.item_id], names.get(each.customer_id)) for each in shown if each.item_id in items
        ],
        "day": day,
        "stage": stage,
    }
    return render(request, "flows/planned.html", context)


def _by_day(planned: tuple[dunning.Upcoming, ...]) -> list[tuple[date, list[tuple[Stage, int]]]]:
    """Return per day what is planned for each stage, in the order of the stages."""
    days: dict[date, dict[Stage, int]] = defaultdict(dict)
    for each in planned:
        days[each.on][each.stage] = days[each.on].get(each.stage, 0) + each.count
    return [(day, [(stage, days[day].get(stage, 0)) for stage in Stage]) for day in sorted(days)]
