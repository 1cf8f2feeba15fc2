"""Composing: a job in, the message exactly as it will be sent out. Pure; nothing is stored here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from tijdig.customers.checks import is_email
from tijdig.domain.followup import Stage
from tijdig.domain.parties import Channel
from tijdig.domain.reasons import Reason
from tijdig.domain.references import is_iban, normalise
from tijdig.messaging.content import Content, content_of, payment_payload
from tijdig.messaging.email_layout import as_html
from tijdig.messaging.language import LABELS, clean, day
from tijdig.messaging.text_layout import as_text
from tijdig.messaging.values import (
    ComposedMessage,
    House,
    JobItem,
    MessageJob,
    Recipient,
    RefusedJob,
)
from tijdig.messaging.wording import Values, preset

__all__ = [
    "ComposedMessage",
    "House",
    "JobItem",
    "MessageJob",
    "Recipient",
    "RefusedJob",
    "SomeRefused",
    "compose",
    "compose_batch",
]

# A reminder asks for the money within a week; a formal notice gives the fourteen days it speaks of.
_REMINDER_DAYS = 7
_FIRMNESS = {stage: place for place, stage in enumerate(Stage)}
_FIRM = frozenset({Stage.REMINDER, Stage.FORMAL_NOTICE})
# What a bank lets a payer write (EPC AT-05), and what a person is willing to type over.
_LONGEST_REFERENCE = 70


class SomeRefused(Exception):
    """Some messages could not be made. `composed` holds those that could, `refused` the others with why."""

    def __init__(self, composed: tuple[ComposedMessage, ...], refused: tuple[RefusedJob, ...]) -> None:
        super().__init__(f"{len(refused)} messages could not be made: {refused[0].reason}")
        self.composed = composed
        self.refused = refused


class _Lacking(Exception):
    """A job lacks something; carries the reason up to the batch."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


def compose(job: MessageJob, *, house: House) -> ComposedMessage:
    """Return the one message of `job`. Raises SomeRefused when it lacks something a customer needs."""
    return compose_batch((job,), house=house)[0]


def compose_batch(jobs: Iterable[MessageJob], *, house: House) -> tuple[ComposedMessage, ...]:
    """Return one message per job, in order.

    Raises SomeRefused when one or more lack something (no address, no account to pay to, …): catch it,
    store its `composed`, and make a task for each of its `refused`.
    """
    composed: list[ComposedMessage] = []
    refused: list[RefusedJob] = []
    # In test mode everything is composed, also before the account is filled in; nothing of it leaves.
    payable = is_iban(house.iban) or house.in_test_mode
    for job in jobs:
        try:
            if not payable:
                raise _Lacking(Reason("ACCOUNT_MISSING"))
            composed.append(_compose(job, house))
        except _Lacking as lacking:
            refused.append(RefusedJob(job, lacking.reason))
    if refused:
        raise SomeRefused(tuple(composed), tuple(refused))
    return tuple(composed)


def _compose(job: MessageJob, house: House) -> ComposedMessage:
    if not job.items or any(item.open_minor <= 0 for item in job.items):
        raise _Lacking(Reason("NOTHING_OPEN"))
    recipient = _recipient(job)
    facts = _facts(job, house)
    wording = preset(_stage_of_words(facts), job.language)
    words = wording.fill(_values(job, facts, house))
    facts["words"] = {name: getattr(words, name) for name in words.__slots__}
    content = content_of(facts, job.language)
    text = as_text(content, house)
    html = as_html(content, house) if job.channel is Channel.EMAIL else ""
    _check(text, facts, content)
    subject = words.subject[:300]
    return ComposedMessage(
        customer_id=job.recipient.customer_id,
        channel=job.channel,
        stage=Stage(facts["stage"]),
        template=wording.template,
        language=job.language,
        on=job.on,
        recipient=recipient[:300],
        subject=subject,
        text=text,
        html=html,
        facts=facts,
        currency=job.currency,
        total_minor=facts["total"],
        items=job.items,
        hash=hashlib.sha256("\x1f".join((recipient, subject, text, html)).encode()).hexdigest(),
        test=house.in_test_mode,
    )


def address_lines(recipient: Recipient, *, country: str) -> tuple[str, ...]:
    """Return the postal address as it stands in the window; the country only where it is not `country`."""
    city = " ".join(part for part in (clean(recipient.postcode), clean(recipient.city)) if part)
    abroad = recipient.country.upper() if recipient.country.upper() not in ("", country.upper()) else ""
    lines = (clean(recipient.name), clean(recipient.contact_name), clean(recipient.street), city, abroad)
    return tuple(line for place, line in enumerate(lines) if line and not (place == 1 and line == lines[0]))


