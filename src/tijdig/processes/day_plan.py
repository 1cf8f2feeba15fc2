"""What a batch of the day is about to do: read, decided and put into words; nothing is written here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from tijdig.customers import queries as customers
from tijdig.domain.followup import Decision, FollowUpFacts, Outcome, Step, StepKind, decide
from tijdig.domain.reasons import Reason
from tijdig.dunning import queries as followed
from tijdig.dunning.operations import FollowUpChange
from tijdig.dunning.queries import DueFollowUp
from tijdig.ledger import queries as ledger
from tijdig.ledger.queries import ItemView
from tijdig.messaging import queries as messages
from tijdig.messaging.composing import ComposedMessage, House, MessageJob, SomeRefused, compose_batch
from tijdig.messaging.values import NewTask
from tijdig.processes.blocks import blocked_customers
from tijdig.processes.message_making import message_job

HAND_OVER = "HAND_OVER"
NO_ADDRESS = "NO_ADDRESS"
NOT_COMPOSED = "NOT_COMPOSED"


class Case(NamedTuple):
    """One follow-up with what is known and what was decided."""

    follow_up: DueFollowUp
    item: ItemView
    decision: Decision

    @property
    def step(self) -> Step:
        """The step that is taken. Only for a case that acts."""
        if self.decision.step is None:
            raise LookupError("nothing is done for this item today")
        return self.decision.step


@dataclass(slots=True)
class Plan:
    """What a batch is about to do."""

    due: tuple[DueFollowUp, ...]
    items: Mapping[int, ItemView]
    changes: dict[int, FollowUpChange] = field(default_factory=dict)
    """By follow-up."""
    to_say: list[tuple[MessageJob, tuple[Case, ...]]] = field(default_factory=list)
    said: list[tuple[ComposedMessage, tuple[Case, ...]]] = field(default_factory=list)
    hand_overs: list[Case] = field(default_factory=list)
    tasks: list[NewTask] = field(default_factory=list)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    """What was decided, by follow-up."""


def decide_all(customer_ids: Sequence[int], on: date) -> Plan:
    """Gather what is due for these customers and decide each; nothing is written."""
    due = followed.due_follow_ups(customer_ids=customer_ids, on=on)
    items = ledger.items([follow_up.item_id for follow_up in due])
    flows = followed.known_flows({follow_up.flow_version_id for follow_up in due})
    holds = followed.holds_on(customer_ids=customer_ids, on=on)
    blocked = blocked_customers(customer_ids, on=on)
    plan = Plan(due=due, items=items)
    speaking_cases: dict[int, list[Case]] = defaultdict(list)
    for follow_up in due:
        item = items[follow_up.item_id]
        held = holds.of(customer_id=follow_up.customer_id, item_id=follow_up.item_id)
        facts = _facts(follow_up, item, held, blocked.get(follow_up.customer_id))
        decision = decide(flows[follow_up.flow_version_id], facts, on)
        case = Case(follow_up, item, decision)
        plan.outcomes[follow_up.id] = decision.outcome
        if decision.step is None:
            plan.changes[follow_up.id] = _change(case)
        elif decision.step.kind is StepKind.TASK:
            plan.hand_overs.append(case)
            plan.changes[follow_up.id] = _change(case, acted_on=on)
        else:
            speaking_cases[follow_up.customer_id].append(case)
    _plan_messages(plan, speaking_cases, on)
    return plan


def _facts(
    follow_up: DueFollowUp, item: ItemView, held: tuple[date, str] | None, blocked: Reason | None
) -> FollowUpFacts:
    until, why = held if held is not None else (None, "")
    return FollowUpFacts(
        due_date=item.due_date,
        open_minor=item.open_minor,
        steps_done=follow_up.steps_done,
        last_step_date=follow_up.last_step_date,
        held_until=until,
        hold_reason=why,
        blocked=blocked,
    )


def _change(case: Case, *, acted_on: date | None = None) -> FollowUpChange:
    decision = case.decision
    return FollowUpChange(
        follow_up_id=case.follow_up.id,
        steps_done=decision.steps_done,
        last_step_date=acted_on or case.follow_up.last_step_date,
        next_action_date=decision.next_action_date,
        reason=decision.reason,
    )


def _postpone(plan: Plan, cases: Sequence[Case], reason: Reason, until: date) -> None:
    """Leave the step of these cases for `until`; it has not been taken."""
    for case in cases:
        plan.changes[case.follow_up.id] = FollowUpChange(
            follow_up_id=case.follow_up.id,
            steps_done=case.follow_up.steps_done,
            last_step_date=case.follow_up.last_step_date,
            next_action_date=until,
            reason=reason,
        )


def _plan_messages(plan: Plan, by_customer: Mapping[int, list[Case]], on: date) -> None:
    """Make one message job per customer; what cannot be said today waits until tomorrow, with its reason."""
    tomorrow = on + timedelta(days=1)
    known = customers.many(by_customer)
    written_to = {customer_id for customer_id, _ in messages.customers_written_to(by_customer, on=on)}
    for customer_id, cases in by_customer.items():
        customer = known[customer_id]
        channel = customer.reachable_by
        if customer_id in written_to:
            reason = Reason("MESSAGE_TODAY_ALREADY", {"next_date": tomorrow.isoformat()})
            _postpone(plan, cases, reason, tomorrow)
        elif channel is None:
            _postpone(plan, cases, Reason("NO_ADDRESS"), tomorrow)
            plan.tasks.append(new_task(NO_ADDRESS, cases[0], Reason("NO_ADDRESS"), on))
        else:
            now, later = _one_currency(cases)
            items = [(case.item, case.step.stage) for case in now]
            job = message_job(customer=customer, items=items, channel=channel, on=on)
            plan.to_say.append((job, now))
            waits = Reason("CURRENCY_WAITS", {"next_date": tomorrow.isoformat()})
            _postpone(plan, later, waits, tomorrow)


def _one_currency(cases: Sequence[Case]) -> tuple[tuple[Case, ...], tuple[Case, ...]]:
    """Return the cases for today's message, and those in other currencies: a message has one total.

    The firmest, then the oldest case says which currency goes first.
    """
    first = min(cases, key=lambda case: (-case.step.stage.firmness, case.item.due_date, case.item.id))
    now = tuple(case for case in cases if case.item.currency == first.item.currency)
    return now, tuple(case for case in cases if case.item.currency != first.item.currency)


def new_task(kind: str, case: Case, reason: Reason, on: date) -> NewTask:
    follow_up = case.follow_up
    return NewTask(follow_up.customer_id, kind, reason, due_date=on, item_id=follow_up.item_id)


def compose(plan: Plan, speaking: House, on: date) -> None:
    """Put the jobs into words; one that cannot be becomes a task, and its steps wait a day."""
    refused: dict[int, Reason] = {}
    try:
        composed = compose_batch([job for job, _ in plan.to_say], house=speaking)
    except SomeRefused as some:
        composed = some.composed
        refused = {lacking.job.recipient.customer_id: lacking.reason for lacking in some.refused}
    by_customer = {message.customer_id: message for message in composed}
    for job, cases in plan.to_say:
        customer_id = job.recipient.customer_id
        if customer_id in refused:
            reason = refused[customer_id]
            _postpone(plan, cases, reason, on + timedelta(days=1))
            plan.tasks.append(new_task(NOT_COMPOSED, cases[0], reason, on))
            continue
        plan.said.append((by_customer[customer_id], cases))
        for case in cases:
            plan.changes[case.follow_up.id] = _change(case, acted_on=on)
