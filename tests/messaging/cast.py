"""The cast of the messages: a house that writes and a debtor who is written to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from tests.ledger.builders import a_customer, an_item
from tijdig.domain.followup import Stage
from tijdig.domain.parties import Channel, Language
from tijdig.messaging.composing import House, JobItem, MessageJob, Recipient

ON = date(2026, 11, 20)
ACTOR = "system:test"
STAGES = (Stage.NOTICE, Stage.DUE, Stage.REMINDER, Stage.FORMAL_NOTICE)
OFFSETS = {Stage.NOTICE: -3, Stage.DUE: 0, Stage.REMINDER: 14, Stage.FORMAL_NOTICE: 30}
HOUSE = House(
    name="Houtwerf De Verzonnen Plank",
    street="Zaagdijk 12",
    postcode="3511 AB",
    city="Utrecht",
    email="administratie@houtwerf.example",
    phone="030 123 45 67",
    website="https://houtwerf.example",
    iban="NL91ABNA0417164300",
    vat_number="NL001234567B01",
    legal_id="12345678",
)
DEBTOR = Recipient(
    customer_id=1,
    number="K-1001",
    name="Anna Voorbeeld",
    email="anna@voorbeeld.example",
    street="Proefstraat 7",
    postcode="1000 AA",
    city="Voorbeelddorp",
    country="NL",
)


def an_invoice(
    stage: Stage = Stage.REMINDER,
    *,
    item_id: int = 1,
    number: str = "2026-00017",
    open_minor: int = 123_456,
    days_late: int | None = None,
    reference: str = "",
) -> JobItem:
    """An invoice at the day in its life that goes with the stage, unless told how late it is."""
    due = ON - timedelta(days=OFFSETS[stage] if days_late is None else days_late)
    return JobItem(item_id, number, due - timedelta(days=30), due, open_minor, stage, reference)


def a_job(
    *items: JobItem,
    channel: Channel = Channel.EMAIL,
    language: Language = Language.DUTCH,
    to: Recipient = DEBTOR,
    currency: str = "EUR",
) -> MessageJob:
    """A message to make about these invoices (one that needs a reminder when none are given)."""
    return MessageJob(to, items or (an_invoice(),), channel, language, ON, currency)


def stored_jobs(amounts: Sequence[int], *, channel: Channel = Channel.EMAIL) -> tuple[MessageJob, ...]:
    """One job per amount, each for a customer and an invoice that are really in the books."""
    jobs = []
    for place, open_minor in enumerate(amounts, 1):
        customer_id = a_customer()
        number = f"R-{customer_id}-{place}"
        item_id = an_item(customer_id, open_minor, number=number)
        to = Recipient(customer_id, f"K{place}", f"Klant {place}", "", f"klant{place}@voorbeeld.example",
                       "Proefstraat 7", "1000 AA", "Voorbeelddorp", "NL")  # fmt: skip
        item = an_invoice(item_id=item_id, number=number, open_minor=open_minor)
        jobs.append(a_job(item, channel=channel, to=to))
    return tuple(jobs)
