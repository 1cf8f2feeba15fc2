"""The bank of the demonstration: a camt.053 statement over any stretch of the story."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tijdig.domain.documents import Statement, StatementLine
from tijdig.domain.money import Money
from tijdig.formats import camt_writer
from tijdig.processes.demonstration.story import Story, StoryPayment

_STARTING_BALANCE = 2_500_000


def statement_file(story: Story, *, first: date, last: date) -> bytes | None:
    """Return the camt.053 of the days from `first` to `last`; None when nothing moved."""
    payments = tuple(_payments(story, first, last))
    if not payments:
        return None
    opening = _STARTING_BALANCE + sum(
        payment.amount_minor for payment in _payments(story, story.first_day, first - timedelta(days=1))
    )
    net = sum(payment.amount_minor for payment in payments)
    return camt_writer.write(
        Statement(
            account=story.creditor.iban,
            id=f"{story.creditor.slug}-{last:%Y%m%d}",
            currency="EUR",
            sequence=f"{(last - story.first_day).days}",
            opening_balance=Money(opening, "EUR"),
            closing_balance=Money(opening + net, "EUR"),
            from_date=first,
            to_date=last,
            entry_count=len(payments),
            net_booked=Money(net, "EUR"),
            lines=tuple(_line(index, payment) for index, payment in enumerate(payments)),
        )
    )


def held_back_from(story: Story) -> date:
    """Return the first day of the newest statement, which is left for the visitor to import."""
    day, working_days = story.last_day, 0
    while working_days < 2:
        working_days += day.weekday() < 5
        day -= timedelta(days=1)
    return day + timedelta(days=1)


def _payments(story: Story, first: date, last: date) -> Iterator[StoryPayment]:
    for day in sorted(story.payments):
        if first <= day <= last:
            yield from story.payments[day]


def _line(index: int, payment: StoryPayment) -> StatementLine:
    return StatementLine(
        amount=Money(payment.amount_minor, "EUR"),
        booking_date=payment.on,
        value_date=payment.on,
        counterparty_name=payment.name,
        counterparty_iban=payment.iban,
        structured_reference=payment.structured_reference,
        remittance=payment.text,
        bank_reference=f"{payment.on:%Y%m%d}{index:05d}",
        entry_index=index,
    )
