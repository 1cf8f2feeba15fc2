"""Settings › Money: how payments are placed, what may be written off, and when reminders wait for the bank."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from tijdig.domain.money import Money
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.forms import AmountField, amount_as_typed
from tijdig.organisations import operations, queries
from tijdig.organisations.checks import SettingInvalid
from tijdig.organisations.queries import Role

_MILLION = 1_000_000
_ORDERS = (
    ("LAW", gettext_lazy("As the law says: costs and interest before the invoice itself")),
    ("PRINCIPAL_FIRST", gettext_lazy("The invoice itself first: friendlier to the customer")),
    ("OLDEST_FIRST", gettext_lazy("The oldest invoice first, whatever it is for")),
)


class MoneyForm(forms.Form):
    """How money that comes in is treated."""

    precision = forms.DecimalField(
        label=gettext_lazy("How sure a match must be to book by itself, in percent"),
        min_value=90,
        max_value=100,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=gettext_lazy(
            "Of a hundred bookings by itself, so many must be right. Usual: 99.9. At 100 nothing is ever sure enough, "
            "and everything waits for a person."
        ),
    )
    small_difference = AmountField(
        label=gettext_lazy("Small differences up to"),
        max_length=12,
        help_text=gettext_lazy("Somebody who pays a few cents too little hears nothing more. 0: never."),
    )
    allocation_order = forms.ChoiceField(
        label=gettext_lazy("What a payment without a reference settles first"),
        choices=_ORDERS,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("What the payer names always comes first."),
    )
    discount_percent = forms.DecimalField(
        label=gettext_lazy("Discount for paying early, in percent"),
        min_value=0,
        max_value=25,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=gettext_lazy("0: none."),
    )
    discount_days = forms.IntegerField(
        label=gettext_lazy("When paid within so many days"), min_value=0, max_value=120
    )
    discount_grace_days = forms.IntegerField(
        label=gettext_lazy("Days that a bank may take on top"), min_value=0, max_value=14
    )
    write_off_limit = AmountField(
        label=gettext_lazy("A controller may write off, per invoice"),
        max_length=16,
        help_text=gettext_lazy("An owner has no limit."),
    )
    hold_on_unapplied_money = forms.BooleanField(
        label=gettext_lazy("Send no reminder to a customer whose money waits to be placed"), required=False
    )
    stale_after_days = forms.IntegerField(
        label=gettext_lazy("Bank data are old after so many working days"),
        min_value=0,
        max_value=60,
        help_text=gettext_lazy("Then Today and the daily run warn. 0: never."),
    )
    hold_when_stale = forms.BooleanField(
        label=gettext_lazy("Send no reminders at all while the bank data are old"), required=False
    )

    def __init__(self, *args: Any, currency: str, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("small_difference", "write_off_limit"):
            field = self.fields[name]
            field.currency = currency  # type: ignore[attr-defined]
            field.label = f"{field.label} ({currency})"

    def settings(self) -> operations.CashSettings:
        """Return what was filled in as the operation takes it."""
        given = self.cleaned_data
        return operations.CashSettings(
            required_precision=int(given["precision"] * _MILLION / 100),
            small_difference=given["small_difference"].minor,
            allocation_order=given["allocation_order"],
            discount_basis_points=int(given["discount_percent"] * 100),
            discount_days=given["discount_days"],
            discount_grace_days=given["discount_grace_days"],
            controller_write_off_limit=given["write_off_limit"].minor,
            hold_on_unapplied_money=given["hold_on_unapplied_money"],
            stale_after_days=given["stale_after_days"],
            hold_when_stale=given["hold_when_stale"],
        )


@member_required(Role.OWNER)
def money(request: MemberRequest) -> HttpResponse:
    """How payments are placed, and when reminders wait for them."""
    currency, known = request.organisation.currency, queries.cash_policy()
    form = MoneyForm(request.POST or None, currency=currency, initial=_initial(known, currency))
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_cash_policy(actor=request.actor, **form.settings())
        except SettingInvalid as problem:
            field = {"controller_write_off_limit": "write_off_limit"}.get(problem.field, problem.field)
            form.add_error(field if field in form.fields else None, str(problem))
        else:
            messages.success(request, _("Saved."))
            return redirect("settings", request.organisation.slug)
    return render(request, "settings/money.html", {"form": form})


def _initial(known: queries.CashPolicyView, currency: str) -> dict[str, Any]:
    def amount(minor: int) -> str:
        return amount_as_typed(Money(minor, currency), language=(get_language() or "en")[:2])

    return {
        "precision": (Decimal(known.required_precision) * 100 / _MILLION).normalize(),
        "small_difference": amount(known.small_difference),
        "allocation_order": known.allocation_order,
        "discount_percent": Decimal(known.discount_basis_points) / 100,
        "discount_days": known.discount_days,
        "discount_grace_days": known.discount_grace_days,
        "write_off_limit": amount(known.controller_write_off_limit),
        "hold_on_unapplied_money": known.hold_on_unapplied_money,
        "stale_after_days": known.stale_after_days,
        "hold_when_stale": known.hold_when_stale,
    }
