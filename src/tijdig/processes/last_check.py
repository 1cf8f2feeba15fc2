"""The last check before a message leaves: does what it says still hold, and may it be said?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime

from tijdig.domain.reasons import Reason
from tijdig.dunning import queries as followed
from tijdig.ledger import queries as ledger
from tijdig.messaging import queries as messages
from tijdig.messaging.queries import MessageView
from tijdig.processes.blocks import blocked_customers
from tijdig.processes.reactions import say_anew

Withdraw = Callable[..., tuple[int, ...]]


def those_that_still_hold(
    message_ids: Collection[int], *, withdraw: Withdraw, on: date, at: datetime, actor: str
) -> tuple[MessageView, ...]:
    """Return those of the messages that may leave now, oldest first.

    The others speak of an item that was settled, put on hold or changed in amount: they are withdrawn, with
    messaging's operation `withdraw`, and what still holds of them is composed anew.
    """
    found = messages.messages(message_ids)
    stale: dict[str, list[int]] = defaultdict(list)
    for message_id, code in _what_changed(found, on).items():
        stale[code].append(message_id)
    for code, ids in sorted(stale.items()):
        withdrawn = withdraw(ids, Reason(code), actor=actor)
        say_anew(withdrawn_ids=withdrawn, on=on, actor=actor, at=at)
    changed = {message_id for ids in stale.values() for message_id in ids}
    return tuple(message for message in found if message.id not in changed)


def _what_changed(found: Sequence[MessageView], on: date) -> dict[int, str]:
    """Return the reason's code for each message that no longer holds."""
    items = ledger.items({item.item_id for message in found for item in message.items})
    holds = followed.holds_on(customer_ids={message.line.customer_id for message in found}, on=on)
    blocked = blocked_customers({message.line.customer_id for message in found}, on=on)
    codes = {message.id: "WITHDRAWN_BLOCKED" for message in found if message.line.customer_id in blocked}
    for message in found:
        for spoken_of in message.items:
            now = items[spoken_of.item_id]
            if not now.is_open:
                codes[message.id] = "WITHDRAWN_SETTLED"
            elif holds.of(customer_id=message.line.customer_id, item_id=now.id) is not None:
                codes[message.id] = "WITHDRAWN_HELD"
            elif now.open_minor != spoken_of.open_then:
                codes[message.id] = "WITHDRAWN_AMOUNT_CHANGED"
            else:
                continue
            break
    return codes
