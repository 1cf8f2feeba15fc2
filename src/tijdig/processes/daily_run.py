"""The day: whatever follow-up is due is decided, and one message per customer composed.

Per batch of customers: what is known is read, decided upon and put into words without a lock being held; then
everything is written in one transaction, after a check that nothing moved meanwhile. So a run can be killed,
repeated, or run twice at once, and each step is taken once (architecture D5, D7).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import IntegrityError, OperationalError, transaction

from tijdig.domain.followup import Outcome
from tijdig.domain.parties import Channel
from tijdig.dunning import operations as dunning
from tijdig.dunning import queries as followed
from tijdig.dunning.operations import NewAction
from tijdig.dunning.queries import DueFollowUp
from tijdig.infra import audit, clock
from tijdig.ledger import queries as ledger
from tijdig.messaging import operations as messaging
from tijdig.messaging.composing import ComposedMessage, House
from tijdig.organisations import operations as organisations
from tijdig.processes.day_plan import HAND_OVER, Case, Plan, compose, decide_all, new_task
from tijdig.processes.message_making import house

# A batch that lost a race is done again; losing this often means something else is wrong.
_TRIES = 5


@dataclass(frozen=True, slots=True)
class DayReport:
    """What a run did: items decided upon, messages by channel, tasks; items held and ended."""

    decided: int = 0
    emails: int = 0
    letters: int = 0
    tasks: int = 0
    held: int = 0
    stopped: int = 0

    def __add__(self, other: DayReport) -> DayReport:
        return DayReport(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def messages(self) -> int:
        """How many messages were composed."""
        return self.emails + self.letters


def run_day(
    *, on: date, actor: str, batch: int = 2000, at: datetime | None = None, hindsight: bool = False
) -> DayReport:
    """Decide all follow-ups of the current organisation that are due on `on`, and compose what is to be said.

    `batch` is the largest number of customers per transaction; `at` the moment the messages bear. Running
    again changes nothing. Customers another run is busy with are left to it. `hindsight` says that `on` lies
    behind us: what was added since, and not followed up yet, is taken as if it was there that day.
    """
    report = DayReport()
    if hindsight:
        dunning.restart_follow_ups(on=on)
    moment = at or clock.now()
    while due := followed.due_customers(on):
        done = DayReport()
        speaking = house()
        for customer_ids in _batches(due, batch):
            done += _run_batch(customer_ids, speaking, on, actor, moment)
        report += done
        if not done.decided:
            break  # what is left is with another run
    else:
        organisations.set_followed_up_until(on=on)
    return report


def follow_up(*, customer_ids: Sequence[int], on: date, actor: str, at: datetime | None = None) -> DayReport:
    """Do the day's work for these customers now, inside the caller's transaction."""
    if not customer_ids:
        return DayReport()
    return _work(sorted(customer_ids), house(), on, actor, at or clock.now())


def _batches(due: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Yield customers in batches of at most `size`, those of one bucket together as far as that goes."""
    ordered = sorted(due, key=lambda customer_id: (dunning.bucket_of(customer_id), customer_id))
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def _run_batch(customer_ids: Sequence[int], speaking: House, on: date, actor: str, at: datetime) -> DayReport:
    for tries_left in reversed(range(_TRIES)):
        try:
            with transaction.atomic():
                claimed = dunning.claim_buckets({dunning.bucket_of(each) for each in customer_ids})
                ours = [each for each in customer_ids if dunning.bucket_of(each) in claimed]
                return _work(ours, speaking, on, actor, at) if ours else DayReport()
        except (IntegrityError, OperationalError):
            if not tries_left:
                raise
    return DayReport()


def _work(customer_ids: Sequence[int], speaking: House, on: date, actor: str, at: datetime) -> DayReport:
    plan = decide_all(customer_ids, on)
    compose(plan, speaking, on)
    return _write(plan, on=on, actor=actor, at=at)


def _write(plan: Plan, *, on: date, actor: str, at: datetime) -> DayReport:
    """Write the plan, except for customers about whom something changed since it was made."""
    if not plan.due:
        return DayReport()
    audit.reserve()
    moved = _moved_customers(plan)
    said = [(message, cases) for message, cases in plan.said if message.customer_id not in moved]
    hand_overs = [case for case in plan.hand_overs if case.follow_up.customer_id not in moved]
    tasks = [task for task in plan.tasks if task.customer_id not in moved]
    kept = [follow_up for follow_up in plan.due if follow_up.customer_id not in moved]
    message_ids = messaging.store_messages(
        [message for message, _ in said], at=at, actor=actor, audited=False
    )
    new_tasks = messaging.add_tasks(tasks, at=at, actor=actor, audited=False)
    hand_over_tasks = messaging.add_tasks(
        [new_task(HAND_OVER, case, case.decision.reason, on) for case in hand_overs],
        at=at,
        actor=actor,
        audited=False,
    )
    dunning.record_actions(
        [
            _action(case, on, message_id=message_id)
            for message_id, (_, cases) in zip(message_ids, said, strict=True)
            for case in cases
        ]
        + [
            _action(case, on, task_id=task_id)
            for task_id, case in zip(hand_over_tasks, hand_overs, strict=True)
        ]
    )
    dunning.apply_changes([plan.changes[follow_up.id] for follow_up in kept])
    report = _report(plan, said, kept, len(new_tasks) + len(hand_over_tasks))
    if kept:
        audit.record(
            actor=actor,
            action="day.followed_up",
            data={
                "on": on.isoformat(),
                "decided": report.decided,
                "tasks": report.tasks,
                "messages": len(message_ids),
                **({"first": message_ids[0], "last": message_ids[-1]} if message_ids else {}),
            },
        )
    return report


def _moved_customers(plan: Plan) -> frozenset[int]:
    """Return the customers of whom a follow-up or an open amount is no longer what was decided upon."""
    unchanged = dunning.lock_unchanged(plan.due)
    now = ledger.items([follow_up.item_id for follow_up in plan.due])
    return frozenset(
        follow_up.customer_id
        for follow_up in plan.due
        if follow_up.id not in unchanged
        or now[follow_up.item_id].open_minor != plan.items[follow_up.item_id].open_minor
    )


def _action(case: Case, on: date, *, message_id: int | None = None, task_id: int | None = None) -> NewAction:
    return NewAction(
        item_id=case.follow_up.item_id,
        flow_version_id=case.follow_up.flow_version_id,
        step_key=case.step.key,
        stage=case.step.stage,
        on=on,
        reason=case.decision.reason,
        message_id=message_id,
        task_id=task_id,
    )


def _report(
    plan: Plan,
    said: Sequence[tuple[ComposedMessage, Sequence[Case]]],
    kept: Sequence[DueFollowUp],
    tasks: int,
) -> DayReport:
    channels = Counter(message.channel for message, _ in said)
    outcomes = Counter(plan.outcomes[follow_up.id] for follow_up in kept)
    return DayReport(
        decided=len(kept),
        emails=channels[Channel.EMAIL],
        letters=channels[Channel.LETTER],
        tasks=tasks,
        held=outcomes[Outcome.HOLD],
        stopped=outcomes[Outcome.STOP],
    )
