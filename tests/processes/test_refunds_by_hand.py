"""A person says which refund a movement paid: after a booking was taken back, or where two would fit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from tests.at_once import at_once
from tests.banking.builders import Entry, bank_file, statement
from tests.ledger.builders import a_credit, a_customer, an_organisation
from tijdig.banking import queries as bank
from tijdig.banking.operations import LineMissing
from tijdig.banking.queries import LineView
from tijdig.banking.states import LineState
from tijdig.domain.money import Money
from tijdig.infra import audit, tenancy
from tijdig.ledger import queries as ledger
from tijdig.ledger import verification
from tijdig.organisations.operations import change_settings
from tijdig.organisations.queries import Role
from tijdig.payments import operations as payments
from tijdig.payments import queries
from tijdig.payments.queries import RefundState, RefundView
from tijdig.processes import cash_application, refunds

ON = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ANNA, BEN = "user:1", "user:2"
THEIRS, ANOTHER = "NL44RABO0123456789", "NL13TEST0123456789"


@pytest.fixture(autouse=True)
def _the_books_always_agree(request: pytest.FixtureRequest) -> Iterator[None]:
    organisation_id = request.getfixturevalue("organisation")
    with tenancy.within(organisation_id):
        change_settings(actor=ANNA, iban="NL91ABNA0417164300", bic="ABNANL2A")
    yield
    with tenancy.within(organisation_id):
        assert list(verification.problems()) == []
        assert list(audit.breaks()) == []


def ordered(customer: int, minor: int = 10_000, *, iban: str = THEIRS) -> int:
    amount = Money(minor, "EUR")
    refund_id = refunds.propose(
        customer_id=customer, amount=amount, iban=iban, holder="", why="x", on=ON, actor=ANNA
    )
    refunds.approve(refund_id=refund_id, actor=BEN, role=Role.CONTROLLER)
    refunds.order(refund_ids=(refund_id,), execution_date=ON, at=AT, actor=BEN)
    return refund_id


def the(refund_id: int) -> RefundView:
    found = queries.refund(refund_id)
    assert found is not None
    return found


def bring(*entries: Entry, id: str = "S1") -> None:
    content = bank_file(statement(entries, id=id))
    cash_application.import_bank_file(name="bank.xml", content=content, on=ON, actor=ANNA)


def newest() -> LineView:
    return max(bank.line_page().lines, key=lambda line: line.id)


def said(line: LineView) -> tuple[str, str]:
    return line.state.value, line.reason.code if line.reason else ""


def taken_back(customer: int, minor: int = 10_000) -> tuple[int, int]:
    """A refund that was recognised and whose booking was taken back; return its movement and the refund."""
    refund_id = ordered(customer, minor)
    bring(Entry(f"-{minor / 100:.2f}", iban=THEIRS))
    line = newest()
    assert said(line) == ("BOOKED", "REFUND_PAID")
    cash_application.unbook_line(line_id=line.id, on=ON, actor=ANNA)
    return line.id, refund_id


def test_a_refund_whose_booking_was_taken_back_is_paid_again_and_taken_back_again(customer: int) -> None:
    a_credit(customer, 10_000)
    line_id, refund_id = taken_back(customer)
    assert said(newest()) == ("WAITING", "BOOKING_UNDONE")
    for _time in range(2):
        assert [each.id for each in refunds.candidates(line_id)] == [refund_id]
        refunds.pay_by_hand(line_id=line_id, refund_id=refund_id, actor=ANNA)
        assert said(newest()) == ("BOOKED", "REFUND_PAID")
        assert (the(refund_id).state, the(refund_id).paid_line_id) == (RefundState.PAID, line_id)
        [entry] = audit.entries(limit=1)
        assert (entry.actor, entry.action, entry.subject) == (
            ANNA, "refunds.paid", f"payments_refund:{refund_id}",
        )  # fmt: skip
        assert sum(balance.net_minor for balance in ledger.balance_of(customer, on=ON)) == 0
        assert refunds.candidates(line_id) == ()
        cash_application.unbook_line(line_id=line_id, on=ON, actor=ANNA)
        assert the(refund_id).state is RefundState.ORDERED


def test_where_two_would_fit_a_person_chooses(customer: int) -> None:
    a_credit(customer, 20_000)
    first, second = ordered(customer), ordered(customer)
    bring(Entry("-100.00", "een van beide", iban=THEIRS))
    line = newest()
    assert said(line) == ("IGNORED", "MONEY_OUT")
    cash_application.reopen_line(line_id=line.id, actor=ANNA)
    refunds.pay_by_hand(line_id=line.id, refund_id=first, actor=ANNA)
    assert (the(first).state, the(second).state) == (RefundState.PAID, RefundState.ORDERED)


def test_offered_are_those_of_exactly_this_amount_to_the_same_account_first(customer: int) -> None:
    a_credit(customer, 300_000)
    line_id, same_account = taken_back(customer)
    others = [ordered(customer, iban=ANOTHER) for _ in range(11)]
    ordered(customer, 10_001)
    ended = ordered(customer)
    refunds.say_refused(refund_id=ended, text="AC04", on=ON, actor=BEN, role=Role.OWNER)
    offered = [each.id for each in refunds.candidates(line_id)]
    assert offered == [same_account, *reversed(others)][:10]
    bring(Entry("100.00", "no idea"), id="S2")
    assert refunds.candidates(newest().id) == refunds.candidates(987_654_321) == ()


def test_what_was_dealt_with_meanwhile_is_refused(customer: int) -> None:
    a_credit(customer, 30_000)
    line_id, refund_id = taken_back(customer)
    dearer = ordered(customer, 10_001)
    with pytest.raises(refunds.CannotPay, match="exactly this amount"):
        refunds.pay_by_hand(line_id=line_id, refund_id=dearer, actor=ANNA)
    refunds.say_refused(refund_id=refund_id, text="AC04", on=ON, actor=BEN, role=Role.OWNER)
    with pytest.raises(payments.RefundMovedOn, match=f"TB-{refund_id} already"):
        refunds.pay_by_hand(line_id=line_id, refund_id=refund_id, actor=ANNA)
    assert newest().state == LineState.WAITING
    another = ordered(customer)
    cash_application.ignore_line(line_id=line_id, text="bankkosten", actor=ANNA)
    with pytest.raises(refunds.CannotPay, match="dealt with this movement already"):
        refunds.pay_by_hand(line_id=line_id, refund_id=another, actor=ANNA)
    bring(Entry("100.00", "no idea"), id="S2")
    with pytest.raises(refunds.CannotPay, match="no money went out"):
        refunds.pay_by_hand(line_id=newest().id, refund_id=another, actor=ANNA)
    assert the(another).state is RefundState.ORDERED


def test_another_organisation_has_neither_the_movement_nor_the_refund(customer: int) -> None:
    a_credit(customer, 10_000)
    line_id, refund_id = taken_back(customer)
    with tenancy.within(an_organisation()):
        assert refunds.candidates(line_id) == ()
        with pytest.raises(LineMissing):
            refunds.pay_by_hand(line_id=line_id, refund_id=refund_id, actor=ANNA)
        change_settings(actor=ANNA, iban="NL91ABNA0417164300", bic="ABNANL2A")
        stranger = a_customer()
        a_credit(stranger, 10_000)
        theirs, _refund = taken_back(stranger)
        with pytest.raises(payments.RefundMissing):
            refunds.pay_by_hand(line_id=theirs, refund_id=refund_id, actor=ANNA)
    assert the(refund_id).state is RefundState.ORDERED


@pytest.mark.django_db(transaction=True)
def test_of_two_people_at_once_one_wins(organisation: int) -> None:
    """Two refunds by one movement; then one refund by two movements."""
    customer = a_customer()
    a_credit(customer, 20_000)
    line_id, first = taken_back(customer)
    second = ordered(customer)

    def pay(line: int, refund_id: int) -> object:
        with tenancy.within(organisation):
            return refunds.pay_by_hand(line_id=line, refund_id=refund_id, actor=ANNA)

    results = at_once(lambda: pay(line_id, first), lambda: pay(line_id, second))
    assert sorted(type(result).__name__ for result in results) == ["CannotPay", "NoneType"]
    states = {the(first).state: first, the(second).state: second}
    assert set(states) == {RefundState.PAID, RefundState.ORDERED}
    left = states[RefundState.ORDERED]
    cash_application.unbook_line(line_id=line_id, on=ON, actor=ANNA)
    bring(Entry("-100.00", "nog een", iban=ANOTHER), id="S2")
    other_line = newest().id
    cash_application.reopen_line(line_id=other_line, actor=ANNA)
    results = at_once(lambda: pay(line_id, left), lambda: pay(other_line, left))
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "RefundMovedOn"]
    assert sorted(line.state.value for line in bank.line_page().lines) == ["BOOKED", "WAITING"]
