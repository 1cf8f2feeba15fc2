"""How a payment is divided over what is owed, as the law of the creditor's country says.

Between debts (NL: art. 6:43 BW; BE: Book 5 BW, before 2023 art. 1253 and 1256): the debt the payer named;
then what is due; then the most burdensome; then the oldest; equals share in proportion. Within a debt (NL:
art. 6:44 BW; BE: art. 1254, now Book 5) costs and interest go before the principal, unless the policy is
friendlier to the debtor. Money never goes to a cost that did not exist yet when it was paid.

An organisation may choose another order than the law's (STRATEGIES); the debt that the payer named comes
first in all of them, for that choice is the payer's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import groupby

from tijdig.domain.reasons import Reason


class Part(StrEnum):
    """What a part of a debt is for."""

    COSTS = "COSTS"
    INTEREST = "INTEREST"
    DAMAGES = "DAMAGES"
    PRINCIPAL = "PRINCIPAL"


COSTS_FIRST = (Part.COSTS, Part.INTEREST, Part.DAMAGES, Part.PRINCIPAL)
PRINCIPAL_FIRST = (Part.PRINCIPAL, Part.COSTS, Part.INTEREST, Part.DAMAGES)


class Order(StrEnum):
    """How an organisation wants money divided that nobody said where to put."""

    LAW = "LAW"
    PRINCIPAL_FIRST = "PRINCIPAL_FIRST"
    OLDEST_FIRST = "OLDEST_FIRST"


class Criterion(StrEnum):
    """What puts one debt before another."""

    NAMED = "NAMED"
    DUE = "DUE"
    BURDEN = "BURDEN"
    AGE = "AGE"


BY_LAW = (Criterion.NAMED, Criterion.DUE, Criterion.BURDEN, Criterion.AGE)
BY_AGE = (Criterion.NAMED, Criterion.AGE)


class AmountInvalid(ValueError):
    """The amount to divide is not above zero."""


class PolicyMissing(LookupError):
    """For this country and day no rule is known, so nothing is divided: say yourself what is paid."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The order within a debt and between debts, from a day on, with the rule's source and when that was last
    looked up."""

    country: str
    consumer: bool
    valid_from: date
    within: tuple[Part, ...]
    source: str
    verified_on: date
    between: tuple[Criterion, ...] = BY_LAW


_LOOKED_UP = date(2026, 11, 22)
POLICIES = (
    Policy("NL", True, date(1992, 1, 1), COSTS_FIRST, "art. 6:43–6:44 BW", _LOOKED_UP),
    Policy("NL", False, date(1992, 1, 1), COSTS_FIRST, "art. 6:43–6:44 BW", _LOOKED_UP),
    # For Belgian consumers the place of the lump sum is not fixed by text; principal first is always lawful.
    Policy(
        "BE", True, date(1992, 1, 1), PRINCIPAL_FIRST, "art. 1253–1256 oud BW, principal first", _LOOKED_UP
    ),
    Policy("BE", True, date(2023, 1, 1), PRINCIPAL_FIRST, "boek 5 BW, principal first", _LOOKED_UP),
    Policy("BE", False, date(1992, 1, 1), COSTS_FIRST, "art. 1253–1256 oud BW", _LOOKED_UP),
    Policy("BE", False, date(2023, 1, 1), COSTS_FIRST, "boek 5 BW", _LOOKED_UP),
)


CHOSEN_PRINCIPAL_FIRST = "as you set it: the invoice itself first"
CHOSEN_OLDEST_FIRST = "as you set it: the oldest first"

# What an organisation's choice makes of the law's policy. None gives the payer's choice away.
STRATEGIES: Mapping[Order, Callable[[Policy], Policy]] = {
    Order.LAW: lambda policy: policy,
    Order.PRINCIPAL_FIRST: lambda policy: replace(
        policy, within=PRINCIPAL_FIRST, source=CHOSEN_PRINCIPAL_FIRST
    ),
    Order.OLDEST_FIRST: lambda policy: replace(policy, between=BY_AGE, source=CHOSEN_OLDEST_FIRST),
}


@dataclass(frozen=True, slots=True)
class Owed:
    """An open item as the law sees it: a part of a debt, so much of it open (minor units, one currency).

    `debt_id` is the same for an invoice and for the costs and interest on it. `burden` tells a heavier debt
    from a lighter one, say its interest rate in basis points. `payable_from` is the first day a cost exists.
    """

    item_id: int
    debt_id: int
    open_minor: int
    issue_date: date
    due_date: date
    part: Part = Part.PRINCIPAL
    burden: int = 0
    payable_from: date | None = None


@dataclass(frozen=True, slots=True)
class Portion:
    """How much goes to one item (minor units), and why."""

    item_id: int
    amount_minor: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Division:
    """A payment divided: portions in the order of the law, and what is left over."""

    portions: tuple[Portion, ...]
    rest_minor: int


@dataclass(frozen=True, slots=True)
class _Debt:
    """The payable parts of one debt, in the order they are paid."""

    id: int
    parts: tuple[Owed, ...]

    @property
    def open_minor(self) -> int:
        return sum(part.open_minor for part in self.parts)

    @property
    def burden(self) -> int:
        return max(part.burden for part in self.parts)


def policy_for(*, country: str, consumer: bool, on: date, order: Order = Order.LAW) -> Policy:
    """Return the policy of the creditor's country (ISO 3166) on the day of the payment, in the order chosen.

    Raises PolicyMissing where none is known: a missing rule is refused, never guessed.
    """
    known = [p for p in POLICIES if (p.country, p.consumer) == (country, consumer) and p.valid_from <= on]
    if not known:
        raise PolicyMissing(
            f"how a payment is divided in {country or 'an unknown country'} on {on} is not known; "
            "say for each invoice how much of it is paid"
        )
    return STRATEGIES[order](max(known, key=lambda policy: policy.valid_from))


def divide(
    amount_minor: int, owed: Iterable[Owed], *, on: date, policy: Policy, named: Sequence[int] = ()
) -> Division:
    """Divide a payment made on `on` over what is owed, all in one currency.

    `named` are the debts the payer named, in their order. The portions and the rest add up to the amount
    exactly, and no portion is more than what is open. Raises AmountInvalid.
    """
    if amount_minor <= 0:
        raise AmountInvalid("the amount must be more than zero")
    left = amount_minor
    portions: list[Portion] = []
    debts = _debts(owed, on=on, policy=policy)
    ranks = {debt.id: _rank(debt, on=on, named=named, between=policy.between) for debt in debts}
    ranked = sorted(debts, key=lambda debt: (ranks[debt.id], debt.id))
    for _, group in groupby(ranked, key=lambda debt: ranks[debt.id]):
        equals = tuple(group)
        for debt, share in zip(equals, _shares(left, equals), strict=True):
            code = _why(debt, equals, share, named=named, heavier=_is_heavier(debt, debts, policy))
            if code == "DIVIDED_BY_AGE" and policy.between == BY_AGE:
                code = "DIVIDED_OLDEST_FIRST"
            portions.extend(_within(debt, share, code, policy))
            left -= share
    return Division(tuple(portions), left)


def _debts(owed: Iterable[Owed], *, on: date, policy: Policy) -> list[_Debt]:
    parts: defaultdict[int, list[Owed]] = defaultdict(list)
    for one in owed:
        if one.open_minor > 0 and (one.payable_from is None or one.payable_from <= on):
            parts[one.debt_id].append(one)
    return [
        _Debt(
            debt_id,
            tuple(sorted(found, key=lambda one: (policy.within.index(one.part), one.due_date, one.item_id))),
        )
        for debt_id, found in parts.items()
    ]


def _rank(
    debt: _Debt, *, on: date, named: Sequence[int], between: Sequence[Criterion]
) -> tuple[int | date, ...]:
    """Return where a debt stands by each criterion. Debts of the same rank share."""
    measures: dict[Criterion, int | date] = {
        Criterion.NAMED: named.index(debt.id) if debt.id in named else len(named),
        Criterion.DUE: int(min(part.due_date for part in debt.parts) > on),
        Criterion.BURDEN: -debt.burden,
        Criterion.AGE: min(part.issue_date for part in debt.parts),
    }
    return tuple(measures[criterion] for criterion in between)


def _shares(amount: int, debts: Sequence[_Debt]) -> list[int]:
    """Divide in proportion to what is open; the cents left over go to the largest fractions."""
    total = sum(debt.open_minor for debt in debts)
    if amount >= total:
        return [debt.open_minor for debt in debts]
    shares = [amount * debt.open_minor // total for debt in debts]
    by_fraction = sorted(range(len(debts)), key=lambda i: -(amount * debts[i].open_minor % total))
    for place in by_fraction[: amount - sum(shares)]:
        shares[place] += 1
    return shares


def _within(debt: _Debt, share: int, code: str, policy: Policy) -> Iterable[Portion]:
    """Yield what each part of a debt gets. A cost that goes before the invoice itself says so."""
    owes_principal = any(part.part is Part.PRINCIPAL for part in debt.parts)
    for part in debt.parts:
        taken = min(share, part.open_minor)
        if taken:
            before = (
                part.part is not Part.PRINCIPAL and owes_principal and policy.within[-1] is Part.PRINCIPAL
            )
            reason = Reason("DIVIDED_COSTS_FIRST" if before else code, {"source": policy.source})
            yield Portion(part.item_id, taken, reason)
            share -= taken


def _is_heavier(debt: _Debt, debts: Sequence[_Debt], policy: Policy) -> bool:
    return Criterion.BURDEN in policy.between and debt.burden > min(other.burden for other in debts)


def _why(debt: _Debt, equals: Sequence[_Debt], share: int, *, named: Sequence[int], heavier: bool) -> str:
    if debt.id in named:
        return "DIVIDED_AS_NAMED"
    if share < debt.open_minor and len(equals) > 1:
        return "DIVIDED_IN_PROPORTION"
    return "DIVIDED_BY_BURDEN" if heavier else "DIVIDED_BY_AGE"
