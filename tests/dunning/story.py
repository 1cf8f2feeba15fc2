"""A creditor with customers and invoices, followed up day by day on the real database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from tijdig.customers.operations import create_customer
from tijdig.domain.ledger import CreditKind, ItemKind
from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason
from tijdig.dunning.operations import start_follow_ups
from tijdig.infra import tenancy
from tijdig.ledger import operations as ledger
from tijdig.ledger import queries as ledger_queries
from tijdig.ledger.operations import AllocationRequest, NewItem, Settlement
from tijdig.ledger.queries import ItemView
from tijdig.messaging import queries as messages
from tijdig.messaging.queries import MessageView
from tijdig.organisations.models import Mode
from tijdig.organisations.operations import set_mode
from tijdig.processes import daily_run, organisation_setup, reactions
from tijdig.processes.daily_run import DayReport

ACTOR = "user:1"
_numbers = count(1)


def a_creditor(*, live: bool = True, country: str = "NL", is_demo: bool = True) -> int:
    """Make an organisation with all that a message needs; return its id, to enter with tenancy.within."""
    organisation_id = organisation_setup.create(
        name=f"Tuinderij De Proef {next(_numbers)}",
        country=country,
        language="nl",
        actor="cli",
        is_demo=is_demo,
        iban="NL91ABNA0417164300" if country == "NL" else "BE68539007547034",
        street="Kasweg 1",
        postcode="2671 AB" if country == "NL" else "9000",
        city="Naaldwijk" if country == "NL" else "Gent",
        email="administratie@tuinderij.example",
        sender_email="administratie@tuinderij.example",
    )
    if live:
        with tenancy.within(organisation_id):
            set_mode(mode=Mode.LIVE, actor="cli")
    return organisation_id


def a_customer(
    *, email: str | None = None, address: bool = True, name: str = "Bloemenhuis Het Verzinsel"
) -> int:
    """Make a customer with an e-mail address (unless "") and a postal address; return its id."""
    number = f"D{next(_numbers)}"
    postal = {"street": "Bedachtlaan 2", "postcode": "1234 AB", "city": "Fictief"} if address else {}
    return create_customer(
        number=number,
        name=name,
        actor=ACTOR,
        language="nl",
        email=f"{number.lower()}@klant.example" if email is None else email,
        **postal,
    )


def invoices(
    customer_id: int,
    *,
    due: Sequence[date],
    amount: int = 12_100,
    on: date | None = None,
    currency: str = "EUR",
) -> tuple[int, ...]:
    """Add an invoice per due date, followed up from `on` (long before it is due if not given)."""
    items = [
        NewItem(
            customer_id=customer_id,
            kind=ItemKind.INVOICE,
            number=f"F{next(_numbers):06d}",
            amount_minor=amount,
            currency=currency,
            issue_date=day - timedelta(days=30),
            due_date=day,
        )
        for day in due
    ]
    ids = ledger.add_items(items, actor=ACTOR)
    start_follow_ups(ids, on=on or min(due) - timedelta(days=30))
    return ids


def invoice(customer_id: int, *, due: date, amount: int = 12_100, on: date | None = None) -> int:
    """Add one invoice that is followed up; return its id."""
    return invoices(customer_id, due=(due,), amount=amount, on=on)[0]


def pay(item_id: int, *, on: date, amount: int | None = None, react: bool = True) -> Settlement:
    """Pay an invoice, wholly unless an amount is given, with everything that follows from it.

    Without `react` only the money moves, as if it happened between a check and what follows.
    """
    item = ledger_queries.item(item_id)
    assert item is not None
    minor = item.open_minor if amount is None else amount
    why = Reason("PERSON_SAID", {"text": "paid"})
    credit_id = ledger.add_credit(
        customer_id=item.customer_id,
        kind=CreditKind.PAYMENT,
        amount=Money(minor, item.currency),
        booking_date=on,
        origin="",
        number="",
        reason=why,
        actor=ACTOR,
    )
    settlement = ledger.allocate_many([AllocationRequest(credit_id, item_id, minor, why)], on=on, actor=ACTOR)
    if react:
        reactions.after_settlement(settlement=settlement, on=on)
    return settlement


def undo(settlement: Settlement, *, on: date) -> Settlement:
    """Undo the payment of `pay`, with everything that follows from it."""
    undone = ledger.undo_allocation(
        allocation_id=settlement.allocation_ids[0],
        on=on,
        reason=Reason("PERSON_SAID", {"text": "wrong invoice"}),
        actor=ACTOR,
    )
    reactions.after_settlement(settlement=undone, on=on)
    return undone


def open_items(customer_id: int) -> tuple[ItemView, ...]:
    """Return what the customer owes."""
    return ledger_queries.open_items_of(customer_id)


def run(on: date) -> DayReport:
    """Run the day."""
    return daily_run.run_day(on=on, actor="system:test")


def noon(on: date) -> datetime:
    """Return noon (UTC) of a day: within contact hours on any day but Sundays and holidays."""
    return datetime.combine(on, time(11), UTC)


def said(customer_id: int) -> tuple[MessageView, ...]:
    """Return every message to a customer, oldest first, withdrawn ones included."""
    page = messages.message_page(customer_id=customer_id, limit=1000)
    return messages.messages(line.id for line in page.lines)


def stages(customer_id: int) -> list[tuple[str, str]]:
    """Return (day, stage) of the messages to a customer that were not withdrawn, oldest first."""
    return [
        (message.line.on_date.isoformat(), message.line.stage)
        for message in said(customer_id)
        if message.line.state != "WITHDRAWN"
    ]
