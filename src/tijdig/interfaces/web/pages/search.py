"""Search everything: customers and invoices by what one remembers of them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from tijdig.customers import queries as customers
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.pages.customers import state_of
from tijdig.ledger import queries as ledger

_SHOWN = 10


@member_required()
@require_GET
def everything(request: MemberRequest) -> HttpResponse:
    """Show what fits; go straight to it when an invoice or customer has exactly this number."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    slug = request.organisation.slug
    if words:
        exact = ledger.known_numbers([words])
        if words in exact:
            return redirect("invoice", slug, exact[words].id)
        by_number = customers.by_numbers([words])
        if words in by_number:
            return redirect("customer", slug, by_number[words])
    found = customers.page(search=words, limit=_SHOWN).rows if words else ()
    items = _items(request, words) if words else ()
    names = customers.many({item.customer_id for item in items})
    context = {
        "everything": words,
        "customers": found,
        "items": [(item, names.get(item.customer_id), state_of(item, on=request.today)) for item in items],
    }
    return render(request, "search/found.html", context)


def _items(request: MemberRequest, words: str) -> tuple[ledger.ItemView, ...]:
    page = ledger.item_page(
        on=request.today, status=ledger.ItemStatus.ALL, search=words, sort="-due_date", limit=_SHOWN
    )
    return page.items
