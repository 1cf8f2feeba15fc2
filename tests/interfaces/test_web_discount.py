"""The discount for paying early, given afterwards: offered where it holds, explained where it does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.interfaces.bank_files import Payment, statement
from tests.interfaces.web_world import World, client_of, make_world
from tests.ledger.builders import a_credit, allocated, an_item
from tijdig.banking import queries as bank
from tijdig.domain.ledger import CreditKind
from tijdig.infra import tenancy
from tijdig.ledger import queries as ledger
from tijdig.organisations.operations import change_cash_policy
from tijdig.processes import cash_application

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """2% within 8 days, and 2 more for the bank."""
    world = make_world()
    with tenancy.within(world.organisation_id):
        change_cash_policy(actor="cli", discount_basis_points=200, discount_days=8, discount_grace_days=2)
    return world


def invoice(world: World, *, days_ago: int, paid: int) -> tuple[int, int]:
    """An invoice of 1,210.00 of so many days ago, paid today but for the rest; and the payment."""
    with tenancy.within(world.organisation_id):
        item_id = an_item(world.customer, 121_000, issued=world.on - timedelta(days=days_ago))
        credit_id = a_credit(world.customer, paid, on=world.on)
        allocated(credit_id, item_id, paid, on=world.on)
    return item_id, credit_id


def page_of(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def open_of(world: World, item_id: int) -> int:
    with tenancy.within(world.organisation_id):
        item = ledger.item(item_id)
    assert item is not None
    return item.open_minor


def test_it_is_offered_and_given_beside_the_payment_that_was_in_time(world: World) -> None:
    item_id, credit_id = invoice(world, days_ago=10, paid=118_580)
    colleague, here = client_of(world.colleague), f"/o/{world.slug}/invoices/{item_id}/"
    page = page_of(colleague, here)
    assert "it was paid in time" in page
    assert f'action="{here}discount/"' in page
    answer = colleague.post(f"{here}discount/", {"credit": credit_id}, follow=True)
    assert "the invoice is settled" in answer.content.decode()
    assert open_of(world, item_id) == 0
    with tenancy.within(world.organisation_id):
        kinds = {row.credit_kind: row.amount_minor for row in ledger.allocations_of_item(item_id)}
    assert kinds[CreditKind.DISCOUNT] == 2_420
    assert "discount/" not in page_of(colleague, here)
    again = colleague.post(f"{here}discount/", {"credit": credit_id})
    assert (again.status_code, 'role="alert"' in again.content.decode()) == (400, True)


def test_a_payment_that_was_too_late_is_explained_and_refused(world: World) -> None:
    item_id, credit_id = invoice(world, days_ago=11, paid=118_580)
    colleague, here = client_of(world.colleague), f"/o/{world.slug}/invoices/{item_id}/"
    page = page_of(colleague, here)
    assert "write it off as goodwill" in page
    assert "Give the discount" not in page
    assert 'value="24.20"' in page, "what is left is filled in to write off"
    refused = colleague.post(f"{here}discount/", {"credit": credit_id})
    assert refused.status_code == 400
    assert "The discount holds for what is paid by" in refused.content.decode()
    assert open_of(world, item_id) == 2_420


@pytest.mark.parametrize("credit", ["", "x", "999999", "99999999999999999999"])
def test_without_its_payment_it_is_refused(world: World, credit: str) -> None:
    item_id, _credit = invoice(world, days_ago=1, paid=118_580)
    answer = client_of(world.colleague).post(
        f"/o/{world.slug}/invoices/{item_id}/discount/", {"credit": credit}
    )
    assert answer.status_code == 400
    assert open_of(world, item_id) == 2_420


@pytest.mark.parametrize("paid", [118_579, 50_000])
def test_more_than_the_discount_is_something_else(world: World, paid: int) -> None:
    item_id, _credit = invoice(world, days_ago=1, paid=paid)
    assert "discount" not in page_of(client_of(world.colleague), f"/o/{world.slug}/invoices/{item_id}/")


def test_a_reader_sees_that_it_holds_and_gives_nothing(world: World) -> None:
    item_id, credit_id = invoice(world, days_ago=1, paid=118_580)
    reader, here = client_of(world.reader), f"/o/{world.slug}/invoices/{item_id}/"
    page = page_of(reader, here)
    assert "it was paid in time" in page
    assert "Give the discount" not in page
    assert reader.post(f"{here}discount/", {"credit": credit_id}).status_code == 403


def test_the_payment_offers_it_too(world: World) -> None:
    with tenancy.within(world.organisation_id):
        item_id = an_item(world.customer, 121_000, issued=world.on - timedelta(days=3))
        content = statement([Payment(118_580, "Iemand", "hier is het")], on=world.on)
        cash_application.import_bank_file(name="x", content=content, on=world.on, actor="cli")
        [line] = bank.line_page().lines
        cash_application.book_line(
            line_id=line.id, allocations=[(item_id, 118_580)], on=world.on, actor="cli"
        )
    here = f"/o/{world.slug}/bank/{line.id}/"
    page = page_of(client_of(world.colleague), here)
    assert "Give €24.20 discount" in page.replace("\N{NO-BREAK SPACE}", "")
    assert f"/o/{world.slug}/invoices/{item_id}/discount/" in page
    assert "discount/" not in page_of(client_of(world.reader), here)
