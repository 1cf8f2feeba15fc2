"""Setting up an organisation: made together with the flow it starts with, or not at all."""

from __future__ import annotations

from typing import Unpack

from django.db import transaction

from tijdig.dunning.operations import publish_preset_flow
from tijdig.infra import tenancy
from tijdig.organisations.operations import MoreSettings, create_organisation


@transaction.atomic
def create(
    *,
    name: str,
    country: str,
    language: str,
    actor: str,
    slug: str = "",
    owner_id: int | None = None,
    is_demo: bool = False,
    **settings: Unpack[MoreSettings],
) -> int:
    """Make an organisation in test mode with the preset flow and return its id.

    Without a slug it gets one from its name. Raises organisations.checks.SettingInvalid.
    """
    organisation_id = create_organisation(
        name=name,
        country=country,
        language=language,
        actor=actor,
        slug=slug,
        owner_id=owner_id,
        is_demo=is_demo,
        **settings,
    )
    with tenancy.within(organisation_id):
        publish_preset_flow(actor=actor)
    return organisation_id
