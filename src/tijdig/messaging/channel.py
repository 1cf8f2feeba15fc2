"""The port every way of sending implements; its adapters live in integrations/."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tijdig.messaging.email_layout import LOGO_ID, has_logo
from tijdig.messaging.queries import MessageView
from tijdig.messaging.values import House


class ChannelRefused(Exception):
    """The message must not be offered again: it will never be accepted, or it may have been already."""


class ChannelUnavailable(Exception):
    """The channel cannot take the message now; trying again later may work."""


@dataclass(frozen=True, slots=True)
class InlineImage:
    """A picture the HTML shows by "cid:<content_id>"."""

    content_id: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message as a channel needs it; whatever has the same `message_id` is the same message."""

    message_id: int
    at: datetime
    recipient: str
    sender_name: str
    sender_email: str
    """Empty: the channel's own address."""
    reply_to: str
    subject: str
    text: str
    html: str
    images: tuple[InlineImage, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """That the channel accepted the message, and by what name it knows it."""

    transport_id: str


class Channel(AbstractContextManager["Channel"], Protocol):
    """A way to send. Use it as a context manager: one connection for all messages sent inside."""

    def send(self, message: OutgoingMessage) -> Sent:
        """Hand over one message. Raises ChannelRefused or ChannelUnavailable; otherwise it was accepted."""


def outgoing(message: MessageView, house: House, *, at: datetime) -> OutgoingMessage:
    """Return a stored message made ready for a channel, with the sender the organisation wants."""
    images = (InlineImage(LOGO_ID, house.logo_type, house.logo),) if has_logo(house) else ()
    return OutgoingMessage(
        message_id=message.id,
        at=at,
        recipient=message.line.recipient,
        sender_name=house.sender_name or house.name,
        sender_email=house.sender_email,
        reply_to=house.email or house.sender_email,
        subject=message.line.subject,
        text=message.text,
        html=message.html,
        images=images if f"cid:{LOGO_ID}" in message.html else (),
    )
