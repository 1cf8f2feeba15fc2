"""The payments that a movement may take back, each found by an index of its own."""

from __future__ import annotations

import re

from django.db import connection

from tests.banking.builders import Entry, bank_file, statement
from tests.ledger.builders import an_organisation
from tijdig.banking import operations as banking
from tijdig.banking import originals
from tijdig.banking import queries as bank
from tijdig.banking.queries import LineView
from tijdig.banking.states import LineState
from tijdig.infra import tenancy

PAYER = "NL44RABO0123456789"


def bring(*entries: Entry, id: str = "S1") -> list[LineView]:
    banking.record_file(name="x", content=bank_file(statement(entries, id=id)), actor="cli")
    return sorted(bank.line_page().lines, key=lambda line: line.id)


def may_take_back(*found: LineView) -> list[str]:
    return [line.remittance for line in originals.receipts_they_may_take_back(found)]


def test_a_payment_is_found_by_any_of_its_marks(organisation: int) -> None:
    bring(
        Entry("100.00", "by id", end_to_end_id="E1", iban="NL1"),
        Entry("100.00", "by mandate", mandate="M1", iban="NL2"),
        Entry("100.00", "by the bank's mark", bank_reference="BANK-1", iban="NL3"),
        Entry("100.00", "by account and amount", iban=PAYER),
        Entry("101.00", "another amount", iban=PAYER),
        Entry("100.00", "another account", iban="NL4"),
        Entry("-100.00", "no payment", end_to_end_id="E1", iban=PAYER),
        Entry("100.00", "a return itself", end_to_end_id="E1", return_code="AM04", iban=PAYER),
    )
    *_, back = bring(
        Entry(
            "-100.00",
            end_to_end_id="E1",
            mandate="M1",
            bank_reference="BANK-1",
            iban=PAYER,
            return_code="AM04",
        ),
        id="S2",
    )
    assert may_take_back(back) == ["by id", "by mandate", "by the bank's mark", "by account and amount"]
    assert [line.remittance for line in originals.receipts_by_end_to_end_id(["E1", ""])] == ["by id"]
    assert originals.receipts_by_end_to_end_id([]) == ()
    assert [bank.lines([one])[one].remittance for one in originals.receipts_of_account(PAYER)] == [
        "another amount",
        "by account and amount",
    ]
    assert originals.receipts_of_account("") == ()


def test_charges_and_the_original_amount_are_looked_for_too(organisation: int) -> None:
    bring(Entry("100.00", "it", iban=PAYER))
    *_, told = bring(Entry("-107.50", iban=PAYER, charges="7.50", return_code="MS03"), id="S2")
    assert may_take_back(told) == ["it"]
    *_, original = bring(Entry("-109.00", iban=PAYER, original="100.00", return_code="MS03"), id="S3")
    assert may_take_back(original) == ["it"]


def test_a_mark_that_everybody_bears_identifies_nobody(organisation: int) -> None:
    bring(*(Entry("100.00", f"{place}", end_to_end_id="1", iban=f"NL{place}") for place in range(51)))
    *_, back = bring(Entry("-100.00", end_to_end_id="1", iban="NL7", return_code="AM04"), id="S2")
    assert may_take_back(back) == ["7"]
    bring(
        *(Entry("100.00", f"again {place}", iban="NL7", bank_reference=f"{place}") for place in range(50)),
        id="S3",
    )
    assert may_take_back(back) == []


def test_what_may_be_a_return_waits_and_went_out_or_says_so(organisation: int) -> None:
    lines = bring(
        Entry("1.00"), Entry("-2.00"), Entry("3.00", return_code="AM04"), Entry("-4.00", return_code="AM04")
    )
    found = originals.returns_that_wait()
    assert [line.amount.minor for line in lines if line.id in found] == [-200, 300, -400]
    assert originals.returns_that_wait(statement_ids=[lines[0].statement_id]) == found
    assert originals.returns_that_wait(statement_ids=[987_654]) == ()
    assert originals.states_of([line.id for line in lines]) == {LineState.WAITING: 4}


def test_a_wall_stands_between_organisations(organisation: int) -> None:
    bring(Entry("100.00", "theirs", end_to_end_id="E1", iban=PAYER))
    with tenancy.within(an_organisation()):
        [back] = bring(Entry("-100.00", end_to_end_id="E1", iban=PAYER, return_code="AM04"))
        assert may_take_back(back) == []
        assert originals.receipts_of_account(PAYER) == ()


def test_each_mark_is_found_by_its_index(organisation: int) -> None:
    bring(
        *(
            Entry("1.00", f"{n}", end_to_end_id=f"E{n}", bank_reference=f"B{n}", iban=f"NL{n}")
            for n in range(3_000)
        )
    )
    given = {
        "organisation": tenancy.current_organisation_id(),
        "ids": ["E1"],
        "references": ["B1"],
        "mandates": ["M1"],
        "accounts": ["NL1"],
        "amounts": [100],
        "most": 50,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {originals._RECEIPTS}", given)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert set(re.findall(r"receipts_by_\w+", plan)) == {
        "receipts_by_end_to_end_id",
        "receipts_by_bank_reference",
        "receipts_by_mandate",
        "receipts_by_account_and_amount",
    }, plan
