"""The page of a statement: what it holds, taking it back whole with what that does in figures, and in again."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.interfaces.bank_files import Payment, statement
from tests.interfaces.web_world import World, client_of, make_world
from tijdig.banking import queries as bank
from tijdig.infra import audit, tenancy
from tijdig.ledger import queries as ledger
from tijdig.ledger import verification
from tijdig.processes import cash_application

pytestmark = pytest.mark.django_db
PAYS = Payment(124_950, "Bakkerij De Korenaar", "factuur 2026-0101")
PUZZLE = Payment(77_700, "S. Vink", "bedankt")


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def colleague(world: World) -> Client:
    return client_of(world.colleague)


def take_in(world: World, *payments: Payment, number: str = "1") -> int:
    """Import these payments; return the statement."""
    with tenancy.within(world.organisation_id):
        done = cash_application.import_bank_file(
            name="bank.xml", content=statement(payments, on=world.on, number=number), on=world.on, actor="cli"
        )
        return done.statements[0].id


def page_of(world: World, statement_id: int, act: str = "") -> str:
    return f"/o/{world.slug}/bank/statements/{statement_id}/{act}"


def text(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split("<main")[1].split())


def open_minor(world: World) -> int:
    with tenancy.within(world.organisation_id):
        found = ledger.item(world.overdue_item)
        assert found is not None
        assert list(verification.problems()) == []
        return found.open_minor


def test_it_says_in_figures_what_taking_it_back_does_and_the_same_page_takes_it_in_again(
    world: World, colleague: Client
) -> None:
    here = page_of(world, take_in(world, PAYS, PUZZLE))
    page = text(colleague, here)
    for told in ("€1,249.50", "Take this statement back", "Movements that wait, set aside", "open again"):
        assert told in page
    assert open_minor(world) == 0
    done = colleague.post(f"{here}take-back/", follow=True).content.decode()
    assert "It was taken back: 1 booked payment is undone" in done
    assert "nothing of it counts" in done
    assert "Take this statement back" not in done
    assert open_minor(world) == 124_950
    with tenancy.within(world.organisation_id):
        assert audit.entries(limit=1)[0].action == "bank.statement_taken_back"
    trail = colleague.get(f"/o/{world.slug}/audit/").content.decode()
    assert "Bank statement taken back" in trail
    assert here in trail
    done = colleague.post(f"{here}take-in-again/", follow=True).content.decode()
    assert "It was taken in again. Booked by themselves: 1. Waiting for you: 1." in done
    assert open_minor(world) == 0


def test_a_movement_of_it_leads_to_its_page_and_cannot_be_brought_back_alone(
    world: World, colleague: Client
) -> None:
    statement_id = take_in(world, PUZZLE)
    colleague.post(page_of(world, statement_id, "take-back/"))
    with tenancy.within(world.organisation_id):
        [line] = bank.line_page(statement_id=statement_id).lines
    address = f"/o/{world.slug}/bank/{line.id}/"
    page = text(colleague, address)
    assert "The statement it is on was taken back, so nothing of it counts." in page
    assert page_of(world, statement_id) in page
    assert "Bring it back" not in page
    refused = colleague.post(f"{address}bring-back/")
    assert refused.status_code == 400
    assert "Take that in again first" in refused.content.decode()


def test_what_stands_in_the_way_is_named_and_nothing_is_done(world: World, colleague: Client) -> None:
    statement_id = take_in(world, PUZZLE)
    with tenancy.within(world.organisation_id):
        [line] = bank.waiting_lines().lines
        booked = cash_application.leave_on_account(
            line_id=line.id, customer_id=world.customer, on=world.on, actor="cli"
        )
        cash_application.move_to_customer(
            credit_id=booked.credit_id, customer_id=world.quiet_customer, on=world.on, actor="cli"
        )
    refused = colleague.post(page_of(world, statement_id, "take-back/"))
    page = refused.content.decode()
    assert refused.status_code == 400
    for told in (
        "one movement stands in the way",
        "S. Vink",
        "moved to another customer; move it back first",
    ):
        assert told in page
    assert f"/o/{world.slug}/bank/{line.id}/" in page
    with tenancy.within(world.organisation_id):
        assert bank.statement(statement_id).taken_back_at is None  # type: ignore[union-attr]


def test_of_two_the_second_is_told(world: World, colleague: Client) -> None:
    here = page_of(world, take_in(world, PUZZLE))
    other = client_of(world.owner)
    assert other.get(here).status_code == 200
    colleague.post(f"{here}take-back/")
    late = other.post(f"{here}take-back/")
    assert late.status_code == 400
    assert "This statement was taken back already" in late.content.decode()


def test_the_same_file_again_leads_to_the_statement_that_was_taken_back(
    world: World, colleague: Client
) -> None:
    statement_id = take_in(world, PUZZLE)
    colleague.post(page_of(world, statement_id, "take-back/"))
    given = SimpleUploadedFile("bank.xml", statement([PUZZLE], on=world.on))
    answer = colleague.post(f"/o/{world.slug}/import/upload/", {"chosen": given}, follow=True)
    assert answer.redirect_chain == [(page_of(world, statement_id), 302)]
    assert "bank.xml was here before, and a statement of it was taken back on" in answer.content.decode()


def test_a_viewer_looks_and_may_not_and_another_house_sees_nothing(world: World) -> None:
    here = page_of(world, take_in(world, PAYS))
    reader = client_of(world.reader)
    assert "<form" not in text(reader, here)
    for act in ("take-back/", "take-in-again/"):
        assert reader.post(f"{here}{act}").status_code == 403
        there = here.replace(world.slug, world.other_slug)
        assert client_of(world.stranger).post(f"{there}{act}").status_code == 404
    assert open_minor(world) == 0


def test_all_of_a_file_goes_and_comes_at_once(world: World, colleague: Client) -> None:
    one = statement([PAYS], on=world.on, number="1").decode()
    two = statement([PUZZLE], on=world.on, number="2", opening=124_950).decode()
    inside = two[two.index("<Stmt>") : two.index("</Stmt>") + len("</Stmt>")]
    both = one.replace("</Stmt>", f"</Stmt>{inside}")
    given = SimpleUploadedFile("bank.xml", both.encode())
    colleague.post(f"/o/{world.slug}/import/upload/", {"chosen": given})
    with tenancy.within(world.organisation_id):
        newest = bank.statements()[0].id
    here = page_of(world, newest)
    assert "Take all 2 of its file back" in text(colleague, here)
    colleague.post(f"{here}take-back/", {"all": "yes"})
    assert open_minor(world) == 124_950
    assert "All 2 of its file" in text(colleague, here)
    colleague.post(f"{here}take-in-again/", {"all": "yes"})
    assert open_minor(world) == 0
