"""Refunds: money that goes back, from the proposal by one person and the approval by another to the bank's file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from tijdig.banking import queries as bank
from tijdig.customers import queries as customers
from tijdig.domain.money import Money
from tijdig.formats.pain001 import Version
from tijdig.infra import files
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.answers import download
from tijdig.interfaces.web.forms import AmountField, DayField, amount_as_typed
from tijdig.interfaces.web.listing import PAGE_SIZE, is_key, read_listing
from tijdig.ledger import operations as ledger_operations
from tijdig.ledger import queries as ledger
from tijdig.organisations import queries as organisations
from tijdig.organisations.queries import Role
from tijdig.payments import operations as payments
from tijdig.payments import queries
from tijdig.payments.queries import RefundState, RefundView
from tijdig.processes import refunds

_TABS = (
    ("PROPOSED", gettext_lazy("To approve"), (RefundState.PROPOSED,)),
    ("APPROVED", gettext_lazy("To pay"), (RefundState.APPROVED,)),
    ("ORDERED", pgettext_lazy("refunds", "At the bank"), (RefundState.ORDERED,)),
    ("ALL", pgettext_lazy("refunds", "All"), ()),
)
_REFUSALS = (
    payments.RefundMovedOn,
    payments.SameHands,
    refunds.RefundInvalid,
    ledger_operations.CreditExhausted,
    ledger_operations.NothingToRelease,
)
_VERSIONS = (
    (Version.V09, gettext_lazy("Current (pain.001.001.09)")),
    (Version.V03, gettext_lazy("Older (pain.001.001.03), if the bank asks")),
)


class RefundForm(forms.Form):
    """How much goes back, where to, and why."""

    iban = forms.CharField(label=gettext_lazy("To account (IBAN)"), max_length=42)
    holder = forms.CharField(label=gettext_lazy("In the name of"), max_length=70)
    message = forms.CharField(
        label=gettext_lazy("What the customer reads on their statement"), max_length=140, required=False
    )
    why = forms.CharField(label=gettext_lazy("Why it goes back"), max_length=300)

    def __init__(self, *arguments: Any, most: Money, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["amount"] = AmountField(label=_("Amount"), currency=most.currency)
        self.order_fields(["amount", "iban", "holder", "message", "why"])


class ReasonForm(forms.Form):
    """Why a refund does not go out."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300)


class OrderForm(forms.Form):
    """When the bank pays, and in which form it takes the order."""

    execution_date = DayField(label=gettext_lazy("Pay on"))
    version = forms.ChoiceField(label=gettext_lazy("Form of the file"), choices=_VERSIONS)


@member_required()
@require_GET
def listing(request: MemberRequest) -> HttpResponse:
    """The refunds: first those that wait for a second person."""
    return _list(request, OrderForm(initial={"execution_date": request.today}))


def _list(request: MemberRequest, form: OrderForm, problem: str = "") -> HttpResponse:
    chosen = read_listing(request, filters={"state": tuple(key for key, _word, _states in _TABS)})
    counts = queries.refund_counts()
    busy = next((state.value for state in counts if counts[state]), "ALL")
    here = chosen.filters["state"] or ("APPROVED" if problem else busy)
    states = next(states for key, _word, states in _TABS if key == here)
    page = queries.refund_page(states=states, after=chosen.after_id, limit=PAGE_SIZE)
    names = customers.many({refund.customer_id for refund in page.refunds})
    context = {
        "listing": chosen.with_pages(after=page.after),
        "rows": [(refund, names.get(refund.customer_id), _badge(refund)) for refund in page.refunds],
        "tabs": [
            (
                word,
                chosen.filter_link(state=key),
                key == here,
                counts.get(RefundState(key), 0) if states_ else 0,
            )
            for key, word, states_ in _TABS
        ],
        "state": here,
        "form": form,
        "files": queries.refund_files(limit=5) if here in ("ORDERED", "ALL") else (),
        "problem": problem,
    }
    return render(request, "refunds/list.html", context, status=400 if problem else 200)


def _badge(refund: RefundView) -> str:
    return f"REFUND_{refund.state}"


@member_required(Role.CONTROLLER)
def new(request: MemberRequest) -> HttpResponse:
    """Propose a refund of what a customer has on account."""
    customer, credit = _whose(request)
    most = _most(customer.id, credit, request.organisation.currency)
    known = {
        "amount": amount_as_typed(most, language=request.LANGUAGE_CODE),
        "iban": _account_it_came_from(credit),
        "holder": customer.name[:70],
    }
    form = RefundForm(request.POST or None, initial=known, most=most)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            refund_id = refunds.propose(
                customer_id=customer.id,
                credit_id=credit.id if credit else None,
                on=request.today,
                actor=request.actor,
                **values,
            )
        except refunds.RefundInvalid as refusal:
            form.add_error(refusal.field or None, capfirst(str(refusal)))
        except ledger_operations.CreditExhausted as refusal:
            form.add_error("amount", capfirst(str(refusal)))
        else:
            messages.success(request, _("Proposed: somebody else approves it now."))
            return redirect("refund", request.organisation.slug, refund_id)
    context = {"form": form, "customer": customer, "credit": credit, "most": most}
    return render(request, "refunds/new.html", context, status=400 if form.errors else 200)


