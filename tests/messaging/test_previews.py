"""Looking at a message: as it was sent, or as it would be, from what is stored."""

from __future__ import annotations

import io
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from tests.messaging.cast import ACTOR, HOUSE, stored_jobs
from tijdig.domain.parties import Channel
from tijdig.messaging import operations, queries
from tijdig.messaging.channel import outgoing
from tijdig.messaging.composing import compose
from tijdig.messaging.letters import LetterNotMade, pictures_of
from tijdig.messaging.previews import letter_of, preview_html, preview_pages, preview_pdf
from tijdig.messaging.queries import MessageView

AT = datetime(2026, 11, 20, 7, 0, 0, 123_456, tzinfo=UTC)
WITH_LOGO = replace(HOUSE, logo=b"\x89PNG", logo_type="image/png")


def stored(channel: Channel) -> MessageView:
    (job,) = stored_jobs((123_456,), channel=channel)
    house = WITH_LOGO if channel is Channel.EMAIL else HOUSE
    (message_id,) = operations.store_messages((compose(job, house=house),), at=AT, actor=ACTOR)
    return queries.message(message_id)


def test_an_email_shows_as_it_is_sent_with_the_logo_inside(organisation: int) -> None:
    message = stored(Channel.EMAIL)
    html = preview_html(message, house=WITH_LOGO)
    assert html == message.html.replace("cid:logo", "data:image/png;base64,iVBORw==")
    assert "cid:" not in html


def test_a_letter_shows_as_html_too(organisation: int) -> None:
    message = stored(Channel.LETTER)
    assert message.html == ""
    assert "€\u00a01.234,56" in preview_html(message, house=HOUSE)


def test_any_message_can_be_had_as_pdf_and_a_printed_one_as_it_was_printed(organisation: int) -> None:
    for channel in Channel:
        pdf = preview_pdf(stored(channel), house=HOUSE, at=AT)
        assert "1.234,56" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    message = stored(Channel.LETTER)
    operations.mark_printed(((message.id, b"%PDF-as-printed"),), at=AT, actor=ACTOR)
    assert preview_pdf(queries.message(message.id), house=HOUSE, at=AT) == b"%PDF-as-printed"
    assert letter_of(message).facts == message.facts


def test_a_letter_is_shown_as_pictures_of_its_own_pages(organisation: int) -> None:
    """Also the printed one, whatever the house style has become since."""
    message = stored(Channel.LETTER)
    before = preview_pages(message, house=HOUSE, at=AT)
    operations.mark_printed(((message.id, preview_pdf(message, house=HOUSE, at=AT)),), at=AT, actor=ACTOR)
    printed = queries.message(message.id)
    assert preview_pages(printed, house=replace(HOUSE, name="Another name"), at=AT) == before
    picture = Image.open(io.BytesIO(b64decode(before[0].removeprefix("data:image/png;base64,"))))
    assert picture.height / picture.width == pytest.approx(297 / 210, rel=0.01)


def test_a_pdf_of_several_pages_gives_as_many_pictures() -> None:
    writer = PdfWriter()
    for _ in range(3):
        writer.add_blank_page(width=200, height=100)
    content = io.BytesIO()
    writer.write(content)
    assert len(pictures_of(content.getvalue())) == 3


def test_what_is_no_pdf_cannot_be_shown() -> None:
    with pytest.raises(LetterNotMade):
        pictures_of(b"%PDF-broken")


def test_what_goes_to_a_channel_is_what_is_stored_and_carries_the_house(organisation: int) -> None:
    message = stored(Channel.EMAIL)
    out = outgoing(message, WITH_LOGO, at=AT)
    assert (out.text, out.html, out.subject) == (message.text, message.html, message.line.subject)
    assert (out.sender_name, out.sender_email, out.reply_to) == (HOUSE.name, "", HOUSE.email)
    assert [image.content_id for image in out.images] == ["logo"]
    assert outgoing(message, HOUSE, at=AT).images == ()
