"""The whole job by commands alone, on an organisation nobody has filled in yet, over days long past."""

from __future__ import annotations

import argparse
import json
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.banking.builders import Entry, bank_file, statement
from tijdig.infra import tenancy
from tijdig.interfaces.cli.choosing import pick_organisation
from tijdig.ledger import verification

pytestmark = pytest.mark.django_db

CUSTOMERS = """Klantnummer;Naam;E-mail;Straat;Huisnummer;Postcode;Plaats;Land;Taal;Soort
C1;Bakkerij Verzonnen;c1@klant.example;Dorpsstraat;1;1234 AB;Fictief;NL;nl;bedrijf
C2;Société Imaginaire;c2@klant.example;Rue;2;1000;Bruxelles;BE;fr;bedrijf
C3;Brievenbus;;Laan;3;1234 AB;Fictief;NL;en;consument
C4;Nergens;;;;;;;de;bedrijf
"""
INVOICES = """Factuurnummer;Factuurdatum;Vervaldatum;Bedrag;Klantnummer
A-1001;30-01-2024;29-02-2024;121,00;C1
A-1002;30-01-2024;29-02-2024;242,00;C1
A-1003;30-01-2024;29-02-2024;100,00;C2
A-1004;30-01-2024;29-02-2024;100,00;C3
A-1005;30-01-2024;29-02-2024;100,00;C4
A-1006;01-12-2023;31-12-2023;500,00;C2
"""


class Commands:
    """Runs commands like the shell does, on the database of the tests."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, module: str, *words: str, code: int = 0) -> Any:
        """Return what the command printed, as JSON."""
        command = import_module(f"tijdig.interfaces.cli.{module}")
        parser = argparse.ArgumentParser()
        command.configure(parser)
        assert command.run(parser.parse_args([*words, "--json"])) == code
        return json.loads(self._capsys.readouterr().out)

    def taken(self, day: str) -> tuple[int, int, int]:
        """Run a day; return its e-mails, letters and tasks."""
        (report,) = self("run_day", "--on", day)["organisations"]
        assert not any(report["sent"].values())  # in test mode nothing leaves
        return report["run"]["emails"], report["run"]["letters"], report["run"]["tasks"]

    def rows(self, what: str, day: str) -> list[dict[str, Any]]:
        """Return an export as of a day."""
        rows: list[dict[str, Any]] = self("export", what, "--on", day)["rows"]
        return rows


@pytest.fixture
def tijdig(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Commands:
    commands = Commands(capsys)
    commands("organisation", "create", "--name", "Houtwerf BV", "--country", "NL")
    for name, content in (("customers.csv", CUSTOMERS), ("invoices.csv", INVOICES)):
        (tmp_path / name).write_text(content)
        (done,) = commands("import_files", str(tmp_path / name))["files"]
        assert done["rejected"] == []
    return commands


def test_each_step_comes_on_its_day_once_per_customer(tijdig: Commands) -> None:
    assert tijdig.taken("2024-02-25") == (1, 0, 0)  # the late invoice of C2 begins at its reminder
    assert tijdig.taken("2024-02-26") == (
        2,
        1,
        1,
    )  # three days before: C1 once for two, C3 a letter, C4 a task
    assert tijdig.taken("2024-02-26") == (0, 0, 0)
    assert tijdig.taken("2024-02-29") == (2, 1, 0)  # the task of C4 is there already
    assert tijdig.taken("2024-02-20") == (0, 0, 0)  # looking back sends nothing
    assert tijdig.taken("2024-03-14") == (2, 1, 0)
    messages = tijdig.rows("messages", "2024-12-31")
    assert {message["state"] for message in messages} == {"TEST"}
    assert {(message["customer_number"], message["language"], message["channel"]) for message in messages} == {
        ("C1", "nl", "EMAIL"), ("C2", "fr", "EMAIL"), ("C3", "en", "LETTER"),
    }  # fmt: skip
    days = [(message["customer_number"], message["on_date"]) for message in messages]
    assert len(days) == len(set(days))
    assert [message["items"] for message in messages if message["customer_number"] == "C1"] == [
        "A-1001 A-1002"
    ] * 3
    assert {task["customer_number"] for task in tijdig.rows("tasks", "2024-12-31")} == {"C4"}


def test_who_pays_hears_no_more_and_the_books_tell_each_day_as_it_was(
    tijdig: Commands, tmp_path: Path
) -> None:
    tijdig.taken("2024-02-26")
    paid = [
        Entry("121.00", "factuur A-1001", day=date(2024, 3, 1), bank_reference="R1"),
        Entry("242.00", "A-1002", day=date(2024, 3, 4), bank_reference="R2"),
    ]
    (tmp_path / "bank.xml").write_bytes(bank_file(statement(paid, id="S1", day=date(2024, 3, 4))))
    (done,) = tijdig("import_files", str(tmp_path / "bank.xml"))["files"]
    assert (done["new"], done["booked"], done["waiting"]) == (2, 2, 0)
    (again,) = tijdig("import_files", str(tmp_path / "bank.xml"))["files"]
    assert (again["new"], again["booked"]) == (0, 0)
    tijdig.taken("2024-03-14")
    late = [row for row in tijdig.rows("messages", "2024-03-14") if row["on_date"] == "2024-03-14"]
    assert "C1" not in {row["customer_number"] for row in late}
    open_numbers = {
        day: {row["number"] for row in tijdig.rows("open-items", day) if row["customer_number"] == "C1"}
        for day in ("2024-01-29", "2024-02-29", "2024-03-01", "2024-03-04")
    }
    assert list(open_numbers.values()) == [set(), {"A-1001", "A-1002"}, {"A-1002"}, set()]
    assert [row["amount"] for row in tijdig.rows("payments", "2024-03-03")] == ["121.00"]
    with tenancy.within(pick_organisation(None)):
        assert list(verification.problems()) == []
