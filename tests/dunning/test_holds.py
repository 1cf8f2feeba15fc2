"""Which holds stand on a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.dunning import story
from tijdig.dunning import operations
from tijdig.dunning.holds import holds_on

ON = date(2026, 11, 2)


@pytest.mark.parametrize(("offset", "held"), [(-1, False), (0, True), (5, True), (6, False)])
def test_a_hold_stands_from_its_first_day_to_its_last(creditor: int, offset: int, held: bool) -> None:
    customer_id = story.a_customer()
    until = ON + timedelta(days=5)
    operations.place_hold(customer_id=customer_id, reason="dispute", until=until, on=ON, actor="user:1")
    holds = holds_on(customer_ids=[customer_id], on=ON + timedelta(days=offset))
    assert holds.of(customer_id=customer_id, item_id=1) == ((until, "dispute") if held else None)


def test_an_open_end_outlasts_every_date(creditor: int) -> None:
    customer_id = story.a_customer()
    operations.place_hold(
        customer_id=customer_id, reason="short", until=ON + timedelta(days=900), on=ON, actor="user:1"
    )
    operations.place_hold(customer_id=customer_id, reason="open", on=ON, actor="user:1")
    holds = holds_on(customer_ids=[customer_id], on=ON)
    assert holds.of(customer_id=customer_id, item_id=1) == (date.max, "open")


def test_a_lifted_hold_and_that_of_another_customer_do_not_count(creditor: int) -> None:
    one, other = story.a_customer(), story.a_customer()
    hold_id = operations.place_hold(customer_id=one, reason="x", on=ON, actor="user:1")
    operations.place_hold(customer_id=other, reason="y", on=ON, actor="user:1")
    operations.lift_hold(hold_id=hold_id, on=ON, actor="user:1")
    assert holds_on(customer_ids=[one], on=ON).of(customer_id=one, item_id=1) is None
