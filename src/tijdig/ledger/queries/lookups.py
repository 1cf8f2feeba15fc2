"""Finding items, credits and allocations by what they are known by."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from tijdig.domain import reasons
from tijdig.domain.ledger import CreditKind, ItemKind
from tijdig.domain.money import Money
from tijdig.infra import tenancy
from tijdig.ledger.queries.views import AllocationView, CreditView, ItemView

ITEM_COLUMNS = """id, customer_id, kind, number, currency, amount, open, issue_date, due_date,
    payment_reference, settled_date, reverses_credit_id, about_item_id"""
_CREDIT_COLUMNS = """id, customer_id, kind, number, currency, amount, unallocated, booking_date, origin,
    actor, reversed, created_at, reason, left_on_account_date"""

Row = tuple[Any, ...]


def item_view(row: Row) -> ItemView:
    """Return the view of a row of ITEM_COLUMNS."""
    return ItemView(row[0], row[1], ItemKind(row[2]), *row[3:])


def item(item_id: int) -> ItemView | None:
    """Return the item, None where there is none in this organisation."""
    return items((item_id,)).get(item_id)


def items(item_ids: Collection[int]) -> dict[int, ItemView]:
    """Return the items of these ids that exist, by id."""
    return {view.id: view for view in _items("id = ANY(%s) ORDER BY id", [list(item_ids)])}


def open_items_of(customer_id: int) -> tuple[ItemView, ...]:
    """Return what the customer owes, oldest due date first."""
    return tuple(_items("open > 0 AND customer_id = %s ORDER BY due_date, id", [customer_id]))


def small_rests(*, up_to: Money, limit: int) -> tuple[ItemView, ...]:
    """Return the invoices that were paid but for this or less, least first, at most `limit`."""
    condition = """open BETWEEN 1 AND %s AND currency = %s AND open < amount AND kind = 'INVOICE'
        ORDER BY open, id LIMIT %s"""
    return tuple(_items(condition, [up_to.minor, up_to.currency, limit]))


def open_items_by_reference(references: Collection[str]) -> dict[str, tuple[ItemView, ...]]:
    """Return the open items that carry these payment references, by reference (exactly as stored)."""
    wanted = [reference for reference in references if reference]
    condition = "open > 0 AND payment_reference <> '' AND payment_reference = ANY(%s) ORDER BY due_date, id"
    found: defaultdict[str, list[ItemView]] = defaultdict(list)
    for view in _items(condition, [wanted]):
        found[view.payment_reference].append(view)
    return {reference: tuple(views) for reference, views in found.items()}


def open_items_by_number(numbers: Collection[str]) -> dict[str, tuple[ItemView, ...]]:
    """Return the open items with these numbers, by number in lower case; upper and lower case are one."""
    condition = "open > 0 AND number_key = ANY(%s) ORDER BY due_date, id"
    found: defaultdict[str, list[ItemView]] = defaultdict(list)
    for view in _items(condition, [[number.lower() for number in numbers]]):
        found[view.number.lower()].append(view)
    return {number: tuple(views) for number, views in found.items()}


def known_numbers(numbers: Collection[str]) -> dict[str, ItemView]:
    """Return the invoices in the ledger that have exactly these numbers, open or settled, by number."""
    condition = "kind = 'INVOICE' AND number = ANY(%s)"
    return {view.number: view for view in _items(condition, [list(numbers)])}


def credit(credit_id: int) -> CreditView | None:
    """Return the credit, None where there is none in this organisation."""
    return credits((credit_id,)).get(credit_id)


def credits(credit_ids: Collection[int]) -> dict[int, CreditView]:
    """Return the credits of these ids that exist, by id."""
    return {view.id: view for view in find_credits("id = ANY(%s) ORDER BY id", [list(credit_ids)])}


def credits_by_origin(origins: Collection[str]) -> dict[str, CreditView]:
    """Return the credits that came from these sources and stand (not reversed), by origin."""
    condition = "NOT reversed AND origin <> '' AND origin = ANY(%s)"
    return {view.origin: view for view in find_credits(condition, [list(origins)])}


def credits_of(customer_id: int) -> tuple[CreditView, ...]:
    """Return the customer's credits, newest first."""
    return tuple(find_credits("customer_id = %s ORDER BY booking_date DESC, id DESC", [customer_id]))


def credits_with_money_left(customer_id: int) -> tuple[CreditView, ...]:
    """Return what the customer has on account, oldest first."""
    condition = "customer_id = %s AND unallocated > 0 ORDER BY booking_date, id"
    return tuple(find_credits(condition, [customer_id]))


