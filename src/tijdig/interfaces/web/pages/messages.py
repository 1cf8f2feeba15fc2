"""Messages: what waits, what was sent, what was withdrawn; each exactly as the customer reads it."""

from __future__ import annotations

from django import forms
from django.contrib import messages as toasts
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from tijdig.customers import queries as customers
from tijdig.domain.parties import Channel
from tijdig.domain.reasons import Reason
from tijdig.infra import clock
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.answers import download, sheet
from tijdig.interfaces.web.chosen import chosen_customer
from tijdig.interfaces.web.listing import PAGE_SIZE, Listing, is_key, read_listing
from tijdig.ledger import queries as ledger
from tijdig.messaging import operations, previews
from tijdig.messaging import queries as messaging
from tijdig.messaging.letters import LetterNotMade
from tijdig.messaging.queries import MessageState, MessageView
from tijdig.organisations.queries import Role
from tijdig.processes import printing
from tijdig.processes.message_making import house

_TABS = (
    ("", pgettext_lazy("messages", "All")),
    (MessageState.WAITING, gettext_lazy("Waiting")),
    (MessageState.SENDING, gettext_lazy("Being sent")),
    (MessageState.SENT, pgettext_lazy("messages", "Sent")),
    (MessageState.WITHDRAWN, pgettext_lazy("messages", "Withdrawn")),
    (MessageState.FAILED, pgettext_lazy("messages", "Failed")),
    (MessageState.TEST, gettext_lazy("Test")),
)
# These are told apart only while there are any.
_SELDOM = (MessageState.SENDING, MessageState.FAILED, MessageState.TEST)
_CAN_BE_WITHDRAWN = (MessageState.WAITING, MessageState.TEST)
_FORMS = (("html", "HTML"), ("text", gettext_lazy("Text")), ("pdf", "PDF"))


class WithdrawForm(forms.Form):
    """Why a message is withdrawn."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300)


@member_required()
@require_GET
def listing(request: MemberRequest) -> HttpResponse:
    """All messages, newest first."""
    chosen = read_listing(
        request,
        filters={
            "state": tuple(state for state, _word in _TABS if state),
            "channel": tuple(Channel),
            "customer": (),
        },
    )
    state, customer = chosen.filters["state"], chosen_customer(chosen.filters["customer"])
    page = messaging.message_page(
        state=state,
        channel=chosen.filters["channel"],
        search=chosen.search,
        customer_id=customer.id if customer else None,
        after=chosen.after_id,
        limit=PAGE_SIZE,
    )
    names = customers.many({line.customer_id for line in page.lines})
    letters = len(messaging.letters_to_print())
    context = {
        "listing": chosen.with_pages(after=page.next),
        "rows": [(line, names.get(line.customer_id)) for line in page.lines],
        "tabs": _tabs(chosen, state),
        "channels": tuple(Channel),
        "withdrawable": tuple(line.id for line in page.lines if line.state in _CAN_BE_WITHDRAWN),
        "withdraw_form": WithdrawForm(),
        "customer": customer,
        "letters": min(letters, printing.LARGEST_BATCH),
        "more_letters": letters > printing.LARGEST_BATCH,
    }
    return render(request, "messages/list.html", context)


def _tabs(chosen: Listing, here: str) -> list[tuple[object, str, bool, int]]:
    """Return the states as word, link, whether it is this one, and how many there are (0: not counted)."""
    counts = messaging.message_counts()
    return [
        (word, chosen.filter_link(state=state), state == here, counts.get(state, 0))
        for state, word in _TABS
        if state not in _SELDOM or state == here or counts.get(state)
    ]


@member_required()
@require_GET
def page(request: MemberRequest, message_id: int) -> HttpResponse:
    """One message: as it reads, what it is about, and how it travelled."""
    return _page(request, _message(message_id), WithdrawForm())


def _message(message_id: int) -> MessageView:
    try:
        return messaging.message(message_id)
    except messaging.MessageNotFound as none:
        raise Http404 from none


def _page(request: MemberRequest, message: MessageView, form: WithdrawForm) -> HttpResponse:
    items = ledger.items([each.item_id for each in message.items])
    usual = "html" if message.line.channel == Channel.EMAIL else "pdf"
    shown = request.GET.get("as", usual)
    shown = shown if shown in dict(_FORMS) else usual
    context = {
        "message": message,
        "line": message.line,
        "customer": customers.get(message.line.customer_id),
        "items": [(each, items[each.item_id]) for each in message.items if each.item_id in items],
        "shown": shown,
        "forms": _FORMS,
        "form": form,
        "can_withdraw": message.line.state in _CAN_BE_WITHDRAWN,
        **(_pictures(message) if shown == "pdf" else {}),
    }
    return render(request, "messages/page.html", context, status=400 if form.errors else 200)


def _pictures(message: MessageView) -> dict[str, object]:
    """Return the letter's pages as pictures: a frame shows a PDF on few screens."""
    try:
        return {"pages": previews.preview_pages(message, house=house(), at=clock.now())}
    except LetterNotMade as problem:
        return {"letter_problem": str(problem)}


