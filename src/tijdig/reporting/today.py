"""Today: the money at a glance, and the work list, where every row says why it is there.

Each kind of work is found through an index of its own, so that the page costs what waits, not what is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from django.db import connection

from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason
from tijdig.infra import tenancy
from tijdig.ledger import queries as ledger
from tijdig.reporting.stored_reasons import stored_reason

_COUNT_UP_TO = 1000
# A statement that does not fit stays true forever; after this many days it is history, not work.
_STATEMENT_DAYS = 30
_FAILED_DAYS = 30


class WorkKind(StrEnum):
    """What kind of work a row on the list is."""

    TASK = "TASK"
    BANK_LINE = "BANK_LINE"
    MESSAGE_FAILED = "MESSAGE_FAILED"
    STATEMENT_DIFFERENCE = "STATEMENT_DIFFERENCE"
    NO_ADDRESS = "NO_ADDRESS"


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One thing for a person to do. Ids and names are None or empty where it is not about such a thing."""

    kind: WorkKind
    reason: Reason | None
    due_date: date
    task_kind: str = ""
    title: str = ""
    amount: Money | None = None
    customer_id: int | None = None
    customer_name: str = ""
    item_id: int | None = None
    item_number: str = ""
    item_due_date: date | None = None
    task_id: int | None = None
    line_id: int | None = None
    message_id: int | None = None
    statement_id: int | None = None


@dataclass(frozen=True, slots=True)
class WorkGroup:
    """The first rows of one kind of work, oldest first, and how many there are (`more`: at least so many)."""

    kind: WorkKind
    rows: tuple[WorkRow, ...]
    count: int
    more: bool


@dataclass(frozen=True, slots=True)
class Today:
    """The page Today: per currency the money and the ageing, and the groups of work that have rows."""

    figures: tuple[ledger.MoneyFigures, ...]
    ageing: tuple[ledger.Ageing, ...]
    work: tuple[WorkGroup, ...]

    @property
    def work_count(self) -> int:
        """How many rows of work there are in all (at least, where a group has more)."""
        return sum(group.count for group in self.work)


def today(on: date, *, limit: int = 10) -> Today:
    """Return the page as it is on `on`, with at most `limit` rows of each kind of work."""
    return Today(ledger.money_figures(on), ledger.ageing(on), work_list(on, limit=limit))


def work_list(on: date, *, limit: int = 10) -> tuple[WorkGroup, ...]:
    """Return the work that waits on `on`, by kind; kinds without any are left out."""
    groups = (_group(kind, on, limit) for kind in WorkKind)
    return tuple(group for group in groups if group.rows)


