"""A statement is taken back whole, and taken in again: as if it had never been there, and as at import."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.banking.builders import DAY, Entry, bank_file, statement
from tests.ledger.builders import a_credit, a_customer, an_item, an_organisation, new_item
from tests.ledger.test_two_at_once import at_once, names
from tests.processes.paid import PAID
from tijdig.banking import matcher_records
from tijdig.banking import queries as bank
from tijdig.banking.operations import TakenBackBefore
from tijdig.banking.own_accounts import known_accounts
from tijdig.banking.queries import Flag, LineView
from tijdig.banking.taken_back import StatementMissing, StatementStands, StatementTakenBack
from tijdig.domain.ledger import CreditKind
from tijdig.domain.money import Money
from tijdig.infra import audit, tenancy
from tijdig.ledger import operations as ledger_operations
from tijdig.ledger import queries as ledger
from tijdig.ledger import verification
from tijdig.organisations.operations import change_cash_policy
from tijdig.processes import cash_application
from tijdig.processes.cash_application import (
    BankImport,
    Booked,
    StatementCountsNot,
    StatementStays,
    TakenBack,
)

pytestmark = pytest.mark.usefixtures("the_books_agree")
ON = date(2026, 11, 25)
ACTOR = "user:1"
IBAN = "NL02RABO0123456789"
WAITS = Entry("31.00", "no idea", iban="BE71096123456769", name="Iemand")


def bring(*entries: Entry, id: str = "S1", day: date = DAY, opening: str | None = "1000.00") -> BankImport:
    return take_in(bank_file(statement(entries, id=id, day=day, opening=opening)))


def take_in(content: bytes) -> BankImport:
    return cash_application.import_bank_file(name="bank.xml", content=content, on=ON, actor=ACTOR)


def back(done: BankImport) -> TakenBack:
    ids = [each.id for each in done.statements]
    return cash_application.take_statements_back(statement_ids=ids, on=ON, actor=ACTOR)


def again(done: BankImport) -> Booked:
    ids = [each.id for each in done.statements]
    return cash_application.take_statements_in_again(statement_ids=ids, on=ON, actor=ACTOR)


def open_of(*item_ids: int) -> list[int]:
    found = ledger.items(item_ids)
    return [found[item_id].open_minor for item_id in item_ids]


def states(done: BankImport | None = None) -> list[tuple[int, str, str]]:
    """Amount, state and the reason's code of every movement, of a statement or of all, as they were read."""
    statement_id = done.statements[0].id if done else None
    found = sorted(bank.line_page(statement_id=statement_id, limit=500).lines, key=lambda line: line.id)
    return [(line.amount.minor, line.state.value, line.reason.code if line.reason else "") for line in found]


def line_of(minor: int) -> LineView:
    [found] = [line for line in bank.line_page().lines if line.amount.minor == minor]
    return found


BOOKED = (10_000, "BOOKED", "NUMBER_AND_AMOUNT")
WAITING = (3_100, "WAITING", "NO_REFERENCE_FOUND")
ASIDE = ("IGNORED", "STATEMENT_TAKEN_BACK")


def test_a_statement_is_taken_back_whole_and_taken_in_again_as_at_import(customer: int, item: int) -> None:
    done = bring(PAID, WAITS, Entry("-7.00", "kosten"))
    assert states() == [BOOKED, WAITING, (-700, "IGNORED", "MONEY_OUT")]
    taken = back(done)
    assert (taken.payments, taken.movements, taken.amounts) == (1, 3, (Money(10_000, "EUR"),))
    assert open_of(item) == [10_000]
    assert states() == [(10_000, *ASIDE), (3_100, *ASIDE), (-700, *ASIDE)]
    [found] = bank.statements()
    assert (found.flags, found.taken_back_by) == ((Flag.TAKEN_BACK,), ACTOR)
    assert (bank.data_until(), known_accounts()) == ({}, ())
    entry = audit.entries(limit=1)[0]
    assert (entry.action, entry.data["payments"], entry.data["totals_minor"]) == (
        "bank.statement_taken_back", 1, {"EUR": 10_000}
    )  # fmt: skip
    assert again(done) == Booked(1, 1, 1)
    assert (open_of(item), states()) == ([0], [BOOKED, WAITING, (-700, "IGNORED", "MONEY_OUT")])
    [found] = bank.statements()
    assert (found.flags, found.new_lines, found.known_lines, found.taken_back_at) == ((), 3, 0, None)
    assert audit.entries(limit=1)[0].action == "bank.statement_taken_in_again"
    # And so on, as often as anybody likes.
    back(done)
    again(done)
    assert (open_of(item), states()[0]) == ([0], BOOKED)


