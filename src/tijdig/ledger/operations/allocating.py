"""Settling items with credits: checked under lock, written in a fixed number of statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason
from tijdig.infra import audit
from tijdig.infra.readers_language import amount_in_words
from tijdig.ledger.operations import rows
from tijdig.ledger.operations.booking import NewCredit, check_credits, insert_credits, record_credits
from tijdig.ledger.operations.rows import AllocationRow, LockedCredit, LockedItem, Settlement


class AllocationInvalid(ValueError):
    """The amount to allocate is not above zero."""


class ItemMissing(LookupError):
    """There is no such open item in this organisation."""


class CreditMissing(LookupError):
    """There is no such credit in this organisation."""


class ItemSettled(ValueError):
    """Nothing is open on the item any more."""


class ItemOverpaid(ValueError):
    """More would be allocated to the item than is open on it."""


class CreditReversed(ValueError):
    """The credit has been reversed and can settle nothing."""


class CreditExhausted(ValueError):
    """More would be allocated from the credit than is left of it."""


class CurrencyDiffers(ValueError):
    """The item and the credit are in different currencies."""


class CustomerDiffers(ValueError):
    """The item and the credit belong to different customers, and nobody said that is meant."""


@dataclass(frozen=True, slots=True)
class AllocationRequest:
    """That so much (minor units) of a credit should settle an item, and why.

    It counts from `on`, or None: the day of the operation. `across_customers` says it is meant when somebody
    else pays.
    """

    credit_id: int
    item_id: int
    amount_minor: int
    reason: Reason
    on: date | None = None
    across_customers: bool = False


def allocate(
    *,
    credit_id: int,
    item_id: int,
    amount_minor: int,
    on: date,
    reason: Reason,
    actor: str,
    across_customers: bool = False,
) -> Settlement:
    """Settle `amount_minor` of one item with one credit; the new row is `settlement.allocation_ids[0]`.

    Raises what allocate_many raises.
    """
    request = AllocationRequest(credit_id, item_id, amount_minor, reason)
    return allocate_many((request,), on=on, actor=actor, across_customers=across_customers)


@transaction.atomic
def allocate_many(
    requests: Sequence[AllocationRequest], *, on: date, actor: str, across_customers: bool = False
) -> Settlement:
    """Settle items with credits, all or nothing; requests for the same item or credit add up.

    `across_customers` says it is meant when somebody else pays. Raises AllocationInvalid, ItemMissing,
    CreditMissing, ItemSettled, ItemOverpaid, CreditReversed, CreditExhausted, CurrencyDiffers,
    CustomerDiffers.
    """
    if not requests:
        return Settlement()
    credits = rows.lock_credits({request.credit_id for request in requests})
    _check(requests, credits, across_customers=across_customers)
    new = _rows_of(requests)
    settlement = rows.write_allocations(new, on=on, actor=actor)
    record("ledger.allocated", settlement, new, on=on, actor=actor)
    return settlement


@transaction.atomic
def add_and_allocate(
    credits: Mapping[int, NewCredit], requests: Sequence[AllocationRequest], *, on: date, actor: str
) -> Settlement:
    """Add credits under ids taken before (`new_credit_ids`), and settle items with them and with others.

    All or nothing, in a fixed number of statements: each new row is written once, as it stands in the end.
    What is fetched comes first, so that the rest can be written behind (`infra.behind`).
    Raises what add_credits and allocate_many raise.
    """
    if not credits:
        return allocate_many(requests, on=on, actor=actor)
    check_credits(tuple(credits.values()))
    known = rows.lock_credits({request.credit_id for request in requests} - credits.keys())
    fresh = {credit_id: _as_locked(credit_id, credit) for credit_id, credit in credits.items()}
    items = _check(requests, {**known, **fresh}, across_customers=False)
    new, ids = _rows_of(requests), rows.new_allocation_ids(len(requests))
    settlement = rows.settlement_of(new, ids, items)
    record_credits(tuple(credits), credits.values(), actor=actor)
    if requests:
        record("ledger.allocated", settlement, new, on=on, actor=actor)
    allocated: Counter[int] = Counter()
    for request in requests:
        allocated[request.credit_id] += request.amount_minor
    insert_credits(credits, allocated=allocated, actor=actor)
    if requests:
        rows.write_first_allocations(new, ids, on=on, actor=actor, of_new=credits.keys())
    return settlement


def _as_locked(credit_id: int, new: NewCredit) -> LockedCredit:
    return LockedCredit(credit_id, new.customer_id, new.kind, new.number, new.currency, new.amount_minor,
                        new.amount_minor, False, new.beside_credit_id)  # fmt: skip


def _check(
    requests: Sequence[AllocationRequest], credits: Mapping[int, LockedCredit], *, across_customers: bool
) -> Mapping[int, LockedItem]:
    """Lock the items and return them; refuse what may not be."""
    items = rows.lock_items({request.item_id for request in requests})
    for request in requests:
        _check_pair(request, credits, items, across_customers=across_customers or request.across_customers)
    _check_sums(requests, credits, items)
    return items


def _rows_of(requests: Sequence[AllocationRequest]) -> list[AllocationRow]:
    return [AllocationRow(r.credit_id, r.item_id, r.amount_minor, r.reason, on=r.on) for r in requests]


def item_or_refusal(items: Mapping[int, LockedItem], item_id: int) -> LockedItem:
    """Return the locked item. Raises ItemMissing."""
    if item_id not in items:
        raise ItemMissing(_("this invoice does not exist any more; look it up again"))
    return items[item_id]


def credit_or_refusal(credits: Mapping[int, LockedCredit], credit_id: int) -> LockedCredit:
    """Return the locked credit. Raises CreditMissing."""
    if credit_id not in credits:
        raise CreditMissing(_("this payment does not exist any more; look it up again"))
    return credits[credit_id]


def check_amount(amount_minor: int) -> None:
    """Raise AllocationInvalid unless the amount is above zero."""
    if amount_minor <= 0:
        raise AllocationInvalid(_("the amount must be more than zero"))


def check_open(item: LockedItem) -> None:
    """Raise ItemSettled when nothing is open."""
    if not item.open:
        raise ItemSettled(
            _("%(number)s has been settled already; undo what settled it first, or choose another invoice")
            % {"number": item.number}
        )


def check_not_reversed(credit: LockedCredit) -> None:
    """Raise CreditReversed when the credit has been taken back."""
    if credit.reversed:
        raise CreditReversed(_("this payment has been reversed; book it again before using it"))


def in_words(amount_minor: int, currency: str) -> str:
    """Return the amount as it is written in a refusal."""
    return amount_in_words(Money(amount_minor, currency))


def record(
    action: str,
    settlement: Settlement,
    new: Sequence[AllocationRow],
    *,
    on: date,
    actor: str,
    subject: str = "",
) -> None:
    """Add one audit entry for the rows of one operation."""
    if not subject and len(settlement.allocation_ids) == 1:
        subject = f"ledger_allocation:{settlement.allocation_ids[0]}"
    ids = settlement.allocation_ids
    data = {
        "on": on.isoformat(),
        "count": len(ids),
        "total_minor": sum(row.amount for row in new),
        "settled": len(settlement.settled),
        "reopened": len(settlement.reopened),
    }
    if ids:
        data.update(first_id=ids[0], last_id=ids[-1])
    audit.record(actor=actor, action=action, subject=subject, data=data)


def _check_pair(
    request: AllocationRequest,
    credits: Mapping[int, LockedCredit],
    items: Mapping[int, LockedItem],
    *,
    across_customers: bool,
) -> None:
    check_amount(request.amount_minor)
    credit = credit_or_refusal(credits, request.credit_id)
    item = item_or_refusal(items, request.item_id)
    check_not_reversed(credit)
    check_open(item)
    if credit.currency != item.currency:
        raise CurrencyDiffers(
            _("the payment is in %(paid)s and %(number)s in %(asked)s; choose an invoice in %(paid)s")
            % {"paid": credit.currency, "number": item.number, "asked": item.currency}
        )
    if credit.customer_id != item.customer_id and not across_customers:
        raise CustomerDiffers(
            _("%(number)s belongs to another customer; confirm that this customer pays for the other")
            % {"number": item.number}
        )


def _check_sums(
    requests: Sequence[AllocationRequest],
    credits: Mapping[int, LockedCredit],
    items: Mapping[int, LockedItem],
) -> None:
    """Refuse when all requests together take more than a credit has or an item needs."""
    from_credit: Counter[int] = Counter()
    to_item: Counter[int] = Counter()
    for request in requests:
        from_credit[request.credit_id] += request.amount_minor
        to_item[request.item_id] += request.amount_minor
    for item_id, amount in to_item.items():
        item = items[item_id]
        if amount > item.open:
            raise ItemOverpaid(
                _("%(number)s has %(open)s open, so %(amount)s is too much; leave the rest on account")
                % {
                    "number": item.number,
                    "open": in_words(item.open, item.currency),
                    "amount": in_words(amount, item.currency),
                }
            )
    for credit_id, amount in from_credit.items():
        credit = credits[credit_id]
        if amount > credit.unallocated:
            raise CreditExhausted(
                _("%(left)s is left of this payment, so %(amount)s cannot be taken from it; use less")
                % {
                    "left": in_words(credit.unallocated, credit.currency),
                    "amount": in_words(amount, credit.currency),
                }
            )
