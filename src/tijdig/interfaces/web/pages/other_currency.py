"""A payment for what is owed in another currency: a person says what it is worth there, and books it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tijdig.banking import queries as bank
from tijdig.banking.queries import LineState, LineView
from tijdig.customers import queries as customers
from tijdig.customers.queries import CustomerView
from tijdig.domain.money import AmountInvalid
from tijdig.infra.readers_language import in_words
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.forms import AmountField, amount_as_typed, amounts_on_items
from tijdig.interfaces.web.pages.bank import NO_AMOUNT, REFUSALS, OpenRow, currency_meant, movement
from tijdig.interfaces.web.pages.customers import customer_meant
from tijdig.ledger import queries as ledger
from tijdig.organisations.queries import Role
from tijdig.processes import cash_application
from tijdig.processes.invoice_import.table_rows import CURRENCIES

_FIRST = ("EUR", "USD", "GBP", "CHF")
_REFUSALS = (*REFUSALS, cash_application.CurrencyIsTheSame)


class ChoiceForm(forms.Form):
    """Whose payment it is, and in which currency it is owed."""

    customer = forms.CharField(
        label=gettext_lazy("Customer"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "known-customers"}),
        help_text=gettext_lazy("Type a name or number, and choose."),
    )

    def __init__(self, *arguments: Any, paid_in: str, suggestions: str, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["customer"].widget.attrs |= {
            "hx-get": suggestions,
            "hx-trigger": "input changed delay:150ms",
            "hx-target": "#known-customers",
        }
        self.fields["currency"] = forms.ChoiceField(
            label=_("Currency"),
            choices=[
                (code, code) for code in (*_FIRST, *sorted(CURRENCIES - set(_FIRST))) if code != paid_in
            ],
        )

    def clean(self) -> dict[str, Any]:
        """Turn what was typed into the customer that is meant."""
        values = super().clean() or self.cleaned_data
        if "customer" in values:
            values["customer"] = customer_meant(values["customer"])
            if values["customer"] is None:
                self.add_error("customer", _("No customer has this number, and not just one has this name."))
        return values


class WorthForm(forms.Form):
    """What the payment is worth in the currency that was chosen."""

    def __init__(self, *arguments: Any, currency: str, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["amount"] = AmountField(
            label=_("The payment in %(currency)s") % {"currency": currency},
            currency=currency,
            help_text=_("As the customer's bank or yours reckoned it, or as you agreed."),
        )


@member_required(Role.CONTROLLER)
@require_http_methods(["GET", "POST"])
def page(request: MemberRequest, line_id: int) -> HttpResponse:
    """Choose the customer and the currency (GET), then say what it is worth and book it (POST)."""
    line = movement(line_id)
    if line.state != LineState.WAITING or not line.is_receipt:
        if request.method == "POST":
            messages.error(request, _("Somebody has dealt with this payment already."))
        return redirect("bank_line", request.organisation.slug, line.id)
    named = _named(line)
    given = request.POST if request.method == "POST" else request.GET
    asked: Mapping[str, Any] = given if "customer" in given or "currency" in given else named
    suggestions = reverse("suggest_customers", args=[request.organisation.slug])
    whole = "customer" in asked and "currency" in asked
    choice = ChoiceForm(
        asked if whole else None, initial=asked, paid_in=line.amount.currency, suggestions=suggestions
    )
    if not whole or not choice.is_valid():
        context = {"line": line, "choice": choice}
        return render(request, "bank/other_currency.html", context, status=400 if choice.errors else 200)
    if request.method == "POST":
        return _book(request, line, choice)
    return _page(request, line, choice)


def _named(line: LineView) -> dict[str, str]:
    """Return what the payment tells by itself: the currency, and the customer of the invoice it names."""
    known: dict[str, str] = {}
    if currency := currency_meant(line):
        known["currency"] = currency
    if line.reason is not None and line.reason.code == "OTHER_CURRENCY":
        number = str(line.reason.facts["numbers"]).split(", ")[0]
        item = ledger.known_numbers([number]).get(number)
        if item is not None:
            known["customer"] = customers.get(item.customer_id).number
    return known


def _page(
    request: MemberRequest,
    line: LineView,
    choice: ChoiceForm,
    form: WorthForm | None = None,
    problem: str = "",
) -> HttpResponse:
    currency = choice.cleaned_data["currency"]
    customer = customers.get(choice.cleaned_data["customer"])
    original = line.original_amount
    known = original if original is not None and original.currency == currency else None
    worth = amount_as_typed(known, language=request.LANGUAGE_CODE) if known else ""
    context = {
        "line": line,
        "choice": choice,
        "customer": customer,
        "currency": currency,
        "rows": _rows(request, customer, currency, line),
        "form": form or WorthForm(initial={"amount": worth}, currency=currency),
        "problem": problem,
    }
    return render(request, "bank/other_currency.html", context, status=400 if form else 200)


def _rows(request: MemberRequest, customer: CustomerView, currency: str, line: LineView) -> list[OpenRow]:
    """Return what the customer owes in that currency; what the payment names comes first, and filled in.

    It is only filled in where the bank tells the amount in that currency, and it is just what is open.
    """
    owed = [
        item for item in ledger.open_items_of(customer.id) if item.currency == currency and item.kind.is_debt
    ]
    owed.sort(key=lambda item: (item.number not in line.remittance, item.due_date))
    fits = [item for item in owed if item.number in line.remittance and item.open == line.original_amount]
    typed = {
        f"item-{item.id}": amount_as_typed(item.open, language=request.LANGUAGE_CODE) for item in fits[:1]
    }
    given = request.POST if request.method == "POST" else typed
    return [OpenRow(item, customer, given.get(f"item-{item.id}", "")) for item in owed]


def _book(request: MemberRequest, line: LineView, choice: ChoiceForm) -> HttpResponse:
    currency = choice.cleaned_data["currency"]
    form = WorthForm(request.POST, currency=currency)
    if not form.is_valid():
        return _page(request, line, choice, form)
    try:
        cash_application.book_in_other_currency(
            line_id=line.id,
            amount=form.cleaned_data["amount"],
            allocations=amounts_on_items(request.POST, currency=currency),
            customer_id=choice.cleaned_data["customer"],
            on=request.today,
            actor=request.actor,
        )
    except AmountInvalid as wrong:
        return _page(request, line, choice, form, NO_AMOUNT % {"problem": in_words(str(wrong))})
    except _REFUSALS as refusal:
        return _page(request, line, choice, form, str(refusal))
    messages.success(request, _("The payment was booked."))
    return redirect("bank_line", request.organisation.slug, bank.waiting_after(line.id) or line.id)
