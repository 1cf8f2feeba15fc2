"""From what is known of organisation, customer and items to a message that is to be made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date

from tijdig.customers.queries import CustomerView
from tijdig.domain.followup import Stage
from tijdig.domain.parties import Channel, Language
from tijdig.ledger.queries import ItemView
from tijdig.messaging.composing import House, JobItem, MessageJob, Recipient
from tijdig.organisations import queries as organisations

_OF_THE_LOGO = {"logo", "logo_type", "in_test_mode"}


def house() -> House:
    """Return the organisation we are in as its customers see it."""
    here = organisations.current()
    logo, logo_type = organisations.logo() or (b"", "")
    shared = {
        field.name: getattr(here, field.name) for field in fields(House) if field.name not in _OF_THE_LOGO
    }
    return House(**shared, logo=logo, logo_type=logo_type, in_test_mode=not here.is_live)


def message_job(
    *, customer: CustomerView, items: Sequence[tuple[ItemView, Stage]], channel: Channel, on: date
) -> MessageJob:
    """Return the message to make for a customer about these items (at least one, all in one currency)."""
    return MessageJob(
        recipient=Recipient(
            customer_id=customer.id,
            number=customer.number,
            name=customer.name,
            contact_name=customer.contact_name,
            email=customer.email,
            street=customer.street,
            postcode=customer.postcode,
            city=customer.city,
            country=customer.country,
        ),
        items=tuple(
            JobItem(
                item_id=item.id,
                number=item.number,
                issue_date=item.issue_date,
                due_date=item.due_date,
                open_minor=item.open_minor,
                stage=stage,
                payment_reference=item.payment_reference,
            )
            for item, stage in sorted(items, key=lambda pair: (pair[0].due_date, pair[0].id))
        ),
        channel=channel,
        language=Language(customer.language),
        on=on,
        currency=items[0][0].currency,
    )
