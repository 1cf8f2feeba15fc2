"""Not asking for it any more: writing off, and cancelling an item that should not have been."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from tijdig.domain.ledger import CreditKind
from tijdig.domain.reasons import Reason
from tijdig.infra import audit
from tijdig.ledger.operations import rows
from tijdig.ledger.operations.allocating import (
    ItemSettled,
    check_amount,
    check_not_reversed,
    check_open,
    credit_or_refusal,
    in_words,
    item_or_refusal,
    record,
)
from tijdig.ledger.operations.rows import AllocationRow, LockedItem, Settlement


class WriteOffTooLarge(ValueError):
    """More would be written off than is open."""


class ChangedMeanwhile(RuntimeError):
    """Somebody else booked on the same invoice at the same moment; trying again will do."""


@transaction.atomic
def write_off(*, item_id: int, amount_minor: int, on: date, reason: Reason, actor: str) -> Settlement:
    """Write off so much of an item by a WRITE_OFF credit. Undoing its allocation takes it back.

    Raises ItemMissing, ItemSettled, AllocationInvalid, WriteOffTooLarge.
    """
    check_amount(amount_minor)
    item = item_or_refusal(rows.lock_items({item_id}), item_id)
    check_open(item)
    if amount_minor > item.open:
        raise WriteOffTooLarge(
            _("%(number)s has %(open)s open; write off that or less")
            % {"number": item.number, "open": in_words(item.open, item.currency)}
        )
    credit_id = _own_credit(item, CreditKind.WRITE_OFF, amount_minor, on=on, reason=reason, actor=actor)
    new = [AllocationRow(credit_id, item.id, amount_minor, reason)]
    settlement = rows.write_allocations(new, on=on, actor=actor)
    record("ledger.written_off", settlement, new, on=on, actor=actor, subject=f"ledger_item:{item.id}")
    return settlement


@transaction.atomic
def leave_on_account(*, credit_id: int, on: date, actor: str) -> None:
    """Say that what is left of a credit stays on account knowingly. Raises CreditMissing, CreditReversed."""
    credit = credit_or_refusal(rows.lock_credits({credit_id}), credit_id)
    check_not_reversed(credit)
    rows.mark_left_on_account(credit_id, on)
    audit.record(actor=actor, action="ledger.left_on_account", subject=f"ledger_credit:{credit_id}")


@transaction.atomic
def cancel_item(*, item_id: int, on: date, reason: Reason, actor: str) -> Settlement:
    """Cancel an item: leave the payments on it on account, settle the rest by a CANCELLATION credit.

    Credit notes, discounts and write-offs on it stay: they lowered the debt, as the cancellation does.
    Raises ItemMissing, ItemSettled when nothing is left to cancel, ChangedMeanwhile.
    """
    seen = {row[1] for row in rows.live_allocations(item_id=item_id)}
    credits = rows.lock_credits(seen)
    item = item_or_refusal(rows.lock_items({item_id}), item_id)
    live = rows.live_allocations(item_id=item_id)
    if any(row[1] not in credits for row in live):
        raise ChangedMeanwhile(
            _("somebody booked on %(number)s at this moment; try again") % {"number": item.number}
        )
    new = [
        AllocationRow(credit_id, item.id, -amount, reason, reverses_id=allocation_id)
        for allocation_id, credit_id, _item, amount in live
        if credits[credit_id].kind is CreditKind.PAYMENT
    ]
    rest = item.open - sum(row.amount for row in new)
    if not rest:
        raise ItemSettled(_("nothing is left to cancel on %(number)s") % {"number": item.number})
    credit_id = _own_credit(item, CreditKind.CANCELLATION, rest, on=on, reason=reason, actor=actor)
    new.append(AllocationRow(credit_id, item.id, rest, reason))
    settlement = rows.write_allocations(new, on=on, actor=actor)
    record("ledger.item_cancelled", settlement, new, on=on, actor=actor, subject=f"ledger_item:{item.id}")
    return settlement


def _own_credit(
    item: LockedItem, kind: CreditKind, amount: int, *, on: date, reason: Reason, actor: str
) -> int:
    """Add the credit that exists for this item alone."""
    row = (item.customer_id, kind, "", item.currency, amount, on, "", rows.reason_text(reason))
    return rows.insert_credits([row], count=1, actor=actor)[0]
