"""Coming in: logging in, its limit and second factor, the first page; audit, search and exports."""

from __future__ import annotations

import json

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from django.utils import translation

from tests.interfaces.web_world import PASSWORD, World, client_of, make_world
from tijdig.organisations import operations, queries
from tijdig.organisations.queries import Mode

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(password=PASSWORD)


def _log_in(client: Client, password: str = PASSWORD):
    return client.post("/accounts/login/", {"login": "owner@tijdig.example", "password": password})


def test_logging_in_leads_to_today(world: World) -> None:
    client = Client()
    assert _log_in(client).status_code == 302
    assert client.get("/")["Location"] == f"/o/{world.slug}/"
    assert client.get(f"/o/{world.slug}/").status_code == 200


def test_a_wrong_password_is_refused_and_too_many_are_stopped(world: World) -> None:
    client = Client()
    answers = [_log_in(client, "wrong password") for _ in range(6)]
    assert all(answer.status_code == 200 for answer in answers)
    assert _log_in(client).status_code == 200, "also the right one has to wait now"
    assert "login" not in client.session.get("_auth_user_id", "")


def test_nobody_signs_themselves_up(world: World) -> None:
    answer = Client().post("/accounts/signup/", {"email": "new@tijdig.example", "password1": PASSWORD})
    assert answer.status_code in (200, 403)
    assert queries.user_by_email("new@tijdig.example") is None


def _code(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def test_a_second_factor_is_switched_on_and_asked_for(world: World) -> None:
    client = Client()
    _log_in(client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200
    assert " style=" not in page.content.decode()
    secret = client.session["mfa.totp.secret"]
    assert client.post("/accounts/2fa/totp/activate/", {"code": _code(secret)}).status_code == 302
    other = Client()
    asked = _log_in(other)
    assert asked["Location"].startswith("/accounts/2fa/authenticate/")
    assert other.get("/")["Location"].startswith("/accounts/login/")


def test_the_reader_decides_the_language_not_the_browser(world: World) -> None:
    operations.change_user(user_id=world.owner, name="Owner", language="fr")
    client = client_of(world.owner)
    page = client.get(f"/o/{world.slug}/", headers={"Accept-Language": "de"}).content.decode()
    assert '<html lang="fr"' in page
    assert "1 599,50 €" in page.replace("\u202f", " ").replace("\xa0", " ")


def test_ones_own_name_and_language_are_changed(world: World) -> None:
    client = client_of(world.owner)
    client.post("/me/", {"name": "Noor", "language": "de"})
    user = queries.user(world.owner)
    assert user is not None
    assert (user.name, user.language) == ("Noor", "de")
    assert "language" in client.post("/me/", {"name": "Noor", "language": "xx"}).context["form"].errors


def test_who_has_no_organisation_makes_one(world: World) -> None:
    user_id = operations.create_user(email="fresh@tijdig.example", name="Fresh", language="nl")
    client = client_of(user_id)
    assert client.get("/")["Location"] == "/new/"
    made = client.post("/new/", {"name": "Loodgieter Kraan", "country": "NL", "language": "nl", "iban": ""})
    assert made["Location"] == "/o/loodgieter-kraan/"
    with translation.override("nl"):
        assert client.get(made["Location"]).status_code == 200
    ((house, role),) = queries.of_user(user_id)
    assert (house.mode, role) == (Mode.TEST, "OWNER")


def test_an_organisation_with_a_wrong_account_is_not_made(world: World) -> None:
    client = client_of(world.owner)
    answer = client.post("/new/", {"name": "X", "country": "BE", "language": "fr", "iban": "BE00"})
    assert "iban" in answer.context["form"].errors
    assert len(queries.of_user(world.owner)) == 1


def test_the_first_page_is_where_one_was_last(world: World) -> None:
    client = client_of(world.stranger)
    client.post("/new/", {"name": "Aaa Eerste", "country": "NL", "language": "nl", "iban": ""})
    client.get(f"/o/{world.other_slug}/")
    assert client.get("/")["Location"] == f"/o/{world.other_slug}/"


def test_audit_shows_who_and_what_and_proves_the_chain(world: World) -> None:
    client = client_of(world.reader)
    page = client.get(f"/o/{world.slug}/audit/").content.decode()
    assert "Note added" in page
    assert "Colleague" in page
    assert f"/o/{world.slug}/invoices/{world.overdue_item}/" in page
    assert "Customer Bakkerij De Korenaar" in page
    assert "Invoice 2026-0101" in page
    assert "ledger_item:" not in page.replace('title="', "")
    assert "The chain is whole." in client.get(f"/o/{world.slug}/audit/verify/").content.decode()


def test_audit_says_where_the_chain_was_broken(world: World) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("UPDATE infra_auditentry SET actor = 'user:666' WHERE sequence = 3")
        cursor.execute("SET ROLE tijdig_app")
    page = client_of(world.owner).get(f"/o/{world.slug}/audit/verify/").content.decode()
    assert "The chain does not hold." in page
    assert "<strong>3</strong>" in page


def test_search_goes_straight_to_an_exact_number(world: World) -> None:
    client = client_of(world.reader)
    assert client.get(f"/o/{world.slug}/search/?q=2026-0101")["Location"].endswith(
        f"/invoices/{world.overdue_item}/"
    )
    assert client.get(f"/o/{world.slug}/search/?q=K-1001")["Location"].endswith(
        f"/customers/{world.customer}/"
    )
    page = client.get(f"/o/{world.slug}/search/?q=korenaar").content.decode()
    assert "Bakkerij De Korenaar" in page
    assert "2026-0102" in page
    assert "Nothing found" in client.get(f"/o/{world.slug}/search/?q=qqqq").content.decode()


def test_exports_hold_the_rows_of_this_house_only(world: World) -> None:
    def rows(user_id: int, slug: str, what: str) -> list[dict[str, object]]:
        answer = client_of(user_id).get(f"/o/{slug}/export/{what}.json")
        assert answer["Content-Disposition"].startswith("attachment;")
        return json.loads(b"".join(answer.streaming_content))["rows"]

    assert len(rows(world.reader, world.slug, "open-items")) == 3
    assert rows(world.stranger, world.other_slug, "open-items") == []
    answer = client_of(world.reader).get(f"/o/{world.slug}/export/customers.csv")
    assert b"Bakkerij De Korenaar" in b"".join(answer.streaming_content)


@pytest.mark.parametrize("what", ["passwords.csv", "customers.exe", "audit.json"])
def test_an_export_there_is_not_is_not_found(world: World, what: str) -> None:
    assert client_of(world.reader).get(f"/o/{world.slug}/export/{what}").status_code == 404
