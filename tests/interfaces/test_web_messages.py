"""The pages Messages: the list, each message as its customer reads it, withdrawing, printing letters."""

from __future__ import annotations

import io
from datetime import datetime, time, timedelta, timezone

import pytest
from django.test import Client
from pypdf import PdfReader

from tests.interfaces.web_world import World, client_of, make_world
from tijdig.customers.operations import create_customer
from tijdig.domain.money import Money
from tijdig.infra import tenancy
from tijdig.messaging import queries as messaging
from tijdig.organisations import operations as organisations
from tijdig.organisations.queries import Mode
from tijdig.processes import daily_run, invoice_import, printing

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """The small world, live, after a day was run in it: an e-mail and a letter wait."""
    world = make_world()
    with tenancy.within(world.organisation_id):
        organisations.set_mode(mode=Mode.LIVE, actor="cli")
        by_post = create_customer(
            number="K-1003", name="Kwekerij <Maanbrug> & Zonen", kind="COMPANY", language="de",
            street="Kersenlaan 1", postcode="1234 AB", city="Voorbeeldstad", country="NL", actor="cli",
        )  # fmt: skip
        invoice_import.add_by_hand(
            customer_id=by_post, number="2026-0105", issue_date=world.on - timedelta(days=60),
            due_date=world.on - timedelta(days=20), amount=Money(4_200, "EUR"), on=world.on, actor="cli",
        )  # fmt: skip
        run_day(world)
    return world


def run_day(world: World) -> None:
    noon = datetime.combine(world.on, time(12), timezone(timedelta(hours=1)))
    daily_run.run_day(on=world.on, actor="cli", at=noon)


@pytest.fixture
def colleague(world: World) -> Client:
    return client_of(world.colleague)


def message_of(world: World, channel: str) -> messaging.MessageView:
    with tenancy.within(world.organisation_id):
        (line,) = messaging.message_page(channel=channel).lines
        return messaging.message(line.id)


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2), ("state=WAITING", 2), ("state=SENT", 0), ("channel=LETTER", 1), ("q=korenaar.example", 1),
        ("q=nobody", 0), ("state=NONSENSE", 2),
    ],
)  # fmt: skip
def test_the_list_narrows(world: World, colleague: Client, query: str, found: int) -> None:
    answer = colleague.get(f"/o/{world.slug}/messages/?{query}")
    assert len(answer.context["rows"]) == found
    assert ("Nothing found" in answer.content.decode()) is (found == 0)


def test_the_list_of_one_customer_names_them(world: World, colleague: Client) -> None:
    answer = colleague.get(f"/o/{world.slug}/messages/?customer={world.customer}")
    assert "To Bakkerij De Korenaar." in answer.content.decode()
    assert len(answer.context["rows"]) == 1
    for unknown in ("999999", "x"):
        assert colleague.get(f"/o/{world.slug}/messages/?customer={unknown}").status_code == 404


def test_an_empty_list_says_where_to_begin() -> None:
    world = make_world()
    page = page_of(client_of(world.colleague), f"/o/{world.slug}/messages/")
    assert "No messages yet" in page


def test_a_mail_is_shown_in_a_frame_that_can_do_nothing(world: World, colleague: Client) -> None:
    message = message_of(world, "EMAIL")
    page = page_of(colleague, f"/o/{world.slug}/messages/{message.id}/")
    assert f'sandbox src="/o/{world.slug}/messages/{message.id}/html/"' in page
    framed = colleague.get(f"/o/{world.slug}/messages/{message.id}/html/")
    assert framed.content.decode() == message.html
    policy = framed["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox")


def test_the_text_is_shown_as_text(world: World, colleague: Client) -> None:
    message = message_of(world, "LETTER")
    page = page_of(colleague, f"/o/{world.slug}/messages/{message.id}/?as=text")
    assert "2026-0105" in page.split("<pre")[1]
    assert "<Maanbrug>" not in page
    assert "&lt;Maanbrug&gt;" in page


def test_a_letter_is_shown_as_pictures_and_comes_as_pdf(world: World, colleague: Client) -> None:
    message = message_of(world, "LETTER")
    page = page_of(colleague, f"/o/{world.slug}/messages/{message.id}/")
    assert page.count('src="data:image/png;base64,') == 1
    pdf = colleague.get(f"/o/{world.slug}/messages/{message.id}/pdf/")
    assert pdf["Content-Type"] == "application/pdf"
    assert "2026-0105" in PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()


def test_any_other_form_is_the_usual_one(world: World, colleague: Client) -> None:
    message = message_of(world, "EMAIL")
    assert "<iframe" in page_of(colleague, f"/o/{world.slug}/messages/{message.id}/?as=nonsense")


