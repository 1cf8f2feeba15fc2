"""Whatever happens in whatever order, the ledger holds: random histories against a model of a few lines."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.ledger.builders import ACTOR, ON, a_credit, a_customer, an_item, an_organisation, because
from tijdig.domain.ledger import CreditKind
from tijdig.infra import tenancy
from tijdig.ledger import operations, queries, verification

AMOUNTS = st.integers(1, 300)
PICK = st.integers(0, 10**6)
COMMON = {"on": ON, "reason": because(), "actor": ACTOR}


@dataclass
class ModelCredit:
    kind: CreditKind
    amount: int
    reversed: bool = False


@dataclass
class Model:
    """What was agreed, by id: amounts of items, credits, and the allocations that stand."""

    items: dict[int, int] = field(default_factory=dict)
    credits: dict[int, ModelCredit] = field(default_factory=dict)
    standing: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    undone: set[int] = field(default_factory=set)

    def open(self, item_id: int) -> int:
        return self.items[item_id] - sum(a for c, i, a in self.standing.values() if i == item_id)

    def left(self, credit_id: int) -> int:
        credit = self.credits[credit_id]
        taken = sum(a for c, i, a in self.standing.values() if c == credit_id)
        return 0 if credit.reversed else credit.amount - taken

    def drop(self, allocation_id: int) -> None:
        del self.standing[allocation_id]
        self.undone.add(allocation_id)

    def reverse(self, credit_id: int) -> None:
        for allocation_id in [key for key, (c, i, a) in self.standing.items() if c == credit_id]:
            self.drop(allocation_id)
        self.credits[credit_id].reversed = True


def one_of(choices, pick: int):  # type: ignore[no-untyped-def]
    ordered = sorted(choices)
    return ordered[pick % len(ordered)]


class History(RuleBasedStateMachine):
    """Invoices, credit notes, payments of every size, undoing, writing off, reversing, cancelling."""

    customer: int

    @initialize()
    def begin(self) -> None:
        self.model = Model()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.inside = tenancy.within(an_organisation())
        self.inside.__enter__()
        self.customer = a_customer()

    def teardown(self) -> None:
        if hasattr(self, "transaction"):
            assert list(verification.problems()) == []
            self.inside.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    @rule(amount=AMOUNTS)
    def invoice(self, amount: int) -> None:
        self.model.items[an_item(self.customer, amount)] = amount

    @rule(amount=AMOUNTS, kind=st.sampled_from([CreditKind.PAYMENT, CreditKind.CREDIT_NOTE]))
    def credit(self, amount: int, kind: CreditKind) -> None:
        self.model.credits[a_credit(self.customer, amount, kind=kind)] = ModelCredit(kind, amount)

    @precondition(lambda self: self.model.items and self.model.credits)
    @rule(item=PICK, credit=PICK, amount=AMOUNTS, whole=st.booleans())
    def allocate(self, item: int, credit: int, amount: int, whole: bool) -> None:
        item_id, credit_id = one_of(self.model.items, item), one_of(self.model.credits, credit)
        open_, left = self.model.open(item_id), self.model.left(credit_id)
        amount = min(open_, left) or amount if whole else amount
        act = {"credit_id": credit_id, "item_id": item_id, "amount_minor": amount, **COMMON}
        if self.model.credits[credit_id].reversed:
            with pytest.raises(operations.CreditReversed):
                operations.allocate(**act)
        elif not open_:
            with pytest.raises(operations.ItemSettled):
                operations.allocate(**act)
        elif amount > open_:
            with pytest.raises(operations.ItemOverpaid):
                operations.allocate(**act)
        elif amount > left:
            with pytest.raises(operations.CreditExhausted):
                operations.allocate(**act)
        else:
            settlement = operations.allocate(**act)
            assert settlement.settled == ((item_id,) if amount == open_ else ())
            self.model.standing[settlement.allocation_ids[0]] = (credit_id, item_id, amount)

    @precondition(lambda self: self.model.standing or self.model.undone)
    @rule(pick=PICK)
    def undo(self, pick: int) -> None:
        allocation_id = one_of(set(self.model.standing) | self.model.undone, pick)
        if allocation_id in self.model.undone:
            with pytest.raises(operations.AllocationUndoneAlready):
                operations.undo_allocation(allocation_id=allocation_id, **COMMON)
            return
        credit_id, item_id, _amount = self.model.standing[allocation_id]
        was_settled = not self.model.open(item_id)
        settlement = operations.undo_allocation(allocation_id=allocation_id, **COMMON)
        assert settlement.reopened == ((item_id,) if was_settled else ())
        if self.model.credits[credit_id].kind.belongs_to_its_item:
            self.model.reverse(credit_id)
        else:
            self.model.drop(allocation_id)

    @precondition(lambda self: self.model.credits)
    @rule(pick=PICK)
    def reverse(self, pick: int) -> None:
        credit_id = one_of(self.model.credits, pick)
        if self.model.credits[credit_id].reversed:
            with pytest.raises(operations.CreditReversed):
                operations.reverse_credit(credit_id=credit_id, **COMMON)
            return
        operations.reverse_credit(credit_id=credit_id, **COMMON)
        self.model.reverse(credit_id)

    @precondition(lambda self: self.model.items)
    @rule(pick=PICK, amount=AMOUNTS)
    def write_off(self, pick: int, amount: int) -> None:
        item_id = one_of(self.model.items, pick)
        open_ = self.model.open(item_id)
        if amount > open_:
            with pytest.raises(operations.WriteOffTooLarge if open_ else operations.ItemSettled):
                operations.write_off(item_id=item_id, amount_minor=amount, **COMMON)
            return
        settlement = operations.write_off(item_id=item_id, amount_minor=amount, **COMMON)
        self._note_own_credit(settlement.allocation_ids[0], CreditKind.WRITE_OFF)

    @precondition(lambda self: self.model.items)
    @rule(pick=PICK)
    def cancel(self, pick: int) -> None:
        item_id = one_of(self.model.items, pick)
        payments = [
            key
            for key, (c, i, a) in self.model.standing.items()
            if i == item_id and self.model.credits[c].kind is CreditKind.PAYMENT
        ]
        if not payments and not self.model.open(item_id):
            with pytest.raises(operations.ItemSettled):
                operations.cancel_item(item_id=item_id, **COMMON)
            return
        settlement = operations.cancel_item(item_id=item_id, **COMMON)
        for allocation_id in payments:
            self.model.drop(allocation_id)
        self._note_own_credit(settlement.allocation_ids[-1], CreditKind.CANCELLATION)

    def _note_own_credit(self, allocation_id: int, kind: CreditKind) -> None:
        row = queries.allocation(allocation_id)
        assert row is not None
        assert row.credit_kind == kind
        self.model.credits[row.credit_id] = ModelCredit(kind, row.amount_minor)
        self.model.standing[allocation_id] = (row.credit_id, row.item_id, row.amount_minor)

    @invariant()
    def the_ledger_is_as_the_model(self) -> None:
        items = queries.items(self.model.items)
        credits = queries.credits(self.model.credits)
        assert {key: view.open_minor for key, view in items.items()} == {
            key: self.model.open(key) for key in self.model.items
        }
        assert {key: (view.unallocated_minor, view.reversed) for key, view in credits.items()} == {
            key: (self.model.left(key), credit.reversed) for key, credit in self.model.credits.items()
        }
        assert all(0 <= view.open_minor <= view.amount_minor for view in items.values())
        assert all(0 <= view.unallocated_minor <= view.amount_minor for view in credits.values())
        assert all((view.open_minor == 0) == (view.settled_date == ON) for view in items.values())

    @invariant()
    def the_balance_is_the_sum_of_both_sides(self) -> None:
        balances = queries.balance_of(self.customer, on=ON)
        booked = sum(self.model.items.values()) - sum(
            credit.amount for credit in self.model.credits.values() if not credit.reversed
        )
        assert sum(balance.net_minor for balance in balances) == booked


@pytest.mark.django_db
def test_any_history_keeps_the_ledger_whole() -> None:
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
