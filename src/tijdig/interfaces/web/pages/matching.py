"""Matching: how often each way of recognising a payment was right here, and which of them book by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.matchers import WAYS, name_of, sees_of
from tijdig.organisations.queries import Role, cash_policy
from tijdig.processes.cash_application import learning
from tijdig.processes.cash_application.learning import MatcherView

_MILLION = 1_000_000


class AgainForm(forms.Form):
    """Why a matcher may book by itself again."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        help_text=gettext_lazy(
            "What went wrong, and why it will not any more. It is kept in the audit trail."
        ),
    )


@dataclass(frozen=True, slots=True)
class MatcherRow:
    """A way of matching as the page shows it; `right_ppm` is None where it booked nothing yet."""

    matcher: MatcherView
    name: str
    sees: str
    right_ppm: int | None

    @property
    def is_measured(self) -> bool:
        """Whether anything is known of how often it is right."""
        return self.matcher.measured or bool(self.matcher.totals.booked)

    @property
    def may_be_let(self) -> bool:
        """Whether letting it book again could make a difference."""
        return not self.matcher.books and self.matcher.totals.corrected > self.matcher.totals.forgiven


@member_required()
@require_GET
def page(request: MemberRequest) -> HttpResponse:
    """All ways of matching, each with its figures."""
    return _page(request)


def _page(request: MemberRequest, refused: str = "", form: AgainForm | None = None) -> HttpResponse:
    rows = sorted(map(_row, learning.matchers(WAYS)), key=lambda row: not row.matcher.books)
    context = {
        "rows": rows,
        "required": cash_policy().required_precision,
        "booked": any(row.matcher.totals.booked for row in rows),
        "form": form or AgainForm(),
        "refused": refused,
    }
    return render(request, "bank/matching.html", context, status=400 if form else 200)


def _row(found: MatcherView) -> MatcherRow:
    booked, corrected = found.totals.booked, found.totals.corrected
    right = _MILLION * (booked - corrected) // booked if booked else None
    return MatcherRow(found, name_of(found.code), sees_of(found.code), right)


@member_required(Role.OWNER)
@require_POST
def let_book(request: MemberRequest, matcher: str) -> HttpResponse:
    """Overlook the corrections so far: it books by itself again."""
    if matcher not in {each.code for each in learning.matchers(WAYS)}:
        raise Http404
    form = AgainForm(request.POST)
    if not form.is_valid():
        return _page(request, refused=matcher, form=form)
    try:
        learning.let_book_again(
            matcher=matcher, text=form.cleaned_data["reason"], on=request.today, actor=request.actor
        )
    except learning.StillNotSureEnough as problem:
        messages.error(request, str(problem))
    else:
        messages.success(
            request, _("It books by itself again. What was corrected before does not count any more.")
        )
    return redirect("matching", request.organisation.slug)
