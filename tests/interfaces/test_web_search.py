"""Searching everything by what one remembers: a reference, an amount, an account, a mail address."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.interfaces.bank_files import Payment, statement
from tests.interfaces.web_world import World, client_of, make_world
from tijdig.domain.money import Money
from tijdig.infra import tenancy
from tijdig.processes import cash_application, invoice_import

pytestmark = pytest.mark.django_db
OGM = "+++090/9337/55493+++"


@pytest.fixture
def world() -> World:
    world = make_world()
    with tenancy.within(world.organisation_id):
        for number, reference in (("2026-0777", OGM), ("2026-0778", "RF18539007547034")):
            invoice_import.add_by_hand(
                customer_id=world.quiet_customer, number=number, issue_date=world.on, due_date=world.on,
                amount=Money(3110, "EUR"), reference=reference, on=world.on, actor="cli",
            )  # fmt: skip
        payments = [Payment(77_700, "S. Vink", "bedankt")]
        cash_application.import_bank_file(
            name="bank.xml", content=statement(payments, on=world.on), on=world.on, actor="cli"
        )
    return world


@pytest.fixture
def reader(world: World) -> Client:
    return client_of(world.reader)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (OGM, "2026-0777"),
        ("090933755493", "2026-0777"),
        ("090 9337 55493", "2026-0777"),
        ("RF18 5390 0754 7034", "2026-0778"),
        ("1.249,50", "2026-0101"),
        ("1249.50", "2026-0101"),
        ("350", "2026-0102"),
        ("€ 89,05", "2026-0103"),
        ("factuur@koren", "Bakkerij De Korenaar"),
        ("korenaar.example", "Bakkerij De Korenaar"),
        ("777,00", "S. Vink"),
        ("NL13 TEST 0123 4567 89", "S. Vink"),
        ("vink", "S. Vink"),
    ],
)
def test_it_is_found_by_what_one_remembers(world: World, reader: Client, words: str, found: str) -> None:
    page = reader.get(f"/o/{world.slug}/search/", {"q": words}).content.decode()
    assert found in page.split("<main")[1]
    assert "Nothing found" not in page


def test_a_credit_note_is_found_by_its_number(world: World, reader: Client) -> None:
    with tenancy.within(world.organisation_id):
        for number in ("CN-2026-7", "CN-2026-71"):
            invoice_import.add_by_hand(
                customer_id=world.customer, number=number, issue_date=world.on, due_date=None,
                amount=Money(-3110, "EUR"), on=world.on, actor="cli",
            )  # fmt: skip
    search = f"/o/{world.slug}/search/"
    page = reader.get(search, {"q": "cn-2026"}).content.decode()
    assert page.count("CN-2026-7") == 2
    exact = reader.get(search, {"q": "CN-2026-7"})
    assert exact.status_code == 302
    assert "/credits/" in exact["Location"]
    assert "CN-2026-7" in reader.get(exact["Location"]).content.decode()


@pytest.mark.parametrize("words", ["0", "-12", "99999999999999999999999", "..", "+++", "qqqq", "%", "_@_"])
def test_what_fits_nothing_finds_nothing(world: World, reader: Client, words: str) -> None:
    assert "Nothing found" in reader.get(f"/o/{world.slug}/search/", {"q": words}).content.decode()
