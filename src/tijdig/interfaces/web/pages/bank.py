"""Bank: the movements and statements, and the page where a person puts a payment in its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from tijdig.banking import line_rules, taken_back
from tijdig.banking import operations as banking
from tijdig.banking import queries as bank
from tijdig.banking.line_rules import rule_list
from tijdig.banking.queries import LineState, LineView
from tijdig.customers import queries as customers
from tijdig.domain.line_rules import LineRule, RuleInvalid
from tijdig.domain.matching import Share
from tijdig.domain.money import AmountInvalid
from tijdig.infra import files
from tijdig.infra.readers_language import in_words
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.answers import download
from tijdig.interfaces.web.discount_offer import DiscountOffer, offer_on
from tijdig.interfaces.web.forms import amounts_on_items
from tijdig.interfaces.web.listing import PAGE_SIZE, is_key, read_listing
from tijdig.interfaces.web.matchers import WAYS, name_of
from tijdig.ledger import operations as ledger_operations
from tijdig.ledger import queries as ledger
from tijdig.ledger.queries import ItemStatus
from tijdig.organisations.queries import Role
from tijdig.payments import operations as refund_operations
from tijdig.payments import queries as payments
from tijdig.payments.queries import RefundView
from tijdig.processes import cash_application, refunds, returns

_TABS = (
    (LineState.WAITING, gettext_lazy("Waiting")),
    (LineState.BOOKED, pgettext_lazy("movements", "Booked")),
    (LineState.IGNORED, pgettext_lazy("movements", "Set aside")),
    ("ALL", pgettext_lazy("movements", "All")),
)
_FOUND_AT_MOST = 30
_PAYERS_AT_MOST = 8
_EARLIER_AT_MOST = 10
_ELSEWHERE_AT_MOST = 5
_COUNTED_TO = 1000
# What a person may run into while booking; each says in its own words what to do.
REFUSALS = (
    cash_application.LineNotWaiting,
    cash_application.LineNotBooked,
    cash_application.LineNotIgnored,
    cash_application.NotAReceipt,
    cash_application.StatementCountsNot,
    cash_application.AllocatedTooMuch,
    cash_application.CustomerUnclear,
    ledger_operations.AllocationInvalid,
    ledger_operations.CreditExhausted,
    ledger_operations.CreditMissing,
    ledger_operations.CreditReversed,
    ledger_operations.CurrencyDiffers,
    ledger_operations.CustomerDiffers,
    ledger_operations.ItemMissing,
    ledger_operations.ItemOverpaid,
    ledger_operations.ItemSettled,
    ledger_operations.MoneyIsElsewhere,
    refund_operations.RefundMovedOn,
    refunds.CannotPay,
    returns.CannotTakeBack,
)


NO_AMOUNT = gettext_lazy("%(problem)s. Write an amount, like 1250,00.")


class NothingChosen(ValueError):
    """No amount was typed, or none that can be read; the message says what to do."""


class OpenRow(NamedTuple):
    """An open item to put money on, whose it is, and what was typed for it."""

    item: ledger.ItemView
    customer: customers.CustomerView | None
    typed: str


class ReasonForm(forms.Form):
    """Why something is set aside or taken back."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300)


class AsideForm(ReasonForm):
    """Why something is set aside, and whether the same goes for others like it from now on."""

    again = forms.ChoiceField(
        label=gettext_lazy("Next time"),
        required=False,
        choices=(
            ("", gettext_lazy("Ask me again")),
            ("ACCOUNT", gettext_lazy("Set everything from this account aside")),
            ("NAME", gettext_lazy("Set everything from this name aside")),
            ("TEXT", gettext_lazy("Set everything from this account with this text aside")),
        ),
    )
    text = forms.CharField(label=gettext_lazy("The text"), max_length=140, required=False)

    def rule(self, found: LineView) -> LineRule | None:
        """Return the rule that was asked for; None for none. Raises RuleInvalid."""
        again, only_in = self.cleaned_data["again"], found.amount.minor > 0
        if again == "ACCOUNT":
            return LineRule(account=found.counterparty_iban, only_in=only_in)
        if again == "NAME":
            return LineRule(name=found.counterparty_name, only_in=only_in)
        if again == "TEXT":
            text = self.cleaned_data["text"]
            return LineRule(account=found.counterparty_iban, text=text, only_in=only_in)
        return None


