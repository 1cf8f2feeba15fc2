"""The pages of logging in: their voice, and a new password with and without a mail server."""

from __future__ import annotations

import re
from pathlib import Path

import allauth
import pytest
from babel.messages.pofile import read_po
from django.core import mail
from django.test import Client
from django.utils import translation

from tests.interfaces.web_world import PASSWORD, World, client_of, make_world
from tijdig.interfaces.web.account_words import SENTENCES

pytestmark = pytest.mark.django_db
ALLAUTH = Path(allauth.__file__).parent


@pytest.fixture
def world() -> World:
    return make_world(password=PASSWORD)


def test_the_sentences_are_allauths_own() -> None:
    """A sentence that allauth words otherwise in a new version would be shown in its words again."""
    with (ALLAUTH / "locale" / "nl" / "LC_MESSAGES" / "django.po").open("rb") as file:
        known = {message.id for message in read_po(file)}
    assert [sentence for sentence in SENTENCES if sentence not in known] == []


@pytest.mark.parametrize("language", ["nl", "fr", "de"])
def test_they_speak_in_our_voice(language: str) -> None:
    with translation.override(language):
        told = [translation.gettext(sentence) for sentence in SENTENCES]
    familiar = {"nl": r"\b(je|jouw|jij)\b", "fr": r"\b(tu|ton|ta|tes)\b", "de": r"\b(du|dein\w*)\b"}[language]
    assert [text for text in told if re.search(familiar, text, re.IGNORECASE)] == []
    second_factor = {"nl": "tweestaps", "fr": "double authentification", "de": "Zwei-Faktor-Anmeldung"}
    with translation.override(language):
        assert second_factor[language].lower() in translation.gettext("Two-Factor Authentication").lower()


def test_without_a_mail_server_the_page_says_whom_to_ask(world: World) -> None:
    client = Client(headers={"Accept-Language": "en"})
    page = client.get("/accounts/password/reset/").content.decode()
    assert "Ask an owner of your organisation" in page
    assert 'name="email"' not in page
    told = client.post("/accounts/password/reset/", {"email": "reader@tijdig.example"}, follow=True)
    assert "on its way" not in told.content.decode()
    assert mail.outbox == []


def test_with_a_mail_server_the_mail_is_ours(world: World, settings: object) -> None:
    settings.EMAIL_HOST = "smtp.tijdig.example"  # type: ignore[attr-defined]
    settings.PUBLIC_URL = "https://tijdig.example"  # type: ignore[attr-defined]
    client = Client(headers={"Accept-Language": "nl"})
    assert 'name="email"' in client.get("/accounts/password/reset/").content.decode()
    told = client.post("/accounts/password/reset/", {"email": "reader@tijdig.example"}, follow=True)
    assert told.status_code == 200
    (sent,) = mail.outbox
    assert sent.subject == "Een nieuw wachtwoord voor Tijdig"
    assert "https://tijdig.example/accounts/password/reset/key/" in sent.body
    assert not re.search(r"\b(je|jouw)\b|testserver", sent.body)


def test_an_unknown_address_gets_no_mail_and_the_same_page(world: World, settings: object) -> None:
    settings.EMAIL_HOST = "smtp.tijdig.example"  # type: ignore[attr-defined]
    client = Client(headers={"Accept-Language": "en"})
    told = client.post("/accounts/password/reset/", {"email": "nobody@tijdig.example"}, follow=True)
    assert "on its way" in told.content.decode()
    assert mail.outbox == []


def test_an_owner_makes_a_link_with_which_a_member_chooses_a_password(world: World) -> None:
    owner = client_of(world.owner)
    address = f"/o/{world.slug}/settings/users/{world.reader}/"
    assert "Make a link" in owner.get(address).content.decode()
    page = owner.post(address, {"link": "1"}).content.decode()
    link = page.split('class="mono note">')[1].split("<")[0]
    path = "/accounts/" + link.split("/accounts/")[1]
    visitor = Client()
    asked = visitor.get(path, follow=True)
    chosen = "een heel ander wachtwoord"
    visitor.post(asked.redirect_chain[-1][0], {"password1": chosen, "password2": chosen})
    assert Client().login(email="reader@tijdig.example", password=chosen)
    assert "Link for a new password made" in owner.get(f"/o/{world.slug}/audit/").content.decode()


def test_no_link_is_made_for_who_works_elsewhere_too_nor_by_who_is_no_owner(world: World) -> None:
    client_of(world.reader).post("/new/", {"name": "Elders", "country": "NL", "language": "nl", "iban": ""})
    owner = client_of(world.owner)
    address = f"/o/{world.slug}/settings/users/{world.reader}/"
    assert "Make a link" not in owner.get(address).content.decode()
    assert "/password/reset/key/" not in owner.post(address, {"link": "1"}, follow=True).content.decode()
    assert client_of(world.colleague).post(address, {"link": "1"}).status_code == 403
