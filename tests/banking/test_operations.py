"""Taking in bank files: each movement once, nothing half-stored, and what is odd about a statement shown."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.banking.builders import DAY, Entry, bank_file, statement
from tijdig.banking import queries
from tijdig.banking.operations import (
    BankFileRefused,
    FileOutcome,
    LineMissing,
    StateChange,
    lock_lines,
    record_file,
    set_line_states,
)
from tijdig.banking.queries import Flag
from tijdig.banking.states import LineState
from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason
from tijdig.infra import audit, files

THREE = (Entry("100.00", "one"), Entry("100.00", "one"), Entry("-20.00", "bank charges"))


def record(content: bytes, name: str = "statement.xml") -> FileOutcome:
    return record_file(name=name, content=content, actor="user:1")


def texts() -> list[str]:
    return [line.remittance for line in queries.line_page().lines]


def test_a_statement_is_written_down_with_its_movements(organisation: int) -> None:
    outcome = record(bank_file(statement(THREE)))
    [view] = queries.statements()
    assert (outcome.is_new, outcome.new_lines, outcome.known_lines) == (True, 3, 0)
    assert (view.number, view.entry_count, view.opening_balance) == ("S1", 3, Money(100000, "EUR"))
    assert view.closing_balance == Money(118000, "EUR")
    assert view.flags == ()
    assert [account.number for account in queries.accounts()] == [view.account]
    assert bytes(files.read(outcome.file_id).content).startswith(b"<?xml")
    assert next(entry.action for entry in audit.entries()) == "bank.file_recorded"


def test_a_line_keeps_what_the_bank_said(organisation: int) -> None:
    record(bank_file(statement([Entry("12.34", "for & about <x>", "RF18539007547034", bank_reference="B1")])))
    [line] = queries.line_page().lines
    assert line.amount == Money(1234, "EUR")
    assert (line.remittance, line.structured_reference) == ("for & about <x>", "RF18539007547034")
    assert (line.counterparty_iban, line.bank_reference) == ("NL02RABO0123456789", "B1")
    assert (line.booking_date, line.state, line.reason) == (DAY, LineState.WAITING, None)
    assert queries.line(line.id) == line
    assert queries.line(line.id + 1) is None


def test_the_same_file_twice_changes_nothing(organisation: int) -> None:
    first = record(bank_file(statement(THREE)))
    entries = len(audit.entries())
    again = record(bank_file(statement(THREE)), name="copy.xml")
    assert (again.is_new, again.new_lines, again.known_lines) == (False, 0, 3)
    assert again.statements == first.statements
    assert len(queries.statements()) == 1
    assert len(audit.entries()) == entries


def test_an_overlap_adds_only_what_is_new(organisation: int) -> None:
    record(bank_file(statement(THREE)))
    week = (*THREE, Entry("100.00", "one"), Entry("5.00", "new", day=DAY + timedelta(days=1)))
    outcome = record(bank_file(statement(week, id="WEEK")))
    assert (outcome.new_lines, outcome.known_lines) == (2, 3)
    assert sorted(texts()) == ["bank charges", "new", "one", "one", "one"]
    view = queries.statement(outcome.statements[0].id)
    assert view is not None
    assert view.flags == (Flag.OVERLAPS,)


def test_two_statements_of_one_file_that_follow_each_other_keep_equal_movements_apart(
    organisation: int,
) -> None:
    morning = statement([Entry("10.00", "ticket")], id="S1", opening="0.00")
    evening = statement([Entry("10.00", "ticket")], id="S2", opening="10.00")
    assert record(bank_file(morning, evening)).new_lines == 2


def test_another_organisation_sees_nothing_and_may_have_the_same_file(organisation: int) -> None:
    from tests.ledger.builders import an_organisation
    from tijdig.infra import tenancy

    record(bank_file(statement(THREE)))
    with tenancy.within(an_organisation()):
        assert queries.statements() == ()
        assert record(bank_file(statement(THREE))).new_lines == 3
    assert len(queries.line_page().lines) == 3


def test_a_statement_that_does_not_add_up_is_taken_and_flagged(organisation: int) -> None:
    record(bank_file(statement(THREE, closing="1234.00")))
    [view] = queries.statements()
    assert view.flags == (Flag.DOES_NOT_ADD_UP,)
    assert view.balance_difference == Money(5400, "EUR")


def test_a_balance_of_nothing_is_a_balance(organisation: int) -> None:
    record(bank_file(statement([Entry("-10.00")], opening="10.00", closing="0.00")))
    [view] = queries.statements()
    assert (view.closing_balance, view.flags) == (Money(0, "EUR"), ())


def test_a_statement_without_balances_or_movements_is_fine(organisation: int) -> None:
    record(bank_file(statement([Entry("1.00")], opening=None), statement(id="EMPTY")))
    with_one, empty = sorted(queries.statements(), key=lambda view: view.id)
    assert (with_one.opening_balance, with_one.flags) == (None, ())
    assert (empty.entry_count, empty.flags) == (0, ())


def test_a_missing_statement_shows_as_a_gap_until_it_comes_in(organisation: int) -> None:
    days = [DAY, DAY + timedelta(days=1), DAY + timedelta(days=2)]
    files_ = [
        bank_file(
            statement(
                [Entry("10.00", f"day {n}", day=day)], id=f"S{n}", opening=f"{100 + 10 * n}.00", day=day
            )
        )
        for n, day in enumerate(days)
    ]
    record(files_[0])
    last = record(files_[2]).statements[0].id
    view = queries.statement(last)
    assert view is not None
    assert (view.flags, view.gap) == ((Flag.GAP_BEFORE,), Money(1000, "EUR"))
    record(files_[1])
    view = queries.statement(last)
    assert view is not None
    assert (view.flags, view.gap) == ((), None)


@pytest.mark.parametrize("arrival", list(permutations(range(4))))
def test_statements_that_come_in_any_order_show_no_gap_when_all_are_there(
    organisation: int, arrival: tuple[int, ...]
) -> None:
    days = [DAY, DAY, DAY + timedelta(days=1), DAY + timedelta(days=4)]
    files_ = [
        bank_file(
            statement(
                [Entry("10.00", f"file {n}", day=day)],
                id=f"S{n}",
                opening=f"{100 + 10 * n}.00",
                sequence=f"{n + 9:05}",
                day=day,
            )
        )
        for n, day in enumerate(days)
    ]
    for n in arrival[:3]:
        record(files_[n])
    late = arrival[3]
    assert {view.number: (view.flags, view.gap) for view in queries.statements() if view.flags} == (
        {f"S{late + 1}": ((Flag.GAP_BEFORE,), Money(1000, "EUR"))} if late in (1, 2) else {}
    )
    record(files_[late])
    assert [view.flags for view in queries.statements()] == [()] * 4


def test_what_is_missing_before_many_statements_is_one_question(
    organisation: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(6):
        day = DAY + timedelta(days=n)
        record(bank_file(statement([Entry("1.00", day=day)], id=f"S{n}", opening=f"{n}.00", day=day)))
    with django_assert_num_queries(2):
        assert len(queries.statements()) == 6


def test_a_skipped_number_shows_where_balances_cannot_tell(organisation: int) -> None:
    for place, number in enumerate(("7", "8", "10", "00000", "1", "2")):
        day = DAY + timedelta(days=place)
        entries = [Entry("1.00", day=day)]
        record(bank_file(statement(entries, id=f"S{place}", opening=None, sequence=number, day=day)))
    flags = {view.sequence: view.flags for view in queries.statements()}
    assert flags["10"] == (Flag.NUMBER_SKIPPED,)
    assert not any(raised for sequence, raised in flags.items() if sequence != "10")


def test_balances_that_follow_each_other_outweigh_a_skipped_number(organisation: int) -> None:
    for place, number in enumerate(("7", "9")):
        day = DAY + timedelta(days=place)
        opening = f"{100 + place}.00"
        record(
            bank_file(
                statement([Entry("1.00", day=day)], id=number, opening=opening, sequence=number, day=day)
            )
        )
    assert [view.flags for view in queries.statements()] == [(), ()]


def test_a_bad_entry_is_kept_apart_with_its_reason(organisation: int) -> None:
    bad = '<Ntry><Amt Ccy="EUR">garbled</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts></Ntry>'
    record(bank_file(statement([Entry("1.00", "good")], raw=bad)))
    [view] = queries.statements()
    assert texts() == ["good"]
    assert Flag.HAS_REJECTED in view.flags
    [part] = view.rejected
    assert "garbled" in part.reason


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"Dear bank, please find attached",
        b"<html><body>Session expired</body></html>",
        bank_file(statement(THREE))[:-200],
        bank_file(),
        bank_file(
            statement(raw='<Ntry><Amt Ccy="EUR">x</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts></Ntry>')
        ),
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + bank_file(statement(THREE))[38:],
    ],
    ids=["empty", "bytes", "letter", "html", "cut off", "no statement", "nothing readable", "entity"],
)
def test_a_file_with_nothing_readable_is_refused_and_leaves_nothing(
    organisation: int, content: bytes
) -> None:
    before = len(audit.entries())
    with pytest.raises(BankFileRefused) as refusal:
        record(content)
    assert str(refusal.value).endswith((".", ")", "”")) or len(str(refusal.value)) > 20
    assert queries.statements() == ()
    assert queries.accounts() == ()
    assert len(audit.entries()) == before


def test_texts_longer_than_any_column_are_cut_not_refused(organisation: int) -> None:
    long = Entry("1.00", "x" * 5000, "9" * 500, name="n" * 500, bank_reference="r" * 500)
    record(bank_file(statement([long], id="i" * 300)))
    [line] = queries.line_page().lines
    assert (len(line.remittance), len(line.counterparty_name), len(line.bank_reference)) == (5000, 200, 140)


def test_a_movement_without_a_booking_date_takes_the_statements(organisation: int) -> None:
    record(bank_file(statement([Entry("1.00", day=None)])))
    assert len(queries.line_page().lines) + len(queries.statements()[0].rejected) == 1


def test_lines_are_locked_and_their_state_set(organisation: int) -> None:
    record(bank_file(statement(THREE)))
    ids = queries.waiting_ids()
    assert set(lock_lines(ids).values()) == {LineState.WAITING}
    set_line_states([StateChange(ids[0], LineState.IGNORED, Reason("PERSON_SAID", {"text": "ours"}))])
    line = queries.line(ids[0])
    assert line is not None
    assert (line.state, str(line.reason)) == (LineState.IGNORED, "ours")
    assert queries.waiting_ids() == ids[1:]
    assert queries.waiting_count() == 2
    assert queries.state_counts() == {LineState.WAITING: 2, LineState.BOOKED: 0, LineState.IGNORED: 1}
    with pytest.raises(LineMissing):
        lock_lines([ids[-1] + 1000])


def test_a_large_statement_goes_in_as_a_whole(organisation: int) -> None:
    entries = [Entry("1.00", f"line {n % 4000}", day=DAY) for n in range(12_000)]
    outcome = record(bank_file(statement(entries)))
    assert outcome.new_lines == 12_000
    assert queries.state_counts(statement_ids=[outcome.statements[0].id])[LineState.WAITING] == 12_000
