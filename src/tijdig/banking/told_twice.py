"""The same money told by two kinds of file: a report of the day (camt.052), a notice of a batch (camt.054) and
the statement itself (camt.053, MT940, CODA) write the same movement in words of their own.

Within one kind of file movements are told apart to the letter (see fingerprints, and told_again for
banks that mark them anew). Between kinds only what
all of them agree on counts: account, day, amount and how many of them; the payer's account and reference
decide which of several equal ones it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from tijdig.banking.fingerprints import FINGERPRINT
from tijdig.domain.reasons import Reason
from tijdig.infra import tenancy


def other_kinds_told(*, format_name: str, account_ids: Sequence[int], first: date, last: date) -> bool:
    """Return whether files of another kind told of these accounts in these days."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT EXISTS (SELECT FROM banking_bankstatement
                              WHERE organisation_id = %s AND account_id = ANY(%s) AND format NOT IN ('', %s)
                                AND from_date <= %s AND to_date >= %s)""",
            [tenancy.current_organisation_id(), list(account_ids), format_name, last, first],
        )
        return bool(cursor.fetchone()[0])


def mark_told(cursor: Any, counted: str, parameters: dict[str, Any]) -> None:
    """Set `told` on the incoming movements that a file of another kind told of before.

    `counted` is a query that gives each row of bank_incoming with its place in the table (`row_id`), account,
    likeness and occurrence; `parameters` are its own, with `format`, `first` and `last`.
    """
    cursor.execute(
        f"""WITH counted AS MATERIALIZED (
                SELECT *, {FINGERPRINT} AS fingerprint FROM ({counted}) AS incoming
            ), fresh AS (
                SELECT * FROM counted WHERE NOT EXISTS (
                    SELECT FROM banking_bankline known WHERE known.organisation_id = %(organisation)s
                        AND known.fingerprint = counted.fingerprint)
            ), others AS (
                SELECT line.account_id, line.booking_date, line.amount, line.currency, count(*) AS times,
                       array_agg(line.counterparty_iban) AS payers, array_agg(line.end_to_end_id) AS ids
                FROM banking_bankline line JOIN banking_bankstatement statement ON statement.id = line.statement_id
                WHERE line.organisation_id = %(organisation)s AND line.account_id = ANY(%(account_ids)s::bigint[])
                  AND strpos(line.fingerprint, '-') = 0
                  AND line.booking_date BETWEEN %(first)s AND %(last)s
                  AND statement.format NOT IN ('', %(format)s)
                  AND line.fingerprint NOT IN (SELECT fingerprint FROM counted)
                GROUP BY 1, 2, 3, 4
            ), ranked AS (
                SELECT row_id, times, row_number() OVER (
                    PARTITION BY account_id, booking_date, amount, currency
                    ORDER BY (end_to_end_id <> '' AND end_to_end_id = ANY(ids)) DESC,
                             (counterparty_iban <> '' AND counterparty_iban = ANY(payers)) DESC,
                             place, position) AS rank
                FROM fresh JOIN others USING (account_id, booking_date, amount, currency)
            )
            UPDATE bank_incoming SET told = true FROM ranked
            WHERE bank_incoming.ctid = ranked.row_id AND rank <= times""",  # noqa: S608  names of our own
        parameters,
    )


def set_aside_lumps(statement_ids: Sequence[int]) -> None:
    """Set aside each batch that one file told as one sum, when another file tells the payments in it.

    Looks at the days of these statements, both ways round: whichever came first.
    """
    reason = Reason("BATCH_TOLD_IN_DETAIL")
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH days AS (
                   SELECT account_id, min(from_date) AS first, max(to_date) AS last FROM banking_bankstatement
                   WHERE id = ANY(%(statements)s) GROUP BY account_id
               ), lump AS (
                   SELECT l.id, l.statement_id, l.account_id, l.booking_date, l.amount, l.currency,
                          row_number() OVER (PARTITION BY l.account_id, l.booking_date, l.amount, l.currency
                                             ORDER BY l.id) AS rank
                   FROM banking_bankline l JOIN days USING (account_id)
                   WHERE l.organisation_id = %(organisation)s AND l.batch_incomplete
                     AND strpos(l.fingerprint, '-') = 0
                     AND l.booking_date BETWEEN days.first AND days.last
               ), batch AS (
                   SELECT l.statement_id, l.account_id, l.booking_date, l.batch, l.currency,
                          sum(l.amount) AS amount
                   FROM banking_bankline l
                   WHERE l.organisation_id = %(organisation)s AND l.batch <> '' AND NOT l.batch_incomplete
                     AND strpos(l.fingerprint, '-') = 0
                     AND (l.account_id, l.booking_date) IN (SELECT account_id, booking_date FROM lump)
                   GROUP BY 1, 2, 3, 4, 5
               ), parts AS (
                   SELECT *, row_number() OVER (PARTITION BY account_id, booking_date, amount, currency
                                                ORDER BY statement_id, batch) AS rank FROM batch
               )
               UPDATE banking_bankline SET state = 'IGNORED', reason = %(reason)s::jsonb
               FROM lump JOIN parts USING (account_id, booking_date, amount, currency, rank)
               WHERE banking_bankline.id = lump.id AND lump.statement_id <> parts.statement_id
                 AND banking_bankline.state = 'WAITING'""",
            {
                "organisation": tenancy.current_organisation_id(),
                "statements": list(statement_ids),
                "reason": reason.as_json,
            },
        )
