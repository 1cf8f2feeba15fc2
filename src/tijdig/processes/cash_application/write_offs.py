"""Asking for it no longer: with a reason, within what a role may, one invoice or all small differences at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tijdig.domain.ledger import WriteOffReason
from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason
from tijdig.infra import audit
from tijdig.ledger import operations as ledger
from tijdig.ledger import queries as ledger_queries
from tijdig.ledger.operations import Forgiven, Settlement
from tijdig.ledger.queries import ItemView
from tijdig.organisations import queries as organisations
from tijdig.organisations.queries import Role
from tijdig.processes import reactions

_MOST_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class SmallDifferences:
    """What is left of invoices that were paid but for a little: the first of them, and of all how many and much."""

    up_to: Money
    items: tuple[ItemView, ...]
    count: int
    total: Money


@transaction.atomic
def write_off(
    *,
    item_id: int,
    amount_minor: int,
    why: WriteOffReason,
    text: str = "",
    role: Role,
    on: date,
    actor: str,
) -> Settlement:
    """Stop asking for so much of an item. Undoing its allocation takes it back.

    A controller has a limit, counted over all that was ever written off the item. Raises
    what ledger.operations.write_off raises (WriteOffAboveLimit, WriteOffTooLarge, ItemSettled, …).
    """
    audit.reserve()
    settlement = ledger.write_off(
        item_id=item_id,
        amount_minor=amount_minor,
        on=on,
        reason=_reason(why, text),
        actor=actor,
        limit=_limit(role),
    )
    reactions.after_settlement(settlement=settlement, on=on)
    return settlement


def _reason(why: WriteOffReason, text: str) -> Reason:
    facts = {"why": why.value, "meaning": why.meaning}
    said = text.strip()[:500]
    return Reason("WRITTEN_OFF_SAYING", {**facts, "text": said}) if said else Reason("WRITTEN_OFF_FOR", facts)


def _limit(role: Role) -> Money | None:
    """Return what somebody in this role may write off of one item in all; None for no limit."""
    if role is Role.OWNER:
        return None
    limit = organisations.cash_policy().controller_write_off_limit if role is Role.CONTROLLER else 0
    return Money(limit, organisations.current().currency)


def small_differences(*, shown: int = 100) -> SmallDifferences:
    """Return what is left of invoices that were paid but for the small difference the organisation set."""
    up_to = _up_to()
    found = ledger_queries.small_rests(up_to=up_to, limit=_MOST_AT_ONCE)
    total = Money(sum(item.open_minor for item in found), up_to.currency)
    return SmallDifferences(up_to, found[:shown], len(found), total)


def _up_to() -> Money:
    return Money(organisations.cash_policy().small_difference, organisations.current().currency)


@transaction.atomic
def write_off_small_differences(
    *, item_ids: Sequence[int] | None = None, role: Role, on: date, actor: str
) -> Settlement:
    """Write off the small differences that are left, of these invoices or of all, at once; all or nothing.

    What is no small difference any more is left alone. Raises WriteOffAboveLimit.
    """
    audit.reserve()
    chosen = None if item_ids is None else set(item_ids)
    found = ledger_queries.small_rests(up_to=_up_to(), limit=_MOST_AT_ONCE)
    reason = _reason(WriteOffReason.SMALL_DIFFERENCE, "")
    requests = [
        Forgiven(item.id, item.open_minor, reason) for item in found if chosen is None or item.id in chosen
    ]
    settlement = ledger.forgive(requests, on=on, actor=actor, limit=_limit(role))
    reactions.after_settlement(settlement=settlement, on=on)
    return settlement
