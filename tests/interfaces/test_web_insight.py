"""Insight and the statement of account: a past day on the screen, its figures down to the rows, and as files."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.interfaces.web_world import World, client_of, make_world
from tests.ledger.builders import a_credit, an_item
from tijdig.infra import tenancy

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def reader(world: World) -> Client:
    return client_of(world.reader)


def read(client: Client, world: World, page: str) -> str:
    answer = client.get(f"/o/{world.slug}/{page}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def text_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_a_past_day_shows_what_was_open_then(reader: Client, world: World) -> None:
    """Two days ago 250.00 of 600.00 was paid; today 89.05 was, and nothing of that shows yesterday."""
    yesterday = world.on - timedelta(days=1)
    today = read(reader, world, "insight/open-items/")
    assert "2026-0103" not in today
    then = read(reader, world, f"insight/open-items/?on={yesterday}&customer={world.customer}")
    assert "2026-0103" in then
    assert "€350.00" in then
    before = read(
        reader, world, f"insight/open-items/?on={world.on - timedelta(days=3)}&customer={world.customer}"
    )
    assert "€350.00" not in before
    assert "2026-0104" not in before


def test_every_figure_of_the_ageing_leads_to_exactly_its_rows(reader: Client, world: World) -> None:
    page = read(reader, world, "insight/")
    body = page.partition('id="list"')[2]
    links = re.findall(r'<a href="([^"]*open-items/[^"]*age=\d[^"]*)"><span class="money">([^<]+)<', body)
    assert len(links) >= 4
    for link, shown in links:
        rows = reader.get(link.replace("&amp;", "&")).content.decode().partition('id="list"')[2]
        amounts = re.findall(r'class="num strong"[^>]*><span class="money">€([^<]+)<', rows)
        assert sum(int(re.sub("[.,]", "", each)) for each in amounts) == int(re.sub("[.,]", "", shown))


def test_the_ageing_adds_up_and_keeps_money_on_account_apart(reader: Client, world: World) -> None:
    with tenancy.within(world.organisation_id):
        a_credit(world.customer, 12_345, on=world.on)
        an_item(world.customer, 700, currency="USD", issued=world.on, due=world.on)
    page = read(reader, world, "insight/?sort=name")
    assert "1,236,167.39" in page  # 1,249.50 + 350.00 + 1,234,567.89
    assert "1,236,043.94" in page  # less 123.45
    assert "123.45" in page
    assert "7.00" in page
    on_account = read(reader, world, "insight/on-account/?currency=EUR")
    assert "€123.45" in on_account
    assert "Bakkerij De Korenaar" in on_account


@pytest.mark.parametrize("page", ["insight/", "insight/open-items/", "insight/on-account/"])
def test_a_day_without_anything_says_so(reader: Client, world: World, page: str) -> None:
    assert "Choose another day." in read(reader, world, f"{page}?on=2001-01-01")


@pytest.mark.parametrize(
    "odd", ["on=soon", "on=2026-02-30", "after=99999999999", "age=77", "currency=%00", "sort=x"]
)
def test_odd_addresses_are_read_as_if_nothing_was_asked(reader: Client, world: World, odd: str) -> None:
    for page in ("insight/", "insight/open-items/", "insight/on-account/"):
        assert reader.get(f"/o/{world.slug}/{page}?{odd}").status_code == 200


def test_somebody_elses_customer_has_no_report(reader: Client, world: World) -> None:
    assert reader.get(f"/o/{world.slug}/insight/?customer=987654").status_code == 404
    assert reader.get(f"/o/{world.slug}/customers/987654/account/").status_code == 404


def test_more_than_a_page_is_walked_there_and_back(reader: Client, world: World) -> None:
    with tenancy.within(world.organisation_id):
        for number in range(60):
            an_item(
                world.quiet_customer, 100 + number, number=f"W-{number:02}", issued=world.on, due=world.on
            )
    first = read(reader, world, "insight/open-items/")
    (link,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = reader.get(link.replace("&amp;", "&")).content.decode()
    assert len(set(re.findall(r"W-\d\d", first)) | set(re.findall(r"W-\d\d", second))) == 60
    (back,) = re.findall(r'rel="prev" href="([^"]+)"', second)
    again = reader.get(back.replace("&amp;", "&")).content.decode()
    assert re.findall(r"W-\d\d", again) == re.findall(r"W-\d\d", first)


def test_open_items_and_ageing_come_as_files_of_that_day(reader: Client, world: World) -> None:
    query = f"?on={world.on - timedelta(days=1)}&customer={world.customer}"
    for what in ("open-items", "ageing"):
        at = f"/o/{world.slug}/export/{what}"
        lines = b"".join(reader.get(f"{at}.csv{query}").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        rows = list(csv.DictReader(io.StringIO(lines), delimiter=";"))
        assert sum(int(row["Open"].replace(".", "")) for row in rows) == 168_855
        answer = reader.get(f"{at}.xlsx{query}")
        sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active  # type: ignore[attr-defined]
        header, *cells = sheet.iter_rows(values_only=True)
        assert round(sum(row[header.index("Open")] for row in cells) * 100) == 168_855
        assert "1,688.55" in text_of(reader.get(f"{at}.pdf{query}").content)
    assert reader.get(f"/o/{world.slug}/export/customers.pdf").status_code == 404


def test_a_statement_of_account_adds_up_on_screen_and_in_every_file(reader: Client, world: World) -> None:
    period = f"?from={world.on - timedelta(days=50)}&to={world.on}"
    page = read(reader, world, f"customers/{world.customer}/account/{period}")
    for figure in ("1,338.55", "600.00", "1,599.50"):  # at the start, charged, at the end
        assert figure in page
    at = f"/o/{world.slug}/customers/{world.customer}/account"
    told = json.loads(b"".join(reader.get(f"{at}.json{period}").streaming_content))  # type: ignore[attr-defined]
    rows = told["rows"]
    assert [row["kind"] for row in rows] == ["OPENING", "INVOICE", "PAYMENT", "PAYMENT", "CLOSING"]
    assert [row["balance"] for row in rows] == ["1338.55", "1938.55", "1688.55", "1599.50", "1599.50"]
    assert rows[2]["settles"] == "2026-0102"
    pdf = text_of(reader.get(f"{at}.pdf{period}").content)
    assert "Rekeningoverzicht" in pdf
    assert "1.599,50" in pdf
    assert "NL91 ABNA 0417 1643 00" in pdf
    sheet = reader.get(f"{at}.xlsx{period}")
    assert load_workbook(io.BytesIO(b"".join(sheet.streaming_content))).active.max_row == 6  # type: ignore[attr-defined]
    assert reader.get(f"{at}.doc").status_code == 404


def test_a_period_that_ends_before_it_starts_is_told(reader: Client, world: World) -> None:
    period = f"?from={world.on}&to={world.on - timedelta(days=9)}"
    answer = reader.get(f"/o/{world.slug}/customers/{world.customer}/account/{period}")
    assert answer.status_code == 400
    assert "ends before it starts" in answer.content.decode()
    file = reader.get(f"/o/{world.slug}/customers/{world.customer}/account.pdf{period}", follow=True)
    assert "ends before it starts" in file.content.decode()


def test_an_account_without_anything_is_an_empty_statement(reader: Client, world: World) -> None:
    page = read(reader, world, f"customers/{world.quiet_customer}/account/?from=2001-01-01&to=2001-12-31")
    assert "Nothing is open." in page
    assert "Balance at the end" in page


def test_too_long_for_paper_is_said_with_what_to_do(
    reader: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tijdig.reporting.position_pdf.MOST_ROWS", 1)
    monkeypatch.setattr("tijdig.reporting.statement_pdf.MOST_LINES", 1)
    for page in ("export/open-items.pdf", "export/ageing.pdf", f"customers/{world.customer}/account.pdf"):
        answer = reader.get(f"/o/{world.slug}/{page}", follow=True)
        assert "or take Excel or CSV" in answer.content.decode()