@member_required()
@require_GET
def listing(request: MemberRequest) -> HttpResponse:
    """The movements on the bank accounts; first those that wait for a person."""
    states = tuple(state for state, _word in _TABS)
    filters = {"state": states, "statement": (), "matcher": tuple(WAYS), "corrected": ("yes",)}
    chosen = read_listing(request, filters=filters)
    statement, matcher = _statement(chosen.filters["statement"]), chosen.filters["matcher"]
    state = chosen.filters["state"] or ("ALL" if statement or matcher else LineState.WAITING)
    page = bank.line_page(
        state=None if state == "ALL" else LineState(state),
        search=chosen.search,
        statement_id=statement.id if statement else None,
        matcher=matcher,
        corrected=bool(matcher and chosen.filters["corrected"]),
        after=chosen.after,
        limit=PAGE_SIZE,
    )
    likeliest = cash_application.likeliest(page.lines) if state == LineState.WAITING else {}
    context = {
        "listing": chosen.with_pages(after=page.after),
        "rows": [(line, *_first(line, likeliest.get(line.id))) for line in page.lines],
        "state": state,
        "statement": statement,
        "matcher": name_of(matcher) if matcher else "",
        "waiting": bank.waiting_count(up_to=_COUNTED_TO),
        "counted_to": _COUNTED_TO,
        "tabs": [(word, chosen.filter_link(state=tab), tab == state) for tab, word in _TABS],
    }
    return render(request, "bank/list.html", context)


def _first(
    found: LineView, each: cash_application.LineProposal | None
) -> tuple[cash_application.LineProposal | None, list[tuple[ledger.ItemView, Share]]]:
    """Return the first proposal for a movement, and its shares where they are all there is to book."""
    if each is None:
        return None, []
    whole = _left(found, each) == 0 and not each.proposal.forgiven and not each.proposal.credits
    return each, list(zip(each.items, each.proposal.shares, strict=True)) if whole else []


def _statement(number: str) -> bank.StatementView | None:
    if not number:
        return None
    found = bank.statement(int(number)) if is_key(number) else None
    if found is None:
        raise Http404
    return found


@member_required()
@require_GET
def statements(request: MemberRequest) -> HttpResponse:
    """The statements as the bank sent them, with what is odd about each."""
    chosen = read_listing(request)
    found = bank.statements(before=chosen.after_id, limit=PAGE_SIZE + 1)
    more = found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None
    context = {"listing": chosen.with_pages(after=more), "statements": found[:PAGE_SIZE]}
    return render(request, "bank/statements.html", context)


@member_required()
@require_GET
def statement_file(_request: MemberRequest, statement_id: int) -> HttpResponse:
    """The statement's file as it came in."""
    found = bank.statement(statement_id)
    if found is None:
        raise Http404
    stored = files.read(found.file_id)
    return download(bytes(stored.content), stored.name, "application/octet-stream")


@member_required()
@require_GET
def line(request: MemberRequest, line_id: int) -> HttpResponse:
    """One movement: what it says, what it may be for, and what was done with it."""
    return _page(request, movement(line_id))


def movement(line_id: int) -> LineView:
    """Return the movement; another answer where there is none is a page that does not exist."""
    found = bank.line(line_id)
    if found is None:
        raise Http404
    return found


def _page(request: MemberRequest, found: LineView, problem: str = "") -> HttpResponse:
    search = request.GET.get("q", request.POST.get("q", "")).replace("\x00", "").strip()[:100]
    context: dict[str, Any] = {
        "line": found,
        "problem": problem,
        "search": search,
        "form": ReasonForm(),
        "aside": AsideForm(initial={"text": found.remittance[:140]}),
    }
    if found.state == LineState.WAITING and found.is_receipt:
        context |= _ways_to_book(request, found, search)
    elif found.state == LineState.WAITING:
        context["earlier"] = _earlier(found)
        context["at_the_bank"] = refunds.candidates(found.id)
    elif found.state == LineState.BOOKED:
        context |= _booking(request, found)
    else:
        context["counts_not"] = found.id in taken_back.retired([found.id])
    return render(request, "bank/line.html", context, status=400 if problem else 200)


