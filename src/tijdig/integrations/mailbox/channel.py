"""Sending into the demonstration's own mailbox: nothing leaves the house, everything can be read."""

from __future__ import annotations

from email.utils import formataddr
from typing import Self

from django.conf import settings
from django.db import transaction

from tijdig.infra import tenancy
from tijdig.integrations.mailbox.models import Mail
from tijdig.messaging.channel import OutgoingMessage, Sent


class MailboxChannel:
    """The port Channel over the table of the mailbox; works inside an organisation."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_ended: object) -> None:
        """There is no connection to close."""

    @transaction.atomic
    def send(self, message: OutgoingMessage) -> Sent:
        """Deliver one message; the same message twice is in the mailbox once."""
        mail, _ = Mail.objects.get_or_create(
            organisation_id=tenancy.current_organisation_id(),
            message_id=message.message_id,
            defaults={
                "sender": formataddr(
                    (message.sender_name, message.sender_email or settings.DEFAULT_FROM_EMAIL)
                ),
                "reply_to": message.reply_to,
                "recipient": message.recipient,
                "subject": message.subject,
                "text": message.text,
                "html": message.html,
                "delivered_at": message.at,
            },
        )
        return Sent(f"mailbox:{mail.pk}")
