"""The list of customers with what they owe; sums are made for the customers of the page only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tijdig.customers import queries as customers
from tijdig.customers.queries import CustomerFilters, CustomerSort, CustomerView
from tijdig.ledger import queries as ledger


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer and their balances, one per currency; none where nothing was ever booked."""

    customer: CustomerView
    balances: tuple[ledger.Balance, ...]

    @property
    def oldest_due(self) -> date | None:
        """The oldest due date of what is open."""
        return min((balance.oldest_due for balance in self.balances if balance.oldest_due), default=None)


@dataclass(frozen=True, slots=True)
class CustomerRows:
    """A page of customers with balances. `next_after` and `previous_before` lead on; None at either end."""

    rows: tuple[CustomerRow, ...]
    next_after: int | None
    previous_before: int | None


def customers_page(
    on: date,
    *,
    search: str = "",
    sort: CustomerSort = CustomerSort.NAME,
    filters: CustomerFilters | None = None,
    after: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> CustomerRows:
    """Return a page of customers (as customers.queries.page) with what is open and overdue on `on`."""
    page = customers.page(search=search, sort=sort, filters=filters, after=after, before=before, limit=limit)
    balances = ledger.balances_of([row.id for row in page.rows], on=on)
    return CustomerRows(
        tuple(CustomerRow(row, balances.get(row.id, ())) for row in page.rows),
        page.next_after,
        page.previous_before,
    )
