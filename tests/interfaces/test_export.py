"""`tijdig export`: one document, one organisation, one day."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from datetime import date

import pytest

from tests.database_address import database_address
from tests.ledger.builders import a_customer, an_item, an_organisation, paid
from tijdig.customers.operations import CustomerData, upsert_customers
from tijdig.infra import tenancy
from tijdig.interfaces.cli import export
from tijdig.interfaces.cli.main import Refused, WrongUse, main


def tijdig_export(*words: str) -> int:
    parser = ArgumentParser()
    export.configure(parser)
    return export.run(parser.parse_args(words))


def fill() -> None:
    customer = a_customer(number="C1", name="@Oven")
    item = an_item(customer, 10_000, number="F-1", issued=date(2026, 10, 1), due=date(2026, 10, 31))
    paid(item, customer, 2_500, on=date(2026, 11, 10))


@pytest.fixture
def only(db: None) -> None:
    """One organisation with one invoice, partly paid."""
    with tenancy.within(an_organisation(name="Houtwerf")):
        fill()


def test_json_is_one_document_of_the_day(only: None, capsys: pytest.CaptureFixture[str]) -> None:
    for day, open_ in (("2026-11-09", "100.00"), ("2026-11-10", "75.00")):
        assert tijdig_export("open-items", "--on", day) == 0
        read = json.loads(capsys.readouterr().out)
        assert (read["what"], read["on"]) == ("open-items", day)
        assert [(row["number"], row["open"], row["currency"]) for row in read["rows"]] == [
            ("F-1", open_, "EUR")
        ]


def test_csv_has_a_header_and_no_formulas(only: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert tijdig_export("customers", "--format", "csv") == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[0][:2] == ["number", "name"]
    assert rows[1][:2] == ["C1", "'@Oven"]


def test_without_a_day_it_is_todays_position(only: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert tijdig_export("payments", "--json") == 0
    assert json.loads(capsys.readouterr().out)["on"] >= "2026-01-01"


def test_with_several_organisations_one_must_be_named(only: None, capsys: pytest.CaptureFixture[str]) -> None:
    an_organisation(name="Ander")
    with pytest.raises(WrongUse, match="ander, houtwerf"):
        tijdig_export("customers")
    assert tijdig_export("customers", "--organisation", "ander") == 0
    assert json.loads(capsys.readouterr().out)["rows"] == []
    with pytest.raises(Refused, match="nergens"):
        tijdig_export("customers", "--organisation", "nergens")


@pytest.mark.django_db
def test_without_an_organisation_it_says_how_to_make_one() -> None:
    with pytest.raises(Refused, match="tijdig organisation create"):
        tijdig_export("customers")


@pytest.mark.parametrize(
    "words",
    [
        ["customers", "--on", "gisteren"],
        ["customers", "--on", "2026-02-30"],
        ["customers", "--on", "20261120"],
        ["customers", "--on", "2026-W47-5"],
        ["secrets"],
        ["customers", "--format", "xml"],
        [],
    ],
)
def test_wrong_use_ends_with_two_and_says_so(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["export", *words])
    assert end.value.code == 2
    captured = capsys.readouterr()
    assert (captured.out, "error:" in captured.err) == ("", True)


@pytest.mark.django_db(transaction=True)
def test_a_reader_that_has_enough_is_no_failure() -> None:
    with tenancy.within(an_organisation(name="Houtwerf")):
        rows = [CustomerData(f"D{number}", f"Klant {number}") for number in range(3000)]
        upsert_customers(rows, actor="cli")
    command = [sys.executable, "-c", "from tijdig.interfaces.cli.main import main; raise SystemExit(main())"]
    child = subprocess.Popen(
        [*command, "export", "customers"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "DATABASE_URL": database_address()},
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.close()
    errors = child.stderr.read()
    child.stderr.close()
    assert (child.wait(60), errors) == (0, b"")
