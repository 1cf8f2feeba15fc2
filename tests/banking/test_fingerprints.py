"""What makes two movements equal, and when a statement goes on from another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tijdig.banking.fingerprints import goes_on, likeness
from tijdig.domain.documents import Statement, StatementLine
from tijdig.domain.money import Money

DAY = date(2026, 11, 19)
COFFEE = StatementLine(Money(250, "EUR"), DAY, remittance="coffee")


def a_statement(
    id: str = "S1", opening: int | None = None, closing: int | None = None, account: str = "A"
) -> Statement:
    return Statement(
        account,
        id,
        "EUR",
        opening_balance=None if opening is None else Money(opening, "EUR"),
        closing_balance=None if closing is None else Money(closing, "EUR"),
    )


def test_spaces_and_capitals_make_no_difference_but_every_field_does() -> None:
    one = likeness(COFFEE, booked_on=DAY)
    assert likeness(replace(COFFEE, remittance=" COFFEE "), booked_on=DAY) == one
    others = [
        replace(COFFEE, amount=Money(251, "EUR")),
        replace(COFFEE, amount=Money(-250, "EUR")),
        replace(COFFEE, amount=Money(250, "USD")),
        replace(COFFEE, remittance="coffe e"),
        replace(COFFEE, bank_reference="B"),
        replace(COFFEE, counterparty_iban="B"),
        replace(COFFEE, counterparty_name="B"),
        replace(COFFEE, structured_reference="B"),
        replace(COFFEE, end_to_end_id="B"),
        replace(COFFEE, mandate_id="B"),
    ]
    found = {likeness(line, booked_on=DAY) for line in others}
    found.add(likeness(COFFEE, booked_on=DAY + timedelta(days=1)))
    assert one not in found
    assert len(found) == len(others) + 1


@pytest.mark.parametrize(
    ("before", "after", "follows"),
    [
        (a_statement("S1", 0, 250), a_statement("S2", 250, 500), True),
        (a_statement("S1", 0, 250), a_statement("S2", 200, 500), False),
        (a_statement("S1", 0, 250), a_statement("S2", 250, 500, account="B"), False),
        (a_statement("S1", 0, 250), a_statement("S1", 250, 500), False),
        (a_statement("S1", 250, 250), a_statement("S2", 250, 250), False),
        (a_statement("S1"), a_statement("S2"), False),
    ],
    ids=["next", "gap", "another account", "same statement", "ends as it began", "no balances"],
)
def test_a_statement_goes_on_where_the_one_before_ended(
    before: Statement, after: Statement, follows: bool
) -> None:
    assert goes_on(before, after) is follows