def test_withdrawing_takes_a_reason_and_works_once(world: World, colleague: Client) -> None:
    message = message_of(world, "EMAIL")
    here = f"/o/{world.slug}/messages/{message.id}/"
    assert colleague.post(f"{here}withdraw/", {}).status_code == 400
    assert colleague.post(f"{here}withdraw/", {"reason": "Eerst bellen"}).status_code == 302
    assert message_of(world, "EMAIL").line.state == "WITHDRAWN"
    page = page_of(colleague, here)
    assert "Eerst bellen" in page
    assert "withdraw/" not in page
    again = colleague.post(f"{here}withdraw/", {"reason": "x"}, follow=True)
    assert "has moved on" in again.content.decode()


def test_letters_are_printed_together_and_count_as_sent(world: World, colleague: Client) -> None:
    assert "Print 1 letter" in page_of(colleague, f"/o/{world.slug}/messages/")
    printed = colleague.post(f"/o/{world.slug}/messages/print/")
    assert printed["Content-Type"] == "application/pdf"
    assert printed["Content-Disposition"] == f'attachment; filename="letters-{world.on}.pdf"'
    assert len(PdfReader(io.BytesIO(printed.content)).pages) == 1
    message = message_of(world, "LETTER")
    assert message.line.state == "SENT"
    assert message.pdf is not None
    assert "Print 1 letter" not in page_of(colleague, f"/o/{world.slug}/messages/")
    again = colleague.post(f"/o/{world.slug}/messages/print/", follow=True)
    assert "No letter waits" in again.content.decode()


def test_more_letters_than_one_batch_are_told(
    world: World, colleague: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "LARGEST_BATCH", 0)
    answer = colleague.get(f"/o/{world.slug}/messages/")
    assert answer.context["more_letters"] is True


def test_what_a_message_asked_for_and_what_is_left_of_it(world: World, colleague: Client) -> None:
    message = message_of(world, "EMAIL")
    page = page_of(colleague, f"/o/{world.slug}/messages/{message.id}/")
    assert "2026-0101" in page
    assert "2026-0102" in page
    assert "€1,599.50" in page


@pytest.mark.parametrize("part", ["", "html/", "pdf/"])
def test_a_message_of_another_house_is_not_there(world: World, part: str) -> None:
    message = message_of(world, "EMAIL")
    stranger = client_of(world.stranger)
    assert stranger.get(f"/o/{world.other_slug}/messages/{message.id}/{part}").status_code == 404
    answer = stranger.post(f"/o/{world.other_slug}/messages/{message.id}/withdraw/", {"reason": "x"})
    assert answer.status_code == 404
    assert message_of(world, "EMAIL").line.state == "WAITING"


def test_a_viewer_reads_and_withdraws_nothing(world: World) -> None:
    message, reader = message_of(world, "EMAIL"), client_of(world.reader)
    here = f"/o/{world.slug}/messages/{message.id}/"
    assert "<form" not in page_of(reader, here).split("<main")[1]
    assert reader.post(f"{here}withdraw/", {"reason": "x"}).status_code == 403
    assert reader.post(f"/o/{world.slug}/messages/print/").status_code == 403


def test_many_messages_are_withdrawn_with_one_reason(world: World, colleague: Client) -> None:
    here = f"/o/{world.slug}/messages/"
    ids = [line.id for line, _customer in colleague.get(here).context["rows"]]
    assert page_of(colleague, here).count('name="message"') == len(ids)
    for sent, said in (({"reason": "x"}, "Tick the messages"), ({"message": ids}, "few words")):
        assert said in colleague.post(here + "withdraw/", sent, follow=True).content.decode()
    back = here + "?state=WAITING"
    done = colleague.post(
        here + "withdraw/", {"message": ids, "reason": "Afspraak", "back": back}, follow=True
    )
    assert done.redirect_chain == [(back, 302)]
    assert f"{len(ids)} messages were withdrawn." in done.content.decode()
    again = colleague.post(here + "withdraw/", {"message": ids[:1], "reason": "Nog eens"}, follow=True)
    assert "moved on meanwhile" in again.content.decode()
    assert 'name="message"' not in page_of(colleague, here)
    assert 'name="message"' not in page_of(client_of(world.reader), here)


def test_when_nothing_waits_the_tab_says_so(world: World, colleague: Client) -> None:
    here = f"/o/{world.slug}/messages/"
    ids = [line.id for line, _customer in colleague.get(here).context["rows"]]
    colleague.post(here + "withdraw/", {"message": ids, "reason": "Afspraak"})
    assert "Nothing waits to be sent" in page_of(colleague, here + "?state=WAITING")
    assert "Nothing found" in page_of(colleague, here + "?state=WAITING&q=qqq")
