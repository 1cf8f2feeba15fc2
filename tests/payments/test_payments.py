"""Returns and refunds as rows: what is written once, what may follow what, and what is read back."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from tests.banking.builders import DAY, Entry, bank_file, statement
from tests.ledger.builders import ON, a_credit, because
from tijdig.banking import operations as banking
from tijdig.banking import queries as bank
from tijdig.domain.ledger import CreditKind
from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason
from tijdig.ledger import operations as ledger
from tijdig.payments import operations, queries
from tijdig.payments.operations import NewRefund, NewRefundFile, NewReturn, RefundMovedOn, Told
from tijdig.payments.queries import ReturnView
from tijdig.payments.states import RefundState

ANNA, BEN = "user:1", "user:2"


@pytest.fixture
def line_id(customer: int) -> int:
    """A movement by which a payment came in."""
    banking.record_file(name="x", content=bank_file(statement([Entry("100.00")])), actor="cli")
    return bank.line_page().lines[0].id


def returned(line_id: int, *, reference: str = "R1") -> int:
    new = NewReturn(
        line_id=line_id,
        credit_id=None,
        item_id=None,
        on_date=ON,
        amount_minor=10_000,
        charges_minor=300,
        currency="EUR",
        code="AM04",
        told=Told("pain.002:abc", "pain.002:abc", reference),
        loosened=((7, 100, CreditKind.PAYMENT.value, because().as_data()),),
    )
    return operations.record_returns([new], actor=ANNA)[0]


def the(return_id: int) -> ReturnView:
    found = queries.return_of(return_id)
    assert found is not None
    return found


def test_a_return_is_written_down_with_all_that_told_of_it(line_id: int) -> None:
    return_id = returned(line_id)
    operations.record_told_again([(return_id, Told(f"bank:{line_id}", "statement:1"))])
    view = the(return_id)
    assert (view.amount, view.charges, view.code, view.on_date) == (
        Money(10_000, "EUR"),
        Money(300, "EUR"),
        "AM04",
        ON,
    )
    assert [(each.counts, each.line_id) for each in view.tellings] == [(True, None), (False, line_id)]
    assert view.counted_line_id is None
    [part] = view.loosened
    assert (part.item_id, part.amount_minor, part.kind, part.reason) == (7, 100, "PAYMENT", because())
    assert queries.return_told_by(line_id) == view
    assert queries.returns_of_lines([line_id]) == {line_id: (view,)}
    assert queries.lines_told_under(["R1", ""]) == {line_id}
    assert queries.lines_told_under(["R2"]) == queries.lines_told_under([]) == frozenset()
    assert queries.return_of(return_id + 1_000) is None
    assert queries.return_told_by(line_id + 1_000) is None
    assert queries.returns_of_credit(1) == ()


def test_a_return_is_undone_once(line_id: int) -> None:
    return_id = returned(line_id)
    assert operations.mark_return_undone(return_id=return_id, actor=ANNA)
    assert not operations.mark_return_undone(return_id=return_id, actor=ANNA)
    assert the(return_id).undone_at is not None
    assert operations.record_returns([], actor=ANNA) == ()


def refund(customer_id: int) -> int:
    refund_id = operations.next_refund_id()
    item_id = ledger.lock_away(
        [(a_credit(customer_id), 10_000)], number=f"TB-{refund_id}", on=ON, reason=because(), actor=ANNA
    )
    new = NewRefund(
        refund_id, customer_id, item_id, Money(10_000, "EUR"), "NL44RABO0123456789", "Oven", "", "why"
    )
    operations.add_refund(new, actor=ANNA)
    return refund_id


def state_of(refund_id: int) -> RefundState:
    found = queries.refund(refund_id)
    assert found is not None
    return found.state


def ordered(refund_id: int) -> int:
    operations.approve_refund(refund_id=refund_id, actor=BEN)
    found = queries.refund(refund_id)
    assert found is not None
    order_id = operations.next_refund_file_id()
    file = NewRefundFile(
        order_id, 1, f"M{order_id}", "v", "NL91ABNA0417164300", date(2026, 12, 1), found.amount
    )
    operations.order_refunds([found], file, actor=BEN)
    return order_id


def test_a_refund_goes_its_way_one_step_after_another(customer: int, line_id: int) -> None:
    refund_id = refund(customer)
    with pytest.raises(RefundMovedOn):
        operations.refunds_paid({refund_id: line_id}, actor=ANNA)
    with pytest.raises(RefundMovedOn):
        operations.refund_not_paid(refund_id=refund_id, actor=ANNA)
    order_id = ordered(refund_id)
    file = queries.refund_file(order_id)
    assert file is not None
    assert queries.refund_files_of_messages([file.message_id, "other"]) == {file.message_id: file}
    assert queries.refund_files_of_messages([]) == {}
    assert [each.id for each in queries.refund_files()] == [order_id]
    operations.refunds_paid({refund_id: line_id}, actor=ANNA)
    assert state_of(refund_id) is RefundState.PAID
    assert [each.id for each in queries.refunds_of_line(line_id)] == [refund_id]
    operations.refund_not_paid(refund_id=refund_id, actor=ANNA)
    assert state_of(refund_id) is RefundState.ORDERED
    reason = Reason("REFUND_CAME_BACK", {"number": f"TB-{refund_id}", "meaning": "x"})
    act = {
        "refund_id": refund_id,
        "state": RefundState.CAME_BACK,
        "reason": reason,
        "line_id": line_id,
        "actor": ANNA,
    }
    assert operations.end_refund(**act)  # type: ignore[arg-type]
    assert not operations.end_refund(**act)  # type: ignore[arg-type]
    operations.refunds_paid({}, actor=ANNA)


def test_refunds_are_found_by_what_a_bank_tells_of_them(customer: int) -> None:
    refund_id = refund(customer)
    found = queries.refund(refund_id)
    assert found is not None
    assert queries.refunds_by_end_to_end_id([found.end_to_end_id, ""]) == {found.end_to_end_id: found}
    assert queries.refunds_to([found.iban], states=[RefundState.PROPOSED]) == (found,)
    assert queries.refunds_to([""], states=[RefundState.PROPOSED]) == ()
    assert queries.refunds_to([found.iban], states=[RefundState.PAID]) == ()
    assert queries.refund_counts() == {
        RefundState.PROPOSED: 1,
        RefundState.APPROVED: 0,
        RefundState.ORDERED: 0,
    }


def test_an_ordered_refund_is_in_a_file(customer: int) -> None:
    refund_id = refund(customer)
    operations.approve_refund(refund_id=refund_id, actor=BEN)
    with pytest.raises(IntegrityError, match="an_ordered_refund_is_in_a_file"), transaction.atomic():
        operations._move(
            operations.locked_refund(refund_id), RefundState.ORDERED, only_from=(RefundState.APPROVED,)
        )


def test_money_is_locked_until_a_refund_ends_badly() -> None:
    locking = {state for state in RefundState if state.locks_money}
    assert locking == {RefundState.PROPOSED, RefundState.APPROVED, RefundState.ORDERED, RefundState.PAID}
    assert all(len(state) <= 9 for state in RefundState)
    assert DAY < ON
