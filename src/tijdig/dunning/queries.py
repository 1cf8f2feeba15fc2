"""Reading the follow-up: what is due, how far an item is, what was done and what is held."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Count

from tijdig.domain import reasons
from tijdig.domain.followup import Flow, Stage, Step
from tijdig.domain.reasons import Reason
from tijdig.dunning import flows as stored_flows
from tijdig.dunning.holds import StandingHolds, holds_on, standing
from tijdig.dunning.models import Action, FlowVersion, FollowUp, Hold

__all__ = ["StandingHolds", "holds_on"]


@dataclass(frozen=True, slots=True)
class DueFollowUp:
    """A follow-up whose time has come."""

    id: int
    item_id: int
    customer_id: int
    flow_version_id: int
    steps_done: int
    last_step_date: date | None
    next_action_date: date


@dataclass(frozen=True, slots=True)
class FollowUpView:
    """How far an item is: the flow, the steps behind it, the one to come and when, and why."""

    item_id: int
    customer_id: int
    flow_name: str
    flow: Flow
    steps_done: int
    last_step_date: date | None
    next_action_date: date | None
    """When there is next something to decide; None: nothing more will be done."""
    reason: Reason | None
    """Of the last decision."""

    @property
    def next_step(self) -> Step | None:
        """The step to come; None when the item is followed no more, or all steps were taken.

        A held item keeps the step it waits at.
        """
        if self.steps_done >= len(self.flow.steps) or self.is_settled:
            return None
        return self.flow.steps[self.steps_done]

    @property
    def is_settled(self) -> bool:
        """Whether it ended because nothing is owed any more."""
        return self.reason is not None and self.reason.code == "ITEM_SETTLED"


@dataclass(frozen=True, slots=True)
class FlowView:
    """A published flow with its steps, and how many items are followed by it now."""

    id: int
    name: str
    published_at: datetime
    flow: Flow
    is_newest: bool
    followed: int


@dataclass(frozen=True, slots=True)
class ActionView:
    """A step that was taken for an item; `taken_back_at` where its message was withdrawn before it left."""

    id: int
    item_id: int
    step_key: str
    stage: Stage
    on: date
    reason: Reason | None
    message_id: int | None
    task_id: int | None
    created_at: datetime
    taken_back_at: datetime | None


@dataclass(frozen=True, slots=True)
class HoldView:
    """A hold on a customer's follow-up (or one item's), until and including `until_date`."""

    id: int
    customer_id: int
    item_id: int | None
    reason: str
    from_date: date
    until_date: date | None
    actor: str
    lifted_at: datetime | None
    created_at: datetime

    def stands(self, on: date) -> bool:
        """Whether it holds anything back on `on`."""
        ended = self.until_date is not None and self.until_date < on
        return self.lifted_at is None and self.from_date <= on and not ended


@dataclass(frozen=True, slots=True)
class Upcoming:
    """How many items have a step of this stage planned for this day."""

    on: date
    stage: Stage
    count: int


def due_customers(on: date) -> tuple[int, ...]:
    """Return the customers with something to decide on `on`, in order; costs nothing for what is not due."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT customer_id FROM dunning_followup WHERE next_action_date <= %s ORDER BY 1",
            [on],
        )
        return tuple(row[0] for row in cursor.fetchall())


def due_follow_ups(*, customer_ids: Sequence[int], on: date) -> tuple[DueFollowUp, ...]:
    """Return all follow-ups of these customers whose time has come, by customer and item."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, item_id, customer_id, flow_version_id, steps_done, last_step_date, next_action_date
            FROM dunning_followup WHERE next_action_date <= %s AND customer_id = ANY(%s::bigint[])
            ORDER BY customer_id, item_id
            """,
            [on, list(customer_ids)],
        )
        return tuple(DueFollowUp(*row) for row in cursor.fetchall())


def due_count(on: date) -> int:
    """Return how many items there is something to decide about on `on`."""
    return FollowUp.objects.filter(next_action_date__lte=on).count()


def follow_up_of(item_id: int) -> FollowUpView | None:
    """Return how far the item is; None when it is not followed up."""
    return follow_ups_of((item_id,)).get(item_id)


def follow_ups_of(item_ids: Collection[int]) -> dict[int, FollowUpView]:
    """Return how far these items are, by item; those that are not followed up are left out."""
    rows = tuple(FollowUp.objects.filter(item_id__in=list(item_ids)))
    versions = FlowVersion.objects.in_bulk({row.flow_version_id for row in rows})
    known = {version_id: stored_flows.from_row(version) for version_id, version in versions.items()}
    return {
        row.item_id: FollowUpView(
            item_id=row.item_id,
            customer_id=row.customer_id,
            flow_name=versions[row.flow_version_id].name,
            flow=known[row.flow_version_id],
            steps_done=row.steps_done,
            last_step_date=row.last_step_date,
            next_action_date=row.next_action_date,
            reason=reasons.from_data(row.reason),
        )
        for row in rows
    }


