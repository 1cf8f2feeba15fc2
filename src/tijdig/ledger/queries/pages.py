"""The list of items, page by page, by keyset: as fast at the end of a million rows as at the start."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from tijdig.customers import queries as customers
from tijdig.infra import tenancy
from tijdig.ledger.queries.lookups import ITEM_COLUMNS, Row, fetch, item_view
from tijdig.ledger.queries.views import ItemView

_LARGEST_ID = 2**63 - 1
_LAST_CHARACTER = "\U0010ffff"
_MOST_CUSTOMERS_FOUND = 500
_LONGEST_MARK = 1_000


class ItemStatus(StrEnum):
    """What the list shows."""

    OPEN = "OPEN"
    OVERDUE = "OVERDUE"
    PAID = "PAID"
    ALL = "ALL"


class ItemSort(StrEnum):
    """What the list can be sorted by; "-" before it turns it round."""

    DUE_DATE = "due_date"
    ISSUE_DATE = "issue_date"
    AMOUNT = "amount"
    OPEN = "open"
    NUMBER = "number"


class SortUnknown(ValueError):
    """The list cannot be sorted by that."""


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Some items in order, and the marks that lead to the pages beside it (None at either end)."""

    items: tuple[ItemView, ...]
    next_after: str | None
    """Give it as `after` for the next page."""
    previous_before: str | None
    """Give it as `before` for the previous page."""


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for, and the customers it finds; looked up once for a page and its count."""

    text: str
    customer_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are; where `more`, there are more than that."""

    number: int
    more: bool


@dataclass(frozen=True, slots=True)
class _Filter:
    """Conditions that hold together, and their parameters in order.

    `few` says that they leave few rows: those are gathered and sorted, rather than met one by one along the
    index of the sort, which PostgreSQL is too hopeful about.
    """

    conditions: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)
    few: bool = False

    def add(self, condition: str, *parameters: Any) -> None:
        self.conditions.append(condition)
        self.parameters.extend(parameters)

    def sql(self) -> str:
        return " AND ".join(self.conditions)


_COLUMNS = {
    ItemSort.DUE_DATE: "due_date",
    ItemSort.ISSUE_DATE: "issue_date",
    ItemSort.AMOUNT: "amount",
    ItemSort.OPEN: "open",
    ItemSort.NUMBER: "number_key",
}
# Most sorts have one index over open and one over settled items, so a list of everything is both, merged.
_HALVES = {
    ItemStatus.OPEN: ("open > 0",),
    ItemStatus.OVERDUE: ("open > 0",),
    ItemStatus.PAID: ("open = 0",),
    ItemStatus.ALL: ("open > 0", "open = 0"),
}


def look_up(text: str) -> Search:
    """Return a search for items: the start of their number, or words of their customer's name, city or number."""
    bare = text.replace("\0", "").strip()
    return Search(bare, customers.ids_matching(bare, limit=_MOST_CUSTOMERS_FOUND) if bare else ())


