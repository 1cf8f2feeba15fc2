"""The SQL of the reports of a day: per customer what was open by how late, and what was on account."""

from __future__ import annotations

from tijdig.ledger.queries.as_of import position
from tijdig.ledger.queries.figures import STARTS

BUCKETS = tuple(f"late_{place}" if place else "not_due" for place in range(len(STARTS) + 1))
"""The names of the sums per bucket of the ageing, in order."""


def ageing_by_customer(*, of_one_customer: bool = False) -> str:
    """Return `position` and, after it, the table `aged`: a row per customer and currency that had anything.

    Its columns: customer_id, currency, BUCKETS, open, late, on_account. Parameters as `position`, and `starts`.
    """
    sums = ",\n".join(
        f"coalesce(sum(amount) FILTER (WHERE bucket = {place}), 0)::bigint AS {name}"
        for place, name in enumerate(BUCKETS)
    )
    return f"""{position(of_one_customer=of_one_customer)},
        aged AS (
            SELECT customer_id, currency, {sums},
                   coalesce(sum(amount) FILTER (WHERE bucket >= 0), 0)::bigint AS open,
                   coalesce(sum(amount) FILTER (WHERE bucket > 0), 0)::bigint AS late,
                   coalesce(sum(amount) FILTER (WHERE bucket IS NULL), 0)::bigint AS on_account
            FROM (
                SELECT customer_id, currency, width_bucket(%(on)s - due_date, %(starts)s) AS bucket,
                       open AS amount
                FROM open_then
                UNION ALL
                SELECT customer_id, currency, NULL, remaining FROM on_account_then
            ) AS sides GROUP BY customer_id, currency)"""  # noqa: S608  texts of our own
