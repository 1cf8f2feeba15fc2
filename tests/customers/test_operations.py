"""Making and changing customers, one and many at once, and noting what was said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tijdig.customers import operations, queries
from tijdig.customers.operations import CustomerData, CustomerInvalid
from tijdig.domain.parties import Channel, PartyKind
from tijdig.infra import audit, tenancy
from tijdig.organisations.operations import create_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Iterator[int]:
    organisation_id = create_organisation(name="Voorbeeld", country="BE", language="fr", actor="cli")
    with tenancy.within(organisation_id):
        yield organisation_id


def upsert(*rows: CustomerData) -> dict[str, int]:
    return operations.upsert_customers(rows, actor="cli")


def test_a_customer_is_made_with_what_is_said_and_the_defaults(house: int) -> None:
    made = operations.create_customer(
        number=" D1 ", name=" Jansen ", email="jansen@example.com", payment_term_days=14, actor="cli"
    )
    found = queries.get(made)
    assert (found.number, found.name, found.email) == ("D1", "Jansen", "jansen@example.com")
    assert (found.kind, found.language, found.payment_term_days) == (PartyKind.UNKNOWN, "fr", 14)
    assert found.preferred_channel is Channel.EMAIL


def test_a_number_belongs_to_one_customer(house: int) -> None:
    operations.create_customer(number="D1", name="Een", actor="cli")
    two = operations.create_customer(number="D2", name="Twee", actor="cli")
    with pytest.raises(operations.NumberTaken, match="D1"):
        operations.create_customer(number="D1", name="Drie", actor="cli")
    with pytest.raises(operations.NumberTaken, match="D1"):
        operations.change_customer(customer_id=two, number="D1", actor="cli")
    assert queries.get(two).number == "D2"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", ""), ("name", "  "), ("name", "x" * 201), ("email", "nobody"), ("email", "a@b.nl; c@d.nl"),
        ("kind", "PERSON"), ("language", "es"), ("country", "XX"), ("country", "Nederland"),
        ("payment_term_days", -1), ("payment_term_days", 400), ("preferred_channel", "FAX"),
        ("city", "Gent\nBcc: x"), ("phone", "1" * 41),
    ],
)  # fmt: skip
def test_what_a_person_mistypes_is_refused_by_name(house: int, field: str, value: object) -> None:
    values = {"number": "D1", "name": "Een", field: value}
    with pytest.raises(CustomerInvalid) as refusal:
        operations.create_customer(**values, actor="cli")
    assert refusal.value.field == field
    assert queries.by_numbers(["D1"]) == {}


def test_a_change_is_recorded_once_without_the_words_themselves(house: int) -> None:
    made = operations.create_customer(number="D1", name="Een", actor="cli")
    operations.change_customer(customer_id=made, email="een@example.com", name="Een", actor="user:1")
    operations.change_customer(customer_id=made, name="Een", actor="user:1")
    assert queries.get(made).email == "een@example.com"
    changes = [entry for entry in audit.entries() if entry.action == "customer.changed"]
    assert [(entry.actor, entry.data) for entry in changes] == [("user:1", {"fields": ["email"]})]


def test_a_customer_of_another_organisation_is_out_of_reach(house: int) -> None:
    made = operations.create_customer(number="D1", name="Een", actor="cli")
    other = create_organisation(name="Ander", country="NL", language="nl", actor="cli")
    with tenancy.within(other):
        with pytest.raises(queries.CustomerUnknown):
            operations.change_customer(customer_id=made, name="Mijn", actor="cli")
        with pytest.raises(queries.CustomerUnknown):
            operations.add_note(customer_id=made, text="Hallo", actor="cli")
        theirs = upsert(CustomerData("D1", "Ander D1"))
        assert theirs["D1"] != made
    assert queries.get(made).name == "Een"


def test_many_are_made_and_changed_in_one_go(house: int) -> None:
    first = upsert(CustomerData("D1", "Een", email="een@example.com"), CustomerData("D2", "Twee"))
    second = upsert(
        CustomerData("D1", city="Gent"),
        CustomerData("D3", kind="COMPANY", customer_since=date(2020, 2, 29), payment_term_days=8),
    )
    assert second["D1"] == first["D1"]
    assert set(queries.by_numbers(["D1", "D2", "D3"])) == {"D1", "D2", "D3"}
    one, three = queries.get(first["D1"]), queries.get(second["D3"])
    assert (one.name, one.email, one.city) == ("Een", "een@example.com", "Gent")
    assert (three.name, three.kind, three.language) == ("D3", PartyKind.COMPANY, "fr")
    assert (three.customer_since, three.payment_term_days) == (date(2020, 2, 29), 8)


def test_the_same_rows_twice_change_nothing(house: int) -> None:
    rows = [CustomerData("D1", "Een", city="Gent"), CustomerData("D2", "Twee", payment_term_days=30)]
    first = upsert(*rows)
    entries = len(audit.entries())
    assert upsert(*rows) == first
    assert len(audit.entries()) == entries


def test_a_number_that_comes_twice_is_taken_together(house: int) -> None:
    ids = upsert(CustomerData("D1", "Oud", city="Gent"), CustomerData("D1", "Nieuw", phone="1"))
    found = queries.get(ids["D1"])
    assert (found.name, found.city, found.phone) == ("Nieuw", "Gent", "1")


def test_an_empty_text_is_said_and_clears_what_was_known(house: int) -> None:
    ids = upsert(CustomerData("D1", "Een", city="Gent"))
    upsert(CustomerData("D1", city=""))
    assert queries.get(ids["D1"]).city == ""


def test_one_bad_row_stores_none(house: int) -> None:
    with pytest.raises(CustomerInvalid) as refusal:
        upsert(CustomerData("D1", "Een"), CustomerData("D2", "Twee", country="Belgium"))
    assert (refusal.value.number, refusal.value.field) == ("D2", "country")
    assert queries.count() == 0
    assert operations.problems_of(CustomerData("D2", country="Belgium", name="")) == (
        "the name is missing",
        "“Belgium” is not a country code: use two letters, such as NL",
    )


def test_a_wrong_email_address_from_the_books_is_kept_but_never_used(house: int) -> None:
    ids = upsert(CustomerData("D1", "Een", email="n/a"))
    assert (queries.get(ids["D1"]).email, queries.get(ids["D1"]).has_email) == ("n/a", False)


def test_nothing_to_upsert_is_nothing_done(house: int) -> None:
    entries = len(audit.entries())
    assert upsert() == {}
    assert len(audit.entries()) == entries


def test_twenty_thousand_go_in_without_a_query_each(house: int) -> None:
    rows = [CustomerData(f"D{number}", f"Klant {number}", city="Gent") for number in range(20_000)]
    with connection.execute_wrapper(_Counting()) as _:
        ids = upsert(*rows)
    assert len(ids) == 20_000
    assert _Counting.queries < 30


class _Counting:
    queries = 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        _Counting.queries += 1
        return execute(sql, params, many, context)


class AnyText(TestCase):
    """Whatever a file holds comes back as it was, or is refused."""

    @settings(max_examples=40, deadline=None)
    @given(st.text(min_size=1, max_size=40), st.text(max_size=40))
    def test_text_survives_the_bulk_way(self, name: str, city: str) -> None:
        made = create_organisation(name="Voorbeeld", country="NL", language="nl", actor="cli")
        row = CustomerData("D1", name, city=city)
        with tenancy.within(made):
            if operations.problems_of(row):
                with pytest.raises(CustomerInvalid):
                    upsert(row)
                return
            found = queries.get(upsert(row)["D1"])
        assert (found.name, found.city) == (name, city)


def test_a_note_is_kept_with_who_and_when(house: int) -> None:
    made = operations.create_customer(number="D1", name="Een", actor="cli")
    operations.add_note(customer_id=made, text=" Belt morgen terug ", actor="user:7")
    operations.add_note(customer_id=made, text="Betaalt vrijdag", actor="user:8", item_id=3)
    notes = queries.notes_of(made)
    assert [(note.text, note.actor, note.item_id) for note in notes] == [
        ("Betaalt vrijdag", "user:8", 3),
        ("Belt morgen terug", "user:7", None),
    ]
    with pytest.raises(operations.NoteEmpty):
        operations.add_note(customer_id=made, text=" \n", actor="user:7")
