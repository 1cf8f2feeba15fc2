"""The demonstration's mailbox: what its made-up customers would find in theirs."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tijdig.integrations.mailbox import queries as mailbox
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.answers import sheet
from tijdig.interfaces.web.listing import PAGE_SIZE, read_listing
from tijdig.messaging.previews import with_logo
from tijdig.processes.message_making import house


@member_required()
@require_GET
def listing(request: MemberRequest) -> HttpResponse:
    """All mail, newest first."""
    chosen = read_listing(request)
    page = mailbox.mail_page(search=chosen.search, after=chosen.after_id, limit=PAGE_SIZE)
    context = {"listing": chosen.with_pages(after=page.next), "rows": page.lines}
    return render(request, "mailbox/list.html", context)


@member_required()
@require_GET
def mail(request: MemberRequest, mail_id: int) -> HttpResponse:
    """One mail as it was delivered."""
    return render(request, "mailbox/mail.html", {"mail": _mail(mail_id)})


def _mail(mail_id: int) -> mailbox.MailView:
    try:
        return mailbox.mail(mail_id)
    except mailbox.MailNotFound as none:
        raise Http404 from none


@member_required()
@require_GET
def mail_html(_request: MemberRequest, mail_id: int) -> HttpResponse:
    """The mail's own page, for a frame that can do nothing."""
    return sheet(with_logo(_mail(mail_id).html, house=house()))
