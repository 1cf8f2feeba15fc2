"""The list of payments behind the figures of Today."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.interfaces.web_world import World, client_of, make_world
from tijdig.domain.ledger import CreditKind
from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason
from tijdig.infra import tenancy
from tijdig.ledger import operations as ledger
from tijdig.ledger import queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def reader(world: World) -> Client:
    return client_of(world.reader)


def _credit(world: World, minor: int, *, days_ago: int, currency: str = "EUR") -> int:
    with tenancy.within(world.organisation_id):
        return ledger.add_credit(
            customer_id=world.customer, kind=CreditKind.PAYMENT, amount=Money(minor, currency),
            booking_date=world.on - timedelta(days=days_ago), origin="", number="",
            reason=Reason("BOOKED_BY_HAND"), actor="cli",
        )  # fmt: skip


def _listed(client: Client, world: World, query: str) -> list[int]:
    answer = client.get(f"/o/{world.slug}/payments/{query}")
    assert answer.status_code == 200
    return [credit.amount_minor for credit, _customer in answer.context["rows"]]


def test_the_figures_of_today_lead_to_the_payments_they_add_up(world: World, reader: Client) -> None:
    _credit(world, 7_000, days_ago=30)
    _credit(world, 500, days_ago=0, currency="USD")
    page = reader.get(f"/o/{world.slug}/").content.decode()
    assert f"/o/{world.slug}/payments/?show=WEEK&amp;currency=EUR" in page
    with tenancy.within(world.organisation_id):
        figures = {figure.currency: figure for figure in queries.money_figures(world.on)}
    for currency, figure in figures.items():
        assert sum(_listed(reader, world, f"?show=WEEK&currency={currency}")) == figure.paid_this_week_minor
    assert _listed(reader, world, "?show=LEFT&currency=EUR") == [7_000]


def test_the_list_is_newest_first_and_goes_page_by_page(world: World, reader: Client) -> None:
    for place in range(60):
        _credit(world, 1_000 + place, days_ago=place + 100)
    first = reader.get(f"/o/{world.slug}/payments/")
    link = first.content.decode().split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    amounts = [credit.amount_minor for credit, _ in first.context["rows"]]
    amounts += [credit.amount_minor for credit, _ in reader.get(link).context["rows"]]
    assert amounts[2:] == [1_000 + place for place in range(60)]
    assert len(_listed(reader, world, "?after=nonsense")) == 50


def test_empty_lists_say_what_to_do(world: World) -> None:
    stranger = client_of(world.stranger)
    for query in ("", "?show=WEEK", "?show=LEFT"):
        page = stranger.get(f"/o/{world.other_slug}/payments/{query}").content.decode()
        assert 'class="empty"' in page
