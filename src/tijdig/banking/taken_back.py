"""Statements that were taken back: they stay to be read, nothing of them counts, and they can be taken in again.

A movement of such a statement is told apart by a fingerprint of its own (its id is put behind it), and the
statement is of no kind of file: so for whatever comes in later it is as if it had never been there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext as _

from tijdig.banking.fingerprints import FINGERPRINT
from tijdig.banking.models import BankStatement
from tijdig.banking.states import LEFT_TO_A_PERSON
from tijdig.domain.reasons import Reason
from tijdig.infra import clock, tenancy
from tijdig.infra.readers_language import day_in_words
from tijdig.organisations import queries as organisations

_ASIDE = "STATEMENT_TAKEN_BACK"
_ELSEWHERE = "TOLD_ELSEWHERE"
# A person said so of this very movement; taking its statement back does not change what it is.
_SAID_BY_A_PERSON = ("PERSON_SAID", "SET_ASIDE")
STANDS = "strpos(fingerprint, '-') = 0"
"""In SQL: that a movement counts."""


class StatementMissing(LookupError):
    """There is no such statement in this organisation."""


class StatementTakenBack(ValueError):
    """The statement has been taken back already; the message says when and by whom."""


class StatementStands(ValueError):
    """The statement was not taken back, or was taken in again already."""


def mark_taken_back(statement_ids: Collection[int], *, actor: str) -> None:
    """Note that these statements count no more. Raises StatementMissing, StatementTakenBack."""
    for row in _locked(statement_ids):
        if row.taken_back_at is not None:
            raise StatementTakenBack(
                _("This statement was taken back already, on %(day)s. Look at it once more.")
                % {"day": day_of(row.taken_back_at)}
            )
    BankStatement.objects.filter(pk__in=list(statement_ids)).update(
        taken_back_at=clock.now(), taken_back_by=actor, format=""
    )


def mark_standing(statement_ids: Collection[int]) -> None:
    """Note that these statements count again. Raises StatementMissing, StatementStands."""
    if any(row.taken_back_at is None for row in _locked(statement_ids)):
        raise StatementStands(_("This statement was taken in again already. Look at it once more."))
    BankStatement.objects.filter(pk__in=list(statement_ids)).update(taken_back_at=None, taken_back_by="")


def _locked(statement_ids: Collection[int]) -> Sequence[BankStatement]:
    found = list(
        BankStatement.objects.select_for_update().filter(
            organisation_id=tenancy.current_organisation_id(), pk__in=list(statement_ids)
        ).order_by("pk")
    )  # fmt: skip
    if not found or len(found) != len(set(statement_ids)):
        raise StatementMissing(_("This statement does not exist."))
    return found


def day_of(moment: datetime) -> str:
    """Return the day where the organisation is, as it is told."""
    return day_in_words(moment.astimezone(ZoneInfo(organisations.current().timezone)).date())


def standing_lines(statement_ids: Collection[int]) -> tuple[int, ...]:
    """Return the ids of the movements of these statements that count, in order."""
    return tuple(
        line_id
        for (line_id,) in _fetch(
            f"""SELECT id FROM banking_bankline
                WHERE organisation_id = %(organisation)s AND statement_id = ANY(%(statements)s) AND {STANDS}
                ORDER BY id""",  # noqa: S608  names of our own
            {"statements": list(statement_ids)},
        )
    )


def retire(line_ids: Collection[int]) -> None:
    """Set movements of a statement that was taken back aside, in one statement; lock them first.

    What a person set aside stays so, for that person's reason. What a matcher did with the others is forgotten
    unless a person had corrected it.
    """
    _run(
        f"""UPDATE banking_bankline SET
                state = 'IGNORED', likely_customer_ids = NULL, fingerprint = fingerprint || '-' || id,
                matcher = CASE WHEN corrected_date IS NULL THEN '' ELSE matcher END,
                reason = CASE WHEN state = 'IGNORED' AND reason->>'code' = ANY(%(said)s) THEN reason
                         ELSE jsonb_build_object('code', %(aside)s::text, 'before', coalesce(reason->>'code', '')) END
            WHERE organisation_id = %(organisation)s AND id = ANY(%(lines)s) AND {STANDS}""",  # noqa: S608
        {"lines": list(line_ids), "said": list(_SAID_BY_A_PERSON), "aside": _ASIDE},
    )


def let_wait(line_ids: Collection[int]) -> None:
    """Let movements of other statements wait again that were what they were because of one taken back."""
    _run(
        """UPDATE banking_bankline SET state = 'WAITING', reason = '{}'
           WHERE organisation_id = %(organisation)s AND id = ANY(%(lines)s)""",
        {"lines": list(line_ids)},
    )


def let_lumps_wait(statement_ids: Collection[int]) -> frozenset[int]:
    """Let batches wait again that were set aside since another file tells what is in them, on the days of these.

    Return their statements: who calls this looks once more whether another file does still.
    """
    found = _fetch(
        f"""UPDATE banking_bankline line SET state = 'WAITING', reason = '{{}}'
            FROM (SELECT account_id, min(from_date) AS first, max(to_date) AS last FROM banking_bankstatement
                  WHERE id = ANY(%(statements)s) GROUP BY account_id) AS days
            WHERE line.organisation_id = %(organisation)s AND line.account_id = days.account_id
              AND line.booking_date BETWEEN days.first AND days.last AND line.batch_incomplete
              AND line.state = 'IGNORED' AND line.reason->>'code' = 'BATCH_TOLD_IN_DETAIL' AND {STANDS}
            RETURNING line.statement_id""",  # noqa: S608  names of our own
        {"statements": list(statement_ids)},
    )
    return frozenset(statement_id for (statement_id,) in found)


def that_overlap(statement_ids: Collection[int]) -> tuple[int, ...]:
    """Return the statements that count and told movements on the days of these that were known when they came."""
    return tuple(
        statement_id
        for (statement_id,) in _fetch(
            """SELECT DISTINCT other.id FROM banking_bankstatement mine
               JOIN banking_bankstatement other ON other.account_id = mine.account_id
                AND other.from_date <= mine.to_date AND other.to_date >= mine.from_date
               WHERE mine.organisation_id = %(organisation)s AND mine.id = ANY(%(statements)s)
                 AND other.taken_back_at IS NULL AND other.known_lines > 0
               ORDER BY other.id""",
            {"statements": list(statement_ids)},
        )
    )


def revive(cursor: Any, counted: str, parameters: Mapping[str, Any], places: Collection[int]) -> None:
    """Let movements count again that are told in `bank_incoming` at these places, and nowhere else since.

    `counted` is a query that gives each row its statement, account, likeness and occurrence. The others of a
    file are marked as told. What a person had taken in hand stays with a person.
    """
    cursor.execute("UPDATE bank_incoming SET told = true WHERE NOT place = ANY(%s)", [list(places)])
    # Brought together here, not in SQL: the planner expects one row of a file and would compare each with each.
    cursor.execute(
        f"SELECT statement_id, {FINGERPRINT} FROM ({counted}) AS incoming WHERE NOT told",  # noqa: S608
        parameters,
    )
    told: set[tuple[int, str]] = set(cursor.fetchall())
    retired_lines = _fetch(
        f"""SELECT id, statement_id, split_part(fingerprint, '-', 1) FROM banking_bankline
            WHERE organisation_id = %(organisation)s AND statement_id = ANY(%(statements)s) AND NOT ({STANDS})""",  # noqa: S608
        {"statements": list({statement_id for statement_id, _fingerprint in told})},
    )
    wanted = {
        line_id: fingerprint
        for line_id, statement_id, fingerprint in retired_lines
        if (statement_id, fingerprint) in told
    }
    counting = _fetch(
        """SELECT fingerprint FROM banking_bankline
           WHERE organisation_id = %(organisation)s AND fingerprint = ANY(%(all)s)""",
        {"all": list(wanted.values())},
    )
    elsewhere = {fingerprint for (fingerprint,) in counting}
    _count_again({line_id: mark for line_id, mark in wanted.items() if mark not in elsewhere})


def _count_again(fingerprints: Mapping[int, str]) -> None:
    """Let these movements count again, each under its fingerprint."""
    _run(
        """UPDATE banking_bankline line SET
               fingerprint = again.fingerprint,
               state = CASE WHEN line.reason->>'code' = ANY(%(aside)s) THEN 'WAITING' ELSE line.state END,
               reason = CASE WHEN NOT line.reason->>'code' = ANY(%(aside)s) THEN line.reason
                             WHEN line.corrected_date IS NOT NULL OR line.reason->>'before' = ANY(%(left)s)
                             THEN jsonb_build_object('code', %(taken_up)s::text) ELSE '{}' END
           FROM unnest(%(ids)s::bigint[], %(fingerprints)s::text[]) AS again (id, fingerprint)
           WHERE line.id = again.id""",
        {
            "ids": list(fingerprints),
            "fingerprints": list(fingerprints.values()),
            "aside": [_ASIDE, _ELSEWHERE],
            "left": sorted(LEFT_TO_A_PERSON),
            "taken_up": Reason("TAKEN_UP_AGAIN").code,
        },
    )


def say_told_elsewhere(statement_ids: Collection[int]) -> None:
    """Say of the movements of statements taken in again that do not count: other files tell them by now."""
    _run(
        f"""UPDATE banking_bankline SET reason = jsonb_build_object(
                    'code', %(elsewhere)s::text, 'before', coalesce(reason->>'before', ''))
            WHERE organisation_id = %(organisation)s AND statement_id = ANY(%(statements)s)
              AND NOT ({STANDS}) AND reason->>'code' = %(aside)s""",  # noqa: S608  names of our own
        {"statements": list(statement_ids), "aside": _ASIDE, "elsewhere": _ELSEWHERE},
    )


def retired(line_ids: Collection[int]) -> frozenset[int]:
    """Return those of these movements that do not count."""
    found = _fetch(
        f"""SELECT id FROM banking_bankline
            WHERE organisation_id = %(organisation)s AND id = ANY(%(lines)s) AND NOT ({STANDS})""",  # noqa: S608
        {"lines": list(line_ids)},
    )
    return frozenset(line_id for (line_id,) in found)


def _run(statement: str, parameters: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"organisation": tenancy.current_organisation_id(), **parameters})


def _fetch(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"organisation": tenancy.current_organisation_id(), **parameters})
        return list(cursor.fetchall())
