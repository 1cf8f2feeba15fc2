"""`tijdig organisation`: make one, list them."""

from __future__ import annotations

import json
from argparse import ArgumentParser

import pytest

from tijdig.dunning import queries as dunning
from tijdig.infra import tenancy
from tijdig.interfaces.cli import organisation
from tijdig.interfaces.cli.main import Refused
from tijdig.organisations import queries
from tijdig.organisations.queries import Role

pytestmark = pytest.mark.django_db


def tijdig_organisation(*words: str) -> int:
    parser = ArgumentParser()
    organisation.configure(parser)
    return organisation.run(parser.parse_args(words))


def test_one_is_made_ready_to_follow_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        tijdig_organisation("create", "--name", "Houtwerf", "--country", "BE", "--language", "fr", "--json")
        == 0
    )
    made = json.loads(capsys.readouterr().out)
    assert (made["slug"], made["country"], made["language"], made["mode"]) == ("houtwerf", "BE", "fr", "TEST")
    with tenancy.within(made["id"]):
        assert len(dunning.flows()) == 1


def test_its_owner_is_made_a_user_once(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("Een", "Twee"):
        assert tijdig_organisation("create", "--name", name, "--owner-email", "Owner@Example.com") == 0
    owner = queries.user_by_email("owner@example.com")
    assert owner is not None
    assert not owner.has_password
    assert [(view.name, role) for view, role in queries.of_user(owner.id)] == [
        ("Een", Role.OWNER),
        ("Twee", Role.OWNER),
    ]
    assert "test mode" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (["--name", "Een", "--country", "DE"], "country"),
        (["--name", " "], "name"),
        (["--name", "Een", "--language", "xx"], "language"),
        (["--name", "Een", "--slug", "Een Twee"], "slug"),
        (["--name", "Een", "--owner-email", "nobody"], "email"),
    ],
)
def test_what_is_refused_is_named_and_nothing_is_made(words: list[str], field: str) -> None:
    with pytest.raises(Refused, match=f"^{field}: "):
        tijdig_organisation("create", *words)
    assert queries.every() == ()


def test_a_refused_organisation_leaves_no_owner_behind() -> None:
    with pytest.raises(Refused):
        tijdig_organisation(
            "create", "--name", "Een", "--country", "DE", "--owner-email", "owner@example.com"
        )
    assert queries.user_by_email("owner@example.com") is None


def test_the_list_has_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert tijdig_organisation("list") == 0
    assert capsys.readouterr().out == ""
    tijdig_organisation("create", "--name", "Zeta")
    tijdig_organisation("create", "--name", "Alfa", "--slug", "a")
    capsys.readouterr()
    assert tijdig_organisation("list") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["a", "zeta"]
    tijdig_organisation("list", "--json")
    assert [one["slug"] for one in json.loads(capsys.readouterr().out)["organisations"]] == ["a", "zeta"]
