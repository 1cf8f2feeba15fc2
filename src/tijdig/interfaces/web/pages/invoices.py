"""Invoices: the list, one invoice's page, and what a person does there: add, undo, write off, hold."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tijdig.customers import queries as customers
from tijdig.domain.ledger import WriteOffReason
from tijdig.dunning import operations as dunning
from tijdig.dunning import queries as follow_ups
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.discount_offer import offer_on
from tijdig.interfaces.web.forms import AmountField, DayField, amount_as_typed
from tijdig.interfaces.web.listing import PAGE_SIZE, Listing, is_key, read_listing
from tijdig.interfaces.web.pages.customers import HoldForm, customer_meant, state_of, timeline_of
from tijdig.invoices import queries as invoices
from tijdig.ledger import operations as writing
from tijdig.ledger import queries as ledger
from tijdig.ledger.queries import ItemStatus, ItemView
from tijdig.messaging import queries as messaging
from tijdig.organisations.queries import Role
from tijdig.processes import cash_application, invoice_import
from tijdig.reporting import timeline

_TABS = (
    (ItemStatus.OPEN, pgettext_lazy("invoices", "Open")),
    (ItemStatus.OVERDUE, gettext_lazy("Overdue")),
    (ItemStatus.PAID, pgettext_lazy("invoices", "Paid")),
    (ItemStatus.ALL, pgettext_lazy("invoices", "All")),
)


class InvoiceForm(forms.Form):
    """An invoice that comes from no file."""

    customer_number = forms.CharField(
        label=gettext_lazy("Customer"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "known-customers"}),
        help_text=gettext_lazy("Type a name or number, and choose."),
    )
    number = forms.CharField(label=gettext_lazy("Invoice number"), max_length=100)
    issue_date = DayField(label=gettext_lazy("Invoice date"))
    due_date = DayField(
        label=gettext_lazy("Due date"),
        required=False,
        help_text=gettext_lazy("Empty: by the payment term of the customer."),
    )
    amount = AmountField(label=gettext_lazy("Amount to pay, VAT included"))
    reference = forms.CharField(
        label=gettext_lazy("Payment reference"),
        max_length=140,
        required=False,
        help_text=gettext_lazy("As it stands on the invoice. Empty: made for you where the country has one."),
    )
    description = forms.CharField(label=gettext_lazy("What it is for"), max_length=300, required=False)

    def __init__(self, *arguments: Any, currency: str, suggestions: str = "", **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["customer_number"].widget.attrs |= {
            "hx-get": suggestions,
            "hx-trigger": "input changed delay:150ms",
            "hx-target": "#known-customers",
        }
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        amount.currency = currency


_WHY = (
    (WriteOffReason.SMALL_DIFFERENCE, gettext_lazy("A small difference")),
    (WriteOffReason.BANK_CHARGES, gettext_lazy("Bank charges")),
    (WriteOffReason.GOODWILL, gettext_lazy("Goodwill")),
    (WriteOffReason.UNCOLLECTABLE, gettext_lazy("It cannot be collected")),
    (WriteOffReason.DISPUTED, gettext_lazy("It is disputed, and rightly so")),
    (WriteOffReason.OTHER, gettext_lazy("Another reason")),
)


class WriteOffForm(forms.Form):
    """How much is given up, and why."""

    why = forms.ChoiceField(label=gettext_lazy("Why"), choices=_WHY)
    reason = forms.CharField(label=gettext_lazy("In your own words"), max_length=300, required=False)

    def __init__(self, *arguments: Any, item: ItemView, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["amount"] = AmountField(label=_("Amount"), currency=item.currency)
        self.order_fields(["amount", "why", "reason"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("why") == WriteOffReason.OTHER and not values.get("reason"):
            self.add_error("reason", _("Say in a few words why."))
        return values


class UndoForm(forms.Form):
    """Why a booking is undone."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300)


