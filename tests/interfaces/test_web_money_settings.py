"""Settings › Money: an owner says how payments are treated; amounts and percentages as people write them."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.interfaces.web_world import World, client_of, make_world
from tijdig.infra import tenancy
from tijdig.organisations import queries

pytestmark = pytest.mark.django_db

GIVEN = {
    "precision": "99.95", "small_difference": "0,10", "allocation_order": "PRINCIPAL_FIRST", "discount_percent": "2.5",
    "discount_days": "8", "discount_grace_days": "1", "write_off_limit": "1.250,00", "stale_after_days": "3",
    "hold_when_stale": "on",
}  # fmt: skip


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def owner(world: World) -> Client:
    return client_of(world.owner)


def test_an_owner_changes_how_money_is_treated(world: World, owner: Client) -> None:
    page = f"/o/{world.slug}/settings/money/"
    assert "99.9" in owner.get(page).content.decode()
    assert owner.post(page, GIVEN).status_code == 302
    with tenancy.within(world.organisation_id):
        policy = queries.cash_policy()
    assert (policy.required_precision, policy.small_difference) == (999_500, 10)
    assert (policy.discount_basis_points, policy.discount_days, policy.discount_grace_days) == (250, 8, 1)
    assert (policy.controller_write_off_limit, policy.allocation_order) == (125_000, "PRINCIPAL_FIRST")
    assert (policy.hold_on_unapplied_money, policy.stale_after_days, policy.hold_when_stale) == (
        False,
        3,
        True,
    )
    assert "go on" in owner.get(f"/o/{world.slug}/settings/").content.decode()


def test_percentages_read_and_are_typed_as_the_language_writes_them() -> None:
    world = make_world(language="nl")
    owner, page = client_of(world.owner), f"/o/{world.slug}/settings/money/"
    assert 'value="99,9"' in owner.get(page).content.decode()
    assert owner.post(page, {**GIVEN, "precision": "99,95", "discount_percent": "2,5"}).status_code == 302
    with tenancy.within(world.organisation_id):
        policy = queries.cash_policy()
    assert (policy.required_precision, policy.discount_basis_points) == (999_500, 250)


@pytest.mark.parametrize(
    "wrong",
    [{"small_difference": "veel"}, {"small_difference": "500"}, {"precision": "20"}, {"write_off_limit": ""}],
)
def test_what_makes_no_sense_is_refused_beside_its_field(
    world: World, owner: Client, wrong: dict[str, str]
) -> None:
    answer = owner.post(f"/o/{world.slug}/settings/money/", {**GIVEN, **wrong})
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == list(wrong)


def test_others_may_not(world: World) -> None:
    assert client_of(world.colleague).post(f"/o/{world.slug}/settings/money/", GIVEN).status_code == 403
