"""`tijdig verify`: proves, or says what is wrong and where."""

from __future__ import annotations

import json
from argparse import ArgumentParser

import pytest

from tests.ledger.builders import a_customer, an_item, an_organisation, paid
from tests.ledger.corrupting import corrupt
from tijdig.infra import tenancy
from tijdig.interfaces.cli import verify
from tijdig.interfaces.cli.main import Refused

pytestmark = pytest.mark.django_db(transaction=True)


def tijdig_verify(*words: str) -> int:
    parser = ArgumentParser()
    verify.configure(parser)
    return verify.run(parser.parse_args(words))


@pytest.fixture
def item_id() -> int:
    """An invoice, half paid, of the organisation houtwerf; another organisation has nothing."""
    with tenancy.within(an_organisation(name="Houtwerf")):
        customer = a_customer()
        item = an_item(customer, 1_000)
        paid(item, customer, 400)
    an_organisation(name="Ander")
    return item


def test_it_says_how_much_was_proven(item_id: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert tijdig_verify() == 0
    assert capsys.readouterr().out.splitlines() == [
        "ander: proven, 0 items, 0 credits, 0 allocations and 1 audit entries",
        "houtwerf: proven, 1 items, 1 credits, 1 allocations and 5 audit entries",
    ]


def test_it_names_the_row_that_is_wrong(item_id: int, capsys: pytest.CaptureFixture[str]) -> None:
    corrupt(f"UPDATE ledger_item SET open = 500 WHERE id = {item_id}")
    assert tijdig_verify("--organisation", "houtwerf") == 1
    out = capsys.readouterr().out
    assert "houtwerf: 2 problems in 1 items" in out
    assert f"  ledger_item:{item_id}: open is 500, its rows say 600" in out
    assert tijdig_verify("--organisation", "ander") == 0


def test_json_is_one_document(item_id: int, capsys: pytest.CaptureFixture[str]) -> None:
    corrupt(f"UPDATE ledger_item SET open = 500 WHERE id = {item_id}")
    assert tijdig_verify("--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["proven"] is False
    sound, spoilt = told["organisations"]
    assert spoilt["problems"][0] == {
        "where": f"ledger_item:{item_id}",
        "what": "open is 500, its rows say 600",
    }
    assert sound == {
        "organisation": "ander",
        "rows": {"items": 0, "credits": 0, "allocations": 0, "audit_entries": 1},
        "problems": [],
    }


def test_an_unknown_organisation_is_refused(db: None) -> None:
    with pytest.raises(Refused, match="nergens"):
        tijdig_verify("--organisation", "nergens")


def test_with_no_organisation_there_is_nothing_to_prove(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert tijdig_verify() == 0
    assert "nothing to prove" in capsys.readouterr().err
