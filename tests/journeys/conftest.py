"""The house the stories play in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.dunning import story
from tijdig.infra import audit, tenancy
from tijdig.ledger import verification


@pytest.fixture
def creditor(db: None) -> Iterator[int]:
    """A live organisation, entered; what it sends lands in its mailbox. In the end its books are proven."""
    organisation_id = story.a_creditor()
    with tenancy.within(organisation_id):
        yield organisation_id
        assert list(verification.problems()) == []
        assert list(audit.breaks()) == []
