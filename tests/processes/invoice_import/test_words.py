"""Words in cells and the codes they mean."""

from __future__ import annotations

import pytest

from tijdig.processes.invoice_import import words


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Particulier", "CONSUMER"), ("B.V.", "COMPANY"), ("bv", "COMPANY"), ("Entreprise", "COMPANY"),
        ("ZZP", "SOLE_TRADER"), ("gemeente", "PUBLIC_BODY"), ("onbekend", "UNKNOWN"),
        ("Privatkunde", "CONSUMER"),
    ],
)  # fmt: skip
def test_kinds_of_customer(text: str, code: str | None) -> None:
    assert words.party_kind(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [("Nederlands", "nl"), ("FR", "fr"), ("Deutsch", "de"), ("en-GB", "en"), ("Spaans", None)],
)
def test_languages(text: str, code: str | None) -> None:
    assert words.language(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nl", "NL"),
        ("België", "BE"),
        ("Belgique", "BE"),
        ("Deutschland", "DE"),
        ("Holland", "NL"),
        ("Atlantis", None),
    ],
)
def test_countries(text: str, code: str | None) -> None:
    assert words.country(text) == code


@pytest.mark.parametrize(("text", "code"), [("Post", "LETTER"), ("E-mail", "EMAIL"), ("fax", None)])
def test_channels(text: str, code: str | None) -> None:
    assert words.channel(text) == code
