"""Any past day, read from the rows: what it was that day, and to the cent what the books add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.ledger.builders import ACTOR, a_credit, a_customer, allocated, an_item, an_organisation, because
from tijdig.domain.ledger import CreditKind, ItemKind
from tijdig.infra import tenancy
from tijdig.ledger import operations, queries, verification
from tijdig.ledger.queries import MovementKind

pytestmark = pytest.mark.django_db

FIRST = date(2026, 11, 2)
DAYS = 12
PICK = st.integers(0, 10**6)
DAY = st.integers(0, DAYS)
PICKS = st.tuples(PICK, PICK, st.integers(1, 90))
SETTINGS = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # making a history of dozens of deeds shorter takes minutes
    suppress_health_check=list(HealthCheck),
)
DEEDS = st.sampled_from(
    (
        "invoice",
        "pay",
        "pay anew",
        "credit note",
        "allocate",
        "allocate",
        "undo",
        "reverse",
        "write off",
        "cancel",
    )
)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


@contextmanager
def a_house() -> Iterator[tuple[int, int]]:
    """Two customers of an organisation that is gone afterwards."""
    with transaction.atomic():
        with tenancy.within(an_organisation()):
            yield a_customer(), a_customer()
            assert list(verification.problems()) == []
        transaction.set_rollback(True)


def rows(columns: str, table: str) -> list[tuple]:  # type: ignore[type-arg]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} ORDER BY id")
        return cursor.fetchall()


def by_id(columns: str, table: str) -> dict[int, tuple]:  # type: ignore[type-arg]
    return {row[0]: row for row in rows(columns, table)}


def ids(table: str, condition: str = "true") -> list[int]:
    return [row[0] for row in rows("id", f"{table} WHERE {condition}")]


def act(deed: str, picks: tuple[int, int, int], customer: int, on: date, dated: date) -> None:
    """Do something on a day, with what chance picks; what the ledger refuses is no deed. `dated` is what is
    written on it."""
    first, second, amount = picks
    items, credits = ids("ledger_item", "kind <> 'REVERSAL'"), ids("ledger_credit")
    done = {"on": on, "reason": because(), "actor": ACTOR}
    item = items[first % len(items)] if items else 0
    credit = credits[second % len(credits)] if credits else 0
    refusals = (ValueError, LookupError)
    if deed == "invoice":
        an_item(
            customer, amount, issued=dated, due=dated + timedelta(days=amount % 5), currency=currency(first)
        )
    elif deed in ("pay", "credit note"):
        kind = CreditKind.PAYMENT if deed == "pay" else CreditKind.CREDIT_NOTE
        with suppress(operations.SourceBookedAlready), transaction.atomic():
            a_credit(customer, amount, kind=kind, on=dated, origin=f"bank:{second}", currency=currency(first))
    elif deed == "pay anew":
        stands = rows(
            "id, origin, amount, booking_date, currency", "ledger_credit WHERE NOT reversed AND origin <> ''"
        )
        if stands:
            old, origin, whole, booked_on, of = stands[first % len(stands)]
            operations.reverse_credit(credit_id=old, **done)
            a_credit(customer, whole, on=booked_on, origin=origin, currency=of)
    elif deed == "allocate":
        for part in (amount, amount // 2 + 1, 1):
            with suppress(*refusals), transaction.atomic():
                operations.allocate(
                    credit_id=credit, item_id=item, amount_minor=part, across_customers=True, **done
                )
                break
    elif deed == "undo":
        allocations = ids("ledger_allocation")
        with suppress(*refusals), transaction.atomic():
            operations.undo_allocation(
                allocation_id=allocations[first % len(allocations)] if allocations else 0, **done
            )
    elif deed == "reverse":
        with suppress(*refusals), transaction.atomic():
            operations.reverse_credit(credit_id=credit, **done)
    elif deed == "write off":
        with suppress(*refusals), transaction.atomic():
            operations.write_off(item_id=item, amount_minor=amount // 3 + 1, **done)
    else:
        with suppress(*refusals), transaction.atomic():
            operations.cancel_item(item_id=item, **done)


def currency(pick: int) -> str:
    return "USD" if pick % 7 == 0 else "EUR"


def live(customer_id: int) -> object:
    """What the customer owes and has on account by the figures that run along."""
    open_items = [(item.id, item.open_minor) for item in queries.open_items_of(customer_id)]
    left = [(one.id, one.unallocated_minor) for one in queries.credits_with_money_left(customer_id)]
    return sorted(open_items), sorted(left)


def then(customer_id: int, on: date) -> object:
    """The same of the end of a day, from the rows."""
    found = queries.open_items_as_of(on, customer_id=customer_id)
    left = queries.on_account_as_of(on, customer_id=customer_id)
    return (
        sorted((item.id, item.open_minor) for item in found),
        sorted((one.credit_id or 0, one.remaining_minor) for one in left),
    )


@SETTINGS
@given(st.lists(st.tuples(DEEDS, PICKS, st.booleans(), st.integers(0, 2)), max_size=26))
def test_a_day_reads_later_as_it_was_that_day(history: list) -> None:  # type: ignore[type-arg]
    """Whatever is allocated, undone, taken back, booked anew or cancelled on later days."""
    with a_house() as customers:
        on, remembered = FIRST, {}
        for deed, picks, whose, days in history:
            for _ in range(days):
                remembered[on] = [live(customer) for customer in customers]
                on += timedelta(days=1)
            act(deed, picks, customers[whose], on, on)
        remembered[on] = [live(customer) for customer in customers]
        for past, was in remembered.items():
            assert [then(customer, past) for customer in customers] == was
        assert then(customers[0], FIRST - timedelta(days=1)) == ([], [])


@SETTINGS
@given(st.lists(st.tuples(DEEDS, PICKS, st.booleans(), DAY, DAY), max_size=30))
def test_any_day_of_any_history_adds_up_to_the_books(history: list) -> None:  # type: ignore[type-arg]
    """Dates in any order: booked late, dated ahead, undone before they were done."""
    with a_house() as customers:
        for deed, picks, whose, number, dated in history:
            act(deed, picks, customers[whose], day(number), day(dated))
        for number in range(-1, DAYS + 2):
            whole: Counter[tuple[str, str]] = Counter()
            for customer in customers:
                whole += check_customer(customer, day(number))
            assert +whole == +of_the_organisation(day(number))
        assert [then(customer, day(DAYS)) for customer in customers] == [live(each) for each in customers]


def check_customer(customer: int, on: date) -> Counter[tuple[str, str]]:
    """Check one day of one customer; return its sums, shifted so that a Counter can add what is below zero."""
    items = queries.open_items_as_of(on, customer_id=customer)
    left = queries.on_account_as_of(on, customer_id=customer)
    assert all(0 < item.open_minor <= item.amount_minor and item.issue_date <= on for item in items)
    assert all(item.kind != ItemKind.REVERSAL for item in items)
    assert all(one.remaining_minor <= one.amount_minor for one in left if one.credit_id)
    assert all(one.remaining_minor > 0 and one.item_id for one in left if not one.credit_id)
    net: Counter[str] = Counter()
    sums: Counter[tuple[str, str]] = Counter()
    for item in items:
        net[item.currency] += item.open_minor
        sums[item.currency, "open"] += item.open_minor
    for one in left:
        net[one.currency] -= one.remaining_minor
        sums[one.currency, "on account"] += one.remaining_minor + 10**6
    moved: Counter[str] = Counter()
    for movement in queries.movements(customer, since=FIRST - timedelta(days=9), until=on):
        moved[movement.currency] += movement.amount_minor
    assert {k: v for k, v in net.items() if v} == {k: v for k, v in moved.items() if v}
    assert {k: v for k, v in moved.items() if v} == {k: v for k, v in booked(customer, on).items() if v}
    for position in queries.position_as_of(on, customer_id=customer):
        assert position.net_minor == net[position.currency]
        assert position.open_minor == sums[position.currency, "open"]
    return sums


def of_the_organisation(on: date) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for position in queries.position_as_of(on):
        found[position.currency, "open"] = position.open_minor
        found[position.currency, "on account"] = position.on_account_minor + position.on_account_count * 10**6
    assert [p.ageing for p in queries.position_as_of(on) if p.open_count] == list(queries.ageing_as_of(on))
    return found


def booked(customer: int, on: date) -> dict[str, int]:
    """Items less credits, and what crossed from customer to customer, row by row in Python."""
    credits = {
        row[0]: row
        for row in rows("id, customer_id, currency, amount, booking_date, origin", "ledger_credit")
    }
    items = {
        row[0]: row
        for row in rows("id, customer_id, currency, amount, issue_date, reverses_credit_id", "ledger_item")
    }
    allocations = {
        row[0]: row
        for row in rows("id, item_id, credit_id, amount, on_date, reverses_id", "ledger_allocation")
    }
    backs = {row[5]: row[4] for row in items.values() if row[5]}
    starts = {
        key: max(
            [row[4], *(backs[old] for old in backs if old < key and row[5] and credits[old][5] == row[5])]
        )
        for key, row in credits.items()
    }
    total: Counter[str] = Counter()
    for _id, whose, of, amount, issued, reverses in items.values():
        if whose == customer and max(issued, starts.get(reverses, issued)) <= on:
            total[of] += amount
    for key, whose, of, amount, *_rest in credits.values():
        if whose == customer and starts[key] <= on:
            total[of] -= amount
    for _id, item, credit, amount, dated, undoes in allocations.values():
        counts = max(dated, items[item][4], starts[credit], allocations[undoes][4] if undoes else dated)
        if counts <= on and items[item][1] != credits[credit][1]:
            total[items[item][2]] += amount * (
                (credits[credit][1] == customer) - (items[item][1] == customer)
            )
    return dict(total)


@pytest.fixture
def house(db: None) -> Iterator[tuple[int, int]]:
    with a_house() as customers:
        yield customers


def test_a_payment_booked_on_the_wrong_customer_and_anew_is_there_once_every_day(
    house: tuple[int, int],
) -> None:
    wrong, right = house
    old = a_credit(wrong, 500, on=day(1), origin="bank:7")
    operations.reverse_credit(credit_id=old, on=day(5), reason=because(), actor=ACTOR)
    new = a_credit(right, 500, on=day(1), origin="bank:7")
    for number in range(8):
        assert then(wrong, day(number)) == ([], [(old, 500)] if 1 <= number < 5 else [])
        assert then(right, day(number)) == ([], [(new, 500)] if number >= 5 else [])
    assert [(m.day, m.amount_minor) for m in queries.movements(right, since=day(0), until=day(9))] == [
        (day(5), -500)
    ]


def test_money_dated_before_the_invoice_is_on_account_until_there_is_one(house: tuple[int, int]) -> None:
    customer, _other = house
    item, credit = an_item(customer, 300, issued=day(6), due=day(9)), a_credit(customer, 300, on=day(2))
    allocated(credit, item, 300, on=day(2))
    assert then(customer, day(5)) == ([], [(credit, 300)])
    assert then(customer, day(6)) == ([], [])


def test_an_item_settled_twice_for_a_while_shows_the_second_amount_on_account(house: tuple[int, int]) -> None:
    """Written off on the 3rd, taken back on the 8th, and then paid by a line of the 5th."""
    customer, _other = house
    item = an_item(customer, 100, issued=day(0), due=day(1), number="F-9")
    (forgiven,) = operations.write_off(
        item_id=item, amount_minor=100, on=day(3), reason=because(), actor=ACTOR
    ).allocation_ids
    operations.undo_allocation(allocation_id=forgiven, on=day(8), reason=because(), actor=ACTOR)
    allocated(a_credit(customer, 100, on=day(5)), item, 100, on=day(5))
    (twice,) = queries.on_account_as_of(day(6), customer_id=customer)
    assert (twice.item_id, twice.credit_id, twice.number, twice.remaining.minor) == (item, None, "F-9", 100)
    assert queries.open_items_as_of(day(6), customer_id=customer) == ()
    assert then(customer, day(8)) == ([], [])


def test_movements_say_what_happened_in_the_order_it_did(house: tuple[int, int]) -> None:
    customer, other = house
    item = an_item(customer, 1_000, number="F-1", issued=day(0), due=day(3))
    fee = an_item(customer, 40, number="K-1", issued=day(4), due=day(4), kind=ItemKind.FEE)
    payment = a_credit(customer, 700, on=day(2))
    allocated(payment, item, 700, on=day(2))
    note = a_credit(customer, 100, kind=CreditKind.CREDIT_NOTE, on=day(2))
    theirs = an_item(other, 200, number="F-2", issued=day(1), due=day(2))
    gift = a_credit(customer, 200, on=day(4))
    (given_away,) = operations.allocate(
        credit_id=gift, item_id=theirs, amount_minor=200, on=day(5), reason=because(), actor=ACTOR,
        across_customers=True,
    ).allocation_ids  # fmt: skip
    operations.write_off(item_id=fee, amount_minor=40, on=day(6), reason=because(), actor=ACTOR)
    operations.reverse_credit(credit_id=payment, on=day(7), reason=because(), actor=ACTOR)
    operations.undo_allocation(allocation_id=given_away, on=day(8), reason=because(), actor=ACTOR)

    def told(whose: int, until: int) -> list[tuple[int, str, str, int]]:
        return [
            ((m.day - FIRST).days, m.kind, m.number, m.amount_minor)
            for m in queries.movements(whose, since=day(0), until=day(until))
        ]

    assert told(customer, 7) == [
        (0, MovementKind.INVOICE, "F-1", 1_000),
        (2, MovementKind.PAYMENT, "", -700),
        (2, MovementKind.CREDIT_NOTE, "", -100),
        (4, MovementKind.FEE, "K-1", 40),
        (4, MovementKind.PAYMENT, "", -200),
        (5, MovementKind.FOR_OTHER, "", 200),
        (6, MovementKind.WRITE_OFF, "", -40),
        (7, MovementKind.PAYMENT_REVERSED, "", 700),
    ]
    assert told(customer, 9)[-1] == (8, MovementKind.FOR_OTHER, "", -200)
    assert told(other, 9) == [
        (1, MovementKind.INVOICE, "F-2", 200),
        (5, MovementKind.BY_OTHER, "F-2", -200),
        (8, MovementKind.BY_OTHER, "F-2", 200),
    ]
    early = queries.movements(customer, since=day(2), until=day(6))
    assert [m.item_numbers for m in early if m.credit_id == payment] == [("F-1",)]
    assert early[0].amount.minor == -700
    assert note


def test_a_position_of_money_alone_has_empty_buckets(house: tuple[int, int]) -> None:
    customer, _other = house
    a_credit(customer, 250, on=day(1), currency="USD")
    (position,) = queries.position_as_of(day(1))
    assert (position.currency, position.open_minor, position.open_count) == ("USD", 0, 0)
    assert (position.late_minor, position.late_count) == (0, 0)
    assert (position.on_account_minor, position.on_account_count, position.net_minor) == (250, 1, -250)
    assert queries.position_as_of(day(0)) == ()
