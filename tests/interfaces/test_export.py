"""`tijdig export`: one document, one organisation, one day."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from tests.database_address import database_address
from tests.ledger.builders import a_credit, a_customer, an_item, an_organisation, paid
from tijdig.customers.operations import CustomerData, upsert_customers
from tijdig.infra import tenancy
from tijdig.interfaces.cli import export
from tijdig.interfaces.cli.choosing import pick_organisation
from tijdig.interfaces.cli.main import Refused, WrongUse, main
from tijdig.reporting import exports


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


def test_open_money_and_ageing_of_one_customer_add_up(only: None, capsys: pytest.CaptureFixture[str]) -> None:
    with tenancy.within(pick_organisation(None)):
        other = a_customer(number="C2", name="Zeta")
        an_item(other, 999, number="F-2", issued=date(2026, 10, 1), due=date(2026, 10, 2))
        a_credit(other, 250, on=date(2026, 10, 5))
    found = {}
    for what in ("open-items", "on-account", "ageing"):
        assert tijdig_export(what, "--on", "2026-12-05", "--customer", "C2") == 0
        (found[what],) = json.loads(capsys.readouterr().out)["rows"]
    assert (found["open-items"]["open"], found["on-account"]["on_account"]) == ("9.99", "2.50")
    aged = found["ageing"]
    assert (aged["late_61_90"], aged["open"], aged["on_account"], aged["net"]) == (
        "9.99",
        "9.99",
        "2.50",
        "7.49",
    )
    assert tijdig_export("ageing", "--on", "2026-12-05", "--format", "csv") == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_a_statement_of_account_runs_from_opening_to_closing(
    only: None, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("statement-of-account", "--customer", "C1", "--from", "2026-10-02", "--on", "2026-11-30")
    assert tijdig_export(*words) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["from"], told["on"]) == ("2026-10-02", "2026-11-30")
    assert [(row["date"], row["kind"], row["amount"], row["balance"]) for row in told["rows"]] == [
        ("2026-10-02", "OPENING", None, "100.00"),
        ("2026-11-10", "PAYMENT", "-25.00", "75.00"),
        ("2026-11-30", "CLOSING", None, "75.00"),
    ]
    assert (
        tijdig_export("statement-of-account", "--customer", "C1", "--on", "2026-11-30", "--format", "csv")
        == 0
    )
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["kind"], row["due_date"]) for row in rows[:2]] == [
        ("OPENING", ""),
        ("INVOICE", "2026-10-31"),
    ]


def test_excel_goes_to_standard_output_as_it_is(
    only: None, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert tijdig_export("open-items", "--on", "2026-11-09", "--format", "xlsx") == 0
    sheet = load_workbook(io.BytesIO(capfdbinary.readouterr().out)).active
    header, row = sheet.iter_rows(values_only=True)
    found = dict(zip(header, row, strict=True))
    assert (found["number"], found["open"], found["due_date"]) == ("F-1", 100, datetime(2026, 10, 31))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["statement-of-account"], "--customer NUMBER"),
        (["open-items", "--from", "2026-01-01"], "shows one day"),
        (["tasks", "--customer", "C1"], "leave --customer out"),
        (
            ["statement-of-account", "--customer", "C1", "--from", "2026-12-01", "--on", "2026-01-01"],
            "ends before",
        ),
    ],
)
def test_words_that_do_not_go_together_are_wrong_use(only: None, words: list[str], says: str) -> None:
    with pytest.raises(WrongUse, match=says):
        tijdig_export(*words)


def test_a_customer_who_is_not_there_is_refused(only: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="C9"):
        tijdig_export("open-items", "--customer", "C9")
    monkeypatch.setattr(exports, "_MOST_IN_A_SHEET", 1)
    with pytest.raises(Refused, match="take CSV"):
        tijdig_export("open-items", "--on", "2026-11-09", "--format", "xlsx")


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
        ["statement-of-account", "--customer", "C1", "--from", "gisteren"],
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
