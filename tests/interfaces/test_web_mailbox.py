"""The demonstration's mailbox: what its made-up customers find in theirs."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests.interfaces.web_world import World, client_of, make_world
from tests.organisations.test_logo import picture
from tijdig.customers.operations import create_customer
from tijdig.domain.money import Money
from tijdig.infra import tenancy
from tijdig.integrations.mailbox import queries as mailbox
from tijdig.integrations.mailbox.channel import MailboxChannel
from tijdig.messaging import queries as messaging
from tijdig.messaging.channel import OutgoingMessage
from tijdig.organisations import operations as organisations
from tijdig.processes import daily_run, invoice_import

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """The small world, with three mails delivered and a fourth message that is not."""
    world = make_world()
    with tenancy.within(world.organisation_id), MailboxChannel() as channel:
        for number in range(1, 4):
            customer = create_customer(
                number=f"M-{number}", name=f"Klant {number}", email=f"klant{number}@post.example", actor="cli"
            )
            invoice_import.add_by_hand(
                customer_id=customer, number=f"M{number}", issue_date=world.on - timedelta(days=60),
                due_date=world.on - timedelta(days=20), amount=Money(4_200, "EUR"), on=world.on, actor="cli",
            )  # fmt: skip
        daily_run.run_day(on=world.on, actor="cli")
        for number, message_id in enumerate(message_ids()[:3], 1):
            channel.send(a_mail(number, message_id))
    return world


def message_ids() -> list[int]:
    return sorted(line.id for line in messaging.message_page().lines)


def a_mail(
    number: int, message_id: int, html: str = '<p style="color:red">Beste</p><img src="cid:logo">'
) -> OutgoingMessage:
    return OutgoingMessage(
        message_id=message_id, at=datetime(2026, 11, 20, 9, tzinfo=UTC), recipient=f"klant{number}@post.example",
        sender_name="Van Veen", sender_email="geld@vanveen.example", reply_to="", subject=f"Factuur {number}",
        text="Beste <klant>", html=html,
    )  # fmt: skip


@pytest.fixture
def colleague(world: World) -> Client:
    return client_of(world.colleague)


def mails(world: World) -> tuple[mailbox.MailLine, ...]:
    with tenancy.within(world.organisation_id):
        return mailbox.mail_page().lines


def test_the_list_is_newest_first_and_can_be_searched(world: World, colleague: Client) -> None:
    here = f"/o/{world.slug}/mailbox/"
    assert [row.subject for row in colleague.get(here).context["rows"]] == [
        "Factuur 3",
        "Factuur 2",
        "Factuur 1",
    ]
    assert [row.subject for row in colleague.get(f"{here}?q=klant2").context["rows"]] == ["Factuur 2"]
    assert "Nothing found" in colleague.get(f"{here}?q=nobody").content.decode()


def test_an_empty_mailbox_says_when_mail_comes() -> None:
    world = make_world()
    page = client_of(world.reader).get(f"/o/{world.slug}/mailbox/").content.decode()
    assert "No mail yet" in page


def test_a_mail_is_shown_in_a_frame_that_can_do_nothing(world: World, colleague: Client) -> None:
    (mail, *_others) = mails(world)
    page = colleague.get(f"/o/{world.slug}/mailbox/{mail.id}/").content.decode()
    assert f'sandbox src="/o/{world.slug}/mailbox/{mail.id}/html/"' in page
    framed = colleague.get(f"/o/{world.slug}/mailbox/{mail.id}/html/")
    assert framed["Content-Security-Policy"].endswith("sandbox")
    assert "Beste" in framed.content.decode()


def test_the_logo_is_inside_the_mail(world: World, colleague: Client) -> None:
    logo = picture("PNG")
    with tenancy.within(world.organisation_id):
        organisations.set_logo(content=logo, actor="cli")
    (mail, *_others) = mails(world)
    framed = colleague.get(f"/o/{world.slug}/mailbox/{mail.id}/html/").content.decode()
    assert base64.b64encode(logo).decode()[:40] in framed


def test_a_mail_of_words_alone_is_shown_as_text(world: World, colleague: Client) -> None:
    with tenancy.within(world.organisation_id), MailboxChannel() as channel:
        channel.send(a_mail(9, message_ids()[3], html=""))
    (mail, *_others) = mails(world)
    assert "Beste &lt;klant&gt;" in colleague.get(f"/o/{world.slug}/mailbox/{mail.id}/").content.decode()


def test_another_houses_mail_is_not_there(world: World, colleague: Client) -> None:
    (mail, *_others) = mails(world)
    stranger = client_of(world.stranger)
    for part in ("", "html/"):
        assert stranger.get(f"/o/{world.other_slug}/mailbox/{mail.id}/{part}").status_code == 404
        assert colleague.get(f"/o/{world.slug}/mailbox/999999/{part}").status_code == 404
