"""What follows at once when money moves: who has paid is left in peace, who owes again is not forgotten."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from tijdig.domain.reasons import Reason
from tijdig.dunning import operations as dunning
from tijdig.dunning import queries as followed
from tijdig.infra import clock
from tijdig.ledger.operations import Settlement
from tijdig.messaging import operations as messaging
from tijdig.messaging import queries as messages
from tijdig.messaging.queries import MessageState
from tijdig.messaging.values import NewTask
from tijdig.processes import daily_run
from tijdig.processes.day_plan import HAND_OVER

ACTOR = "system:reactions"


@transaction.atomic
def after_settlement(
    *, settlement: Settlement, on: date, actor: str = ACTOR, at: datetime | None = None
) -> None:
    """Call in the transaction that moved the money, after the ledger's operation.

    Ends the follow-up of the items that were settled, closes their tasks, and withdraws the waiting messages
    about them; what such a message said about other items is said anew. Items that are open again go on
    where their follow-up stood.
    """
    moment = at or clock.now()
    if settlement.settled:
        _leave_in_peace(settlement.settled, on, actor, moment)
    if settlement.reopened:
        _take_up_again(settlement.reopened, on, actor, moment)


def _leave_in_peace(item_ids: Collection[int], on: date, actor: str, at: datetime) -> None:
    settled = Reason("ITEM_SETTLED")
    dunning.end_follow_ups(item_ids, reason=settled)
    messaging.complete_tasks_of_items(item_ids, outcome=settled.code, at=at, actor=actor)
    unsent = messages.unsent_about(item_ids)
    waiting = [line.id for line in unsent if line.state == MessageState.WAITING]
    withdrawn = messaging.withdraw_messages(waiting, Reason("WITHDRAWN_SETTLED"), actor=actor)
    say_anew(withdrawn_ids=withdrawn, on=on, actor=actor, at=at)


def _take_up_again(item_ids: Collection[int], on: date, actor: str, at: datetime) -> None:
    dunning.resume_follow_ups(item_ids, on=on)
    finished = [
        follow_up
        for follow_up in followed.follow_ups_of(item_ids).values()
        if follow_up.reason is not None and follow_up.reason.code == "FLOW_FINISHED"
    ]
    # All steps were taken before it was paid: what is left is the decision, and somebody has to own it.
    messaging.add_tasks(
        [
            NewTask(row.customer_id, HAND_OVER, Reason("OWED_AGAIN"), due_date=on, item_id=row.item_id)
            for row in finished
        ],
        at=at,
        actor=actor,
    )


@transaction.atomic
def say_anew(
    *, withdrawn_ids: Collection[int], on: date, actor: str = ACTOR, at: datetime | None = None
) -> None:
    """Compose anew what these messages, withdrawn before they left, said about items that still wait for it.

    Their steps are taken back; then the day is done again for their customers, with things as they are now.
    """
    if not withdrawn_ids:
        return
    withdrawn = messages.messages(withdrawn_ids)
    day = max(on, *(message.line.on_date for message in withdrawn))
    item_ids = {item.item_id for message in withdrawn for item in message.items}
    dunning.take_back_steps(message_ids=withdrawn_ids, item_ids=item_ids)
    dunning.resume_follow_ups(item_ids, on=day)
    customer_ids = sorted({message.line.customer_id for message in withdrawn})
    daily_run.follow_up(customer_ids=customer_ids, on=day, actor=actor, at=at)
