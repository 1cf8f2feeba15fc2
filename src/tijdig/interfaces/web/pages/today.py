"""Today: what asks for a person, each with its reason, and how the money stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from tijdig.banking import queries as bank
from tijdig.customers import queries as customers
from tijdig.domain.bank_data import furthest_behind
from tijdig.domain.money import Money
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.ageing_bar import ageing_bar
from tijdig.interfaces.web.formatting import short_day_text
from tijdig.interfaces.web.pages.organisations import LAST_ORGANISATION
from tijdig.interfaces.web.pages.tasks import what_it_asks
from tijdig.processes.blocks import stale_bank_data
from tijdig.reporting import today as report
from tijdig.reporting.today import WorkGroup, WorkKind, WorkRow

_WORK_SHOWN = 8
# Tasks are shown a customer at a time: enough of them are read to fill that many lines, usually.
_ROWS_READ = 40


class _Look(NamedTuple):
    """How a kind of work looks: its heading, its picture, where all of it is, and what its date tells."""

    heading: Promise
    picture: str
    tone: str
    page: str
    query: str = ""
    when: Promise = gettext_lazy("of %(day)s")


_LOOKS = {
    WorkKind.TASK: _Look(
        gettext_lazy("To decide"), "decide", "info", "tasks", when=gettext_lazy("waits since %(day)s")
    ),
    WorkKind.BANK_LINE: _Look(gettext_lazy("Payments to place"), "bank", "warn", "bank"),
    WorkKind.MESSAGE_FAILED: _Look(
        gettext_lazy("Messages that did not arrive"), "messages", "bad", "messages", "?state=FAILED"
    ),
    WorkKind.STATEMENT_DIFFERENCE: _Look(
        gettext_lazy("Statements that do not add up"), "warning", "bad", "statements"
    ),
    WorkKind.NO_ADDRESS: _Look(
        gettext_lazy("Customers that cannot be reached"),
        "customers",
        "warn",
        "customers",
        "?email=none",
        when=gettext_lazy("due since %(day)s"),
    ),
}


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A line of the work list: one row, or all tasks of a customer.

    `says` is a sentence for what waits, where that is shorter than the stored reason of `row`.
    """

    row: WorkRow
    words: str
    link: str
    when: str
    amounts: tuple[Money, ...]
    says: str = ""
    task_ids: tuple[int, ...] = ()


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
    found = report.today(request.today, limit=_ROWS_READ)
    if not found.figures and not customers.count(most=1):
        return render(request, "today/first_steps.html", {"try_it": _link(slug, "try_it")})
    context = {
        "figures": found.figures,
        "ageings": [
            ageing_bar(ageing, slug, on=request.today) for ageing in found.ageing if ageing.total_minor
        ],
        "work": [_section(group, slug, on=request.today) for group in found.work],
        "work_count": found.work_count,
        "bank_data": furthest_behind(accounts := bank.data_until()),
        "accounts": accounts if len(accounts) > 1 else {},
        "waiting": bank.waiting_payments(),
        "stale": stale_bank_data(request.today),
    }
    return render(request, "today/today.html", context)


def _section(group: WorkGroup, slug: str, *, on: date) -> WorkSection:
    tasks = group.kind == WorkKind.TASK
    lines = _task_lines(group.rows, slug, on=on) if tasks else [_line(row, slug) for row in group.rows]
    shown = tuple(lines[:_WORK_SHOWN])
    complete = len(lines) == len(shown) and group.count == len(group.rows)
    return WorkSection(
        look=_LOOKS[group.kind],
        lines=shown,
        count=group.count,
        more=group.more,
        link="" if complete and not tasks else _group_link(group.kind, slug),
    )


def _task_lines(rows: Sequence[WorkRow], slug: str, *, on: date) -> list[WorkLine]:
    """Return a line per customer and kind of task, in the order of the longest waiting."""
    together: dict[tuple[int | None, str], list[WorkRow]] = {}
    for row in rows:
        together.setdefault((row.customer_id, row.task_kind), []).append(row)
    return [_task_line(of_one, slug, on=on) for of_one in together.values()]


def _task_line(rows: Sequence[WorkRow], slug: str, *, on: date) -> WorkLine:
    first = rows[0]
    sums: dict[str, Money] = {}
    for row in rows:
        if row.amount is not None:
            sums[row.amount.currency] = (
                sums.get(row.amount.currency, Money(0, row.amount.currency)) + row.amount
            )
    many = len(rows) > 1
    words = (
        first.customer_name if many else f"{first.customer_name} · {first.item_number}".removesuffix(" · ")
    )
    link = (
        f"{_link(slug, 'tasks')}?customer={first.customer_id}&kind={first.task_kind}"
        if many
        else _nearest(first, slug)
    )
    return WorkLine(
        row=first,
        words=words,
        link=link,
        when=_when(first),
        amounts=tuple(sums.values()),
        says=_what_is_asked(rows, on=on),
        task_ids=tuple(row.task_id for row in rows if row.task_id is not None),
    )


def _what_is_asked(rows: Sequence[WorkRow], *, on: date) -> str:
    """Return what the tasks ask and how it stands today: “Hand over? · 2 invoices · up to 90 days late”."""
    late = max(((on - row.item_due_date).days for row in rows if row.item_due_date), default=0)
    parts = [what_it_asks(rows[0].task_kind)]
    if len(rows) > 1:
        parts.append(ngettext("%(count)s invoice", "%(count)s invoices", len(rows)) % {"count": len(rows)})
    if late > 0:
        parts.append(ngettext("%(days)s day late", "%(days)s days late", late) % {"days": late})
    return " · ".join(parts)


def _line(row: WorkRow, slug: str) -> WorkLine:
    words = " · ".join(part for part in (row.customer_name or row.title, row.item_number) if part)
    return WorkLine(
        row=row,
        words=words or str(_LOOKS[row.kind].heading),
        link=_nearest(row, slug),
        when=_when(row),
        amounts=() if row.amount is None else (row.amount,),
    )


def _when(row: WorkRow) -> str:
    language = (get_language() or "en")[:2]
    return str(_LOOKS[row.kind].when) % {"day": short_day_text(row.due_date, language=language)}


def _nearest(row: WorkRow, slug: str) -> str:
    """Return the nearest page where something can be done about a row."""
    places = (
        ("bank_line", row.line_id),
        ("message", row.message_id),
        ("invoice", row.item_id),
        ("customer", row.customer_id),
    )
    links = [_link(slug, name, key) for name, key in places if key is not None]
    return next((link for link in links if link), _group_link(row.kind, slug))


def _group_link(kind: WorkKind, slug: str) -> str:
    look = _LOOKS[kind]
    link = _link(slug, look.page) if look.page else ""
    return f"{link}{look.query}" if link else ""


def _link(slug: str, name: str, *keys: int) -> str:
    try:
        return reverse(name, args=[slug, *keys])
    except NoReverseMatch:
        return ""
