"""Stories of money that is in the house and not yet in its place: nobody is reminded meanwhile."""

from __future__ import annotations

import pytest

from tests.banking.builders import Entry, bank_file, statement
from tests.dunning import story
from tests.journeys.days import DUE, live, on_day
from tijdig.banking import queries as bank
from tijdig.dunning import queries as followed
from tijdig.ledger import queries as ledger
from tijdig.processes import cash_application, sending

pytestmark = pytest.mark.usefixtures("creditor")

IBAN = "NL02RABO0123456789"


def pays(text: str, amount: str, *, offset: int, iban: str = IBAN, name: str = "M. de Vries") -> None:
    """Let the bank tell of a payment, and take it in the same day."""
    entry = Entry(amount, text, day=on_day(offset), name=name, iban=iban)
    content = bank_file(statement([entry], id=f"S{offset}", day=on_day(offset)))
    cash_application.import_bank_file(name="b.xml", content=content, on=on_day(offset), actor="cli")


def number_of(item_id: int) -> str:
    item = ledger.item(item_id)
    assert item is not None
    return item.number


def stages(customer_id: int) -> list[tuple[str, str]]:
    return story.stages(customer_id)


def test_a_payment_without_words_from_a_known_account_stops_reminders_until_it_is_placed() -> None:
    customer_id, neighbour = story.a_customer(), story.a_customer(name="Slagerij De Schijn")
    first, second = story.invoice(customer_id, due=DUE), story.invoice(customer_id, due=on_day(20))
    story.invoice(neighbour, due=on_day(20))
    pays(f"factuur {number_of(first)}", "121.00", offset=-2)
    live(-1, 22)
    pays("bedankt", "77.00", offset=23)
    live(23, 39)
    assert [stage for _, stage in stages(customer_id)] == ["NOTICE", "DUE"]
    assert [stage for _, stage in stages(neighbour)] == ["NOTICE", "DUE", "REMINDER"]
    held = followed.follow_up_of(second)
    assert held is not None
    assert held.reason is not None
    assert held.reason.code == "WAITING_MONEY"
    [line] = bank.waiting_lines().lines
    assert held.reason.facts["line"] == line.id
    cash_application.book_line(line_id=line.id, allocations=[(second, 7_700)], on=on_day(40), actor="user:1")
    live(40, 41)
    assert stages(customer_id)[-1] == (on_day(40).isoformat(), "REMINDER")
    assert story.said(customer_id)[-1].line.total == 4_400


def test_a_message_composed_before_the_money_came_does_not_leave() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    live(-5, 13)
    story.run(on_day(14))
    pays(f"factuur {number_of(item_id)}", "100.00", offset=14)
    sending.send_waiting(at=story.noon(on_day(14)))
    live(15, 20)
    assert [stage for _, stage in stages(customer_id)] == ["NOTICE", "DUE"]
    [line] = bank.waiting_lines().lines
    cash_application.book_line(
        line_id=line.id, allocations=[(item_id, 10_000)], on=on_day(21), actor="user:1"
    )
    live(21, 60)
    assert stages(customer_id)[2:] == [
        (on_day(21).isoformat(), "REMINDER"),
        (on_day(37).isoformat(), "FORMAL_NOTICE"),
    ]


def test_left_on_account_by_a_person_it_was_looked_at_and_reminders_go_on() -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    live(-5, 10)
    pays(f"voorschot, niet voor {number_of(item_id)}", "50.00", offset=11)
    live(11, 20)
    assert [stage for _, stage in stages(customer_id)] == ["NOTICE", "DUE"]
    [line] = bank.waiting_lines().lines
    cash_application.leave_on_account(line_id=line.id, customer_id=customer_id, on=on_day(21), actor="user:1")
    live(21, 21)
    assert stages(customer_id)[-1] == (on_day(21).isoformat(), "REMINDER")


def test_an_account_whose_statements_are_missing_is_found_out_beside_one_that_is_fresh() -> None:
    from tijdig.processes.blocks import stale_bank_data

    pays("een", "1.00", offset=0)
    other = bank_file(
        statement(
            [Entry("2.00", "x", day=on_day(-14))], id="T", day=on_day(-14), account="NL20INGB0001234567"
        )
    )
    cash_application.import_bank_file(name="o.xml", content=other, on=DUE, actor="cli", new_accounts=True)
    told = stale_bank_data(on_day(1))
    assert told is not None
    assert told.facts == {"account": "NL20INGB0001234567", "until": on_day(-14).isoformat()}
