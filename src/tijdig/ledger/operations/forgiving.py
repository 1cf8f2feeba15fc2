"""Not asking for it any more: writing off, discounts, and cancelling an item that should not have been."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from tijdig.domain.ledger import CreditKind
from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason
from tijdig.infra import audit
from tijdig.ledger.operations import rows
from tijdig.ledger.operations.allocating import (
    ItemMissing,
    ItemSettled,
    check_amount,
    check_not_reversed,
    check_open,
    credit_or_refusal,
    in_words,
    item_or_refusal,
    record,
)
from tijdig.ledger.operations.changes import Changes
from tijdig.ledger.operations.rows import AllocationRow, LockedItem, Settlement


class WriteOffTooLarge(ValueError):
    """More would be written off than is open."""


class WriteOffAboveLimit(ValueError):
    """More would be written off of an item, counted over time, than this person may."""


class ChangedMeanwhile(RuntimeError):
    """Somebody else booked on the same invoice at the same moment; trying again will do."""


@dataclass(frozen=True, slots=True)
class Forgiven:
    """That so much (minor units) of an item is asked for no longer, and why.

    Given with a payment (`beside_credit_id`), it goes when the payment goes.
    """

    item_id: int
    amount_minor: int
    reason: Reason
    kind: CreditKind = CreditKind.WRITE_OFF
    beside_credit_id: int | None = None


def write_off(
    *,
    item_id: int,
    amount_minor: int,
    on: date,
    reason: Reason,
    actor: str,
    limit: Money | None = None,
) -> Settlement:
    """Write off so much of an item by a WRITE_OFF credit. Undoing its allocation takes it back.

    Raises ItemMissing, ItemSettled, AllocationInvalid, WriteOffTooLarge, WriteOffAboveLimit.
    """
    return forgive((Forgiven(item_id, amount_minor, reason),), on=on, actor=actor, limit=limit)


@transaction.atomic
def forgive(requests: Sequence[Forgiven], *, on: date, actor: str, limit: Money | None = None) -> Settlement:
    """Settle items by write-offs and discounts, any number at once, all or nothing.

    With a `limit`, an item's write-offs, earlier ones counted too, stay within that amount (the same figure
    in every currency). Raises ItemMissing, ItemSettled, AllocationInvalid, WriteOffTooLarge,
    WriteOffAboveLimit, and for a payment to stand beside CreditMissing, CreditReversed.
    """
    if not requests:
        return Settlement()
    beside = {each.beside_credit_id for each in requests if each.beside_credit_id is not None}
    payments = rows.lock_credits(beside)
    for credit_id in beside:
        check_not_reversed(credit_or_refusal(payments, credit_id))
    items = rows.lock_items({each.item_id for each in requests})
    wanted: Counter[int] = Counter()
    for each in requests:
        check_amount(each.amount_minor)
        check_open(item_or_refusal(items, each.item_id))
        wanted[each.item_id] += each.amount_minor
    _check_amounts(wanted, items, limit)
    credit_ids = rows.insert_credits(
        [
            (items[each.item_id].customer_id, each.kind, "", items[each.item_id].currency, each.amount_minor, on,
             "", each.reason.as_json, each.beside_credit_id)
            for each in requests
        ],
        actor=actor,
    )  # fmt: skip
    new = [
        AllocationRow(credit_id, each.item_id, each.amount_minor, each.reason)
        for credit_id, each in zip(credit_ids, requests, strict=True)
    ]
    settlement = rows.write_allocations(new, on=on, actor=actor)
    discounts = all(each.kind is CreditKind.DISCOUNT for each in requests)
    subject = f"ledger_item:{requests[0].item_id}" if len(requests) == 1 else ""
    record("ledger.discounted" if discounts else "ledger.written_off", settlement, new, on=on, actor=actor,
           subject=subject)  # fmt: skip
    return settlement


def _check_amounts(wanted: Mapping[int, int], items: Mapping[int, LockedItem], limit: Money | None) -> None:
    before = rows.written_off(wanted.keys()) if limit is not None else {}
    for item_id, amount in wanted.items():
        item = items[item_id]
        if amount > item.open:
            raise WriteOffTooLarge(
                _("%(number)s has %(open)s open; write off that or less")
                % {"number": item.number, "open": in_words(item.open, item.currency)}
            )
        total = Money(amount + before.get(item_id, 0), item.currency)
        if limit is not None and total.decimal > limit.decimal:
            raise WriteOffAboveLimit(
                _(
                    "you may write off %(limit)s of one invoice in all; with this it would be %(total)s on "
                    "%(number)s. Ask an owner to do it."
                )
                % {
                    "limit": in_words(limit.minor, limit.currency),
                    "total": in_words(total.minor, item.currency),
                    "number": item.number,
                }
            )


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

    What was given on it beside those payments (a discount) goes with them. Credit notes and other write-offs
    stay: they lowered the debt, as the cancellation does. Raises ItemMissing (also for what is no debt),
    ItemSettled when nothing is left to cancel, ChangedMeanwhile.
    """
    seen = {row.credit_id for row in rows.live_allocations(item_ids=[item_id])}
    credits = rows.lock_credits(seen)
    item = item_or_refusal(rows.lock_items({item_id}), item_id)
    if not item.kind.is_debt:
        raise ItemMissing(_("this invoice does not exist any more; look it up again"))
    live = rows.live_allocations(item_ids=[item_id])
    if any(row.credit_id not in credits for row in live):
        raise ChangedMeanwhile(
            _("somebody booked on %(number)s at this moment; try again") % {"number": item.number}
        )
    paid = [row for row in live if credits[row.credit_id].kind.is_money]
    payment_ids = {row.credit_id for row in paid}
    beside = [row for row in live if credits[row.credit_id].beside_credit_id in payment_ids]
    rest = item.open + sum(row.amount for row in (*paid, *beside))
    if not rest:
        raise ItemSettled(_("nothing is left to cancel on %(number)s") % {"number": item.number})
    on = max([on, *rows.last_days(seen).values()])
    changes = Changes()
    for row in paid:
        changes.undo(row, reason)
    for row in beside:
        changes.reverse(credits[row.credit_id], [row], on=on, reason=reason)
    credit_id = own_credit(item, CreditKind.CANCELLATION, rest, on=on, reason=reason, actor=actor)
    changes.settle(credit_id, item.id, rest, reason)
    _made, settlement = changes.write(on=on, actor=actor)
    record("ledger.item_cancelled", settlement, changes.rows, on=on, actor=actor,
           subject=f"ledger_item:{item.id}")  # fmt: skip
    return settlement


def own_credit(
    item: LockedItem, kind: CreditKind, amount: int, *, on: date, reason: Reason, actor: str
) -> int:
    """Add the credit that exists for this item alone, and return its id."""
    row = (item.customer_id, kind, "", item.currency, amount, on, "", reason.as_json, None)
    return rows.insert_credits([row], actor=actor)[0]
