"""How a customer pays: over invoices settled in the past year only."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.interfaces.web_world import World, make_world
from tijdig.infra import tenancy
from tijdig.reporting.payment_habits import PaymentHabits, payment_habits

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def _habits(world: World, on: date) -> PaymentHabits | None:
    with tenancy.within(world.organisation_id):
        return payment_habits(world.customer, on=on)


def test_the_average_counts_days_after_the_due_date(world: World) -> None:
    """Invoice 2026-0103 was due 30 days ago and is settled today; the others are still open."""
    assert _habits(world, world.on) == PaymentHabits(paid_count=1, average_days_late=30)


def test_what_was_settled_over_a_year_ago_says_nothing_any_more(world: World) -> None:
    assert _habits(world, world.on + timedelta(days=364)) is not None
    assert _habits(world, world.on + timedelta(days=365)) is None


def test_the_future_does_not_count(world: World) -> None:
    assert _habits(world, world.on - timedelta(days=1)) is None


def test_a_customer_that_never_paid_has_no_habits(world: World) -> None:
    with tenancy.within(world.organisation_id):
        assert payment_habits(world.quiet_customer, on=world.on) is None


def test_another_house_sees_nothing(world: World) -> None:
    with tenancy.within(world.other_id):
        assert payment_habits(world.customer, on=world.on) is None
