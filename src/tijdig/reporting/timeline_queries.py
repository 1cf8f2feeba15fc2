"""The SQL of the timeline: one branch per kind of fact, each found by an index, put together by time.

A fact that has a day but no moment of its own (an invoice's issue date, a booking date) stands at the moment
it was stored when that was the same day, else at the start of its day. `rank` orders what has the same
moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _moment(day: str, stored: str) -> str:
    return f"""CASE WHEN ({stored} AT TIME ZONE %(timezone)s)::date = {day} THEN {stored}
                    ELSE {day}::timestamp AT TIME ZONE %(timezone)s END"""


# What took money out of a credit shows once, with the reason its money was taken.
_DEBTS = "('INVOICE', 'FEE', 'INTEREST')"

_ITEM = f"""
    SELECT {_moment("item.issue_date", "item.created_at")} AS at, 1 AS rank, item.id AS id,
           item.kind AS kind, item.amount AS minor, item.currency AS currency,
           coalesce(taken.actor, '') AS actor, taken.reason AS reason, '' AS text,
           jsonb_build_object('number', item.number, 'due_date', item.due_date) AS facts,
           jsonb_build_object('item', item.id) AS links
    FROM ledger_item AS item
    LEFT JOIN LATERAL (
        SELECT allocation.actor, allocation.reason FROM ledger_allocation AS allocation
        WHERE item.kind NOT IN {_DEBTS} AND allocation.organisation_id = item.organisation_id
          AND allocation.item_id = item.id ORDER BY allocation.id LIMIT 1
    ) AS taken ON true
    WHERE item.organisation_id = %(organisation)s AND {{item}}"""  # noqa: S608

_CREDIT = f"""
    SELECT {_moment("credit.booking_date", "credit.created_at")}, 2, credit.id, credit.kind, credit.amount,
           credit.currency, credit.actor, credit.reason, '',
           jsonb_build_object('number', credit.number), jsonb_build_object('credit', credit.id)
    FROM ledger_credit AS credit
    WHERE credit.organisation_id = %(organisation)s AND {{credit}}"""  # noqa: S608

_ALLOCATION = f"""
    SELECT {_moment("allocation.on_date", "allocation.created_at")}, 3, allocation.id,
           CASE WHEN allocation.amount > 0 THEN 'ALLOCATED' ELSE 'ALLOCATION_UNDONE' END,
           abs(allocation.amount), item.currency, allocation.actor, allocation.reason, '',
           jsonb_build_object('number', item.number, 'credit_kind', credit.kind, 'credit', credit.number),
           jsonb_build_object('allocation', allocation.id, 'item', item.id, 'credit', credit.id)
    FROM ledger_item AS item
    JOIN ledger_allocation AS allocation
      ON allocation.organisation_id = item.organisation_id AND allocation.item_id = item.id
    JOIN ledger_credit AS credit ON credit.id = allocation.credit_id
    WHERE item.organisation_id = %(organisation)s AND item.kind IN {_DEBTS} AND {{item}}"""  # noqa: S608

_MESSAGE = """
    SELECT coalesce(message.sent_at, message.composed_at), 5, message.id, 'MESSAGE_' || message.state,
           message.total, message.currency, '', nullif(message.outcome_reason, '{{}}'::jsonb), '',
           jsonb_build_object('channel', message.channel, 'stage', message.stage, 'subject', message.subject,
                              'recipient', message.recipient),
           jsonb_build_object('message', message.id)
    FROM messaging_message AS message
    WHERE message.organisation_id = %(organisation)s AND {message}"""

# A step that made a message or a task shows as that message or task, with the step's reason.
_STEP = f"""
    SELECT {_moment("action.on_date", "action.created_at")}, 4, action.id, 'STEP', NULL, NULL, '',
           action.reason, '', jsonb_build_object('number', item.number, 'stage', action.stage),
           jsonb_build_object('item', item.id)
    FROM ledger_item AS item
    JOIN dunning_action AS action
      ON action.organisation_id = item.organisation_id AND action.item_id = item.id
    WHERE item.organisation_id = %(organisation)s AND {{item}}
      AND action.message_id IS NULL AND action.task_id IS NULL"""  # noqa: S608

_STEP_TAKEN_BACK = """
    SELECT action.taken_back_at, 6, action.id, 'STEP_TAKEN_BACK', NULL, NULL, '', NULL::jsonb, '',
           jsonb_build_object('number', item.number, 'stage', action.stage),
           jsonb_strip_nulls(jsonb_build_object('item', item.id, 'message', action.message_id))
    FROM ledger_item AS item
    JOIN dunning_action AS action
      ON action.organisation_id = item.organisation_id AND action.item_id = item.id
    WHERE item.organisation_id = %(organisation)s AND {item} AND action.taken_back_at IS NOT NULL"""

_HOLD = """
    SELECT hold.created_at, 7, hold.id, 'HOLD', NULL, NULL, hold.actor, NULL::jsonb, hold.reason,
           jsonb_strip_nulls(jsonb_build_object('until', hold.until_date)),
           jsonb_strip_nulls(jsonb_build_object('hold', hold.id, 'item', hold.item_id))
    FROM dunning_hold AS hold
    WHERE hold.organisation_id = %(organisation)s AND {hold}"""

_HOLD_LIFTED = """
    SELECT hold.lifted_at, 8, hold.id, 'HOLD_LIFTED', NULL, NULL, '', NULL::jsonb, hold.reason,
           '{{}}'::jsonb, jsonb_strip_nulls(jsonb_build_object('hold', hold.id, 'item', hold.item_id))
    FROM dunning_hold AS hold
    WHERE hold.organisation_id = %(organisation)s AND {hold} AND hold.lifted_at IS NOT NULL"""

_TASK = """
    SELECT task.created_at, 9, task.id, 'TASK', NULL, NULL, '', task.reason, '',
           jsonb_build_object('task', task.kind, 'due_date', task.due_date),
           jsonb_strip_nulls(jsonb_build_object('task', task.id, 'item', task.item_id))
    FROM messaging_task AS task
    WHERE task.organisation_id = %(organisation)s AND {task}"""

_TASK_DONE = """
    SELECT task.done_at, 10, task.id, 'TASK_DONE', NULL, NULL, task.done_by,
           CASE task.outcome WHEN 'ITEM_SETTLED' THEN jsonb_build_object('code', task.outcome) END,
           CASE task.outcome WHEN 'ITEM_SETTLED' THEN '' ELSE task.outcome END,
           jsonb_build_object('task', task.kind),
           jsonb_strip_nulls(jsonb_build_object('task', task.id, 'item', task.item_id))
    FROM messaging_task AS task
    WHERE task.organisation_id = %(organisation)s AND {task} AND task.done_at IS NOT NULL"""

_NOTE = """
    SELECT note.at, 11, note.id, 'NOTE', NULL, NULL, note.actor, NULL::jsonb, note.text, '{{}}'::jsonb,
           jsonb_strip_nulls(jsonb_build_object('note', note.id, 'item', note.item_id))
    FROM customers_note AS note
    WHERE note.organisation_id = %(organisation)s AND {note}"""

# The reason of a message is why it went out of order, else why the step was taken; looked up for a page only.
_PAGE = """
    SELECT page.at, page.rank, page.id, page.kind, page.minor, page.currency, page.actor,
           CASE WHEN page.rank <> 5 OR page.reason IS NOT NULL THEN page.reason ELSE (
               SELECT action.reason FROM messaging_messageitem AS line
               JOIN dunning_action AS action
                 ON action.organisation_id = line.organisation_id AND action.item_id = line.item_id
                AND action.message_id = line.message_id
               WHERE line.message_id = page.id AND {line}
               ORDER BY action.id LIMIT 1
           ) END AS reason,
           page.text, page.facts, page.links
    FROM (
        SELECT * FROM ({facts}) AS fact
        WHERE (%(at)s::timestamptz IS NULL OR (at, rank, id) < (%(at)s, %(rank)s, %(id)s))
        ORDER BY at DESC, rank DESC, id DESC LIMIT %(limit)s
    ) AS page ORDER BY page.at DESC, page.rank DESC, page.id DESC"""

_BRANCHES = (
    _ITEM, _CREDIT, _ALLOCATION, _MESSAGE, _STEP, _STEP_TAKEN_BACK, _HOLD, _HOLD_LIFTED, _TASK, _TASK_DONE,
    _NOTE,
)  # fmt: skip

_OF_CUSTOMER: Mapping[str, str] = MappingProxyType(
    {
        "item": "item.customer_id = %(customer)s",
        "credit": "credit.customer_id = %(customer)s",
        "message": "message.customer_id = %(customer)s",
        "hold": "hold.customer_id = %(customer)s",
        "task": "task.customer_id = %(customer)s",
        "note": "note.customer_id = %(customer)s",
        "line": "true",
    }
)
# Of an item the credits themselves do not show, only what they settled of it; a hold on its customer does.
_OF_ITEM: Mapping[str, str] = MappingProxyType(
    {
        "item": "item.id = %(item)s",
        "message": """message.id IN (
            SELECT message_id FROM messaging_messageitem
            WHERE organisation_id = %(organisation)s AND item_id = %(item)s)""",
        "hold": "hold.customer_id = %(customer)s AND (hold.item_id IS NULL OR hold.item_id = %(item)s)",
        "task": "task.customer_id = %(customer)s AND task.item_id = %(item)s",
        "note": "note.customer_id = %(customer)s AND note.item_id = %(item)s",
        "line": "line.item_id = %(item)s",
    }
)


def _put_together(scope: Mapping[str, str]) -> str:
    branches = (branch for branch in _BRANCHES if "credit" in scope or branch is not _CREDIT)
    return _PAGE.format(facts=" UNION ALL ".join(branches), line="{line}").format(**scope)


OF_CUSTOMER = _put_together(_OF_CUSTOMER)
OF_ITEM = _put_together(_OF_ITEM)
