"""Questions that find nothing say so."""

from __future__ import annotations

import pytest

from tijdig.infra import tenancy
from tijdig.organisations import queries

pytestmark = pytest.mark.django_db


def test_an_organisation_that_does_not_exist_is_named() -> None:
    with tenancy.within(987654), pytest.raises(queries.OrganisationUnknown, match="987654"):
        queries.current()


def test_outside_of_any_organisation_there_is_no_current_one() -> None:
    with pytest.raises(tenancy.OrganisationMissing):
        queries.current()


def test_an_unknown_slug_leads_nowhere() -> None:
    assert queries.by_slug_id("nergens") is None
    assert queries.user_by_email("nobody@example.com") is None