def _recipient(job: MessageJob) -> str:
    """Return where the message goes to, in one line."""
    to = job.recipient
    if job.channel is Channel.EMAIL:
        if not is_email(to.email):
            raise _Lacking(Reason("EMAIL_UNUSABLE"))
        return to.email
    if not (clean(to.street) and clean(to.city)):
        raise _Lacking(Reason("POSTAL_ADDRESS_MISSING"))
    return ", ".join(address_lines(to, country=""))


def _facts(job: MessageJob, house: House) -> dict[str, Any]:
    """Return the figures of the message as they are stored: plain JSON, amounts in minor units."""
    stage = max((item.stage for item in job.items), key=_FIRMNESS.__getitem__)
    items = sorted(job.items, key=lambda item: (item.due_date, item.number))
    late = [item for item in items if item.due_date < job.on]
    asked = late if stage in _FIRM and late else items
    return {
        "stage": stage,
        "on": job.on.isoformat(),
        "name": clean(job.recipient.name),
        "customer_number": clean(job.recipient.number),
        "address": address_lines(job.recipient, country=house.country),
        "currency": job.currency,
        "asked": sum(item.open_minor for item in asked),
        "total": sum(item.open_minor for item in items),
        "iban": normalise(house.iban) if is_iban(house.iban) else "",
        "bic": normalise(house.bic),
        "payee": clean(house.name)[:70],
        "reference": _reference(asked, job),
        "pay_by": _pay_by(stage, asked, job),
        "items": [
            {
                "id": item.item_id,
                "number": clean(item.number),
                "issued": item.issue_date.isoformat(),
                "due": item.due_date.isoformat(),
                "open": item.open_minor,
                "days_late": (job.on - item.due_date).days,
                "stage": item.stage,
                "reference": clean(item.payment_reference),
            }
            for item in items
        ],
    }


def _reference(asked: list[JobItem], job: MessageJob) -> str:
    """Return what the payer should write: the reference of the one invoice, or the numbers of them all."""
    if len(asked) == 1:
        return clean(asked[0].payment_reference) or clean(asked[0].number)
    numbers = " ".join(clean(item.number) for item in asked)
    if len(numbers) <= _LONGEST_REFERENCE:
        return numbers
    return f"{LABELS[job.language].customer_number} {clean(job.recipient.number)}"


def _pay_by(stage: Stage, asked: list[JobItem], job: MessageJob) -> str:
    """Return the ISO date the box asks for; empty where each invoice has its own."""
    if stage in _FIRM:
        return (job.on + timedelta(days=_REMINDER_DAYS)).isoformat()
    if len({item.due_date for item in asked}) > 1:
        return ""
    return max(asked[0].due_date, job.on).isoformat()


def _stage_of_words(facts: dict[str, Any]) -> Stage:
    """Return the stage whose words fit: a notice made on or after the due date speaks of that date."""
    stage = Stage(facts["stage"])
    if stage is Stage.NOTICE and any(item["days_late"] >= 0 for item in facts["items"]):
        return Stage.DUE
    return stage


def _values(job: MessageJob, facts: dict[str, Any], house: House) -> Values:
    """Return what a template may use: plain strings and numbers."""
    labels = LABELS[job.language]
    late = [item for item in facts["items"] if item["days_late"] > 0]
    first = min(job.items, key=lambda item: (item.due_date, item.number))
    return {
        "name": clean(job.recipient.contact_name) or facts["name"],
        "tone": house.tone,
        "channel": job.channel.value,
        "count": len(job.items),
        "late": len(late),
        "top": sum(item["stage"] == facts["stage"] for item in late),
        "number": clean(first.number),
        "due": day(first.due_date, job.language),
        "days": (job.on - first.due_date).days,
        "pay_by": day(job.on + timedelta(days=_REMINDER_DAYS), job.language),
        "qr": job.channel is Channel.LETTER and payment_payload(facts) is not None,
        "contact": labels.contact(
            reply=job.channel is Channel.EMAIL and bool(house.email or house.sender_email),
            phone=clean(house.phone),
            email=clean(house.email),
        ),
    }


def _check(text: str, facts: dict[str, Any], content: Content) -> None:
    """Raise when the customer could not tell from the words what to pay, for what, when and how."""
    parts = {
        "amount": content.amount,
        "account": content.iban,
        "reference": content.reference,
        "date": content.pay_by,
        "name": facts["name"],
        "subject": content.words.subject,
    }
    missing = [
        name
        for name, value in parts.items()
        if not value or (name not in ("name", "subject") and value not in text)
    ]
    missing += [f"invoice {row.number}" for row in content.rows if not row.number or row.number not in text]
    if missing:
        raise _Lacking(Reason("MESSAGE_UNCLEAR", {"what": ", ".join(missing)}))
