"""Today: what asks for a person, each with its reason, and how the money stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from tijdig.banking import queries as bank
from tijdig.customers import queries as customers
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.charts import StackedBar, stacked_bar
from tijdig.interfaces.web.pages.organisations import LAST_ORGANISATION
from tijdig.ledger.queries import Ageing
from tijdig.messaging import operations as messaging
from tijdig.organisations.queries import Role
from tijdig.processes.blocks import stale_bank_data
from tijdig.reporting import today as report
from tijdig.reporting.today import WorkKind, WorkRow

_WORK_SHOWN = 8


class _Look(NamedTuple):
    """How a kind of work looks: its heading, its picture, and where all of it is."""

    heading: Promise
    picture: str
    tone: str
    page: str
    query: str = ""


_LOOKS = {
    WorkKind.TASK: _Look(gettext_lazy("To decide"), "check", "info", ""),
    WorkKind.BANK_LINE: _Look(gettext_lazy("Payments to place"), "bank", "warn", "bank"),
    WorkKind.MESSAGE_FAILED: _Look(
        gettext_lazy("Messages that did not arrive"), "messages", "bad", "messages", "?state=FAILED"
    ),
    WorkKind.STATEMENT_DIFFERENCE: _Look(
        gettext_lazy("Statements that do not add up"), "warning", "bad", "statements"
    ),
    WorkKind.NO_ADDRESS: _Look(
        gettext_lazy("Customers that cannot be reached"), "customers", "warn", "customers"
    ),
}


class OutcomeForm(forms.Form):
    """What came of a task."""

    outcome = forms.CharField(label=gettext_lazy("What came of it"), max_length=500)


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A row of the work list as the page shows it."""

    row: WorkRow
    words: str
    link: str


@dataclass(frozen=True, slots=True)
class WorkSection:
    """One kind of work: its look, its first rows, how many there are and where the rest is."""

    look: _Look
    lines: tuple[WorkLine, ...]
    count: int
    more: bool
    link: str


@member_required()
@require_GET
def today(request: MemberRequest) -> HttpResponse:
    """The first page of the day."""
    slug = request.organisation.slug
    request.session[LAST_ORGANISATION] = slug
    found = report.today(request.today, limit=_WORK_SHOWN)
    if not found.figures and not customers.count(most=1):
        return render(request, "today/first_steps.html", {"try_it": _link(slug, "try_it")})
    context = {
        "figures": found.figures,
        "ageings": [_ageing_bar(ageing, slug) for ageing in found.ageing if ageing.total_minor],
        "work": [
            WorkSection(
                look=_LOOKS[group.kind],
                lines=tuple(_line(row, slug) for row in group.rows),
                count=group.count,
                more=group.more,
                link=_group_link(group.kind, slug) if group.count > len(group.rows) else "",
            )
            for group in found.work
        ],
        "work_count": found.work_count,
        "bank_data": bank.data_age(),
        "stale": stale_bank_data(request.today),
        "outcome_form": OutcomeForm(),
    }
    return render(request, "today/today.html", context)


@member_required(Role.CONTROLLER)
@require_POST
def task_done(request: MemberRequest, task_id: int) -> HttpResponse:
    """A task is done: it leaves the list, and what came of it is kept."""
    form = OutcomeForm(request.POST)
    if form.is_valid():
        try:
            messaging.complete_task(
                task_id, outcome=form.cleaned_data["outcome"], at=request.now, actor=request.actor
            )
        except messaging.TaskNotOpen as gone:
            messages.error(request, str(gone))
        else:
            messages.success(request, _("Done."))
    else:
        messages.error(request, _("Write down in a few words what came of it."))
    return redirect("today", request.organisation.slug)


def _ageing_bar(ageing: Ageing, slug: str) -> StackedBar:
    invoices = reverse("invoices", args=[slug])
    rows = []
    for bucket in ageing.buckets:
        late = bucket.from_days is not None
        link = (
            f"{invoices}?status=OVERDUE&sort=due_date" if late else f"{invoices}?status=OPEN&sort=-due_date"
        )
        rows.append((_bucket_name(bucket.from_days, bucket.to_days), bucket.amount_minor, bucket.count, link))
    title = _("Open invoices by age, in %(currency)s") % {"currency": ageing.currency}
    return stacked_bar(title=title, currency=ageing.currency, rows=rows)


def _bucket_name(from_days: int | None, to_days: int | None) -> str:
    if from_days is None:
        return _("Not due yet")
    if to_days is None:
        return _("Over %(days)s days late") % {"days": from_days - 1}
    return _("%(start)s–%(end)s days late") % {"start": from_days, "end": to_days}


def _line(row: WorkRow, slug: str) -> WorkLine:
    """A row links to the nearest page where something can be done about it."""
    places = (
        ("bank_line", row.line_id),
        ("message", row.message_id),
        ("invoice", row.item_id),
        ("customer", row.customer_id),
    )
    links = [_link(slug, name, key) for name, key in places if key is not None]
    words = " · ".join(part for part in (row.customer_name or row.title, row.item_number) if part)
    nearest = next((link for link in links if link), _group_link(row.kind, slug))
    return WorkLine(row, words or str(_LOOKS[row.kind].heading), nearest)


def _group_link(kind: WorkKind, slug: str) -> str:
    look = _LOOKS[kind]
    link = _link(slug, look.page) if look.page else ""
    return f"{link}{look.query}" if link else ""


def _link(slug: str, name: str, *keys: int) -> str:
    try:
        return reverse(name, args=[slug, *keys])
    except NoReverseMatch:
        return ""
