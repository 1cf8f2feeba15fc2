"""The world the reports tell of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ledger.builders import an_organisation
from tests.reporting.story import Story, tell
from tijdig.infra import tenancy


@pytest.fixture
def house(db: None) -> Iterator[int]:
    """An organisation, entered."""
    organisation_id = an_organisation()
    with tenancy.within(organisation_id):
        yield organisation_id


@pytest.fixture
def story(house: int) -> Story:
    """The story, told in the house."""
    return tell()
