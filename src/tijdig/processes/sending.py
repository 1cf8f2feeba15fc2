"""Sending what waits: claimed and committed before the network is touched, checked once more, sent once.

Not for use inside a transaction: what was claimed must be committed before it is handed over.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from tijdig.domain.calendars import may_contact
from tijdig.domain.reasons import Reason
from tijdig.messaging import operations as messaging
from tijdig.messaging import queries as messages
from tijdig.messaging.channel import Channel, ChannelRefused, ChannelUnavailable, outgoing
from tijdig.messaging.queries import MessageLine, MessageView
from tijdig.messaging.values import House, NewTask
from tijdig.organisations import queries as organisations
from tijdig.organisations.queries import OrganisationView
from tijdig.processes.last_check import those_that_still_hold
from tijdig.processes.message_making import house

_log = logging.getLogger(__name__)
ACTOR = "system:sending"
NOT_DELIVERED = "NOT_DELIVERED"
# So few, that what is checked is sent within moments, and a crash leaves few in doubt.
_AT_ONCE = 10
_FIRST_RETRY = timedelta(minutes=5)
_LONGEST_RETRY = timedelta(hours=6)
# With the waits doubling, this is about a day and a half.
_MOST_ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class SendReport:
    """What came of the messages that waited."""

    sent: int = 0
    withdrawn: int = 0
    refused: int = 0
    retried: int = 0
    unsure: int = 0

    def __add__(self, other: SendReport) -> SendReport:
        return SendReport(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def send_waiting(*, at: datetime, limit: int = 1000, actor: str = ACTOR) -> SendReport:
    """Send at most `limit` waiting e-mails of the current organisation, if `at` is within contact hours.

    In test mode nothing leaves. Messages whose sending was interrupted go to a person, never out again.
    """
    organisation = organisations.current()
    report = SendReport(unsure=_give_up_unsure(organisation, at=at, actor=actor))
    if not organisation.is_live or not may_contact(at, organisation.country):
        return report
    if not organisation.is_demo and not settings.EMAIL_HOST:
        _log.warning("%s: no mail server is set (TIJDIG_SMTP_HOST), so e-mail waits", organisation.slug)
        return report
    while limit > 0:
        claimed = messaging.claim_waiting(at=at, limit=min(limit, _AT_ONCE))
        if not claimed:
            break
        batch = _Sending(organisation, at=at, actor=actor).send(claimed)
        report += batch
        limit -= len(claimed)
        if batch.retried:
            break  # the channel is in trouble: the rest can wait for its next turn
    return report


def channel_of(organisation: OrganisationView) -> Channel:
    """Return the way this organisation's e-mail travels; a demonstration's stays in the house."""
    name = "DEMO_MAILBOX" if organisation.is_demo else "EMAIL"
    channel: Channel = import_string(settings.CHANNELS[name])()
    return channel


def _give_up_unsure(organisation: OrganisationView, *, at: datetime, actor: str) -> int:
    """Hand messages whose sending was interrupted to a person; nobody knows whether they left."""
    interrupted = messages.unsure_whether_sent(at=at)
    for line in interrupted:
        _fail(line, Reason("SENDING_UNSURE"), organisation, at=at, actor=actor)
    return len(interrupted)


@transaction.atomic
def _fail(
    line: MessageLine, reason: Reason, organisation: OrganisationView, *, at: datetime, actor: str
) -> None:
    messaging.mark_failed(line.id, reason=reason, actor=actor)
    spoken_of = messages.items_of_messages((line.id,))[line.id]
    on = at.astimezone(ZoneInfo(organisation.timezone)).date()
    task = NewTask(line.customer_id, NOT_DELIVERED, reason, due_date=on, item_id=spoken_of[0].item_id)
    messaging.add_tasks((task,), at=at, actor=actor)


class _Sending:
    """One claimed handful on its way out."""

    def __init__(self, organisation: OrganisationView, *, at: datetime, actor: str) -> None:
        self._organisation = organisation
        self._at = at
        self._actor = actor
        self._report = SendReport()

    def send(self, claimed: Sequence[int]) -> SendReport:
        """Check, send and record each; whatever is not offered to the channel waits again."""
        offered: set[int] = set()
        try:
            ready = self._checked(claimed)
            self._report += SendReport(withdrawn=len(claimed) - len(ready))
            speaking = house()
            with channel_of(self._organisation) as channel:
                for message in ready:
                    offered.add(message.id)
                    if not self._offer(channel, message, speaking):
                        break
        except ChannelUnavailable:
            self._report += SendReport(retried=1)
        finally:
            left = [message_id for message_id in claimed if message_id not in offered]
            messaging.release_claimed(left, next_attempt_at=self._at)
        return self._report

    def _checked(self, claimed: Sequence[int]) -> tuple[MessageView, ...]:
        on = self._at.astimezone(ZoneInfo(self._organisation.timezone)).date()
        with transaction.atomic():
            return those_that_still_hold(
                claimed, withdraw=messaging.withdraw_claimed, on=on, at=self._at, actor=self._actor
            )

    def _offer(self, channel: Channel, message: MessageView, speaking: House) -> bool:
        """Hand one message over and record what came of it; return whether the channel still works."""
        try:
            sent = channel.send(outgoing(message, speaking, at=self._at))
        except ChannelRefused as refusal:
            self._give_up(message, Reason("SENDING_REFUSED", {"text": str(refusal)}))
            return True
        except ChannelUnavailable as trouble:
            self._try_later(message, str(trouble))
            return False
        messaging.mark_sent(message.id, transport_id=sent.transport_id, at=self._at, actor=self._actor)
        self._report += SendReport(sent=1)
        return True

    def _give_up(self, message: MessageView, reason: Reason) -> None:
        _fail(message.line, reason, self._organisation, at=self._at, actor=self._actor)
        self._report += SendReport(refused=1)

    def _try_later(self, message: MessageView, text: str) -> None:
        attempts = message.line.attempts
        if attempts >= _MOST_ATTEMPTS:
            self._give_up(message, Reason("SENDING_REFUSED", {"text": text}))
            return
        wait = min(_FIRST_RETRY * 2 ** (attempts - 1), _LONGEST_RETRY)
        reason = Reason("SENDING_UNAVAILABLE", {"text": text})
        messaging.mark_retry(message.id, next_attempt_at=self._at + wait, reason=reason)
        self._report += SendReport(retried=1)
