"""A customer's statement of account: on the screen, and as a file to keep or send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tijdig.customers import queries as customers
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.pages.exports import TYPES, as_file, plain_file
from tijdig.interfaces.web.pages.insight import read_day
from tijdig.ledger.queries import Movement
from tijdig.messaging.typesetting import PagesNotMade
from tijdig.processes.message_making import house
from tijdig.reporting import exports, statement_pdf
from tijdig.reporting.statement_of_account import (
    CurrencyStatement,
    PeriodInvalid,
    StatementLine,
    StatementOfAccount,
    movement_words,
    statement_of_account,
)

_MOST_LINES = 500


@member_required()
@require_GET
def page(request: MemberRequest, customer_id: int) -> HttpResponse:
    """What moved the account in a period, and what was open at its end."""
    problem = ""
    try:
        statement = _statement(request, customer_id)
    except PeriodInvalid as invalid:
        problem = str(invalid)
        until = read_day(request, "to")
        statement = _statement(request, customer_id, since=until.replace(month=1, day=1))
    slug = request.organisation.slug
    context = {
        "customer": statement.customer,
        "statement": statement,
        "parts": [(part, list(_lines(part, slug)), _hidden(part)) for part in statement.parts],
        "period": _period(statement.since, statement.until),
        "periods": list(_periods(request, statement)),
        "problem": problem,
    }
    return render(request, "customers/account.html", context, status=400 if problem else 200)


@member_required()
@require_GET
def download_statement(request: MemberRequest, customer_id: int, form: str) -> HttpResponseBase:
    """The statement as PDF in the customer's language, or as a table."""
    if form not in TYPES:
        raise Http404
    try:
        statement = _statement(request, customer_id)
        name = f"{_plain(statement.customer.number)}-{exports.STATEMENT}-{statement.until}.{form}"
        if form == "pdf":
            pdf = statement_pdf.render(statement, house=house(), on=request.today, at=request.now)
            return plain_file(pdf, name, form)
        rows: Iterable[dict[str, object]] = exports.statement_rows(statement)
        return as_file(exports.STATEMENT, form, name, rows=rows, on=statement.until, since=statement.since)
    except (PeriodInvalid, PagesNotMade, statement_pdf.TooLong, exports.TooManyRows) as problem:
        messages.error(request, str(problem))
        return redirect("customer_account", request.organisation.slug, customer_id)


def _statement(request: MemberRequest, customer_id: int, *, since: date | None = None) -> StatementOfAccount:
    until = read_day(request, "to")
    if since is None:
        since = read_day(request, "from") if request.GET.get("from") else until.replace(month=1, day=1)
    try:
        return statement_of_account(
            customer_id, since=since, until=until, currency=request.organisation.currency
        )
    except customers.CustomerUnknown as unknown:
        raise Http404 from unknown


def _lines(part: CurrencyStatement, slug: str) -> Iterator[tuple[StatementLine, str, str]]:
    """Yield the lines that are shown, each with what it is in words and the link to its rows."""
    for line in part.lines[:_MOST_LINES]:
        movement = line.movement
        words = f"{movement_words(movement.kind)} {movement.number}".strip()
        yield line, words, _link(movement, slug)


def _hidden(part: CurrencyStatement) -> int:
    return max(len(part.lines) - _MOST_LINES, 0)


def _link(movement: Movement, slug: str) -> str:
    if movement.credit_id is None and movement.item_id is not None:
        return reverse("invoice", args=[slug, movement.item_id])
    table, _colon, key = movement.origin.partition(":")
    return reverse("bank_line", args=[slug, int(key)]) if table == "bank" and key.isdigit() else ""


def _period(since: date, until: date) -> str:
    return urlencode({"from": since.isoformat(), "to": until.isoformat()})


def _periods(request: MemberRequest, statement: StatementOfAccount) -> Iterator[tuple[str, str, bool]]:
    """Yield periods to choose with one click: their name, their link, and whether it is this one."""
    today = request.today
    year, month = today.replace(month=1, day=1), today.replace(day=1)
    past = month - timedelta(days=1)
    periods = (
        (_("This year"), year, today),
        (_("Last month"), past.replace(day=1), past),
        (_("Last year"), year.replace(year=year.year - 1), year - timedelta(days=1)),
    )
    for word, since, until in periods:
        here = (since, until) == (statement.since, statement.until)
        yield word, f"{request.path}?{_period(since, until)}", here


def _plain(number: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in number) or "customer"
