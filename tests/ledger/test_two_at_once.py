"""Two at once, on connections of their own: one wins, nothing is booked twice, nobody waits for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from tests.ledger.builders import (
    ACTOR,
    ON,
    a_credit,
    a_customer,
    allocated,
    an_item,
    an_organisation,
    because,
)
from tijdig.infra import tenancy
from tijdig.ledger import operations, queries, verification
from tijdig.ledger.operations import AllocationRequest

pytestmark = pytest.mark.django_db(transaction=True)
COMMON = {"on": ON, "reason": because(), "actor": ACTOR}


@pytest.fixture
def organisation() -> Iterator[int]:
    organisation_id = an_organisation()
    with tenancy.within(organisation_id):
        yield organisation_id
        assert list(verification.problems()) == []


@pytest.fixture
def customer(organisation: int) -> int:
    return a_customer()


def at_once(organisation_id: int, *acts: Callable[[], object]) -> list[object]:
    """Do the acts at the same moment, each on its own connection; return what came of each, refusals too."""
    ready = Barrier(len(acts))

    def play(act: Callable[[], object]) -> object:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '20s'")
            with tenancy.within(organisation_id):
                ready.wait(timeout=20)
                return act()
        except (ValueError, LookupError, RuntimeError) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(play, acts))


def names(outcomes: Sequence[object]) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


def test_two_payments_for_one_item_settle_it_once(organisation: int, customer: int) -> None:
    for _ in range(5):
        item_id = an_item(customer, 1_000)
        payments = [a_credit(customer, 1_000) for _ in range(2)]
        outcomes = at_once(organisation, *(partial(allocated, one, item_id, 1_000) for one in payments))
        assert names(outcomes) == ["ItemSettled", "Settlement"]
        assert len(queries.allocations_of_item(item_id)) == 1


def test_one_payment_for_two_items_is_spent_once(organisation: int, customer: int) -> None:
    for _ in range(5):
        credit_id = a_credit(customer, 1_000)
        items = [an_item(customer, 1_000) for _ in range(2)]
        outcomes = at_once(organisation, *(partial(allocated, credit_id, one, 700) for one in items))
        assert names(outcomes) == ["CreditExhausted", "Settlement"]
        credit = queries.credit(credit_id)
        assert credit is not None
        assert credit.unallocated_minor == 300


def test_undoing_at_the_same_time_happens_once(organisation: int, customer: int) -> None:
    item_id, credit_id = an_item(customer, 500), a_credit(customer, 500)
    (allocation_id,) = allocated(credit_id, item_id, 500).allocation_ids
    outcomes = at_once(
        organisation, *[lambda: operations.undo_allocation(allocation_id=allocation_id, **COMMON)] * 3
    )
    assert names(outcomes) == ["AllocationUndoneAlready", "AllocationUndoneAlready", "Settlement"]


def test_a_source_is_booked_once(organisation: int, customer: int) -> None:
    outcomes = at_once(organisation, *[lambda: a_credit(customer, 500, origin="bank:1")] * 3)
    assert names(outcomes) == ["SourceBookedAlready", "SourceBookedAlready", "int"]


def test_batches_in_opposite_order_do_not_wait_in_a_circle(organisation: int, customer: int) -> None:
    """Both want all items and all credits, one from the front and one from the back."""
    items = [an_item(customer, 100) for _ in range(20)]
    payments = [a_credit(customer, 200) for _ in range(20)]
    requests = [
        AllocationRequest(credit_id, item_id, 50, because())
        for credit_id, item_id in zip(payments, items, strict=True)
    ]
    outcomes = at_once(
        organisation,
        lambda: operations.allocate_many(requests, on=ON, actor=ACTOR),
        lambda: operations.allocate_many(requests[::-1], on=ON, actor=ACTOR),
    )
    assert names(outcomes) == ["Settlement", "Settlement"]
    assert {view.open_minor for view in queries.items(items).values()} == {0}


def test_everything_on_one_item_at_once_ends_well(organisation: int, customer: int) -> None:
    """Paying, reversing, writing off and cancelling: whatever wins, the ledger holds (see the fixture)."""
    for _ in range(5):
        item_id = an_item(customer, 1_000)
        there, other = a_credit(customer, 400), a_credit(customer, 600)
        allocated(there, item_id, 400)
        outcomes = at_once(
            organisation,
            partial(allocated, other, item_id, 600),
            partial(operations.reverse_credit, credit_id=there, **COMMON),
            partial(operations.write_off, item_id=item_id, amount_minor=300, **COMMON),
            partial(operations.cancel_item, item_id=item_id, **COMMON),
        )
        anticipated = {"Settlement", "ItemSettled", "ItemOverpaid", "WriteOffTooLarge", "ChangedMeanwhile"}
        assert set(names(outcomes)) <= anticipated
        assert "Settlement" in names(outcomes)


def test_money_that_comes_back_while_it_is_used_ends_in_one_place(organisation: int, customer: int) -> None:
    """Coming back, being paid back, being moved and being allocated: whatever wins, no cent is used twice."""
    other = a_customer()
    for _ in range(5):
        item_id, credit_id = an_item(customer, 1_000), a_credit(customer, 1_000)
        back = operations.Outgoing(credit_id, 1_000, "", ON, because())
        outcomes = at_once(
            organisation,
            partial(operations.take_back, [back], actor=ACTOR),
            partial(operations.lock_away, [(credit_id, 1_000)], number="R", **COMMON),
            partial(allocated, credit_id, item_id, 1_000),
            partial(operations.move_to_customer, credit_id=credit_id, amount_minor=1_000, customer_id=other, on=ON,
                    out=because(), into=because(), actor=ACTOR),
        )  # fmt: skip
        # What is allocated can still come back; all else is refused with a sentence.
        assert set(names(outcomes)) <= {"Settlement", "TakenBack", "int", "Moved", "CreditExhausted"}
        assert names(outcomes).count("CreditExhausted") in (2, 3)
        refusals = [str(outcome) for outcome in outcomes if isinstance(outcome, Exception)]
        assert all("0,00 EUR" in refusal for refusal in refusals)
