"""Receipts that are held back: only what nothing else must see yet, and each written down once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.banking.builders import Entry, bank_file, statement
from tijdig.banking import held, queries
from tijdig.banking.operations import StateChange, record_file
from tijdig.banking.states import LineState
from tijdig.domain.reasons import Reason

PLAIN = Entry(
    "100.00", "2026-0042", end_to_end_id="E1", bank_reference="B1", mandate="M1", iban="NL02RABO0123456789"
)
OUT = Entry("-100.00", "back", iban="NL20INGB0001234567")


def texts(*entries: Entry) -> tuple[list[str], list[str]]:
    """Take a file in; return the texts of what is held and of what is written down."""
    record_file(name="s.xml", content=bank_file(statement(entries)), actor="user:1", hold=True)
    written = queries.lines(queries.waiting_ids())
    kept = held.lines(held.ids())
    return [line.remittance for line in kept.values()], [line.remittance for line in written.values()]


def test_plain_receipts_are_held_in_their_order(organisation: int) -> None:
    entries = [replace(PLAIN, text=f"invoice {place:04d}") for place in range(300)]
    assert texts(*entries) == ([entry.text for entry in entries], [])


@pytest.mark.parametrize(
    "entry", [OUT, replace(PLAIN, return_code="AC04"), replace(OUT, return_code="MD06")], ids=str
)
def test_what_goes_out_or_came_back_is_written_down_at_once(organisation: int, entry: Entry) -> None:
    other = replace(
        PLAIN, text="another", end_to_end_id="E2", bank_reference="B2", mandate="", iban="BE68539007547034"
    )
    assert texts(entry, other) == (["another"], [entry.text])


@pytest.mark.parametrize(
    "meant",
    [{"end_to_end_id": "E1"}, {"bank_reference": "B1"}, {"mandate": "M1"}, {"iban": PLAIN.iban}],
    ids=str,
)
def test_a_receipt_that_money_going_out_may_mean_is_written_down_at_once(
    organisation: int, meant: dict[str, str]
) -> None:
    kept, written = texts(PLAIN, replace(OUT, **meant))  # type: ignore[arg-type]
    assert (kept, written) == ([], ["2026-0042", "back"])


def test_what_was_known_is_not_held_again(organisation: int) -> None:
    record_file(name="s.xml", content=bank_file(statement([PLAIN], id="S0")), actor="user:1")
    assert texts(PLAIN, replace(PLAIN, text="new")) == (["new"], ["2026-0042"])


def test_a_movement_told_by_two_statements_of_a_file_is_held_once(organisation: int) -> None:
    twice = bank_file(statement([PLAIN], id="S1", opening=None), statement([PLAIN], id="S2", opening=None))
    outcome = record_file(name="s.xml", content=twice, actor="user:1", hold=True)
    assert len(held.ids()) == outcome.new_lines == 1


def test_they_are_written_down_as_it_is_said(organisation: int) -> None:
    texts(PLAIN, replace(PLAIN, text="other"))
    first, second = held.ids()
    before = held.lines([first])[first]
    changes = [
        StateChange(second, LineState.WAITING, Reason("NO_REFERENCE_FOUND"), (7, 8)),
        StateChange(
            first, LineState.BOOKED, Reason("NUMBER_AND_AMOUNT", {"number": "2026-0042"}), matcher="NUMBER"
        ),
    ]
    assert held.write_down(changes) == {LineState.BOOKED: 1, LineState.WAITING: 1}
    held.let_go()
    found = queries.lines([first, second])
    assert found[first] == replace(before, state=LineState.BOOKED, reason=changes[1].reason)
    assert (found[second].state, found[second].reason) == (LineState.WAITING, changes[0].reason)
    assert [line.id for line in queries.line_page(matcher="NUMBER").lines] == [first]


def test_nothing_to_write_down_is_no_trouble(organisation: int) -> None:
    assert not held.write_down([])