def test_nothing_is_held_against_the_matcher_or_the_payer(customer: int, item: int) -> None:
    other = a_customer()
    an_item(other, 500, number="2026-0043")
    before = bring(Entry("5.00", "2026-0043", iban=IBAN), id="S0")
    done = bring(PAID, Entry("20.00", "a", iban=IBAN))
    cash_application.leave_on_account(line_id=line_of(2_000).id, customer_id=customer, on=ON, actor=ACTOR)
    [payer] = bank.payers_of(customer)
    assert payer.confirmed == 2
    back(done)
    assert bank.payers_of(customer) == ()
    assert bank.known_payers([IBAN])[IBAN][0].customer_id == other
    assert matcher_records.matcher_totals()["NUMBER"].booked == 1
    assert matcher_records.matcher_totals()["NUMBER"].corrected == 0
    again(done)
    assert [each.confirmed for each in bank.payers_of(customer)] == [1]
    assert matcher_records.matcher_totals()["NUMBER"].booked == 2
    assert before.booked == 1


def test_what_goes_with_a_payment_goes_with_it(customer: int) -> None:
    """A discount, cents that were written off, a credit note that was used, and money of others."""
    change_cash_policy(actor=ACTOR, small_difference=5, discount_basis_points=200, discount_days=60)
    discounted = an_item(customer, 10_000, number="2026-0042")
    rounded = an_item(customer, 5_000, number="2026-0043")
    netted = an_item(customer, 20_000, number="2026-0044")
    note = a_credit(customer, 2_500, kind=CreditKind.CREDIT_NOTE, on=DAY)
    done = bring(
        Entry("98.00", "2026-0042"),
        Entry("49.95", "2026-0043"),
        Entry("175.00", "2026-0044 minus creditnota"),
    )
    assert open_of(discounted, rounded, netted) == [0, 0, 0]
    assert back(done).payments == 3
    assert open_of(discounted, rounded, netted) == [10_000, 5_000, 20_000]
    left = ledger.credits_with_money_left(customer)
    assert [(each.id, each.unallocated_minor, each.left_on_account_date) for each in left] == [
        (note, 2_500, None)
    ]
    again(done)
    assert open_of(discounted, rounded, netted) == [0, 0, 0]


def test_what_a_person_decided_stays_with_a_person(customer: int, item: int) -> None:
    done = bring(PAID, WAITS, Entry("3.00", "prive"))
    cash_application.unbook_line(line_id=line_of(10_000).id, text="nee", on=ON, actor=ACTOR)
    cash_application.ignore_line(line_id=line_of(300).id, text="privé", actor=ACTOR)
    back(done)
    assert states()[2] == (300, "IGNORED", "PERSON_SAID")
    again(done)
    assert states() == [(10_000, "WAITING", "TAKEN_UP_AGAIN"), WAITING, (300, "IGNORED", "PERSON_SAID")]
    assert matcher_records.matcher_totals()["NUMBER"].corrected == 1


def test_a_movement_of_it_cannot_be_brought_back_alone(customer: int, item: int) -> None:
    done = bring(PAID)
    back(done)
    with pytest.raises(StatementCountsNot, match="taken back"):
        cash_application.reopen_line(line_id=line_of(10_000).id, actor=ACTOR)
    assert states() == [(10_000, *ASIDE)]


def test_money_that_came_back_is_paid_back_or_was_moved_stops_it_and_is_named(
    customer: int, item: int
) -> None:
    other = a_customer(name="Een ander")
    done = bring(PAID, Entry("40.00", "a"), Entry("50.00", "b", name="Kwekerij Maanbrug"))
    for minor in (4_000, 5_000):
        cash_application.leave_on_account(line_id=line_of(minor).id, customer_id=customer, on=ON, actor=ACTOR)
    came_back = bring(Entry("-100.00", end_to_end_id="E-1", return_code="AM04"), id="S2")
    credits = {each.amount_minor: each.id for each in ledger.credits_of(customer)}
    moved = cash_application.move_to_customer(credit_id=credits[5_000], customer_id=other, on=ON, actor=ACTOR)
    before = states()
    with pytest.raises(StatementStays) as stays:
        back(done)
    said = {each.line.amount.minor: each.why for each in stays.value.blocked}
    assert said.keys() == {10_000, 5_000}
    assert "came back since" in said[10_000]
    assert "moved to another customer" in said[5_000]
    assert str(stays.value).startswith("Nothing was taken back, because 2 movements cannot be: ")
    assert "Kwekerij Maanbrug" in str(stays.value)
    assert (states(), bank.statements()[-1].taken_back_at) == (before, None)
    cash_application.move_back(item_id=moved.item_id, on=ON, actor=ACTOR)
    back(came_back)
    assert back(done).payments == 3
    assert open_of(item) == [10_000]


