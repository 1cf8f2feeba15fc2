"""A small world for the reports: one invoice reminded, partly paid and that undone; and its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from tests.ledger.builders import a_credit, a_customer, an_item
from tijdig.domain.followup import Stage
from tijdig.domain.parties import Channel, Language
from tijdig.domain.reasons import Reason
from tijdig.dunning import operations as dunning
from tijdig.ledger import operations as ledger
from tijdig.ledger import queries
from tijdig.messaging import operations as messaging
from tijdig.messaging.values import ComposedMessage, JobItem, NewTask

ACTOR = "user:1"
ISSUED, DUE = date(2024, 10, 1), date(2024, 10, 31)
REMINDED, PAID, UNDONE = date(2024, 11, 14), date(2024, 11, 16), date(2024, 11, 18)


@dataclass(frozen=True, slots=True)
class Story:
    """The ids of what was made."""

    customer: int
    other_customer: int
    item: int
    other_item: int
    credit: int
    allocation: int
    message: int
    task: int


def at(day: date, hour: int = 9) -> datetime:
    """A moment of a day."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def because(text: str) -> Reason:
    """A person's own words."""
    return Reason("PERSON_SAID", {"text": text})


def a_message(customer_id: int, item_id: int, *, on: date = REMINDED, number: str = "F-1") -> int:
    """Store a message about an item, waiting to be sent."""
    item = JobItem(item_id=item_id, number=number, issue_date=ISSUED, due_date=DUE, open_minor=10_000,
                   stage=Stage.REMINDER)  # fmt: skip
    composed = ComposedMessage(
        customer_id=customer_id, channel=Channel.EMAIL, stage=Stage.REMINDER, template="REMINDER/nl/1",
        language=Language.DUTCH, on=on, recipient="oven@example.com", subject=f"Herinnering {number}",
        text="Beste", html="<p>Beste", facts={}, currency="EUR", total_minor=10_000, items=(item,),
        hash="0" * 64,
    )  # fmt: skip
    return messaging.store_messages([composed], at=at(on), actor=ACTOR)[0]


def a_task(
    customer_id: int, item_id: int | None = None, *, due: date = REMINDED, kind: str = "HAND_OVER"
) -> int:
    """Put a task on the work list."""
    new = NewTask(customer_id, kind, because("Bel eerst even"), due, item_id)
    return messaging.add_tasks([new], at=at(due, 10), actor=ACTOR)[0]


def tell() -> Story:
    """Make the world in the organisation we are in."""
    customer = a_customer(number="C1", name="=SOM(A1) Oven")
    other_customer = a_customer(number="C2", name="Zeta")
    item = an_item(customer, 10_000, number="F-1", issued=ISSUED, due=DUE, reference="RF1")
    other_item = an_item(other_customer, 2_550, number="F-2", issued=PAID, due=date(2024, 12, 16))
    message = a_message(customer, item)
    messaging.claim_waiting(at=at(REMINDED), limit=10)
    messaging.mark_sent(message, transport_id="x", at=at(REMINDED), actor="system:sending")
    credit = a_credit(customer, 6_000, on=PAID, origin="bank:1")
    ledger.allocate(
        credit_id=credit, item_id=item, amount_minor=4_000, on=PAID, reason=because("Past"), actor=ACTOR
    )
    allocation = _newest_allocation(item)
    ledger.undo_allocation(allocation_id=allocation, on=UNDONE, reason=because("Fout"), actor=ACTOR)
    task = a_task(customer, item)
    return Story(customer, other_customer, item, other_item, credit, allocation, message, task)


def _newest_allocation(item_id: int) -> int:
    return max(found.id for found in queries.allocations_of_item(item_id))


def hold(story: Story) -> int:
    """Put the follow-up of the customer on hold."""
    return dunning.place_hold(
        customer_id=story.customer, reason="Belt terug", on=UNDONE, until=date(2024, 12, 1), actor=ACTOR
    )
