"""Every import plays inside an organisation of its own, with its flow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tijdig.infra import tenancy
from tijdig.processes import organisation_setup


@pytest.fixture
def organisation(db: None) -> Iterator[int]:
    """A Dutch organisation, entered."""
    organisation_id = organisation_setup.create(name="Houtwerf", country="NL", language="nl", actor="cli")
    with tenancy.within(organisation_id):
        yield organisation_id


@pytest.fixture
def belgian(db: None) -> Iterator[int]:
    """A Belgian organisation, entered."""
    organisation_id = organisation_setup.create(name="Zagerij", country="BE", language="nl", actor="cli")
    with tenancy.within(organisation_id):
        yield organisation_id
