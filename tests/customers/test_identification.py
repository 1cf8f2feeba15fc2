"""Recognising a customer by number, official number or name."""

from __future__ import annotations

import pytest

from tests.ledger.conftest import organisation
from tijdig.customers.identification import known_by_number, lookalikes, plain_id
from tijdig.customers.operations import create_customer
from tijdig.infra import tenancy

__all__ = ["organisation"]
pytestmark = pytest.mark.django_db


def test_known_by_number(organisation: int) -> None:
    customer = create_customer(number="7", name="Hoeve", payment_term_days=8, actor="user:1")
    found = known_by_number(["7", "8"])
    assert list(found) == ["7"]
    assert (found["7"].id, found["7"].payment_term_days) == (customer, 8)
    with tenancy.within(organisation + 1):
        assert known_by_number(["7"]) == {}


def test_lookalikes_by_each_mark(organisation: int) -> None:
    by_vat = create_customer(number="1", name="A", vat_number="BE 0563.846.944", actor="user:1")
    by_legal = create_customer(number="2", name="B", legal_id="12-34-56-78", actor="user:1")
    by_name = create_customer(number="3", name="Hoeve Windstille", actor="user:1")
    create_customer(number="4", name="Niemand", actor="user:1")
    found = lookalikes(vat_numbers=["BE0563846944"], legal_ids=["12345678"], names=["HOEVE windstille"])
    assert [customer.id for customer in found] == [by_vat, by_legal, by_name]
    assert lookalikes() == ()


def test_an_official_number_without_its_dots() -> None:
    assert plain_id("be 0563.846-944") == "BE0563846944"
