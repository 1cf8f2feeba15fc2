"""Writing behind: in order, seen by whoever reads, and never silent about what was refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction

from tijdig.infra.behind import catch_up, writing_behind
from tijdig.infra.bulk import copy_lines

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def table(db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE written (place int PRIMARY KEY, said text)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE written")


def execute(statement: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)  # type: ignore[arg-type]


def written() -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT place, said FROM written ORDER BY place")
        return list(cursor.fetchall())


def test_who_reads_sees_all_that_was_written_before_in_its_order() -> None:
    with writing_behind():
        for place in range(50):
            execute("INSERT INTO written VALUES (%s, 'new')", place)
            execute("UPDATE written SET said = said || %s WHERE place = %s", f" {place}", place)
            if place % 20 == 0:
                assert written()[-1] == (place, f"new {place}")
        execute("DELETE FROM written WHERE place > 1")
    assert written() == [(0, "new 0"), (1, "new 1")]


def test_a_statement_that_gives_rows_is_not_handed_over() -> None:
    with writing_behind(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO written VALUES (1, 'a') RETURNING place")
        assert cursor.fetchall() == [(1,)]


def test_a_refusal_is_raised_where_somebody_reads() -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), writing_behind():  # noqa: PT012
        execute("INSERT INTO written VALUES (1, 'a')")
        execute("INSERT INTO written VALUES (1, 'again')")
        execute("UPDATE written SET said = 'too late'")
        written()
        pytest.fail("the refusal was swallowed")
    assert written() == []


def test_a_refusal_is_raised_at_the_end_when_nobody_reads() -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), writing_behind():
        execute("INSERT INTO written VALUES (NULL, 'nowhere')")
    assert written() == []


def test_a_part_that_was_taken_back_leaves_what_was_before_it() -> None:
    with writing_behind():
        execute("INSERT INTO written VALUES (1, 'stays')")
        with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
            execute("UPDATE written SET said = 'goes'")
            1 / 0  # noqa: B018
        execute("INSERT INTO written VALUES (2, 'comes after')")
    assert written() == [(1, "stays"), (2, "comes after")]


def test_an_error_of_ours_is_the_one_that_is_raised() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic(), writing_behind():  # noqa: PT012
        execute("INSERT INTO written VALUES (1, 'a')")
        1 / 0  # noqa: B018
    assert written() == []


def test_copying_waits_for_its_turn() -> None:
    with writing_behind():
        execute("INSERT INTO written VALUES (1, 'first')")
        with connection.cursor() as cursor:
            copy_lines(cursor, "written", ["2\tcopied\n"])
        execute("UPDATE written SET said = said || '!'")
        catch_up()
    assert written() == [(1, "first!"), (2, "copied!")]


def test_outside_a_block_there_is_nothing_to_catch_up_with() -> None:
    catch_up()
    execute("INSERT INTO written VALUES (1, 'at once')")
    assert written() == [(1, "at once")]
