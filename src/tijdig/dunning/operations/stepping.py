"""Taking steps in bulk, and taking them back when their message never left."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from tijdig.domain.followup import Stage
from tijdig.domain.reasons import Reason
from tijdig.dunning import flows
from tijdig.dunning.models import Action, FollowUp
from tijdig.dunning.queries import DueFollowUp
from tijdig.infra import clock, tenancy


@dataclass(frozen=True, slots=True)
class FollowUpChange:
    """What a decision does to a follow-up."""

    follow_up_id: int
    steps_done: int
    last_step_date: date | None
    next_action_date: date | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class NewAction:
    """A step that is taken for an item, by a message or by a task."""

    item_id: int
    flow_version_id: int
    step_key: str
    stage: Stage
    on: date
    reason: Reason
    message_id: int | None = None
    task_id: int | None = None


# Customers are dealt into this many buckets; runs side by side each take buckets the others have not.
BUCKETS = 16
# Sets the daily run's locks apart from anybody else's.
_LOCKS_OF_THE_DAY = 0x7D41_0000


def bucket_of(customer_id: int) -> int:
    """Return the bucket a customer is in."""
    return customer_id % BUCKETS


def claim_buckets(buckets: Collection[int]) -> frozenset[int]:
    """Return which of these buckets this transaction now has to itself; another run has the others."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bucket FROM unnest(%s::int[]) AS bucket"
            " WHERE pg_try_advisory_xact_lock(%s::int + bucket, %s::int)",
            [sorted(buckets), _LOCKS_OF_THE_DAY, tenancy.current_organisation_id()],
        )
        return frozenset(row[0] for row in cursor.fetchall())


@transaction.atomic
def lock_unchanged(follow_ups: Sequence[DueFollowUp]) -> frozenset[int]:
    """Lock these follow-ups with their items; return the ids of those that are still as they were read.

    An item somebody is settling at this moment is not waited for: whoever settles it may be waiting for the
    audit trail, which the caller holds. Its follow-up counts as changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM ledger_item WHERE id = ANY(%s::bigint[]) ORDER BY id FOR KEY SHARE SKIP LOCKED",
            [[follow_up.item_id for follow_up in follow_ups]],
        )
        at_rest = {row[0] for row in cursor.fetchall()}
        cursor.execute(
            """
            SELECT found.id, found.steps_done, found.last_step_date, found.next_action_date
            FROM dunning_followup found WHERE found.id = ANY(%s::bigint[]) ORDER BY found.id FOR UPDATE
            """,
            [[follow_up.id for follow_up in follow_ups]],
        )
        now = {row[0]: row[1:] for row in cursor.fetchall()}
    return frozenset(
        follow_up.id
        for follow_up in follow_ups
        if follow_up.item_id in at_rest
        and now.get(follow_up.id)
        == (follow_up.steps_done, follow_up.last_step_date, follow_up.next_action_date)
    )


@transaction.atomic
def apply_changes(changes: Sequence[FollowUpChange]) -> None:
    """Write what was decided to the follow-ups, which the caller has locked; one statement for all."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE dunning_followup SET steps_done = new.steps_done, last_step_date = new.last_step_date,
                   next_action_date = new.next_action_date, reason = new.reason::jsonb
            FROM unnest(%s::bigint[], %s::smallint[], %s::date[], %s::date[], %s::text[])
                 AS new (id, steps_done, last_step_date, next_action_date, reason)
            WHERE dunning_followup.id = new.id
            """,
            [
                [change.follow_up_id for change in changes],
                [change.steps_done for change in changes],
                [change.last_step_date for change in changes],
                [change.next_action_date for change in changes],
                [change.reason.as_json for change in changes],
            ],
        )


@transaction.atomic
def record_actions(actions: Sequence[NewAction]) -> None:
    """Record the steps that were taken; one statement for all.

    Raises IntegrityError when one of them was taken before.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO dunning_action
                (organisation_id, item_id, flow_version_id, step_key, stage, on_date, reason,
                 message_id, task_id)
            SELECT %s, item_id, flow_version_id, step_key, stage, on_date, reason::jsonb, message_id, task_id
            FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::date[], %s::text[],
                        %s::bigint[], %s::bigint[])
                 AS new (item_id, flow_version_id, step_key, stage, on_date, reason, message_id, task_id)
            """,
            [
                tenancy.current_organisation_id(),
                [action.item_id for action in actions],
                [action.flow_version_id for action in actions],
                [action.step_key for action in actions],
                [str(action.stage) for action in actions],
                [action.on for action in actions],
                [action.reason.as_json for action in actions],
                [action.message_id for action in actions],
                [action.task_id for action in actions],
            ],
        )


@transaction.atomic
def take_back_steps(*, message_ids: Collection[int], item_ids: Collection[int]) -> int:
    """Undo the steps these messages took for these items, because the messages never left.

    The follow-ups stand where they stood before; when they go on is for resume_follow_ups. Returns how many
    steps were taken back.
    """
    concerned = Action.objects.filter(
        item_id__in=list(item_ids), message_id__in=list(message_ids), taken_back_at__isnull=True
    )
    taken = tuple(concerned.order_by("id"))
    concerned.update(taken_back_at=clock.now())
    items = {action.item_id for action in taken}
    last = _last_actions(items)
    rows = tuple(FollowUp.objects.select_for_update().filter(item_id__in=items).order_by("id"))
    known = flows.by_id({row.flow_version_id for row in rows})
    undone = {action.item_id: action.step_key for action in taken}
    for row in rows:
        keys = [step.key for step in known[row.flow_version_id].steps]
        before = last.get(row.item_id)
        row.steps_done = keys.index(before.step_key) + 1 if before else keys.index(undone[row.item_id])
        row.last_step_date = before.on_date if before else None
    FollowUp.objects.bulk_update(rows, ["steps_done", "last_step_date"], batch_size=1000)
    return len(taken)


def _last_actions(item_ids: Collection[int]) -> dict[int, Action]:
    """Return the newest step of each item that was not taken back."""
    standing = Action.objects.filter(item_id__in=item_ids, taken_back_at__isnull=True).order_by("id")
    return {action.item_id: action for action in standing}
