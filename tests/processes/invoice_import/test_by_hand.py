"""One invoice, typed in."""

from __future__ import annotations

from datetime import date

import pytest

from tests.processes.invoice_import.test_importing import item
from tests.processes.invoice_import.world import ACTOR, ON
from tijdig.customers.operations import create_customer
from tijdig.customers.queries import CustomerUnknown
from tijdig.domain.money import Money
from tijdig.dunning import queries as dunning
from tijdig.invoices import queries as invoices
from tijdig.processes.invoice_import import InvoiceRefused, NumberThereAlready, add_by_hand

pytestmark = pytest.mark.django_db


def typed(customer_id: int, number: str = "H1", amount: int = 5_000, **other: object) -> int:
    values = {"issue_date": date(2026, 11, 1), "due_date": date(2026, 12, 1), **other}
    return add_by_hand(
        customer_id=customer_id, number=number, amount=Money(amount, "EUR"), on=ON, actor=ACTOR, **values
    )


@pytest.fixture
def customer(organisation: int) -> int:
    return create_customer(number="1", name="Hoeve Windstille", payment_term_days=8, actor=ACTOR)


def test_it_is_owed_and_followed_up_at_once(customer: int) -> None:
    document = invoices.invoice(typed(customer, reference="010806817183", description="Werk"))
    owed = item("H1")
    assert document.item_id == owed.id
    assert (owed.customer_id, owed.open_minor, owed.payment_reference) == (
        customer,
        5_000,
        "+++010/8068/17183+++",
    )
    assert document.description == "Werk"
    assert dunning.follow_up_of(owed.id) is not None


def test_without_a_due_date_the_customers_term_counts(customer: int) -> None:
    document = invoices.invoice(typed(customer, due_date=None))
    assert (document.due_date, document.due_date_source) == (date(2026, 11, 9), "CUSTOMER_TERMS")


def test_below_zero_it_is_a_credit_note_for_the_invoice_it_names(customer: int) -> None:
    typed(customer)
    credit_note = invoices.invoice(typed(customer, "H2", -2_000, preceding_invoice="H1"))
    assert credit_note.type == "CREDIT_NOTE"
    assert credit_note.credit_id is not None
    assert item("H1").open_minor == 3_000
    assert invoices.invoice_of_credit(credit_note.credit_id) == credit_note


def test_a_number_that_is_there_is_refused(customer: int) -> None:
    typed(customer)
    with pytest.raises(NumberThereAlready, match="H1"):
        typed(customer)
    with pytest.raises(NumberThereAlready, match="H1"):
        typed(customer, amount=9_999)


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("number", {"number": "  "}), ("number", {"number": "x" * 101}), ("amount", {"amount": 0}),
        ("due_date", {"due_date": date(2026, 10, 1)}), ("reference", {"reference": "x" * 141}),
        ("description", {"description": "x" * 301}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_field(
    customer: int, field: str, other: dict[str, object]
) -> None:
    with pytest.raises(InvoiceRefused) as refusal:
        typed(customer, **other)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_nobody_is_invoiced_who_is_not_there(organisation: int) -> None:
    with pytest.raises(CustomerUnknown):
        typed(987_654)
