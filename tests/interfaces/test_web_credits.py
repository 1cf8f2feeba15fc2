"""Money on account on screen: where it would go, putting it there, moving it; and small differences."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.interfaces.web_world import World, client_of, make_world
from tests.ledger.builders import a_credit, an_item, paid
from tijdig.infra import tenancy
from tijdig.ledger import queries as ledger
from tijdig.organisations.operations import change_cash_policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def credit_id(world: World) -> int:
    """777.00 on account of the customer, who owes 1,249.50 and 350.00."""
    with tenancy.within(world.organisation_id):
        return a_credit(world.customer, 77_700, on=world.on)


def address(world: World, credit_id: int, rest: str = "") -> str:
    return f"/o/{world.slug}/customers/{world.customer}/credits/{credit_id}/{rest}"


def text_of(client: Client, path: str) -> str:
    return " ".join(client.get(path).content.decode().split())


def left(world: World, credit_id: int) -> int:
    with tenancy.within(world.organisation_id):
        found = ledger.credit(credit_id)
    assert found is not None
    return found.unallocated_minor


def test_it_shows_where_the_money_would_go_and_puts_it_there(world: World, credit_id: int) -> None:
    colleague = client_of(world.colleague)
    assert address(world, credit_id) in text_of(colleague, f"/o/{world.slug}/customers/{world.customer}/")
    page = text_of(colleague, address(world, credit_id))
    assert "Where it would go" in page
    assert "What is due comes first, and the oldest of it" in page
    assert "€777.00</span> is left" in page
    answer = colleague.post(address(world, credit_id, "divide/"), follow=True)
    assert "put on what is owed" in answer.content.decode()
    with tenancy.within(world.organisation_id):
        [row] = ledger.allocations_of_credit(credit_id)
    assert (row.item_id, row.amount_minor) == (world.overdue_item, 77_700)
    assert row.reason is not None
    assert row.reason.code == "DIVIDED_BY_AGE"
    page = text_of(colleague, address(world, credit_id))
    assert "Where it went" in page
    assert "Where it would go" not in page
    again = colleague.post(address(world, credit_id, "divide/"))
    assert (again.status_code, "Nothing is left of this payment" in again.content.decode()) == (400, True)


def test_it_moves_to_another_customer_and_back(world: World, credit_id: int) -> None:
    colleague = client_of(world.colleague)
    facts = {"customer": "K-1002", "amount": "700,00", "reason": "Same owner"}
    answer = colleague.post(address(world, credit_id, "move/"), facts, follow=True)
    assert "other customer" in answer.content.decode()
    assert left(world, credit_id) == 7_700
    with tenancy.within(world.organisation_id):
        [theirs] = ledger.credits_of(world.quiet_customer)
        [row] = ledger.allocations_of_credit(credit_id)
    assert (theirs.unallocated_minor, theirs.kind) == (70_000, "MOVED_IN")
    assert f"move-back/{row.item_id}/" in text_of(colleague, address(world, credit_id))
    colleague.post(address(world, credit_id, f"move-back/{row.item_id}/"))
    assert left(world, credit_id) == 77_700
    assert colleague.post(address(world, credit_id, f"move-back/{row.item_id}/")).status_code == 404


@pytest.mark.parametrize(
    "changed",
    [
        {"customer": "nobody at all"},
        {"amount": "veel"},
        {"reason": ""},
        {"amount": "777,01"},
        {"customer": "K-1001"},
    ],
)
def test_a_move_that_cannot_be_says_why(world: World, credit_id: int, changed: dict[str, str]) -> None:
    facts = {"customer": "K-1002", "amount": "700,00", "reason": "x", **changed}
    answer = client_of(world.colleague).post(address(world, credit_id, "move/"), facts)
    assert answer.status_code == 400
    page = " ".join(answer.content.decode().split())
    assert '<details class="act" open>' in page
    assert 'class="error"' in page
    assert f'value="{facts["amount"]}"' in page
    assert left(world, credit_id) == 77_700


def test_it_is_put_on_the_invoices_that_were_chosen(world: World, credit_id: int) -> None:
    colleague = client_of(world.colleague)
    assert "Choose the invoices yourself" in text_of(colleague, address(world, credit_id))
    typed = {f"item-{world.part_paid_item}": "350,00", f"item-{world.overdue_item}": "27,00"}
    answer = colleague.post(address(world, credit_id, "allocate/"), typed, follow=True)
    assert "The money was allocated." in answer.content.decode()
    assert left(world, credit_id) == 40_000
    invoice = text_of(colleague, f"/o/{world.slug}/invoices/{world.overdue_item}/")
    assert f'href="{address(world, credit_id)}"' in invoice
    assert client_of(world.reader).post(address(world, credit_id, "allocate/"), typed).status_code == 403


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({}, "Fill in first"),
        ({"item-{overdue}": "veel"}, "Write an amount"),
        ({"item-{overdue}": "777,01"}, "left"),
        ({"item-{part_paid}": "350,01"}, "open"),
        ({"item-{coming}": "5"}, "customer"),
        ({"item-999999": "5"}, "does not exist"),
    ],
)
def test_what_cannot_be_chosen_says_why(
    world: World, credit_id: int, typed: dict[str, str], says: str
) -> None:
    ids = {"overdue": world.overdue_item, "part_paid": world.part_paid_item, "coming": world.coming_item}
    sent = {name.format(**ids): value for name, value in typed.items()}
    answer = client_of(world.colleague).post(address(world, credit_id, "allocate/"), sent)
    assert answer.status_code == 400
    assert says in answer.content.decode().split('role="alert">')[1].split("</p>")[0]
    assert left(world, credit_id) == 77_700


def test_the_other_customer_is_suggested_and_the_amount_is_in_the_readers_own_writing(
    world: World, credit_id: int
) -> None:
    colleague = client_of(world.colleague)
    found = colleague.get(f"/o/{world.slug}/customers/suggest/", {"customer": "Woonco"}).content.decode()
    assert 'value="K-1002"' in found
    assert 'value="777.00"' in text_of(colleague, address(world, credit_id))


def test_who_owes_nothing_keeps_it_and_a_reader_only_looks(world: World, credit_id: int) -> None:
    reader = client_of(world.reader)
    page = text_of(reader, address(world, credit_id))
    assert "divide" not in page
    assert "Pay back" not in page
    for act in ("divide/", "move/", "move-back/1/"):
        assert reader.post(address(world, credit_id, act)).status_code == 403
    with tenancy.within(world.organisation_id):
        other = a_credit(world.quiet_customer, 100, currency="USD", on=world.on)
    here = f"/o/{world.slug}/customers/{world.quiet_customer}/credits/{other}/"
    assert "owes nothing in this money" in text_of(reader, here)


def test_what_is_another_customers_or_no_money_is_not_found(world: World, credit_id: int) -> None:
    owner = client_of(world.owner)
    assert owner.get(address(world, 987_654_321)).status_code == 404
    wrong = f"/o/{world.slug}/customers/{world.quiet_customer}/credits/{credit_id}/"
    assert owner.get(wrong).status_code == 404


def test_small_differences_are_shown_first_and_written_off_together(world: World) -> None:
    with tenancy.within(world.organisation_id):
        items = [an_item(world.customer, 10_000, number=f"2026-07{place}") for place in range(3)]
        for item_id in items:
            paid(item_id, world.customer, 9_997, on=world.on)
    colleague, here = client_of(world.colleague), f"/o/{world.slug}/invoices/small-differences/"
    page = text_of(colleague, here)
    assert "3 invoices, " in page
    assert "€0.09</span> in all." in page
    assert "what is ticked" not in text_of(client_of(world.reader), here)
    answer = colleague.post(f"{here}write-off/", {"item": items[:2]}, follow=True)
    assert "2 invoices were written off." in answer.content.decode()
    with tenancy.within(world.organisation_id):
        assert [item.open_minor for item in ledger.items(items).values()] == [0, 0, 3]
        change_cash_policy(actor="cli", controller_write_off_limit=2)
    answer = colleague.post(f"{here}write-off/", {"item": items[2:]}, follow=True)
    assert "Ask an owner to do it." in answer.content.decode()
    client_of(world.owner).post(f"{here}write-off/", {"item": items[2:]})
    assert "No small differences" in text_of(colleague, here)
