"""The same days told again by a later file of the same kind, with other marks of the bank on the movements.

Movements are told apart to the letter, the bank's own mark included (see fingerprints): within one statement
two marks are two movements. But some banks mark a movement anew each time they tell it. So where a statement
tells days that an earlier one told, a movement that is equal in all but its mark counts as known, for as many
as the earlier one has that are not told to the letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from tijdig.banking.fingerprints import FINGERPRINT
from tijdig.infra import tenancy

# Notices tell some movements of a day each; two of them are no copies.
_NOTICES = "camt.054"
_SAME = (
    "counterparty_iban",
    "counterparty_name",
    "structured_reference",
    "remittance",
    "end_to_end_id",
    "mandate_id",
)
_LIKENESS = " || E'\\x1f' || ".join(
    f"upper(regexp_replace(trim({name}), '\\s+', ' ', 'g'))" for name in _SAME
)


@dataclass(frozen=True, slots=True)
class Span:
    """What a statement tells of: its days, and its balances in minor units, None where the file holds none."""

    number: str
    first: date
    last: date
    opening: int | None
    closing: int | None

    @property
    def is_moving(self) -> bool:
        """Whether it ends otherwise than it began, so that its balances say where it belongs."""
        return self.opening is not None and self.closing is not None and self.opening != self.closing


def tells_again(one: Span, other: Span, *, kind: str) -> bool:
    """Whether two statements of an account, of this kind of file, tell the same days and not one after another.

    Those that share one day only, of which one has no other day, may be parts of it: then they have to begin
    or end alike. So have notices.
    """
    first, last = max(one.first, other.first), min(one.last, other.last)
    if first > last or _goes_on(one, other) or _goes_on(other, one):
        return False
    days_are_same = (one.first, one.last) == (other.first, other.last)
    is_copy = bool(one.number) and one.number == other.number and days_are_same
    if one.opening is None or other.opening is None:
        is_alike = is_copy
    else:
        is_moving = one.is_moving and other.is_moving
        is_alike = (one.opening == other.opening and (is_moving or is_copy)) or (
            is_moving and one.closing == other.closing
        )
    if kind == _NOTICES or any(
        each.first == each.last and each.first in (beside.first, beside.last)
        for each, beside in ((one, other), (other, one))
    ):
        return is_alike
    return True


def _goes_on(before: Span, after: Span) -> bool:
    return before.is_moving and before.closing == after.opening


def earlier_tellings(
    *, kind: str, account_ids: Sequence[int], spans: Sequence[Span | None], but: Sequence[int]
) -> list[tuple[int, int]]:
    """Return which earlier statements tell days of these again, as pairs of a place in `spans` and an id.

    `account_ids` are of the spans, one each; `but` are the statements that are coming in.
    """
    days = [(each.first, each.last) for each in spans if each is not None]
    if not days:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT account_id, id, number, from_date, to_date, opening_balance, closing_balance
               FROM banking_bankstatement
               WHERE organisation_id = %s AND account_id = ANY(%s) AND format = %s AND NOT id = ANY(%s)
                 AND taken_back_at IS NULL
                 AND to_date >= %s AND from_date <= %s""",
            [
                tenancy.current_organisation_id(),
                list(set(account_ids)),
                kind,
                list(but),
                min(first for first, _ in days),
                max(last for _, last in days),
            ],
        )
        known = cursor.fetchall()
    return [
        (place, earlier_id)
        for account, earlier_id, *told in known
        for place, (account_id, span) in enumerate(zip(account_ids, spans, strict=True))
        if account == account_id and span is not None and tells_again(Span(*told), span, kind=kind)
    ]


def mark_told(
    cursor: Any, counted: str, parameters: dict[str, Any], pairs: Sequence[tuple[int, int]]
) -> None:
    """Set `told` on the incoming movements that an earlier statement told with another mark.

    `counted` is the query of told_twice.mark_told, with its parameters; `pairs` are of earlier_tellings.
    """
    cursor.execute(
        f"""WITH counted AS MATERIALIZED (
                SELECT *, {FINGERPRINT} AS fingerprint FROM ({counted}) AS incoming
            ), pair AS (
                SELECT * FROM unnest(%(pair_places)s::int[], %(earlier)s::bigint[]) AS pair (place, earlier_id)
            ), earlier AS (
                SELECT statement_id, account_id, booking_date, amount, currency, {_LIKENESS} AS likeness
                FROM banking_bankline line
                WHERE organisation_id = %(organisation)s AND statement_id = ANY(%(earlier)s::bigint[])
                  AND strpos(fingerprint, '-') = 0
                  AND fingerprint NOT IN (SELECT fingerprint FROM counted)
            ), times AS (
                SELECT account_id, booking_date, amount, currency, likeness, count(*) AS times,
                       array_agg(DISTINCT statement_id) AS statement_ids
                FROM earlier GROUP BY 1, 2, 3, 4, 5
            ), fresh AS (
                SELECT row_id, place, position, account_id, booking_date, amount, currency, {_LIKENESS} AS likeness
                FROM (SELECT * FROM counted WHERE NOT told AND NOT EXISTS (
                    SELECT FROM banking_bankline known WHERE known.organisation_id = %(organisation)s
                        AND known.fingerprint = counted.fingerprint)) AS incoming
            ), ranked AS (
                SELECT row_id, times, row_number() OVER (
                    PARTITION BY account_id, booking_date, amount, currency, likeness ORDER BY place, position
                ) AS rank
                FROM fresh JOIN times USING (account_id, booking_date, amount, currency, likeness)
                WHERE EXISTS (SELECT FROM pair WHERE pair.place = fresh.place
                                AND pair.earlier_id = ANY(times.statement_ids))
            )
            UPDATE bank_incoming SET told = true FROM ranked
            WHERE bank_incoming.ctid = ranked.row_id AND rank <= times""",  # noqa: S608  names of our own
        {**parameters, "pair_places": [place for place, _ in pairs], "earlier": [one for _, one in pairs]},
    )
