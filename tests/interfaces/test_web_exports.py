"""Taking lists along: what a spreadsheet here opens, in the reader's language, with the rows of the list."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from tests.interfaces.web_world import World, client_of, make_world
from tijdig.customers.operations import create_customer
from tijdig.domain.money import Money
from tijdig.infra import tenancy
from tijdig.interfaces.web.export_tables import HEADINGS
from tijdig.processes import daily_run, invoice_import
from tijdig.reporting.export_queries import EXPORT_QUERIES

pytestmark = pytest.mark.django_db
REFERENCE = "+++123/4567/89002+++"


@pytest.fixture
def world() -> World:
    return make_world(language="nl")


@pytest.fixture
def colleague(world: World) -> Client:
    return client_of(world.colleague)


def _rows(client: Client, address: str) -> list[tuple[Any, ...]]:
    answer = client.get(address)
    assert answer.status_code == 200
    sheet = load_workbook(io.BytesIO(answer.getvalue())).active
    assert sheet is not None
    return list(sheet.iter_rows(values_only=True))


def _lines(client: Client, address: str) -> list[str]:
    content: Iterator[bytes] = client.get(address).streaming_content  # type: ignore[attr-defined]
    return b"".join(content).decode("utf-8-sig").splitlines()


def test_excel_gets_numbers_dates_and_headings_of_the_reader(world: World, colleague: Client) -> None:
    header, first, *_others = _rows(colleague, f"/o/{world.slug}/export/open-items.xlsx")
    row = dict(zip(header, first, strict=True))
    assert row["Klant"] == "Bakkerij De Korenaar"
    assert row["Open"] == 1249.5
    assert isinstance(row["Vervaldatum"], datetime)
    assert row["Soort"] == "Factuur"


def test_csv_is_what_excel_here_opens(world: World, colleague: Client) -> None:
    answer = colleague.get(f"/o/{world.slug}/export/open-items.csv")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"\xef\xbb\xbfKlantnummer;Klant;")
    assert ";1249,50;" in content.decode()


def test_an_english_reader_gets_decimal_points(world: World) -> None:
    english = client_of(make_reader(world))
    assert any(";1249.50;" in line for line in _lines(english, f"/o/{world.slug}/export/open-items.csv"))


def make_reader(world: World) -> int:
    from tijdig.organisations import operations

    operations.change_user(user_id=world.reader, name="Reader", language="en")
    return world.reader


def test_a_printed_reference_stays_what_it_is(world: World, colleague: Client) -> None:
    with tenancy.within(world.organisation_id):
        customer = create_customer(number="K-1", name="=1+1", kind="COMPANY", language="nl", actor="cli")
        invoice_import.add_by_hand(
            customer_id=customer, number="2026-0999", issue_date=world.on, due_date=world.on,
            amount=Money(1210, "EUR"), reference=REFERENCE, on=world.on, actor="cli",
        )  # fmt: skip
    for form in ("open-items.csv", "invoices.csv"):
        (line,) = (
            each for each in _lines(colleague, f"/o/{world.slug}/export/{form}") if "2026-0999" in each
        )
        assert "'=1+1" in line
        assert "'+++" not in line
        assert "123456789002" in line.replace("/", "").replace("+", "")


@pytest.mark.parametrize(
    ("export", "query", "rows"),
    [
        ("open-items", "", 3),
        ("open-items", "status=OVERDUE", 2),
        ("open-items", "q=2026-0101", 1),
        ("open-items", "q=korenaar", 2),
        ("open-items", "customer={quiet_customer}", 1),
        ("invoices", "status=PAID", 1),
        ("invoices", "status=ALL", 4),
        ("customers", "kind=COMPANY", 1),
        ("customers", "language=fr", 1),
        ("customers", "email=yes", 1),
        ("customers", "email=no", 1),
        ("customers", "email=none", 1),
        ("customers", "q=korenaar", 1),
        ("customers", "q=niemand", 0),
        ("messages", "", 1),
        ("messages", "state=SENT", 0),
        ("messages", "channel=EMAIL", 1),
        ("messages", "q=korenaar", 1),
        ("messages", "customer={quiet_customer}", 0),
        ("payments", "q=whatever", 2),
    ],
)
def test_an_export_holds_the_rows_of_the_list(
    world: World, colleague: Client, export: str, query: str, rows: int
) -> None:
    with tenancy.within(world.organisation_id):
        daily_run.run_day(on=world.on, actor="cli")
    query = query.format(quiet_customer=world.quiet_customer)
    assert len(_rows(colleague, f"/o/{world.slug}/export/{export}.xlsx?{query}")) == rows + 1


def test_the_button_of_a_list_takes_its_choices_along(world: World, colleague: Client) -> None:
    page = colleague.get(f"/o/{world.slug}/invoices/?status=OVERDUE&q=koren").content.decode()
    assert f"/o/{world.slug}/export/open-items.xlsx?q=koren&amp;sort=due_date&amp;status=OVERDUE" in page


def test_every_column_has_a_heading() -> None:
    assert {name for query in EXPORT_QUERIES.values() for name in query.columns} - HEADINGS.keys() == set()


def test_a_statement_of_account_tells_in_words_what_moved_it(world: World, colleague: Client) -> None:
    header, first, *_moved, last = _rows(
        colleague, f"/o/{world.slug}/customers/{world.customer}/account.xlsx?from={world.on}&to={world.on}"
    )
    kind = header.index("Soort")
    assert (first[kind], last[kind]) == ("Saldo aan het begin", "Saldo aan het einde")
    assert {row[kind] for row in _moved} == {"Betaling"}


def test_what_cannot_be_of_one_customer_is_not_given_of_all(world: World, colleague: Client) -> None:
    asked = f"?customer={world.customer}"
    assert colleague.get(f"/o/{world.slug}/export/tasks.csv{asked}").status_code == 404
    assert colleague.get(f"/o/{world.slug}/export/messages.csv{asked}").status_code == 200
