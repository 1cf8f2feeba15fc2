"""A kept file is read once more: what counts already stays as it is, and what cannot be read is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.banking.builders import Entry, bank_file, statement
from tijdig.banking import queries, reading_again
from tijdig.banking.operations import record_file
from tijdig.formats import detect

COFFEE, TEA = Entry("2.50", "coffee"), Entry("3.00", "tea")


def taken_in() -> int:
    """Take a file of two movements in and return its statement."""
    content = bank_file(statement([COFFEE, TEA]))
    [done] = record_file(name="s.xml", content=content, actor="user:1").statements
    return done.id


def test_what_counts_stays_as_it_is(organisation: int) -> None:
    statement_id = taken_in()
    before = queries.lines(queries.waiting_ids()), queries.statement(statement_id)
    reading_again.read_again([statement_id])
    assert (queries.lines(queries.waiting_ids()), queries.statement(statement_id)) == before


def test_a_file_that_holds_other_statements_by_now_is_refused(
    organisation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(*_arguments: object) -> Iterator[object]:
        return iter(())

    statement_id = taken_in()
    monkeypatch.setattr(detect, "bank_statements", nothing)
    with pytest.raises(reading_again.FileReadsOtherwise, match=r"s\.xml cannot be read any more"):
        reading_again.read_again([statement_id])
