"""CODA files go into the bank as camt files do: each movement once, also cut off and sent again."""

from __future__ import annotations

import pytest

from tests.formats import coda_file as made
from tijdig.banking import queries
from tijdig.banking.operations import BankFileRefused, record_file
from tijdig.banking.queries import Flag
from tijdig.domain.money import Money

RECORDS = made.whole(
    made.first(12_340, "101123456789002", structured=True),
    made.first(-5_000, "127060624112", key="00020000", kind="00503000", structured=True, more=True),
    made.second(key="00020000", back="2MD06"),
    made.first(3_000, "Incasso", key="00030000", kind="20150000", level="1"),
    made.first(1_000, "een", key="00030001", kind="60150000"),
    made.first(2_000, "twee", key="00030002", kind="60150000", level="1"),
    before=100_000,
)


def test_movements_batches_and_returns_are_written_down(organisation: int) -> None:
    outcome = record_file(name="x.cod", content=made.content(RECORDS), actor="user:1")
    [view] = queries.statements()
    assert (outcome.new_lines, view.number, view.entry_count, view.flags) == (4, "2026-236", 3, ())
    assert [account.number for account in queries.accounts()] == [made.IBAN]
    lines = sorted(queries.line_page().lines, key=lambda line: line.id)
    assert [line.amount for line in lines] == [Money(minor, "EUR") for minor in (1234, -500, 100, 200)]
    assert [line.structured_reference for line in lines][:1] == ["123456789002"]
    assert [(line.returned, line.return_reason) for line in lines[:2]] == [(False, ""), (True, "MD06")]


def test_a_file_that_was_cut_off_and_comes_again_adds_the_rest(organisation: int) -> None:
    content = made.content(RECORDS)
    broken = content[: content.index(b"een") + 3]
    assert record_file(name="cut.cod", content=broken, actor="user:1").new_lines == 2
    outcome = record_file(name="whole.cod", content=content, actor="user:1")
    assert (outcome.new_lines, [each.known_lines for each in outcome.statements]) == (2, [2])


def test_what_does_not_add_up_is_flagged_and_taken_in(organisation: int) -> None:
    records = [made.closing(10) if record[0] == "8" else record for record in RECORDS]
    record_file(name="x.cod", content=made.content(records), actor="user:1")
    [view] = queries.statements()
    assert Flag.DOES_NOT_ADD_UP in view.flags
    assert len(queries.line_page().lines) == 4


def test_a_file_with_nothing_in_it_is_refused(organisation: int) -> None:
    with pytest.raises(BankFileRefused, match="no bank statement"):
        record_file(name="x.cod", content=made.content([made.header()]), actor="user:1")
