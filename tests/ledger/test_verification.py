"""The proof of the ledger: silent when all is well, and naming the row when a row is wrong."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.ledger.builders import (
    ACTOR,
    ON,
    a_credit,
    a_customer,
    allocated,
    an_item,
    an_organisation,
    because,
    paid,
)
from tests.ledger.corrupting import corrupt
from tijdig.domain.ledger import CreditKind
from tijdig.infra import tenancy
from tijdig.ledger import operations, queries, verification


@dataclass(frozen=True)
class Cast:
    """Rows to spoil: an item half paid, one paid, a payment taken back, an allocation undone."""

    customer: int
    half: int
    settled: int
    payment: int
    reversed: int
    reversal: int
    allocation: int
    undone: int
    undoing: int


@pytest.fixture
def cast(customer: int) -> Cast:
    half, settled = an_item(customer, 1_000), an_item(customer, 700)
    payment = a_credit(customer, 5_000)
    (allocation,) = allocated(payment, half, 400).allocation_ids
    paid(settled, customer, 700)
    (undone,) = allocated(payment, half, 100).allocation_ids
    common = {"on": ON, "reason": because(), "actor": ACTOR}
    (undoing,) = operations.undo_allocation(allocation_id=undone, **common).allocation_ids  # type: ignore[arg-type]
    taken_back = a_credit(customer, 300)
    allocated(taken_back, half, 300)
    operations.reverse_credit(credit_id=taken_back, **common)  # type: ignore[arg-type]
    operations.write_off(item_id=half, amount_minor=50, **common)  # type: ignore[arg-type]
    reversal = next(
        row.item_id
        for row in queries.allocations_of_credit(taken_back)
        if row.amount_minor == 300 and row.item_id not in (half, settled)
    )
    return Cast(customer, half, settled, payment, taken_back, reversal, allocation, undone, undoing)


def test_a_sound_ledger_is_proven_and_counted(cast: Cast) -> None:
    assert list(verification.problems()) == []
    proven = verification.proven()
    assert (proven.items, proven.credits, proven.allocations) == (3, 4, 8)
    assert proven.audit_entries > 8


def test_another_organisation_s_rows_do_not_count(cast: Cast) -> None:
    with tenancy.within(an_organisation()):
        assert verification.proven().items == 0


WITHIN_ITEM = ("ledger_item", "item_open_within_amount")
WITHIN_CREDIT = ("ledger_credit", "credit_unallocated_within_amount")
SETTLED = ("ledger_item", "item_is_settled_when_nothing_is_open")
ONCE = ("ledger_allocation", "an_allocation_is_reversed_once")
SIGN = ("ledger_allocation", "only_a_reversal_is_negative")
TO_ITEM = ("ledger_allocation", "ledger_allocation_item_id_in_own_organisation")
TO_CREDIT = ("ledger_allocation", "ledger_allocation_credit_id_in_own_organisation")
OF_CUSTOMER = ("ledger_item", "ledger_item_customer_id_in_own_organisation")
CREDIT_OF_CUSTOMER = ("ledger_credit", "ledger_credit_customer_id_in_own_organisation")
EMPTY = ("ledger_credit", "reversed_credit_has_nothing_left")


@pytest.mark.parametrize(
    ("statement", "without", "where", "what"),
    [
        ("UPDATE ledger_item SET open = 551 WHERE id = {half}", (),
         "ledger_item:{half}", "open is 551, its rows say 550"),
        ("UPDATE ledger_credit SET unallocated = 5000 WHERE id = {payment}", (),
         "ledger_credit:{payment}", "unallocated is 5000, its rows say 4600"),
        ("UPDATE ledger_item SET open = -1 WHERE id = {half}", (WITHIN_ITEM, SETTLED),
         "ledger_item:{half}", "open -1 is not between 0 and 1000"),
        ("UPDATE ledger_credit SET unallocated = 9000 WHERE id = {payment}", (WITHIN_CREDIT,),
         "ledger_credit:{payment}", "unallocated 9000 is not between 0 and 5000"),
        ("UPDATE ledger_item SET currency = 'USD' WHERE id = {half}", (),
         "ledger_allocation:{allocation}", "settles USD with EUR"),
        ("UPDATE ledger_allocation SET item_id = 0 WHERE id = {allocation}", (TO_ITEM,),
         "ledger_allocation:{allocation}", "item 0 is not in this organisation"),
        ("UPDATE ledger_allocation SET credit_id = 0 WHERE id = {allocation}", (TO_CREDIT,),
         "ledger_allocation:{allocation}", "credit 0 is not in this organisation"),
        ("UPDATE ledger_allocation SET amount = -99 WHERE id = {undoing}", (),
         "ledger_allocation:{undoing}", "does not mirror row {undone}, which it undoes"),
        ("UPDATE ledger_allocation SET reverses_id = 0 WHERE id = {undoing}", (),
         "ledger_allocation:{undoing}", "undoes row 0, which does not exist"),
        ("UPDATE ledger_allocation SET reverses_id = NULL WHERE id = {undoing}", (SIGN,),
         "ledger_allocation:{undoing}", "is negative, yet undoes nothing"),
        ("INSERT INTO ledger_allocation (organisation_id, item_id, credit_id, amount, on_date, reason, actor,"
         " reverses_id) SELECT organisation_id, item_id, credit_id, amount, on_date, reason, actor,"
         " reverses_id FROM ledger_allocation WHERE id = {undoing}", (ONCE,),
         "ledger_allocation:{undoing}", "undoes row {undone} a second time"),
        ("UPDATE ledger_item SET settled_date = '2026-01-01' WHERE id = {settled}", (),
         "ledger_item:{settled}", "was settled on 2026-01-01, its last row says 2026-11-20"),
        ("UPDATE ledger_item SET settled_date = '2026-01-01' WHERE id = {half}", (SETTLED,),
         "ledger_item:{half}", "is open, yet settled on 2026-01-01"),
        ("UPDATE ledger_item SET settled_date = NULL WHERE id = {settled}", (SETTLED,),
         "ledger_item:{settled}", "has nothing open, yet is not settled"),
        ("UPDATE ledger_credit SET reversed = false WHERE id = {reversed}", (),
         "ledger_credit:{reversed}", "has a reversal, yet is not reversed"),
        ("UPDATE ledger_credit SET reversed = true WHERE id = {payment}", (EMPTY,),
         "ledger_credit:{payment}", "is reversed, yet has no reversal"),
        ("UPDATE ledger_item SET amount = 299, open = 0 WHERE id = {reversal}", (),
         "ledger_credit:{reversed}", "is reversed by item {reversal} for another amount"),
        ("INSERT INTO ledger_allocation (organisation_id, item_id, credit_id, amount, on_date, reason, actor)"
         " SELECT organisation_id, {half}, id, 1, booking_date, reason, actor FROM ledger_credit"
         " WHERE id = {reversed}", (),
         "ledger_credit:{reversed}", "was allocated after it was reversed"),
        ("UPDATE ledger_item SET kind = 'INVOICE' WHERE id = {reversal}", (),
         "ledger_item:{reversal}", "is a reversal of nothing, or reverses without being a reversal"),
        ("UPDATE ledger_item SET reverses_credit_id = 0 WHERE id = {reversal}", (),
         "ledger_item:{reversal}", "reverses credit 0, which does not exist"),
        ("UPDATE ledger_item SET amount = 1001 WHERE id = {half}", (),
         "customers_customer:{customer}", "the balance in EUR is -4050, its rows say -4049"),
        ("UPDATE ledger_item SET customer_id = 0 WHERE id = {half}", (OF_CUSTOMER,),
         "ledger_item:{half}", "customer 0 is not in this organisation"),
        ("UPDATE ledger_credit SET customer_id = 0 WHERE id = {payment}", (CREDIT_OF_CUSTOMER,),
         "ledger_credit:{payment}", "customer 0 is not in this organisation"),
        ("UPDATE infra_auditentry SET actor = 'user:9' WHERE action = 'customer.created'"
         " AND organisation_id = {organisation}", (),
         "infra_auditentry:2", "has been changed after it was written"),
    ],
)  # fmt: skip
def test_a_spoilt_row_is_named(
    cast: Cast, organisation: int, statement: str, without: tuple[tuple[str, str], ...], where: str, what: str
) -> None:
    names = {name: getattr(cast, name) for name in Cast.__dataclass_fields__} | {"organisation": organisation}
    corrupt(statement.format(**names), without=without)
    assert verification.Problem(where.format(**names), what.format(**names)) in set(verification.problems())


def test_a_write_off_left_on_account_is_named(customer: int) -> None:
    credit_id = a_credit(customer, 100, kind=CreditKind.WRITE_OFF)
    assert [problem.what for problem in verification.problems()] == [
        "a WRITE_OFF has 100 left, as if it were money"
    ]
    assert credit_id


def test_what_another_customer_paid_is_no_problem(customer: int) -> None:
    item_id, credit_id = an_item(customer, 800), a_credit(a_customer(), 1_000)
    operations.allocate(
        credit_id=credit_id, item_id=item_id, amount_minor=800, on=ON, reason=because(), actor=ACTOR,
        across_customers=True,
    )  # fmt: skip
    assert list(verification.problems()) == []
