"""Flows: the steps that are taken when an invoice stays open, and what they have ahead."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tijdig.domain.followup import Stage
from tijdig.dunning import queries as dunning
from tijdig.interfaces.web.access import MemberRequest, member_required

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


def _by_day(planned: tuple[dunning.Upcoming, ...]) -> list[tuple[date, list[tuple[Stage, int]]]]:
    """Return per day what is planned for each stage, in the order of the stages."""
    days: dict[date, dict[Stage, int]] = defaultdict(dict)
    for each in planned:
        days[each.on][each.stage] = days[each.on].get(each.stage, 0) + each.count
    return [(day, [(stage, days[day].get(stage, 0)) for stage in Stage]) for day in sorted(days)]
