"""Starting, ending and resuming follow-ups, one or a million, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tijdig.domain.followup import Flow
from tijdig.domain.followup_presets import STANDARD, STANDARD_KEY
from tijdig.domain.reasons import Reason
from tijdig.dunning import flows
from tijdig.dunning.models import FlowVersion
from tijdig.dunning.operations.scheduling import schedule
from tijdig.infra import audit, clock, tenancy


class FlowMissing(LookupError):
    """The organisation has no published flow yet, so nothing can be followed up."""

    def __init__(self) -> None:
        super().__init__(_("This organisation has no follow-up flow yet; publish one first."))


@transaction.atomic
def publish_preset_flow(*, actor: str) -> int:
    """Publish the flow every organisation starts with; return its id. Publishing it again changes nothing."""
    newest = flows.newest(STANDARD_KEY)
    if newest is not None and newest.steps == flows.as_data(STANDARD):
        return newest.pk
    row = FlowVersion.objects.create(
        organisation_id=tenancy.current_organisation_id(),
        key=STANDARD_KEY,
        version=1 if newest is None else newest.version + 1,
        name="Standard",
        steps=flows.as_data(STANDARD),
        published_at=clock.now(),
    )
    audit.record(actor=actor, action="flow.published", subject=f"dunning_flowversion:{row.pk}")
    return row.pk


@transaction.atomic
def start_follow_ups(item_ids: Sequence[int], *, on: date) -> int:
    """Follow these items up from `on` with the organisation's newest flow; return how many are new.

    Only invoices with something open are followed; one that is followed already stays as it is. Steps that
    are not required and had their day before `on` are passed over. Raises FlowMissing.
    """
    newest = flows.newest(STANDARD_KEY)
    if newest is None:
        raise FlowMissing
    flow = flows.from_row(newest)
    with connection.cursor() as cursor:
        cursor.execute(
            _START.format(overtaken=_overtaken_count(flow)),
            {
                "flow": newest.pk,
                "offsets": [step.offset_days for step in flow.steps],
                "on": on,
                "reason": _started(on),
                "items": list(item_ids),
            },
        )
        started: int = cursor.rowcount
    return started


def _started(on: date) -> str:
    """Return the reason that a new follow-up bears, with the day it began."""
    return Reason("FOLLOW_UP_STARTED", {"on": on.isoformat()}).as_json


@transaction.atomic
def restart_follow_ups(*, on: date) -> int:
    """Begin on `on` what began on a later day and was not decided upon since; return how many that are.

    For a day that is run in hindsight: what was added today is treated as if it had been there on that day.
    """
    newest = flows.newest(STANDARD_KEY)
    if newest is None:
        return 0
    flow = flows.from_row(newest)
    with connection.cursor() as cursor:
        cursor.execute(
            _RESTART.format(overtaken=_overtaken_count(flow)),
            {
                "flow": newest.pk,
                "offsets": [step.offset_days for step in flow.steps],
                "on": on,
                "reason": _started(on),
            },
        )
        restarted: int = cursor.rowcount
    return restarted


# A million rows at once: the ledger's table is read where it stands instead of through Python.
_START = """
    INSERT INTO dunning_followup
        (organisation_id, item_id, customer_id, flow_version_id, steps_done, next_action_date, reason)
    SELECT item.organisation_id, item.id, item.customer_id, %(flow)s, first.place,
           greatest(item.due_date + (%(offsets)s::int[])[first.place + 1], %(on)s::date), %(reason)s::jsonb
    FROM unnest(%(items)s::bigint[]) AS wanted (id)
    JOIN ledger_item item ON item.id = wanted.id
    CROSS JOIN LATERAL (SELECT {overtaken} AS place) first
    WHERE item.open > 0 AND item.kind = 'INVOICE'
    ON CONFLICT (organisation_id, item_id) DO NOTHING
"""


_RESTART = """
    UPDATE dunning_followup AS follow_up
    SET steps_done = first.place, reason = %(reason)s::jsonb,
        next_action_date = greatest(item.due_date + (%(offsets)s::int[])[first.place + 1], %(on)s::date)
    FROM ledger_item item CROSS JOIN LATERAL (SELECT {overtaken} AS place) first
    WHERE item.id = follow_up.item_id AND follow_up.flow_version_id = %(flow)s
      AND follow_up.next_action_date IS NOT NULL AND follow_up.last_step_date IS NULL
      AND follow_up.reason ->> 'code' = 'FOLLOW_UP_STARTED'
      AND (follow_up.reason ->> 'on')::date > %(on)s::date
"""


def _overtaken_count(flow: Flow) -> str:
    """Return the SQL of domain.followup.first_step: how many leading steps had their day before `on`."""
    terms = []
    for step in flow.steps[:-1]:
        if step.required:
            break
        terms.append(f"(item.due_date + {int(step.offset_days)} < %(on)s::date)::int")
    return " + ".join(terms) or "0"


@transaction.atomic
def end_follow_ups(item_ids: Collection[int], *, reason: Reason) -> int:
    """Follow these items up no more, because of `reason`; return how many that concerned."""
    with connection.cursor() as cursor:
        cursor.execute(
            _END,
            {
                "organisation": tenancy.current_organisation_id(),
                "items": list(item_ids),
                "reason": reason.as_json,
            },
        )
        ended: int = cursor.rowcount
    return ended


# The rows are found and locked before the update begins, whatever the planner knows of the table.
_END = """
    UPDATE dunning_followup SET next_action_date = NULL, reason = %(reason)s::jsonb
    WHERE id = ANY(ARRAY(
        SELECT id FROM dunning_followup
        WHERE organisation_id = %(organisation)s AND item_id = ANY(%(items)s::bigint[]) ORDER BY id FOR UPDATE
    ))
"""


@transaction.atomic
def resume_follow_ups(item_ids: Collection[int], *, on: date) -> int:
    """Go on with these items where they stood, from `on`; return how many are followed again.

    The spacing between the steps is kept; what is held stays held.
    """
    return schedule(item_ids=item_ids, on=on)