@member_required()
@require_GET
def listing(request: MemberRequest) -> HttpResponse:
    """All invoices and other open items: open, overdue, paid or all."""
    chosen = read_listing(
        request,
        sorts=("due_date", "issue_date", "amount", "open", "number"),
        filters={"status": tuple(ItemStatus), "customer": ()},
    )
    status = ItemStatus(chosen.filters["status"] or ItemStatus.OPEN)
    customer = _customer_of(chosen)
    narrowed: dict[str, Any] = {
        "on": request.today,
        "status": status,
        "search": ledger.look_up(chosen.search),
        "customer_id": customer.id if customer else None,
    }
    page = ledger.item_page(
        **narrowed, sort=chosen.sort, after=chosen.after, before=chosen.before, limit=PAGE_SIZE
    )
    names = customers.many({item.customer_id for item in page.items})
    context = {
        "listing": chosen.with_pages(after=page.next_after, before=page.previous_before),
        "rows": [
            (item, names.get(item.customer_id), state_of(item, on=request.today)) for item in page.items
        ],
        "tabs": [(word, chosen.filter_link(status=tab), tab == status) for tab, word in _TABS],
        "status": status,
        "customer": customer,
        "shown": _shown(ledger.item_count(**narrowed)),
    }
    return render(request, "invoices/list.html", context)


def _customer_of(chosen: Listing) -> customers.CustomerView | None:
    number = chosen.filters["customer"]
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    try:
        return customers.get(int(number))
    except customers.CustomerUnknown as unknown:
        raise Http404 from unknown


def _shown(count: ledger.Count) -> str:
    shown = number_format(count.number, force_grouping=True)
    if count.more:
        return _("More than %(count)s invoices") % {"count": shown}
    return ngettext("%(count)s invoice", "%(count)s invoices", count.number) % {"count": shown}


@member_required()
@require_GET
def page(request: MemberRequest, item_id: int) -> HttpResponse:
    """One invoice: figures, what settled it, what comes next, and everything that happened."""
    return _page(request, _item(item_id))


def _item(item_id: int) -> ItemView:
    item = ledger.item(item_id)
    if item is None:
        raise Http404
    return item


def _page(request: MemberRequest, item: ItemView, problem: str = "", **forms_: forms.Form) -> HttpResponse:
    holds = follow_ups.holds_of(item.customer_id, on=request.today)
    context = {
        "item": item,
        "state": state_of(item, on=request.today),
        "days_late": max((request.today - item.due_date).days, 0) if item.is_open else 0,
        "customer": customers.get(item.customer_id),
        "invoice": invoices.invoice_of_item(item.id),
        "allocations": _settled_by(item),
        "discount": offer_on(item) if item.is_open else None,
        "problem": problem,
        "follow_up": follow_ups.follow_up_of(item.id),
        "holds": [hold for hold in holds if hold.item_id in (None, item.id)],
        "messages_sent": messaging.messages_about(item.id),
        "timeline": timeline_of(request, timeline.of_item, item.id),
        "undo_form": UndoForm(),
        "write_off_form": WriteOffForm(item=item, initial=_rest(item)),
        "hold_form": HoldForm(),
        **forms_,
    }
    return render(request, "invoices/page.html", context, status=400 if forms_ or problem else 200)


def _settled_by(item: ItemView) -> list[tuple[ledger.AllocationView, ledger.CreditView | None]]:
    """Return what settled it, each with the money on account it came from; None where it was made for this."""
    rows = ledger.allocations_of_item(item.id)
    of_their_own = {row.credit_id for row in rows if not row.credit_kind.belongs_to_its_item}
    credits = ledger.credits(of_their_own)
    return [(row, credits.get(row.credit_id)) for row in rows]


def _rest(item: ItemView) -> dict[str, str]:
    """Return what is left of an invoice that was paid for the most part: that is what is mostly written off."""
    if item.open_minor * 2 >= item.amount_minor:
        return {}
    return {"amount": amount_as_typed(item.open, language=(get_language() or "en")[:2])}


@member_required(Role.CONTROLLER)
def new(request: MemberRequest) -> HttpResponse:
    """Add an invoice by hand."""
    house = request.organisation
    known = {"customer_number": request.GET.get("customer", ""), "issue_date": request.today}
    form = InvoiceForm(
        request.POST or None,
        initial=known,
        currency=house.currency,
        suggestions=reverse("suggest_customers", args=[house.slug]),
    )
    if request.method == "POST" and form.is_valid():
        added = _added(request, form)
        if added is not None and added.item_id is not None:
            messages.success(request, _("The invoice was added, and is followed up from now on."))
            return redirect("invoice", house.slug, added.item_id)
        if added is not None:
            messages.success(request, _("The credit note was added."))
            return redirect("customer", house.slug, added.customer_id)
    return render(request, "invoices/new.html", {"form": form})


