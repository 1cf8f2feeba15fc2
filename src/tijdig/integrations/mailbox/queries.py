"""Reading the demonstration's mailbox."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from tijdig.infra import tenancy
from tijdig.integrations.mailbox.models import Mail


class MailNotFound(LookupError):
    """There is no such mail in this organisation's mailbox."""


@dataclass(frozen=True, slots=True)
class MailLine:
    """A mail as the list shows it."""

    id: int
    message_id: int
    sender: str
    recipient: str
    subject: str
    delivered_at: datetime


@dataclass(frozen=True, slots=True)
class MailView:
    """A mail with its words."""

    line: MailLine
    reply_to: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class MailPage:
    """Some mail, newest first; `next` is where the following page starts, None at the end."""

    lines: tuple[MailLine, ...]
    next: int | None


_FIELDS = ("id", "message_id", "sender", "recipient", "subject", "delivered_at")


def mail_page(*, search: str = "", after: int | None = None, limit: int = 50) -> MailPage:
    """Return mail newest first, that before mail `after` where given; `search` in recipient and subject."""
    found = Mail.objects.filter(organisation_id=tenancy.current_organisation_id()).order_by("-id")
    if search:
        found = found.filter(Q(recipient__icontains=search) | Q(subject__icontains=search))
    if after is not None:
        found = found.filter(id__lt=after)
    rows: Iterable[tuple[Any, ...]] = found.values_list(*_FIELDS)[: limit + 1]
    lines = tuple(MailLine(*row) for row in rows)
    return MailPage(lines[:limit], lines[limit - 1].id if len(lines) > limit else None)


def mail(mail_id: int) -> MailView:
    """Return one mail. Raises MailNotFound."""
    found = Mail.objects.filter(organisation_id=tenancy.current_organisation_id(), id=mail_id)
    row: tuple[Any, ...] | None = found.values_list(*_FIELDS, "reply_to", "text", "html").first()
    if row is None:
        raise MailNotFound("This mail does not exist.")
    return MailView(MailLine(*row[:6]), *row[6:])
