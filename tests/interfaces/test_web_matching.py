"""Matching: how often each way was right, whose rows are behind a figure, and letting one book again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.interfaces.bank_files import Payment, statement
from tests.interfaces.web_world import World, client_of, make_world
from tijdig.banking import matcher_records
from tijdig.banking import queries as bank
from tijdig.infra import audit, tenancy
from tijdig.interfaces.web.matchers import WAYS, name_of, sees_of
from tijdig.organisations import operations as organisations
from tijdig.processes import cash_application
from tijdig.processes.cash_application import learning

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def owner(world: World) -> Client:
    return client_of(world.owner)


def paid(world: World, *payments: Payment, days: int = 0) -> list[bank.LineView]:
    """Take in these payments; return all that were booked."""
    on = world.on - timedelta(days=days)
    cash_application.import_bank_file(
        name="b.xml", content=statement(payments, on=on), on=on, actor=f"user:{world.colleague}"
    )
    return list(bank.line_page(state=bank.LineState.BOOKED).lines)


def address(world: World, rest: str = "") -> str:
    return f"/o/{world.slug}/bank/{rest}"


def test_before_the_first_statement_it_says_what_each_goes_by(world: World, owner: Client) -> None:
    page = owner.get(address(world, "matching/")).content.decode()
    assert "Nothing was booked by itself here yet" in page
    assert all(str(way.name) in page.replace("&#x27;", "'") for way in WAYS.values())
    assert "99.9%" in page


def test_figures_lead_to_their_rows(world: World, owner: Client) -> None:
    with tenancy.within(world.organisation_id):
        lines = paid(
            world,
            Payment(124_950, "K", "factuur 2026-0101"),
            Payment(35_000, "K", "factuur 2026-0102"),
            Payment(1, "X", "?"),
        )
        wrong = next(line for line in lines if line.amount.minor == 35_000)
        cash_application.unbook_line(
            line_id=wrong.id, text="no", on=world.on, actor=f"user:{world.colleague}"
        )
    page = owner.get(address(world, "matching/")).content.decode()
    assert "Nothing was booked by itself here yet" not in page
    assert '?state=ALL&amp;matcher=NUMBER">2</a>' in page
    assert '?state=ALL&amp;matcher=NUMBER&amp;corrected=yes">1</a>' in page
    assert "50%" in page
    listed = owner.get(address(world, "?state=ALL&matcher=NUMBER")).content.decode()
    assert listed.count("data-row") == 2
    assert "recognised by: Invoice number" in listed
    corrected = owner.get(address(world, "?state=ALL&matcher=NUMBER&corrected=yes")).content.decode()
    assert (corrected.count("data-row"), "350.00" in corrected) == (1, True)
    nonsense = owner.get(address(world, "?state=ALL&matcher=NOBODY")).content.decode()
    assert nonsense.count("data-row") == 3


def stopped(world: World) -> None:
    """Let the matcher of invoice numbers be corrected until it stops."""
    with tenancy.within(world.organisation_id):
        lines = paid(
            world, Payment(124_950, "K", "factuur 2026-0101"), Payment(35_000, "K", "factuur 2026-0102")
        )
        for line in lines:
            cash_application.unbook_line(line_id=line.id, text="no", on=world.on, actor="user:1")
        assert "NUMBER" not in learning.trusted_matchers(on=world.on)


def test_an_owner_lets_one_book_again_and_says_why(world: World, owner: Client) -> None:
    stopped(world)
    page = owner.get(address(world, "matching/")).content.decode()
    assert "people corrected 2: too many for the 99.9% that is asked." in page
    assert page.count("Let it book again<span") == 1
    act = address(world, "matching/NUMBER/let-book/")
    refused = owner.post(act, {"reason": " "})
    assert refused.status_code == 400
    assert "This field is required" in refused.content.decode()
    done = owner.post(act, {"reason": "misprinted numbers"}, follow=True).content.decode()
    assert "It books by itself again." in done
    assert "misprinted numbers" in done
    assert "2 overlooked" in done
    with tenancy.within(world.organisation_id):
        assert "NUMBER" in learning.trusted_matchers(on=world.on)
        assert audit.entries(limit=1)[0].actor == f"user:{world.owner}"
    assert "Way of matching let book again" in owner.get(f"/o/{world.slug}/audit/").content.decode()


def test_one_that_is_not_proven_so_sure_is_not_let_book(world: World, owner: Client) -> None:
    with tenancy.within(world.organisation_id):
        organisations.change_cash_policy(actor="cli", required_precision=999_999)
    done = owner.post(address(world, "matching/NUMBER/let-book/"), {"reason": "x"}, follow=True)
    assert "Even without its corrections it is not sure enough" in done.content.decode()
    assert owner.post(address(world, "matching/NOBODY/let-book/"), {"reason": "x"}).status_code == 404


def test_only_an_owner_decides(world: World) -> None:
    stopped(world)
    colleague = client_of(world.colleague)
    assert "Let it book again" not in colleague.get(address(world, "matching/")).content.decode()
    assert colleague.post(address(world, "matching/NUMBER/let-book/"), {"reason": "x"}).status_code == 403
    with tenancy.within(world.organisation_id):
        assert not matcher_records.last_turns()["NUMBER"].books


def test_a_way_nobody_knows_reads_as_its_code() -> None:
    assert (name_of("NUMBER"), name_of("OTHER"), sees_of("OTHER")) == ("Invoice number", "OTHER", "")


def test_a_customers_page_shows_who_pays_and_forgets_on_request(world: World) -> None:
    colleague, page = client_of(world.colleague), f"/o/{world.slug}/customers/{world.customer}/"
    assert "Paid from" not in colleague.get(page).content.decode()
    with tenancy.within(world.organisation_id):
        paid(world, Payment(124_950, "K", "factuur 2026-0101"))
        [payer] = bank.payers_of(world.customer)
    shown = colleague.get(page).content.decode()
    assert "Paid from" in shown
    assert payer.account in shown
    assert "1 payment," in shown
    forget = f"{page}payers/{payer.id}/forget/"
    assert client_of(world.reader).post(forget).status_code == 403
    assert "The account was forgotten" in colleague.post(forget, follow=True).content.decode()
    assert "This account was forgotten already" in colleague.post(forget, follow=True).content.decode()
    assert "Paid from" not in colleague.get(page).content.decode()


def test_pages_say_that_reminders_wait_for_money_and_lead_to_it(world: World) -> None:
    colleague, page = client_of(world.colleague), f"/o/{world.slug}/customers/{world.customer}/"
    with tenancy.within(world.organisation_id):
        paid(world, Payment(100_000, "K", "factuur 2026-0101"))
        [line] = bank.waiting_lines().lines
    shown = colleague.get(page).content.decode()
    assert "Reminders wait." in shown
    assert "1,000.00 EUR that may be of this customer" in shown
    assert f'href="/o/{world.slug}/bank/{line.id}/"' in shown


def test_today_says_how_far_the_bank_data_reach_and_what_waits(world: World, owner: Client) -> None:
    today = f"/o/{world.slug}/"
    assert "Bank data" not in owner.get(today).content.decode()
    with tenancy.within(world.organisation_id):
        paid(world, Payment(9_999_999, "K", "?"))
    fresh = owner.get(today).content.decode()
    assert "Bank data up to" in fresh
    assert "1 payment waits since" in fresh
    assert "note-warn" not in fresh


def test_today_warns_of_old_bank_data(world: World, owner: Client) -> None:
    with tenancy.within(world.organisation_id):
        paid(world, Payment(9_999_999, "K", "?"), days=30)
    old = owner.get(f"/o/{world.slug}/").content.decode()
    assert "reach no further than" in old
    assert "note-warn" in old
    assert "1 payment waits since" in old
