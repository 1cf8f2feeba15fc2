"""Finding the items a payment may be for."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.builders import ON, a_credit, a_customer, allocated, an_item, an_organisation, because
from tijdig.domain.matching.nearness import tail_of
from tijdig.domain.matching.numbers import core
from tijdig.domain.money import Money
from tijdig.infra import tenancy
from tijdig.ledger import operations, queries


def column(name: str) -> str:
    """Return how PostgreSQL works out a column of the items."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generation_expression FROM information_schema.columns"
            " WHERE table_name = 'ledger_item' AND column_name = %s",
            [name],
        )
        return str(cursor.fetchone()[0])


def numbers(found: tuple[queries.ItemView, ...]) -> list[str]:
    return sorted(item.number for item in found)


def test_items_are_found_by_the_core_of_their_number_however_it_is_written(customer: int) -> None:
    for number in ("INV-2026/0042", "2026.0042", "F20260043", "ABC"):
        an_item(customer, number=number)
    assert numbers(queries.items_by_clue(references=[], cores=["20260042"])) == ["2026.0042", "INV-2026/0042"]
    assert queries.items_by_clue(references=[], cores=["", "0042"]) == ()


def test_items_are_found_by_reference_open_and_settled(customer: int) -> None:
    open_, settled = an_item(customer, reference="RF18X"), an_item(customer, reference="RF18X")
    an_item(customer)
    operations.write_off(item_id=settled, amount_minor=10_000, on=ON, reason=because(), actor="cli")
    found = queries.items_by_clue(references=["RF18X", ""], cores=[])
    assert [(item.id, item.is_open) for item in found] == [(open_, True), (settled, False)]


def test_the_reversal_of_a_payment_is_no_invoice_to_pay(customer: int) -> None:
    credit_id = a_credit(customer)
    operations.reverse_credit(credit_id=credit_id, on=ON, reason=because(), actor="cli")
    [reversal] = queries.allocations_of_credit(credit_id)
    found = queries.items_by_clue(references=[], cores=[core(reversal.item_number)])
    assert reversal.item_id not in [item.id for item in found]


def test_another_organisations_items_are_not_found(customer: int) -> None:
    an_item(customer, number="2026-0042", reference="RF18X")
    with tenancy.within(an_organisation()):
        assert queries.items_by_clue(references=["RF18X"], cores=["20260042"]) == ()
        an_item(a_customer(), number="2026-0042")
        assert len(queries.items_by_clue(references=["RF18X"], cores=["20260042"])) == 1


def test_open_items_of_an_amount_come_oldest_first(customer: int) -> None:
    first, second = an_item(customer, 777), an_item(customer, 777)
    an_item(customer, 777, currency="USD")
    an_item(customer, 778)
    found, common = queries.open_items_of_amounts([Money(777, "EUR"), Money(1, "EUR")], limit=5)
    assert ([item.id for item in found], common) == ([first, second], frozenset())
    found, common = queries.open_items_of_amounts([Money(777, "EUR")], limit=1)
    assert ([item.id for item in found], common) == ([first], {Money(777, "EUR")})
    assert queries.open_items_of_amounts([], limit=1) == ((), frozenset())


def test_open_items_are_found_by_how_their_number_ends_no_further_than_asked(customer: int) -> None:
    for number in ("2025-0042", "F2026/042", "20260042", "2026-0043", "ABC"):
        an_item(customer, number=number)
    settled = an_item(customer, number="2024-42")
    operations.write_off(item_id=settled, amount_minor=10_000, on=ON, reason=because(), actor="cli")
    assert numbers(queries.open_items_by_tail(["42"], limit=9)) == ["2025-0042", "20260042", "F2026/042"]
    assert len(queries.open_items_by_tail(["42"], limit=2)) == 2
    assert queries.open_items_by_tail(["", "4"], limit=9) == ()
    with tenancy.within(an_organisation()):
        assert queries.open_items_by_tail(["42"], limit=9) == ()


def test_what_customers_owe_is_found_for_many_at_once_and_known_to_be_all_or_not(customer: int) -> None:
    other = a_customer()
    mine = [an_item(customer, due=date(2026, 9, day)) for day in (3, 1, 2)]
    theirs = an_item(other)
    found, whole = queries.open_items_of_customers([customer, other], limit=2)
    assert {item.id for item in found} == {mine[1], mine[2], theirs}
    assert whole == {other}


def test_credits_that_have_something_left_are_found_by_customer(customer: int) -> None:
    used, left = a_credit(customer), a_credit(customer, 300)
    allocated(used, an_item(customer), 10_000)
    a_credit(a_customer())
    assert list(queries.credits_left_of([customer])) == [left]


@pytest.mark.django_db
@given(st.from_regex(r"\A[A-Z]{0,3}[-/. ]?[0-9]{0,9}([-/. A][0-9]{1,7}){0,3}[a-z]?\Z"))
def test_the_database_and_the_matcher_agree_on_how_a_number_ends(number: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce({column('number_tail')}, '') FROM (SELECT %s::text) AS item (number)", [number]
        )
        assert cursor.fetchone()[0] == tail_of(number)


@pytest.mark.django_db
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00İ"), max_size=30))
def test_the_database_and_the_matcher_agree_on_the_core(number: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column('number_core')} FROM (SELECT %s::text) AS item (number)", [number])
        assert cursor.fetchone()[0] == core(number)
