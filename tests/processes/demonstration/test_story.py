"""The demonstration's story: the same every time, plausible, and about nobody."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from stdnum import iban

from tijdig.domain.parties import PartyKind
from tijdig.processes.demonstration.cast import CREDITORS, Creditor, Habit, customers_of, fictional_iban
from tijdig.processes.demonstration.statements import held_back_from
from tijdig.processes.demonstration.story import DAYS, Story, tell, working_day

LAST_DAY = date(2026, 11, 22)


@pytest.fixture(scope="module", params=CREDITORS, ids=lambda creditor: creditor.slug)
def story(request: pytest.FixtureRequest) -> Story:
    return tell(request.param, last_day=LAST_DAY)


def test_it_is_the_same_every_time(story: Story) -> None:
    assert tell(story.creditor, last_day=LAST_DAY) == story


def test_it_ends_today_and_lasts_eighteen_months(story: Story) -> None:
    assert story.last_day == LAST_DAY
    assert story.first_day == LAST_DAY - timedelta(days=DAYS)
    assert min(story.invoices) < story.first_day + timedelta(days=10)
    assert max(story.invoices) >= LAST_DAY - timedelta(days=4)
    assert max(story.payments) <= LAST_DAY


def test_every_invoice_has_its_own_number_and_a_due_date_after_it(story: Story) -> None:
    invoices = [invoice for day in story.invoices.values() for invoice in day]
    assert len({invoice.number for invoice in invoices}) == len(invoices) > 2000
    assert all(invoice.issue_date < invoice.due_date and invoice.amount_minor > 0 for invoice in invoices)


def test_there_is_every_kind_of_customer_and_of_habit() -> None:
    for creditor in CREDITORS:
        cast = customers_of(creditor, days=DAYS)
        assert {member.habit for member in cast} == set(Habit)
        assert {member.kind for member in cast} >= {
            PartyKind.CONSUMER,
            PartyKind.SOLE_TRADER,
            PartyKind.COMPANY,
        }
        assert len({member.number for member in cast}) == creditor.customers


def test_most_pay_and_some_never_do(story: Story) -> None:
    habit = {member.number: member.habit for member in story.customers}
    paid = Counter(
        number for day in story.payments.values() for payment in day for number, _amount in payment.meant_for
    )
    due = [i for day in story.invoices.values() for i in day if i.due_date < LAST_DAY - timedelta(days=70)]
    assert sum(paid[invoice.number] > 0 for invoice in due) / len(due) > 0.95
    recent_of_stuck = [
        i for day in story.invoices.values() for i in day
        if habit[i.customer] is Habit.STUCK and i.due_date > LAST_DAY - timedelta(days=100)
    ]  # fmt: skip
    assert recent_of_stuck
    assert not any(paid[invoice.number] for invoice in recent_of_stuck)


@pytest.mark.parametrize("country", ["NL", "BE"])
def test_its_account_numbers_are_well_formed_and_nobodys(country: str) -> None:
    number = fictional_iban(country, 1234)
    assert iban.is_valid(number, check_country=False)
    assert "TEST" in number or number[4:7] == "999"


@pytest.mark.parametrize("creditor", CREDITORS, ids=lambda creditor: creditor.slug)
def test_its_people_can_be_reached_by_nobody(creditor: Creditor) -> None:
    for member in customers_of(creditor, days=DAYS):
        assert member.email == "" or member.email.endswith(".example")
    assert iban.is_valid(creditor.iban, check_country=False)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 20), date(2026, 11, 20)),
        (date(2026, 11, 21), date(2026, 11, 23)),
        (date(2026, 11, 22), date(2026, 11, 23)),
    ],
)
def test_a_weekend_moves_to_monday(day: date, expected: date) -> None:
    assert working_day(day) == expected


def test_two_working_days_are_left_for_the_visitor(story: Story) -> None:
    assert held_back_from(story) == date(2026, 11, 19)
