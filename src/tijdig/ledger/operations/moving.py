"""Money that leaves a credit: a payment that came back, a refund, a move to another customer.

An item of its own takes the money, settled from the day it is there, so that both sides keep their
invariants and nothing can be used twice; releasing it puts the money back on the credit it came from.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from tijdig.domain.ledger import CreditKind, ItemKind
from tijdig.domain.reasons import Reason
from tijdig.ledger.operations import rows
from tijdig.ledger.operations.allocating import (
    CreditExhausted,
    check_amount,
    check_not_reversed,
    credit_or_refusal,
    in_words,
    item_or_refusal,
    record,
)
from tijdig.ledger.operations.booking import NewCredit, add_credits
from tijdig.ledger.operations.changes import Changes, without
from tijdig.ledger.operations.correcting import reverse_credit
from tijdig.ledger.operations.forgiving import own_credit
from tijdig.ledger.operations.rows import AllocationRow, Live, LockedCredit, LockedItem, Settlement
from tijdig.ledger.queries.lookups import credits_by_origin

_TAKES_OUT = (ItemKind.REFUND_DUE, ItemKind.RETURNED, ItemKind.MOVED_OUT)


class MixedMoney(ValueError):
    """The money is of several customers or currencies, or is that customer's already."""


class NothingToRelease(ValueError):
    """The item took no money out of a credit, or has been released before."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """That so much (minor units) of a credit came back or goes elsewhere on a day, and why."""

    credit_id: int
    amount_minor: int
    number: str
    on: date
    reason: Reason


@dataclass(frozen=True, slots=True)
class Loosened:
    """What was taken off an item (minor units) when money came back: a share of the payment, or what was
    given beside it (`kind`), and why it had been put there."""

    credit_id: int
    item_id: int
    amount_minor: int
    kind: CreditKind
    reason: Reason


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What came of money that came back: an item per request, what was open again, what was taken off."""

    item_ids: tuple[int, ...]
    settlement: Settlement
    loosened: tuple[Loosened, ...]


@transaction.atomic
def take_back(requests: Sequence[Outgoing], *, actor: str) -> TakenBack:
    """Take money that came back out of its credits, all or nothing, in a fixed number of statements per day.

    What is on account goes first, then the last that was allocated: those items are open again. Each credit
    at most once. Raises CreditMissing, CreditReversed, CreditExhausted, AllocationInvalid.
    """
    wanted = {request.credit_id for request in requests}
    credits = rows.lock_credits({*wanted, *rows.credits_beside(wanted)})
    live = rows.live_allocations(credit_ids=credits.keys())
    items = rows.lock_items({each.item_id for each in live})
    last = _last_days_with_what_is_beside(credits)
    live_of: dict[int, list[Live]] = defaultdict(list)
    for each in live:
        payment_id = credits[each.credit_id].beside_credit_id
        live_of[payment_id if payment_id in wanted else each.credit_id].append(each)
    by_day: dict[date, list[Outgoing]] = defaultdict(list)
    for request in requests:
        check_amount(request.amount_minor)
        check_not_reversed(credit_or_refusal(credits, request.credit_id))
        by_day[max(request.on, last[request.credit_id])].append(request)
    item_ids: dict[int, int] = {}
    loosened: list[Loosened] = []
    settlement = Settlement()
    for day, group in sorted(by_day.items()):
        changes, places = Changes(), {}
        for request in group:
            credit = credits[request.credit_id]
            loosened += _loosen(
                changes, request, credits=credits, live=live_of[credit.id], items=items, on=day
            )
            places[credit.id] = changes.take_out(
                credit, request.amount_minor, kind=ItemKind.RETURNED, number=request.number, on=day,
                reason=request.reason,
            )  # fmt: skip
        made, done = changes.write(on=day, actor=actor)
        record("ledger.money_came_back", done, changes.rows, on=day, actor=actor)
        item_ids |= {credit_id: made[place] for credit_id, place in places.items()}
        settlement += done
    return TakenBack(tuple(item_ids[one.credit_id] for one in requests), settlement, tuple(loosened))


def _last_days_with_what_is_beside(credits: Mapping[int, LockedCredit]) -> dict[int, date]:
    """Return the last day of each credit, or of what was given beside it: nothing goes before it was there."""
    last = rows.last_days(credits.keys())
    for credit in credits.values():
        if credit.beside_credit_id in last:
            last[credit.beside_credit_id] = max(last[credit.beside_credit_id], last[credit.id])
    return last


