"""Reading how far the follow-up is."""

from __future__ import annotations

from datetime import date, timedelta

from tests.dunning import story
from tijdig.dunning import operations, queries

DUE = date(2026, 11, 2)


def test_the_step_to_come_with_its_day_and_the_reason(creditor: int) -> None:
    item_id = story.invoice(story.a_customer(), due=DUE)
    story.run(DUE)
    found = queries.follow_up_of(item_id)
    assert found is not None
    assert found.flow_name == "Standard"
    assert found.next_step is not None
    assert (found.next_step.key, found.next_action_date) == ("reminder", DUE + timedelta(days=14))
    assert str(found.reason) == "The due date, 2026-11-02, has come."


def test_what_is_settled_has_no_step_to_come(creditor: int) -> None:
    item_id = story.invoice(story.a_customer(), due=DUE)
    story.pay(item_id, on=DUE)
    found = queries.follow_up_of(item_id)
    assert found is not None
    assert (found.is_settled, found.next_step) == (True, None)


def test_an_item_that_is_not_followed_up_is_none(creditor: int) -> None:
    assert queries.follow_up_of(123) is None


def test_customers_with_something_due_come_once_each(creditor: int) -> None:
    due, later = story.a_customer(), story.a_customer()
    first, second = story.invoices(due, due=(DUE, DUE))
    story.invoice(later, due=DUE + timedelta(days=30))
    assert queries.due_customers(DUE) == (due,)
    found = queries.due_follow_ups(customer_ids=[due, later], on=DUE)
    assert [follow_up.item_id for follow_up in found] == [first, second]


def test_a_flow_says_how_many_items_follow_it_now(creditor: int) -> None:
    customer_id = story.a_customer()
    paid, _ = story.invoices(customer_id, due=(DUE, DUE))
    story.pay(paid, on=DUE)
    (flow,) = queries.flows()
    assert flow.followed == 1


def test_a_held_item_shows_what_holds_it(creditor: int) -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    operations.place_hold(customer_id=customer_id, reason="dispute", on=DUE, actor="user:1")
    found = queries.follow_up_of(item_id)
    assert found is not None
    assert str(found.reason) == "On hold: dispute"
    assert found.next_step is not None
