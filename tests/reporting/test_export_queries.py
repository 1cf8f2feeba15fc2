"""Each export reads as many columns as it names, and every amount stands beside its currency."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from tijdig.ledger.queries.as_of import parameters
from tijdig.reporting.export_queries import EXPORT_QUERIES


@pytest.mark.parametrize("what", list(EXPORT_QUERIES))
def test_the_columns_are_those_of_the_query(house: int, what: str) -> None:
    query = EXPORT_QUERIES[what]
    with connection.cursor() as cursor:
        cursor.execute(query.sql, parameters(date(2024, 1, 1)))
        read = len(cursor.description)
    named = [name for name in query.columns if name != "reason_code"]
    assert read == len(named) == len(set(named))
    assert query.amounts <= set(named)
    assert "currency" in named or not query.amounts
    assert (query.reason in named) == ("reason_code" in query.columns)
