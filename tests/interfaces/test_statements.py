"""`tijdig statements`: the list, taking one back and taking it in again, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.utils import translation

from tests.banking.builders import DAY, Entry, bank_file, statement
from tests.ledger.builders import a_customer, an_item
from tijdig.infra import tenancy
from tijdig.interfaces.cli import main
from tijdig.processes import cash_application, organisation_setup

pytestmark = pytest.mark.django_db


@pytest.fixture
def statement_id(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A statement with a payment that was booked, of the only organisation."""
    monkeypatch.setattr(main, "set_up", lambda: None)
    organisation_id = organisation_setup.create(name="Houtwerf", country="NL", language="nl", actor="cli")
    with translation.override("en"), tenancy.within(organisation_id):
        an_item(a_customer(), 10_000, number="2026-0042")
        content = bank_file(statement([Entry("100.00", "2026-0042")]))
        done = cash_application.import_bank_file(name="b.xml", content=content, on=DAY, actor="cli")
    with translation.override("en"):
        yield done.statements[0].id


def told(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.strip()


def test_one_is_taken_back_and_taken_in_again(statement_id: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["statements"]) == 0
    assert told(capsys) == f"{statement_id}: NL91ABNA0417164300 S1, until {DAY}, 1 movements"
    assert main.main(["statements", "--take-back", str(statement_id)]) == 0
    assert told(capsys).startswith("1 payments undone, 0 returns undone, ")
    assert main.main(["statements"]) == 0
    assert told(capsys).endswith("taken back")
    assert main.main(["statements", "--take-in-again", str(statement_id), "--json"]) == 0
    assert json.loads(told(capsys)) == {"booked": 1, "waiting": 0, "needing_nobody": 0}


def test_what_cannot_be_is_refused(statement_id: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["statements", "--take-in-again", str(statement_id)]) == 1
    assert "taken in again already" in capsys.readouterr().err
    assert main.main(["statements", "--take-back", "999999"]) == 1
    assert "does not exist" in capsys.readouterr().err