def test_two_at_once_one_wins_and_the_other_sees_why(customer: int, item: int) -> None:
    done = bring(PAID)
    back(done)
    with pytest.raises(StatementTakenBack, match="taken back already"):
        back(done)
    again(done)
    with pytest.raises(StatementStands):
        again(done)
    with pytest.raises(StatementMissing):
        cash_application.take_statements_back(statement_ids=[10**9], on=ON, actor=ACTOR)


@pytest.mark.django_db(transaction=True)
def test_two_people_take_it_back_at_once() -> None:
    organisation_id = an_organisation()
    with tenancy.within(organisation_id):
        item_id = an_item(a_customer(), 10_000, number="2026-0042")
        done = bring(PAID)
        outcomes = at_once(organisation_id, lambda: back(done), lambda: back(done))
        assert names(outcomes) == ["StatementTakenBack", "TakenBack"]
        assert open_of(item_id) == [10_000]
        assert list(verification.problems()) == []


def test_the_same_file_again_says_that_it_was_taken_back(customer: int, item: int) -> None:
    done = bring(PAID)
    back(done)
    with pytest.raises(TakenBackBefore, match=r"taken back on .*\. Take it in again on the page") as refused:
        bring(PAID)
    assert refused.value.statement_id == done.statements[0].id
    again(done)
    assert not bring(PAID).is_new


def test_what_a_later_statement_tells_too_counts_there_from_then_on(customer: int, item: int) -> None:
    first = bring(PAID, WAITS)
    later = bring(PAID, WAITS, Entry("2.00", "meer"), id="S2")
    assert (later.new_lines, later.already_known) == (1, 2)
    back(first)
    assert open_of(item) == [0]
    assert sorted(states(later)) == [(200, "WAITING", "NO_REFERENCE_FOUND"), WAITING, BOOKED]
    stands = bank.statement(later.statements[0].id)
    assert stands is not None
    assert (stands.new_lines, stands.known_lines) == (3, 0)
    # Taken in again, it adds nothing that counts by now.
    assert again(first) == Booked()
    assert states(first) == [(10_000, "IGNORED", "TOLD_ELSEWHERE"), (3_100, "IGNORED", "TOLD_ELSEWHERE")]
    with pytest.raises(StatementCountsNot, match="Another bank file"):
        cash_application.reopen_line(line_id=min(line.id for line in bank.line_page().lines), actor=ACTOR)
    back(later)
    assert (open_of(item), sorted(states(first))) == ([0], [WAITING, BOOKED])


def test_another_file_of_the_same_movements_goes_in_anew_after_it_was_taken_back(
    customer: int, item: int
) -> None:
    wrong = bring(PAID, WAITS)
    back(wrong)
    right = bring(PAID, WAITS, id="S2")
    assert (right.new_lines, right.booked, open_of(item)) == (2, 1, [0])
    assert again(wrong) == Booked()
    assert open_of(item) == [0]
    assert len([state for state in states() if state == BOOKED]) == 1


def as_report(content: bytes) -> bytes:
    text = content.decode().replace("camt.053.001.02", "camt.052.001.02")
    return text.replace("BkToCstmrStmt", "BkToCstmrAcctRpt").replace("Stmt>", "Rpt>").encode()


def test_between_kinds_of_files_each_movement_counts_once_all_the_same(customer: int, item: int) -> None:
    report = take_in(as_report(bank_file(statement([PAID, WAITS]))))
    full = bring(PAID, WAITS, Entry("2.00", "meer"), id="S2")
    assert full.new_lines == 1
    back(report)
    assert sorted(states(full)) == [(200, "WAITING", "NO_REFERENCE_FOUND"), WAITING, BOOKED]
    assert again(report) == Booked()
    assert (open_of(item), len(bank.waiting_ids())) == ([0], 2)


@pytest.mark.parametrize("kind", ["report", "statement"])
def test_what_counts_in_one_of_two_statements_tells_of_one_movement_and_not_of_two(
    organisation: int, kind: str
) -> None:
    """Both stand, one with the movement, one with it set aside; a later file tells it, and one just like it."""
    first, later = bring(WAITS), bring(WAITS, Entry("2.00", "meer"), id="S2")
    back(first)
    again(first)
    assert states(first) == [(3_100, "IGNORED", "TOLD_ELSEWHERE")]
    assert WAITING in states(later)
    # A report of the day has words of its own; some banks mark a movement anew each time they tell it.
    marked = [replace(WAITS, bank_reference=mark) for mark in ("ONE", "TWO")]
    content = bank_file(statement(marked, id="S3"))
    assert take_in(as_report(content) if kind == "report" else content).new_lines == 1


