"""Working out anew when there is next something to decide, after something changed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import connection

from tijdig.domain.followup import FollowUpFacts, Outcome, decide
from tijdig.dunning import flows
from tijdig.dunning.holds import holds_on
from tijdig.dunning.models import FollowUp
from tijdig.ledger import queries as ledger


def schedule(*, item_ids: Collection[int], on: date) -> int:
    """Set the next date and the reason of the follow-ups of these items, as things are on `on`.

    Returns how many of them have something to wait for.
    """
    rows = tuple(FollowUp.objects.select_for_update().filter(item_id__in=list(item_ids)).order_by("id"))
    items = ledger.items([row.item_id for row in rows])
    holds = holds_on(customer_ids={row.customer_id for row in rows}, on=on)
    known = flows.by_id({row.flow_version_id for row in rows})
    ids, dates, reasons = [], [], []
    for row in rows:
        held = holds.of(customer_id=row.customer_id, item_id=row.item_id)
        facts = FollowUpFacts(
            due_date=items[row.item_id].due_date,
            open_minor=items[row.item_id].open_minor,
            steps_done=row.steps_done,
            last_step_date=row.last_step_date,
            held_until=None if held is None else held[0],
            hold_reason="" if held is None else held[1],
        )
        decision = decide(known[row.flow_version_id], facts, on)
        ids.append(row.pk)
        dates.append(on if decision.outcome is Outcome.ACT else decision.next_action_date)
        reasons.append(decision.reason.as_json)
    _update(ids, dates, reasons)
    return sum(next_date is not None for next_date in dates)


def _update(ids: list[int], dates: list[date | None], reasons: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE dunning_followup SET next_action_date = new.next_date, reason = new.reason::jsonb
            FROM unnest(%s::bigint[], %s::date[], %s::text[]) AS new (id, next_date, reason)
            WHERE dunning_followup.id = new.id
            """,
            [ids, dates, reasons],
        )