def _group(kind: WorkKind, on: date, limit: int) -> WorkGroup:
    sql = _WORK[kind]
    given: dict[str, Any] = {
        "organisation": tenancy.current_organisation_id(),
        "on": on,
        "failed_since": on - timedelta(days=_FAILED_DAYS),
        "statements_since": on - timedelta(days=_STATEMENT_DAYS),
        "limit": limit,
        "most": _COUNT_UP_TO + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT %(limit)s", given)
        names = [column.name for column in cursor.description or ()]
        rows = tuple(_row(kind, dict(zip(names, row, strict=True))) for row in cursor.fetchall())
        count = len(rows)
        if count == limit:
            cursor.execute(f"SELECT count(*) FROM ({sql} LIMIT %(most)s) AS found", given)  # noqa: S608
            count = cursor.fetchone()[0]
    return WorkGroup(kind, rows, min(count, _COUNT_UP_TO), count > _COUNT_UP_TO)


def _row(kind: WorkKind, found: dict[str, Any]) -> WorkRow:
    minor, currency = found.pop("minor", None), found.pop("currency", None)
    amount = None if minor is None else Money(int(minor), currency)
    stored = found.pop("reason", None)
    reason = _OWN_REASONS[kind](amount, found) if kind in _OWN_REASONS else stored_reason(stored)
    return WorkRow(kind=kind, reason=reason, amount=amount, **found)


def _difference(amount: Money | None, found: dict[str, Any]) -> Reason:
    return Reason("STATEMENT_DIFFERENCE", {"account": found["title"], "difference": str(amount)})


# Reasons that are not stored because they follow from the row itself.
_OWN_REASONS: Mapping[WorkKind, Any] = MappingProxyType(
    {
        WorkKind.STATEMENT_DIFFERENCE: _difference,
        WorkKind.NO_ADDRESS: lambda _amount, _found: Reason("NO_ADDRESS"),
    }
)

_WORK: Mapping[WorkKind, str] = MappingProxyType(
    {
        WorkKind.TASK: """
            SELECT task.due_date, task.kind AS task_kind, task.reason, task.id AS task_id,
                   task.customer_id, customer.name AS customer_name,
                   task.item_id, coalesce(item.number, '') AS item_number,
                   item.due_date AS item_due_date, item.open AS minor, item.currency
            FROM messaging_task AS task
            JOIN customers_customer AS customer ON customer.id = task.customer_id
            LEFT JOIN ledger_item AS item ON item.id = task.item_id
            WHERE task.organisation_id = %(organisation)s AND task.done_at IS NULL AND task.due_date <= %(on)s
            ORDER BY task.due_date, task.id""",
        WorkKind.BANK_LINE: """
            SELECT booking_date AS due_date, reason, id AS line_id, counterparty_name AS title,
                   amount AS minor, currency
            FROM banking_bankline
            WHERE organisation_id = %(organisation)s AND state = 'WAITING'
            ORDER BY booking_date, id""",
        # A person is told of most failures by a task; here are those that nobody was told of.
        WorkKind.MESSAGE_FAILED: """
            SELECT message.on_date AS due_date, message.outcome_reason AS reason, message.id AS message_id,
                   message.subject AS title, message.customer_id, customer.name AS customer_name,
                   message.total AS minor, message.currency
            FROM messaging_message AS message
            JOIN customers_customer AS customer ON customer.id = message.customer_id
            WHERE message.organisation_id = %(organisation)s AND message.state = 'FAILED'
              AND message.on_date BETWEEN %(failed_since)s AND %(on)s
              AND NOT EXISTS (
                  SELECT FROM messaging_task AS task
                  WHERE task.organisation_id = %(organisation)s AND task.customer_id = message.customer_id
                    AND task.created_at >= message.composed_at)
            ORDER BY message.id""",
        WorkKind.STATEMENT_DIFFERENCE: """
            SELECT coalesce(statement.to_date, (statement.imported_at AT TIME ZONE 'UTC')::date) AS due_date,
                   account.number AS title, statement.id AS statement_id,
                   statement.balance_difference AS minor, account.currency
            FROM banking_bankstatement AS statement
            JOIN banking_bankaccount AS account ON account.id = statement.account_id
            WHERE statement.organisation_id = %(organisation)s AND statement.balance_difference <> 0
              AND statement.taken_back_at IS NULL
              AND coalesce(statement.to_date, (statement.imported_at AT TIME ZONE 'UTC')::date)
                  >= %(statements_since)s
            ORDER BY statement.id""",
        WorkKind.NO_ADDRESS: """
            SELECT due.due_date, customer.id AS customer_id, customer.name AS customer_name, due.minor,
                   due.currency
            FROM customers_customer AS customer
            CROSS JOIN LATERAL (
                SELECT min(item.due_date) AS due_date, sum(item.open) AS minor, item.currency
                FROM ledger_item AS item
                WHERE item.organisation_id = %(organisation)s AND item.customer_id = customer.id
                  AND item.open > 0 AND item.due_date <= %(on)s
                GROUP BY item.currency ORDER BY min(item.due_date) LIMIT 1
            ) AS due
            WHERE customer.organisation_id = %(organisation)s AND customer.email = ''
              AND (customer.street = '' OR customer.city = '')
              AND NOT EXISTS (
                  SELECT FROM messaging_task AS task
                  WHERE task.organisation_id = %(organisation)s AND task.customer_id = customer.id
                    AND task.done_at IS NULL)
            ORDER BY customer.id""",
    }
)
