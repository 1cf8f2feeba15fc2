"""One contract, run against every channel: accepted once, refused for good, or not possible now."""

from __future__ import annotations

import email
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils.module_loading import import_string

from tests.ledger.builders import an_organisation
from tests.messaging.cast import ACTOR, HOUSE, stored_jobs
from tijdig.infra import tenancy
from tijdig.integrations.mailbox import queries as mailbox
from tijdig.integrations.mailbox.channel import MailboxChannel
from tijdig.integrations.smtp.channel import SmtpChannel
from tijdig.messaging import operations, queries
from tijdig.messaging.channel import Channel, ChannelRefused, ChannelUnavailable, OutgoingMessage, outgoing
from tijdig.messaging.composing import compose

AT = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


class PostOffice:
    """What the server does with a mail, by the name it is sent to; keeps what it accepted."""

    def __init__(self) -> None:
        self.accepted: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.connections = 0

    async def handle_EHLO(  # noqa: N802 - the server's own name for it
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("stranger"):
            return "553 5.7.1 not your address"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        name = address.partition("@")[0]
        if name == "nobody":
            return "550 5.1.1 no such mailbox"
        if name == "full":
            return "452 4.2.2 mailbox full"
        if name == "closing":
            return "421 4.3.2 closing down"
        if name == "drop" and server.transport is not None:
            server.transport.abort()
        if name != "forgotten":  # the server then refuses the message before it is handed over
            envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if envelope.rcpt_tos[0].startswith("spam"):
            return "554 5.7.1 looks like spam"
        if envelope.rcpt_tos[0].startswith("vanish") and server.transport is not None:
            server.transport.abort()
        if envelope.rcpt_tos[0].startswith("grey"):
            return "451 4.7.1 try again later"
        self.envelopes.append(envelope)
        parsed = email.message_from_bytes(envelope.content or b"", policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.accepted.append(parsed)
        return "250 OK"


@pytest.fixture
def office(settings: Any) -> Iterator[PostOffice]:
    """A real mail server on a free port of this machine, and settings that point at it."""
    handler = PostOffice()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.DEFAULT_FROM_EMAIL = "tijdig@tijdig.example"
    yield handler
    controller.stop()


@pytest.fixture
def organisation(db: None) -> Iterator[int]:
    """An organisation, entered."""
    organisation_id = an_organisation()
    with tenancy.within(organisation_id):
        yield organisation_id


@pytest.fixture
def message(organisation: int) -> OutgoingMessage:
    """A reminder that is stored, ready to go."""
    (job,) = stored_jobs((123_456,))
    (message_id,) = operations.store_messages((compose(job, house=HOUSE),), at=AT, actor=ACTOR)
    return outgoing(queries.message(message_id), HOUSE, at=AT)


@pytest.fixture(params=["smtp", "mailbox"])
def channel(request: pytest.FixtureRequest, office: PostOffice) -> Channel:
    """Each channel in turn."""
    made: Channel = SmtpChannel() if request.param == "smtp" else MailboxChannel()
    return made


def delivered(office: PostOffice) -> list[tuple[str, str, str]]:
    """(recipient, subject, text) of all that arrived, whichever way it came."""
    by_mail = [
        (str(mail["To"]), str(mail["Subject"]).strip(), _body(mail, "plain")) for mail in office.accepted
    ]
    views = [mailbox.mail(line.id) for line in mailbox.mail_page().lines]
    return by_mail + [(view.line.recipient, view.line.subject, view.text) for view in views]


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


class TestEveryChannel:
    """What the rest of Tijdig may count on, whatever the channel."""

    def test_a_message_arrives_as_it_was_stored(
        self, channel: Channel, message: OutgoingMessage, office: PostOffice
    ) -> None:
        with channel:
            sent = channel.send(message)
        assert sent.transport_id
        assert delivered(office) == [(message.recipient, message.subject, message.text)]

    def test_the_same_message_has_the_same_name_outside(
        self, channel: Channel, message: OutgoingMessage
    ) -> None:
        with channel:
            assert channel.send(message) == channel.send(message)

    def test_unusual_text_arrives_unharmed(
        self, channel: Channel, message: OutgoingMessage, office: PostOffice
    ) -> None:
        unusual = replace(
            message,
            subject="Rappel : é€ß — «Ω» \U0001f600 " + "x" * 150,
            text="." + "Één regel. " * 200 + "\n.\n..\nFrom hier\n\n",
            sender_name='Dévos & "Zoon", Łódź',
        )
        with channel:
            channel.send(unusual)
        ((_, subject, text),) = delivered(office)
        assert subject == unusual.subject
        assert text.rstrip("\n") == unusual.text.rstrip("\n")

    def test_a_channel_can_be_opened_again(
        self, channel: Channel, message: OutgoingMessage, office: PostOffice
    ) -> None:
        with channel:
            first = channel.send(message)
        with channel:
            assert channel.send(message) == first
        assert len(delivered(office)) >= 1

    def test_the_settings_name_it(self, channel: Channel, settings: Any) -> None:
        assert type(channel) in {import_string(path) for path in settings.CHANNELS.values()}


class TestSmtp:
    """What a mail server can answer, and what the mail looks like."""

    def test_the_headers_say_who_and_that_a_machine_wrote(
        self, message: OutgoingMessage, office: PostOffice
    ) -> None:
        with SmtpChannel() as channel:
            sent = channel.send(message)
        (mail,) = office.accepted
        assert str(mail["From"]) == f"{HOUSE.name} <tijdig@tijdig.example>"
        assert str(mail["Reply-To"]) == HOUSE.email
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Message-ID"] == sent.transport_id == f"<tijdig.{message.message_id}@tijdig.example>"
        assert mail["List-Unsubscribe"] is None
        assert _body(mail, "html") == message.html
        assert office.envelopes[0].rcpt_tos == [message.recipient]

    def test_the_organisation_writes_from_its_own_address(
        self, message: OutgoingMessage, office: PostOffice
    ) -> None:
        own = replace(message, sender_email="post@houtwerf.example", reply_to="")
        with SmtpChannel() as channel:
            channel.send(own)
        assert str(office.accepted[0]["From"]) == f"{HOUSE.name} <post@houtwerf.example>"
        assert office.accepted[0]["Message-ID"].endswith("@houtwerf.example>")
        assert office.accepted[0]["Reply-To"] is None

    def test_the_logo_travels_inside(self, organisation: int, office: PostOffice) -> None:
        house = replace(HOUSE, logo=b"\x89PNG\r\n\x1a\n", logo_type="image/png")
        (job,) = stored_jobs((5_000,))
        ids = operations.store_messages((compose(job, house=house),), at=AT, actor=ACTOR)
        with SmtpChannel() as channel:
            channel.send(outgoing(queries.message(ids[0]), house, at=AT))
        (mail,) = office.accepted
        assert mail.get_content_type() == "multipart/related"
        (image,) = [part for part in mail.walk() if part.get_content_maintype() == "image"]
        assert (image["Content-ID"], image.get_payload(decode=True)) == ("<logo>", house.logo)
        assert "cid:logo" in _body(mail, "html")

    @pytest.mark.parametrize("name", ["nobody", "spam"])
    def test_a_refusal_for_good_is_one(self, message: OutgoingMessage, office: PostOffice, name: str) -> None:
        with SmtpChannel() as channel, pytest.raises(ChannelRefused, match=r"55[04] 5"):
            channel.send(replace(message, recipient=f"{name}@voorbeeld.example"))
        assert office.accepted == []

    def test_a_refusal_before_the_message_is_handed_over_says_so(
        self, message: OutgoingMessage, office: PostOffice
    ) -> None:
        with SmtpChannel() as channel, pytest.raises(ChannelRefused, match="503"):
            channel.send(replace(message, recipient="forgotten@voorbeeld.example"))
        assert office.accepted == []

    @pytest.mark.parametrize("name", ["full", "grey", "closing", "drop"])
    def test_a_refusal_for_now_is_one(self, message: OutgoingMessage, office: PostOffice, name: str) -> None:
        with SmtpChannel() as channel, pytest.raises(ChannelUnavailable):
            channel.send(replace(message, recipient=f"{name}@voorbeeld.example"))
        assert office.accepted == []

    def test_a_message_the_server_may_have_taken_is_never_offered_again(
        self, message: OutgoingMessage, office: PostOffice
    ) -> None:
        with SmtpChannel() as channel:
            with pytest.raises(ChannelRefused, match="unsure whether it was delivered"):
                channel.send(replace(message, recipient="vanish@voorbeeld.example"))
            channel.send(message)
        assert str(office.accepted[-1]["To"]) == message.recipient

    @pytest.mark.parametrize("name", ["nobody", "spam", "full", "grey", "closing", "drop"])
    def test_after_trouble_with_one_the_next_goes_on(
        self, message: OutgoingMessage, office: PostOffice, name: str
    ) -> None:
        with SmtpChannel() as channel:
            with pytest.raises((ChannelRefused, ChannelUnavailable)):
                channel.send(replace(message, recipient=f"{name}@voorbeeld.example"))
            channel.send(message)
        assert [str(mail["To"]) for mail in office.accepted] == [message.recipient]

    def test_many_messages_share_one_connection(self, message: OutgoingMessage, office: PostOffice) -> None:
        with SmtpChannel() as channel:
            for place in range(5):
                channel.send(replace(message, message_id=place))
            with pytest.raises(ChannelRefused):
                channel.send(replace(message, recipient="nobody@voorbeeld.example"))
            channel.send(message)
        assert (len(office.accepted), office.connections) == (6, 1)

    @pytest.mark.parametrize(
        "change",
        [
            lambda mail: replace(mail, subject="Hello\r\nBcc: everyone@voorbeeld.example"),
            lambda mail: replace(mail, recipient="a@voorbeeld.example\nBcc: b@voorbeeld.example"),
            lambda mail: replace(mail, sender_name="Houtwerf\r\nX-Evil: 1"),
            lambda mail: replace(mail, sender_email="a@voorbeeld.example\nX-Evil: 1"),
            lambda mail: replace(mail, reply_to="a@voorbeeld.example\x00"),
        ],
    )
    def test_nobody_slips_in_a_header(
        self,
        message: OutgoingMessage,
        office: PostOffice,
        change: Callable[[OutgoingMessage], OutgoingMessage],
    ) -> None:
        with SmtpChannel() as channel, pytest.raises(ChannelRefused, match="line break"):
            channel.send(change(message))
        assert office.accepted == []

    def test_a_server_that_is_away_is_for_later(self, message: OutgoingMessage, settings: Any) -> None:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", 1, False
        with SmtpChannel() as channel, pytest.raises(ChannelUnavailable, match="could not be reached"):
            channel.send(message)

    @pytest.mark.parametrize("lacking", ["encryption", "login", "sender"])
    def test_what_is_wrong_with_our_own_settings_gives_no_message_up(
        self, message: OutgoingMessage, office: PostOffice, settings: Any, lacking: str
    ) -> None:
        if lacking == "encryption":
            settings.EMAIL_USE_TLS = True
        elif lacking == "login":
            settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "somebody", "wrong"
        else:
            message = replace(message, sender_email="stranger@elsewhere.example")
        with SmtpChannel() as channel, pytest.raises(ChannelUnavailable):
            channel.send(message)
        assert office.accepted == []

    def test_without_a_server_nothing_is_sent(self, message: OutgoingMessage, settings: Any) -> None:
        settings.EMAIL_HOST = ""
        with SmtpChannel() as channel, pytest.raises(ChannelUnavailable, match="TIJDIG_SMTP_HOST"):
            channel.send(message)


class TestMailbox:
    """The mailbox of the demonstration, read on a page."""

    def test_mail_is_there_once_however_often_it_is_sent(self, message: OutgoingMessage) -> None:
        with MailboxChannel() as channel:
            channel.send(message)
            channel.send(message)
        (line,) = mailbox.mail_page().lines
        view = mailbox.mail(line.id)
        assert (view.html, view.reply_to, line.delivered_at) == (message.html, HOUSE.email, AT)
        assert line.sender == f"{HOUSE.name} <tijdig@localhost>"

    def test_mail_is_found_and_paged_newest_first(self, organisation: int) -> None:
        composed = [compose(job, house=HOUSE) for job in stored_jobs((1_000, 2_000, 3_000))]
        ids = operations.store_messages(composed, at=AT, actor=ACTOR)
        with MailboxChannel() as channel:
            for view in queries.messages(ids):
                channel.send(outgoing(view, HOUSE, at=AT))
        first = mailbox.mail_page(limit=2)
        assert [line.message_id for line in first.lines] == [ids[2], ids[1]]
        rest = mailbox.mail_page(limit=2, after=first.next)
        assert ([line.message_id for line in rest.lines], rest.next) == ([ids[0]], None)
        assert [line.message_id for line in mailbox.mail_page(search="KLANT2").lines] == [ids[1]]

    def test_the_neighbours_cannot_read_it(self, message: OutgoingMessage) -> None:
        with MailboxChannel() as channel:
            channel.send(message)
        (line,) = mailbox.mail_page().lines
        with tenancy.within(an_organisation()):
            assert mailbox.mail_page().lines == ()
            with pytest.raises(mailbox.MailNotFound):
                mailbox.mail(line.id)