def _earlier(found: LineView) -> list[LineView]:
    """Return the payments that a movement may take back; of the same amount first."""
    fitting = returns.candidates(found.id)
    return sorted(fitting, key=lambda each: each.amount.minor != -found.amount.minor)[:_EARLIER_AT_MOST]


def currency_meant(line: LineView) -> str:
    """Return the other currency that a payment seems to be for; empty for none."""
    if line.reason is not None and line.reason.code == "OTHER_CURRENCY":
        return str(line.reason.facts["currency"])
    original = line.original_amount
    return original.currency if original and original.currency != line.amount.currency else ""


def _ways_to_book(request: MemberRequest, found: LineView, search: str) -> dict[str, Any]:
    rows, elsewhere = _search(request, found, search)
    proposals = cash_application.proposals_for(found.id)
    owners = {row.customer.id: row.customer for row in rows if row.customer}
    return {
        "proposals": [
            (each, list(zip(each.items, each.proposal.shares, strict=True)), _left(found, each))
            for each in proposals
        ],
        # What was found since it came in goes before "nothing was found".
        "explained": bool(proposals)
        and found.reason is not None
        and found.reason.code == "NO_REFERENCE_FOUND",
        "found": rows,
        "elsewhere": elsewhere,
        "meant": currency_meant(found),
        "owners": tuple(owners.values()) if len(owners) > 1 else (),
        "payers": _payers(search) if search else (),
    }


def _booking(request: MemberRequest, found: LineView) -> dict[str, Any]:
    """Return what a booked payment became; nothing where its credit is not known."""
    origin = f"bank:{found.id}"
    credit = ledger.credits_by_origin([origin]).get(origin)
    if credit is None:
        return {**_taken_back(found), "refunds": payments.refunds_of_line(found.id)}
    customer = customers.get(credit.customer_id)
    owed = ledger.open_items_of(customer.id) if credit.unallocated_minor else ()
    return {
        "credit": credit,
        "may_block": credit.id in ledger.unplaced_credits_of(customer.id),
        "customer": customer,
        "allocations": _where_it_went(credit.id),
        "came_back": [
            each for each in payments.returns_of_lines([found.id]).get(found.id, ()) if not each.undone_at
        ],
        "owed": [
            OpenRow(item, customer, request.POST.get(f"item-{item.id}", ""))
            for item in owed
            if item.currency == credit.currency
        ],
    }


def _where_it_went(
    credit_id: int,
) -> list[tuple[ledger.AllocationView, DiscountOffer | None, RefundView | None]]:
    """Return each part of a payment, the discount for paying early that it leaves room for, and its refund."""
    rows = ledger.allocations_of_credit(credit_id)
    refunds = payments.refunds_of_items({row.item_id for row in rows if not row.item_kind.is_debt})
    items = ledger.items({row.item_id for row in rows if row.can_be_undone})
    offers = {item.id: offer_on(item) for item in items.values() if item.is_open}
    return [
        (
            row,
            offer if row.can_be_undone and offer and offer.credit_id == credit_id else None,
            refunds.get(row.item_id),
        )
        for row in rows
        for offer in (offers.get(row.item_id),)
    ]


def _taken_back(found: LineView) -> dict[str, Any]:
    """Return which payment a movement took back, and what that opened again; nothing where it took none."""
    told = payments.return_told_by(found.id)
    if told is None or told.undone_at is not None:
        return {}
    items = ledger.items({each.item_id for each in told.loosened})
    return {
        "taken_back": told,
        "original": bank.line(told.line_id),
        "reopened": [
            (items[each.item_id], each.amount_minor)
            for each in told.loosened
            if items[each.item_id].kind.is_debt
        ],
    }


def _left(found: LineView, each: cash_application.LineProposal) -> int:
    """Return what of the payment a proposal leaves on account, in minor units."""
    return found.amount.minor - sum(share.amount_minor for share in each.proposal.shares)


