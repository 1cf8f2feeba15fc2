"""Taking back: a correction is a reversing row with a reason, never a deletion."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tijdig.domain.ledger import ItemKind
from tijdig.domain.reasons import Reason
from tijdig.ledger.operations import rows
from tijdig.ledger.operations.allocating import check_not_reversed, credit_or_refusal, record
from tijdig.ledger.operations.rows import AllocationRow, LockedCredit, Row, Settlement


class AllocationMissing(LookupError):
    """There is no such allocation in this organisation."""


class AllocationUndoneAlready(ValueError):
    """The allocation has been undone before."""


class ReversalCannotBeUndone(ValueError):
    """The row is itself a reversal; what it reversed can be booked anew."""


@transaction.atomic
def undo_allocation(*, allocation_id: int, on: date, reason: Reason, actor: str) -> Settlement:
    """Undo an allocation by a row with the opposite amount; what it took is left on the credit again.

    A write-off or cancellation has no money of its own, so undoing its allocation reverses it whole. Raises
    AllocationMissing, AllocationUndoneAlready, ReversalCannotBeUndone.
    """
    credit_id, item_id, amount = _original(allocation_id)
    credit = rows.lock_credits({credit_id})[credit_id]
    rows.lock_items({item_id})
    if _is_undone(allocation_id):
        raise AllocationUndoneAlready(_("this has been undone already; nothing more needs to be done"))
    if credit.kind.belongs_to_its_item:
        return _reverse(credit, on=on, reason=reason, actor=actor)
    on = _not_before_what_it_undoes(credit_id, on)
    new = [AllocationRow(credit_id, item_id, -amount, reason, reverses_id=allocation_id)]
    settlement = rows.write_allocations(new, on=on, actor=actor)
    rows.mark_left_on_account(credit_id, on)  # whoever takes money off an invoice has looked at it
    record("ledger.allocation_undone", settlement, new, on=on, actor=actor,
           subject=f"ledger_allocation:{allocation_id}")  # fmt: skip
    return settlement


@transaction.atomic
def reverse_credit(*, credit_id: int, on: date, reason: Reason, actor: str) -> Settlement:
    """Take a credit back whole: undo its allocations, then set a REVERSAL item against all of it.

    Its source may then be booked again. `settled`, `reopened` and `changed` leave the REVERSAL item out.
    Raises CreditMissing, CreditReversed.
    """
    credit = credit_or_refusal(rows.lock_credits({credit_id}), credit_id)
    check_not_reversed(credit)
    return _reverse(credit, on=on, reason=reason, actor=actor)


def _reverse(credit: LockedCredit, *, on: date, reason: Reason, actor: str) -> Settlement:
    """Reverse a credit that is locked and has not been reversed; nobody can allocate from it meanwhile."""
    on = _not_before_what_it_undoes(credit.id, on)
    live = rows.live_allocations(credit_id=credit.id)
    rows.lock_items({item_id for _id, _credit, item_id, _amount in live})
    (reversal_id,) = rows.insert_items([_reversal_item(credit, on=on)], count=1)
    new = [
        AllocationRow(credit.id, item_id, -amount, reason, reverses_id=allocation_id)
        for allocation_id, _credit, item_id, amount in live
    ]
    new.append(AllocationRow(credit.id, reversal_id, credit.amount, reason))
    settlement = _without(reversal_id, rows.write_allocations(new, on=on, actor=actor))
    rows.mark_reversed(credit.id)
    record(
        "ledger.credit_reversed", settlement, new, on=on, actor=actor, subject=f"ledger_credit:{credit.id}"
    )
    return settlement


def _not_before_what_it_undoes(credit_id: int, on: date) -> date:
    """Return `on`, or the later day that the credit or its last allocation counts from.

    A payment may bear a day to come; undone before it, the position of the days between would be wrong.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT greatest(%s::date, c.booking_date,
                               (SELECT max(a.on_date) FROM ledger_allocation a
                                WHERE a.organisation_id = c.organisation_id AND a.credit_id = c.id))
               FROM ledger_credit c WHERE c.id = %s""",
            [on, credit_id],
        )
        day: date = cursor.fetchone()[0]
    return day


def _reversal_item(credit: LockedCredit, *, on: date) -> Row:
    return (credit.customer_id, ItemKind.REVERSAL, credit.number or f"#{credit.id}", credit.currency,
            credit.amount, on, on, "", credit.id)  # fmt: skip


def _without(item_id: int, settlement: Settlement) -> Settlement:
    return replace(
        settlement,
        settled=tuple(found for found in settlement.settled if found != item_id),
        changed=tuple(found for found in settlement.changed if found != item_id),
    )


def _original(allocation_id: int) -> tuple[int, int, int]:
    """Return (credit id, item id, amount) of a row that may be undone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT a.credit_id, a.item_id, a.amount, a.reverses_id IS NOT NULL OR i.kind = %s
               FROM ledger_allocation a JOIN ledger_item i ON i.id = a.item_id WHERE a.id = %s""",
            [ItemKind.REVERSAL, allocation_id],
        )
        found = cursor.fetchone()
    if found is None:
        raise AllocationMissing(_("this booking does not exist; look it up again"))
    credit_id, item_id, amount, reverses = found
    if reverses:
        raise ReversalCannotBeUndone(_("this row undoes another; book the payment anew instead"))
    return credit_id, item_id, amount


def _is_undone(allocation_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM ledger_allocation WHERE reverses_id = %s)", [allocation_id]
        )
        return bool(cursor.fetchone()[0])
