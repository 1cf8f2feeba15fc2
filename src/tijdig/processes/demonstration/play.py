"""Living through a story: the invoices, the bank and the days go through the same processes as anybody's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from tijdig.banking import queries as bank
from tijdig.customers.operations import CustomerData, upsert_customers
from tijdig.domain.documents import DueDateSource, InvoiceType
from tijdig.infra import clock
from tijdig.ledger import queries as ledger
from tijdig.processes import cash_application, daily_run, reactions, sending
from tijdig.processes.demonstration.cast import CastMember
from tijdig.processes.demonstration.statements import held_back_from, statement_file
from tijdig.processes.demonstration.story import Story, StoryInvoice, StoryPayment
from tijdig.processes.invoice_import import Draft, Storable, Storing

ACTOR = "system:demonstration"
_SATURDAY = 5
_EVERY_DAY_FROM = 90
"""The last months are lived day by day, as in real life; before that, every third day will do."""
_LEFT_FOR_THE_VISITOR = 12
"""Days at the end whose puzzles nobody has looked at yet."""


def live_through(story: Story, *, user: str, progress: Callable[[str, int, int], None]) -> None:
    """Play the whole story for the organisation we are in; `user` is the person who did the handwork.

    `progress` is told which day of the story it is, of how many.
    """
    days = tuple(_days(story))
    upsert_customers([_data(story, member) for member in story.customers], actor=ACTOR)
    before = story.first_day - timedelta(days=1)
    for done, day in enumerate(days, 1):
        with transaction.atomic():
            _live(story, first=before + timedelta(days=1), last=day, user=user)
        before = day
        if done % 20 == 0 or done == len(days):
            of_all = (story.last_day - story.first_day).days + 1
            progress(f"living through {story.creditor.name}, day", (day - story.first_day).days + 1, of_all)


def _live(story: Story, *, first: date, last: date, user: str) -> None:
    """Live through the days from `first` to `last`, doing on the last what is done in all of them."""
    _send_invoices(story, first=first, last=last)
    _read_the_bank(story, first=first, last=last)
    if last.weekday() < _SATURDAY and (story.last_day - last).days > _LEFT_FOR_THE_VISITOR:
        _clear_up(story, on=last, user=user)
    # Today's run is not ahead of the clock, however early the demonstration is made.
    morning = min(datetime.combine(last, time(8), ZoneInfo(story.creditor.timezone)), clock.now())
    daily_run.run_day(on=last, actor="system:daily_run", at=morning)
    sending.send_waiting(at=morning)


def _days(story: Story) -> Iterator[date]:
    """Yield the days on which something is done."""
    for day in _span(story.first_day, story.last_day):
        left = (story.last_day - day).days
        if left <= _EVERY_DAY_FROM or left % 3 == 0:
            yield day


def _data(story: Story, member: CastMember) -> CustomerData:
    return CustomerData(
        number=member.number,
        name=member.name,
        kind=member.kind.value,
        language=member.language,
        contact_name=member.contact_name,
        email=member.email,
        phone=member.phone,
        street=member.street,
        postcode=member.postcode,
        city=member.city,
        country=member.country,
        payment_term_days=member.term_days,
        customer_since=story.first_day + timedelta(days=member.since_day),
    )


def _send_invoices(story: Story, *, first: date, last: date) -> None:
    """Bring in what was invoiced between these days, credit notes included."""
    invoices = [invoice for day in _span(first, last) for invoice in story.invoices.get(day, ())]
    if not invoices:
        return
    storing = Storing(country=story.creditor.country, on=last, actor=ACTOR)
    storing.add([_storable(invoice) for invoice in invoices])
    reactions.after_settlement(settlement=storing.settle_credit_notes(), on=last, actor=ACTOR)


def _span(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _storable(invoice: StoryInvoice) -> Storable:
    is_credit = bool(invoice.credits)
    return Storable(
        Draft(
            number=invoice.number,
            type=InvoiceType.CREDIT_NOTE if is_credit else InvoiceType.INVOICE,
            issue_date=invoice.issue_date,
            due_date=invoice.due_date,
            due_date_source=DueDateSource.DOCUMENT,
            currency="EUR",
            total=invoice.amount_minor,
            payable=invoice.amount_minor,
            effect=-invoice.amount_minor if is_credit else invoice.amount_minor,
            customer=CustomerData(number=invoice.customer),
            payment_reference=invoice.reference,
            order_reference=invoice.order_reference,
            preceding_invoice=invoice.credits,
            description=invoice.description,
        ),
        CustomerData(number=invoice.customer),
    )


def _read_the_bank(story: Story, *, first: date, last: date) -> None:
    """Import the statement over these days; the newest is left for the visitor."""
    last = min(last, held_back_from(story) - timedelta(days=1))
    content = statement_file(story, first=first, last=last)
    if content is not None:
        cash_application.import_bank_file(name=f"bank-{last}.xml", content=content, on=last, actor=ACTOR)


def _clear_up(story: Story, *, on: date, user: str) -> None:
    """Do what a controller does with the payments that wait: look at what the payer means, or set them aside."""
    waiting = bank.waiting_lines(limit=200).lines
    for line in waiting:
        payment = _payment_of(story, line)
        allocations = _meant_for(payment) if payment else []
        if allocations:
            cash_application.book_line(line_id=line.id, allocations=allocations, on=on, actor=user)
        else:
            cash_application.ignore_line(line_id=line.id, text="Geen betaling van een klant", actor=user)


def _payment_of(story: Story, line: bank.LineView) -> StoryPayment | None:
    for payment in story.payments.get(line.booking_date, ()):
        if (payment.amount_minor, payment.iban) == (line.amount.minor, line.counterparty_iban):
            return payment
    return None


def _meant_for(payment: StoryPayment) -> list[tuple[int, int]]:
    """Return what a payment is meant for as (item id, cents), as far as it is still open."""
    items = ledger.known_numbers([number for number, _amount in payment.meant_for])
    return [
        (items[number].id, min(amount, items[number].open_minor))
        for number, amount in payment.meant_for
        if number in items and items[number].is_open
    ]
