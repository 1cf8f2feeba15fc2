"""Following up an open item: facts and a date in, one decision with its reason out.

A flow is a fixed list of steps counted from the due date. Nothing here knows today, a database or a
channel's workings (architecture D2, D5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tijdig.domain.reasons import Reason


class StepKind(StrEnum):
    """What a step does."""

    MESSAGE = "MESSAGE"
    TASK = "TASK"


class Stage(StrEnum):
    """How firm a step is; a template is written per stage."""

    NOTICE = "NOTICE"
    DUE = "DUE"
    REMINDER = "REMINDER"
    FORMAL_NOTICE = "FORMAL_NOTICE"
    HAND_OVER = "HAND_OVER"

    @property
    def firmness(self) -> int:
        """The higher, the firmer; a message speaks at the firmest stage of its items."""
        return _FIRMNESS[self]


_FIRMNESS = {stage: place for place, stage in enumerate(Stage)}


class FlowInvalid(ValueError):
    """The steps do not make a flow; the message says why."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a flow, `offset_days` after the due date (negative: before it).

    `required` steps may never be skipped when catching up; the others are overtaken by a later one.
    """

    key: str
    stage: Stage
    kind: StepKind
    offset_days: int
    required: bool = True


@dataclass(frozen=True, slots=True)
class Flow:
    """A published version of a flow: its steps in order. Raises FlowInvalid for steps that make none."""

    key: str
    version: int
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        offsets = [step.offset_days for step in self.steps]
        if not offsets:
            raise FlowInvalid("a flow needs at least one step")
        if offsets != sorted(set(offsets)):
            raise FlowInvalid("each step of a flow comes at least a day after the one before it")
        if len({step.key for step in self.steps}) < len(self.steps):
            raise FlowInvalid("two steps of a flow have the same key")


class Outcome(StrEnum):
    """What was decided."""

    ACT = "ACT"
    WAIT = "WAIT"
    HOLD = "HOLD"
    STOP = "STOP"


@dataclass(frozen=True, slots=True)
class FollowUpFacts:
    """What is known of one followed item on the day of the decision. Amounts in minor units.

    `steps_done` counts the steps of the flow that are behind the item, taken or overtaken; when one was
    taken, on `last_step_date`, it is the last of them.
    """

    due_date: date
    open_minor: int
    steps_done: int
    last_step_date: date | None = None
    held_until: date | None = None
    """Held up to and including this date; date.max for an open-ended hold."""
    hold_reason: str = ""
    blocked: Reason | None = None
    """Why nothing may be said today though nobody put it on hold; looked at again tomorrow."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with one item today, why, and when to look again (None: never).

    `steps_done` is what the item's count becomes.
    """

    outcome: Outcome
    reason: Reason
    step: Step | None = None
    next_action_date: date | None = None
    steps_done: int = 0


def decide(flow: Flow, facts: FollowUpFacts, on: date) -> Decision:
    """Return what to do with the item on the day `on`.

    At most one step is taken, in order. A late step keeps the flow's spacing from the step taken before it;
    a step that is not required falls away once the step after it has its turn.
    """
    done = facts.steps_done
    if facts.open_minor <= 0:
        return Decision(Outcome.STOP, Reason("ITEM_SETTLED"), steps_done=done)
    if done >= len(flow.steps):
        return Decision(Outcome.STOP, Reason("FLOW_FINISHED"), steps_done=done)
    if facts.held_until is not None and facts.held_until >= on:
        return _held(facts, facts.held_until)
    place = _place_on(flow, facts, on)
    planned = _planned_date(flow, facts, place)
    if facts.blocked is not None and planned <= on:
        tomorrow = on + timedelta(days=1)
        return Decision(Outcome.HOLD, facts.blocked, next_action_date=tomorrow, steps_done=done)
    if planned > on:
        waits = Reason("FOLLOW_UP_WAITS", {"next_date": planned.isoformat()})
        return Decision(Outcome.WAIT, waits, next_action_date=planned, steps_done=done)
    step = flow.steps[place]
    return Decision(
        Outcome.ACT,
        _why(step, facts, on),
        step=step,
        next_action_date=_date_after(flow, place, facts, on),
        steps_done=place + 1,
    )


def first_step(flow: Flow, due_date: date, on: date) -> int:
    """Return how many steps are overtaken already for an item whose follow-up starts on `on`.

    Steps that are not required and had their day before the start: nobody is told today that an invoice of
    two months ago is nearly due.
    """
    place = 0
    last = len(flow.steps) - 1
    while place < last and not flow.steps[place].required and _own_date(flow.steps[place], due_date) < on:
        place += 1
    return place


def _held(facts: FollowUpFacts, until: date) -> Decision:
    if until == date.max:
        reason = Reason("ON_HOLD", {"why": facts.hold_reason})
        return Decision(Outcome.HOLD, reason, steps_done=facts.steps_done)
    reason = Reason("ON_HOLD_UNTIL", {"until": until.isoformat(), "why": facts.hold_reason})
    return Decision(
        Outcome.HOLD, reason, next_action_date=until + timedelta(days=1), steps_done=facts.steps_done
    )


def _own_date(step: Step, due_date: date) -> date:
    return due_date + timedelta(days=step.offset_days)


def _planned_date(flow: Flow, facts: FollowUpFacts, place: int) -> date:
    """Return the day of the step at `place`: its own, or later when the step before it came late."""
    step = flow.steps[place]
    own = _own_date(step, facts.due_date)
    if facts.last_step_date is None or facts.steps_done == 0:
        return own
    spacing = step.offset_days - flow.steps[facts.steps_done - 1].offset_days
    return max(own, facts.last_step_date + timedelta(days=spacing))


def _place_on(flow: Flow, facts: FollowUpFacts, on: date) -> int:
    """Return the place of the step whose turn it is: the first that is required or not yet overtaken."""
    place = facts.steps_done
    last = len(flow.steps) - 1
    while place < last and not flow.steps[place].required and _planned_date(flow, facts, place + 1) <= on:
        place += 1
    return place


def _date_after(flow: Flow, place: int, facts: FollowUpFacts, on: date) -> date | None:
    if place + 1 == len(flow.steps):
        return None
    after = FollowUpFacts(facts.due_date, facts.open_minor, steps_done=place + 1, last_step_date=on)
    return _planned_date(flow, after, place + 1)


def _why(step: Step, facts: FollowUpFacts, on: date) -> Reason:
    days_late = max((on - facts.due_date).days, 0)
    return Reason(f"STEP_{step.stage}", {"due_date": facts.due_date.isoformat(), "days_late": days_late})
