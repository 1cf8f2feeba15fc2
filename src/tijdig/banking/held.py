"""Receipts of a file, held back until it is known what becomes of them: each row is written once, as it stays.

Writing a movement down as waiting and changing it a moment later costs as much as writing it twice, for every
index knows it by its state. So plain receipts stay in a temporary table until they are matched. What else must
see is written down at once: money that goes out or came back, what may be meant by it, and batches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection

from tijdig.banking.fingerprints import FINGERPRINT
from tijdig.banking.queries import LINE_COLUMNS, LineView, line_views
from tijdig.banking.states import LineState, StateChange, as_arrays
from tijdig.infra import tenancy

TEXTS = (
    "counterparty_name",
    "counterparty_iban",
    "structured_reference",
    "remittance",
    "end_to_end_id",
    "mandate_id",
    "bank_reference",
    "batch",
    "return_reason",
    "exchange_rate",
)
TYPES = {
    "position": "int",
    "booking_date": "date",
    "value_date": "date",
    "amount": "bigint",
    "currency": "text",
    "batch_incomplete": "boolean",
    "returned": "boolean",
    "original_amount": "bigint",
    "original_currency": "text",
    "charges": "bigint",
    **dict.fromkeys(TEXTS, "text"),
}
COLUMNS = ", ".join(TYPES)
"""What is told of a movement, by the name of its column."""

_PLAIN = "amount > 0 AND NOT returned AND return_reason = '' AND batch = '' AND NOT batch_incomplete"
# By what money that goes out may mean a receipt: see originals.receipts_they_may_take_back.
_CLUES = ("end_to_end_id", "bank_reference", "mandate_id", "counterparty_iban")


def take(cursor: Any, counted: str, parameters: dict[str, Any], *, hold: bool) -> Counter[int]:
    """Take in the movements that are new; return how many, by statement.

    `counted` is a query that gives each with COLUMNS, its statement, account, likeness and occurrence. Plain
    receipts are held back with `hold`; all else is written down as waiting.
    """
    once = "row_number() OVER (PARTITION BY fingerprint ORDER BY place, position) = 1"
    cursor.execute(
        f"""CREATE TEMP TABLE bank_held ON COMMIT DROP AS
            SELECT nextval('banking_bankline_id_seq') AS id, statement_id, account_id, fingerprint, {COLUMNS}
            FROM (SELECT *, {once if len(parameters["places"]) > 1 else "true"} AS is_first
                  FROM (SELECT *, {FINGERPRINT} AS fingerprint FROM ({counted}) AS counted WHERE NOT told) AS told
                  WHERE NOT EXISTS (
                      SELECT FROM banking_bankline known
                      WHERE known.organisation_id = %(organisation)s AND known.fingerprint = told.fingerprint)
                  ORDER BY place, position) AS new
            WHERE is_first""",  # noqa: S608  names of our own
        parameters,
    )
    cursor.execute("SELECT statement_id, count(*) FROM bank_held GROUP BY statement_id")
    new = Counter(dict(cursor.fetchall()))
    meant = " OR ".join(f"({one} <> '' AND {one} IN (SELECT {one} FROM outgoing))" for one in _CLUES)  # noqa: S608
    cursor.execute(
        f"""WITH outgoing AS (
                SELECT {", ".join(_CLUES)} FROM bank_held WHERE amount < 0 OR returned OR return_reason <> ''
            ), released AS (
                DELETE FROM bank_held WHERE NOT (%(hold)s AND {_PLAIN}) OR {meant} RETURNING *
            )
            INSERT INTO banking_bankline
                (organisation_id, id, statement_id, account_id, fingerprint, {COLUMNS}, state, reason)
            SELECT %(organisation)s, id, statement_id, account_id, fingerprint, {COLUMNS}, 'WAITING', '{{}}'
            FROM released ORDER BY id""",  # noqa: S608  names of our own
        {**parameters, "hold": hold},
    )
    if hold:
        cursor.execute("ALTER TABLE bank_held ADD PRIMARY KEY (id)")
    else:
        cursor.execute("DROP TABLE bank_held")
    return new


def ids() -> tuple[int, ...]:
    """Return the ids of the receipts that are held, as they were read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM bank_held ORDER BY id")
        return tuple(line_id for (line_id,) in cursor.fetchall())


def lines(line_ids: Collection[int]) -> dict[int, LineView]:
    """Return held receipts by id, as movements that wait."""
    own = {"pk": "held.id", "account__number": "account.number", "state": "'WAITING'", "reason": "NULL"}
    columns = ", ".join(own.get(name, f"held.{name}") for name in LINE_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {columns} FROM bank_held held JOIN banking_bankaccount account ON account.id = held.account_id
                WHERE held.id = ANY(%s) ORDER BY held.id""",  # noqa: S608  names of our own
            [list(line_ids)],
        )
        return {view.id: view for view in line_views(cursor.fetchall())}


def write_down(changes: Sequence[StateChange]) -> Counter[LineState]:
    """Write held receipts down in the state they have come to; return how many went to each."""
    if not changes:
        return Counter()
    columns = f"id, statement_id, account_id, fingerprint, {COLUMNS}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO banking_bankline
                    (organisation_id, {columns}, state, reason, likely_customer_ids, matcher)
                SELECT %s, {columns}, c.state, c.reason, nullif(c.likely, '')::bigint[], c.matcher
                FROM unnest(%s::bigint[], %s::text[], %s::jsonb[], %s::text[], %s::text[])
                     AS c (id, state, reason, likely, matcher)
                JOIN bank_held USING (id) ORDER BY id""",  # noqa: S608  names of our own
            [tenancy.current_organisation_id(), *as_arrays(changes)],
        )
    return Counter(change.state for change in changes)


def let_go() -> None:
    """End the holding, once all were written down."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bank_held")