def _loosen(
    changes: Changes,
    request: Outgoing,
    *,
    credits: Mapping[int, LockedCredit],
    live: Sequence[Live],
    items: Mapping[int, LockedItem],
    on: date,
) -> list[Loosened]:
    """Take so much of a credit off its items as is not on account any more, and what was given beside it."""
    credit = credits[request.credit_id]
    short = request.amount_minor - credit.unallocated
    mine = [each for each in live if each.credit_id == credit.id and items[each.item_id].kind.is_debt]
    if short > sum(each.amount for each in mine):
        raise _exhausted(credit, credit.unallocated + sum(each.amount for each in mine), request.amount_minor)
    loosened = []
    for each in reversed(mine):
        if short <= 0:
            break
        changes.undo(each, request.reason)
        kept = max(each.amount - short, 0)
        if kept:
            changes.settle(credit.id, each.item_id, kept, each.reason)
        short -= each.amount - kept
        loosened.append(Loosened(credit.id, each.item_id, each.amount - kept, credit.kind, each.reason))
    off = {one.item_id for one in loosened}
    for each in live:
        beside = credits[each.credit_id]
        if each.item_id in off and beside.beside_credit_id == credit.id:
            changes.reverse(beside, [each], on=on, reason=request.reason)
            loosened.append(Loosened(credit.id, each.item_id, each.amount, beside.kind, each.reason))
    return loosened


def _exhausted(credit: LockedCredit, there: int, wanted: int) -> CreditExhausted:
    return CreditExhausted(
        _("%(left)s is left of this payment, so %(amount)s cannot be taken from it; use less")
        % {"left": in_words(there, credit.currency), "amount": in_words(wanted, credit.currency)}
    )


@transaction.atomic
def lock_away(
    amounts: Sequence[tuple[int, int]], *, number: str, on: date, reason: Reason, actor: str
) -> int:
    """Put money on account aside to pay it back: `amounts` are (credit id, minor units) of one customer.

    Returns the id of the REFUND_DUE item that took it; nothing else can use it until that is released.
    Raises CreditMissing, CreditReversed, CreditExhausted, AllocationInvalid, MixedMoney.
    """
    credits = _locked_money(amounts)
    first = credits[amounts[0][0]]
    if {(one.customer_id, one.currency) for one in credits.values()} != {(first.customer_id, first.currency)}:
        raise MixedMoney(_("only money of one customer in one currency can be paid back at once"))
    on = max(on, *rows.last_days(credits.keys()).values())
    total = sum(amount for _credit, amount in amounts)
    row = (first.customer_id, ItemKind.REFUND_DUE, number, first.currency, total, on, on, "", None, None)
    (item_id,) = rows.insert_items([row], count=1)
    new = [AllocationRow(credit_id, item_id, amount, reason) for credit_id, amount in amounts]
    settlement = rows.write_allocations(new, on=on, actor=actor)
    record("ledger.refund_due", settlement, new, on=on, actor=actor, subject=f"ledger_item:{item_id}")
    return item_id


@dataclass(frozen=True, slots=True)
class Moved:
    """Money that became another customer's: the item that took it, and their credit."""

    item_id: int
    credit_id: int


@transaction.atomic
def move_to_customer(
    *, credit_id: int, amount_minor: int, customer_id: int, on: date, out: Reason, into: Reason, actor: str
) -> Moved:
    """Move money on account to another customer's account; the sum of both stays.

    `out` and `into` are the reasons on either side. Raises CreditMissing, CreditReversed, CreditExhausted,
    AllocationInvalid, CreditInvalid (no such customer), MixedMoney (it is theirs already).
    """
    credit = _locked_money(((credit_id, amount_minor),))[credit_id]
    if credit.customer_id == customer_id:
        raise MixedMoney(_("this money is on that customer's account already"))
    on = max(on, rows.last_days({credit_id})[credit_id])
    changes = Changes()
    changes.take_out(credit, amount_minor, kind=ItemKind.MOVED_OUT, number="", on=on, reason=out)
    (item_id,), settlement = changes.write(on=on, actor=actor)
    record(
        "ledger.money_moved",
        settlement,
        changes.rows,
        on=on,
        actor=actor,
        subject=f"ledger_credit:{credit_id}",
    )
    new = NewCredit(
        customer_id, CreditKind.MOVED_IN, amount_minor, credit.currency, on, into,
        origin=f"moved:{item_id}", number=credit.number,
    )  # fmt: skip
    return Moved(item_id, add_credits((new,), actor=actor)[0])


