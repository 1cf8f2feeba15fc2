"""How each matcher does here: what it booked by itself, what of that people took back, when it stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from tijdig.banking.models import MatcherTurn
from tijdig.domain.matching.facts import MatcherRecord
from tijdig.domain.reasons import Reason, from_data
from tijdig.infra import tenancy

RECENT_BOOKINGS = 10_000
"""A matcher is judged by its latest months that together hold so many bookings: long ago tells little of today."""


@dataclass(frozen=True, slots=True)
class MatcherTotals:
    """All a matcher did here; of what was corrected, an owner chose to overlook `forgiven`."""

    matcher: str
    booked: int
    corrected: int
    forgiven: int


@dataclass(frozen=True, slots=True)
class TurnView:
    """That a matcher stopped booking by itself, or went on, since a day, and why."""

    matcher: str
    books: bool
    on: date
    reason: Reason | None
    actor: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewTurn:
    """That a matcher stops booking by itself, or goes on, and why."""

    matcher: str
    books: bool
    reason: Reason


def matcher_records() -> dict[str, MatcherRecord]:
    """Return the record each matcher is judged by, without what was forgiven."""
    return {
        matcher: MatcherRecord(matcher, booked, corrected)
        for matcher, booked, corrected in _fetch(
            """SELECT matcher, sum(booked - forgiven), sum(corrected - forgiven) FROM (
                   SELECT matcher, booked, corrected, forgiven,
                          coalesce(sum(booked) OVER (PARTITION BY matcher ORDER BY month DESC
                                                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS later
                   FROM banking_matchermonth WHERE organisation_id = %(organisation)s
               ) months WHERE later < %(recent)s GROUP BY matcher""",
            {"recent": RECENT_BOOKINGS},
        )
    }


def matcher_totals() -> dict[str, MatcherTotals]:
    """Return all each matcher did, by matcher; its rows are the lines that bear its name."""
    return {
        row[0]: MatcherTotals(*row)
        for row in _fetch(
            """SELECT matcher, sum(booked), sum(corrected), sum(forgiven) FROM banking_matchermonth
               WHERE organisation_id = %(organisation)s GROUP BY matcher""",
            {},
        )
    }


def last_turns() -> dict[str, TurnView]:
    """Return how each matcher stands that ever stopped, and since when."""
    newest = (
        MatcherTurn.objects.filter(organisation_id=tenancy.current_organisation_id())
        .order_by("matcher", "-id")
        .distinct("matcher")
    )
    return {
        row.matcher: TurnView(
            row.matcher, row.books, row.on_date, from_data(row.reason), row.actor, row.created_at
        )
        for row in newest
    }


@transaction.atomic
def add_turns(turns: Iterable[NewTurn], *, on: date, actor: str) -> None:
    """Write down that matchers stop or go on."""
    organisation_id = tenancy.current_organisation_id()
    MatcherTurn.objects.bulk_create(
        [
            MatcherTurn(
                organisation_id=organisation_id,
                matcher=turn.matcher,
                books=turn.books,
                on_date=on,
                reason=turn.reason.as_data(),
                actor=actor,
            )
            for turn in turns
        ]
    )


@transaction.atomic
def count_bookings(booked: Iterable[tuple[str, date]]) -> None:
    """Count bookings by themselves, each as (matcher, booking date), in one statement."""
    _add(Counter((matcher, day.replace(day=1)) for matcher, day in booked), "booked")


@transaction.atomic
def uncount_bookings(line_ids: Collection[int]) -> None:
    """Count no longer what matchers booked on these lines, in one statement; what was corrected stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE banking_matchermonth known SET booked = greatest(known.booked - told.times, 0)
               FROM (SELECT matcher, date_trunc('month', booking_date)::date AS month, count(*) AS times
                     FROM banking_bankline
                     WHERE organisation_id = %(organisation)s AND id = ANY(%(lines)s) AND matcher <> ''
                       AND corrected_date IS NULL GROUP BY 1, 2) AS told
               WHERE known.organisation_id = %(organisation)s AND known.matcher = told.matcher
                 AND known.month = told.month""",
            {"organisation": tenancy.current_organisation_id(), "lines": list(line_ids)},
        )


@transaction.atomic
def correct_lines(line_ids: Collection[int], *, on: date) -> frozenset[str]:
    """Note that a person took back or moved what matchers booked on these lines; return which matchers.

    A line counts once, in the month of its payment, however often it is turned over.
    """
    found = _fetch(
        """UPDATE banking_bankline SET corrected_date = %(on)s
           WHERE organisation_id = %(organisation)s AND id = ANY(%(lines)s) AND matcher <> ''
             AND corrected_date IS NULL
           RETURNING matcher, booking_date""",
        {"on": on, "lines": list(line_ids)},
    )
    _add(Counter((matcher, day.replace(day=1)) for matcher, day in found), "corrected")
    return frozenset(matcher for matcher, _day in found)


@transaction.atomic
def forgive(matcher: str) -> int:
    """Overlook the corrections of a matcher so far; return how many that are."""
    found = _fetch(
        """UPDATE banking_matchermonth SET forgiven = corrected
           WHERE organisation_id = %(organisation)s AND matcher = %(matcher)s AND forgiven < corrected
           RETURNING corrected""",
        {"matcher": matcher},
    )
    return sum(corrected for (corrected,) in found)


def _add(counts: Mapping[tuple[str, date], int], column: str) -> None:
    if not counts:
        return
    ordered = dict(sorted(counts.items()))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO banking_matchermonth AS known (organisation_id, matcher, month, booked, corrected, forgiven)
                SELECT %(organisation)s, matcher, month, {"times, 0, 0" if column == "booked" else "0, times, 0"}
                FROM unnest(%(matchers)s::text[], %(months)s::date[], %(times)s::int[]) AS told (matcher, month, times)
                ON CONFLICT (organisation_id, matcher, month) DO UPDATE
                SET {column} = known.{column} + excluded.{column}""",  # noqa: S608  names of our own
            {
                "organisation": tenancy.current_organisation_id(),
                "matchers": [matcher for matcher, _month in ordered],
                "months": [month for _matcher, month in ordered],
                "times": list(ordered.values()),
            },
        )


def _fetch(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"organisation": tenancy.current_organisation_id(), **parameters})
        return list(cursor.fetchall())
