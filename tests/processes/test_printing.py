"""Letters: printed together, kept one by one, sent from then on."""

from __future__ import annotations

import io
from datetime import date

import pytest
from pypdf import PdfReader

from tests.dunning import story
from tests.dunning.conftest import creditor  # noqa: F401
from tijdig.processes.printing import NothingToPrint, print_letters

DUE = date(2026, 11, 2)
NOON = story.noon(DUE)
pytestmark = pytest.mark.usefixtures("creditor")


def test_waiting_letters_come_out_as_one_document_and_are_sent() -> None:
    customers = [story.a_customer(email="", name=f"Kwekerij {place}") for place in range(3)]
    for customer_id in customers:
        story.invoice(customer_id, due=DUE)
    story.run(DUE)
    batch = print_letters(on=DUE, actor="user:1", at=NOON)
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(batch.pdf)).pages)
    assert all(f"Kwekerij {place}" in text for place in range(3))
    for customer_id in customers:
        (message,) = story.said(customer_id)
        assert (message.line.state, message.line.sent_at) == ("SENT", NOON)
        assert message.pdf is not None
        assert len(PdfReader(io.BytesIO(message.pdf)).pages) == 1
    with pytest.raises(NothingToPrint):
        print_letters(on=DUE, actor="user:1", at=NOON)


def test_what_was_paid_since_is_printed_with_todays_figures() -> None:
    customer_id = story.a_customer(email="")
    paid, owed = story.invoices(customer_id, due=(DUE, DUE))
    story.run(DUE)
    story.pay(paid, on=DUE, amount=100, react=False)
    batch = print_letters(on=DUE, actor="user:1", at=NOON)
    first, second = story.said(customer_id)
    assert (first.line.state, second.line.state) == ("WITHDRAWN", "SENT")
    assert batch.message_ids == (second.id,)
    assert {item.item_id: item.open_then for item in second.items} == {paid: 12_000, owed: 12_100}


def test_when_all_was_paid_nothing_is_printed_and_the_letter_stays_withdrawn() -> None:
    customer_id = story.a_customer(email="")
    item_id = story.invoice(customer_id, due=DUE)
    story.run(DUE)
    story.pay(item_id, on=DUE, react=False)
    with pytest.raises(NothingToPrint):
        print_letters(on=DUE, actor="user:1", at=NOON)
    assert [message.line.state for message in story.said(customer_id)] == ["WITHDRAWN"]
