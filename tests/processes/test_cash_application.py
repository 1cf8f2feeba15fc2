"""Cash application: what books itself, what waits, what a person does, and two at once."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.at_once import at_once
from tests.banking.builders import DAY, Entry, bank_file, statement
from tests.ledger.builders import a_customer, an_item, an_organisation, because, new_item
from tijdig.banking import queries as bank
from tijdig.banking.operations import BankFileRefused, LineMissing
from tijdig.banking.queries import Flag, LineView
from tijdig.banking.states import LineState
from tijdig.domain.ledger import WriteOffReason
from tijdig.domain.matching import Transfer
from tijdig.domain.reasons import Reason
from tijdig.domain.references import make_rf
from tijdig.infra import audit, tenancy
from tijdig.ledger import operations as ledger_operations
from tijdig.ledger import queries as ledger
from tijdig.ledger import verification
from tijdig.organisations.queries import Role
from tijdig.processes import cash_application
from tijdig.processes.cash_application import (
    AllocatedTooMuch,
    BankImport,
    CustomerUnclear,
    LineNotBooked,
    LineNotIgnored,
    LineNotWaiting,
    NotAReceipt,
)
from tijdig.processes.cash_application.gathering import decide, origin_of, settings_now

ON = date(2026, 11, 20)
ACTOR = "user:1"
OGM = "+++123/4567/89002+++"


@pytest.fixture(autouse=True)
def _the_books_always_agree(request: pytest.FixtureRequest) -> object:
    """After each test the whole ledger is proven against its rows."""
    organisation_id = request.getfixturevalue("organisation")
    yield
    with tenancy.within(organisation_id):
        assert list(verification.problems()) == []


def bring(*entries: Entry, id: str = "S1") -> BankImport:
    return cash_application.import_bank_file(
        name="bank.xml", content=bank_file(statement(entries, id=id)), on=ON, actor=ACTOR
    )


def only_line() -> LineView:
    [line] = bank.line_page().lines
    return line


def waits(*entries: Entry) -> int:
    """Bring in a payment that waits and return its line."""
    bring(*(entries or (Entry("100.00", "no idea"),)))
    line = only_line()
    assert line.state == LineState.WAITING
    return line.id


def open_of(item_id: int) -> int:
    item = ledger.item(item_id)
    assert item is not None
    return item.open_minor


def code(line: LineView) -> str:
    return line.reason.code if line.reason else ""


def test_payments_that_name_their_invoice_book_themselves_each_with_its_reason(customer: int) -> None:
    by_ogm = an_item(customer, 12100, reference="123456789002")
    by_rf = an_item(customer, 5000, reference=make_rf("X1"))
    by_number = an_item(customer, 700, number="2026-0042")
    both = an_item(customer, 100, number="F-100001"), an_item(customer, 200, number="F-100002")
    done = bring(
        Entry("121.00", OGM),
        Entry("50.00", reference=make_rf("X1")),
        Entry("7.00", "factuur 20260042"),
        Entry("3.00", "F-100001 en F-100002"),
        Entry("9.00", "een cadeau"),
        Entry("-4.00", "kosten"),
    )
    assert (done.new_lines, done.booked, done.waiting, done.ignored) == (6, 4, 1, 1)
    assert [open_of(item_id) for item_id in (by_ogm, by_rf, by_number, *both)] == [0, 0, 0, 0, 0]
    lines = {line.amount.minor: line for line in bank.line_page().lines}
    assert {amount: code(line) for amount, line in lines.items()} == {
        12100: "REFERENCE_AND_AMOUNT",
        5000: "REFERENCE_AND_AMOUNT",
        700: "NUMBER_AND_AMOUNT",
        300: "SEVERAL_ADD_UP",
        900: "NO_REFERENCE_FOUND",
        -400: "MONEY_OUT",
    }
    [allocation] = ledger.allocations_of_item(by_number)
    assert str(allocation.reason) == "Invoice number 2026-0042 is in the description and the amount fits."
    settled = ledger.item(by_ogm)
    assert settled is not None
    assert settled.settled_date == DAY
    [credit] = [credit for credit in ledger.credits_of(customer) if credit.amount_minor == 12100]
    assert (credit.booking_date, credit.origin) == (DAY, origin_of(lines[12100].id))


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (Entry("99.00", "2026-0042", name="Iemand Anders"), "PAID_LESS"),
        (Entry("101.00", "2026-0042", name="Iemand Anders"), "PAID_MORE"),
        (Entry("100.00", "2026-0042", currency="USD"), "OTHER_CURRENCY"),
        (Entry("100.00", "2026-0042", return_code="AM04"), "RETURNED"),
        (Entry("-100.00", "2026-0042", return_code="AM04"), "RETURN_ORIGINAL_UNKNOWN"),
        (Entry("100.00", "2026-0043"), "NO_REFERENCE_FOUND"),
        (Entry("100.00", "2026-0001"), "ITEM_ALREADY_PAID"),
    ],
)
def test_what_does_not_fit_waits_and_says_why(customer: int, entry: Entry, expected: str) -> None:
    item_id = an_item(customer, 10000, number="2026-0042")
    ledger_operations.write_off(
        item_id=an_item(customer, 10000, number="2026-0001"),
        amount_minor=10000,
        on=ON,
        reason=because(),
        actor=ACTOR,
    )
    bring(entry)
    assert (only_line().state, code(only_line())) == (LineState.WAITING, expected)
    assert open_of(item_id) == 10000


def test_an_invoice_paid_twice_in_one_file_is_booked_once(customer: int) -> None:
    an_item(customer, 10000, number="2026-0042")
    done = bring(Entry("100.00", "2026-0042"), Entry("100.00", "2026-0042", name="Somebody else"))
    assert (done.booked, done.waiting) == (1, 1)
    assert {code(line) for line in bank.line_page().lines} == {"NUMBER_AND_AMOUNT", "ITEM_ALREADY_PAID"}


def test_the_same_file_and_an_overlap_book_nothing_twice(customer: int) -> None:
    items = [an_item(customer, 10000, number=f"2026-004{n}") for n in range(2)]
    first = bring(Entry("100.00", "2026-0040"))
    again = bring(Entry("100.00", "2026-0040"))
    assert (first.is_new, again.is_new, again.booked, again.already_known) == (True, False, 0, 1)
    week = bring(Entry("100.00", "2026-0040"), Entry("100.00", "2026-0041"), id="WEEK")
    assert (week.new_lines, week.booked, week.already_known) == (1, 1, 1)
    assert week.statements[0].flags == (Flag.OVERLAPS,)
    assert [open_of(item_id) for item_id in items] == [0, 0]
    assert len(ledger.credits_of(customer)) == 2


def test_a_refused_file_leaves_nothing(organisation: int) -> None:
    with pytest.raises(BankFileRefused):
        cash_application.import_bank_file(name="x", content=b"no bank file", on=ON, actor=ACTOR)
    assert bank.statements() == ()


def test_an_invoice_that_comes_later_finds_its_payment(customer: int) -> None:
    line_id = waits(Entry("100.00", "2026-0042"))
    assert cash_application.apply_waiting(on=ON, actor=ACTOR).booked == 0
    item_id = an_item(customer, 10000, number="2026-0042")
    assert cash_application.apply_waiting(on=ON, actor=ACTOR).booked == 1
    assert open_of(item_id) == 0
    line = bank.line(line_id)
    assert line is not None
    assert line.state == LineState.BOOKED


def test_a_person_books_several_invoices_in_part_and_leaves_the_rest(customer: int) -> None:
    whole, part = an_item(customer, 3000), an_item(customer, 9000)
    line_id = waits()
    booking = cash_application.book_line(
        line_id=line_id, allocations=[(whole, 3000), (part, 5000)], on=ON, actor=ACTOR
    )
    assert (open_of(whole), open_of(part)) == (0, 4000)
    assert booking.settlement.settled == (whole,)
    [credit] = ledger.credits_with_money_left(customer)
    assert (credit.id, credit.unallocated_minor) == (booking.credit_id, 2000)
    assert code(only_line()) == "BOOKED_BY_HAND"
    cash_application.allocate_credit(credit_id=credit.id, allocations=[(part, 2000)], on=ON, actor=ACTOR)
    assert open_of(part) == 2000
    assert ledger.credits_with_money_left(customer) == ()


def test_money_is_left_on_account(customer: int) -> None:
    cash_application.leave_on_account(line_id=waits(), customer_id=customer, on=ON, actor=ACTOR)
    [credit] = ledger.credits_with_money_left(customer)
    assert credit.unallocated_minor == 10000
    assert code(only_line()) == "LEFT_ON_ACCOUNT"


def test_somebody_may_pay_for_another_when_it_is_said(customer: int) -> None:
    other = a_customer()
    theirs = an_item(other, 4000)
    line_id = waits()
    with pytest.raises(CustomerUnclear):
        cash_application.book_line(
            line_id=line_id, allocations=[(theirs, 4000), (an_item(customer), 6000)], on=ON, actor=ACTOR
        )
    cash_application.book_line(
        line_id=line_id, allocations=[(theirs, 4000)], customer_id=customer, on=ON, actor=ACTOR
    )
    assert open_of(theirs) == 0
    assert [credit.unallocated_minor for credit in ledger.credits_with_money_left(customer)] == [6000]


def test_bookings_that_cannot_be_are_refused_and_change_nothing(customer: int) -> None:
    item_id = an_item(customer, 4000)
    line_id = waits()
    book = cash_application.book_line
    with pytest.raises(AllocatedTooMuch, match=r"2\.00 EUR more"):
        book(line_id=line_id, allocations=[(item_id, 4000), (an_item(customer), 6200)], on=ON, actor=ACTOR)
    with pytest.raises(ledger_operations.ItemOverpaid):
        book(line_id=line_id, allocations=[(item_id, 4001)], on=ON, actor=ACTOR)
    with pytest.raises(CustomerUnclear):
        book(line_id=line_id, allocations=[], on=ON, actor=ACTOR)
    with pytest.raises(CustomerUnclear):
        book(line_id=line_id, allocations=[(item_id + 1000, 1)], on=ON, actor=ACTOR)
    with pytest.raises(LineMissing):
        book(line_id=line_id + 1000, allocations=[(item_id, 1)], on=ON, actor=ACTOR)
    with pytest.raises(ledger_operations.CreditInvalid):
        cash_application.leave_on_account(line_id=line_id, customer_id=customer + 1000, on=ON, actor=ACTOR)
    dollars = an_item(customer, 4000, currency="USD")
    with pytest.raises(ledger_operations.CurrencyDiffers):
        book(line_id=line_id, allocations=[(dollars, 4000)], on=ON, actor=ACTOR)
    assert only_line().state == LineState.WAITING
    assert ledger.credits_of(customer) == ()


def test_money_that_went_out_is_not_booked(customer: int) -> None:
    line_id = waits(Entry("-100.00", return_code="AC04"))
    with pytest.raises(NotAReceipt):
        cash_application.leave_on_account(line_id=line_id, customer_id=customer, on=ON, actor=ACTOR)


def test_a_booking_is_taken_back_by_reversing_and_can_be_booked_anew(customer: int) -> None:
    item_id = an_item(customer, 10000, number="2026-0042")
    bring(Entry("100.00", "2026-0042"))
    line_id = only_line().id
    settlement = cash_application.unbook_line(line_id=line_id, text="wrong customer", on=ON, actor=ACTOR)
    assert settlement.reopened == (item_id,)
    assert open_of(item_id) == 10000
    assert (only_line().state, only_line().reason) == (
        LineState.WAITING,
        Reason("BOOKING_UNDONE_SAYING", {"text": "wrong customer"}),
    )
    assert [allocation.amount_minor for allocation in ledger.allocations_of_item(item_id)] == [10000, -10000]
    assert cash_application.apply_waiting(on=ON, actor=ACTOR).booked == 0, "what a person took back stays so"
    with pytest.raises(LineNotBooked):
        cash_application.unbook_line(line_id=line_id, on=ON, actor=ACTOR)
    cash_application.book_line(line_id=line_id, allocations=[(item_id, 10000)], on=ON, actor=ACTOR)
    assert open_of(item_id) == 0


def test_one_allocation_is_undone_and_the_money_stays_on_account(customer: int) -> None:
    item_id = an_item(customer, 10000, number="2026-0042")
    bring(Entry("100.00", "2026-0042"))
    [allocation] = ledger.allocations_of_item(item_id)
    cash_application.undo_allocation(allocation_id=allocation.id, text="for the next one", on=ON, actor=ACTOR)
    assert open_of(item_id) == 10000
    assert [credit.unallocated_minor for credit in ledger.credits_with_money_left(customer)] == [10000]
    assert only_line().state == LineState.BOOKED
    with pytest.raises(ledger_operations.AllocationUndoneAlready):
        cash_application.undo_allocation(allocation_id=allocation.id, on=ON, actor=ACTOR)


def test_a_line_is_set_aside_with_words_and_taken_up_again(organisation: int) -> None:
    line_id = waits()
    cash_application.ignore_line(line_id=line_id, text="our own transfer", actor=ACTOR)
    assert (only_line().state, str(only_line().reason)) == (LineState.IGNORED, "our own transfer")
    with pytest.raises(LineNotWaiting):
        cash_application.ignore_line(line_id=line_id, text="", actor=ACTOR)
    cash_application.reopen_line(line_id=line_id, actor=ACTOR)
    assert (only_line().state, code(only_line())) == (LineState.WAITING, "TAKEN_UP_AGAIN")
    with pytest.raises(LineNotIgnored):
        cash_application.reopen_line(line_id=line_id, actor=ACTOR)
    cash_application.ignore_line(line_id=line_id, text="  ", actor=ACTOR)
    assert code(only_line()) == "SET_ASIDE"
    assert [entry.action for entry in audit.entries(limit=3)] == [
        "bank.line_ignored",
        "bank.line_reopened",
        "bank.line_ignored",
    ]


def test_a_write_off_settles_and_its_undoing_opens_again(customer: int) -> None:
    item_id = an_item(customer, 3)
    settlement = cash_application.write_off(
        item_id=item_id,
        amount_minor=3,
        why=WriteOffReason.OTHER,
        text="cents",
        role=Role.CONTROLLER,
        on=ON,
        actor=ACTOR,
    )
    assert settlement.settled == (item_id,)
    [allocation] = ledger.allocations_of_item(item_id)
    cash_application.undo_allocation(allocation_id=allocation.id, on=ON, actor=ACTOR)
    assert open_of(item_id) == 3


def test_proposals_name_the_best_candidates_first_with_their_reasons(organisation: int) -> None:
    oven, tuin = a_customer(name="Bakkerij De Verzonnen Oven"), a_customer(name="Tuincentrum Nergens")
    named = an_item(tuin, 25000, number="2026-0042")
    same_name_and_amount = an_item(oven, 10000)
    same_amount = an_item(tuin, 10000)
    an_item(oven, 10000, currency="USD")
    line_id = waits(Entry("100.00", "deel van 2026-0042", name="BAKKERIJ DE VERZONNEN OVEN BV"))
    found = cash_application.proposals_for(line_id)
    assert [(one.proposal.reason.code, [item.id for item in one.items]) for one in found[:3]] == [
        ("AMOUNT_IS_OPEN", [same_name_and_amount]),
        ("AMOUNT_IS_OPEN", [same_amount]),
        ("NAMED_IN_PAYMENT", [named]),
    ]
    assert [one.customer.id for one in found[:3]] == [oven, tuin, tuin]
    assert not any(one.proposal.sure for one in found)
    assert cash_application.proposals_for(line_id + 1000) == ()


def test_proposals_go_through_a_customers_oldest_invoices_and_take_vague_numbers(customer: int) -> None:
    first, second = an_item(customer, 6000, due=date(2026, 9, 1)), an_item(customer, 6000, number="12")
    line_id = waits(Entry("100.00", "huur 12"))
    found = {one.proposal.reason.code: one for one in cash_application.proposals_for(line_id)}
    assert [(share.item_id, share.amount_minor) for share in found["NAME_IS_CUSTOMER"].proposal.shares] == [
        (first, 6000),
        (second, 4000),
    ]
    assert [item.id for item in found["NAMED_IN_PAYMENT"].items] == [second]


def test_a_name_without_open_invoices_is_proposed_for_its_account(customer: int) -> None:
    [one] = cash_application.proposals_for(waits())
    assert (one.customer.id, one.items) == (customer, ())


def test_a_wall_stands_between_organisations(customer: int) -> None:
    line_id = waits()
    with tenancy.within(an_organisation()):
        stranger = a_customer()
        an_item(stranger, 10000, number="2026-0042")
        with pytest.raises(LineMissing):
            cash_application.leave_on_account(line_id=line_id, customer_id=stranger, on=ON, actor=ACTOR)
    bring(Entry("100.00", "2026-0042"), id="S2")
    assert {line.state for line in bank.line_page().lines} == {LineState.WAITING}


def test_two_thousand_lines_are_matched_and_booked_with_the_questions_of_two_hundred(customer: int) -> None:
    many = [new_item(customer, 10000 + n, number=f"2026-{n:05d}") for n in range(10_000)]
    ledger_operations.add_items(many, actor=ACTOR)
    asked = []
    for place, numbers in enumerate((range(1, 2_000, 10), range(0, 10_000, 5))):
        entries = [Entry(f"{(10000 + n) / 100:.2f}", f"Factuur 2026-{n:05d}") for n in numbers]
        with CaptureQueriesContext(connection) as queries:
            done = bring(*entries, id=f"S{place}")
        assert (done.booked, done.waiting) == (len(numbers), 0)
        asked.append(len(queries))
    assert asked[1] <= asked[0] + 5, "a fixed number, and one for each few thousand rows"


def test_of_ten_thousand_invoices_only_those_named_are_looked_at(customer: int) -> None:
    many = [new_item(customer, 10000 + n, number=f"2026-{n:05d}") for n in range(10_000)]
    ids = ledger_operations.add_items(many, actor=ACTOR)
    transfers = [
        Transfer(id=n, amount_minor=10000 + n, currency="EUR", remittance=f"Factuur 2026-{n:05d}")
        for n in range(0, 10_000, 5)
    ]
    assert set(decide(transfers, settings_now()).items) == set(ids[::5])


@pytest.mark.django_db(transaction=True)
def test_of_two_people_booking_one_payment_at_once_one_wins(organisation: int) -> None:
    customer = a_customer()
    items = [an_item(customer, 10000) for _ in range(2)]
    line_id = waits()

    def book(item_id: int) -> object:
        with tenancy.within(organisation):
            return cash_application.book_line(
                line_id=line_id, allocations=[(item_id, 10000)], on=ON, actor=ACTOR
            )

    results = at_once(lambda: book(items[0]), lambda: book(items[1]))
    assert sorted(type(result).__name__ for result in results) == ["Booking", "LineNotWaiting"]
    assert sorted(open_of(item_id) for item_id in items) == [0, 10000]
    assert len(ledger.credits_of(customer)) == 1


def test_when_others_keep_booking_on_the_same_invoices_it_says_to_try_again(
    customer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def somebody_was_first(*_arguments: object, **_named: object) -> None:
        raise ledger_operations.ItemSettled("settled")

    monkeypatch.setattr(cash_application.batches, "_match_and_book", somebody_was_first)
    with pytest.raises(cash_application.TooBusy, match="Please try again"):
        bring(Entry("100.00", "2026-0042"))


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_book_each_movement_and_each_invoice_once(organisation: int) -> None:
    customer = a_customer()
    items = [an_item(customer, 10000, number=f"2026-004{n}") for n in range(5)]
    entries = [Entry("100.00", f"2026-004{n}") for n in range(5)]

    def bring_at_once(id: str, chosen: list[Entry]) -> object:
        with tenancy.within(organisation):
            return bring(*chosen, id=id)

    results = at_once(
        lambda: bring_at_once("A", entries),
        lambda: bring_at_once("B", [*entries[::-1], Entry("100.00", "2026-0040", name="Twice")]),
        lambda: bring_at_once("A", entries),
    )
    assert [type(result).__name__ for result in results] == ["BankImport"] * 3, results
    assert [open_of(item_id) for item_id in items] == [0] * 5
    assert len(ledger.credits_of(customer)) == 5
    assert len(bank.line_page().lines) == 6


def test_money_counts_from_the_day_it_came_and_never_before_its_invoice(customer: int) -> None:
    sent_before = an_item(customer, 12100, reference="123456789002")
    bring(Entry("121.00", f"betaling {OGM}"))
    [booked] = ledger.allocations_of_item(sent_before)
    item = ledger.item(sent_before)
    assert item is not None
    assert booked.on_date == max(DAY, item.issue_date) != ON


def test_an_undoing_never_counts_from_before_what_it_undoes(customer: int) -> None:
    item_id = an_item(customer, 12100, reference="123456789002")
    bring(Entry("121.00", f"betaling {OGM}"))
    [booked] = ledger.allocations_of_item(item_id)
    cash_application.undo_allocation(allocation_id=booked.id, on=date(2020, 2, 29), actor=ACTOR)
    assert [each.on_date for each in ledger.allocations_of_item(item_id)] == [booked.on_date] * 2
