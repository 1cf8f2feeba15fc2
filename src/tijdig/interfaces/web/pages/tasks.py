"""Tasks: everything that waits for a decision, to go through one by one or many at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from tijdig.customers import queries as customers
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.chosen import chosen_customer
from tijdig.interfaces.web.listing import PAGE_SIZE, is_key, read_listing
from tijdig.ledger import queries as ledger
from tijdig.ledger.queries import ItemView
from tijdig.messaging import operations
from tijdig.messaging import queries as messaging
from tijdig.messaging.queries import TaskView
from tijdig.organisations.queries import Role
from tijdig.processes.day_plan import HAND_OVER, NO_ADDRESS, NOT_COMPOSED
from tijdig.processes.sending import NOT_DELIVERED

# What each kind of task asks, in a few words.
KINDS: Mapping[str, Promise] = MappingProxyType(
    {
        HAND_OVER: gettext_lazy("Hand over?"),
        NOT_DELIVERED: gettext_lazy("Message did not arrive"),
        NOT_COMPOSED: gettext_lazy("Message could not be made"),
        NO_ADDRESS: gettext_lazy("No address"),
    }
)


class OutcomeForm(forms.Form):
    """What came of a task, or of several."""

    outcome = forms.CharField(label=gettext_lazy("What came of it"), max_length=500)


class _Row(NamedTuple):
    """A task with what it asks, whose it is, and the invoice it is about with how late that is today."""

    task: TaskView
    asks: str
    customer: customers.CustomerView | None
    item: ItemView | None
    days_late: int


@member_required()
@require_GET
def listing(request: MemberRequest) -> HttpResponse:
    """What waits for a decision, the longest waiting first."""
    chosen = read_listing(request, filters={"kind": tuple(KINDS), "customer": ()})
    customer = chosen_customer(chosen.filters["customer"])
    found = messaging.task_page(
        kind=chosen.filters["kind"],
        customer_id=customer.id if customer else None,
        after=_mark(chosen.after),
        limit=PAGE_SIZE,
    )
    counts = messaging.task_counts()
    context = {
        "listing": chosen.with_pages(after=f"{found.next[0]}.{found.next[1]}" if found.next else None),
        "rows": _rows(found.tasks, on=request.today),
        "customer": customer,
        "tabs": [(_("All"), chosen.filter_link(kind=""), not chosen.filters["kind"], sum(counts.values()))]
        + [
            (word, chosen.filter_link(kind=kind), kind == chosen.filters["kind"], counts[kind])
            for kind, word in KINDS.items()
            if counts.get(kind)
        ],
        "outcome_form": OutcomeForm(),
    }
    return render(request, "tasks/list.html", context)


def _mark(after: str) -> tuple[date, int] | None:
    """Return the (due date, id) a page begins after; None for what is no mark."""
    day, _dot, key = after.partition(".")
    try:
        return (date.fromisoformat(day), int(key)) if is_key(key) else None
    except ValueError:
        return None


def _rows(tasks: tuple[TaskView, ...], *, on: date) -> list[_Row]:
    names = customers.many({task.customer_id for task in tasks})
    items = ledger.items([task.item_id for task in tasks if task.item_id is not None])
    rows = []
    for task in tasks:
        item = items.get(task.item_id or 0)
        late = max((on - item.due_date).days, 0) if item else 0
        rows.append(_Row(task, what_it_asks(task.kind), names.get(task.customer_id), item, late))
    return rows


def what_it_asks(kind: str) -> str:
    """Return what a kind of task asks, in a few words."""
    return str(KINDS.get(kind, kind))


@member_required(Role.CONTROLLER)
@require_POST
def done(request: MemberRequest) -> HttpResponse:
    """Tasks are done: they leave the list, and what came of them is kept."""
    form = OutcomeForm(request.POST)
    ids = [int(key) for key in request.POST.getlist("task") if is_key(key)]
    if not ids:
        messages.error(request, _("Tick the tasks that are done first."))
    elif not form.is_valid():
        messages.error(request, _("Write down in a few words what came of it."))
    else:
        _complete(request, ids, form.cleaned_data["outcome"])
    return redirect(_back(request))


def _complete(request: MemberRequest, ids: list[int], outcome: str) -> None:
    try:
        finished = operations.complete_tasks(ids, outcome=outcome, at=request.now, actor=request.actor)
    except operations.TaskNotOpen as gone:
        messages.error(request, capfirst(str(gone)))
    else:
        text = ngettext("%(count)s task is done.", "%(count)s tasks are done.", len(finished))
        messages.success(request, text % {"count": len(finished)})


def _back(request: MemberRequest) -> str:
    """Return the page the form was on, where that is one of ours; else the list."""
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return back
    return reverse("tasks", args=[request.organisation.slug])
