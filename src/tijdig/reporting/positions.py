"""The reports of any day: open items, ageing per customer and money on account, page by page.

All of them add up to `ledger.queries.position_as_of` of the same day; ledger/queries/as_of.py says what counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from tijdig.domain.money import Money
from tijdig.ledger.queries import OnAccountThen, OpenThen, PositionThen
from tijdig.ledger.queries.as_of import on_account_then, open_then, parameters, position
from tijdig.ledger.queries.figures import STARTS
from tijdig.ledger.queries.lookups import Row, fetch
from tijdig.reporting.position_queries import BUCKETS, ageing_by_customer

LATE = "late"
"""Stands for every bucket past the due date."""
AGES = (LATE, *map(str, range(len(BUCKETS))))
"""What an `age` can be: LATE, or the place of a bucket."""


class AgeingSort(StrEnum):
    """The orders in which the ageing can be read; a minus reads it backwards."""

    OPEN = "open"
    LATE = "late"
    OLDEST = "oldest"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class OpenRow:
    """An item that was open, and whose it is."""

    item: OpenThen
    customer_number: str
    customer_name: str


@dataclass(frozen=True, slots=True)
class OnAccountRow:
    """Money that was on account, and whose it is."""

    money: OnAccountThen
    customer_number: str
    customer_name: str


@dataclass(frozen=True, slots=True)
class AgeingRow:
    """What one customer owed in one currency by how late, and had on account beside it; in minor units."""

    customer_id: int
    customer_number: str
    customer_name: str
    currency: str
    bucket_minor: tuple[int, ...]
    open_minor: int
    late_minor: int
    on_account_minor: int

    @property
    def net_minor(self) -> int:
        """Open less on account."""
        return self.open_minor - self.on_account_minor

    @property
    def buckets(self) -> tuple[Money, ...]:
        """What was open, by how late."""
        return tuple(Money(minor, self.currency) for minor in self.bucket_minor)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which part of a report to read; None and "" do not narrow. `age` is one of AGES."""

    customer_id: int | None = None
    currency: str = ""
    age: str = ""

    @property
    def of_one_customer(self) -> bool:
        """Whether it is about one customer."""
        return self.customer_id is not None


def bucket_name(from_days: int | None, to_days: int | None) -> str:
    """Return the name of a bucket of the ageing, in the language that is active."""
    if from_days is None:
        return _("Not due yet")
    if to_days is None:
        return _("Over %(days)s days late") % {"days": from_days - 1}
    return _("%(start)s–%(end)s days late") % {"start": from_days, "end": to_days}


def short_bucket_names() -> tuple[str, ...]:
    """Return the names of all buckets for the head of a table: “Not due yet”, “1–30”, … “> 120”."""
    between = pairwise(STARTS)
    return (_("Not due yet"), *(f"{start}–{end - 1}" for start, end in between), f"> {STARTS[-1] - 1}")


def open_items(
    on: date, which: Narrowing, *, by_customer: bool = False, offset: int = 0, limit: int
) -> tuple[OpenRow, ...]:
    """Return what was open at the end of `on`, at most `limit` after the first `offset`.

    Oldest due date first; `by_customer` customer by customer, by name.
    """
    first = "customer.name_key, item.customer_id, item.currency, " if by_customer else ""
    rows = fetch(
        f"""{position(of_one_customer=which.of_one_customer)}
        SELECT item.id, item.customer_id, item.kind, item.number, item.currency, item.amount, item.open,
               item.issue_date, item.due_date, item.payment_reference, customer.number, customer.name
        FROM open_then AS item JOIN customers_customer AS customer ON customer.id = item.customer_id
        WHERE {_condition(which)} ORDER BY {first}item.due_date, item.id
        OFFSET %(offset)s LIMIT %(limit)s""",  # noqa: S608
        _parameters(on, which, offset=offset, limit=limit),
    )
    return tuple(OpenRow(open_then(row[:-2]), *row[-2:]) for row in rows)


def open_count(found: Iterable[PositionThen], age: str) -> int:
    """Return how many items of an age (one of AGES; "" for all) were open, of positions read already."""
    buckets = [bucket for position in found for place, bucket in enumerate(position.ageing.buckets)
               if age in ("", str(place)) or (age == LATE and place)]  # fmt: skip
    return sum(bucket.count for bucket in buckets)


def on_account(on: date, which: Narrowing, *, offset: int = 0, limit: int) -> tuple[OnAccountRow, ...]:
    """Return what was on account at the end of `on`, oldest first; the age is not looked at."""
    rows = fetch(
        f"""{position(of_one_customer=which.of_one_customer)}
        SELECT money.credit_id, money.item_id, money.customer_id, money.kind, money.number, money.currency,
               money.amount, money.booking_date, money.origin, money.remaining, customer.number, customer.name
        FROM on_account_then AS money JOIN customers_customer AS customer ON customer.id = money.customer_id
        WHERE %(currency)s IN ('', money.currency)
        ORDER BY money.booking_date, money.credit_id, money.item_id
        OFFSET %(offset)s LIMIT %(limit)s""",  # noqa: S608
        _parameters(on, which, offset=offset, limit=limit),
    )
    return tuple(OnAccountRow(on_account_then(row[:-2]), *row[-2:]) for row in rows)


def ageing(
    on: date, which: Narrowing, *, sort: str = "-late", offset: int = 0, limit: int
) -> tuple[AgeingRow, ...]:
    """Return the ageing per customer and currency at the end of `on`, in the order of `sort` (AgeingSort)."""
    key, backwards = AgeingSort(sort.removeprefix("-")), "DESC" if sort.startswith("-") else "ASC"
    rows = fetch(
        f"""{ageing_by_customer(of_one_customer=which.of_one_customer)}
        SELECT aged.customer_id, customer.number, customer.name, aged.currency, {", ".join(BUCKETS)},
               aged.open, aged.late, aged.on_account
        FROM aged JOIN customers_customer AS customer ON customer.id = aged.customer_id
        WHERE %(currency)s IN ('', aged.currency)
        ORDER BY {_ORDERS[key].format(backwards)}, customer.name_key, aged.customer_id, aged.currency
        OFFSET %(offset)s LIMIT %(limit)s""",  # noqa: S608
        _parameters(on, which, offset=offset, limit=limit),
    )
    return tuple(map(_ageing_row, rows))


_ORDERS: Mapping[AgeingSort, str] = {
    AgeingSort.OPEN: "aged.open {}",
    AgeingSort.LATE: "aged.late {0}, aged.open {0}",
    AgeingSort.OLDEST: f"aged.{BUCKETS[-1]} {{0}}, aged.late {{0}}",
    AgeingSort.NAME: "customer.name_key {}",
}


def _condition(which: Narrowing) -> str:
    age = "" if which.age not in AGES else "> 0" if which.age == LATE else f"= {int(which.age)}"
    aged = f" AND width_bucket(%(on)s - item.due_date, %(starts)s) {age}" if age else ""
    return f"%(currency)s IN ('', item.currency){aged}"


def _parameters(on: date, which: Narrowing, **more: Any) -> dict[str, Any]:
    return parameters(on, which.customer_id, currency=which.currency, **more)


def _ageing_row(row: Row) -> AgeingRow:
    past = 4 + len(BUCKETS)
    return AgeingRow(*(*row[:4], tuple(row[4:past]), *row[past:]))
