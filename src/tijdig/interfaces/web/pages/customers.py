"""Customers: the list, one customer's page, and what a person does there: edit, note, hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from tijdig.banking import operations as banking
from tijdig.banking import queries as bank
from tijdig.customers import operations, queries
from tijdig.customers.checks import country_codes
from tijdig.domain.parties import Channel, PartyKind
from tijdig.dunning import operations as dunning
from tijdig.dunning import queries as follow_ups
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.forms import DayField
from tijdig.interfaces.web.listing import PAGE_SIZE, read_listing
from tijdig.interfaces.web.statuses import WORDS
from tijdig.ledger import queries as ledger
from tijdig.ledger.queries import ItemView
from tijdig.organisations.queries import Role
from tijdig.processes.blocks import blocked_customers
from tijdig.reporting import timeline
from tijdig.reporting.customers import customers_page
from tijdig.reporting.payment_habits import payment_habits

_COUNTED_TO = 1000
_SUGGESTED = 12
_KINDS = [(kind.value, WORDS[kind.value]) for kind in PartyKind]


class CustomerForm(forms.Form):
    """Who the customer is and how to reach them."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    number = forms.CharField(label=gettext_lazy("Customer number"), max_length=60)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=_KINDS,
        help_text=gettext_lazy("Decides which law applies; unknown counts as a consumer."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    contact_name = forms.CharField(label=gettext_lazy("Contact person"), max_length=100, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=40, required=False)
    preferred_channel = forms.ChoiceField(
        label=gettext_lazy("Write by"),
        choices=[(channel.value, WORDS[channel.value]) for channel in Channel],
        help_text=gettext_lazy("When that way is missing, the other is used."),
    )
    street = forms.CharField(label=gettext_lazy("Street and number"), max_length=200, required=False)
    postcode = forms.CharField(label=gettext_lazy("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=gettext_lazy("Town"), max_length=100, required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    vat_number = forms.CharField(label=gettext_lazy("VAT number"), max_length=30, required=False)
    legal_id = forms.CharField(label=gettext_lazy("KvK or KBO number"), max_length=40, required=False)
    payment_term_days = forms.IntegerField(
        label=gettext_lazy("Payment term in days"), min_value=0, max_value=365, required=False,
        help_text=gettext_lazy("Empty: the organisation's own."),
    )  # fmt: skip

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        common = ("", "NL", "BE", "DE", "FR", "LU")
        rest = sorted(country_codes() - set(common))
        self.fields["country"].choices = [(code, WORDS.get(code, code)) for code in (*common, *rest)]  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    """What was said or seen."""

    text = forms.CharField(
        label=gettext_lazy("Note"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class HoldForm(forms.Form):
    """Why nothing should be sent for a while, and until when."""

    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=300, help_text=gettext_lazy("Shown wherever it waits.")
    )
    until = DayField(
        label=gettext_lazy("Until and including"),
        required=False,
        help_text=gettext_lazy("Empty: until somebody lifts it."),
    )


@member_required()
@require_GET
def listing(request: MemberRequest) -> HttpResponse:
    """All customers with what they owe."""
    filters = {
        "kind": tuple(PartyKind),
        "language": tuple(dict(settings.LANGUAGES)),
        "email": ("yes", "no", "none"),
    }
    chosen = read_listing(request, sorts=("name", "number"), filters=filters)
    narrowed = queries.CustomerFilters(
        kind=PartyKind(chosen.filters["kind"]) if chosen.filters["kind"] else None,
        language=chosen.filters["language"] or None,
        has_email={"yes": True, "no": False}.get(chosen.filters["email"]),
        unreachable=chosen.filters["email"] == "none",
    )
    try:
        page = customers_page(
            request.today,
            search=chosen.search,
            sort=queries.CustomerSort(chosen.sort),
            filters=narrowed,
            after=chosen.after_id,
            before=chosen.before_id,
            limit=PAGE_SIZE,
        )
    except queries.CustomerUnknown as gone:
        raise Http404 from gone
    context = {
        "listing": chosen.with_pages(after=page.next_after, before=page.previous_before),
        "rows": page.rows,
        "kinds": _KINDS,
        "shown": _shown(queries.count(search=chosen.search, filters=narrowed, most=_COUNTED_TO)),
    }
    return render(request, "customers/list.html", context)


def _shown(found: int) -> str:
    shown = number_format(found, force_grouping=True)
    if found >= _COUNTED_TO:
        return _("%(count)s or more customers") % {"count": shown}
    return ngettext("%(count)s customer", "%(count)s customers", found) % {"count": shown}


@member_required()
@require_GET
def page(request: MemberRequest, customer_id: int) -> HttpResponse:
    """One customer: figures, what is open, and everything that happened."""
    return _page(request, _customer(customer_id))


def _customer(customer_id: int) -> queries.CustomerView:
    try:
        return queries.get(customer_id)
    except queries.CustomerUnknown as unknown:
        raise Http404 from unknown


def _page(request: MemberRequest, customer: queries.CustomerView, **forms_: forms.Form) -> HttpResponse:
    items = ledger.open_items_of(customer.id)
    followed = follow_ups.follow_ups_of([item.id for item in items])
    context = {
        "customer": customer,
        "balances": ledger.balance_of(customer.id, on=request.today),
        "habits": payment_habits(customer.id, on=request.today),
        "items": [(item, state_of(item, on=request.today), followed.get(item.id)) for item in items],
        "on_account": ledger.credits_with_money_left(customer.id),
        "holds": follow_ups.holds_of(customer.id, on=request.today),
        "blocked": blocked_customers([customer.id], on=request.today).get(customer.id) if items else None,
        "payers": bank.payers_of(customer.id),
        "timeline": timeline_of(request, timeline.of_customer, customer.id),
        "note_form": NoteForm(),
        "hold_form": HoldForm(),
        **forms_,
    }
    return render(request, "customers/page.html", context, status=400 if forms_ else 200)


def customer_meant(text: str) -> int | None:
    """Return the customer with this number, or the only one whose name, number or town fits; else None."""
    by_number = queries.by_numbers([text]).get(text)
    found = (by_number,) if by_number is not None else queries.ids_matching(text, limit=2)
    return found[0] if len(found) == 1 else None


def state_of(item: ItemView, *, on: date) -> str:
    """Return the status the item reads as: PAID, OVERDUE, PART_PAID, DUE_TODAY or NOT_DUE."""
    if not item.is_open:
        return "PAID"
    if item.is_overdue(on):
        return "OVERDUE"
    if item.due_date == on:
        return "DUE_TODAY"
    return "PART_PAID" if item.open_minor < item.amount_minor else "NOT_DUE"


def timeline_of(
    request: MemberRequest, of_subject: Callable[..., timeline.TimelinePage], subject_id: int
) -> timeline.TimelinePage:
    """Return the page of the timeline the address asks for."""
    try:
        return of_subject(subject_id, after=request.GET.get("after") or None)
    except timeline.CursorInvalid as wrong:
        raise Http404 from wrong


@member_required()
@require_GET
def suggest(request: MemberRequest) -> HttpResponse:
    """Customers whose name, number or town begins so, to choose one by its number."""
    asked = request.GET.get("customer_number") or request.GET.get("customer", "")
    words = asked.replace("\x00", "").strip()[:100]
    found = queries.many(queries.ids_matching(words, limit=_SUGGESTED)) if words else {}
    return render(request, "customers/suggestions.html", {"customers": tuple(found.values())})


@member_required(Role.CONTROLLER)
def new(request: MemberRequest) -> HttpResponse:
    """Add a customer by hand."""
    house = request.organisation
    form = CustomerForm(
        request.POST or None,
        initial={
            "country": house.country,
            "language": house.language,
            "number": queries.next_number(),
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            customer_id = operations.create_customer(actor=request.actor, **form.cleaned_data)
        except (operations.CustomerInvalid, operations.NumberTaken) as problem:
            _add_problem(form, problem)
        else:
            messages.success(request, _("The customer was added."))
            return redirect("customer", house.slug, customer_id)
    return render(request, "customers/form.html", {"form": form, "customer": None})


@member_required(Role.CONTROLLER)
def edit(request: MemberRequest, customer_id: int) -> HttpResponse:
    """Change who a customer is or how to reach them."""
    customer = _customer(customer_id)
    known = {name: getattr(customer, name) for name in CustomerForm.base_fields}
    form = CustomerForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_customer(customer_id=customer.id, actor=request.actor, **form.cleaned_data)
        except (operations.CustomerInvalid, operations.NumberTaken) as problem:
            _add_problem(form, problem)
        else:
            messages.success(request, _("Saved."))
            return redirect("customer", request.organisation.slug, customer.id)
    return render(request, "customers/form.html", {"form": form, "customer": customer})


def _add_problem(form: forms.Form, problem: operations.CustomerInvalid | operations.NumberTaken) -> None:
    if isinstance(problem, operations.NumberTaken):
        form.add_error("number", capfirst(str(problem)))
    else:
        form.add_error(problem.field if problem.field in form.fields else None, problem.problem)


@member_required(Role.CONTROLLER)
@require_POST
def add_note(request: MemberRequest, customer_id: int) -> HttpResponse:
    """Note something down about a customer."""
    customer = _customer(customer_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, customer, note_form=form)
    operations.add_note(customer_id=customer.id, text=form.cleaned_data["text"], actor=request.actor)
    messages.success(request, _("The note was added."))
    return redirect("customer", request.organisation.slug, customer.id)


@member_required(Role.CONTROLLER)
@require_POST
def place_hold(request: MemberRequest, customer_id: int) -> HttpResponse:
    """Send this customer nothing for a while."""
    customer = _customer(customer_id)
    form = HoldForm(request.POST)
    if form.is_valid():
        try:
            dunning.place_hold(
                customer_id=customer.id, on=request.today, actor=request.actor, **form.cleaned_data
            )
        except dunning.HoldInvalid as problem:
            form.add_error(None, capfirst(str(problem)))
        else:
            messages.success(request, _("Follow-up is on hold: nothing is sent to this customer."))
            return redirect("customer", request.organisation.slug, customer.id)
    return _page(request, customer, hold_form=form)


@member_required(Role.CONTROLLER)
@require_POST
def forget_payer(request: MemberRequest, customer_id: int, payer_id: int) -> HttpResponse:
    """Count no more on an account being this customer's."""
    customer = _customer(customer_id)
    try:
        banking.forget_payer(payer_id=payer_id, customer_id=customer.id, actor=request.actor)
    except banking.PayerMissing as gone:
        messages.error(request, capfirst(str(gone)))
    else:
        messages.success(request, _("The account was forgotten; a new payment may teach it again."))
    return redirect("customer", request.organisation.slug, customer.id)


@member_required(Role.CONTROLLER)
@require_POST
def lift_hold(request: MemberRequest, customer_id: int, hold_id: int) -> HttpResponse:
    """Go on with the follow-up."""
    customer = _customer(customer_id)
    if hold_id not in {hold.id for hold in follow_ups.holds_of(customer.id, on=request.today)}:
        raise Http404
    dunning.lift_hold(hold_id=hold_id, on=request.today, actor=request.actor)
    messages.success(request, _("The hold was lifted: follow-up goes on where it stood."))
    return redirect("customer", request.organisation.slug, customer.id)
