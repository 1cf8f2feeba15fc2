"""Sums over the ledger: balances, ageing, what came in. Every figure is per currency, never added across."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tijdig.domain.money import Money
from tijdig.infra import tenancy
from tijdig.ledger.queries.lookups import Row, fetch

STARTS = (1, 31, 61, 91, 121)
"""Days past due at which the buckets of the ageing start; before the first an item is not due."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What a customer owes and has on account, in minor units of `currency`."""

    currency: str
    open_minor: int
    open_count: int
    overdue_minor: int
    overdue_count: int
    oldest_due: date | None
    on_account_minor: int

    @property
    def net_minor(self) -> int:
        """Owed less on account; negative when the customer has money to come."""
        return self.open_minor - self.on_account_minor


@dataclass(frozen=True, slots=True)
class AgeingBucket:
    """What is open and so many days past due, from and to included; no `from`: not due yet, no `to`: more."""

    from_days: int | None
    to_days: int | None
    amount_minor: int
    count: int


@dataclass(frozen=True, slots=True)
class Ageing:
    """What is open in one currency by how late it is: not due, 1–30, 31–60, 61–90, 91–120, over 120 days."""

    currency: str
    buckets: tuple[AgeingBucket, ...]

    @property
    def total_minor(self) -> int:
        """What is open in all."""
        return sum(bucket.amount_minor for bucket in self.buckets)


@dataclass(frozen=True, slots=True)
class MoneyFigures:
    """One currency on a day, in minor units.

    What is open and not past its due date, what is overdue, what was paid since Monday, and what is left
    on account.
    """

    currency: str
    not_due_minor: int
    not_due_count: int
    overdue_minor: int
    overdue_count: int
    paid_this_week_minor: int
    on_account_minor: int


def balance_of(customer_id: int, *, on: date) -> tuple[Balance, ...]:
    """Return the customer's balance per currency; nothing for one without any row."""
    return balances_of((customer_id,), on=on).get(customer_id, ())


def balances_of(customer_ids: Collection[int], *, on: date) -> dict[int, tuple[Balance, ...]]:
    """Return the balances of these customers, by customer; those without any row are not in it."""
    rows = fetch(
        """SELECT customer_id, currency, sum(open), sum(open_count), sum(overdue), sum(overdue_count),
                  min(oldest), sum(on_account)
           FROM (
               SELECT customer_id, currency, sum(open) AS open,
                      count(*) FILTER (WHERE open > 0) AS open_count,
                      coalesce(sum(open) FILTER (WHERE due_date < %(on)s), 0) AS overdue,
                      count(*) FILTER (WHERE open > 0 AND due_date < %(on)s) AS overdue_count,
                      min(due_date) FILTER (WHERE open > 0) AS oldest, 0 AS on_account
               FROM ledger_item WHERE organisation_id = %(organisation)s AND customer_id = ANY(%(ids)s)
               GROUP BY customer_id, currency
               UNION ALL
               SELECT customer_id, currency, 0, 0, 0, 0, NULL, sum(unallocated)
               FROM ledger_credit WHERE organisation_id = %(organisation)s AND customer_id = ANY(%(ids)s)
               GROUP BY customer_id, currency
           ) sides GROUP BY customer_id, currency ORDER BY customer_id, currency""",
        {"on": on, "organisation": tenancy.current_organisation_id(), "ids": list(customer_ids)},
    )
    found: defaultdict[int, list[Balance]] = defaultdict(list)
    for customer_id, currency, *figures in rows:
        open_, open_count, overdue, overdue_count, oldest, on_account = figures
        balance = Balance(
            currency, int(open_), int(open_count), int(overdue), int(overdue_count), oldest, int(on_account)
        )
        found[customer_id].append(balance)
    return {customer_id: tuple(balances) for customer_id, balances in found.items()}


def unplaced_money_of(customer_ids: Collection[int]) -> dict[int, Money]:
    """Return the payments on account that nobody looked at yet, by customer (in one of their currencies).

    What a person booked by hand or left there knowingly was looked at.
    """
    rows = fetch(
        f"""SELECT DISTINCT ON (customer_id) customer_id, sum(unallocated), currency FROM ledger_credit
           WHERE organisation_id = %s AND customer_id = ANY(%s) AND {_UNPLACED}
           GROUP BY customer_id, currency ORDER BY customer_id, currency""",  # noqa: S608  a condition of our own
        [tenancy.current_organisation_id(), list(customer_ids)],
    )
    return {customer_id: Money(int(minor), currency) for customer_id, minor, currency in rows}


