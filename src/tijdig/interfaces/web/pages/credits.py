"""Money on account: where it came from and went, and what a person does with what is left of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from tijdig.customers import queries as customers
from tijdig.domain.ledger import ItemKind
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.forms import AmountField, amount_as_typed
from tijdig.interfaces.web.pages.bank import NothingChosen, OpenRow, chosen_amounts
from tijdig.interfaces.web.pages.customers import customer_meant
from tijdig.ledger import operations as ledger_operations
from tijdig.ledger import queries as ledger
from tijdig.ledger.queries import CreditView
from tijdig.organisations.queries import Role
from tijdig.payments import queries as payments
from tijdig.processes import cash_application

_NOTHING_TO_DIVIDE = (
    cash_application.CannotDivide,
    cash_application.NothingOnAccount,
    cash_application.NothingOwed,
)
# What a person may run into; each says in its own words what to do.
_REFUSALS = (
    *_NOTHING_TO_DIVIDE,
    ledger_operations.AllocationInvalid,
    ledger_operations.CreditExhausted,
    ledger_operations.CreditReversed,
    ledger_operations.CurrencyDiffers,
    ledger_operations.CustomerDiffers,
    ledger_operations.ItemMissing,
    ledger_operations.ItemOverpaid,
    ledger_operations.ItemSettled,
    ledger_operations.MixedMoney,
    ledger_operations.MoneyIsElsewhere,
    ledger_operations.NothingToRelease,
)


class MoveForm(forms.Form):
    """Whose money it becomes, how much of it, and why."""

    customer = forms.CharField(
        label=gettext_lazy("To customer"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "known-customers"}),
        help_text=gettext_lazy("Type a name or number, and choose."),
    )
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300)

    def __init__(self, *arguments: Any, credit: CreditView, suggestions: str, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["amount"] = AmountField(label=_("Amount"), currency=credit.currency)
        self.fields["customer"].widget.attrs |= {
            "hx-get": suggestions,
            "hx-trigger": "input changed delay:150ms",
            "hx-target": "#known-customers",
        }
        self.order_fields(["customer", "amount", "reason"])


@member_required()
@require_GET
def page(request: MemberRequest, customer_id: int, credit_id: int) -> HttpResponse:
    """What is left of it, where it would go by the order that was chosen, and where it went."""
    return _page(request, _credit(customer_id, credit_id))


def _credit(customer_id: int, credit_id: int) -> CreditView:
    found = ledger.credit(credit_id)
    if found is None or found.customer_id != customer_id or found.kind.belongs_to_its_item:
        raise Http404
    return found


def _page(
    request: MemberRequest, credit: CreditView, form: MoveForm | None = None, problem: str = ""
) -> HttpResponse:
    proposed, why_not = None, ""
    if credit.unallocated_minor:
        try:
            proposed = cash_application.proposed_division(credit.id)
        except _NOTHING_TO_DIVIDE as refusal:
            why_not = str(refusal)
    customer = customers.get(credit.customer_id)
    owed = ledger.open_items_of(customer.id) if credit.unallocated_minor else ()
    went = [row for row in ledger.allocations_of_credit(credit.id) if row.amount_minor > 0]
    refunds = payments.refunds_of_items({row.item_id for row in went if not row.item_kind.is_debt})
    context = {
        "credit": credit,
        "customer": customer,
        "owed": [
            OpenRow(item, customer, request.POST.get(f"item-{item.id}", ""))
            for item in owed
            if item.currency == credit.currency and item.kind.is_debt
        ],
        "proposed": proposed and list(zip(proposed.items, proposed.division.portions, strict=True)),
        "rest": proposed.division.rest_minor if proposed else 0,
        "why_not": why_not,
        "went": [(row, _is_moved(row), refunds.get(row.item_id)) for row in went],
        "form": form or _form(request, credit),
        "problem": problem,
        "choosing": any(name.startswith("item-") for name in request.POST),
    }
    return render(request, "customers/credit.html", context, status=400 if problem or form else 200)


def _is_moved(row: ledger.AllocationView) -> bool:
    """Whether it went to another customer, and is there still."""
    return row.item_kind is ItemKind.MOVED_OUT and row.amount_minor > 0 and not row.undone


def _form(request: MemberRequest, credit: CreditView, data: Any = None) -> MoveForm:
    known = {"amount": amount_as_typed(credit.unallocated, language=request.LANGUAGE_CODE)}
    suggestions = reverse("suggest_customers", args=[request.organisation.slug])
    return MoveForm(data, initial=known, credit=credit, suggestions=suggestions)


def _done(
    request: MemberRequest,
    credit: CreditView,
    act: Callable[[], object],
    said: str,
    form: MoveForm | None = None,
) -> HttpResponse:
    """Do it and say so; a refusal is shown at the form it is about, else on top of the page."""
    try:
        act()
    except _REFUSALS as refusal:
        if form is not None:
            form.add_error("amount", capfirst(str(refusal)))
            return _page(request, _credit(credit.customer_id, credit.id), form)
        return _page(request, _credit(credit.customer_id, credit.id), problem=str(refusal))
    messages.success(request, said)
    return redirect("credit", request.organisation.slug, credit.customer_id, credit.id)


@member_required(Role.CONTROLLER)
@require_POST
def divide(request: MemberRequest, customer_id: int, credit_id: int) -> HttpResponse:
    """Put what is left on what the customer owes, in the organisation's order."""
    credit = _credit(customer_id, credit_id)
    return _done(
        request,
        credit,
        lambda: cash_application.divide_on_account(
            credit_id=credit.id, on=request.today, actor=request.actor
        ),
        _("The money was put on what is owed; each invoice says why."),
    )