def _added(request: MemberRequest, form: InvoiceForm) -> invoices.InvoiceView | None:
    """Return the document that was added; None where the form now says what is wrong."""
    values = dict(form.cleaned_data)
    number = values.pop("customer_number")
    customer_id = customer_meant(number)
    if customer_id is None:
        form.add_error("customer_number", _("No customer has this number, and not just one has this name."))
        return None
    try:
        invoice_id = invoice_import.add_by_hand(
            customer_id=customer_id, on=request.today, actor=request.actor, **values
        )
    except invoice_import.InvoiceRefused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, capfirst(str(refusal)))
        return None
    return invoices.invoice(invoice_id)


@member_required(Role.CONTROLLER)
@require_POST
def undo(request: MemberRequest, item_id: int, allocation_id: int) -> HttpResponse:
    """Undo what settled (part of) an invoice, by a reversing row."""
    item = _item(item_id)
    if allocation_id not in {allocation.id for allocation in ledger.allocations_of_item(item.id)}:
        raise Http404
    form = UndoForm(request.POST)
    if not form.is_valid():
        return _page(request, item, undo_form=form)
    try:
        cash_application.undo_allocation(
            allocation_id=allocation_id,
            text=form.cleaned_data["reason"],
            on=request.today,
            actor=request.actor,
        )
    except (writing.AllocationUndoneAlready, writing.ReversalCannotBeUndone) as refusal:
        messages.error(request, capfirst(str(refusal)))
    else:
        messages.success(request, _("Undone: the invoice is open again."))
    return redirect("invoice", request.organisation.slug, item.id)


@member_required(Role.CONTROLLER)
@require_POST
def write_off(request: MemberRequest, item_id: int) -> HttpResponse:
    """Ask no longer for (part of) what is open."""
    item = _item(item_id)
    form = WriteOffForm(request.POST, item=item)
    if form.is_valid():
        try:
            cash_application.write_off(
                item_id=item.id,
                amount_minor=form.cleaned_data["amount"].minor,
                why=WriteOffReason(form.cleaned_data["why"]),
                text=form.cleaned_data["reason"],
                role=request.role,
                on=request.today,
                actor=request.actor,
            )
        except (
            writing.WriteOffAboveLimit,
            writing.WriteOffTooLarge,
            writing.AllocationInvalid,
            writing.ItemSettled,
        ) as refusal:
            form.add_error("amount", capfirst(str(refusal)))
        else:
            messages.success(request, _("Written off."))
            return redirect("invoice", request.organisation.slug, item.id)
    return _page(request, item, write_off_form=form)


@member_required(Role.CONTROLLER)
@require_POST
def give_discount(request: MemberRequest, item_id: int) -> HttpResponse:
    """Settle what is left by the discount for paying early, beside the payment that was in time."""
    item, credit = _item(item_id), request.POST.get("credit", "")
    try:
        cash_application.give_discount(
            credit_id=int(credit) if is_key(credit) else 0,
            item_id=item.id,
            on=request.today,
            actor=request.actor,
        )
    except (
        cash_application.NoDiscount,
        writing.AllocationInvalid,
        writing.ItemMissing,
        writing.ItemSettled,
        writing.WriteOffTooLarge,
    ) as refusal:
        return _page(request, _item(item.id), problem=str(refusal))
    messages.success(request, _("The discount was given: the invoice is settled."))
    return redirect("invoice", request.organisation.slug, item.id)


@member_required(Role.CONTROLLER)
@require_POST
def place_hold(request: MemberRequest, item_id: int) -> HttpResponse:
    """Send nothing about this invoice for a while."""
    item = _item(item_id)
    form = HoldForm(request.POST)
    if form.is_valid():
        try:
            dunning.place_hold(
                customer_id=item.customer_id,
                item_id=item.id,
                on=request.today,
                actor=request.actor,
                **form.cleaned_data,
            )
        except dunning.HoldInvalid as problem:
            form.add_error(None, capfirst(str(problem)))
        else:
            messages.success(request, _("On hold: nothing is sent about this invoice."))
            return redirect("invoice", request.organisation.slug, item.id)
    return _page(request, item, hold_form=form)
