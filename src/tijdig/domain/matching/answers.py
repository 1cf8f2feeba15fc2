"""Putting answers together: what a matcher proposes, and whether it may book that by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tijdig.domain.matching.cases import Case
from tijdig.domain.matching.facts import Forgiven, Match, OpenItem, Proposal, Share, UsedCredit
from tijdig.domain.matching.priors import PRIORS
from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason

_MOST_NUMBERS_IN_A_REASON = 5
MOST_PROPOSALS = 10


@dataclass(frozen=True, slots=True)
class Extras:
    """What settles items beside the transfer's money."""

    forgiven: tuple[Forgiven, ...] = ()
    credits: tuple[UsedCredit, ...] = ()

    def for_item(self, item_id: int) -> int:
        """Return how much of an item it settles."""
        forgiven = sum(part.amount_minor for part in self.forgiven if part.item_id == item_id)
        return forgiven + sum(used.amount_minor for used in self.credits if used.item_id == item_id)


_NOTHING = Extras()


def propose(
    case: Case,
    code: str,
    items: Sequence[OpenItem],
    reason: Reason,
    *,
    extras: Extras = _NOTHING,
    customer_id: int | None = None,
    sure: bool = False,
) -> Proposal:
    """Return the proposal to settle the items in their order as far as the money goes."""
    left, shares = case.amount, []
    for item in items:
        amount = min(left, item.open_minor - extras.for_item(item.id))
        if amount > 0:
            shares.append(Share(item.id, amount))
            left -= amount
    payer = customer_id if customer_id is not None else payer_of(case, items)
    return Proposal(
        payer, tuple(shares), PRIORS[code].ppm, reason, code, sure, extras.forgiven, extras.credits
    )


def books(
    case: Case,
    code: str,
    items: Sequence[OpenItem],
    reason: Reason,
    *,
    extras: Extras = _NOTHING,
    customer_id: int | None = None,
) -> Match:
    """Return the answer that books when the matcher is trusted to, and waits with the proposal otherwise."""
    trusted = case.settings.trusted
    sure = trusted is None or code in trusted
    proposal = propose(case, code, items, reason, extras=extras, customer_id=customer_id, sure=sure)
    if sure:
        return Match(case.transfer.id, reason, (proposal,))
    return Match(case.transfer.id, Reason("NOT_SURE_ENOUGH"), (proposal,))


def waits(case: Case, reason: Reason, proposals: Sequence[Proposal] = ()) -> Match:
    """Return the answer that leaves it to a person."""
    return Match(case.transfer.id, reason, tuple(proposals))


def tie(case: Case, items: Sequence[OpenItem]) -> Match:
    """Return the answer that two are equally good."""
    reason = Reason("SEVERAL_FIT", {"numbers": listed(items)})
    return waits(case, reason, one_by_one(case, "ONE_OF_SEVERAL", case.named.payable(items)))


def one_by_one(case: Case, code: str, items: Sequence[OpenItem]) -> tuple[Proposal, ...]:
    """Return a proposal for each of the items, with why: it is named, or its amount is exactly this."""
    named = {item.id for found in (case.named.all, *case.named.ambiguous) for item in found}
    named |= {one.item.id for one in case.near}
    return tuple(
        propose(
            case,
            code,
            (item,),
            named_reason(item) if item.id in named else Reason("AMOUNT_IS_OPEN", {"number": item.number}),
        )
        for item in items[:MOST_PROPOSALS]
    )


def by_customer(case: Case, code: str, items: Sequence[OpenItem]) -> tuple[Proposal, ...]:
    """Return a proposal per customer, to settle the items in the order they are named."""
    proposals = []
    for customer_id in dict.fromkeys(item.customer_id for item in items):
        mine = [item for item in items if item.customer_id == customer_id]
        proposals.append(propose(case, code, mine, named_reason(*mine)))
    return tuple(proposals)


def named_reason(*items: OpenItem) -> Reason:
    """Return why items are proposed that the payer named."""
    return Reason("NAMED_IN_PAYMENT", {"numbers": listed(items)})


def payer_of(case: Case, items: Sequence[OpenItem]) -> int:
    """Return whose payment it is: of several customers the one who paid, else the one with the most in it."""
    customers = list(dict.fromkeys(item.customer_id for item in items))
    if len(customers) == 1:
        return customers[0]
    totals = {one: sum(i.open_minor for i in items if i.customer_id == one) for one in customers}
    ranked = sorted(customers, key=lambda one: (-case.identity(one), -totals[one], one))
    return ranked[0]


def listed(items: Sequence[OpenItem]) -> str:
    """Return the numbers as they are told in a reason."""
    shown = ", ".join(item.number for item in items[:_MOST_NUMBERS_IN_A_REASON])
    return shown + ", …" if len(items) > _MOST_NUMBERS_IN_A_REASON else shown


def money(case: Case, minor: int) -> str:
    """Return an amount in the transfer's currency as it is told in a reason."""
    return str(Money(minor, case.transfer.currency))


def total(items: Sequence[OpenItem]) -> int:
    """Return what is open on the items together."""
    return sum([item.open_minor for item in items])
