"""One bank statement: what it holds and what became of it; taking it back whole, and taking it in again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tijdig.banking import queries as bank
from tijdig.banking.queries import LineState, StatementView
from tijdig.banking.reading_again import FileReadsOtherwise
from tijdig.banking.taken_back import StatementStands, StatementTakenBack
from tijdig.interfaces.web.access import MemberRequest, may_write, member_required
from tijdig.ledger.operations import MoneyIsElsewhere
from tijdig.organisations.queries import Role
from tijdig.processes import cash_application
from tijdig.processes.cash_application import StatementStays

_BLOCKED_AT_MOST = 20
_REFUSALS = (
    FileReadsOtherwise,
    MoneyIsElsewhere,
    StatementStands,
    StatementStays,
    StatementTakenBack,
    cash_application.TooBusy,
)


@member_required()
@require_GET
def page(request: MemberRequest, statement_id: int) -> HttpResponse:
    """What a statement holds, and what taking it back would do."""
    return _page(request, _statement(statement_id))


def _statement(statement_id: int) -> StatementView:
    found = bank.statement(statement_id)
    if found is None:
        raise Http404
    return found


def _page(request: MemberRequest, found: StatementView, problem: Exception | None = None) -> HttpResponse:
    counts = bank.state_counts(statement_ids=[found.id])
    context: dict[str, Any] = {
        "statement": found,
        "counts": [(state, counts[state]) for state in LineState],
        "problem": problem,
        "beside": _of_its_file(found),
    }
    if isinstance(problem, StatementStays):
        context["blocked"] = problem.blocked[:_BLOCKED_AT_MOST]
        context["more_blocked"] = len(problem.blocked) - _BLOCKED_AT_MOST
    if may_write(request) and found.taken_back_at is None:
        context["seen"] = cash_application.foresee([found.id])
        if len(context["beside"]) > 1:
            context["all_seen"] = cash_application.foresee([each.id for each in context["beside"]])
    return render(request, "bank/statement.html", context, status=400 if problem else 200)


def _of_its_file(found: StatementView) -> list[StatementView]:
    """Return the statements of the file it came in that are as it is: taken back, or not."""
    taken_back = found.taken_back_at is not None
    together = bank.statements_of_file(found.file_id)
    return [each for each in together if (each.taken_back_at is not None) is taken_back]


def _chosen(request: MemberRequest, found: StatementView) -> list[int]:
    """Return the statement alone, or all of its file where that was asked."""
    return [each.id for each in _of_its_file(found)] if "all" in request.POST else [found.id]


@member_required(Role.CONTROLLER)
@require_POST
def take_back(request: MemberRequest, statement_id: int) -> HttpResponse:
    """Take a statement back whole, or all of its file."""
    found = _statement(statement_id)

    def act() -> str:
        done = cash_application.take_statements_back(
            statement_ids=_chosen(request, found), on=request.today, actor=request.actor
        )
        text = ngettext(
            "It was taken back: %(count)s booked payment is undone, and its movements are set aside.",
            "It was taken back: %(count)s booked payments are undone, and its movements are set aside.",
            done.payments,
        )
        return text % {"count": done.payments}

    return _done(request, found, act)


@member_required(Role.CONTROLLER)
@require_POST
def take_in_again(request: MemberRequest, statement_id: int) -> HttpResponse:
    """Let a statement that was taken back count again, or all of its file."""
    found = _statement(statement_id)

    def act() -> str:
        done = cash_application.take_statements_in_again(
            statement_ids=_chosen(request, found), on=request.today, actor=request.actor
        )
        return _(
            "It was taken in again. Booked by themselves: %(booked)s. Waiting for you: %(waiting)s. Needing "
            "nobody: %(ignored)s."
        ) % {"booked": done.booked, "waiting": done.waiting, "ignored": done.ignored}

    return _done(request, found, act)


def _done(request: MemberRequest, found: StatementView, act: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, act())
    except _REFUSALS as refusal:
        return _page(request, _statement(found.id), problem=refusal)
    return redirect("statement", request.organisation.slug, found.id)
