"""Finding invoices and imports."""

from __future__ import annotations

import pytest

from tests.invoices.test_operations import an_import, new
from tests.ledger.builders import an_item
from tijdig.domain.documents import InvoiceType
from tijdig.infra import tenancy
from tijdig.invoices import operations, queries

pytestmark = pytest.mark.django_db


def test_the_document_of_an_open_item_is_found(customer: int) -> None:
    item_id = an_item(customer, number="F1")
    (invoice_id,) = operations.add_invoices([new(customer, item_id=item_id)], actor="user:1")
    found = queries.invoice_of_item(item_id)
    assert found is not None
    assert found.id == invoice_id
    assert queries.invoices_of_items([item_id, item_id + 1]) == {item_id: found}
    assert queries.invoice_of_item(item_id + 1) is None
    assert queries.invoice_of_credit(1) is None


def test_known_numbers_are_told_by_type(customer: int) -> None:
    operations.add_invoices([new(customer, "A"), new(customer, "B")], actor="user:1")
    found = queries.known(["A", "C"])
    assert list(found) == [(InvoiceType.INVOICE, "A")]
    assert found[InvoiceType.INVOICE, "A"].raises is False


def test_an_invoice_of_another_organisation_is_not_there(customer: int) -> None:
    (invoice_id,) = operations.add_invoices([new(customer)], actor="user:1")
    with tenancy.within(999_999), pytest.raises(queries.InvoiceMissing):
        queries.invoice(invoice_id)


def test_imports_are_listed_newest_first(organisation: int) -> None:
    first, second = an_import(), an_import()
    assert [batch.id for batch in queries.import_batches()] == [second, first]
    assert [batch.id for batch in queries.import_batches(before=second)] == [first]
    assert queries.import_batches(limit=1)[0].id == second
