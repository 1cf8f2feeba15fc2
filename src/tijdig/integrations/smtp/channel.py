"""Sending by SMTP, through Django's mail settings; one connection for many messages."""

from __future__ import annotations

import re
import smtplib
from email.mime.image import MIMEImage
from email.utils import formataddr
from typing import Any, Self

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from tijdig.messaging.channel import ChannelRefused, ChannelUnavailable, OutgoingMessage, Sent

_SERVER_CLOSES = 421
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class _LostAtTheEnd(Exception):
    """The connection went while the server had the message in hand: it may have taken it, or not."""


class _NoticesTheEnd(smtplib.SMTP):
    """Tells a connection lost before the message was handed over from one lost while it was."""

    def data(self, msg: Any) -> tuple[int, bytes]:
        try:
            return super().data(msg)
        except smtplib.SMTPResponseException:
            raise  # an answer is no loss
        except OSError as lost:
            raise _LostAtTheEnd(str(lost)) from lost


class _NoticesTheEndOverTls(_NoticesTheEnd, smtplib.SMTP_SSL):
    """The same over a connection that is encrypted from its first byte."""


class _Backend(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _NoticesTheEndOverTls if self.use_ssl else _NoticesTheEnd


class SmtpChannel:
    """The port Channel over SMTP."""

    def __init__(self) -> None:
        self._connection: _Backend | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_ended: object) -> None:
        self._disconnect()

    def send(self, message: OutgoingMessage) -> Sent:
        """Hand one message to the server.

        Raises ChannelRefused when this recipient or content will never be accepted, or when the connection
        was lost so late that offering it again could deliver it twice; and ChannelUnavailable
        when the server cannot be reached, drops the connection or asks to come back later.
        """
        mail = _mail(message)
        try:
            mail.connection = self._connected()
            mail.send()
        except smtplib.SMTPRecipientsRefused as refused:
            code, text = next(iter(refused.recipients.values()))
            raise self._meaning(code, text) from refused
        except smtplib.SMTPSenderRefused as refused:
            self._disconnect()
            raise ChannelUnavailable(
                f"the mail server does not accept our sender: {_one_line(refused.smtp_error)}"
            ) from refused
        except smtplib.SMTPResponseException as answer:
            raise self._meaning(answer.smtp_code, answer.smtp_error) from answer
        except smtplib.SMTPNotSupportedError as unable:
            raise ChannelRefused(f"the mail server cannot write to this address: {unable}") from unable
        except _LostAtTheEnd as unsure:
            self._disconnect()
            sentence = (
                "the connection was lost while it was handed over; it is unsure whether it was delivered"
            )
            raise ChannelRefused(sentence) from unsure
        except (OSError, smtplib.SMTPException) as lost:
            self._disconnect()
            raise ChannelUnavailable(f"the mail server could not be reached: {lost}") from lost
        return Sent(mail.extra_headers["Message-ID"])

    def _connected(self) -> _Backend:
        if not settings.EMAIL_HOST:
            raise ChannelUnavailable("no mail server is set up; fill in TIJDIG_SMTP_HOST")
        if self._connection is None:
            connection = _Backend(fail_silently=False)
            try:
                connection.open()
            except smtplib.SMTPException as closed:
                # A wrong password, no encryption: that is about us, not about this message.
                raise ChannelUnavailable(f"the mail server does not let us in: {closed}") from closed
            except OSError as away:
                raise ChannelUnavailable(f"the mail server could not be reached: {away}") from away
            self._connection = connection
        return self._connection

    def _meaning(self, code: int, text: bytes | str) -> ChannelRefused | ChannelUnavailable:
        """Return what an answer of the server means: 5xx is final, 4xx is for later (RFC 5321, 4.2.1)."""
        if code == _SERVER_CLOSES:
            self._disconnect()
        sentence = f"{code} {_one_line(text)}"[:200]
        return ChannelRefused(sentence) if 500 <= code < 600 else ChannelUnavailable(sentence)

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.close()
        except (OSError, smtplib.SMTPException):
            # Nothing is lost with a connection that is already gone.
            return


def _one_line(text: bytes | str) -> str:
    """Return what a server answered, without its line breaks."""
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    return " ".join(words.split())[:200]


def _mail(message: OutgoingMessage) -> EmailMultiAlternatives:
    """Return the mail with its headers. Raises ChannelRefused for a header that is more than one line."""
    headers = (
        message.recipient,
        message.sender_name,
        message.sender_email,
        message.reply_to,
        message.subject,
    )
    if any(_CONTROL.search(value) for value in headers):
        raise ChannelRefused("an address or the subject holds a line break")
    address = message.sender_email or settings.DEFAULT_FROM_EMAIL
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=formataddr((message.sender_name, address)),
        to=[message.recipient],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers={
            "Message-ID": f"<tijdig.{message.message_id}@{address.rpartition('@')[2]}>",
            # RFC 3834: keeps out-of-office answers from answering a machine.
            "Auto-Submitted": "auto-generated",
        },
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    if message.images:
        mail.mixed_subtype = "related"  # type: ignore[attr-defined]  # Django has it, its stubs do not
    for image in message.images:
        part = MIMEImage(image.content, image.content_type.partition("/")[2])
        part.add_header("Content-ID", f"<{image.content_id}>")
        part.add_header("Content-Disposition", "inline")
        mail.attach(part)
    return mail