def _search(
    request: MemberRequest, found: LineView, search: str
) -> tuple[list[OpenRow], list[tuple[ledger.ItemView, customers.CustomerView]]]:
    """Return the open items that were looked for; first those in the payment's currency, then some of others."""
    if not search:
        return [], []
    page = ledger.item_page(status=ItemStatus.OPEN, search=search, on=request.today, limit=_FOUND_AT_MOST)
    names = customers.many({item.customer_id for item in page.items})
    here = [item for item in page.items if item.currency == found.amount.currency]
    rows = [
        OpenRow(item, names.get(item.customer_id), request.POST.get(f"item-{item.id}", "")) for item in here
    ]
    others = [
        item for item in page.items if item.currency != found.amount.currency and item.customer_id in names
    ]
    return rows, [(item, names[item.customer_id]) for item in others[:_ELSEWHERE_AT_MOST]]


def _payers(search: str) -> Sequence[customers.CustomerView]:
    return tuple(customers.many(customers.ids_matching(search, limit=_PAYERS_AT_MOST)).values())


@member_required(Role.CONTROLLER)
@require_POST
def book(request: MemberRequest, line_id: int) -> HttpResponse:
    """Book a payment on the invoices that were chosen; what is left goes on account."""
    found = movement(line_id)
    try:
        allocations = chosen_amounts(request, currency=found.amount.currency)
    except NothingChosen as problem:
        return _page(request, found, problem=str(problem))
    return _done(
        request,
        found,
        lambda: cash_application.book_line(
            line_id=line_id, allocations=allocations, customer_id=_payer(request),
            on=request.today, actor=request.actor,
        ),
        _("The payment was booked."),
    )  # fmt: skip


def chosen_amounts(request: MemberRequest, *, currency: str) -> list[tuple[int, int]]:
    """Return what was typed beside open items as (item id, minor units). Raises NothingChosen."""
    try:
        allocations = amounts_on_items(request.POST, currency=currency)
    except AmountInvalid as wrong:
        raise NothingChosen(NO_AMOUNT % {"problem": in_words(str(wrong))}) from wrong
    if not allocations:
        raise NothingChosen(_("Fill in first how much goes on which invoice."))
    return allocations


def _payer(request: MemberRequest) -> int | None:
    """Return the customer that was chosen; None for none, or for one that does not exist."""
    value = request.POST.get("customer", "")
    return int(value) if is_key(value) and customers.many([int(value)]) else None


def _done(request: MemberRequest, found: LineView, act: Callable[[], object], said: str) -> HttpResponse:
    """Do something with a movement; a refusal is shown on its page, success leads on."""
    try:
        act()
    except (banking.LineMissing, refund_operations.RefundMissing) as missing:
        raise Http404 from missing
    except REFUSALS as refusal:
        return _page(request, movement(found.id), problem=str(refusal))
    messages.success(request, said)
    if request.POST.get("from") == "list":
        return redirect("bank", request.organisation.slug)
    following = bank.waiting_after(found.id) if found.state == LineState.WAITING else None
    # Who works through what waits goes on with the next; who looks something up stays with it.
    return redirect("bank_line", request.organisation.slug, following or found.id)


@member_required(Role.CONTROLLER)
@require_POST
def on_account(request: MemberRequest, line_id: int) -> HttpResponse:
    """Leave a payment on a customer's account."""
    found, payer = movement(line_id), _payer(request)
    if payer is None:
        return _page(request, found, problem=_("Choose the customer whose money it is."))
    return _done(
        request,
        found,
        lambda: cash_application.leave_on_account(
            line_id=line_id, customer_id=payer, on=request.today, actor=request.actor
        ),
        _("The money is on the customer's account."),
    )


@member_required(Role.CONTROLLER)
@require_POST
def keep_on_account(request: MemberRequest, line_id: int) -> HttpResponse:
    """Leave what is left of a payment on account knowingly: reminders go on."""
    found = movement(line_id)
    origin = f"bank:{found.id}"
    credit = ledger.credits_by_origin([origin]).get(origin)
    if credit is None:
        raise Http404
    return _done(
        request,
        found,
        lambda: ledger_operations.leave_on_account(
            credit_id=credit.id, on=request.today, actor=request.actor
        ),
        _("It stays on the customer's account."),
    )


@member_required(Role.CONTROLLER)
@require_POST
def allocate(request: MemberRequest, line_id: int) -> HttpResponse:
    """Put money that was left on account on invoices."""
    found = movement(line_id)
    origin = f"bank:{found.id}"
    credit = ledger.credits_by_origin([origin]).get(origin)
    if credit is None:
        raise Http404
    try:
        allocations = chosen_amounts(request, currency=found.amount.currency)
    except NothingChosen as problem:
        return _page(request, found, problem=str(problem))
    return _done(
        request,
        found,
        lambda: cash_application.allocate_credit(
            credit_id=credit.id, allocations=allocations, on=request.today, actor=request.actor
        ),
        _("The money was allocated."),
    )


