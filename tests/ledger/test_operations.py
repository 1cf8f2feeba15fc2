"""Writing in the ledger: adding, settling, undoing, reversing, writing off, cancelling."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.ledger.builders import (
    ACTOR,
    DUE,
    ON,
    a_credit,
    a_customer,
    allocated,
    an_item,
    an_organisation,
    because,
    new_item,
    paid,
)
from tijdig.domain.ledger import CreditKind, ItemKind
from tijdig.domain.money import Money
from tijdig.infra import audit, tenancy
from tijdig.ledger import operations, queries, verification
from tijdig.ledger.operations import AllocationRequest, NewCredit, Settlement

LATER = date(2026, 11, 25)


def the_item(item_id: int) -> queries.ItemView:
    found = queries.item(item_id)
    assert found is not None
    return found


def the_credit(credit_id: int) -> queries.CreditView:
    found = queries.credit(credit_id)
    assert found is not None
    return found


# Adding


def test_an_item_is_open_for_its_whole_amount(customer: int) -> None:
    item_id = an_item(customer, 12_345, number="F-1", reference="RF18539007547034")
    assert the_item(item_id) == queries.ItemView(
        item_id, customer, ItemKind.INVOICE, "F-1", "EUR", 12_345, 12_345,
        date(2026, 10, 1), DUE, "RF18539007547034", None, None, None,
    )  # fmt: skip


def test_thousands_at_once_are_the_same_as_one_by_one(customer: int) -> None:
    """Many rows travel by COPY, few as arrays; tabs, backslashes and line ends arrive whole by either way."""
    hostile = '\\N\t\\.\n\r{},"%s'
    items = [new_item(customer, 100 + place, number=f"{place}{hostile}") for place in range(5_001)]
    ids = operations.add_items(items, actor=ACTOR)
    found = queries.items(ids)
    assert [found[item_id].number for item_id in ids] == [item.number for item in items]
    assert [found[item_id].open_minor for item_id in ids] == [item.amount_minor for item in items]
    assert the_item(an_item(customer, number=hostile)).number == hostile
    credits = [
        NewCredit(customer, CreditKind.PAYMENT, item.amount_minor, "EUR", ON, because(hostile))
        for item in items
    ]
    payments = operations.add_credits(credits, actor=ACTOR)
    settlement = operations.allocate_many(
        [
            AllocationRequest(credit_id, item_id, item.amount_minor, because(hostile))
            for credit_id, item_id, item in zip(payments, ids, items, strict=True)
        ],
        on=ON,
        actor=ACTOR,
    )
    assert settlement.settled == ids
    row = queries.allocation(settlement.allocation_ids[-1])
    assert row is not None
    assert (row.item_id, row.credit_id, row.reason) == (ids[-1], payments[-1], because(hostile))
    assert list(verification.problems()) == []


def test_credits_come_in_with_what_they_settle_as_if_one_after_the_other(customer: int) -> None:
    whole, part, other = (an_item(customer, amount) for amount in (10_000, 5_000, 700))
    known = a_credit(customer, 300)
    first, second = operations.new_credit_ids(2)
    credits = {
        first: NewCredit(customer, CreditKind.PAYMENT, 12_000, "EUR", ON, because(), origin="bank:1"),
        second: NewCredit(customer, CreditKind.PAYMENT, 900, "EUR", ON, because(), origin="bank:2"),
    }
    earlier = ON - timedelta(days=3)
    settlement = operations.add_and_allocate(
        credits,
        [
            AllocationRequest(first, whole, 10_000, because(), earlier),
            AllocationRequest(first, part, 2_000, because()),
            AllocationRequest(second, other, 400, because()),
            AllocationRequest(known, other, 300, because()),
        ],
        on=ON,
        actor=ACTOR,
    )
    assert (settlement.settled, settlement.changed) == ((whole, other), (whole, part, other))
    assert len(settlement.allocation_ids) == 4
    assert [queries.credits([one])[one].unallocated_minor for one in (first, second, known)] == [0, 500, 0]
    assert [the_item(one).open_minor for one in (whole, part, other)] == [0, 3_000, 0]
    assert (the_item(whole).settled_date, the_item(other).settled_date) == (earlier, ON)
    assert [entry.action for entry in audit.entries(limit=2)] == ["ledger.allocated", "ledger.credits_added"]
    assert list(verification.problems()) == []


def test_credits_with_more_than_they_have_or_an_item_needs_come_in_not_at_all(customer: int) -> None:
    item = an_item(customer, 1_000)
    [credit_id] = operations.new_credit_ids(1)
    credits = {credit_id: NewCredit(customer, CreditKind.PAYMENT, 800, "EUR", ON, because(), origin="bank:1")}
    for amount, refusal in ((801, operations.CreditExhausted), (1_001, operations.ItemOverpaid)):
        with pytest.raises(refusal):
            operations.add_and_allocate(
                credits, [AllocationRequest(credit_id, item, amount, because())], on=ON, actor=ACTOR
            )
    a_credit(customer, origin="bank:1")
    with pytest.raises(operations.SourceBookedAlready):
        operations.add_and_allocate(credits, [], on=ON, actor=ACTOR)
    assert queries.credits([credit_id]) == {}
    assert the_item(item).open_minor == 1_000


def test_a_batch_is_one_entry_in_the_audit_trail(customer: int) -> None:
    ids = operations.add_items([new_item(customer, 100), new_item(customer, 200)], actor=ACTOR)
    entry = audit.entries(limit=1)[0]
    assert (entry.action, entry.actor) == ("ledger.items_added", ACTOR)
    assert entry.data == {
        "count": 2, "first_id": ids[0], "last_id": ids[-1], "totals_minor": {"EUR": 300},
    }  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"amount_minor": 0},
        {"amount_minor": -1},
        {"amount_minor": 10**15},
        {"currency": "eur"},
        {"currency": "EURO"},
        {"number": ""},
        {"number": "9" * 101},
        {"number": "F\0"},
        {"payment_reference": "9" * 141},
        {"kind": ItemKind.REVERSAL},
        {"customer_id": 10**9},
    ],
)
def test_an_impossible_item_is_refused_with_the_whole_batch(customer: int, change: dict[str, object]) -> None:
    good = new_item(customer, number="GOOD")
    with pytest.raises(operations.ItemInvalid):
        operations.add_items([good, replace(new_item(customer), **change)], actor=ACTOR)  # type: ignore[arg-type]
    assert queries.known_numbers(["GOOD"]) == {}


def test_a_customer_of_another_organisation_is_refused(customer: int) -> None:
    with tenancy.within(an_organisation()):
        stranger = a_customer()
    with pytest.raises(operations.ItemInvalid, match=str(stranger)):
        an_item(stranger)
    with pytest.raises(operations.CreditInvalid, match=str(stranger)):
        a_credit(stranger)


def test_an_invoice_number_exists_once(customer: int) -> None:
    an_item(customer, number="F (1), EUR")
    with pytest.raises(operations.ItemNumberTaken, match=r"F \(1\), EUR"):
        an_item(customer, number="F (1), EUR")
    with pytest.raises(operations.ItemNumberTaken, match="F-2"):
        operations.add_items([new_item(customer, number="F-2")] * 2, actor=ACTOR)
    an_item(customer, number="F (1), EUR", kind=ItemKind.INTEREST)


def test_a_source_books_once_until_it_is_reversed(customer: int) -> None:
    credit_id = a_credit(customer, origin="bank:7")
    with pytest.raises(operations.SourceBookedAlready, match="bank:7"):
        a_credit(customer, origin="bank:7")
    operations.reverse_credit(credit_id=credit_id, on=ON, reason=because(), actor=ACTOR)
    again = a_credit(customer, origin="bank:7")
    assert queries.credits_by_origin(["bank:7", "bank:8"]) == {"bank:7": the_credit(again)}


@pytest.mark.parametrize(
    "change", [{"amount_minor": 0}, {"currency": ""}, {"origin": "9" * 61}, {"number": "9" * 101}]
)
def test_an_impossible_credit_is_refused(customer: int, change: dict[str, object]) -> None:
    credit = NewCredit(customer, CreditKind.PAYMENT, 1, "EUR", ON, because())
    with pytest.raises(operations.CreditInvalid):
        operations.add_credits([replace(credit, **change)], actor=ACTOR)  # type: ignore[arg-type]
    assert queries.credits_of(customer) == ()


def test_a_credit_keeps_its_reason_and_who_booked_it(customer: int) -> None:
    credit_id = operations.add_credit(
        customer_id=customer, kind=CreditKind.CREDIT_NOTE, amount=Money(500, "EUR"), booking_date=ON,
        origin="", number="CN-1", reason=because("“goodwill” — 100 %"), actor=ACTOR,
    )  # fmt: skip
    credit = the_credit(credit_id)
    assert (credit.reason, credit.actor, credit.number) == (because("“goodwill” — 100 %"), ACTOR, "CN-1")
    assert credit.unallocated == credit.amount == Money(500, "EUR")


def test_nothing_to_add_adds_nothing(organisation: int) -> None:
    before = audit.entries()
    assert operations.add_items([], actor=ACTOR) == operations.add_credits([], actor=ACTOR) == ()
    assert operations.allocate_many([], on=ON, actor=ACTOR) == Settlement()
    assert audit.entries() == before


# Settling


def test_paying_in_two_parts_settles_on_the_day_of_the_second(customer: int) -> None:
    item_id = an_item(customer, 10_000)
    first = paid(item_id, customer, 4_000, on=ON)
    assert (first.settled, first.changed) == ((), (item_id,))
    assert the_item(item_id).open == Money(6_000, "EUR")
    second = paid(item_id, customer, 6_000, on=LATER)
    assert (second.settled, second.changed) == ((item_id,), (item_id,))
    assert (the_item(item_id).open_minor, the_item(item_id).settled_date) == (0, LATER)


def test_one_payment_settles_several_items_and_leaves_the_rest_on_account(customer: int) -> None:
    items = [an_item(customer, amount) for amount in (1_000, 2_000, 3_000)]
    credit_id = a_credit(customer, 5_000)
    settlement = operations.allocate_many(
        [
            AllocationRequest(credit_id, items[1], 2_000, because("one")),
            AllocationRequest(credit_id, items[0], 400, because("two")),
            AllocationRequest(credit_id, items[0], 600, because("three")),
        ],
        on=ON,
        actor=ACTOR,
    )
    assert settlement.settled == tuple(items[:2])
    rows = queries.allocations_of_credit(credit_id)
    assert tuple(row.id for row in rows) == settlement.allocation_ids
    assert [(row.item_id, row.amount_minor, row.reason) for row in rows] == [
        (items[1], 2_000, because("one")), (items[0], 400, because("two")), (items[0], 600, because("three")),
    ]  # fmt: skip
    assert the_credit(credit_id).unallocated_minor == 2_000


def refused(refusal: type[Exception], credit_id: int, item_id: int, amount: int) -> None:
    before = (queries.item(item_id), queries.credit(credit_id))
    with pytest.raises(refusal) as caught:
        allocated(credit_id, item_id, amount)
    assert len(str(caught.value)) > 20
    assert (queries.item(item_id), queries.credit(credit_id)) == before


def test_what_cannot_be_settled_is_refused_each_with_its_own_sentence(customer: int) -> None:
    item_id, credit_id = an_item(customer, 1_000), a_credit(customer, 900)
    refused(operations.AllocationInvalid, credit_id, item_id, 0)
    refused(operations.AllocationInvalid, credit_id, item_id, -5)
    refused(operations.CreditExhausted, credit_id, item_id, 901)
    refused(operations.ItemOverpaid, credit_id, item_id, 1_001)
    refused(operations.ItemMissing, credit_id, 10**9, 1)
    refused(operations.CreditMissing, 10**9, item_id, 1)
    refused(operations.CurrencyDiffers, a_credit(customer, 900, currency="USD"), item_id, 1)
    refused(operations.CustomerDiffers, a_credit(a_customer(), 900), item_id, 1)
    settled = an_item(customer, 100)
    paid(settled, customer, 100)
    refused(operations.ItemSettled, credit_id, settled, 1)
    operations.reverse_credit(credit_id=credit_id, on=ON, reason=because(), actor=ACTOR)
    refused(operations.CreditReversed, credit_id, item_id, 1)
    assert the_item(item_id).open_minor == 1_000


def test_one_impossible_request_leaves_all_of_them_undone(customer: int) -> None:
    item_id, credit_id = an_item(customer, 1_000), a_credit(customer, 5_000)
    requests = [AllocationRequest(credit_id, item_id, 600, because())] * 2
    with pytest.raises(operations.ItemOverpaid):
        operations.allocate_many(requests, on=ON, actor=ACTOR)
    assert the_item(item_id).open_minor == 1_000
    assert queries.allocations_of_item(item_id) == ()


def test_somebody_else_may_pay_when_that_is_meant(customer: int) -> None:
    item_id, parent = an_item(customer, 1_000), a_customer()
    credit_id = a_credit(parent, 1_000)
    settlement = operations.allocate(
        credit_id=credit_id, item_id=item_id, amount_minor=1_000, on=ON, reason=because(), actor=ACTOR,
        across_customers=True,
    )  # fmt: skip
    assert settlement.settled == (item_id,)
    assert list(verification.problems()) == []


def test_another_organisation_s_rows_cannot_be_touched(customer: int) -> None:
    item_id, credit_id = an_item(customer), a_credit(customer)
    (allocation_id,) = allocated(credit_id, item_id, 1_000).allocation_ids
    with tenancy.within(an_organisation()):
        with pytest.raises(operations.CreditMissing):
            allocated(credit_id, item_id, 1)
        with pytest.raises(operations.AllocationMissing):
            operations.undo_allocation(allocation_id=allocation_id, on=ON, reason=because(), actor=ACTOR)
        with pytest.raises(operations.ItemMissing):
            operations.write_off(item_id=item_id, amount_minor=1, on=ON, reason=because(), actor=ACTOR)
        with pytest.raises(operations.CreditMissing):
            operations.reverse_credit(credit_id=credit_id, on=ON, reason=because(), actor=ACTOR)
        with pytest.raises(operations.ItemMissing):
            operations.cancel_item(item_id=item_id, on=ON, reason=because(), actor=ACTOR)
    assert the_item(item_id).open_minor == 9_000


# Taking back


def test_undoing_adds_a_row_and_opens_the_item_again(customer: int) -> None:
    item_id, credit_id = an_item(customer, 1_000), a_credit(customer, 1_000)
    (allocation_id,) = allocated(credit_id, item_id, 1_000).allocation_ids
    settlement = operations.undo_allocation(
        allocation_id=allocation_id, on=LATER, reason=because("wrong invoice"), actor="user:2"
    )
    assert (settlement.settled, settlement.reopened) == ((), (item_id,))
    assert (the_item(item_id).open_minor, the_item(item_id).settled_date) == (1_000, None)
    assert the_credit(credit_id).unallocated_minor == 1_000
    done, undone = queries.allocations_of_item(item_id)
    assert (done.undone, done.can_be_undone, undone.can_be_undone) == (True, False, False)
    assert (undone.reverses_id, undone.amount_minor) == (allocation_id, -1_000)
    assert (undone.on_date, undone.reason, undone.actor) == (LATER, because("wrong invoice"), "user:2")


def test_undoing_happens_once(customer: int) -> None:
    item_id = an_item(customer, 1_000)
    (allocation_id,) = paid(item_id, customer, 1_000).allocation_ids
    undo = {"on": ON, "reason": because(), "actor": ACTOR}
    (reversing_id,) = operations.undo_allocation(allocation_id=allocation_id, **undo).allocation_ids  # type: ignore[arg-type]
    with pytest.raises(operations.AllocationUndoneAlready):
        operations.undo_allocation(allocation_id=allocation_id, **undo)  # type: ignore[arg-type]
    with pytest.raises(operations.ReversalCannotBeUndone):
        operations.undo_allocation(allocation_id=reversing_id, **undo)  # type: ignore[arg-type]
    assert the_item(item_id).open_minor == 1_000


def test_reversing_a_credit_opens_everything_it_settled(customer: int) -> None:
    items = [an_item(customer, 1_000), an_item(customer, 2_000)]
    credit_id = a_credit(customer, 5_000)
    for item_id in items:
        allocated(credit_id, item_id, 1_000)
    settlement = operations.reverse_credit(credit_id=credit_id, on=LATER, reason=because(), actor=ACTOR)
    assert (settlement.settled, settlement.reopened, settlement.changed) == ((), (items[0],), tuple(items))
    assert [the_item(item_id).open_minor for item_id in items] == [1_000, 2_000]
    assert (the_credit(credit_id).reversed, the_credit(credit_id).unallocated_minor) == (True, 0)
    last = queries.allocations_of_credit(credit_id)[-1]
    assert (last.item_kind, last.amount_minor, last.can_be_undone) == (ItemKind.REVERSAL, 5_000, False)
    with pytest.raises(operations.CreditReversed):
        operations.reverse_credit(credit_id=credit_id, on=LATER, reason=because(), actor=ACTOR)
    with pytest.raises(operations.ReversalCannotBeUndone):
        operations.undo_allocation(allocation_id=last.id, on=LATER, reason=because(), actor=ACTOR)
    assert list(verification.problems()) == []


def test_writing_off_settles_and_can_be_taken_back_whole(customer: int) -> None:
    item_id = an_item(customer, 1_000)
    paid(item_id, customer, 990)
    settlement = operations.write_off(item_id=item_id, amount_minor=10, on=ON, reason=because(), actor=ACTOR)
    assert settlement.settled == (item_id,)
    back = operations.undo_allocation(
        allocation_id=settlement.allocation_ids[0], on=LATER, reason=because(), actor=ACTOR
    )
    assert back.reopened == (item_id,)
    assert the_item(item_id).open_minor == 10
    assert queries.credits_with_money_left(customer) == ()  # a write-off is no money to spend
    assert list(verification.problems()) == []


def test_no_more_is_written_off_than_is_open(customer: int) -> None:
    item_id = an_item(customer, 1_000)
    common = {"item_id": item_id, "on": ON, "reason": because(), "actor": ACTOR}
    with pytest.raises(operations.WriteOffTooLarge, match=r"10\.00 EUR"):
        operations.write_off(amount_minor=1_001, **common)  # type: ignore[arg-type]
    with pytest.raises(operations.AllocationInvalid):
        operations.write_off(amount_minor=0, **common)  # type: ignore[arg-type]
    operations.write_off(amount_minor=1_000, **common)  # type: ignore[arg-type]
    with pytest.raises(operations.ItemSettled):
        operations.write_off(amount_minor=1, **common)  # type: ignore[arg-type]


def test_cancelling_a_paid_invoice_leaves_the_money_on_account(customer: int) -> None:
    item_id, credit_id = an_item(customer, 1_000), a_credit(customer, 1_000)
    allocated(credit_id, item_id, 1_000)
    settlement = operations.cancel_item(item_id=item_id, on=LATER, reason=because(), actor=ACTOR)
    assert (settlement.settled, settlement.reopened, settlement.changed) == ((), (), ())
    assert the_item(item_id).settled_date == LATER
    assert the_credit(credit_id).unallocated_minor == 1_000
    with pytest.raises(operations.ItemSettled):
        operations.cancel_item(item_id=item_id, on=LATER, reason=because(), actor=ACTOR)
    assert list(verification.problems()) == []


def test_cancelling_keeps_the_credit_notes_on_the_invoice(customer: int) -> None:
    item_id = an_item(customer, 1_000)
    allocated(a_credit(customer, 300, kind=CreditKind.CREDIT_NOTE), item_id, 300)
    paid(item_id, customer, 200)
    settlement = operations.cancel_item(item_id=item_id, on=ON, reason=because(), actor=ACTOR)
    assert settlement.settled == (item_id,)
    assert sorted((c.kind, c.amount_minor, c.unallocated_minor) for c in queries.credits_of(customer)) == [
        (CreditKind.CANCELLATION, 700, 0),
        (CreditKind.CREDIT_NOTE, 300, 0),
        (CreditKind.PAYMENT, 200, 200),
    ]


def test_the_application_cannot_change_or_remove_what_is_booked(customer: int) -> None:
    paid(an_item(customer), customer)
    forbidden = [
        "UPDATE ledger_item SET amount = 1",
        "UPDATE ledger_credit SET amount = 1",
        "UPDATE ledger_allocation SET amount = 1",
        "DELETE FROM ledger_item",
        "DELETE FROM ledger_credit",
        "DELETE FROM ledger_allocation",
    ]
    for statement in forbidden:
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():  # noqa: SIM117
            with connection.cursor() as cursor:
                cursor.execute(statement)


def test_the_database_itself_refuses_more_than_is_there(customer: int) -> None:
    item_id, credit_id = an_item(customer, 100), a_credit(customer, 100)
    for statement in (
        f"UPDATE ledger_item SET open = -1 WHERE id = {item_id}",
        f"UPDATE ledger_item SET open = 101 WHERE id = {item_id}",
        f"UPDATE ledger_item SET open = 0 WHERE id = {item_id}",
        f"UPDATE ledger_credit SET unallocated = 101 WHERE id = {credit_id}",
        f"UPDATE ledger_credit SET reversed = true WHERE id = {credit_id}",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
