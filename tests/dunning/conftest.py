"""Every test of the follow-up plays inside an organisation of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.dunning import story
from tijdig.infra import tenancy


@pytest.fixture
def creditor(db: None) -> Iterator[int]:
    """A live organisation, entered."""
    organisation_id = story.a_creditor()
    with tenancy.within(organisation_id):
        yield organisation_id
