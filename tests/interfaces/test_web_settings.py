"""Settings: the organisation, its house style, going live, its users, invitations."""

from __future__ import annotations

import re
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.interfaces.web_world import PASSWORD, World, client_of, make_world
from tijdig.infra import tenancy
from tijdig.organisations import operations, queries
from tijdig.organisations.queries import Mode, OrganisationView, Role

pytestmark = pytest.mark.django_db


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\x00\x1f\x5f\xbf"))
    + _chunk(b"IEND", b"")
)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def owner(world: World) -> Client:
    return client_of(world.owner)


def _house(world: World) -> OrganisationView:
    with tenancy.within(world.organisation_id):
        return queries.current()


def _settings(world: World, **changed: str) -> dict[str, str]:
    house = _house(world)
    names = (
        "name",
        "country",
        "language",
        "street",
        "postcode",
        "city",
        "email",
        "iban",
        "payment_term_days",
    )
    return {**{name: str(getattr(house, name)) for name in names}, "daily_run_at": "06:30", **changed}


def test_the_organisation_is_changed(world: World, owner: Client) -> None:
    answer = owner.post(f"/o/{world.slug}/settings/organisation/", _settings(world, city="Utrecht"))
    assert answer.status_code == 302
    house = _house(world)
    assert (house.city, f"{house.daily_run_at:%H:%M}") == ("Utrecht", "06:30")


@pytest.mark.parametrize(
    ("field", "value"), [("iban", "NL00FAKE0123456789"), ("vat_number", "NL1"), ("name", "")]
)
def test_a_setting_that_cannot_be_is_refused_at_its_field(
    world: World, owner: Client, field: str, value: str
) -> None:
    answer = owner.post(f"/o/{world.slug}/settings/organisation/", _settings(world, **{field: value}))
    assert answer.status_code == 200
    assert field in answer.context["form"].errors


def test_the_house_style_is_kept_and_served_as_a_sheet(world: World, owner: Client) -> None:
    logo = SimpleUploadedFile("logo.png", PNG, "image/png")
    answer = owner.post(
        f"/o/{world.slug}/settings/house-style/",
        {"colour": "#008060", "tone": "BUSINESS", "signature": "Noor, administratie", "logo": logo},
    )
    assert answer.status_code == 302
    assert _house(world).signature == "Noor, administratie"
    assert b"--house: #008060" in owner.get(f"/o/{world.slug}/house.css").content
    assert owner.get(f"/o/{world.slug}/logo").content == PNG
    owner.post(
        f"/o/{world.slug}/settings/house-style/",
        {"colour": "#008060", "tone": "BUSINESS", "remove_logo": "on"},
    )
    assert owner.get(f"/o/{world.slug}/logo").status_code == 404


def test_a_logo_with_scripts_in_it_is_refused(world: World, owner: Client) -> None:
    logo = SimpleUploadedFile("logo.png", b"<svg onload='x()'/>", "image/png")
    answer = owner.post(
        f"/o/{world.slug}/settings/house-style/", {"colour": "#008060", "tone": "FRIENDLY", "logo": logo}
    )
    assert answer.context["form"].errors["logo"]
    assert owner.get(f"/o/{world.slug}/logo").status_code == 404


def test_a_colour_that_is_none_never_reaches_the_style_sheet(world: World, owner: Client) -> None:
    answer = owner.post(
        f"/o/{world.slug}/settings/house-style/", {"colour": "red;} body {display:none", "tone": "FRIENDLY"}
    )
    assert "colour" in answer.context["form"].errors
    assert b"display" not in owner.get(f"/o/{world.slug}/house.css").content


def test_going_live_says_first_what_is_missing(world: World, owner: Client) -> None:
    with tenancy.within(world.organisation_id):
        operations.change_settings(actor="cli", iban="")
    page = owner.get(f"/o/{world.slug}/settings/mode/").content.decode()
    assert "First fill in" in page
    owner.post(f"/o/{world.slug}/settings/mode/")
    assert _house(world).mode == Mode.TEST


def test_live_and_back(world: World, owner: Client) -> None:
    owner.post(f"/o/{world.slug}/settings/mode/")
    assert _house(world).mode == Mode.LIVE
    assert "Test mode." not in owner.get(f"/o/{world.slug}/").content.decode()
    without = owner.post(f"/o/{world.slug}/settings/organisation/", _settings(world, iban=""))
    assert "iban" in without.context["form"].errors
    owner.post(f"/o/{world.slug}/settings/mode/")
    assert _house(world).mode == Mode.TEST


def test_somebody_invited_comes_in_by_the_link(world: World, owner: Client) -> None:
    invited = owner.post(
        f"/o/{world.slug}/settings/users/", {"name": "Sam", "email": "sam@tijdig.example", "role": "VIEWER"}
    )
    page = owner.get(invited["Location"]).content.decode()
    found = re.search(r"http://[^<\s]+(/accounts/password/reset/key/[^<\s]+)", page)
    assert found is not None
    newcomer = Client()
    form = newcomer.get(found[1], follow=True)
    chosen = {"password1": PASSWORD, "password2": PASSWORD}
    newcomer.post(form.redirect_chain[-1][0], chosen)
    assert newcomer.login(email="sam@tijdig.example", password=PASSWORD)
    assert newcomer.get(f"/o/{world.slug}/").status_code == 200
    assert "reset/key" not in owner.get(invited["Location"]).content.decode()


def test_the_link_of_somebody_invited_elsewhere_too_is_not_shown(world: World, owner: Client) -> None:
    """Whoever held it could choose the password of an account that opens another house."""
    with tenancy.within(world.other_id):
        operations.invite(email="sam@tijdig.example", name="Sam", language="fr", role=Role.OWNER, actor="cli")
    invited = owner.post(
        f"/o/{world.slug}/settings/users/", {"name": "Sam", "email": "sam@tijdig.example", "role": "VIEWER"}
    )
    assert "reset/key" not in owner.get(invited["Location"]).content.decode()


def test_with_a_mail_server_the_link_goes_to_the_person_alone(
    world: World, owner: Client, settings, mailoutbox
) -> None:
    settings.EMAIL_HOST = "mail.example"
    invited = owner.post(
        f"/o/{world.slug}/settings/users/", {"name": "Sam", "email": "sam@tijdig.example", "role": "VIEWER"}
    )
    (mail,) = mailoutbox
    assert mail.to == ["sam@tijdig.example"]
    assert "/accounts/password/reset/key/" in mail.body
    assert "reset/key" not in owner.get(invited["Location"]).content.decode()


def test_a_role_is_changed_and_the_last_owner_stays(world: World, owner: Client) -> None:
    owner.post(f"/o/{world.slug}/settings/users/{world.reader}/", {"role": "CONTROLLER"})
    with tenancy.within(world.organisation_id):
        assert queries.role_of(world.reader) == Role.CONTROLLER
    refused = owner.post(f"/o/{world.slug}/settings/users/{world.owner}/", {"role": "VIEWER"})
    assert "role" in refused.context["form"].errors
    owner.post(f"/o/{world.slug}/settings/users/{world.owner}/", {"remove": "1"})
    with tenancy.within(world.organisation_id):
        assert queries.role_of(world.owner) == Role.OWNER


def test_a_member_of_another_house_has_no_page_here(world: World, owner: Client) -> None:
    assert owner.get(f"/o/{world.slug}/settings/users/{world.stranger}/").status_code == 404
