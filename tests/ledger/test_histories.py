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
from tijdig.domain.ledger import CreditKind, ItemKind
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
    beside: int = 0


@dataclass
class Model:
    """What was agreed, by id: amounts of items, credits, and the allocations that stand."""

    items: dict[int, int] = field(default_factory=dict)
    credits: dict[int, ModelCredit] = field(default_factory=dict)
    standing: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    undone: set[int] = field(default_factory=set)
    taken: dict[int, tuple[ItemKind, tuple[tuple[int, int], ...]]] = field(default_factory=dict)
    """Money that is elsewhere, by the item that took it: of which credits, how much."""
    released: set[int] = field(default_factory=set)

    def open(self, item_id: int) -> int:
        return self.items[item_id] - sum(a for c, i, a in self.standing.values() if i == item_id)

    def left(self, credit_id: int) -> int:
        credit = self.credits[credit_id]
        used = sum(a for c, i, a in self.standing.values() if c == credit_id)
        return 0 if credit.reversed else credit.amount - used - self.elsewhere(credit_id)

    def elsewhere(self, credit_id: int) -> int:
        return sum(a for _kind, parts in self.taken.values() for c, a in parts if c == credit_id)

    def drop(self, allocation_id: int) -> None:
        del self.standing[allocation_id]
        self.undone.add(allocation_id)

    def reverse(self, credit_id: int) -> None:
        for allocation_id in [key for key, (c, i, a) in self.standing.items() if c == credit_id]:
            self.drop(allocation_id)
        self.credits[credit_id].reversed = True
        self.reverse_beside(credit_id)

    def reverse_beside(self, credit_id: int, item_ids: set[int] | None = None) -> None:
        """What was given beside a payment goes with it: all of it, or what is on these items."""
        for allocation_id, (c, i, _a) in list(self.standing.items()):
            beside = self.credits[c].beside == credit_id and not self.credits[c].reversed
            if beside and (item_ids is None or i in item_ids) and allocation_id in self.standing:
                self.reverse(c)


def one_of(choices, pick: int):  # type: ignore[no-untyped-def]
    ordered = sorted(choices)
    return ordered[pick % len(ordered)]


