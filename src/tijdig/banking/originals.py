"""Finding the movements that a return may take back: by what identifies them, each by an index of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection

from tijdig.banking.queries import LineView, lines
from tijdig.banking.states import LineState
from tijdig.banking.taken_back import STANDS
from tijdig.infra import tenancy

# A mark (or account and amount) that more payments bear identifies none of them.
_MOST_OF_ONE_MARK = 50


def origin_of(line_id: int) -> str:
    """Return the source a bank line books under in the ledger; a source books once."""
    return f"bank:{line_id}"


def returns_that_wait(*, statement_ids: Collection[int] | None = None) -> tuple[int, ...]:
    """Return the ids of the waiting movements that may take an earlier one back, as they were read.

    Of these statements, or of all.
    """
    chosen = "true" if statement_ids is None else "statement_id = ANY(%s)"
    parameters = [] if statement_ids is None else [list(statement_ids)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT id FROM banking_bankline
                WHERE organisation_id = %s AND state = 'WAITING' AND (returned OR amount < 0) AND {chosen}
                ORDER BY id""",  # noqa: S608
            [tenancy.current_organisation_id(), *parameters],
        )
        return tuple(row[0] for row in cursor.fetchall())


def states_of(line_ids: Collection[int]) -> Counter[LineState]:
    """Return how many of these movements are in each state."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, count(*) FROM banking_bankline WHERE id = ANY(%s) GROUP BY state", [list(line_ids)]
        )
        return Counter({LineState(state): count for state, count in cursor.fetchall()})


def receipts_they_may_take_back(found: Sequence[LineView]) -> tuple[LineView, ...]:
    """Return every payment that shares an identifier, or account and amount, with one of these movements."""
    pairs = {(each.counterparty_iban, minor) for each in found for minor in _amounts(each)}
    with connection.cursor() as cursor:
        cursor.execute(
            _RECEIPTS,
            {
                "organisation": tenancy.current_organisation_id(),
                "ids": sorted({each.end_to_end_id for each in found}),
                "references": sorted({each.bank_reference for each in found}),
                "mandates": sorted({each.mandate_id for each in found}),
                "accounts": [account for account, _minor in pairs],
                "amounts": [minor for _account, minor in pairs],
                "most": _MOST_OF_ONE_MARK,
            },
        )
        ids = [row[0] for row in cursor.fetchall()]
    return tuple(lines(ids).values()) if ids else ()


def receipts_by_end_to_end_id(ids: Collection[str]) -> tuple[LineView, ...]:
    """Return the payments that came in under these ids of their payers, or of ours."""
    statement = f"SELECT id FROM ({_marked('end_to_end_id', 'ids')}) AS found"  # noqa: S608  names of our own
    given: dict[str, Any] = {
        "organisation": tenancy.current_organisation_id(),
        "ids": list(ids),
        "most": _MOST_OF_ONE_MARK,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        found = [row[0] for row in cursor.fetchall()]
    return tuple(lines(found).values()) if found else ()


def receipts_of_account(account: str) -> tuple[int, ...]:
    """Return the last payments that came in from an account, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT id FROM banking_bankline
                WHERE organisation_id = %s AND amount > 0 AND NOT returned AND counterparty_iban <> ''
                  AND counterparty_iban = %s AND {STANDS}
                ORDER BY booking_date DESC, id DESC LIMIT %s""",  # noqa: S608  names of our own
            [tenancy.current_organisation_id(), account, _MOST_OF_ONE_MARK],
        )
        return tuple(row[0] for row in cursor.fetchall())


def _amounts(line: LineView) -> set[int]:
    """Return what a payment may have been that this movement takes back, in minor units."""
    out = abs(line.amount.minor)
    charges = line.charges.minor if line.charges else 0
    original = abs(line.original_amount.minor) if line.original_amount else out
    return {out, out - charges, original}


def _marked(column: str, parameter: str) -> str:
    return f"""
        SELECT id FROM (
            SELECT id, count(*) OVER (PARTITION BY {column}) AS times FROM banking_bankline
            WHERE organisation_id = %(organisation)s AND amount > 0 AND NOT returned AND {STANDS}
              AND {column} <> '' AND {column} = ANY(%({parameter})s)
        ) AS marked WHERE times <= %(most)s"""  # noqa: S608  names of our own


_RECEIPTS = f"""
    {_marked("end_to_end_id", "ids")} UNION {_marked("bank_reference", "references")}
    UNION {_marked("mandate_id", "mandates")}
    UNION SELECT id FROM (
        SELECT line.id, count(*) OVER (PARTITION BY line.counterparty_iban, line.amount) AS times
        FROM unnest(%(accounts)s::text[], %(amounts)s::bigint[]) AS wanted (account, amount)
        JOIN banking_bankline AS line
          ON line.organisation_id = %(organisation)s AND line.amount > 0 AND NOT line.returned AND {STANDS}
         AND line.counterparty_iban <> '' AND line.counterparty_iban = wanted.account
         AND line.amount = wanted.amount
    ) AS alike WHERE times <= %(most)s"""  # noqa: S608  names of our own
