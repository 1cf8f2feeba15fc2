"""What each matcher booked, what of that was taken back, and when it stopped."""

from __future__ import annotations

from datetime import date

import pytest

from tests.banking.builders import Entry, bank_file, statement
from tijdig.banking import matcher_records as records
from tijdig.banking import operations as banking
from tijdig.banking import queries as bank
from tijdig.banking.matcher_records import MatcherTotals, NewTurn
from tijdig.banking.operations import StateChange
from tijdig.banking.states import LineState
from tijdig.domain.matching import MatcherRecord
from tijdig.domain.reasons import Reason

ON = date(2026, 11, 20)
pytestmark = pytest.mark.usefixtures("organisation")


def months(matcher: str, *, booked: dict[date, int]) -> None:
    records.count_bookings([(matcher, day) for day, count in booked.items() for _ in range(count)])


def lines_booked_by(matcher: str, count: int) -> list[int]:
    entries = [Entry("1.00", f"nr {number}") for number in range(count)]
    banking.record_file(name="b.xml", content=bank_file(statement(entries)), actor="cli")
    ids = list(bank.waiting_ids())
    why = Reason("NUMBER_AND_AMOUNT", {"number": "1"})
    banking.set_line_states([StateChange(each, LineState.BOOKED, why, matcher=matcher) for each in ids])
    months(matcher, booked={bank.lines(ids)[ids[0]].booking_date: count})
    return ids


def test_a_line_is_corrected_once_however_often_it_is_turned_over() -> None:
    first, second, third = lines_booked_by("NUMBER", 3)
    assert records.correct_lines([first, second], on=ON) == {"NUMBER"}
    assert records.correct_lines([first], on=ON) == frozenset()
    assert records.matcher_records() == {"NUMBER": MatcherRecord("NUMBER", 3, 2)}
    assert records.matcher_totals() == {"NUMBER": MatcherTotals("NUMBER", 3, 2, 0)}
    assert [line.id for line in bank.line_page(matcher="NUMBER", corrected=True).lines] == [second, first]
    assert [line.id for line in bank.line_page(matcher="NUMBER").lines] == [third, second, first]
    assert bank.line_page(matcher="REFERENCE").lines == ()


def test_a_line_no_matcher_booked_is_nobodys_mistake() -> None:
    [line_id] = lines_booked_by("", 1)
    assert records.correct_lines([line_id], on=ON) == frozenset()
    assert "" not in {code for code, found in records.matcher_totals().items() if found.corrected}


def test_the_matcher_that_booked_a_line_stays_with_it_when_a_person_takes_over() -> None:
    [line_id] = lines_booked_by("NUMBER", 1)
    banking.set_line_states([StateChange(line_id, LineState.WAITING, Reason("BOOKING_UNDONE"))])
    banking.set_line_states([StateChange(line_id, LineState.BOOKED, Reason("BOOKED_BY_HAND"))])
    assert records.correct_lines([line_id], on=ON) == {"NUMBER"}


def test_a_matcher_is_judged_by_its_latest_months() -> None:
    """Whole months, back to where they hold enough bookings together."""
    enough = records.RECENT_BOOKINGS
    months("NUMBER", booked={date(2024, 1, 5): 7, date(2026, 9, 30): enough - 10, date(2026, 10, 1): 8,
                             date(2026, 11, 30): 1})  # fmt: skip
    assert records.matcher_records()["NUMBER"].booked == enough - 1 + 7
    months("NUMBER", booked={date(2026, 11, 2): 1})
    assert records.matcher_records()["NUMBER"].booked == enough
    assert records.matcher_totals()["NUMBER"].booked == enough + 7


def test_what_is_forgiven_does_not_count_and_is_not_forgotten() -> None:
    ids = lines_booked_by("NUMBER", 4)
    records.correct_lines(ids[:3], on=ON)
    assert records.forgive("NUMBER") == 3
    assert records.forgive("NUMBER") == 0
    assert records.matcher_records()["NUMBER"] == MatcherRecord("NUMBER", 1, 0)
    assert records.matcher_totals()["NUMBER"] == MatcherTotals("NUMBER", 4, 3, 3)
    records.correct_lines(ids, on=ON)
    assert records.matcher_records()["NUMBER"] == MatcherRecord("NUMBER", 1, 1)


def test_the_last_turn_tells_how_it_stands() -> None:
    stopped, goes_on = Reason("MATCHER_UNPROVEN", {"percent": "99.9"}), Reason("SET_ASIDE")
    records.add_turns([NewTurn("NUMBER", False, stopped), NewTurn("NAME", False, stopped)], on=ON, actor="a")
    records.add_turns([NewTurn("NUMBER", True, goes_on)], on=date(2026, 12, 1), actor="user:1")
    turns = records.last_turns()
    assert {code: (turn.books, turn.on.isoformat()) for code, turn in turns.items()} == {
        "NAME": (False, "2026-11-20"),
        "NUMBER": (True, "2026-12-01"),
    }
    assert (turns["NAME"].reason, turns["NUMBER"].actor) == (stopped, "user:1")
