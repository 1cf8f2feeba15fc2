"""How a customer pays: what they paid in the past year, and how late that was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from tijdig.infra import tenancy

_DAYS = 365


@dataclass(frozen=True, slots=True)
class PaymentHabits:
    """Invoices settled in the past year, and their average days after the due date, weighing all alike.

    Below zero: paid before the due date.
    """

    paid_count: int
    average_days_late: int


def payment_habits(customer_id: int, *, on: date) -> PaymentHabits | None:
    """Return how the customer paid in the year up to `on`; None when they settled nothing in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), round(avg(settled_date - due_date))::int FROM ledger_item
            WHERE organisation_id = %s AND customer_id = %s AND kind = 'INVOICE'
              AND settled_date > %s AND settled_date <= %s
            """,
            [tenancy.current_organisation_id(), customer_id, on - timedelta(days=_DAYS), on],
        )
        count, average = cursor.fetchone()
    return PaymentHabits(count, average) if count else None
