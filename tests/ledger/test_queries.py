"""Reading the ledger: lookups, lists page by page, balances and ageing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
from tijdig.infra import tenancy
from tijdig.ledger import operations, queries
from tijdig.ledger.queries import AgeingBucket, Balance, Count, ItemSort, ItemStatus, MoneyFigures

# Lookups


def test_items_are_found_by_id_reference_and_number(customer: int) -> None:
    first = an_item(customer, number="Inv-7", reference="090933755493", due=date(2026, 11, 2))
    second = an_item(customer, number="INV-8", reference="090933755493", due=date(2026, 11, 1))
    settled = an_item(customer, number="inv-9", reference="RF18539007547034")
    paid(settled, customer)
    assert queries.item(10**9) is None
    assert set(queries.items([first, second, 10**9])) == {first, second}
    assert [view.id for view in queries.open_items_of(customer)] == [second, first]
    by_reference = queries.open_items_by_reference(["090933755493", "RF18539007547034", "", "x"])
    assert {key: [view.id for view in views] for key, views in by_reference.items()} == {
        "090933755493": [second, first]
    }
    by_number = queries.open_items_by_number(["INV-7", "inv-8", "inv-9"])
    assert {key: [view.id for view in views] for key, views in by_number.items()} == {
        "inv-7": [first], "inv-8": [second],
    }  # fmt: skip
    known = queries.known_numbers(["Inv-7", "inv-8", "inv-9"])
    assert {number: view.id for number, view in known.items()} == {"Inv-7": first, "inv-9": settled}


def test_an_item_says_how_it_stands(customer: int) -> None:
    (view,) = queries.items([an_item(customer, due=ON)]).values()
    assert (view.is_open, view.is_overdue(ON), view.is_overdue(ON + timedelta(days=1))) == (True, False, True)


def test_credits_are_found_newest_first_and_money_left_oldest_first(customer: int) -> None:
    old = a_credit(customer, 100, on=date(2026, 11, 1))
    new = a_credit(customer, 200, on=date(2026, 11, 3))
    spent = a_credit(customer, 300, on=date(2026, 11, 2))
    allocated(spent, an_item(customer, 300), 300)
    assert [view.id for view in queries.credits_of(customer)] == [new, spent, old]
    assert [view.id for view in queries.credits_with_money_left(customer)] == [old, new]
    assert queries.credit(10**9) is None


def test_another_organisation_finds_nothing(customer: int) -> None:
    item_id = an_item(customer, number="F-1", reference="X1")
    (allocation_id,) = paid(item_id, customer, 10).allocation_ids
    with tenancy.within(an_organisation()):
        assert queries.item(item_id) is None
        assert queries.open_items_by_number(["f-1"]) == queries.open_items_by_reference(["X1"]) == {}
        assert queries.allocation(allocation_id) is None
        assert queries.balance_of(customer, on=ON) == ()
        assert queries.item_page(on=ON, status=ItemStatus.ALL).items == ()
        assert queries.ageing(ON) == queries.ageing_as_of(ON) == queries.money_figures(ON) == ()


# Pages


def page_ids(**choice: Any) -> list[int]:
    return [view.id for view in queries.item_page(**{"on": ON, **choice}).items]


def test_the_list_by_status(customer: int) -> None:
    overdue = an_item(customer, due=ON - timedelta(days=1))
    due = an_item(customer, due=ON)
    settled = an_item(customer, due=ON - timedelta(days=9))
    paid(settled, customer)
    operations.reverse_credit(credit_id=a_credit(customer), on=ON, reason=because(), actor=ACTOR)
    assert page_ids() == [overdue, due]
    assert page_ids(status=ItemStatus.OVERDUE) == [overdue]
    assert page_ids(status=ItemStatus.PAID) == [settled]  # a reversal is no invoice
    assert page_ids(status=ItemStatus.ALL) == [settled, overdue, due]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("due_date", "cab"),
        ("-due_date", "bac"),
        ("issue_date", "bca"),
        ("amount", "acb"),
        ("-amount", "bca"),
        ("open", "bac"),
        ("-open", "cab"),
        ("number", "abc"),
        ("-number", "cba"),
    ],
)
def test_the_list_in_any_order(customer: int, sort: str, expected: str) -> None:
    first = date(2026, 10, 1)
    ids = {
        "a": an_item(customer, 100, number="A-1", due=date(2026, 11, 2), issued=first + timedelta(days=2)),
        "b": an_item(customer, 300, number="a-2", due=date(2026, 11, 3), issued=first),
        "c": an_item(customer, 200, number="B-1", due=date(2026, 11, 1), issued=first + timedelta(days=1)),
    }
    paid(ids["b"], customer, 250)
    wanted = [ids[letter] for letter in expected]
    assert page_ids(sort=sort) == wanted
    assert page_ids(sort=sort, status=ItemStatus.ALL) == wanted


def test_an_unknown_order_is_refused(organisation: int) -> None:
    for sort in ("", "name", "--due_date", "due_date; DROP TABLE ledger_item"):
        with pytest.raises(queries.SortUnknown, match="due_date"):
            queries.item_page(on=ON, sort=sort)


def test_search_by_the_start_of_a_number_or_a_word_of_the_customer(customer: int) -> None:
    other = a_customer(name="Zuivelhoeve Nergenshuizen", number="K-9")
    first, second = an_item(customer, number="INV-100"), an_item(customer, number="INV-200")
    hers = an_item(other, number="X-1")
    assert page_ids(search="inv-") == [first, second]
    assert page_ids(search=" Inv-2 ") == [second]
    assert page_ids(search="nergens") == page_ids(search="k-9") == [hers]
    assert page_ids(search="nergens", customer_id=customer) == []
    assert page_ids(customer_id=customer, status=ItemStatus.ALL) == [first, second]
    for nothing in ("%", "_", "'", "\\", "x\0x", "100", "inv-1000"):
        assert page_ids(search=nothing) == []


def test_a_search_that_was_looked_up_serves_the_page_and_its_count(customer: int) -> None:
    other = a_customer(name="Zuivelhoeve Nergenshuizen", number="K-9")
    ids = [an_item(other, number=f"X-{place}") for place in range(3)]
    an_item(customer, number="Y-1")
    search = queries.look_up(" nergens\0 ")
    assert (search.text, search.customer_ids) == ("nergens", (other,))
    assert page_ids(search=search) == page_ids(search="nergens") == ids
    assert queries.item_count(on=ON, search=search, up_to=2) == queries.Count(2, more=True)
    assert queries.look_up(" ").customer_ids == ()


@pytest.mark.parametrize("mark", ["", "x", "!!", "WyJkdWVfZGF0ZSJd", "bnVsbA", "é", "\0", "W10=" * 50])
def test_a_broken_mark_starts_at_the_beginning(customer: int, mark: str) -> None:
    item_id = an_item(customer)
    assert page_ids(after=mark) == page_ids(before=mark) == [item_id]


def test_a_mark_of_another_order_starts_at_the_beginning(customer: int) -> None:
    ids = [an_item(customer, 100 + place, due=DUE + timedelta(days=place)) for place in range(3)]
    mark = queries.item_page(on=ON, limit=1).next_after
    assert page_ids(after=mark) == ids[1:]
    assert page_ids(after=mark, sort="amount") == ids


@settings(max_examples=25, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(
    sort=st.sampled_from([sign + key for key in ItemSort for sign in ("", "-")]),
    status=st.sampled_from(ItemStatus),
    limit=st.integers(1, 5),
)
def test_paging_there_and_back_shows_every_item_once(
    many_items: int, sort: str, status: ItemStatus, limit: int
) -> None:
    choice: dict[str, Any] = {"on": ON, "sort": sort, "status": status}
    whole = queries.item_page(**choice, limit=1_000)
    assert whole.next_after is whole.previous_before is None
    pages, page = [], queries.item_page(**choice, limit=limit)
    pages.append(page)
    while page.next_after:
        page = queries.item_page(**choice, limit=limit, after=page.next_after)
        pages.append(page)
    assert tuple(view for one in pages for view in one.items) == whole.items
    for expected in pages[-2::-1]:
        assert page.previous_before is not None
        page = queries.item_page(**choice, limit=limit, before=page.previous_before)
        assert page.items == expected.items
        assert page.next_after is not None
    assert page.previous_before is None
    assert queries.item_count(on=ON, status=status) == Count(len(whole.items), more=False)


@pytest.fixture
def many_items(customer: int) -> int:
    """Twelve items that share dates and amounts, some of them paid."""
    for place in range(12):
        item_id = an_item(
            customer,
            100 + 50 * (place % 3),
            due=ON + timedelta(days=place % 4 - 2),
            number=f"N-{place % 5}-{place}",
        )
        if place % 3 == 0:
            paid(item_id, customer, 100)
    return customer


def test_counting_stops_where_it_is_told(many_items: int) -> None:
    assert queries.item_count(on=ON, status=ItemStatus.ALL, up_to=5) == Count(5, more=True)
    assert queries.item_count(on=ON, status=ItemStatus.ALL, up_to=12) == Count(12, more=False)
    assert queries.item_count(on=ON, status=ItemStatus.ALL, search="n-1") == Count(3, more=False)


# Figures


def test_a_balance_has_both_sides_per_currency(customer: int) -> None:
    an_item(customer, 1_000, due=ON)
    oldest = date(2026, 9, 1)
    partly = an_item(customer, 2_000, due=oldest)
    paid(partly, customer, 500)
    a_credit(customer, 300)
    an_item(customer, 700, currency="USD", due=ON - timedelta(days=1))
    paid(an_item(customer, 900, due=date(2026, 8, 1)), customer, 900)
    assert queries.balance_of(customer, on=ON) == (
        Balance("EUR", 2_500, 2, 1_500, 1, oldest, 300),
        Balance("USD", 700, 1, 700, 1, ON - timedelta(days=1), 0),
    )
    assert queries.balance_of(customer, on=ON)[0].net_minor == 2_200
    other = a_customer()
    assert queries.balances_of([customer, other], on=ON).keys() == {customer}


def test_ageing_puts_each_day_in_its_bucket(customer: int) -> None:
    days = (-5, 0, 1, 30, 31, 60, 61, 90, 91, 120, 121, 400)
    operations.add_items(
        [
            new_item(customer, 10 ** (place % 6), due=ON - timedelta(days=late))
            for place, late in enumerate(days)
        ],
        actor=ACTOR,
    )
    paid(an_item(customer, 50_000), customer, 50_000)
    (ageing,) = queries.ageing(ON)
    assert ageing.currency == "EUR"
    assert ageing.buckets == (
        AgeingBucket(None, 0, 11, 2),
        AgeingBucket(1, 30, 1_100, 2),
        AgeingBucket(31, 60, 110_000, 2),
        AgeingBucket(61, 90, 11, 2),
        AgeingBucket(91, 120, 1_100, 2),
        AgeingBucket(121, None, 110_000, 2),
    )
    assert ageing.total_minor == 222_222
    assert queries.ageing_as_of(ON) == (ageing,)


def test_the_position_of_a_past_day_comes_back_from_the_rows(customer: int) -> None:
    item_id = an_item(customer, 1_000, due=date(2026, 10, 1), issued=date(2026, 9, 1))
    an_item(customer, 5_000, due=ON, issued=date(2026, 11, 1))
    credit_id = a_credit(customer, 1_000, on=date(2026, 10, 5))
    (allocation_id,) = allocated(credit_id, item_id, 400, on=date(2026, 10, 5)).allocation_ids
    operations.undo_allocation(
        allocation_id=allocation_id, on=date(2026, 10, 20), reason=because(), actor=ACTOR
    )
    operations.reverse_credit(credit_id=credit_id, on=date(2026, 10, 25), reason=because(), actor=ACTOR)

    def position(day: date) -> list[tuple[int, int]]:
        return [
            (bucket.amount_minor, bucket.count)
            for one in queries.ageing_as_of(day)
            for bucket in one.buckets
            if bucket.count
        ]

    assert position(date(2026, 8, 31)) == []
    assert position(date(2026, 9, 1)) == position(date(2026, 10, 4)) == [(1_000, 1)]
    assert position(date(2026, 10, 5)) == position(date(2026, 10, 19)) == [(600, 1)]
    assert position(date(2026, 10, 20)) == position(date(2026, 10, 31)) == [(1_000, 1)]
    assert position(date(2026, 11, 1)) == [(5_000, 1), (1_000, 1)]


def test_the_day_s_figures(customer: int) -> None:
    """ON is a Friday: the week began on the 16th."""
    monday, sunday = date(2026, 11, 16), date(2026, 11, 15)
    an_item(customer, 1_000, due=ON)
    overdue = an_item(customer, 2_000, due=ON - timedelta(days=1))
    paid(overdue, customer, 500, on=sunday)
    paid(overdue, customer, 300, on=monday)
    a_credit(customer, 40, on=ON)
    a_credit(customer, 7, kind=CreditKind.CREDIT_NOTE, on=ON)
    a_credit(customer, 9_999, on=ON + timedelta(days=1))
    operations.reverse_credit(credit_id=a_credit(customer, 600), on=ON, reason=because(), actor=ACTOR)
    an_item(customer, 5, currency="USD", due=ON, kind=ItemKind.FEE)
    assert queries.money_figures(ON) == (
        MoneyFigures("EUR", 1_000, 1, 1_200, 1, 340, 40 + 7 + 9_999),
        MoneyFigures("USD", 5, 1, 0, 0, 0, 0),
    )
