"""The timeline and the work list find their rows by an index, whatever there is."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection

from tests.reporting.story import Story
from tijdig.infra import tenancy
from tijdig.reporting import timeline_queries, today

GIVEN: dict[str, Any] = {
    "timezone": "Europe/Brussels", "at": None, "rank": 0, "id": 0, "limit": 51, "on": date(2024, 12, 1),
    "failed_since": date(2024, 11, 1), "statements_since": date(2024, 11, 1),
}  # fmt: skip


def tables_read_whole(sql: str, **given: int) -> set[str]:
    """Return the tables that are read from end to end even where PostgreSQL was asked not to."""
    values = {**GIVEN, **given, "organisation": tenancy.current_organisation_id()}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", values)
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("SET LOCAL enable_seqscan = on")
    return set(re.findall(r"Seq Scan on (\w+)", plan))


# Holds and bank statements are few: one per act of a person, one per day.
FEW = {"dunning_hold", "banking_bankstatement", "banking_bankaccount"}


def test_a_timeline_reads_no_table_from_end_to_end(story: Story) -> None:
    assert tables_read_whole(timeline_queries.OF_CUSTOMER, customer=story.customer) <= FEW
    assert tables_read_whole(timeline_queries.OF_ITEM, customer=story.customer, item=story.item) <= FEW


def test_a_table_that_is_read_whole_would_be_seen(house: int) -> None:
    assert tables_read_whole("SELECT * FROM dunning_hold WHERE reason = ''") == {"dunning_hold"}


@pytest.mark.parametrize("kind", list(today.WorkKind))
def test_the_work_list_reads_no_table_from_end_to_end(story: Story, kind: today.WorkKind) -> None:
    assert tables_read_whole(f"{today._WORK[kind]} LIMIT 10") <= FEW
