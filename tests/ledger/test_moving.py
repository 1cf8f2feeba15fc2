"""Money that comes back, is paid back, or becomes another customer's; and all of it taken back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.ledger.builders import ACTOR, ON, a_credit, a_customer, allocated, an_item, because
from tests.ledger.corrupting import corrupt
from tijdig.domain.ledger import CreditKind, ItemKind
from tijdig.domain.money import Money
from tijdig.ledger import operations, queries, verification
from tijdig.ledger.operations import Forgiven, NewItem, Outgoing, TakenBack

LATER = ON + timedelta(days=5)
COMMON = {"on": LATER, "reason": because(), "actor": ACTOR}


def came_back(credit_id: int, amount: int, *, on: date = LATER) -> TakenBack:
    return operations.take_back([Outgoing(credit_id, amount, "", on, because("AM04"))], actor=ACTOR)


def state(*item_ids: int) -> list[int]:
    found = queries.items(item_ids)
    return [found[item_id].open_minor for item_id in item_ids]


def left(credit_id: int) -> int:
    found = queries.credit(credit_id)
    assert found is not None
    return found.unallocated_minor


def net(customer_id: int) -> int:
    return sum(balance.net_minor for balance in queries.balance_of(customer_id, on=LATER))


def test_a_payment_that_came_back_opens_its_invoices_from_that_day(customer: int) -> None:
    first, second, payment = an_item(customer, 600), an_item(customer, 400), a_credit(customer, 1_000)
    allocated(payment, first, 600)
    allocated(payment, second, 400)
    taken = came_back(payment, 1_000)
    assert taken.settlement.reopened == (first, second)
    assert state(first, second, *taken.item_ids) == [600, 400, 0]
    assert net(customer) == 1_000
    assert {row.on_date for row in queries.allocations_of_item(first)} == {ON, LATER}
    [returned] = queries.items(taken.item_ids).values()
    assert (returned.kind, returned.issue_date, returned.settled_date) == (ItemKind.RETURNED, LATER, LATER)
    assert sum(one.total_minor for one in queries.ageing_as_of(ON)) == 0
    assert list(verification.problems()) == []


def test_a_part_that_came_back_is_first_what_was_on_account_then_what_was_allocated_last(
    customer: int,
) -> None:
    first, second, payment = an_item(customer, 600), an_item(customer, 300), a_credit(customer, 1_000)
    allocated(payment, first, 600)
    allocated(payment, second, 300)
    assert came_back(payment, 60).settlement.reopened == ()
    assert (state(first, second), left(payment)) == ([0, 0], 40)
    taken = came_back(payment, 140)
    assert (taken.settlement.reopened, state(first, second), left(payment)) == ((second,), [0, 100], 0)
    assert [(one.item_id, one.amount_minor) for one in taken.loosened] == [(second, 100)]
    with pytest.raises(operations.CreditExhausted, match=r"8\.00 EUR is left"):
        came_back(payment, 801)
    assert came_back(payment, 800).settlement.reopened == (first,)
    assert net(customer) == 900
    assert list(verification.problems()) == []


def test_money_does_not_come_back_before_it_was_there(customer: int) -> None:
    item_id, payment = an_item(customer, 500), a_credit(customer, 500)
    allocated(payment, item_id, 500)
    taken = came_back(payment, 500, on=ON - timedelta(days=9))
    assert [item.issue_date for item in queries.items(taken.item_ids).values()] == [ON]


def test_a_discount_goes_with_the_payment_it_was_given_with(customer: int) -> None:
    item_id, payment = an_item(customer, 1_000), a_credit(customer, 980)
    allocation = allocated(payment, item_id, 980).allocation_ids[0]
    given = Forgiven(item_id, 20, because("paid early"), CreditKind.DISCOUNT, payment)
    assert operations.forgive([given], on=ON, actor=ACTOR).settled == (item_id,)
    operations.undo_allocation(allocation_id=allocation, **COMMON)  # type: ignore[arg-type]
    assert (state(item_id), left(payment)) == ([1_000], 980)
    allocated(payment, item_id, 980)
    operations.forgive([given], on=ON, actor=ACTOR)
    taken = came_back(payment, 980)
    assert (state(item_id), {one.kind for one in taken.loosened}) == (
        [1_000],
        {CreditKind.PAYMENT, CreditKind.DISCOUNT},
    )
    other, again = an_item(customer, 1_000), a_credit(customer, 980)
    allocated(again, other, 980)
    operations.forgive([Forgiven(other, 20, because(), CreditKind.DISCOUNT, again)], on=ON, actor=ACTOR)
    assert operations.reverse_credit(credit_id=again, **COMMON).reopened == (other,)  # type: ignore[arg-type]
    assert state(other) == [1_000]
    assert list(verification.problems()) == []
    with pytest.raises(operations.CreditReversed):
        operations.forgive([Forgiven(other, 20, because(), CreditKind.DISCOUNT, again)], on=ON, actor=ACTOR)


def test_a_discount_that_was_given_later_does_not_go_before_it_was_there(customer: int) -> None:
    item_id, payment = an_item(customer, 1_000), a_credit(customer, 980)
    allocated(payment, item_id, 980)
    after = LATER + timedelta(days=5)
    given = Forgiven(item_id, 20, because("paid early"), CreditKind.DISCOUNT, payment)
    operations.forgive([given], on=after, actor=ACTOR)
    came_back(payment, 980, on=LATER)
    assert [row.on_date for row in queries.allocations_of_item(item_id)] == [ON, after, after, after]
    assert [one.total_minor for one in queries.ageing_as_of(LATER)] == [20]


def test_a_discount_goes_with_its_payment_off_an_invoice_that_is_cancelled(customer: int) -> None:
    item_id, payment = an_item(customer, 1_000), a_credit(customer, 970)
    allocated(payment, item_id, 970)
    operations.forgive(
        [Forgiven(item_id, 20, because(), CreditKind.DISCOUNT, payment), Forgiven(item_id, 10, because())],
        on=ON,
        actor=ACTOR,
    )
    operations.cancel_item(item_id=item_id, **COMMON)  # type: ignore[arg-type]
    assert (state(item_id), left(payment), net(customer)) == ([0], 970, -970)
    cancelled = [each for each in queries.credits_of(customer) if each.kind is CreditKind.CANCELLATION]
    assert [each.amount_minor for each in cancelled] == [990]
    assert operations.reverse_credit(credit_id=payment, **COMMON).reopened == ()  # type: ignore[arg-type]
    assert (state(item_id), net(customer)) == ([0], 0)
    assert list(verification.problems()) == []


def test_money_to_pay_back_is_locked_until_it_is_released(customer: int) -> None:
    small, large = a_credit(customer, 300), a_credit(customer, 500)
    item_id = operations.lock_away([(small, 300), (large, 100)], number="TB-1", **COMMON)  # type: ignore[arg-type]
    assert (left(small), left(large), state(item_id), net(customer)) == (0, 400, [0], -400)
    with pytest.raises(operations.CreditExhausted):
        allocated(small, an_item(customer, 300), 1)
    with pytest.raises(operations.MoneyIsElsewhere, match="refund TB-1"):
        operations.reverse_credit(credit_id=small, **COMMON)  # type: ignore[arg-type]
    [row] = [row for row in queries.allocations_of_credit(small) if row.item_id == item_id]
    assert not row.can_be_undone
    with pytest.raises(operations.ReversalCannotBeUndone, match="itself instead"):
        operations.undo_allocation(allocation_id=row.id, **COMMON)  # type: ignore[arg-type]
    with pytest.raises(operations.ItemMissing):
        operations.cancel_item(item_id=item_id, **COMMON)  # type: ignore[arg-type]
    operations.release(item_id=item_id, **COMMON)  # type: ignore[arg-type]
    assert (left(small), left(large), net(customer)) == (300, 500, 300 - 800)
    with pytest.raises(operations.NothingToRelease):
        operations.release(item_id=item_id, **COMMON)  # type: ignore[arg-type]
    assert list(verification.problems()) == []


def test_only_money_of_one_customer_is_paid_back_at_once(customer: int) -> None:
    theirs = a_credit(a_customer(), 300)
    with pytest.raises(operations.MixedMoney):
        operations.lock_away([(a_credit(customer, 300), 300), (theirs, 300)], number="R", **COMMON)  # type: ignore[arg-type]
    with pytest.raises(operations.AllocationInvalid):
        operations.lock_away([(theirs, 0)], number="R", **COMMON)  # type: ignore[arg-type]


def test_money_moves_to_another_customer_and_back_off_what_it_paid_there(customer: int) -> None:
    other, payment = a_customer(), a_credit(customer, 1_000)
    theirs = an_item(other, 700)
    act = {"credit_id": payment, "on": ON, "out": because(), "into": because(), "actor": ACTOR}
    with pytest.raises(operations.MixedMoney):
        operations.move_to_customer(**act, amount_minor=700, customer_id=customer)  # type: ignore[arg-type]
    moved = operations.move_to_customer(**act, amount_minor=700, customer_id=other)  # type: ignore[arg-type]
    assert (left(payment), left(moved.credit_id), net(customer), net(other)) == (300, 700, -300, 0)
    allocated(moved.credit_id, theirs, 700)
    settlement = operations.release(item_id=moved.item_id, **COMMON)  # type: ignore[arg-type]
    assert (settlement.reopened, left(payment), state(theirs)) == ((theirs,), 1_000, [700])
    assert list(verification.problems()) == []


def test_what_was_moved_on_is_moved_back_first(customer: int) -> None:
    other, payment = a_customer(), a_credit(customer, 1_000)
    act = {"amount_minor": 700, "on": ON, "out": because(), "into": because(), "actor": ACTOR}
    first = operations.move_to_customer(credit_id=payment, customer_id=other, **act)  # type: ignore[arg-type]
    operations.move_to_customer(credit_id=first.credit_id, customer_id=a_customer(), **act)  # type: ignore[arg-type]
    with pytest.raises(operations.MoneyIsElsewhere, match="move it back first"):
        operations.release(item_id=first.item_id, **COMMON)  # type: ignore[arg-type]


def test_a_limit_counts_all_that_was_ever_written_off_an_item(customer: int) -> None:
    item_id, limit = an_item(customer, 50_000), Money(10_000, "EUR")
    act = {"item_id": item_id, **COMMON}
    operations.write_off(amount_minor=6_000, limit=limit, **act)  # type: ignore[arg-type]
    with pytest.raises(operations.WriteOffAboveLimit, match=r"100\.00 EUR of one invoice.*100\.01 EUR"):
        operations.write_off(amount_minor=4_001, limit=limit, **act)  # type: ignore[arg-type]
    settlement = operations.write_off(amount_minor=4_000, limit=limit, **act)  # type: ignore[arg-type]
    with pytest.raises(operations.WriteOffAboveLimit):
        operations.write_off(amount_minor=1, limit=limit, **act)  # type: ignore[arg-type]
    operations.undo_allocation(allocation_id=settlement.allocation_ids[0], **COMMON)  # type: ignore[arg-type]
    operations.write_off(amount_minor=4_000, limit=limit, **act)  # type: ignore[arg-type]
    operations.write_off(amount_minor=40_000, **act)  # type: ignore[arg-type]
    assert state(item_id) == [0]
    both = [Forgiven(an_item(customer, 9_000), 6_000, because()) for _ in range(2)]
    operations.forgive(both, on=ON, actor=ACTOR, limit=limit)
    twice = [Forgiven(both[0].item_id, 2_001, because())] * 2
    with pytest.raises(operations.WriteOffTooLarge):
        operations.forgive(twice, on=ON, actor=ACTOR)


def test_a_limit_is_the_same_figure_in_every_currency(customer: int) -> None:
    yen = an_item(customer, 500, currency="JPY")
    with pytest.raises(operations.WriteOffAboveLimit):
        operations.write_off(item_id=yen, amount_minor=101, limit=Money(10_000, "EUR"), **COMMON)  # type: ignore[arg-type]
    operations.write_off(item_id=yen, amount_minor=100, limit=Money(10_000, "EUR"), **COMMON)  # type: ignore[arg-type]
    assert state(yen) == [400]


def test_costs_say_which_invoice_they_are_on(customer: int) -> None:
    invoice = an_item(customer, 10_000)
    costs = NewItem(customer, ItemKind.FEE, "F-1", 4_000, "EUR", ON, ON, about_item_id=invoice)
    (fee,) = operations.add_items([costs], actor=ACTOR)
    assert queries.items([fee])[fee].about_item_id == invoice
    taken_out = NewItem(customer, ItemKind.RETURNED, "R-1", 4_000, "EUR", ON, ON)
    with pytest.raises(operations.ItemInvalid, match="comes about by taking money out"):
        operations.add_items([taken_out], actor=ACTOR)


def test_what_was_paid_this_week_is_less_what_of_it_came_back(customer: int) -> None:
    payment = a_credit(customer, 1_000)
    a_credit(customer, 500)
    came_back(payment, 300, on=ON)
    [figures] = queries.money_figures(ON)
    assert figures.paid_this_week_minor == 1_200


@pytest.mark.parametrize(
    ("statement", "where", "what"),
    [
        ("UPDATE ledger_item SET open = 5, settled_date = NULL WHERE id = {item}",
         "ledger_item:{item}", "a MOVED_OUT has 5 open, as if it were owed"),
        ("UPDATE ledger_credit SET amount = 699, unallocated = 699 WHERE id = {credit}",
         "ledger_item:{item}", "moved as 700, arrived as 699"),
        ("UPDATE ledger_credit SET origin = 'moved:0' WHERE id = {credit}",
         "ledger_item:{item}", "moved to another customer, where it is not"),
        ("UPDATE ledger_credit SET origin = 'moved:0' WHERE id = {credit}",
         "ledger_credit:{credit}", "came from another customer, where nothing left"),
        ("UPDATE ledger_credit SET beside_credit_id = {gone} WHERE id = {discount}",
         "ledger_credit:{discount}", "was given beside credit {gone}, which is gone"),
    ],
)  # fmt: skip
def test_verify_names_what_is_wrong(customer: int, statement: str, where: str, what: str) -> None:
    payment, gone, item_id = a_credit(customer, 980), a_credit(customer, 1_000), an_item(customer, 1_000)
    moved = operations.move_to_customer(
        credit_id=gone, amount_minor=700, customer_id=a_customer(), on=ON, out=because(), into=because(),
        actor=ACTOR,
    )  # fmt: skip
    taken = a_credit(customer, 10)
    operations.reverse_credit(credit_id=taken, **COMMON)  # type: ignore[arg-type]
    allocated(payment, item_id, 980)
    given = Forgiven(item_id, 20, because(), CreditKind.DISCOUNT, payment)
    allocation = operations.forgive([given], on=ON, actor=ACTOR).allocation_ids[0]
    row = queries.allocation(allocation)
    assert row is not None
    ids = {"item": moved.item_id, "credit": moved.credit_id, "gone": taken, "discount": row.credit_id}
    corrupt(statement.format(**ids))
    found = {(problem.where, problem.what) for problem in verification.problems()}
    assert (where.format(**ids), what.format(**ids)) in found
