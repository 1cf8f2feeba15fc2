"""Lists reach PostgreSQL as they are, whatever is in them."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import DataError, connection
from hypothesis import given
from hypothesis import strategies as st

from tijdig.infra.arrays import PlainListDumper

pytestmark = pytest.mark.django_db

_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)


def _through(kind: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [values])
        back: list[Any] = cursor.fetchone()[0]
    return back


@given(st.lists(_TEXT, min_size=9, max_size=30))
def test_texts_come_back_as_they_went(values: list[str]) -> None:
    assert _through("text", values) == values


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=9, max_size=30))
def test_whole_numbers_come_back_as_they_went(values: list[int]) -> None:
    assert _through("bigint", values) == values


@pytest.mark.parametrize("word", ["NULL", "", "{}", '"', "\\", "a,b", "'; DROP", "\n\t", "é€😀"])
def test_words_that_mean_something_to_postgresql_are_only_words(word: str) -> None:
    assert _through("text", [word] * 10) == [word] * 10


def test_a_list_with_gaps_or_of_other_things_goes_as_before() -> None:
    assert _through("text", [*"abcdefghij", None]) == [*"abcdefghij", None]
    assert _through("date", [date(2026, 11, 25)] * 10) == [date(2026, 11, 25)] * 10
    assert _through("boolean", [True, False] * 5) == [True, False] * 5
    assert _through("bigint", []) == []


def test_a_zero_character_is_refused_as_ever() -> None:
    with pytest.raises(DataError, match="NUL"):
        _through("text", [*"abcdefghi", "a\0b"])


def test_every_connection_writes_its_lists_so() -> None:
    with connection.cursor() as cursor:
        dumper = cursor.connection.adapters.get_dumper(list, psycopg.adapt.PyFormat.TEXT)
    assert dumper is PlainListDumper