@member_required(Role.CONTROLLER)
@require_POST
def allocate(request: MemberRequest, customer_id: int, credit_id: int) -> HttpResponse:
    """Put it on the invoices that were chosen, so much on each."""
    credit = _credit(customer_id, credit_id)
    try:
        allocations = chosen_amounts(request, currency=credit.currency)
    except NothingChosen as problem:
        return _page(request, credit, problem=str(problem))
    return _done(
        request,
        credit,
        lambda: cash_application.allocate_credit(
            credit_id=credit.id, allocations=allocations, on=request.today, actor=request.actor
        ),
        _("The money was allocated."),
    )


@member_required(Role.CONTROLLER)
@require_POST
def move(request: MemberRequest, customer_id: int, credit_id: int) -> HttpResponse:
    """Move it to another customer's account."""
    credit = _credit(customer_id, credit_id)
    form = _form(request, credit, request.POST)
    if not form.is_valid():
        return _page(request, credit, form)
    other = customer_meant(form.cleaned_data["customer"])
    if other is None:
        form.add_error("customer", _("No customer has this number, and not just one has this name."))
        return _page(request, credit, form)
    return _done(
        request,
        credit,
        lambda: cash_application.move_to_customer(
            credit_id=credit.id,
            customer_id=other,
            amount_minor=form.cleaned_data["amount"].minor,
            text=form.cleaned_data["reason"],
            on=request.today,
            actor=request.actor,
        ),
        _("The money is on the other customer's account."),
        form,
    )


@member_required(Role.CONTROLLER)
@require_POST
def move_back(request: MemberRequest, customer_id: int, credit_id: int, item_id: int) -> HttpResponse:
    """Move it back, off whatever it settled there."""
    credit = _credit(customer_id, credit_id)
    if item_id not in {row.item_id for row in ledger.allocations_of_credit(credit.id) if _is_moved(row)}:
        raise Http404
    return _done(
        request,
        credit,
        lambda: cash_application.move_back(item_id=item_id, on=request.today, actor=request.actor),
        _("The money is back on this customer's account."),
    )
