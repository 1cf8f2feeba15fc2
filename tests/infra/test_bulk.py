"""Rows in COPY's text format arrive as they were; the garbage collector gets its pace back."""

from __future__ import annotations

import gc

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tijdig.infra.bulk import NULL, copy_lines, escaped, many_objects

pytestmark = pytest.mark.django_db


def copied(texts: list[str]) -> list[str | None]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE copied (place serial, said text)")
        copy_lines(cursor, "copied (said)", (f"{text}\n" for text in texts))
        cursor.execute("SELECT said FROM copied ORDER BY place")
        found = [row[0] for row in cursor.fetchall()]
        cursor.execute("DROP TABLE copied")
    return found


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=1, max_size=20))
def test_any_text_comes_back_as_it_was_without_zero_characters(texts: list[str]) -> None:
    assert copied([escaped(text) for text in texts]) == [text.replace("\0", "") for text in texts]


def test_more_lines_than_go_in_one_write_keep_their_order() -> None:
    texts = [str(place) for place in range(12_001)]
    assert copied(texts) == texts


def test_no_value_is_not_the_text_of_no_value() -> None:
    assert copied([NULL, escaped(NULL), ""]) == [None, NULL, ""]


def test_the_garbage_collector_gets_its_pace_back_after_the_last_block() -> None:
    usual = gc.get_threshold()
    with many_objects():
        with pytest.raises(ZeroDivisionError), many_objects():
            1 / 0  # noqa: B018
        assert gc.get_threshold()[0] > usual[0]
    assert gc.get_threshold() == usual