class History(RuleBasedStateMachine):
    """Invoices, credit notes, payments of every size, undoing, writing off, reversing, cancelling; money that
    comes back whole or in part, is paid back, or becomes another customer's, and all of that taken back."""

    customer: int
    other: int

    @initialize()
    def begin(self) -> None:
        self.model = Model()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.inside = tenancy.within(an_organisation())
        self.inside.__enter__()
        self.customer, self.other = a_customer(), a_customer()

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
            self.model.reverse_beside(credit_id, {item_id})

    @precondition(lambda self: self.model.credits)
    @rule(pick=PICK)
    def reverse(self, pick: int) -> None:
        credit_id = one_of(self.model.credits, pick)
        if self.model.credits[credit_id].reversed:
            with pytest.raises(operations.CreditReversed):
                operations.reverse_credit(credit_id=credit_id, **COMMON)
            return
        if self.model.elsewhere(credit_id):
            with pytest.raises(operations.MoneyIsElsewhere):
                operations.reverse_credit(credit_id=credit_id, **COMMON)
            return
        operations.reverse_credit(credit_id=credit_id, **COMMON)
        self.model.reverse(credit_id)

    @precondition(lambda self: self._money())
    @rule(pick=PICK, amount=AMOUNTS, whole=st.booleans())
    def comes_back(self, pick: int, amount: int, whole: bool) -> None:
        """Whole or in part: what is on account first, then what was allocated last."""
        credit_id = one_of(self._money(), pick)
        there = self.model.credits[credit_id].amount - self.model.elsewhere(credit_id)
        amount = there or amount if whole else amount
        request = operations.Outgoing(credit_id, amount, "", ON, because("came back"))
        if amount > there:
            with pytest.raises(operations.CreditExhausted):
                operations.take_back([request], actor=ACTOR)
            return
        short = max(amount - self.model.left(credit_id), 0)
        taken = operations.take_back([request], actor=ACTOR)
        expected, off = self._without_last(credit_id, short)
        self.model.reverse_beside(credit_id, off)
        self._read_standing(credit_id)
        assert self._by_item(credit_id) == expected
        assert sum(one.amount_minor for one in taken.loosened if one.kind is CreditKind.PAYMENT) == short
        self.model.taken[taken.item_ids[0]] = (ItemKind.RETURNED, ((credit_id, amount),))

    def _money(self) -> list[int]:
        found = self.model.credits.items()
        return [key for key, one in found if one.kind is CreditKind.PAYMENT and not one.reversed]

    def _without_last(self, credit_id: int, short: int) -> tuple[dict[int, int], set[int]]:
        """Return what the credit is on, by item, without the last that was put there; and off which items."""
        by_item, off = self._by_item(credit_id), set()
        for _key, (c, item_id, amount) in sorted(self.model.standing.items(), reverse=True):
            if c == credit_id and short > 0:
                by_item[item_id] -= min(amount, short)
                short -= min(amount, short)
                off.add(item_id)
        return {item_id: amount for item_id, amount in by_item.items() if amount}, off

    def _by_item(self, credit_id: int) -> dict[int, int]:
        sums: dict[int, int] = {}
        for c, i, a in self.model.standing.values():
            if c == credit_id:
                sums[i] = sums.get(i, 0) + a
        return sums

    def _read_standing(self, credit_id: int) -> None:
        """Take the rows of a credit over from the ledger: a part that stayed has a new row."""
        rows = [row for row in queries.allocations_of_credit(credit_id) if row.can_be_undone]
        for key in [key for key, (c, _i, _a) in self.model.standing.items() if c == credit_id]:
            self.model.drop(key)
        for row in rows:
            self.model.undone.discard(row.id)
            self.model.standing[row.id] = (credit_id, row.item_id, row.amount_minor)

    @precondition(lambda self: any(map(self.model.left, self.model.credits)))
    @rule(pick=PICK, amount=AMOUNTS)
    def is_paid_back(self, pick: int, amount: int) -> None:
        credit_id = one_of(filter(self.model.left, self.model.credits), pick)
        part = [(credit_id, amount)]
        if amount > self.model.left(credit_id):
            with pytest.raises(operations.CreditExhausted):
                operations.lock_away(part, number="R", **COMMON)
            return
        item_id = operations.lock_away(part, number="R", **COMMON)
        self.model.taken[item_id] = (ItemKind.REFUND_DUE, tuple(part))

    @precondition(lambda self: any(map(self.model.left, self.model.credits)))
    @rule(pick=PICK, amount=AMOUNTS)
    def becomes_another_customers(self, pick: int, amount: int) -> None:
        credit_id = one_of(filter(self.model.left, self.model.credits), pick)
        act = {"credit_id": credit_id, "amount_minor": amount, "customer_id": self.other, "on": ON,
               "out": because(), "into": because(), "actor": ACTOR}  # fmt: skip
        if amount > self.model.left(credit_id):
            with pytest.raises(operations.CreditExhausted):
                operations.move_to_customer(**act)
            return
        moved = operations.move_to_customer(**act)
        self.model.taken[moved.item_id] = (ItemKind.MOVED_OUT, ((credit_id, amount),))

    @precondition(lambda self: self.model.taken or self.model.released)
    @rule(pick=PICK)
    def is_released(self, pick: int) -> None:
        item_id = one_of(set(self.model.taken) | self.model.released, pick)
        if item_id in self.model.released:
            with pytest.raises(operations.NothingToRelease):
                operations.release(item_id=item_id, **COMMON)
            return
        assert operations.release(item_id=item_id, **COMMON).reopened == ()
        del self.model.taken[item_id]
        self.model.released.add(item_id)

    @precondition(lambda self: self._paid_in_part())
    @rule(pick=PICK, amount=AMOUNTS)
    def discount(self, pick: int, amount: int) -> None:
        """Given beside a payment, on an item it paid in part."""
        credit_id, item_id = one_of(self._paid_in_part(), pick)
        amount = min(amount, self.model.open(item_id))
        given = operations.Forgiven(item_id, amount, because("paid early"), CreditKind.DISCOUNT, credit_id)
        settlement = operations.forgive([given], on=ON, actor=ACTOR)
        self._note_own_credit(settlement.allocation_ids[0], CreditKind.DISCOUNT, beside=credit_id)

    def _paid_in_part(self) -> set[tuple[int, int]]:
        return {
            (c, i)
            for c, i, _a in self.model.standing.values()
            if self.model.open(i) and self.model.credits[c].kind is CreditKind.PAYMENT
        }

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
        stood = len(self.model.standing)
        for credit_id in {self.model.standing[key][0] for key in payments}:
            self.model.reverse_beside(credit_id, {item_id})
        for allocation_id in payments:
            self.model.drop(allocation_id)
        undone = stood - len(self.model.standing)
        self._note_own_credit(settlement.allocation_ids[undone], CreditKind.CANCELLATION)

    def _note_own_credit(self, allocation_id: int, kind: CreditKind, *, beside: int = 0) -> None:
        row = queries.allocation(allocation_id)
        assert row is not None
        assert row.credit_kind == kind
        self.model.credits[row.credit_id] = ModelCredit(kind, row.amount_minor, beside=beside)
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
        elsewhere = sum(map(self.model.elsewhere, self.model.credits))
        booked = (
            sum(self.model.items.values())
            + elsewhere
            - sum(credit.amount for credit in self.model.credits.values() if not credit.reversed)
        )
        assert sum(balance.net_minor for balance in balances) == booked
        moved = [parts for kind, parts in self.model.taken.values() if kind is ItemKind.MOVED_OUT]
        theirs = queries.balance_of(self.other, on=ON)
        assert sum(one.on_account_minor for one in theirs) == sum(a for parts in moved for _c, a in parts)
        assert all(queries.items(self.model.taken)[key].open_minor == 0 for key in self.model.taken)


@pytest.mark.django_db
def test_any_history_keeps_the_ledger_whole() -> None:
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=60,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
