"""The list of customers with what they owe."""

from __future__ import annotations

from datetime import date

from tests.ledger.builders import a_customer, an_item
from tests.reporting.story import DUE, UNDONE, Story
from tijdig.reporting.customers import customers_page


def test_a_customer_stands_with_open_and_overdue_amounts(story: Story) -> None:
    first, second = customers_page(UNDONE).rows
    assert (first.customer.number, first.oldest_due) == ("C1", DUE)
    (balance,) = first.balances
    assert (balance.open_minor, balance.overdue_minor, balance.on_account_minor) == (10_000, 10_000, 6_000)
    assert (second.balances[0].overdue_minor, second.oldest_due) == (0, date(2024, 12, 16))


def test_each_currency_stands_by_itself_and_nobody_is_left_out(story: Story) -> None:
    an_item(story.customer, 500, currency="USD", due=date(2024, 9, 30))
    a_customer(number="C0", name="Nooit gefactureerd")
    rows = {row.customer.number: row for row in customers_page(UNDONE).rows}
    assert [balance.currency for balance in rows["C1"].balances] == ["EUR", "USD"]
    assert rows["C1"].oldest_due == date(2024, 9, 30)
    assert (rows["C0"].balances, rows["C0"].oldest_due) == ((), None)


def test_pages_and_search_go_through(story: Story) -> None:
    page = customers_page(UNDONE, limit=1)
    assert page.next_after == story.customer
    assert [row.customer.number for row in customers_page(UNDONE, after=page.next_after).rows] == ["C2"]
    assert [row.customer.number for row in customers_page(UNDONE, search="zeta").rows] == ["C2"]