def flows() -> tuple[FlowView, ...]:
    """Return all published flows, the newest version of each first, with how many items follow them now."""
    versions = tuple(FlowVersion.objects.order_by("key", "-version"))
    active = FollowUp.objects.filter(next_action_date__isnull=False).values_list("flow_version_id")
    followed = dict(active.annotate(Count("id")).order_by())
    newest: set[str] = set()
    found = []
    for version in versions:
        flow_view = FlowView(
            id=version.pk,
            name=version.name,
            published_at=version.published_at,
            flow=stored_flows.from_row(version),
            is_newest=version.key not in newest,
            followed=followed.get(version.pk, 0),
        )
        newest.add(version.key)
        found.append(flow_view)
    return tuple(found)


def known_flows(flow_version_ids: Collection[int]) -> dict[int, Flow]:
    """Return the flows with these ids."""
    return dict(stored_flows.by_id(flow_version_ids))


def actions_of(item_id: int) -> tuple[ActionView, ...]:
    """Return the steps that were taken for the item, in the order they were taken."""
    return tuple(
        ActionView(
            id=row.pk,
            item_id=row.item_id,
            step_key=row.step_key,
            stage=Stage(row.stage),
            on=row.on_date,
            reason=reasons.from_data(row.reason),
            message_id=row.message_id,
            task_id=row.task_id,
            created_at=row.created_at,
            taken_back_at=row.taken_back_at,
        )
        for row in Action.objects.filter(item_id=item_id).order_by("id")
    )


def holds_of(customer_id: int, *, on: date) -> tuple[HoldView, ...]:
    """Return the holds that stand on `on` for this customer and their items, oldest first."""
    return tuple(_hold_view(row) for row in standing(customer_ids=(customer_id,), on=on))


def _hold_view(row: Hold) -> HoldView:
    return HoldView(
        id=row.pk,
        customer_id=row.customer_id,
        item_id=row.item_id,
        reason=row.reason,
        from_date=row.from_date,
        until_date=row.until_date,
        actor=row.actor,
        lifted_at=row.lifted_at,
        created_at=row.created_at,
    )


@dataclass(frozen=True, slots=True)
class Planned:
    """An item whose next step is planned; `id` is of its follow-up, to page by."""

    id: int
    item_id: int
    customer_id: int
    next_action_date: date


def planned(
    *, day: date, stage: Stage, on: date, after: int | None = None, limit: int = 50
) -> tuple[Planned, ...]:
    """Return the items `upcoming` counts for this day and stage, seen from `on`; those after follow-up `after`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT follow_up.id, follow_up.item_id, follow_up.customer_id, follow_up.next_action_date
            FROM dunning_followup follow_up
            JOIN dunning_flowversion version ON version.id = follow_up.flow_version_id
            WHERE follow_up.next_action_date BETWEEN %(since)s AND %(day)s AND follow_up.id > %(after)s
              AND follow_up.steps_done < jsonb_array_length(version.steps)
              AND version.steps -> follow_up.steps_done::int ->> 'stage' = %(stage)s
            ORDER BY follow_up.id LIMIT %(limit)s
            """,
            {
                "since": date.min if day <= on else day,
                "day": day,
                "stage": stage,
                "after": after or 0,
                "limit": limit,
            },
        )
        return tuple(Planned(*row) for row in cursor.fetchall())


def upcoming(*, on: date, until: date) -> tuple[Upcoming, ...]:
    """Return what is planned per day and stage from `on` up to and including `until`.

    What is late already counts for `on`. A notice that will have been overtaken by then still counts as one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT greatest(follow_up.next_action_date, %(on)s::date) AS day,
                   version.steps -> follow_up.steps_done::int ->> 'stage' AS stage, count(*)
            FROM dunning_followup follow_up
            JOIN dunning_flowversion version ON version.id = follow_up.flow_version_id
            WHERE follow_up.next_action_date <= %(until)s
              AND follow_up.steps_done < jsonb_array_length(version.steps)
            GROUP BY day, stage ORDER BY day, stage
            """,
            {"on": on, "until": until},
        )
        return tuple(Upcoming(day, Stage(stage), count) for day, stage, count in cursor.fetchall())
