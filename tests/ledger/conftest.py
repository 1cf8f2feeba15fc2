"""Every test of the ledger plays inside an organisation of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ledger.builders import a_customer, an_organisation
from tijdig.infra import tenancy


@pytest.fixture
def organisation(db: None) -> Iterator[int]:
    """An organisation, entered."""
    organisation_id = an_organisation()
    with tenancy.within(organisation_id):
        yield organisation_id


@pytest.fixture
def customer(organisation: int) -> int:
    """A customer of the organisation we are in."""
    return a_customer()
