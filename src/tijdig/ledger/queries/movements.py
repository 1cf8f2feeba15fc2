"""What moved a customer's account, day by day: what was charged, what lowered it, and what others paid.

Allocations within a customer's own account move nothing. Which day a row counts from is said in as_of.py, so
the sum of all movements up to a day is what was open then less what was on account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tijdig.domain.ledger import ItemKind
from tijdig.domain.money import Money
from tijdig.ledger.queries.as_of import parameters, position
from tijdig.ledger.queries.lookups import Row, fetch

# The items a credit had settled by the end of the period, the first few.
_MOST_NUMBERS = 4


class MovementKind(StrEnum):
    """What happened to the account; FOR_OTHER and BY_OTHER are payments across customers."""

    INVOICE = "INVOICE"
    FEE = "FEE"
    INTEREST = "INTEREST"
    REFUND_DUE = "REFUND_DUE"
    RETURNED = "RETURNED"
    MOVED_OUT = "MOVED_OUT"
    PAYMENT = "PAYMENT"
    CREDIT_NOTE = "CREDIT_NOTE"
    DISCOUNT = "DISCOUNT"
    WRITE_OFF = "WRITE_OFF"
    CANCELLATION = "CANCELLATION"
    MOVED_IN = "MOVED_IN"
    RELEASE = "RELEASE"
    PAYMENT_REVERSED = "PAYMENT_REVERSED"
    CREDIT_NOTE_REVERSED = "CREDIT_NOTE_REVERSED"
    DISCOUNT_REVERSED = "DISCOUNT_REVERSED"
    WRITE_OFF_REVERSED = "WRITE_OFF_REVERSED"
    CANCELLATION_REVERSED = "CANCELLATION_REVERSED"
    MOVED_IN_REVERSED = "MOVED_IN_REVERSED"
    RELEASE_REVERSED = "RELEASE_REVERSED"
    FOR_OTHER = "FOR_OTHER"
    BY_OTHER = "BY_OTHER"


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement; `amount_minor` is above zero where more is owed by it, below zero where less.

    `item_numbers` are the items a credit had settled by the end of the period (at most four, then `more`).
    """

    day: date
    kind: MovementKind
    number: str
    due_date: date | None
    currency: str
    amount_minor: int
    item_id: int | None
    credit_id: int | None
    origin: str
    item_numbers: tuple[str, ...]
    more: bool

    @property
    def amount(self) -> Money:
        """By how much what is owed went up, or down."""
        return Money(self.amount_minor, self.currency)

    @property
    def lowered(self) -> Money:
        """The same with its sign turned, for a column of what was paid."""
        return Money(-self.amount_minor, self.currency)


def movements(customer_id: int, *, since: date, until: date) -> tuple[Movement, ...]:
    """Return what moved the customer's account from `since` to `until`, both included.

    In the order of days; on one day first what was charged, then what lowered it.
    """
    rows = fetch(
        f"{position(of_one_customer=True)} {_MOVEMENTS}",
        parameters(until, customer_id, since=since, most=_MOST_NUMBERS + 1),
    )
    return tuple(map(_movement, rows))


def _movement(row: Row) -> Movement:
    numbers = row[-1]
    shown = tuple(numbers[:_MOST_NUMBERS])
    return Movement(*(row[1], MovementKind(row[2]), *row[3:-1], shown, len(numbers) > _MOST_NUMBERS))


_MOVEMENTS = f"""
    , across AS (
        SELECT a.id, a.amount, i.currency, i.number, a.item_id, a.credit_id, c.origin,
               i.customer_id = %(customer)s AS is_ours,
               greatest(a.on_date, undone.on_date, i.issue_date, c.booking_date, rebooked.counts_from) AS day
        FROM theirs AS a
        JOIN ledger_item AS i ON i.id = a.item_id
        JOIN ledger_credit AS c ON c.id = a.credit_id
        LEFT JOIN ledger_allocation AS undone ON undone.id = a.reverses_id
        LEFT JOIN rebooked ON rebooked.credit_id = a.credit_id
        WHERE c.customer_id <> i.customer_id
    ), charged AS (
        SELECT i.id, greatest(i.issue_date, rebooked.counts_from) AS day, i.kind, i.number, i.due_date,
               i.currency, i.amount, i.reverses_credit_id
        FROM ledger_item AS i LEFT JOIN rebooked ON rebooked.credit_id = i.reverses_credit_id
        WHERE i.organisation_id = %(organisation)s AND i.customer_id = %(customer)s
    ), lowered AS (
        SELECT c.id, greatest(c.booking_date, rebooked.counts_from) AS day, c.kind, c.number, c.currency,
               c.amount, c.origin
        FROM ledger_credit AS c LEFT JOIN rebooked ON rebooked.credit_id = c.id
        WHERE c.organisation_id = %(organisation)s AND c.customer_id = %(customer)s
    ), settled AS (
        SELECT a.credit_id, i.number, min(a.id) AS place
        FROM theirs AS a JOIN ledger_item AS i ON i.id = a.item_id
        WHERE i.kind IN ('INVOICE', 'FEE', 'INTEREST') AND a.on_date <= %(on)s
        GROUP BY a.credit_id, i.id, i.number HAVING sum(a.amount) > 0
    )
    SELECT 1, day, kind, CASE WHEN kind IN ('RETURNED', 'MOVED_OUT') THEN '' ELSE number END, due_date, currency,
           amount, id, NULL::bigint, '', '{{}}'::text[]
    FROM charged WHERE kind <> '{ItemKind.REVERSAL}' AND day BETWEEN %(since)s AND %(on)s
    UNION ALL
    SELECT 2, charged.day, c.kind || '_REVERSED', c.number, NULL, charged.currency, charged.amount, charged.id,
           c.id, c.origin, '{{}}'
    FROM charged JOIN ledger_credit AS c ON c.id = charged.reverses_credit_id
    WHERE charged.kind = '{ItemKind.REVERSAL}' AND charged.day BETWEEN %(since)s AND %(on)s
    UNION ALL
    SELECT 3, day, kind, number, NULL, currency, -amount, NULL, id, origin,
           ARRAY(SELECT settled.number FROM settled WHERE settled.credit_id = lowered.id
                 ORDER BY settled.place LIMIT %(most)s)
    FROM lowered WHERE day BETWEEN %(since)s AND %(on)s
    UNION ALL
    SELECT 4, day, CASE WHEN is_ours THEN '{MovementKind.BY_OTHER}' ELSE '{MovementKind.FOR_OTHER}' END,
           CASE WHEN is_ours THEN number ELSE '' END, NULL, currency,
           CASE WHEN is_ours THEN -amount ELSE amount END, CASE WHEN is_ours THEN item_id END,
           CASE WHEN NOT is_ours THEN credit_id END, CASE WHEN is_ours THEN '' ELSE origin END, '{{}}'
    FROM across WHERE day BETWEEN %(since)s AND %(on)s
    ORDER BY 2, 1, 8, 9"""  # noqa: S608  words of our own