def unplaced_credits_of(customer_id: int) -> frozenset[int]:
    """Return the ids of the customer's payments on account that nobody looked at yet."""
    rows = fetch(
        f"SELECT id FROM ledger_credit WHERE organisation_id = %s AND customer_id = %s AND {_UNPLACED}",  # noqa: S608
        [tenancy.current_organisation_id(), customer_id],
    )
    return frozenset(row[0] for row in rows)


_UNPLACED = """unallocated > 0 AND kind IN ('PAYMENT', 'CREDIT_NOTE') AND left_on_account_date IS NULL
    AND reason ->> 'code' NOT IN ('BOOKED_BY_HAND', 'LEFT_ON_ACCOUNT')"""


def ageing(on: date) -> tuple[Ageing, ...]:
    """Return what is open now by days past due on `on`, per currency."""
    return by_currency(
        fetch(
            """SELECT currency, width_bucket(%s - due_date, %s) AS bucket, sum(open), count(*)
               FROM ledger_item WHERE organisation_id = %s AND open > 0 GROUP BY 1, 2""",
            [on, list(STARTS), tenancy.current_organisation_id()],
        )
    )


def money_figures(on: date) -> tuple[MoneyFigures, ...]:
    """Return the day's figures per currency; paid counts payments booked from Monday up to `on`.

    Less what of those came back.
    """
    rows = fetch(
        """SELECT currency, sum(not_due), sum(not_due_count), sum(overdue), sum(overdue_count),
                  sum(paid), sum(on_account)
           FROM (
               SELECT currency, coalesce(sum(open) FILTER (WHERE due_date >= %(on)s), 0) AS not_due,
                      count(*) FILTER (WHERE due_date >= %(on)s) AS not_due_count,
                      coalesce(sum(open) FILTER (WHERE due_date < %(on)s), 0) AS overdue,
                      count(*) FILTER (WHERE due_date < %(on)s) AS overdue_count,
                      0 AS paid, 0 AS on_account
               FROM ledger_item WHERE organisation_id = %(organisation)s AND open > 0 GROUP BY currency
               UNION ALL
               SELECT currency, 0, 0, 0, 0, sum(amount), 0 FROM ledger_credit
               WHERE organisation_id = %(organisation)s AND kind = 'PAYMENT' AND NOT reversed
                 AND booking_date BETWEEN %(monday)s AND %(on)s GROUP BY currency
               UNION ALL
               SELECT item.currency, 0, 0, 0, 0, -sum(taken.amount), 0 FROM ledger_item item
               JOIN ledger_allocation taken
                 ON taken.organisation_id = item.organisation_id AND taken.item_id = item.id
               JOIN ledger_credit paid ON paid.id = taken.credit_id AND paid.kind = 'PAYMENT'
                AND NOT paid.reversed AND paid.booking_date BETWEEN %(monday)s AND %(on)s
               WHERE item.organisation_id = %(organisation)s AND item.open = 0 AND item.kind = 'RETURNED'
                 AND item.issue_date BETWEEN %(monday)s AND %(on)s GROUP BY item.currency
               UNION ALL
               SELECT currency, 0, 0, 0, 0, 0, sum(unallocated) FROM ledger_credit
               WHERE organisation_id = %(organisation)s AND unallocated > 0 GROUP BY currency
           ) sides GROUP BY currency ORDER BY currency""",
        {
            "on": on,
            "monday": on - timedelta(days=on.weekday()),
            "organisation": tenancy.current_organisation_id(),
        },
    )
    return tuple(MoneyFigures(row[0], *map(int, row[1:])) for row in rows)


def by_currency(rows: Iterable[Row]) -> tuple[Ageing, ...]:
    """Return the buckets of (currency, bucket, amount, count) rows, empty ones too."""
    found: defaultdict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    for currency, bucket, amount, count in rows:
        found[currency][bucket] = (int(amount), count)
    return tuple(
        Ageing(currency, tuple(_bucket(place, *sums.get(place, (0, 0))) for place in range(len(STARTS) + 1)))
        for currency, sums in sorted(found.items())
    )


def _bucket(place: int, amount: int, count: int) -> AgeingBucket:
    from_days = STARTS[place - 1] if place else None
    to_days = STARTS[place] - 1 if place < len(STARTS) else None
    return AgeingBucket(from_days, to_days, amount, count)
