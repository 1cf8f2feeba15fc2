"""A small world for the tests of the pages: two organisations, the named cast, customers with a history.

Everything is made through the real operations; `on` is the day it all plays on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth import get_user_model
from django.test import Client

from tijdig.customers.operations import add_note, create_customer
from tijdig.domain.ledger import CreditKind
from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason
from tijdig.infra import clock, tenancy
from tijdig.invoices import queries as invoices
from tijdig.ledger import operations as ledger
from tijdig.organisations import operations as organisations
from tijdig.organisations import queries as organisation_queries
from tijdig.organisations.queries import Role
from tijdig.processes import invoice_import, organisation_setup, reactions

PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class World:
    """Ids of what is there; `colleague` controls, `reader` only views, `stranger` owns the other house."""

    slug: str
    organisation_id: int
    other_slug: str
    other_id: int
    owner: int
    colleague: int
    reader: int
    stranger: int
    customer: int
    quiet_customer: int
    overdue_item: int
    part_paid_item: int
    paid_item: int
    coming_item: int
    allocation: int
    on: date


def make_world(*, language: str = "en", password: str | None = None) -> World:
    """Make the world as it is today and return what is in it; with a `password` the cast can log in."""
    on = clock.today()
    people = {
        name: organisations.create_user(
            email=f"{name}@tijdig.example", name=name.capitalize(), language=language, password=password
        )
        for name in ("owner", "colleague", "reader", "stranger")
    }
    here = organisation_setup.create(
        name="Van Veen Installatietechniek",
        country="NL",
        language="nl",
        owner_id=people["owner"],
        actor="cli",
        street="Havenstraat 12",
        postcode="1234 AB",
        city="Amersfoort",
        email="administratie@vanveen.example",
        iban="NL91ABNA0417164300",
    )
    there = organisation_setup.create(
        name="Atelier Lumière", country="BE", language="fr", owner_id=people["stranger"], actor="cli"
    )
    with tenancy.within(here):
        organisations.add_member(user_id=people["colleague"], role=Role.CONTROLLER, actor="cli")
        organisations.add_member(user_id=people["reader"], role=Role.VIEWER, actor="cli")
        history = _history(on, actor=f"user:{people['colleague']}")
        slug = organisation_queries.current().slug
    with tenancy.within(there):
        other_slug = organisation_queries.current().slug
    return World(
        slug=slug, organisation_id=here, other_slug=other_slug, other_id=there, on=on, **people, **history
    )


def client_of(user_id: int) -> Client:
    """Return a browser in which this person is logged in."""
    client = Client()
    user = get_user_model()._default_manager.get(pk=user_id)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _history(on: date, *, actor: str) -> dict[str, int]:
    customer = create_customer(
        number="K-1001", name="Bakkerij De Korenaar", kind="COMPANY", language="nl",
        contact_name="Anna de Vries", email="factuur@korenaar.example", phone="030 123 45 67",
        street="Molenweg 3", postcode="3500 AA", city="Utrecht", country="NL", actor=actor,
    )  # fmt: skip
    quiet = create_customer(
        number="K-1002", name="Wooncoöperatie Zonneveld-Oosterhout & Partners Vastgoedonderhoudsmaatschappij",
        kind="UNKNOWN", language="fr", actor=actor,
    )  # fmt: skip
    overdue = _invoice(
        customer, "2026-0101", issued=on - timedelta(days=75), minor=124_950, on=on, actor=actor
    )
    part_paid = _invoice(
        customer, "2026-0102", issued=on - timedelta(days=45), minor=60_000, on=on, actor=actor
    )
    paid = _invoice(customer, "2026-0103", issued=on - timedelta(days=60), minor=8_905, on=on, actor=actor)
    coming = _invoice(
        quiet, "2026-0104", issued=on - timedelta(days=5), minor=123_456_789, on=on, actor=actor
    )
    allocation = _paid(customer, part_paid, minor=25_000, on=on - timedelta(days=2), actor=actor)
    _paid(customer, paid, minor=8_905, on=on, actor=actor)
    add_note(customer_id=customer, text="Belt altijd op dinsdag terug.", actor=actor)
    return {
        "customer": customer,
        "quiet_customer": quiet,
        "overdue_item": overdue,
        "part_paid_item": part_paid,
        "paid_item": paid,
        "coming_item": coming,
        "allocation": allocation,
    }


def _invoice(customer_id: int, number: str, *, issued: date, minor: int, on: date, actor: str) -> int:
    invoice_id = invoice_import.add_by_hand(
        customer_id=customer_id, number=number, issue_date=issued, due_date=issued + timedelta(days=30),
        amount=Money(minor, "EUR"), on=on, actor=actor,
    )  # fmt: skip
    item_id = invoices.invoice(invoice_id).item_id
    assert item_id is not None
    return item_id


def _paid(customer_id: int, item_id: int, *, minor: int, on: date, actor: str) -> int:
    reason = Reason("BOOKED_BY_HAND")
    credit = ledger.add_credit(
        customer_id=customer_id, kind=CreditKind.PAYMENT, amount=Money(minor, "EUR"), booking_date=on,
        origin="", number="", reason=reason, actor=actor,
    )  # fmt: skip
    settlement = ledger.allocate(
        credit_id=credit, item_id=item_id, amount_minor=minor, on=on, reason=reason, actor=actor
    )
    reactions.after_settlement(settlement=settlement, on=on)
    return settlement.allocation_ids[0]