@transaction.atomic
def release(*, item_id: int, on: date, reason: Reason, actor: str) -> Settlement:
    """Put the money of a REFUND_DUE, RETURNED or MOVED_OUT item back on the credits it came from.

    What was moved is taken back from the other customer first, off whatever it settled there. Returns what
    that opened. Raises ItemMissing, NothingToRelease, MoneyIsElsewhere (it left the other customer again).
    """
    origin = f"moved:{item_id}"
    there = credits_by_origin([origin]).get(origin)
    seen = {each.credit_id for each in rows.live_allocations(item_ids=[item_id])}
    credits = rows.lock_credits(seen | ({there.id} if there else set()))
    used = rows.live_allocations(credit_ids=[there.id]) if there else ()
    items = rows.lock_items({item_id, *(each.item_id for each in used)})
    item = item_or_refusal(items, item_id)
    live = rows.live_allocations(item_ids=[item_id])
    if (
        item.kind not in _TAKES_OUT
        or {each.credit_id for each in live} != seen
        or any(credits[each.credit_id].kind is CreditKind.RELEASE for each in live)
    ):
        raise NothingToRelease(_("this has been taken back already; nothing more needs to be done"))
    opened = Settlement()
    if there:
        opened = reverse_credit(credit_id=there.id, on=on, reason=reason, actor=actor)
    on = max(on, *rows.last_days(credits.keys()).values())
    changes = Changes()
    for each in live:
        changes.undo(each, reason)
    own = own_credit(item, CreditKind.RELEASE, item.amount, on=on, reason=reason, actor=actor)
    changes.settle(own, item.id, item.amount, reason)
    _made, settlement = changes.write(on=on, actor=actor)
    record(
        "ledger.money_released",
        settlement,
        changes.rows,
        on=on,
        actor=actor,
        subject=f"ledger_item:{item_id}",
    )
    return opened + without((item_id,), settlement)


@transaction.atomic
def release_returned(item_ids: Collection[int], *, on: date, reason: Reason, actor: str) -> None:
    """Put money that came back (RETURNED items) on its credits again, any number at once, as release does.

    In a fixed number of statements per day. Raises ItemMissing, NothingToRelease.
    """
    if not item_ids:
        return
    seen = {each.credit_id for each in rows.live_allocations(item_ids=item_ids)}
    credits = rows.lock_credits(seen)
    items = rows.lock_items(item_ids)
    live = rows.live_allocations(item_ids=item_ids)
    if (
        {each.item_id for each in live} != set(item_ids)
        or any(items[item_id].kind is not ItemKind.RETURNED for item_id in item_ids)
        or any(
            each.credit_id not in credits or credits[each.credit_id].kind is CreditKind.RELEASE
            for each in live
        )
    ):
        raise NothingToRelease(_("this has been taken back already; nothing more needs to be done"))
    last = rows.last_days(seen)
    by_day: dict[date, list[Live]] = defaultdict(list)
    for each in live:
        by_day[max(on, last[each.credit_id])].append(each)
    for day, group in sorted(by_day.items()):
        changes, own = Changes(), _own_credits([items[each.item_id] for each in group], day, reason, actor)
        for each, credit_id in zip(group, own, strict=True):
            changes.undo(each, reason)
            changes.settle(credit_id, each.item_id, items[each.item_id].amount, reason)
        _made, settlement = changes.write(on=day, actor=actor)
        record("ledger.money_released", settlement, changes.rows, on=day, actor=actor)


def _own_credits(items: Sequence[LockedItem], on: date, reason: Reason, actor: str) -> tuple[int, ...]:
    """Add for each item the credit that exists for it alone; return their ids in order."""
    new = [
        (
            item.customer_id,
            CreditKind.RELEASE,
            "",
            item.currency,
            item.amount,
            on,
            "",
            reason.as_json,
            None,
        )
        for item in items
    ]
    return rows.insert_credits(new, actor=actor)


def _locked_money(amounts: Sequence[tuple[int, int]]) -> dict[int, LockedCredit]:
    """Lock the credits and return them, each with so much on account. Raises as lock_away."""
    credits = rows.lock_credits({credit_id for credit_id, _amount in amounts})
    wanted: Counter[int] = Counter()
    for credit_id, amount in amounts:
        check_amount(amount)
        wanted[credit_id] += amount
    for credit_id, amount in wanted.items():
        credit = credit_or_refusal(credits, credit_id)
        check_not_reversed(credit)
        if amount > credit.unallocated:
            raise _exhausted(credit, credit.unallocated, amount)
    return credits
