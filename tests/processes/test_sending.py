"""Sending what waits: within contact hours, checked to the last, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from types import TracebackType
from typing import ClassVar, Self

import pytest
from django.test import override_settings

from tests.dunning import story
from tests.dunning.conftest import creditor  # noqa: F401
from tijdig.dunning import operations as dunning
from tijdig.infra import tenancy
from tijdig.integrations.mailbox import queries as mailbox
from tijdig.messaging import operations as messaging
from tijdig.messaging import queries as messages
from tijdig.messaging.channel import ChannelRefused, ChannelUnavailable, OutgoingMessage, Sent
from tijdig.processes.sending import SendReport, send_waiting

DUE = date(2026, 11, 2)
NOON = story.noon(DUE)
pytestmark = pytest.mark.usefixtures("creditor")


class ScriptedChannel:
    """A channel that answers as it was told to, by recipient, and remembers what it was given."""

    answers: ClassVar[dict[str, Exception]] = {}
    given: ClassVar[list[OutgoingMessage]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to close."""

    def send(self, message: OutgoingMessage) -> Sent:
        self.given.append(message)
        if message.recipient in self.answers:
            raise self.answers[message.recipient]
        return Sent(f"scripted:{message.message_id}")


@pytest.fixture
def channel() -> Iterator[type[ScriptedChannel]]:
    """The channel the demonstration's mail goes by in these tests."""
    ScriptedChannel.answers.clear()
    ScriptedChannel.given.clear()
    with override_settings(CHANNELS={"DEMO_MAILBOX": f"{__name__}.ScriptedChannel"}):
        yield ScriptedChannel


def customer_with_message(email: str | None = None) -> int:
    customer_id = story.a_customer(email=email)
    story.invoice(customer_id, due=DUE)
    story.run(DUE)
    return customer_id


def test_what_waits_is_sent_once(channel: type[ScriptedChannel]) -> None:
    customer_id = customer_with_message()
    assert send_waiting(at=NOON) == SendReport(sent=1)
    assert send_waiting(at=NOON) == SendReport()
    (message,) = story.said(customer_id)
    assert (message.line.state, message.line.sent_at) == ("SENT", NOON)
    assert message.line.transport_id == f"scripted:{message.id}"
    assert [given.message_id for given in channel.given] == [message.id]


def test_more_than_a_handful_all_leave(channel: type[ScriptedChannel]) -> None:
    for _ in range(25):
        customer_with_message()
    assert send_waiting(at=NOON, limit=12).sent == 12
    assert send_waiting(at=NOON).sent == 13


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 2, 19, 30, tzinfo=UTC),  # half past eight in the evening
        datetime(2026, 11, 3, 5, 30, tzinfo=UTC),  # half past six in the morning
        datetime(2026, 11, 8, 11, 0, tzinfo=UTC),  # a Sunday
        datetime(2026, 12, 25, 11, 0, tzinfo=UTC),
    ],
)
def test_outside_contact_hours_it_waits(channel: type[ScriptedChannel], moment: datetime) -> None:
    customer_id = customer_with_message()
    assert send_waiting(at=moment) == SendReport()
    assert story.said(customer_id)[0].line.state == "WAITING"


def test_in_test_mode_nothing_leaves(channel: type[ScriptedChannel]) -> None:
    with tenancy.within(story.a_creditor(live=False)):
        customer_with_message()
        assert send_waiting(at=NOON) == SendReport()
    assert channel.given == []


def test_a_refused_message_becomes_a_task(channel: type[ScriptedChannel]) -> None:
    channel.answers["gone@klant.example"] = ChannelRefused("550 no such mailbox")
    customer_id = customer_with_message("gone@klant.example")
    assert send_waiting(at=NOON) == SendReport(refused=1)
    assert story.said(customer_id)[0].line.state == "FAILED"
    (task,) = messages.task_page(customer_id=customer_id).tasks
    assert task.kind == "NOT_DELIVERED"
    assert "no such mailbox" in str(task.reason)


def test_trouble_with_the_server_is_tried_again_later_and_later(channel: type[ScriptedChannel]) -> None:
    channel.answers["busy@klant.example"] = ChannelUnavailable("451 later")
    customer_id = customer_with_message("busy@klant.example")
    moments = [NOON]
    for _ in range(3):
        assert send_waiting(at=moments[-1]) == SendReport(retried=1)
        next_attempt = story.said(customer_id)[0].line.next_attempt_at
        assert next_attempt is not None
        moments.append(next_attempt)
    assert send_waiting(at=moments[-1] - timedelta(seconds=1)) == SendReport()
    waits = [after - before for before, after in pairwise(moments)]
    assert waits == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    channel.answers.clear()
    assert send_waiting(at=moments[-1]).sent == 1