def elsewhere_of(credit_ids: Collection[int]) -> dict[int, int]:
    """Return what of each of these credits is paid back or was moved, in minor units; none: left out."""
    rows = fetch(
        """SELECT a.credit_id, sum(a.amount)::bigint FROM ledger_allocation a
           JOIN ledger_item i ON i.id = a.item_id AND i.kind IN ('REFUND_DUE', 'MOVED_OUT')
           WHERE a.organisation_id = %s AND a.credit_id = ANY(%s) GROUP BY 1 HAVING sum(a.amount) > 0""",
        [tenancy.current_organisation_id(), list(credit_ids)],
    )
    return dict(rows)


def gone_from(credit_ids: Collection[int]) -> dict[int, tuple[ItemKind, str]]:
    """Return which of these credits some money left, by a return, a refund or a move that stands, and its number."""
    rows = fetch(
        """SELECT DISTINCT ON (a.credit_id) a.credit_id, i.kind, i.number FROM ledger_allocation a
           JOIN ledger_item i ON i.id = a.item_id AND i.kind IN ('RETURNED', 'REFUND_DUE', 'MOVED_OUT')
           WHERE a.organisation_id = %s AND a.credit_id = ANY(%s)
           GROUP BY a.credit_id, i.id, i.kind, i.number HAVING sum(a.amount) > 0 ORDER BY a.credit_id, i.id""",
        [tenancy.current_organisation_id(), list(credit_ids)],
    )
    return {credit_id: (ItemKind(kind), number) for credit_id, kind, number in rows}


def allocation(allocation_id: int) -> AllocationView | None:
    """Return the allocation, None where there is none in this organisation."""
    return next(iter(_allocations("id", [allocation_id])), None)


def allocations_of_item(item_id: int) -> tuple[AllocationView, ...]:
    """Return what settled the item and what was undone, in the order it was booked."""
    return _allocations("item_id", [item_id])


def allocations_of_credit(credit_id: int) -> tuple[AllocationView, ...]:
    """Return what the credit settled and what was undone, in the order it was booked."""
    return _allocations("credit_id", [credit_id])


def allocations_of_credits(credit_ids: Collection[int]) -> tuple[AllocationView, ...]:
    """Return what these credits settled and what was undone, in the order it was booked."""
    return _allocations("credit_id", credit_ids)


def fetch(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[Row]:
    """Return all rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _items(condition: str, parameters: Sequence[Any]) -> Iterable[ItemView]:
    statement = f"SELECT {ITEM_COLUMNS} FROM ledger_item WHERE organisation_id = %s AND {condition}"  # noqa: S608
    return map(item_view, fetch(statement, [tenancy.current_organisation_id(), *parameters]))


def find_credits(condition: str, parameters: Sequence[Any]) -> Iterable[CreditView]:
    """Return the credits of this organisation that fit a condition (and order) in SQL of our own."""
    statement = f"SELECT {_CREDIT_COLUMNS} FROM ledger_credit WHERE organisation_id = %s AND {condition}"  # noqa: S608
    return map(_credit_view, fetch(statement, [tenancy.current_organisation_id(), *parameters]))


def _credit_view(row: Row) -> CreditView:
    return CreditView(*(*row[:2], CreditKind(row[2]), *row[3:12], _reason(row[12]), row[13]))


def _allocations(column: str, values: Collection[int]) -> tuple[AllocationView, ...]:
    statement = f"""
        SELECT a.id, a.item_id, a.credit_id, i.currency, a.amount, a.on_date, a.actor, a.reverses_id,
               EXISTS (SELECT FROM ledger_allocation u WHERE u.reverses_id = a.id), a.created_at,
               i.number, c.number, c.origin, i.kind, c.kind, a.reason
        FROM ledger_allocation a
        JOIN ledger_item i ON i.id = a.item_id
        JOIN ledger_credit c ON c.id = a.credit_id
        WHERE a.organisation_id = %s AND a.{column} = ANY(%s) ORDER BY a.id"""  # noqa: S608  names of our own
    return tuple(map(_allocation_view, fetch(statement, [tenancy.current_organisation_id(), list(values)])))


def _allocation_view(row: Row) -> AllocationView:
    return AllocationView(*(*row[:13], ItemKind(row[13]), CreditKind(row[14]), _reason(row[15])))


def _reason(stored: str) -> reasons.Reason | None:
    return reasons.from_data(json.loads(stored))
