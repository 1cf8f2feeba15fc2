"""A new organisation can follow up at once, and a refused one leaves nothing."""

from __future__ import annotations

import pytest

from tijdig.dunning import queries as dunning
from tijdig.infra import tenancy
from tijdig.organisations import queries
from tijdig.organisations.checks import SettingInvalid
from tijdig.organisations.operations import create_user
from tijdig.organisations.queries import Mode, Role
from tijdig.processes import organisation_setup

pytestmark = pytest.mark.django_db


def test_a_new_organisation_has_its_owner_and_the_preset_flow() -> None:
    owner = create_user(email="owner@example.com", name="Owner", language="nl")
    made = organisation_setup.create(
        name="Voorbeeld", country="BE", language="fr", owner_id=owner, actor="cli", city="Gent"
    )
    with tenancy.within(made):
        assert (queries.current().mode, queries.current().city) == (Mode.TEST, "Gent")
        assert queries.role_of(owner) is Role.OWNER
        flows = dunning.flows()
        assert len(flows) == 1
        assert len(flows[0].flow.steps) == 5


def test_two_organisations_each_have_their_own_flow() -> None:
    for name in ("Eerste", "Tweede"):
        with tenancy.within(organisation_setup.create(name=name, country="NL", language="nl", actor="cli")):
            assert len(dunning.flows()) == 1


def test_a_refused_organisation_is_not_made_at_all() -> None:
    with pytest.raises(SettingInvalid):
        organisation_setup.create(name="Voorbeeld", country="DE", language="de", actor="cli")
    assert tenancy.organisation_ids() == ()
