"""Reading movements back: pages, search, and pages of statements."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.banking.builders import DAY, Entry, bank_file, statement
from tijdig.banking import queries
from tijdig.banking.operations import StateChange, record_file, set_line_states
from tijdig.banking.states import LineState
from tijdig.domain.reasons import Reason


@pytest.fixture
def seven(organisation: int) -> int:
    """Seven movements on three days; the id of their statement."""
    entries = [
        Entry(f"{100 + n}.50", f"text {n} straße", name=f"Payer {n}", day=DAY - timedelta(days=n % 3))
        for n in range(7)
    ]
    return record_file(name="a.xml", content=bank_file(statement(entries)), actor="cli").statements[0].id


def test_pages_go_through_every_line_once_newest_first(seven: int) -> None:
    seen, after = [], ""
    for _ in range(4):
        page = queries.waiting_lines(after=after, limit=2)
        seen += page.lines
        after = page.after
    assert after == ""
    assert len({line.id for line in seen}) == 7
    assert [line.booking_date for line in seen] == sorted((line.booking_date for line in seen), reverse=True)


def test_a_page_mark_that_makes_no_sense_starts_at_the_beginning(seven: int) -> None:
    assert queries.waiting_lines(after="nonsense") == queries.waiting_lines()


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("payer 3", 1),
        ("TEXT", 7),
        ("103,50", 1),
        ("103.5", 1),
        ("rabo0123", 7),
        ("nobody", 0),
        ("payer zzz", 0),
        ("", 7),
    ],
)
def test_search_finds_by_name_text_account_and_amount(seven: int, search: str, found: int) -> None:
    assert len(queries.waiting_lines(search=search).lines) == found


def test_lines_are_filtered_by_state_and_statement(seven: int) -> None:
    first = queries.waiting_ids()[0]
    set_line_states([StateChange(first, LineState.IGNORED, Reason("MONEY_OUT"))])
    assert [line.id for line in queries.line_page(state=LineState.IGNORED).lines] == [first]
    assert len(queries.line_page(statement_id=seven).lines) == 7
    assert queries.line_page(statement_id=seven + 1).lines == ()


def test_statements_page_by_id_and_by_account(seven: int) -> None:
    other = bank_file(statement(id="S2", account="BE68539007547034"))
    record_file(name="b.xml", content=other, actor="cli", new_accounts=True)
    newest, oldest = queries.statements()
    assert (newest.number, oldest.id) == ("S2", seven)
    assert queries.statements(before=newest.id) == (oldest,)
    [account] = [account for account in queries.accounts() if account.number.startswith("BE")]
    assert queries.statements(account_id=account.id) == (newest,)
    assert queries.statements_of_file(oldest.file_id) == (oldest,)