@member_required()
@require_GET
def as_html(_request: MemberRequest, message_id: int) -> HttpResponse:
    """The message as a mail program shows it, for a frame."""
    return sheet(previews.preview_html(_message(message_id), house=house()))


@member_required()
@require_GET
def as_pdf(request: MemberRequest, message_id: int) -> HttpResponse:
    """The message as a letter, to keep or print."""
    message = _message(message_id)
    try:
        pdf = previews.preview_pdf(message, house=house(), at=clock.now())
    except LetterNotMade as problem:
        toasts.error(request, str(problem))
        return redirect("message", request.organisation.slug, message_id)
    return download(pdf, f"tijdig-{message.id}.pdf", "application/pdf", inline=True)


@member_required(Role.CONTROLLER)
@require_POST
def withdraw(request: MemberRequest, message_id: int) -> HttpResponse:
    """Keep a message from being sent, with a reason."""
    message, form = _message(message_id), WithdrawForm(request.POST)
    if not form.is_valid():
        return _page(request, message, form)
    reason = Reason("PERSON_SAID", {"text": form.cleaned_data["reason"]})
    if operations.withdraw_messages((message_id,), reason, actor=request.actor):
        toasts.success(request, _("The message was withdrawn; it will not be sent."))
    else:
        toasts.error(request, _("This message has moved on meanwhile, and cannot be withdrawn any more."))
    return redirect("message", request.organisation.slug, message_id)


@member_required(Role.CONTROLLER)
@require_POST
def withdraw_many(request: MemberRequest) -> HttpResponse:
    """Keep several messages from being sent, with one reason."""
    form = WithdrawForm(request.POST)
    ids = [int(key) for key in request.POST.getlist("message") if is_key(key)]
    if not ids:
        toasts.error(request, _("Tick the messages to withdraw first."))
    elif not form.is_valid():
        toasts.error(request, _("Say in a few words why."))
    else:
        reason = Reason("PERSON_SAID", {"text": form.cleaned_data["reason"]})
        done = operations.withdraw_messages(ids, reason, actor=request.actor)
        text = ngettext("%(count)s message was withdrawn.", "%(count)s messages were withdrawn.", len(done))
        toasts.success(request, text % {"count": len(done)})
        if len(done) < len(set(ids)):
            toasts.error(request, _("Some had moved on meanwhile, and cannot be withdrawn any more."))
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)
    return redirect("messages", request.organisation.slug)


@member_required(Role.CONTROLLER)
@require_POST
def print_letters(request: MemberRequest) -> HttpResponse:
    """The letters that wait, as one PDF; they count as sent from now on."""
    try:
        batch = printing.print_letters(on=request.today, actor=request.actor)
    except (printing.NothingToPrint, operations.MessageMovedOn, LetterNotMade) as problem:
        toasts.error(request, str(problem))
        return redirect("messages", request.organisation.slug)
    name = _("letters")
    return download(batch.pdf, f"{name}-{request.today}.pdf", "application/pdf")
