"""Movements on their way in: counted apart, whole or not at all."""

from __future__ import annotations

import pytest

from tests.banking.builders import DAY, Entry, bank_file, statement
from tijdig.banking import queries
from tijdig.banking.operations import BankFileRefused, FileOutcome, record_file

COFFEE = Entry("2.50", "coffee")


def record(content: bytes) -> FileOutcome:
    return record_file(name="statement.xml", content=content, actor="user:1")


def test_equal_movements_in_one_statement_are_two(organisation: int) -> None:
    assert record(bank_file(statement([COFFEE, COFFEE], opening=None))).new_lines == 2


def test_the_same_movement_in_another_statement_of_the_file_is_one(organisation: int) -> None:
    outcome = record(
        bank_file(statement([COFFEE], id="S1", opening=None), statement([COFFEE], id="S2", opening=None))
    )
    assert [(each.new_lines, each.known_lines) for each in outcome.statements] == [(1, 0), (0, 1)]


def test_the_same_movement_in_another_file_is_one_and_one_more_of_it_is_new(organisation: int) -> None:
    record(bank_file(statement([COFFEE], id="S1", opening=None)))
    outcome = record(bank_file(statement([COFFEE, COFFEE], id="S2", opening=None)))
    assert (outcome.new_lines, outcome.known_lines) == (1, 1)


def test_statements_that_go_on_from_each_other_have_movements_of_their_own(organisation: int) -> None:
    chain = [
        statement([COFFEE], id=f"S{day}", opening=f"{10 + day * 2.5:.2f}", closing=f"{12.5 + day * 2.5:.2f}")
        for day in range(4)
    ]
    outcome = record(bank_file(*chain))
    assert [each.new_lines for each in outcome.statements] == [1, 1, 1, 1]


def test_equal_movements_of_two_accounts_are_two(organisation: int) -> None:
    ours = statement([COFFEE], opening=None)
    theirs = statement([COFFEE], opening=None, account="NL20INGB0001234567")
    assert record(bank_file(ours, theirs)).new_lines == 2


def test_movements_keep_their_order_and_their_statement(organisation: int) -> None:
    texts = [f"payment {place:05d}" for place in range(5_500)]
    first = statement([Entry("1.00", text) for text in texts], id="S1")
    second = statement([Entry("1.00", "the last one")], id="S2", opening="6500.00")
    outcome = record(bank_file(first, second))
    ids = queries.waiting_ids()
    lines = queries.lines(ids)
    assert [lines[line_id].remittance for line_id in ids] == [*texts, "the last one"]
    assert [each.new_lines for each in outcome.statements] == [5_500, 1]
    assert [view.from_date for view in queries.statements()] == [DAY, DAY]


def test_texts_come_in_as_they_are_whatever_copy_would_make_of_them(organisation: int) -> None:
    record(bank_file(statement([Entry("1.00", r"C:\new\tab \N \. end", name="back\\slash")])))
    [line] = queries.line_page().lines
    assert (line.remittance, line.counterparty_name) == (r"C:\new\tab \N \. end", "back\\slash")


def test_a_file_cut_off_after_thousands_of_movements_leaves_nothing(organisation: int) -> None:
    content = bank_file(statement([Entry("1.00", f"payment {place}") for place in range(6_000)]))
    with pytest.raises(BankFileRefused, match="cut off"):
        record(content[:-400])
    assert queries.waiting_ids() == ()
    assert queries.statements() == ()
    assert record(content).new_lines == 6_000
