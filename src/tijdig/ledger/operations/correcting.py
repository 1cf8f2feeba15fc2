"""Taking back: a correction is a reversing row with a reason, never a deletion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tijdig.domain.ledger import ItemKind
from tijdig.domain.reasons import Reason
from tijdig.ledger.operations import rows
from tijdig.ledger.operations.allocating import check_not_reversed, credit_or_refusal, record
from tijdig.ledger.operations.changes import Changes, check_money_is_here
from tijdig.ledger.operations.rows import Live, LockedCredit, Settlement


class AllocationMissing(LookupError):
    """There is no such allocation in this organisation."""


class AllocationUndoneAlready(ValueError):
    """The allocation has been undone before."""


class ReversalCannotBeUndone(ValueError):
    """The row is itself a reversal; what it reversed can be booked anew."""


@transaction.atomic
def undo_allocation(*, allocation_id: int, on: date, reason: Reason, actor: str) -> Settlement:
    """Undo an allocation by a row with the opposite amount; what it took is left on the credit again.

    A discount, write-off or cancellation has no money of its own, so undoing its allocation reverses it
    whole; and what was given on the same item beside a payment goes with it. Raises AllocationMissing,
    AllocationUndoneAlready, ReversalCannotBeUndone.
    """
    credit_id, item_id = _original(allocation_id)
    beside = rows.credits_beside({credit_id})
    credits = rows.lock_credits({credit_id, *beside})
    live = rows.live_allocations(credit_ids=credits.keys())
    rows.lock_items({item_id})
    undone = next((each for each in live if each.id == allocation_id), None)
    if undone is None:
        raise AllocationUndoneAlready(_("this has been undone already; nothing more needs to be done"))
    on = max(on, *rows.last_days(credits.keys()).values())
    changes = Changes()
    gone = {each.credit_id for each in live if each.credit_id in beside and each.item_id == item_id}
    if credits[credit_id].kind.belongs_to_its_item:
        gone.add(credit_id)
    else:
        changes.undo(undone, reason)
    for one in sorted(gone):
        changes.reverse(credits[one], [each for each in live if each.credit_id == one], on=on, reason=reason)
    _made, settlement = changes.write(on=on, actor=actor)
    if credit_id not in gone:
        rows.mark_left_on_account(credit_id, on)  # whoever takes money off an invoice has looked at it
    record("ledger.allocation_undone", settlement, changes.rows, on=on, actor=actor,
           subject=f"ledger_allocation:{allocation_id}")  # fmt: skip
    return settlement


@transaction.atomic
def reverse_credit(*, credit_id: int, on: date, reason: Reason, actor: str) -> Settlement:
    """Take a credit back whole: undo its allocations, then set a REVERSAL item against all of it.

    What was given beside it (a discount) goes with it. Its source may then be booked again. `settled`,
    `reopened` and `changed` leave the REVERSAL items out. Raises CreditMissing, CreditReversed,
    MoneyIsElsewhere.
    """
    credits = rows.lock_credits({credit_id, *rows.credits_beside({credit_id})})
    check_not_reversed(credit_or_refusal(credits, credit_id))
    live = rows.live_allocations(credit_ids=credits.keys())
    check_money_is_here(live, rows.lock_items({each.item_id for each in live}))
    on = max(on, *rows.last_days(credits.keys()).values())
    changes = Changes()
    for credit in credits.values():
        if not credit.reversed:
            changes.reverse(
                credit, [each for each in live if each.credit_id == credit.id], on=on, reason=reason
            )
    _made, settlement = changes.write(on=on, actor=actor)
    record("ledger.credit_reversed", settlement, changes.rows, on=on, actor=actor,
           subject=f"ledger_credit:{credit_id}")  # fmt: skip
    return settlement


@transaction.atomic
def reverse_credits(
    credit_ids: Collection[int], *, used: Mapping[int, int], on: date, reason: Reason, actor: str
) -> Settlement:
    """Take credits back whole, any number at once, as reverse_credit does, in a fixed number of statements per day.

    `used` are allocations of other credits (allocation id: credit id) that are undone with them. Raises
    CreditMissing, CreditReversed, MoneyIsElsewhere.
    """
    if not credit_ids:
        return Settlement()
    credits = rows.lock_credits({*credit_ids, *rows.credits_beside(credit_ids), *used.values()})
    for credit_id in credit_ids:
        check_not_reversed(credit_or_refusal(credits, credit_id))
    gone = {
        one.id: one
        for one in credits.values()
        if one.id in credit_ids or (one.beside_credit_id in credit_ids and not one.reversed)
    }
    live = rows.live_allocations(credit_ids=credits.keys())
    items = rows.lock_items({each.item_id for each in live})
    check_money_is_here([each for each in live if each.credit_id in gone], items)
    live_of: dict[int, list[Live]] = defaultdict(list)
    for each in live:
        live_of[each.credit_id].append(each)
    by_day: dict[date, Changes] = defaultdict(Changes)
    days = _days(gone.values(), rows.last_days(credits.keys()), on)
    for one in gone.values():
        by_day[days[one.id]].reverse(one, live_of[one.id], on=days[one.id], reason=reason)
    for each in live:
        if each.id in used and each.credit_id not in gone:
            by_day[max(days.values())].undo(each, reason)
    settlement = Settlement()
    for day, changes in sorted(by_day.items()):
        _made, done = changes.write(on=day, actor=actor)
        record("ledger.credits_reversed", done, changes.rows, on=day, actor=actor)
        settlement += done
    return settlement


def _days(gone: Iterable[LockedCredit], last: Mapping[int, date], on: date) -> dict[int, date]:
    """Return the day each credit is taken back on: never before it was there, nor what was given beside it."""
    together: dict[int, date] = {}
    credits = tuple(gone)
    for one in credits:
        payment_id = one.beside_credit_id or one.id
        together[payment_id] = max(on, last[one.id], together.get(payment_id, on))
    return {one.id: together[one.beside_credit_id or one.id] for one in credits}


def _original(allocation_id: int) -> tuple[int, int]:
    """Return (credit id, item id) of a row that may be undone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT a.credit_id, a.item_id, a.reverses_id IS NOT NULL, i.kind
               FROM ledger_allocation a JOIN ledger_item i ON i.id = a.item_id WHERE a.id = %s""",
            [allocation_id],
        )
        found = cursor.fetchone()
    if found is None:
        raise AllocationMissing(_("this booking does not exist; look it up again"))
    credit_id, item_id, reverses, kind = found
    if reverses or kind == ItemKind.REVERSAL:
        raise ReversalCannotBeUndone(_("this row undoes another; book the payment anew instead"))
    if not ItemKind(kind).is_debt:
        raise ReversalCannotBeUndone(
            _("this money came back, is paid back or was moved; take that back itself instead")
        )
    return credit_id, item_id
