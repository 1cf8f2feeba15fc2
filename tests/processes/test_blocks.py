"""Money that is not placed, and bank data too old to tell: nobody is reminded meanwhile."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.banking.builders import Entry, bank_file, statement
from tests.dunning import story
from tests.dunning.conftest import creditor  # noqa: F401
from tijdig.banking import queries as bank
from tijdig.banking.states import LineState
from tijdig.dunning import queries as followed
from tijdig.ledger import operations as ledger
from tijdig.ledger import queries as ledger_queries
from tijdig.messaging import queries as messages
from tijdig.organisations.operations import change_cash_policy
from tijdig.processes import cash_application, sending
from tijdig.processes.blocks import stale_bank_data

DUE = date(2026, 11, 2)
pytestmark = pytest.mark.usefixtures("creditor")


def on_day(offset: int) -> date:
    return DUE + timedelta(days=offset)


def paid_at_bank(text: str, amount: str, *, offset: int, name: str = "Bloemenhuis Het Verzinsel") -> None:
    entry = Entry(amount, text, day=on_day(offset), name=name)
    content = bank_file(statement([entry], id=f"S{offset}", day=on_day(offset)))
    cash_application.import_bank_file(name="b.xml", content=content, on=on_day(offset), actor="cli")


def live(first: int, last: int) -> None:
    for offset in range(first, last + 1):
        story.run(on_day(offset))


def test_a_payment_that_waits_keeps_its_likely_customer_from_being_reminded() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    item = ledger_queries.item(item_id)
    live(-5, 10)
    paid_at_bank(f"factuur {item.number}", "100.00", offset=11, name="Iemand")
    [line] = bank.waiting_lines().lines
    live(11, 20)
    assert [stage for _, stage in story.stages(customer_id)] == ["NOTICE", "DUE"]
    held = followed.follow_up_of(item_id)
    assert held.reason.code == "WAITING_MONEY"
    assert "100.00" in str(held.reason)
    cash_application.ignore_line(line_id=line.id, text="van een ander", actor="user:1")
    live(21, 22)
    assert story.stages(customer_id)[-1] == (on_day(21).isoformat(), "REMINDER")


def test_money_on_account_is_placed_or_left_there_knowingly_first() -> None:
    customer_id = story.a_customer()
    story.invoice(customer_id, due=DUE)
    paid = story.invoice(customer_id, due=on_day(-1), amount=5_000)
    number = ledger_queries.item(paid).number
    paid_at_bank(f"factuur {number}", "50.00", offset=-20)
    credit_id = ledger.add_credit(
        customer_id=customer_id, kind=ledger_queries.credits_of(customer_id)[0].kind,
        amount=ledger_queries.credits_of(customer_id)[0].amount, booking_date=on_day(-10), origin="", number="",
        reason=ledger_queries.credits_of(customer_id)[0].reason, actor="cli",
    )  # fmt: skip
    live(-5, 20)
    assert story.stages(customer_id) == []
    ledger.leave_on_account(credit_id=credit_id, on=on_day(20), actor="user:1")
    live(21, 21)
    assert [stage for _, stage in story.stages(customer_id)] == ["REMINDER"]


def test_a_setting_lets_reminders_go_on() -> None:
    customer_id = story.a_customer()
    item = ledger_queries.item(story.invoice(customer_id, due=DUE))
    change_cash_policy(actor="user:1", hold_on_unapplied_money=False)
    paid_at_bank(f"factuur {item.number}", "100.00", offset=-6)
    live(-5, 20)
    assert [stage for _, stage in story.stages(customer_id)] == ["NOTICE", "DUE", "REMINDER"]


def test_a_message_that_waits_is_withdrawn_when_money_came_and_nothing_is_said_instead() -> None:
    customer_id = story.a_customer()
    item = ledger_queries.item(story.invoice(customer_id, due=DUE))
    story.run(DUE)
    paid_at_bank(f"factuur {item.number}", "100.00", offset=0, name="Iemand")
    sending.send_waiting(at=story.noon(DUE))
    [message] = story.said(customer_id)
    assert (message.line.state, message.line.reason.code) == ("WITHDRAWN", "WITHDRAWN_BLOCKED")
    assert messages.message_page(customer_id=customer_id).lines[0].state == "WITHDRAWN"


def test_old_bank_data_warn_and_hold_reminders_only_where_that_is_set() -> None:
    customer_id = story.a_customer()
    story.invoice(customer_id, due=DUE)
    assert stale_bank_data(DUE) is None
    paid_at_bank("iets anders", "1.00", offset=-30, name="Iemand")
    for line in bank.waiting_lines().lines:
        cash_application.ignore_line(line_id=line.id, text="nee", actor="user:1")
    assert stale_bank_data(on_day(-25)) is None
    warned = stale_bank_data(DUE)
    assert (warned.code, warned.facts["until"]) == ("BANK_DATA_STALE", on_day(-30).isoformat())
    live(-3, 0)
    assert len(story.stages(customer_id)) == 2
    change_cash_policy(actor="user:1", hold_when_stale=True)
    live(1, 20)
    assert len(story.stages(customer_id)) == 2
    paid_at_bank("nieuws", "2.00", offset=20, name="Iemand")
    assert bank.line_page(state=LineState.WAITING).lines
    live(21, 21)
    assert story.stages(customer_id)[-1] == (on_day(21).isoformat(), "REMINDER")
