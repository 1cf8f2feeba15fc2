"""Deciding what to do with one item on one day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tijdig.domain.followup import (
    Decision,
    Flow,
    FlowInvalid,
    FollowUpFacts,
    Outcome,
    Stage,
    Step,
    StepKind,
    decide,
    first_step,
)
from tijdig.domain.followup_presets import STANDARD

DUE = date(2026, 3, 2)


def on_day(offset: int) -> date:
    return DUE + timedelta(days=offset)


def facts(**known: object) -> FollowUpFacts:
    return replace(FollowUpFacts(due_date=DUE, open_minor=12_100, steps_done=0), **known)


@pytest.mark.parametrize(
    ("offset", "stage"),
    [(-3, Stage.NOTICE), (-1, Stage.NOTICE), (0, Stage.DUE), (13, Stage.DUE), (14, Stage.REMINDER)],
)
def test_the_step_of_an_untouched_item_is_the_last_one_not_overtaken(offset: int, stage: Stage) -> None:
    decision = decide(STANDARD, facts(), on_day(offset))
    assert decision.outcome is Outcome.ACT
    assert decision.step is not None
    assert decision.step.stage is stage


def test_before_the_first_step_it_waits_for_exactly_that_day() -> None:
    decision = decide(STANDARD, facts(), on_day(-20))
    assert (decision.outcome, decision.next_action_date) == (Outcome.WAIT, on_day(-3))


@pytest.mark.parametrize(
    ("done", "last", "offset", "outcome", "upcoming"),
    [
        (1, -3, -2, Outcome.WAIT, 0),
        (2, 0, 14, Outcome.ACT, 30),
        (3, 14, 29, Outcome.WAIT, 30),
        (3, 20, 30, Outcome.WAIT, 36),  # the reminder came six days late, so does the formal notice
        (3, 20, 36, Outcome.ACT, 51),
        (4, 36, 51, Outcome.ACT, None),
    ],
)
def test_the_next_day_to_look(
    done: int, last: int, offset: int, outcome: Outcome, upcoming: int | None
) -> None:
    decision = decide(STANDARD, facts(steps_done=done, last_step_date=on_day(last)), on_day(offset))
    assert decision.outcome is outcome
    assert decision.next_action_date == (None if upcoming is None else on_day(upcoming))


def test_an_invoice_that_comes_in_sixty_days_late_starts_at_the_reminder_and_keeps_the_spacing() -> None:
    start = first_step(STANDARD, DUE, on_day(60))
    taken = run(STANDARD, [60, 61, 75, 76, 90, 91, 92], steps_done=start)
    assert taken == [("reminder", 60), ("formal-notice", 76), ("hand-over", 91)]


@pytest.mark.parametrize(("offset", "place"), [(-10, 0), (-3, 0), (-2, 1), (0, 1), (1, 2), (14, 2), (400, 2)])
def test_where_an_item_starts(offset: int, place: int) -> None:
    assert first_step(STANDARD, DUE, on_day(offset)) == place


def test_what_is_settled_is_left_alone_even_when_held() -> None:
    decision = decide(STANDARD, facts(open_minor=0, held_until=date.max), on_day(14))
    assert (decision.outcome, decision.next_action_date) == (Outcome.STOP, None)


def test_after_the_last_step_nothing_is_left_to_do() -> None:
    decision = decide(STANDARD, facts(steps_done=5, last_step_date=on_day(45)), on_day(90))
    assert (decision.outcome, decision.next_action_date) == (Outcome.STOP, None)


def test_a_hold_lasts_up_to_and_including_its_last_day() -> None:
    held = facts(steps_done=2, last_step_date=DUE, held_until=on_day(20), hold_reason="they call back")
    decision = decide(STANDARD, held, on_day(20))
    assert (decision.outcome, decision.next_action_date) == (Outcome.HOLD, on_day(21))
    assert "they call back" in str(decision.reason)
    assert decide(STANDARD, held, on_day(21)).outcome is Outcome.ACT


def test_an_open_ended_hold_is_not_looked_at_again() -> None:
    decision = decide(STANDARD, facts(held_until=date.max, hold_reason="dispute"), on_day(14))
    assert (decision.outcome, decision.next_action_date) == (Outcome.HOLD, None)


def test_the_reason_says_how_late_it_is() -> None:
    reason = decide(STANDARD, facts(steps_done=2, last_step_date=DUE), on_day(16)).reason
    assert reason.facts == {"due_date": "2026-03-02", "days_late": 16}
    assert "16 days after the due date" in str(reason)


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (Step("a", Stage.DUE, StepKind.MESSAGE, 5), Step("b", Stage.REMINDER, StepKind.MESSAGE, 5)),
        (Step("a", Stage.DUE, StepKind.MESSAGE, 5), Step("b", Stage.REMINDER, StepKind.MESSAGE, 4)),
        (Step("a", Stage.DUE, StepKind.MESSAGE, 0), Step("a", Stage.REMINDER, StepKind.MESSAGE, 4)),
    ],
)
def test_steps_that_make_no_flow_are_refused(steps: tuple[Step, ...]) -> None:
    with pytest.raises(FlowInvalid):
        Flow(key="x", version=1, steps=steps)


def run(
    flow: Flow,
    offsets: list[int],
    *,
    steps_done: int = 0,
    held: dict[int, int] | None = None,
    paid_at: int | None = None,
    trust_dates: bool = False,
) -> list[tuple[str, int]]:
    """Decide on each of these days in turn and return (step, day) of the steps taken.

    With `trust_dates` a day is only looked at when the last decision asked for it, as the real run does.
    """
    taken: list[tuple[str, int]] = []
    known = facts(steps_done=steps_done)
    look: date | None = date.min
    for offset in offsets:
        on = on_day(offset)
        if trust_dates and (look is None or look > on):
            continue
        open_minor = 0 if paid_at is not None and offset >= paid_at else 12_100
        held_until = (held or {}).get(offset)
        decision = decide(
            flow,
            replace(
                known, open_minor=open_minor, held_until=None if held_until is None else on_day(held_until)
            ),
            on,
        )
        look = decision.next_action_date
        known = _applied(known, decision, on)
        if decision.step is not None:
            taken.append((decision.step.key, offset))
    return taken


def _applied(known: FollowUpFacts, decision: Decision, on: date) -> FollowUpFacts:
    if decision.outcome is not Outcome.ACT:
        return known
    return replace(known, steps_done=decision.steps_done, last_step_date=on)


@st.composite
def some_flow(draw: st.DrawFn) -> Flow:
    offsets = sorted(draw(st.sets(st.integers(-10, 60), min_size=1, max_size=7)))
    required = draw(st.lists(st.booleans(), min_size=len(offsets), max_size=len(offsets)))
    steps = tuple(
        Step(f"step-{place}", Stage.REMINDER, StepKind.MESSAGE, offset, required=must)
        for place, (offset, must) in enumerate(zip(offsets, required, strict=True))
    )
    return Flow(key="any", version=1, steps=steps)


DAYS = st.sets(st.integers(-15, 200), min_size=1, max_size=120).map(sorted)


@given(flow=some_flow(), days=DAYS)
def test_on_any_days_the_steps_come_in_order_once_and_spaced(flow: Flow, days: list[int]) -> None:
    taken = run(flow, days)
    places = [int(key.removeprefix("step-")) for key, _ in taken]
    assert places == sorted(set(places))
    assert len({day for _, day in taken}) == len(taken)
    steps = [(int(key.removeprefix("step-")), day) for key, day in taken]
    for (before, day), (after, next_day) in pairwise(steps):
        assert next_day - day >= flow.steps[after].offset_days - flow.steps[before].offset_days
        assert not any(step.required for step in flow.steps[before + 1 : after])
    if places:
        assert not any(step.required for step in flow.steps[: places[0]])
    assert all(day >= flow.steps[place].offset_days for place, (_, day) in zip(places, taken, strict=True))


@given(flow=some_flow(), days=DAYS)
def test_looking_only_when_asked_to_finds_the_same_steps_as_looking_always(
    flow: Flow, days: list[int]
) -> None:
    assert run(flow, days, trust_dates=True) == run(flow, days)


@given(flow=some_flow(), days=DAYS)
def test_running_a_day_twice_changes_nothing(flow: Flow, days: list[int]) -> None:
    assert run(flow, sorted([*days, *days])) == run(flow, days)


@given(flow=some_flow(), days=DAYS, paid_at=st.integers(-15, 200))
def test_from_the_day_it_is_paid_nothing_is_done(flow: Flow, days: list[int], paid_at: int) -> None:
    taken = run(flow, days, paid_at=paid_at)
    assert taken == [(key, day) for key, day in run(flow, days) if day < paid_at]


@given(
    flow=some_flow(),
    holds=st.dictionaries(st.integers(-15, 199), st.integers(0, 30), max_size=5),
)
def test_held_on_some_days_every_required_step_still_comes_and_none_while_held(
    flow: Flow, holds: dict[int, int]
) -> None:
    held = {
        day: max(start + length for start, length in holds.items() if start <= day <= start + length)
        for day in range(-15, 500)
        if any(start <= day <= start + length for start, length in holds.items())
    }
    taken = run(flow, list(range(-15, 500)), held=held, trust_dates=False)
    assert not {day for _, day in taken} & set(held)
    required = [step.key for step in flow.steps if step.required]
    assert [key for key, _ in taken if key in required] == required