def _whose(request: MemberRequest) -> tuple[customers.CustomerView, ledger.CreditView | None]:
    """Return the customer, and the money of theirs that was chosen."""
    asked = request.GET.get("customer", ""), request.GET.get("credit", "")
    credit = ledger.credit(int(asked[1])) if is_key(asked[1]) else None
    customer_id = credit.customer_id if credit else int(asked[0]) if is_key(asked[0]) else 0
    found = customers.many([customer_id]).get(customer_id)
    if found is None:
        raise Http404
    return found, credit


def _most(customer_id: int, credit: ledger.CreditView | None, currency: str) -> Money:
    if credit is not None:
        return credit.unallocated
    there = ledger.credits_with_money_left(customer_id)
    return Money(sum(each.unallocated_minor for each in there if each.currency == currency), currency)


def _account_it_came_from(credit: ledger.CreditView | None) -> str:
    kind, _colon, key = credit.origin.partition(":") if credit else ("", "", "")
    line = bank.line(int(key)) if kind == "bank" and is_key(key) else None
    return line.counterparty_iban if line else ""


@member_required()
@require_GET
def page(request: MemberRequest, refund_id: int) -> HttpResponse:
    """One refund: what it is, who decided, and what became of it."""
    return _page(request, _refund(refund_id))


def _refund(refund_id: int) -> RefundView:
    found = queries.refund(refund_id)
    if found is None:
        raise Http404
    return found


def _page(request: MemberRequest, refund: RefundView, problem: str = "") -> HttpResponse:
    rows = [row for row in ledger.allocations_of_item(refund.item_id) if row.credit_kind != "RELEASE"]
    from_credits = ledger.credits({row.credit_id for row in rows})
    lines = bank.lines([key for key in (refund.paid_line_id, refund.returned_line_id) if key is not None])
    context = {
        "refund": refund,
        "badge": _badge(refund),
        "customer": customers.get(refund.customer_id),
        "sources": [(row, from_credits.get(row.credit_id)) for row in rows],
        "paid": lines.get(refund.paid_line_id or 0),
        "returned": lines.get(refund.returned_line_id or 0),
        "order": queries.refund_file(refund.order_id) if refund.order_id else None,
        "own": refund.proposed_by == request.actor,
        "alone": sum(member.role != Role.VIEWER for member in organisations.members()) < 2,
        "form": ReasonForm(),
        "problem": problem,
    }
    return render(request, "refunds/page.html", context, status=400 if problem else 200)


def _done(request: MemberRequest, refund: RefundView, act: Callable[[], object], said: str) -> HttpResponse:
    try:
        act()
    except _REFUSALS as refusal:
        return _page(request, _refund(refund.id), problem=str(refusal))
    messages.success(request, said)
    return redirect("refund", request.organisation.slug, refund.id)


@member_required(Role.CONTROLLER)
@require_POST
def approve(request: MemberRequest, refund_id: int) -> HttpResponse:
    """Let a refund go out, as somebody else than who proposed it."""
    refund = _refund(refund_id)
    return _done(
        request,
        refund,
        lambda: refunds.approve(refund_id=refund_id, actor=request.actor, role=request.role),
        _("Approved: it can go to the bank now."),
    )


@member_required(Role.CONTROLLER)
@require_POST
def reject(request: MemberRequest, refund_id: int) -> HttpResponse:
    """Let a refund not go out; the money is on account again."""
    return _with_reason(
        request, refund_id, refunds.reject, _("Not paid back: the money is on account again.")
    )


@member_required(Role.CONTROLLER)
@require_POST
def refused(request: MemberRequest, refund_id: int) -> HttpResponse:
    """Say that the bank did not pay it; the money is on account again."""
    return _with_reason(request, refund_id, refunds.say_refused, _("Noted: the money is on account again."))


def _with_reason(
    request: MemberRequest, refund_id: int, act: Callable[..., object], said: str
) -> HttpResponse:
    refund, form = _refund(refund_id), ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, refund, problem=_("Say in a few words why."))
    text = form.cleaned_data["reason"]
    return _done(
        request,
        refund,
        lambda: act(refund_id=refund_id, text=text, on=request.today, actor=request.actor, role=request.role),
        said,
    )


@member_required(Role.CONTROLLER)
@require_POST
def order(request: MemberRequest) -> HttpResponse:
    """Make the bank's file of the refunds that were chosen."""
    form = OrderForm(request.POST)
    if not form.is_valid():
        return _list(request, form, problem=_("Choose the day to pay on."))
    ids = [int(key) for key in request.POST.getlist("refund") if is_key(key)]
    try:
        refunds.order(
            refund_ids=ids,
            execution_date=form.cleaned_data["execution_date"],
            version=Version(form.cleaned_data["version"]),
            at=request.now,
            actor=request.actor,
        )
    except payments.RefundMissing as missing:
        raise Http404 from missing
    except _REFUSALS as refusal:
        return _list(request, form, problem=str(refusal))
    messages.success(request, _("The file is ready: download it and give it to your bank."))
    response = redirect("refunds", request.organisation.slug)
    response["Location"] += "?state=ORDERED"
    return response


@member_required(Role.CONTROLLER)
@require_GET
def order_file(_request: MemberRequest, order_id: int) -> HttpResponse:
    """The bank's file as it was made."""
    found = queries.refund_file(order_id)
    if found is None:
        raise Http404
    return download(files.content_of(found.file_id), f"{found.message_id}.xml", "application/xml")
