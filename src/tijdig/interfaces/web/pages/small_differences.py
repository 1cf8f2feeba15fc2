"""Small differences: what is left of invoices that were paid but for a few cents, written off at once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tijdig.customers import queries as customers
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.listing import is_key
from tijdig.ledger import operations as ledger
from tijdig.organisations.queries import Role
from tijdig.processes import cash_application

_SHOWN = 200


@member_required()
@require_GET
def page(request: MemberRequest) -> HttpResponse:
    """What would be written off, before anything is."""
    found = cash_application.small_differences(shown=_SHOWN)
    names = customers.many({item.customer_id for item in found.items})
    context = {"found": found, "rows": [(item, names.get(item.customer_id)) for item in found.items]}
    return render(request, "invoices/small_differences.html", context)


@member_required(Role.CONTROLLER)
@require_POST
def write_off(request: MemberRequest) -> HttpResponse:
    """Write off those that were ticked; each can be undone on its invoice."""
    chosen = [int(key) for key in request.POST.getlist("item") if is_key(key)]
    try:
        done = cash_application.write_off_small_differences(
            item_ids=chosen, role=request.role, on=request.today, actor=request.actor
        )
    except ledger.WriteOffAboveLimit as refusal:
        messages.error(request, capfirst(str(refusal)))
    else:
        count = len(done.settled)
        text = ngettext("%(count)s invoice was written off.", "%(count)s invoices were written off.", count)
        messages.success(request, text % {"count": count})
    return redirect("small_differences", request.organisation.slug)
