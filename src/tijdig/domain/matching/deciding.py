"""Deciding: what is clear first, at once for all; then the rest, one by one with all that is known.

Money is booked by itself only when what the transfer names fits, or when who paid is certain and it fits in
exactly one way. Two answers that fit equally well are no answer: a person decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tijdig.domain.matching import clues, names
from tijdig.domain.matching.cases import Surroundings
from tijdig.domain.matching.facts import (
    Evidence,
    KnownPayer,
    Likeness,
    Match,
    MatchSettings,
    OpenItem,
    Proposal,
    Share,
    Transfer,
)
from tijdig.domain.matching.guesses import best, guesses
from tijdig.domain.matching.naming import ItemsByClue, Named
from tijdig.domain.matching.nearness import Nearness
from tijdig.domain.matching.priors import PRIORS
from tijdig.domain.matching.table import MATCHERS
from tijdig.domain.reasons import Reason

Neighbours = Mapping[tuple[str, int], Collection[str]]
"""The numbers of all open items of an amount, by (currency, minor units)."""

_SURE_OF_THE_CUSTOMER = frozenset(("PAYMENT_ID", "REFERENCE", "NUMBER", "SEVERAL_NAMED"))


@dataclass(slots=True)
class Progress:
    """What earlier answers of the batch changed: open amounts of items, what is left of credits."""

    open_now: dict[int, int] = field(default_factory=dict)
    left_now: dict[int, int] = field(default_factory=dict)

    def use_up(self, answer: Match, items: Mapping[int, OpenItem], credits: Mapping[int, int]) -> None:
        """Take what a sure answer settles; `credits` has what was left of each at first."""
        booking = answer.booking
        if booking is None:
            return
        for item_id, amount in booking.settles():
            before = self.open_now.get(item_id, items[item_id].open_minor)
            self.open_now[item_id] = before - amount
        for used in booking.credits:
            before = self.left_now.get(used.credit_id, credits[used.credit_id])
            self.left_now[used.credit_id] = before - used.amount_minor


def decide_clear(
    transfers: Sequence[Transfer],
    evidence: Evidence,
    settings: MatchSettings,
    likeness: Likeness,
    progress: Progress,
    neighbours: Neighbours | None = None,
) -> tuple[Match | None, ...]:
    """Return the answers that need no second look, in order; None where one must look further.

    The evidence needs the items that are named for certain and their customers, nothing else. A number in a
    payment of somebody else may be a neighbour's, mistyped, so that is clear only with `neighbours`.
    """
    known = ItemsByClue(evidence.items)
    answers: list[Match | None] = []
    for transfer in transfers:
        answer = _not_a_receipt(transfer)
        if answer is None:
            named = known.named_by(transfer, progress.open_now)
            answer = _clear(named, evidence, settings, likeness, neighbours)
            if answer is not None:
                progress.use_up(answer, known.by_id, {})
        answers.append(answer)
    return tuple(answers)


def decide_rest(
    transfers: Sequence[Transfer],
    evidence: Evidence,
    settings: MatchSettings,
    likeness: Likeness,
    progress: Progress,
) -> tuple[Match, ...]:
    """Return the answers for the transfers that were not clear, in order, with all that is known."""
    surroundings = Surroundings(evidence, settings, likeness)
    credits = {credit.id: credit.left_minor for credit in evidence.credits}
    answers = []
    for transfer in transfers:
        answer = _not_a_receipt(transfer) or _look_closely(transfer, surroundings, progress)
        progress.use_up(answer, surroundings.known.by_id, credits)
        for payer in payers_seen((transfer,), (answer,)):
            surroundings.learn(payer)
        answers.append(answer)
    return tuple(answers)


def customers_meant(
    transfers: Iterable[Transfer], evidence: Evidence, settings: MatchSettings, likeness: Likeness
) -> frozenset[int]:
    """Return the customers of whom all that they owe must be known to decide about these transfers."""
    surroundings = Surroundings(evidence, settings, likeness)
    meant: set[int] = set()
    for transfer in transfers:
        if clues.is_receipt(transfer):
            case = surroundings.case(transfer, {}, {})
            meant.update(case.payers, (item.customer_id for item in case.named.all))
            meant.update(item.customer_id for items in case.named.ambiguous for item in items)
            meant.update(one.item.customer_id for one in case.near if one.strength == Nearness.STRONG)
    return frozenset(meant)


def match_all(
    transfers: Sequence[Transfer],
    evidence: Evidence,
    settings: MatchSettings | None = None,
    likeness: Likeness = lambda one, other: float(one == other),
) -> tuple[Match, ...]:
    """Return the answer for each transfer, in order; each sure answer uses up what it settles.

    What is clear goes before the rest, so that no guess takes an invoice that another payment names.
    """
    rules, progress = settings or MatchSettings(), Progress()
    clear = decide_clear(transfers, evidence, rules, likeness, progress)
    rest = iter(
        decide_rest(
            [transfer for transfer, answer in zip(transfers, clear, strict=True) if answer is None],
            evidence,
            rules,
            likeness,
            progress,
        )
    )
    return tuple(answer if answer is not None else next(rest) for answer in clear)


def doubted(
    transfers: Sequence[Transfer], answers: Sequence[Match | None], evidence: Evidence
) -> tuple[Transfer, ...]:
    """Return the transfers that would be clear but for who paid: `neighbours` may make them so."""
    known = ItemsByClue(evidence.items)
    return tuple(
        transfer
        for transfer, answer in zip(transfers, answers, strict=True)
        if answer is None and _names_one_that_fits(known.named_by(transfer, {}))
    )


def payers_seen(transfers: Iterable[Transfer], answers: Iterable[Match | None]) -> tuple[KnownPayer, ...]:
    """Return which accounts paid for which customers, by the answers that were given for certain."""
    seen: dict[tuple[str, int], int] = {}
    for transfer, answer in zip(transfers, answers, strict=True):
        booking = answer.booking if answer else None
        account = clues.account_of(transfer)
        if booking is not None and account and booking.matcher in _SURE_OF_THE_CUSTOMER:
            key = account, booking.customer_id
            seen[key] = seen.get(key, 0) + 1
    return tuple(KnownPayer(account, customer_id, times) for (account, customer_id), times in seen.items())


def _not_a_receipt(transfer: Transfer) -> Match | None:
    if transfer.returned or transfer.return_reason:
        return Match(transfer.id, Reason("RETURNED", {"return_code": transfer.return_reason}))
    if transfer.amount_minor < 0:
        return Match(transfer.id, Reason("MONEY_OUT"))
    if transfer.amount_minor == 0:
        return Match(transfer.id, Reason("NO_MONEY_MOVED"))
    if transfer.batch_incomplete:
        return Match(transfer.id, Reason("BATCH_NOT_BROKEN_DOWN"))
    return None


def _clear(
    named: Named,
    evidence: Evidence,
    settings: MatchSettings,
    likeness: Likeness,
    neighbours: Neighbours | None,
) -> Match | None:
    """Book what is named and fits to the cent with nothing against it; None for everything else."""
    if not _names_one_that_fits(named):
        return None
    transfer, [item] = named.transfer, named.all
    if named.referenced:
        code, facts = "REFERENCE", {"reference": item.payment_reference, "number": item.number}
        reason = Reason("REFERENCE_AND_AMOUNT", facts)
    else:
        if not (
            _may_be_the_payer(transfer, item, evidence, likeness)
            or (neighbours is not None and _is_owed_by_nobody_else(transfer, item, neighbours))
        ):
            return None
        code, reason = "NUMBER", Reason("NUMBER_AND_AMOUNT", {"number": item.number})
    if settings.trusted is not None and code not in settings.trusted:
        return None
    share = Share(item.id, item.open_minor)
    proposal = Proposal(item.customer_id, (share,), PRIORS[code].ppm, reason, code, sure=True)
    return Match(transfer.id, reason, (proposal,))


def _may_be_the_payer(transfer: Transfer, item: OpenItem, evidence: Evidence, likeness: Likeness) -> bool:
    """Whether nothing says that somebody else paid: a number may be mistyped into that of a neighbour."""
    debtor = evidence.debtors.get(item.customer_id)
    if debtor is None or not transfer.counterparty_name:
        return True
    return names.alikeness(transfer.counterparty_name, debtor.name, likeness) >= names.IS


def _names_one_that_fits(named: Named) -> bool:
    """Whether exactly one item is named, by reference or number, and its open amount is the transfer's."""
    transfer, items = named.transfer, named.all
    return (
        len(items) == 1
        and not named.ambiguous
        and not named.requested
        and items[0].currency == transfer.currency
        and items[0].open_minor == transfer.amount_minor
    )


def _is_owed_by_nobody_else(transfer: Transfer, item: OpenItem, neighbours: Neighbours) -> bool:
    """Whether no other open item has the amount: the payer cannot have meant one of their own."""
    others = neighbours.get((transfer.currency, transfer.amount_minor))
    return others is not None and all(number == item.number for number in others)


def _look_closely(transfer: Transfer, surroundings: Surroundings, progress: Progress) -> Match:
    case = surroundings.case(transfer, progress.open_now, progress.left_now)
    answer = None
    for matcher in MATCHERS:
        answer = matcher.answer(case)
        if answer is not None:
            break
    if answer is None:
        answer = Match(transfer.id, Reason("NO_REFERENCE_FOUND"))
    if answer.booking is not None:
        return answer
    return Match(transfer.id, answer.reason, best((*answer.proposals, *guesses(case))))