@member_required(Role.CONTROLLER)
@require_POST
def ignore(request: MemberRequest, line_id: int) -> HttpResponse:
    """Set a movement aside: it is not for the customers' ledger; and others like it, when that was asked."""
    found, form = movement(line_id), AsideForm(request.POST)
    if not form.is_valid():
        return _page(request, found, problem=_("Say in a few words why."))
    why = form.cleaned_data["reason"]
    try:
        rule = form.rule(found)
    except RuleInvalid as refusal:
        return _page(request, found, problem=in_words(str(refusal)))

    def act() -> None:
        with transaction.atomic():
            cash_application.ignore_line(line_id=line_id, text=why, actor=request.actor)
            if rule is not None:
                done = cash_application.make_rule(rule=rule, why=why, actor=request.actor)
                _tell_of(request, done)

    return _done(request, found, act, _("The movement was set aside."))


def _tell_of(request: MemberRequest, done: cash_application.RuleEffect) -> None:
    if done.set_aside:
        text = ngettext(
            "%(count)s other movement that waited was set aside too.",
            "%(count)s other movements that waited were set aside too.",
            done.set_aside,
        )
        messages.info(request, text % {"count": done.set_aside})


@member_required()
@require_GET
def rules(request: MemberRequest) -> HttpResponse:
    """What is set aside by itself, why, and how often."""
    return render(request, "bank/rules.html", {"rules": rule_list()})


@member_required(Role.CONTROLLER)
@require_POST
def end_rule(request: MemberRequest, rule_id: int) -> HttpResponse:
    """Apply a rule no more."""
    try:
        line_rules.end_rule(rule_id=rule_id, actor=request.actor)
    except line_rules.RuleMissing as missing:
        messages.error(request, str(missing))
    else:
        messages.success(request, _("The rule is not applied any more; what it set aside stays so."))
    return redirect("bank_rules", request.organisation.slug)


def _with_reason(request: MemberRequest, line_id: int, act: Callable[..., object], said: str) -> HttpResponse:
    found, form = movement(line_id), ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, found, problem=_("Say in a few words why."))
    text = form.cleaned_data["reason"]
    return _done(request, found, lambda: act(line_id=line_id, text=text, actor=request.actor), said)


@member_required(Role.CONTROLLER)
@require_POST
def reopen(request: MemberRequest, line_id: int) -> HttpResponse:
    """Let a movement that was set aside wait again."""
    found = movement(line_id)
    return _done(
        request,
        found,
        lambda: cash_application.reopen_line(line_id=line_id, actor=request.actor),
        _("The movement waits again."),
    )


@member_required(Role.CONTROLLER)
@require_POST
def take_payment_back(request: MemberRequest, line_id: int, payment_line_id: int) -> HttpResponse:
    """Say which earlier payment a movement takes back."""
    found = movement(line_id)
    return _done(
        request,
        found,
        lambda: returns.take_back_by_hand(
            line_id=line_id, payment_line_id=payment_line_id, on=request.today, actor=request.actor
        ),
        _("The payment was taken back: its invoices are open again."),
    )


@member_required(Role.CONTROLLER)
@require_POST
def pay_refund(request: MemberRequest, line_id: int, refund_id: int) -> HttpResponse:
    """Say which refund at the bank a movement paid."""
    return _done(
        request,
        movement(line_id),
        lambda: refunds.pay_by_hand(line_id=line_id, refund_id=refund_id, actor=request.actor),
        _("The refund was paid by this movement."),
    )


@member_required(Role.CONTROLLER)
@require_POST
def unbook(request: MemberRequest, line_id: int) -> HttpResponse:
    """Take a booking back whole, by reversing entries; the payment waits again."""

    def take_back(*, line_id: int, text: str, actor: str) -> object:
        return cash_application.unbook_line(line_id=line_id, text=text, on=request.today, actor=actor)

    return _with_reason(
        request, line_id, take_back, _("The booking was taken back; the payment waits again.")
    )
