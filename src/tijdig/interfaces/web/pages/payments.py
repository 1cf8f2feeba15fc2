"""Payments: what came in from customers, and what of it is not yet set against an invoice."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from tijdig.customers import queries as customers
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.listing import PAGE_SIZE, read_listing
from tijdig.ledger import queries as ledger

_TABS = (
    ("", pgettext_lazy("payments", "All")),
    ("WEEK", gettext_lazy("This week")),
    ("LEFT", gettext_lazy("On account")),
)


@member_required()
@require_GET
def listing(request: MemberRequest) -> HttpResponse:
    """The payments, newest first: all, those since Monday, or those with money left."""
    chosen = read_listing(
        request, filters={"show": tuple(tab for tab, _word in _TABS if tab), "currency": ()}
    )
    show = chosen.filters["show"]
    page = ledger.credit_page(
        left=show == "LEFT",
        since=request.today - timedelta(days=request.today.weekday()) if show == "WEEK" else None,
        until=request.today if show == "WEEK" else None,
        currency=chosen.filters["currency"][:3],
        after=chosen.after,
        limit=PAGE_SIZE,
    )
    names = customers.many({credit.customer_id for credit in page.credits})
    context = {
        "listing": chosen.with_pages(after=page.after),
        "rows": [(credit, names.get(credit.customer_id)) for credit in page.credits],
        "tabs": [(word, chosen.filter_link(show=tab), tab == show) for tab, word in _TABS],
        "show": show,
    }
    return render(request, "payments/list.html", context)
