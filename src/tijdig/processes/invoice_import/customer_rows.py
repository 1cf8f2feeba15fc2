"""What becomes of each row of a table of customers: new, changed, the same, or rejected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from django.utils.translation import gettext as _

from tijdig.customers import queries as customers
from tijdig.customers.operations import CustomerData
from tijdig.customers.queries import CustomerView
from tijdig.processes.invoice_import.values import DecidedRow, Outcome, ReadRow

_FIELDS = tuple(field.name for field in fields(CustomerData))


class CustomerDecider:
    """Decides over the rows of one import, chunk by chunk."""

    def decide(self, rows: Sequence[ReadRow]) -> tuple[DecidedRow, ...]:
        """Return what becomes of each row, in order; two queries per chunk."""
        ids = customers.by_numbers({row.customer.number for row in rows if row.customer})
        known = customers.many(ids.values())
        return tuple(
            _decided(row, known.get(ids.get(row.customer.number, 0)) if row.customer else None)
            for row in rows
        )


def _decided(row: ReadRow, known: CustomerView | None) -> DecidedRow:
    customer = row.customer
    if customer is None or row.problems:
        return DecidedRow(row, Outcome.REJECTED, row.problems)
    if not customer.number:
        return DecidedRow(row, Outcome.REJECTED, (_("the customer number is missing"),))
    if known is None:
        if not customer.name:
            return DecidedRow(row, Outcome.REJECTED, (_("the name of a new customer is missing"),))
        return DecidedRow(row, Outcome.NEW, (), customer)
    said = {name: value for name in _FIELDS if (value := getattr(customer, name)) is not None}
    if all(getattr(known, name) == value for name, value in said.items()):
        return DecidedRow(row, Outcome.KNOWN)
    return DecidedRow(row, Outcome.CHANGED, (), customer)
