"""Learning from what was booked: who pays for whom, how far a matcher is trusted, whose a payment may be."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.banking.builders import DAY, Entry, bank_file, statement
from tests.ledger.builders import a_customer, an_item
from tijdig.banking import matcher_records
from tijdig.banking import queries as bank
from tijdig.banking.queries import LineView
from tijdig.domain.matching import Proposal, Share
from tijdig.domain.reasons import Reason
from tijdig.infra import audit
from tijdig.ledger import operations as ledger
from tijdig.ledger import queries as ledger_queries
from tijdig.organisations.operations import change_cash_policy
from tijdig.processes import cash_application
from tijdig.processes.cash_application import learning
from tijdig.processes.cash_application.learning import StillNotSureEnough

ON = date(2026, 11, 20)
ACTOR = "user:1"
IBAN = "NL02RABO0123456789"
OTHER = "BE71096123456769"


@pytest.fixture(autouse=True)
def house(organisation: int) -> int:
    return organisation


def bring(*entries: Entry, id: str = "S1") -> dict[int, LineView]:
    """Take in these movements; return all by their amount."""
    cash_application.import_bank_file(
        name="b.xml", content=bank_file(statement(entries, id=id)), on=ON, actor=ACTOR
    )
    return {line.amount.minor: line for line in bank.line_page().lines}


def known(account: str = IBAN) -> dict[int, int]:
    return {each.customer_id: each.confirmed for each in bank.known_payers([account]).get(account, ())}


def record(matcher: str = "NUMBER") -> tuple[int, int]:
    found = matcher_records.matcher_records().get(matcher)
    return (found.booked, found.corrected) if found else (0, 0)


def test_the_payers_own_words_teach_who_pays(customer: int) -> None:
    other = a_customer()
    an_item(customer, 10_000, number="2026-0042")
    an_item(other, 700, number="2026-0043")
    bring(Entry("100.00", "2026-0042"), Entry("7.00", "2026-0043"), Entry("9.00", "no idea"))
    assert known() == {customer: 1, other: 1}
    assert record() == (2, 0)
    [line, _] = bank.line_page(matcher="NUMBER").lines
    assert {each.matcher for each in matcher_records.matcher_totals().values()} == {"NUMBER"}
    assert line.booking_date == DAY


def test_a_guess_never_confirms_itself(customer: int) -> None:
    item_id = an_item(customer, 10_000)
    line = bring(Entry("100.00", "no idea"))[10_000]
    guess = Proposal(
        customer, (Share(item_id, 10_000),), 50, Reason("NAME_IS_CUSTOMER", {"name": "x"}), sure=True
    )
    learning.booked_by_itself([(line, guess)], list(ledger_queries.items([item_id]).values()))
    assert known() == {}
    assert record("NAME_IS_CUSTOMER") == (1, 0)


def test_who_collects_for_others_is_not_learned(customer: int) -> None:
    an_item(customer, 10_000, number="2026-0042")
    an_item(customer, 700, number="2026-0043")
    lines = bring(
        Entry("100.00", "2026-0042", name="Stg Mollie Payments"), Entry("6.00", name="Stripe Payments")
    )
    cash_application.leave_on_account(line_id=lines[600].id, customer_id=customer, on=ON, actor=ACTOR)
    assert known() == {}


def test_a_person_teaches_who_pays_for_whom(customer: int) -> None:
    child = a_customer(name="Kind van de bakker")
    item, of_child = an_item(customer, 10_000), an_item(child, 5_000)
    lines = bring(Entry("150.00", "a"), Entry("20.00", "b", iban=OTHER))
    cash_application.book_line(
        line_id=lines[15_000].id, allocations=[(item, 10_000), (of_child, 5_000)], customer_id=customer,
        on=ON, actor=ACTOR,
    )  # fmt: skip
    assert known() == {customer: 1, child: 1}
    cash_application.leave_on_account(line_id=lines[2_000].id, customer_id=child, on=ON, actor=ACTOR)
    assert known(OTHER) == {child: 1}


def test_setting_money_on_account_against_an_invoice_counts_once_per_payment(customer: int) -> None:
    neighbour = a_customer()
    mine, theirs = an_item(customer, 4_000), an_item(neighbour, 3_000)
    line = bring(Entry("100.00", "a"))[10_000]
    booked = cash_application.leave_on_account(line_id=line.id, customer_id=customer, on=ON, actor=ACTOR)
    assert known() == {customer: 1}
    cash_application.allocate_credit(
        credit_id=booked.credit_id, allocations=[(mine, 4_000)], on=ON, actor=ACTOR
    )
    assert known() == {customer: 1}
    cash_application.allocate_credit(
        credit_id=booked.credit_id, allocations=[(theirs, 3_000)], across_customers=True, on=ON, actor=ACTOR
    )
    assert known() == {customer: 1, neighbour: 1}


def test_money_that_came_from_no_bank_line_teaches_nothing(customer: int) -> None:
    from tests.ledger.builders import a_credit

    item = an_item(customer, 4_000)
    cash_application.allocate_credit(
        credit_id=a_credit(customer, 4_000), allocations=[(item, 4_000)], on=ON, actor=ACTOR
    )
    [allocation] = ledger_queries.allocations_of_item(item)
    cash_application.undo_allocation(allocation_id=allocation.id, on=ON, actor=ACTOR)
    assert bank.payers_of(customer) == ()


def test_taking_a_booking_back_refutes_the_payer_and_counts_against_the_matcher_once(customer: int) -> None:
    other = a_customer()
    an_item(customer, 10_000, number="2026-0042")
    right = an_item(other, 10_000)
    line = bring(Entry("100.00", "2026-0042"))[10_000]
    cash_application.unbook_line(line_id=line.id, text="wrong", on=ON, actor=ACTOR)
    assert known() == {}
    assert record() == (1, 1)
    cash_application.book_line(line_id=line.id, allocations=[(right, 10_000)], on=ON, actor=ACTOR)
    assert known() == {other: 1}
    cash_application.unbook_line(line_id=line.id, text="again", on=ON, actor=ACTOR)
    assert record() == (1, 1)
    assert [each.id for each in bank.line_page(matcher="NUMBER", corrected=True).lines] == [line.id]


def test_moving_the_money_to_another_invoice_is_a_correction_but_the_payer_stands(customer: int) -> None:
    wrong = an_item(customer, 10_000, number="2026-0042")
    bring(Entry("100.00", "2026-0042"))
    [allocation] = ledger_queries.allocations_of_item(wrong)
    cash_application.undo_allocation(allocation_id=allocation.id, on=ON, actor=ACTOR)
    assert known() == {customer: 1}
    assert record() == (1, 1)


def test_what_a_person_set_against_an_invoice_is_not_the_matchers_mistake(customer: int) -> None:
    extra = an_item(customer, 3_000)
    line = bring(Entry("100.00", "a"))[10_000]
    booked = cash_application.book_line(line_id=line.id, allocations=[(extra, 3_000)], on=ON, actor=ACTOR,
                                        customer_id=customer)  # fmt: skip
    cash_application.undo_allocation(allocation_id=booked.settlement.allocation_ids[0], on=ON, actor=ACTOR)
    assert matcher_records.matcher_totals() == {}


def test_an_undo_that_fails_leaves_no_trace(customer: int) -> None:
    item = an_item(customer, 10_000, number="2026-0042")
    bring(Entry("100.00", "2026-0042"))
    [allocation] = ledger_queries.allocations_of_item(item)
    cash_application.undo_allocation(allocation_id=allocation.id, on=ON, actor=ACTOR)
    with pytest.raises(ledger.AllocationUndoneAlready):
        cash_application.undo_allocation(allocation_id=allocation.id, on=ON, actor=ACTOR)
    with pytest.raises(ledger.AllocationMissing):
        cash_application.undo_allocation(allocation_id=987_654, on=ON, actor=ACTOR)
    assert record() == (1, 1)


def several_corrected(customer: int, count: int) -> None:
    """Let the matcher book so many payments that a person takes back."""
    for number in range(count):
        an_item(customer, 100 + number, number=f"2026-{number:05}")
    entries = [Entry(f"1.{number:02}", f"2026-{number:05}") for number in range(count)]
    for line in bring(*entries).values():
        cash_application.unbook_line(line_id=line.id, text="no", on=ON, actor=ACTOR)


def test_a_matcher_that_is_corrected_too_often_stops_and_says_why_and_since_when(customer: int) -> None:
    assert "NUMBER" in learning.trusted_matchers(on=ON)
    several_corrected(customer, 1)
    assert "NUMBER" in learning.trusted_matchers(on=ON)
    [view, *_] = learning.matchers(["NUMBER"])
    assert (view.books, view.since, view.reason) == (True, None, None)
    for number in (8, 9):
        an_item(customer, 200 + number, number=f"2027-{number}0000")
    lines = bring(*(Entry(f"2.0{number}", f"2027-{number}0000") for number in (8, 9)), id="S2")
    cash_application.unbook_line(line_id=lines[208].id, text="no", on=ON, actor=ACTOR)
    assert "NUMBER" not in learning.trusted_matchers(on=date(2026, 11, 30))
    [view, *_] = learning.matchers(["NUMBER"])
    assert (view.books, view.since) == (False, ON)
    assert str(view.reason) == (
        "Of its last 3 bookings people corrected 2: too many for the 99.9% that is asked."
    )
    assert "matching.turned" in {entry.action for entry in audit.entries(limit=3)}


def test_one_that_stopped_books_nothing_more_and_its_answer_waits_as_a_proposal(customer: int) -> None:
    several_corrected(customer, 2)
    item = an_item(customer, 10_000, number="2028-0042", reference="")
    by_reference = an_item(customer, 5_000, reference="123456789002")
    lines = bring(Entry("100.00", "factuur 2028-0042"), Entry("50.00", "+++123/4567/89002+++"), id="S9")
    assert (lines[10_000].state, lines[10_000].reason.code) == ("WAITING", "NOT_SURE_ENOUGH")
    assert lines[5_000].state == "BOOKED"
    assert ledger_queries.item(item).open_minor == 10_000
    assert ledger_queries.item(by_reference).open_minor == 0
    best, *_ = cash_application.proposals_for(lines[10_000].id)
    assert [share.item_id for share in best.proposal.shares] == [item]
    learning.let_book_again(matcher="NUMBER", text="printed anew", on=ON, actor=ACTOR)
    cash_application.apply_waiting(on=ON, actor=ACTOR)
    assert ledger_queries.item(item).open_minor == 0


def test_an_owner_lets_it_book_again_with_a_reason(customer: int) -> None:
    several_corrected(customer, 3)
    assert "NUMBER" not in learning.trusted_matchers(on=ON)
    learning.let_book_again(matcher="NUMBER", text="the numbers were printed wrong", on=ON, actor=ACTOR)
    assert "NUMBER" in learning.trusted_matchers(on=ON)
    [view, *_] = learning.matchers(["NUMBER"])
    assert (view.books, view.since, view.actor) == (True, ON, ACTOR)
    assert str(view.reason) == "the numbers were printed wrong"
    assert (view.totals.booked, view.totals.corrected, view.totals.forgiven) == (3, 3, 3)
    entry = audit.entries(limit=1)[0]
    assert (entry.action, entry.actor) == ("matching.let_book", ACTOR)
    assert entry.data == {"matcher": "NUMBER", "forgiven": 3}


def test_what_was_never_measured_cannot_be_let_book(customer: int) -> None:
    with pytest.raises(StillNotSureEnough):
        learning.let_book_again(matcher="NAME_AND_AMOUNT", text="please", on=ON, actor=ACTOR)
    [view, *_] = learning.matchers(["NAME_AND_AMOUNT"])
    assert (view.books, view.since) == (False, None)
    assert view.reason is not None
    assert view.reason.code == "MATCHER_UNPROVEN"
    assert matcher_records.last_turns() == {}


def test_asking_for_more_stops_those_that_are_not_sure_enough_and_asking_for_less_lets_them_go_on(
    customer: int,
) -> None:
    an_item(customer, 10_000, number="2026-0042")
    bring(Entry("100.00", "2026-0042"))
    change_cash_policy(actor=ACTOR, required_precision=1_000_000)
    assert learning.trusted_matchers(on=ON) == frozenset()
    assert matcher_records.last_turns()["NUMBER"].reason.facts == {"percent": "100"}
    change_cash_policy(actor=ACTOR, required_precision=995_000)
    assert "NUMBER" in learning.trusted_matchers(on=date(2026, 12, 1))
    turn = matcher_records.last_turns()["NUMBER"]
    assert (turn.books, turn.on, turn.reason.code) == (True, date(2026, 12, 1), "MATCHER_GOES_ON")
    assert set(matcher_records.last_turns()) == {"NUMBER"}, "one that never booked here has nothing to stop"


def test_a_waiting_payment_points_at_its_best_proposal_and_at_whom_the_account_pays_for(
    customer: int,
) -> None:
    neighbour, stranger = a_customer(name="Tuincentrum Nergens"), a_customer(name="Garage Ergens")
    an_item(customer, 10_000, number="2026-0042")
    an_item(neighbour, 500, number="2026-0050")
    an_item(stranger, 9_999)
    bring(Entry("5.00", "2026-0050"))
    bring(
        Entry("60.00", "2026-0042", name="Iemand Anders"),
        Entry("70.00", "nothing", iban=OTHER, name="Iemand Anders"),
        id="S2",
    )
    assert bank.waiting_money_of([customer, neighbour, stranger]).keys() == {customer, neighbour}


def test_a_booking_that_is_taken_back_points_at_its_best_proposal(customer: int) -> None:
    an_item(customer, 10_000, number="2026-0042")
    line = bring(Entry("100.00", "2026-0042"))[10_000]
    assert bank.waiting_money_of([customer]) == {}
    cash_application.unbook_line(line_id=line.id, text="no", on=ON, actor=ACTOR)
    assert bank.waiting_money_of([customer]).keys() == {customer}
    cash_application.ignore_line(line_id=line.id, text="not ours", actor=ACTOR)
    assert bank.waiting_money_of([customer]) == {}
    cash_application.reopen_line(line_id=line.id, actor=ACTOR)
    assert bank.waiting_money_of([customer]).keys() == {customer}


def test_learning_takes_the_same_statements_for_two_payments_as_for_fifty(customer: int) -> None:
    def statements(count: int, start: int) -> int:
        for number in range(start, start + count):
            an_item(customer, 1_000 + number, number=f"2026-{number:05}")
        entries = [
            Entry(f"{(1_000 + number) / 100:.2f}", f"2026-{number:05}")
            for number in range(start, start + count)
        ]
        with CaptureQueriesContext(connection) as queries:
            bring(*entries, id=f"S{start}")
        return len(queries)

    statements(2, 0)
    assert statements(2, 100) == statements(40, 200)
