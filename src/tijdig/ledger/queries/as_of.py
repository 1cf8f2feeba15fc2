"""The position at the end of any day: what was open, how late it was, and what was on account.

A past day is read by value in the books, not by what was known then: a payment of the 3rd counts from the
3rd, whenever its file came in. Each row has one day it counts from:

- an item from its issue date; a REVERSAL from the day its credit was taken back;
- a credit from its booking date, but a source that was booked, taken back and booked anew counts anew from
  the day it was taken back: until then it stands as it stood, and no money is there twice;
- an allocation from its own date, but not before its item and its credit count, and one that undoes another
  not before that other.

So what is undone, reversed, cancelled or booked anew later leaves the picture of an earlier day as it was. What
bears an earlier date and is booked later does change it, as it should. Where that settles an item twice for a
while, or takes more of a credit than it held, the item reads as settled and the difference stands on account
by a row of its own: nothing is netted in silence, and for every customer, currency and day

    open items − on account = items issued − credits booked − paid by others for them + paid by them for others

The figures of a day are those that run with the rows (`open`, `unallocated`) with every later allocation taken
off again, so a recent day costs what happened since. On a day no row lies beyond they are the live figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tijdig.domain.ledger import CreditKind, ItemKind
from tijdig.domain.money import Money
from tijdig.infra import tenancy
from tijdig.ledger.queries.figures import STARTS, Ageing, by_currency
from tijdig.ledger.queries.lookups import Row, fetch

# What a REVERSAL or a credit counts from where that is later than its own date: a source booked anew.
_REBOOKED = """
    SELECT anew.id AS credit_id, max(back.issue_date) AS counts_from
    FROM ledger_credit AS before
    JOIN ledger_item AS back ON back.reverses_credit_id = before.id
    CROSS JOIN LATERAL (
        SELECT id FROM ledger_credit WHERE organisation_id = %(organisation)s AND NOT reversed
           AND origin <> '' AND origin = before.origin AND id > before.id
        UNION ALL
        SELECT id FROM ledger_credit WHERE organisation_id = %(organisation)s AND reversed
           AND origin <> '' AND origin = before.origin AND id > before.id
    ) AS anew
    WHERE before.organisation_id = %(organisation)s AND before.reversed AND before.origin <> ''
    GROUP BY anew.id"""
# The same, looked up from the few credits of one customer and those others used for them.
_REBOOKED_OF_THEIRS = """
    SELECT anew.id AS credit_id, max(back.issue_date) AS counts_from
    FROM ledger_credit AS anew
    JOIN ledger_credit AS before ON before.organisation_id = %(organisation)s AND before.reversed
         AND before.origin <> '' AND before.origin = anew.origin AND before.id < anew.id
    JOIN ledger_item AS back ON back.reverses_credit_id = before.id
    WHERE anew.organisation_id = %(organisation)s AND anew.id IN (
        SELECT id FROM ledger_credit WHERE organisation_id = %(organisation)s AND customer_id = %(customer)s
        UNION SELECT credit_id FROM theirs)
    GROUP BY anew.id"""
# The allocations of one customer: on their items, and of their credits.
_THEIRS = """
    SELECT id, organisation_id, item_id, credit_id, amount, on_date, reverses_id
    FROM ledger_allocation WHERE organisation_id = %(organisation)s AND item_id IN (
        SELECT id FROM ledger_item WHERE organisation_id = %(organisation)s AND customer_id = %(customer)s)
    UNION
    SELECT id, organisation_id, item_id, credit_id, amount, on_date, reverses_id
    FROM ledger_allocation WHERE organisation_id = %(organisation)s AND credit_id IN (
        SELECT id FROM ledger_credit WHERE organisation_id = %(organisation)s AND customer_id = %(customer)s)"""
# Allocations that count from after the day though their own date is not: undone before they were done, dated
# before their item or credit, or of a source that was booked anew. Seldom any.
_EARLY = """
    SELECT item_id, credit_id, amount FROM {allocations}
    WHERE organisation_id = %(organisation)s AND on_date <= %(on)s AND id IN (
        SELECT undoing.id FROM {allocations} AS undoing
        JOIN ledger_allocation AS undone ON undone.id = undoing.reverses_id
        WHERE undoing.organisation_id = %(organisation)s AND undoing.reverses_id IS NOT NULL
          AND undoing.on_date <= %(on)s AND undone.on_date > %(on)s
        UNION ALL
        SELECT a.id FROM ledger_credit AS c
        JOIN {allocations} AS a ON a.credit_id = c.id AND a.organisation_id = %(organisation)s
        WHERE c.organisation_id = %(organisation)s AND c.booking_date > %(on)s AND a.on_date <= %(on)s
        UNION ALL
        SELECT a.id FROM rebooked
        JOIN {allocations} AS a ON a.credit_id = rebooked.credit_id AND a.organisation_id = %(organisation)s
        WHERE rebooked.counts_from > %(on)s AND a.on_date <= %(on)s
        UNION ALL
        SELECT a.id FROM ledger_item AS i
        JOIN {allocations} AS a ON a.item_id = i.id AND a.organisation_id = %(organisation)s
        WHERE i.organisation_id = %(organisation)s AND i.issue_date > %(on)s AND a.on_date <= %(on)s
    )"""
# What counts from after the day, per item or credit. Summed in two and joined: of a table's own column the
# planner knows how many values there are, of a union's it does not, and then it looks items up one by one.
_LATER = """
    SELECT {by}, coalesce(late.amount, 0) + coalesce(early.amount, 0) AS amount
    FROM (
        SELECT {by}, sum(amount)::bigint AS amount FROM {allocations}
        WHERE organisation_id = %(organisation)s AND on_date > %(on)s GROUP BY {by}
    ) AS late FULL JOIN (
        SELECT {by}, sum(amount)::bigint AS amount FROM early GROUP BY {by}
    ) AS early USING ({by})"""
# Items with what was open on them then; below zero where more had been settled than was owed. A REVERSAL and
# the credit it takes back settle each other from its first day on.
_ITEMS_THEN = """
    SELECT i.id, i.customer_id, i.kind, i.number, i.currency, i.amount, i.issue_date, i.due_date,
           i.payment_reference, i.open + coalesce(later.amount, 0) AS open
    FROM ledger_item AS i LEFT JOIN later_of_items AS later ON later.item_id = i.id
    WHERE i.organisation_id = %(organisation)s AND i.open > 0 AND i.issue_date <= %(on)s
      AND i.kind <> 'REVERSAL' {of_customer}
    UNION ALL
    SELECT i.id, i.customer_id, i.kind, i.number, i.currency, i.amount, i.issue_date, i.due_date,
           i.payment_reference, later.amount
    FROM later_of_items AS later JOIN ledger_item AS i ON i.id = later.item_id
    WHERE i.organisation_id = %(organisation)s AND i.open = 0 AND i.issue_date <= %(on)s
      AND i.kind <> 'REVERSAL' {of_customer}"""
_CREDITS_THEN = """
    SELECT c.id, c.customer_id, c.kind, c.number, c.currency, c.amount, c.booking_date, c.origin,
           c.unallocated + coalesce(later.amount, 0) AS remaining
    FROM ledger_credit AS c LEFT JOIN later_of_credits AS later ON later.credit_id = c.id
    WHERE c.organisation_id = %(organisation)s AND c.unallocated > 0 AND c.booking_date <= %(on)s
      {of_customer}
    UNION ALL
    SELECT c.id, c.customer_id, c.kind, c.number, c.currency, c.amount, c.booking_date, c.origin,
           later.amount
    FROM later_of_credits AS later JOIN ledger_credit AS c ON c.id = later.credit_id
    WHERE c.organisation_id = %(organisation)s AND c.unallocated = 0 AND c.booking_date <= %(on)s
      {of_customer}"""


def position(*, of_one_customer: bool = False) -> str:
    """Return the common table expressions `open_then`, `on_account_then` and `rebooked`, to SELECT from.

    Parameters: %(organisation)s, %(on)s and, `of_one_customer`, %(customer)s. Both hold whole minor units,
    and only what is not zero: `open_then` in `open` (above zero), `on_account_then` in `remaining` (below zero
    only where more was taken of a credit than it held). A row of `on_account_then` has either a credit_id or,
    for an item settled more than once by then, an item_id. A table no SELECT names is not worked out.
    """
    narrow = "customer_id = %(customer)s"
    items = _ITEMS_THEN.format(of_customer=f"AND i.{narrow}" if of_one_customer else "")
    credits = _CREDITS_THEN.format(of_customer=f"AND c.{narrow}" if of_one_customer else "")
    allocations = "theirs" if of_one_customer else "ledger_allocation"
    by_item, by_credit = (_LATER.format(by=by, allocations=allocations) for by in ("item_id", "credit_id"))
    theirs = f"theirs AS MATERIALIZED ({_THEIRS})," if of_one_customer else ""
    rebooked = _REBOOKED_OF_THEIRS if of_one_customer else _REBOOKED
    return f"""
        WITH {theirs}
        rebooked AS MATERIALIZED ({rebooked}),
        early AS ({_EARLY.format(allocations=allocations)}),
        later_of_items AS ({by_item}),
        later_of_credits AS ({by_credit}),
        items_then AS ({items}),
        open_then AS (SELECT * FROM items_then WHERE open > 0),
        on_account_then AS (
            SELECT id AS credit_id, NULL::bigint AS item_id, customer_id, kind, number, currency, amount,
                   booking_date, origin, remaining
            FROM ({credits}) AS credits_then
            WHERE remaining <> 0 AND NOT EXISTS (
                SELECT FROM rebooked WHERE rebooked.credit_id = credits_then.id AND counts_from > %(on)s)
            UNION ALL
            SELECT NULL, id, customer_id, kind, number, currency, amount, issue_date, '', -open
            FROM items_then WHERE open < 0)"""  # noqa: S608  texts of our own


@dataclass(frozen=True, slots=True)
class OpenThen:
    """An item and what was open on it at the end of a day, in minor units of `currency`."""

    id: int
    customer_id: int
    kind: ItemKind
    number: str
    currency: str
    amount_minor: int
    open_minor: int
    issue_date: date
    due_date: date
    payment_reference: str

    @property
    def amount(self) -> Money:
        """What was owed at first."""
        return Money(self.amount_minor, self.currency)

    @property
    def open(self) -> Money:
        """What was owed then."""
        return Money(self.open_minor, self.currency)

    def days_late(self, on: date) -> int:
        """Return the days past due on `on`; below zero before the due date."""
        return (on - self.due_date).days


@dataclass(frozen=True, slots=True)
class OnAccountThen:
    """Money of a customer that had settled nothing at the end of a day, in minor units of `currency`.

    Of a credit; or of an item (`item_id`) settled twice for a while, by a booking that bears an earlier date.
    """

    credit_id: int | None
    item_id: int | None
    customer_id: int
    kind: CreditKind | ItemKind
    number: str
    currency: str
    amount_minor: int
    booking_date: date
    origin: str
    remaining_minor: int

    @property
    def remaining(self) -> Money:
        """What had settled nothing; below zero where more was taken of it by then than it held."""
        return Money(self.remaining_minor, self.currency)


@dataclass(frozen=True, slots=True)
class PositionThen:
    """One currency at the end of a day, in minor units: what was open by how late, and on account beside it."""

    ageing: Ageing
    on_account_minor: int
    on_account_count: int

    @property
    def currency(self) -> str:
        """The currency of all figures."""
        return self.ageing.currency

    @property
    def buckets(self) -> tuple[Money, ...]:
        """What was open, by how late."""
        return tuple(Money(bucket.amount_minor, self.currency) for bucket in self.ageing.buckets)

    @property
    def open_minor(self) -> int:
        """What was open in all."""
        return self.ageing.total_minor

    @property
    def open_count(self) -> int:
        """How many items were open."""
        return sum(bucket.count for bucket in self.ageing.buckets)

    @property
    def late_minor(self) -> int:
        """What was open past its due date."""
        return sum(bucket.amount_minor for bucket in self.ageing.buckets[1:])

    @property
    def late_count(self) -> int:
        """How many items were past their due date."""
        return sum(bucket.count for bucket in self.ageing.buckets[1:])

    @property
    def net_minor(self) -> int:
        """Open less on account; below zero when customers had money to come."""
        return self.open_minor - self.on_account_minor


def parameters(on: date, customer_id: int | None = None, **more: Any) -> dict[str, Any]:
    """Return the parameters of `position`, and the days late the ageing buckets start at (`starts`)."""
    organisation = tenancy.current_organisation_id()
    return {"organisation": organisation, "on": on, "customer": customer_id, "starts": list(STARTS), **more}


def position_as_of(on: date, *, customer_id: int | None = None) -> tuple[PositionThen, ...]:
    """Return the position at the end of `on`, of all customers or of one, per currency that had any."""
    rows = fetch(
        f"""{position(of_one_customer=customer_id is not None)}
        SELECT currency, width_bucket(%(on)s - due_date, %(starts)s), sum(open), count(*) FROM open_then
        GROUP BY 1, 2
        UNION ALL
        SELECT currency, NULL, sum(remaining), count(*) FROM on_account_then GROUP BY 1""",  # noqa: S608
        parameters(on, customer_id),
    )
    on_account = {row[0]: (int(row[2]), row[3]) for row in rows if row[1] is None}
    ageing = {one.currency: one for one in by_currency(row for row in rows if row[1] is not None)}
    ageing |= {one.currency: one for one in by_currency((cur, 0, 0, 0) for cur in on_account.keys() - ageing)}
    return tuple(
        PositionThen(ageing[currency], *on_account.get(currency, (0, 0))) for currency in sorted(ageing)
    )


def ageing_as_of(on: date) -> tuple[Ageing, ...]:
    """Return what was open at the end of `on` by days past due then, per currency."""
    return by_currency(
        fetch(
            f"""{position()}
            SELECT currency, width_bucket(%(on)s - due_date, %(starts)s), sum(open), count(*)
            FROM open_then GROUP BY 1, 2""",  # noqa: S608
            parameters(on),
        )
    )


def open_items_as_of(on: date, *, customer_id: int) -> tuple[OpenThen, ...]:
    """Return what a customer owed at the end of `on`, by currency, oldest due date first."""
    rows = fetch(
        f"""{position(of_one_customer=True)}
        SELECT {OPEN_COLUMNS} FROM open_then ORDER BY currency, due_date, id""",  # noqa: S608
        parameters(on, customer_id),
    )
    return tuple(map(open_then, rows))


def on_account_as_of(on: date, *, customer_id: int) -> tuple[OnAccountThen, ...]:
    """Return what a customer had on account at the end of `on`, by currency, oldest first."""
    rows = fetch(
        f"""{position(of_one_customer=True)}
        SELECT {ON_ACCOUNT_COLUMNS} FROM on_account_then
        ORDER BY currency, booking_date, credit_id, item_id""",  # noqa: S608
        parameters(on, customer_id),
    )
    return tuple(map(on_account_then, rows))


OPEN_COLUMNS = (
    "id, customer_id, kind, number, currency, amount, open, issue_date, due_date, payment_reference"
)
ON_ACCOUNT_COLUMNS = """credit_id, item_id, customer_id, kind, number, currency, amount, booking_date, origin,
    remaining"""


def open_then(row: Row) -> OpenThen:
    """Return the view of a row of OPEN_COLUMNS."""
    return OpenThen(row[0], row[1], ItemKind(row[2]), *row[3:])


def on_account_then(row: Row) -> OnAccountThen:
    """Return the view of a row of ON_ACCOUNT_COLUMNS."""
    kind = CreditKind(row[3]) if row[0] is not None else ItemKind(row[3])
    return OnAccountThen(*(*row[:3], kind, *row[4:]))
