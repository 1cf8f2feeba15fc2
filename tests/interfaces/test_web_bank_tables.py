"""The page where the columns of an unknown bank's table are pointed out, once."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from tests.interfaces.web_world import World, client_of, make_world
from tijdig.banking import queries as bank
from tijdig.infra import tenancy
from tijdig.ledger import queries as ledger

pytestmark = pytest.mark.django_db

TABLE = "Wanneer;Wat;Erin;Eruit\n19-11-2026;gift;12,50;\n20-11-2026;kosten;;3,00\n21-11-2026;?;een;\n"
CHOSEN = {"column-0": "BOOKING_DATE", "column-1": "TEXT", "column-2": "MONEY_IN", "column-3": "MONEY_OUT",
          "account": "NL91 ABNA 0417 1643 00"}  # fmt: skip


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def colleague(world: World) -> Client:
    return client_of(world.colleague)


def upload(client: Client, world: World, text: str) -> HttpResponse:
    given = SimpleUploadedFile("bank.csv", text.encode())
    return client.post(f"/o/{world.slug}/import/upload/", {"chosen": given}, follow=True)


def test_the_columns_are_pointed_out_once_and_the_next_file_goes_by_itself(
    colleague: Client, world: World
) -> None:
    batch = upload(colleague, world, TABLE).context["batch"]
    asked = colleague.post(f"/o/{world.slug}/import/{batch.id}/columns/", {"kind": "BANK"}, follow=True)
    page = f"/o/{world.slug}/import/{batch.id}/bank/"
    assert asked.redirect_chain[-1][0] == page
    assert "date of each movement" in asked.content.decode()
    shown = colleague.get(page, CHOSEN)
    assert [str(line.amount) for line in shown.context["shown"].lines] == ["12.50", "-3.00"]
    assert [part.where for part in shown.context["shown"].rejected] == ["row 4"]
    form = shown.content.decode().partition('<form id="columns"')[2].partition("</form>")[0]
    assert "csrfmiddlewaretoken" not in form, "showing again would put the token in the address"
    assert 'formmethod="post" name="csrfmiddlewaretoken"' in shown.content.decode()
    with tenancy.within(world.organisation_id):
        before = len(bank.line_page().lines)
    done = colleague.post(page, CHOSEN, follow=True)
    assert "2 new movements" in done.content.decode()
    upload(colleague, world, TABLE.replace("gift", "nog een gift"))
    with tenancy.within(world.organisation_id):
        assert len(bank.line_page().lines) == before + 3
        assert {line.account for line in bank.line_page().lines} == {"NL91ABNA0417164300"}
    assert colleague.get(page).status_code == 302


def test_what_cannot_be_read_is_not_imported(colleague: Client, world: World) -> None:
    batch = upload(colleague, world, TABLE).context["batch"]
    page = f"/o/{world.slug}/import/{batch.id}/bank/"
    refused = colleague.post(page, {**CHOSEN, "column-0": ""})
    assert refused.status_code == 400
    assert "date of each movement" in refused.content.decode()
    with tenancy.within(world.organisation_id):
        assert bank.line_page().lines == ()
        assert ledger.credits_of(world.quiet_customer) == ()


def test_a_known_banks_table_needs_no_pointing_out(colleague: Client, world: World) -> None:
    text = (
        '"Date","Interest Date","Amount","Account","Counterparty","Name","Description"\n'
        '"2026-11-02","2026-11-02","121.00","NL91ABNA0417164300","","Klant","gift"\n'
    )
    assert "1 new movement" in upload(colleague, world, text).content.decode()


def test_a_table_of_another_account_asks_first_and_one_button_says_that_it_is_ours(
    colleague: Client, world: World
) -> None:
    batch = upload(colleague, world, TABLE).context["batch"]
    page = f"/o/{world.slug}/import/{batch.id}/bank/"
    theirs = {**CHOSEN, "account": "NL20INGB0001234567"}
    asked = colleague.post(page, theirs)
    text = asked.content.decode()
    assert asked.status_code == 400
    assert "are of account NL20INGB0001234567" in text
    assert "NL91ABNA0417164300" in text
    with tenancy.within(world.organisation_id):
        assert bank.line_page().lines == ()
    assert "This account is ours: take it in" in text
    done = colleague.post(page, {**theirs, "ours": "yes"}, follow=True)
    assert "2 new movements" in done.content.decode()