def test_after_ten_attempts_a_person_is_asked(channel: type[ScriptedChannel]) -> None:
    channel.answers["busy@klant.example"] = ChannelUnavailable("451 later")
    customer_id = customer_with_message("busy@klant.example")
    at, reports = NOON, []
    for _ in range(40):
        reports.append(send_waiting(at=at))
        at += timedelta(hours=7)
    assert sum(report.retried for report in reports) == 9
    assert sum(report.refused for report in reports) == 1
    assert len(messages.task_page(customer_id=customer_id).tasks) == 1


def test_the_others_wait_when_the_server_is_in_trouble(channel: type[ScriptedChannel]) -> None:
    channel.answers["busy@klant.example"] = ChannelUnavailable("451 later")
    customer_with_message("busy@klant.example")
    others = [customer_with_message() for _ in range(3)]
    send_waiting(at=NOON)
    assert len(channel.given) == 1
    line = story.said(others[0])[0].line
    assert (line.state, line.attempts) == ("WAITING", 0)
    assert send_waiting(at=NOON).sent == 3


@pytest.mark.parametrize("change", ["settled", "held", "part paid"])
def test_what_changed_at_the_last_moment_does_not_leave(channel: type[ScriptedChannel], change: str) -> None:
    customer_id = story.a_customer()
    changed, other = story.invoices(customer_id, due=(DUE, DUE))
    story.run(DUE)
    if change == "held":
        dunning.place_hold(customer_id=customer_id, item_id=changed, reason="x", on=DUE, actor="user:1")
    else:
        story.pay(changed, on=DUE, amount=None if change == "settled" else 100, react=False)
    assert send_waiting(at=NOON) == SendReport(sent=1, withdrawn=1)
    first, second = story.said(customer_id)
    assert (first.line.state, second.line.state) == ("WITHDRAWN", "SENT")
    expected = {other: 12_100} if change != "part paid" else {changed: 12_000, other: 12_100}
    assert {item.item_id: item.open_then for item in second.items} == expected
    assert [given.message_id for given in channel.given] == [second.id]


def test_an_interrupted_sending_is_never_repeated_and_goes_to_a_person(
    channel: type[ScriptedChannel],
) -> None:
    customer_id = customer_with_message()
    messaging.claim_waiting(at=NOON, limit=5)  # and then the lights went out
    assert send_waiting(at=NOON + timedelta(minutes=14)) == SendReport()
    assert send_waiting(at=NOON + timedelta(minutes=16)) == SendReport(unsure=1)
    assert send_waiting(at=NOON + timedelta(minutes=30)) == SendReport()
    assert story.said(customer_id)[0].line.state == "FAILED"
    (task,) = messages.task_page(customer_id=customer_id).tasks
    assert task.reason is not None
    assert task.reason.code == "SENDING_UNSURE"
    assert channel.given == []


def test_an_unforeseen_error_leaves_the_rest_waiting(channel: type[ScriptedChannel]) -> None:
    channel.answers["odd@klant.example"] = RuntimeError("a bug")
    odd = customer_with_message("odd@klant.example")
    other = customer_with_message()
    with pytest.raises(RuntimeError):
        send_waiting(at=NOON)
    assert story.said(odd)[0].line.state == "SENDING"
    assert story.said(other)[0].line.state == "WAITING"


def test_the_demonstrations_mail_stays_in_its_mailbox() -> None:
    customer_with_message("reader@klant.example")
    assert send_waiting(at=NOON).sent == 1
    assert [mail.recipient for mail in mailbox.mail_page().lines] == ["reader@klant.example"]


def test_without_a_mail_server_mail_waits_and_that_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with tenancy.within(story.a_creditor(is_demo=False)), override_settings(EMAIL_HOST=""):
        customer_id = customer_with_message()
        assert send_waiting(at=NOON) == SendReport()
        assert story.said(customer_id)[0].line.state == "WAITING"
    assert "TIJDIG_SMTP_HOST" in caplog.text


def test_letters_are_not_sent_by_mail(channel: type[ScriptedChannel]) -> None:
    customer_with_message("")
    assert send_waiting(at=NOON) == SendReport()
    assert len(messages.letters_to_print()) == 1