def item_page(
    *,
    on: date,
    status: ItemStatus = ItemStatus.OPEN,
    search: str | Search = "",
    customer_id: int | None = None,
    sort: str = ItemSort.DUE_DATE,
    after: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> ItemPage:
    """Return a page of items: those following the mark `after`, or those preceding `before`.

    `search` is as in `look_up`. A mark that cannot be read, or is of another sort, starts at the beginning.
    Raises SortUnknown.
    """
    key, descending = _order(sort)
    mark = _read_mark(before or after or "", key)
    backwards = bool(before) and mark is not None
    branches = _branches(on=on, status=status, search=search, customer_id=customer_id)
    sign, direction = ("<", "DESC") if descending != backwards else (">", "ASC")
    if mark is not None:
        for branch in branches:
            branch.add(f"({_COLUMNS[key]}, id) {sign} (%s, %s)", *mark)
    found = _select(branches, key, direction, limit + 1)
    more = len(found) > limit
    found = found[:limit]
    if backwards:
        found.reverse()
    has_next, has_previous = (True, more) if backwards else (more, mark is not None)
    return ItemPage(
        items=tuple(item_view(row[:-1]) for row in found),
        next_after=_mark(found[-1], key) if found and has_next else None,
        previous_before=_mark(found[0], key) if found and has_previous else None,
    )


def item_count(
    *,
    on: date,
    status: ItemStatus = ItemStatus.OPEN,
    search: str | Search = "",
    customer_id: int | None = None,
    up_to: int = 1000,
) -> Count:
    """Return how many items the list holds, counting no further than `up_to`."""
    branches = _branches(on=on, status=status, search=search, customer_id=customer_id)
    parts = " UNION ALL ".join(f"(SELECT FROM ledger_item WHERE {one.sql()} LIMIT %s)" for one in branches)
    parameters = [value for one in branches for value in (*one.parameters, up_to + 1)]
    statement = f"SELECT count(*) FROM (SELECT FROM ({parts}) parts LIMIT %s) found"  # noqa: S608
    number = fetch(statement, [*parameters, up_to + 1])[0][0]
    return Count(min(number, up_to), more=number > up_to)


def _order(sort: str) -> tuple[ItemSort, bool]:
    """Return the key and whether it runs from high to low."""
    try:
        return ItemSort(sort.removeprefix("-")), sort.startswith("-")
    except ValueError as error:
        raise SortUnknown(f"the list can be sorted by {', '.join(ItemSort)}, not by “{sort}”") from error


def _branches(
    *, on: date, status: ItemStatus, search: str | Search, customer_id: int | None
) -> list[_Filter]:
    """Return the parts of a list, which do not overlap; each is read by its own index, then merged."""
    chosen = [_chosen(half, on=on, status=status, customer_id=customer_id) for half in _HALVES[status]]
    found = search if isinstance(search, Search) else look_up(search)
    if not found.text:
        return chosen
    return [branch for one in chosen for branch in _matches(one, found.text, found.customer_ids)]


def _chosen(half: str, *, on: date, status: ItemStatus, customer_id: int | None) -> _Filter:
    chosen = _Filter()
    chosen.add(
        f"organisation_id = %s AND kind IN ('INVOICE', 'FEE', 'INTEREST') AND {half}",
        tenancy.current_organisation_id(),
    )
    if status == ItemStatus.OVERDUE:
        chosen.add("due_date < %s", on)
    if customer_id is not None:
        chosen.add("customer_id = %s", customer_id)
    return chosen


def _matches(chosen: _Filter, text: str, customer_ids: Sequence[int]) -> list[_Filter]:
    """Return what was chosen, narrowed to numbers that start so and, apart from those, to these customers."""
    by_number = "number_key >= lower(%s) AND number_key < lower(%s) || %s"
    bounds = (text, text, _LAST_CHARACTER)
    numbers = _Filter(chosen.conditions.copy(), chosen.parameters.copy())
    numbers.add(by_number, *bounds)
    if not customer_ids:
        return [numbers]
    theirs = _Filter(chosen.conditions.copy(), chosen.parameters.copy(), few=True)
    theirs.add(f"customer_id = ANY(%s) AND NOT ({by_number})", list(customer_ids), *bounds)
    return [numbers, theirs]


def _select(branches: Sequence[_Filter], key: ItemSort, direction: str, limit: int) -> list[Row]:
    """Return rows of ITEM_COLUMNS and the sort key, in order."""
    column = _COLUMNS[key]
    order = f"ORDER BY sort_key {direction}, id {direction} LIMIT %s"
    parts = " UNION ALL ".join(
        f"(SELECT * FROM (SELECT {ITEM_COLUMNS}, {column} AS sort_key FROM ledger_item WHERE {one.sql()}"  # noqa: S608
        f"{' OFFSET 0' if one.few else ''}) branch {order})"
        for one in branches
    )
    parameters = [value for one in branches for value in (*one.parameters, limit)]
    return fetch(f"SELECT * FROM ({parts}) found {order}", [*parameters, limit])  # noqa: S608  as above


def _mark(row: Row, key: ItemSort) -> str:
    """Return where a row stands in the order, as text for an address."""
    value = row[-1]
    place = [key, value.isoformat() if isinstance(value, date) else value, row[0]]
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def _read_mark(text: str, key: ItemSort) -> tuple[str | int | date, int] | None:
    """Return (value of the key, id); None for what is no mark of this order."""
    try:
        if len(text) > _LONGEST_MARK:
            return None
        made_for, value, item_id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if made_for != key or not 0 < int(item_id) <= _LARGEST_ID:
            return None
        if key in (ItemSort.DUE_DATE, ItemSort.ISSUE_DATE):
            return date.fromisoformat(value), int(item_id)
        if key is ItemSort.NUMBER:
            return str(value).replace("\0", "").encode(errors="ignore").decode(), int(item_id)
        return min(max(int(value), 0), _LARGEST_ID), int(item_id)
    except (ValueError, TypeError):
        return None
