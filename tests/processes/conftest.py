"""Every test of the bank plays inside an organisation of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ledger.builders import an_item
from tests.ledger.conftest import customer, organisation
from tijdig.infra import audit, tenancy
from tijdig.ledger import verification

__all__ = ["customer", "organisation"]


@pytest.fixture
def the_books_agree(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test in an organisation its ledger and its audit trail are proven."""
    if "organisation" not in request.fixturenames:
        yield
        return
    organisation_id = request.getfixturevalue("organisation")
    yield
    with tenancy.within(organisation_id):
        assert list(verification.problems()) == []
        assert list(audit.breaks()) == []


@pytest.fixture
def item(customer: int) -> int:
    """The invoice that paid.PAID pays."""
    return an_item(customer, 10_000, number="2026-0042")
