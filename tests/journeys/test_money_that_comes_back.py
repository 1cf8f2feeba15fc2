"""Stories of money that came back: paid, and yet owed again, until it is really paid."""

from __future__ import annotations

from datetime import date

import pytest

from tests.banking.builders import Entry, bank_file, statement
from tests.dunning import story
from tests.journeys.days import DUE, live, on_day
from tijdig.banking import queries as bank
from tijdig.dunning import queries as followed
from tijdig.ledger import queries as ledger
from tijdig.messaging import queries as messages
from tijdig.organisations.queries import Role
from tijdig.payments import queries as refund_queries
from tijdig.payments.queries import RefundState
from tijdig.processes import cash_application, refunds
from tijdig.reporting import timeline

pytestmark = pytest.mark.usefixtures("creditor")

ANNA, BEN = "user:1", "user:2"


def bank_says(offset: int, amount: str, text: str = "", **facts: str) -> None:
    """Bring in a statement of that day with one movement."""
    day = on_day(offset)
    entry = Entry(amount, text, day=day, iban="NL44RABO0123456789", **facts)  # type: ignore[arg-type]
    content = bank_file(statement([entry], id=f"DAY{offset}-{amount}", day=day))
    cash_application.import_bank_file(name=f"{offset}.xml", content=content, on=day, actor="cli")


def stages(customer_id: int) -> list[tuple[int, str]]:
    """Return the messages to a customer, each with how many days past the due date it was."""
    return [((date.fromisoformat(day) - DUE).days, stage) for day, stage in story.stages(customer_id)]


def number_of(item_id: int) -> str:
    item = ledger.item(item_id)
    assert item is not None
    return item.number


def test_paid_came_back_reminded_again_at_the_right_step_paid_again_silent() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    live(-30, 9)
    bank_says(10, "121.00", number_of(item_id), end_to_end_id="E-1")
    live(10, 19)
    assert [stage for _day, stage in stages(customer_id)] == ["NOTICE", "DUE"]
    bank_says(20, "-124.00", end_to_end_id="E-1", return_code="AM04", original="121.00", charges="3.00")
    live(20, 24)
    assert stages(customer_id)[2:] == [(20, "REMINDER")], "not from the start again, and no step left out"
    assert story.said(customer_id)[-1].line.total == 12_100, "the bank's charges are nobody's debt"
    bank_says(25, "121.00", number_of(item_id), end_to_end_id="E-2")
    live(25, 120)
    assert stages(customer_id)[2:] == [(20, "REMINDER")]
    assert messages.task_counts() == {}
    told = [
        str(entry.reason) for entry in timeline.of_item(item_id).entries if entry.kind == "ALLOCATION_UNDONE"
    ]
    assert told == [
        "The payment came back: there was not enough money on the account (AM04). Banks charged EUR 3.00 for it; "
        "nobody is asked for that by itself."
    ]


def test_what_came_back_is_followed_to_its_end_as_if_it_had_never_been_paid() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    live(-30, 14)
    bank_says(15, "121.00", number_of(item_id), end_to_end_id="E-1")
    live(15, 29)
    bank_says(30, "-121.00", end_to_end_id="E-1", return_code="MD06")
    live(30, 90)
    assert [stage for _day, stage in stages(customer_id)] == ["NOTICE", "DUE", "REMINDER", "FORMAL_NOTICE"]
    assert messages.task_counts() == {"HAND_OVER": 1}


def test_a_message_about_other_invoices_waits_no_longer_for_what_came_back() -> None:
    """Returned on the very day a message was made: it is said anew, with the invoice that is open again."""
    customer_id = story.a_customer()
    returned, open_one = story.invoices(customer_id, due=[DUE, on_day(6)])
    live(-30, 9)
    bank_says(10, "121.00", number_of(returned), end_to_end_id="E-1")
    live(10, 19)
    bank_says(20, "-121.00", end_to_end_id="E-1", return_code="AC04")
    live(20, 40)
    last = story.said(customer_id)[-1]
    assert {item.item_id for item in last.items} <= {returned, open_one}
    assert followed.follow_up_of(returned) is not None
    days = [day for day, _stage in stages(customer_id)]
    assert len(days) == len(set(days))


def test_nobody_is_reminded_once_the_bank_says_that_the_payer_has_died() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    live(-30, 9)
    bank_says(10, "121.00", number_of(item_id), end_to_end_id="E-1")
    bank_says(20, "-121.00", end_to_end_id="E-1", return_code="MD07")
    live(20, 90)
    assert [stage for _day, stage in stages(customer_id)] == ["NOTICE", "DUE"]


def test_paid_twice_the_second_is_paid_back_and_comes_back_and_is_used_after_all() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    number = number_of(item_id)
    bank_says(1, "121.00", number, end_to_end_id="E-1")
    bank_says(2, "121.00", f"nogmaals {number}", end_to_end_id="E-2")
    twice = next(line for line in bank.line_page().lines if line.end_to_end_id == "E-2")
    credit_id = cash_application.leave_on_account(
        line_id=twice.id, customer_id=customer_id, on=on_day(3), actor=ANNA
    ).credit_id
    credit = ledger.credit(credit_id)
    assert credit is not None
    refund_id = refunds.propose(
        customer_id=customer_id, amount=credit.unallocated, iban=twice.counterparty_iban, holder="", why="Paid twice",
        credit_id=credit_id, on=on_day(3), actor=ANNA,
    )  # fmt: skip
    refunds.approve(refund_id=refund_id, actor=BEN, role=Role.CONTROLLER)
    refunds.order(refund_ids=[refund_id], execution_date=on_day(4), at=story.noon(on_day(3)), actor=BEN)
    found = refund_queries.refund(refund_id)
    assert found is not None
    bank_says(4, "-121.00", end_to_end_id=found.end_to_end_id)
    bank_says(8, "121.00", end_to_end_id=found.end_to_end_id, return_code="AC04")
    after = refund_queries.refund(refund_id)
    assert after is not None
    assert after.state is RefundState.CAME_BACK
    next_one = story.invoice(customer_id, due=on_day(30), on=on_day(9))
    cash_application.divide_on_account(credit_id=credit_id, on=on_day(9), actor=ANNA)
    live(9, 90)
    settled = ledger.item(next_one)
    assert settled is not None
    assert settled.open_minor == 0
    assert stages(customer_id) == []
