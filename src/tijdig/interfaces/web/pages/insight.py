"""Insight: what was open on any day, how late it was, and what was on account, down to the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from tijdig.customers import queries as customers
from tijdig.domain.money import Money
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.ageing_bar import ageing_bar
from tijdig.interfaces.web.listing import PAGE_SIZE, Listing, is_key, read_listing
from tijdig.ledger import queries as ledger
from tijdig.ledger.queries import PositionThen
from tijdig.ledger.queries.figures import STARTS
from tijdig.reporting import positions
from tijdig.reporting.positions import AgeingRow, AgeingSort, Narrowing

_TABS = (
    ("insight", gettext_lazy("Ageing"), "ageing"),
    ("open_items", gettext_lazy("Open items"), "open-items"),
    ("money_on_account", gettext_lazy("On account"), "on-account"),
)
_LONGEST_OFFSET = 10_000_000


@dataclass(frozen=True, slots=True)
class _Day:
    """A day to choose with one click."""

    word: str
    link: str
    here: bool


def read_day(request: MemberRequest, name: str = "on") -> date:
    """Return the day the address asks for, today where it names none."""
    text = request.GET.get(name, "")
    try:
        return date.fromisoformat(text) if len(text) == 10 else request.today
    except ValueError:
        return request.today


@member_required()
@require_GET
def ageing(request: MemberRequest) -> HttpResponse:
    """Per customer what was open by how late, and what was on account."""
    chosen, which, on = _read(request, sorts=("-late", "-open", "-oldest", "name"))
    offset = _offset(chosen)
    found = positions.ageing(on, which, sort=_sort(chosen), offset=offset, limit=PAGE_SIZE + 1)
    context = _context(request, "insight", chosen, which, on, found, offset)
    slug = request.organisation.slug
    context["rows"] = [_figures_of(row, slug, on, row.customer_id) for row in found[:PAGE_SIZE]]
    context["totals"] = [_figures_of(each, slug, on, which.customer_id) for each in context["positions"]]
    context["bucket_names"] = positions.short_bucket_names()
    context["charts"] = [
        ageing_bar(position.ageing, slug, on=on, customer_id=which.customer_id)
        for position in context["positions"]
        if position.open_minor
    ]
    return render(request, "insight/ageing.html", context)


@member_required()
@require_GET
def open_items(request: MemberRequest) -> HttpResponse:
    """Each item that was open, with what was open on it and how late it was."""
    chosen, which, on = _read(request, more={"age": positions.AGES})
    offset = _offset(chosen)
    found = positions.open_items(on, which, offset=offset, limit=PAGE_SIZE + 1)
    context = _context(request, "open_items", chosen, which, on, found, offset)
    context["rows"] = [(row, row.item.days_late(on)) for row in found[:PAGE_SIZE]]
    context["ages"] = _ages()
    count = positions.open_count(context["positions"], which.age)
    shown = number_format(count, force_grouping=True)
    context["shown"] = ngettext("%(count)s open item", "%(count)s open items", count) % {"count": shown}
    return render(request, "insight/open_items.html", context)


@member_required()
@require_GET
def on_account(request: MemberRequest) -> HttpResponse:
    """Money of customers that had settled nothing yet."""
    chosen, which, on = _read(request)
    offset = _offset(chosen)
    found = positions.on_account(on, which, offset=offset, limit=PAGE_SIZE + 1)
    context = _context(request, "money_on_account", chosen, which, on, found, offset)
    context["rows"] = found[:PAGE_SIZE]
    return render(request, "insight/on_account.html", context)


def narrowing(request: MemberRequest) -> Narrowing:
    """Return which part of a report the address asks for. Raises Http404 for a customer who is not there."""
    asked = request.GET
    customer = asked.get("customer", "")
    if is_key(customer) and int(customer) not in customers.many([int(customer)]):
        raise Http404
    age, currency = asked.get("age", ""), asked.get("currency", "")
    return Narrowing(
        customer_id=int(customer) if is_key(customer) else None,
        currency=currency if len(currency) == 3 and currency.isalpha() else "",
        age=age if age in positions.AGES else "",
    )


def _read(
    request: MemberRequest, *, sorts: Sequence[str] = ("",), more: dict[str, Sequence[str]] | None = None
) -> tuple[Listing, Narrowing, date]:
    on, which = read_day(request), narrowing(request)
    filters: dict[str, Sequence[str]] = {
        "on": (on.isoformat(),),
        "customer": (),
        "currency": (),
        **(more or {}),
    }
    chosen = read_listing(request, sorts=sorts, filters=filters)
    return chosen, which, on


def _sort(chosen: Listing) -> str:
    return chosen.sort if chosen.sort.removeprefix("-") in set(AgeingSort) else "-late"


def _offset(chosen: Listing) -> int:
    """Return how many rows come before this page: a report is one reading of one day, page by page."""
    if chosen.before_id is not None:
        return min(max(chosen.before_id - PAGE_SIZE, 0), _LONGEST_OFFSET)
    return min(chosen.after_id or 0, _LONGEST_OFFSET)


def _context(
    request: MemberRequest,
    here: str,
    chosen: Listing,
    which: Narrowing,
    on: date,
    found: Sequence[object],
    offset: int,
) -> dict[str, Any]:
    query = {"on": on.isoformat(), "customer": str(which.customer_id or "")}
    whole = urlencode({name: value for name, value in query.items() if value})
    kept = f"{whole}&currency={which.currency}" if which.currency else whole
    slug = request.organisation.slug
    all_positions = ledger.position_as_of(on, customer_id=which.customer_id)
    return {
        "listing": chosen.with_pages(
            after=offset + PAGE_SIZE if len(found) > PAGE_SIZE else None, before=offset or None
        ),
        "on": on,
        "is_today": on == request.today,
        "days": _days(chosen, on, request.today),
        "tabs": [(word, f"{reverse(name, args=[slug])}?{kept}", name == here) for name, word, _what in _TABS],
        "what": next(what for name, _word, what in _TABS if name == here),
        "kept": kept,
        "export_query": whole,
        "everybody_link": chosen.filter_link(customer=""),
        "customer": customers.get(which.customer_id) if which.customer_id is not None else None,
        "positions": [each for each in all_positions if which.currency in ("", each.currency)],
        "currencies": [each.currency for each in all_positions],
        "currency": which.currency,
    }


def _days(chosen: Listing, on: date, today: date) -> list[_Day]:
    """Return the days people close their books at."""
    month = today.replace(day=1)
    quarter = month.replace(month=(month.month - 1) // 3 * 3 + 1)
    days: dict[str | Promise, date] = {
        _("Today"): today,
        _("Last month"): month - timedelta(days=1),
        _("Last quarter"): quarter - timedelta(days=1),
        _("Last year"): month.replace(month=1) - timedelta(days=1),
    }
    return [_Day(str(word), chosen.filter_link(on=day.isoformat()), day == on) for word, day in days.items()]


def _ages() -> list[tuple[str, str]]:
    names = [positions.bucket_name(start, end) for start, end in _bounds()]
    return [(positions.LATE, _("Everything late")), *((str(place), name) for place, name in enumerate(names))]


def _bounds() -> list[tuple[int | None, int | None]]:
    ends = [start - 1 for start in STARTS[1:]]
    return [(None, 0), *zip(STARTS, [*ends, None], strict=True)]


def _figures_of(
    row: AgeingRow | PositionThen, slug: str, on: date, customer_id: int | None
) -> tuple[object, list[tuple[str, Money, str]], str]:
    """Return the row, its buckets each with name and link to its items, and the link to all of them."""
    query = {"on": on.isoformat(), "customer": str(customer_id or ""), "currency": row.currency}
    known = urlencode({name: value for name, value in query.items() if value})
    link = f"{reverse('open_items', args=[slug])}?{known}"
    named = zip(positions.short_bucket_names(), row.buckets, strict=True)
    return row, [(name, amount, f"{link}&age={place}") for place, (name, amount) in enumerate(named)], link
