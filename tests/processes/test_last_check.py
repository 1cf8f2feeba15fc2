"""The last check before a message leaves."""

from __future__ import annotations

from datetime import date

import pytest

from tests.dunning import story
from tests.dunning.conftest import creditor  # noqa: F401
from tijdig.dunning import operations as dunning
from tijdig.messaging import operations as messaging
from tijdig.processes.last_check import those_that_still_hold

DUE = date(2026, 11, 2)
pytestmark = pytest.mark.usefixtures("creditor")


def check(message_ids: list[int]) -> list[int]:
    found = those_that_still_hold(
        message_ids, withdraw=messaging.withdraw_messages, on=DUE, at=story.noon(DUE), actor="cli"
    )
    return [message.id for message in found]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("settled", "WITHDRAWN_SETTLED"),
        ("part paid", "WITHDRAWN_AMOUNT_CHANGED"),
        ("held", "WITHDRAWN_HELD"),
        ("nothing", None),
    ],
)
def test_a_message_holds_only_when_nothing_it_says_changed(change: str, code: str | None) -> None:
    customer_id = story.a_customer()
    item_id = story.invoice(customer_id, due=DUE)
    story.run(DUE)
    (message,) = story.said(customer_id)
    if change == "held":
        dunning.place_hold(customer_id=customer_id, reason="x", on=DUE, actor="user:1")
    elif change != "nothing":
        story.pay(item_id, on=DUE, amount=None if change == "settled" else 1, react=False)
    assert check([message.id]) == ([message.id] if code is None else [])
    reason = story.said(customer_id)[0].line.reason
    assert (reason.code if reason else None) == code


def test_no_messages_no_work() -> None:
    assert check([]) == []