def test_one_statement_of_a_file_of_several_leaves_the_others(customer: int, item: int) -> None:
    second = an_item(customer, 6_000, number="2026-0043")
    next_day = DAY + timedelta(days=1)
    done = take_in(
        bank_file(
            statement([PAID], id="A", opening="0.00", closing="100.00"),
            statement(
                [Entry("60.00", "2026-0043", day=next_day)],
                id="B",
                opening="100.00",
                closing="160.00",
                day=next_day,
            ),
        )
    )
    one, other = done.statements
    cash_application.take_statements_back(statement_ids=[other.id], on=ON, actor=ACTOR)
    assert open_of(item, second) == [0, 6_000]
    cash_application.take_statements_back(statement_ids=[one.id], on=ON, actor=ACTOR)
    cash_application.take_statements_in_again(statement_ids=[other.id], on=ON, actor=ACTOR)
    assert open_of(item, second) == [10_000, 0]
    cash_application.take_statements_in_again(statement_ids=[one.id], on=ON, actor=ACTOR)
    assert open_of(item, second) == [0, 0]
    assert [(each.new_lines, each.known_lines) for each in bank.statements()] == [(1, 0), (1, 0)]


def test_what_it_foresees_is_what_it_does(customer: int, item: int) -> None:
    done = bring(PAID, WAITS, Entry("-7.00", "kosten"))
    seen = cash_application.foresee([each.id for each in done.statements])
    taken = back(done)
    assert (seen.payments, seen.money, seen.waiting, seen.others, seen.movements) == (
        taken.payments, taken.amounts, 1, 0, taken.movements
    )  # fmt: skip


def test_many_movements_cost_no_query_each(customer: int) -> None:
    def queries(count: int, year: int) -> tuple[int, int]:
        many = [new_item(customer, 10_000, number=f"{year}-{n:05d}") for n in range(count)]
        ledger_operations.add_items(many, actor=ACTOR)
        done = bring(*(Entry("100.00", f"{year}-{n:05d}", day=DAY) for n in range(count)), id=f"S{year}")
        with CaptureQueriesContext(connection) as undoing:
            assert back(done).payments == count
        with CaptureQueriesContext(connection) as redoing:
            assert again(done).booked == count
        return len(undoing), len(redoing)

    few, more = queries(5, 2020), queries(300, 2021)
    assert all(after - before <= 2 for before, after in zip(few, more, strict=True))


_ENTRIES = some.lists(
    some.sampled_from(
        [
            PAID,
            WAITS,
            Entry("60.00", "2026-0043"),
            Entry("160.00", "2026-0042 en 2026-0043", name="Kind"),
            Entry("30.00", "2026-0043 deel"),
            Entry("58.80", "2026-0043"),
            Entry("-100.00", end_to_end_id="E-1", return_code="AM04", bank_reference="RETURN-1"),
            Entry("-5.00", "kosten"),
            Entry("75.00", "2026-0044 minus creditnota"),
        ]
    ),
    max_size=5,
)  # fmt: skip


def _as_it_stands(item_ids: list[int], customer: int) -> object:
    """Return all that must be as before: what is open and on account, what is known, what counts and waits."""
    return (
        open_of(*item_ids),
        sorted((each.kind, each.unallocated_minor) for each in ledger.credits_with_money_left(customer)),
        sorted((each.account, each.confirmed, each.refuted) for each in bank.payers_of(customer)),
        {
            code: (each.booked, each.corrected)
            for code, each in matcher_records.matcher_totals().items()
            if each.booked
        },
        sorted(
            (line.amount.minor, line.state, line.reason.code if line.reason else "")
            for line in bank.line_page(limit=500).lines
            if not (line.reason is not None and line.reason.code == "STATEMENT_TAKEN_BACK")
        ),
    )


@given(first=_ENTRIES, second=_ENTRIES)
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@pytest.mark.django_db
def test_whatever_is_in_it_taken_back_is_as_never_brought_and_again_is_as_brought(
    first: list[Entry], second: list[Entry]
) -> None:
    with tenancy.within(an_organisation()):
        customer = a_customer()
        change_cash_policy(actor=ACTOR, discount_basis_points=200, discount_days=60)
        items = [
            an_item(customer, minor, number=f"2026-{n}")
            for n, minor in (("0042", 10_000), ("0043", 6_000), ("0044", 10_000))
        ]
        a_credit(customer, 2_500, kind=CreditKind.CREDIT_NOTE, on=DAY)
        bring(*first)
        before = _as_it_stands(items, customer)
        done = bring(*second, id="S2", day=DAY + timedelta(days=1), opening=None)
        after = _as_it_stands(items, customer)
        try:
            back(done)
        except StatementStays:  # what came in by it came back by the other
            assert _as_it_stands(items, customer) == after
            return
        assert _as_it_stands(items, customer) == before
        again(done)
        assert _as_it_stands(items, customer) == after
        assert list(verification.problems()) == []
