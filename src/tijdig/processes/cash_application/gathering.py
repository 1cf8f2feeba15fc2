"""Gathering what the matcher is told, in sets for a whole batch, and asking it.

First what is named for certain: most payments need no more. For the rest a second look finds what their words
come near to, who paid, and what those customers owe and have left.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.fuzz import ratio

from tijdig.banking.queries import LineView
from tijdig.customers import queries as customers
from tijdig.domain.ledger import CreditKind
from tijdig.domain.matching import (
    Clues,
    CreditLeft,
    Debtor,
    Evidence,
    KnownPayer,
    Match,
    MatchSettings,
    OpenItem,
    Progress,
    Said,
    Transfer,
    customers_meant,
    decide_clear,
    decide_rest,
    doubted,
    gather_clues,
    gather_wide_clues,
    patterns_of,
    payers_seen,
    spellings,
)
from tijdig.domain.money import Money
from tijdig.ledger import queries as ledger
from tijdig.ledger.queries import ItemView
from tijdig.organisations import queries as organisations

_MOST_OF_ONE_TAIL = 40
_MOST_OF_ONE_AMOUNT = 60
_MOST_OWED_BY_ONE = 60
_MOST_OF_ONE_NAME = 5


PayersOf = Callable[[Collection[str]], Mapping[str, tuple[KnownPayer, ...]]]
"""Tells for which customers accounts have paid before, by account."""


def _nobody_known(_accounts: Collection[str]) -> Mapping[str, tuple[KnownPayer, ...]]:
    return {}


@dataclass(frozen=True, slots=True)
class Decided:
    """The matcher's answers, in the order of the transfers, and the items they may settle, by id."""

    matches: tuple[Match, ...]
    items: Mapping[int, ItemView]


def origin_of(line_id: int) -> str:
    """Return the source a bank line books under; a source books once."""
    return f"bank:{line_id}"


def transfer_of(line: LineView) -> Transfer:
    """Return what the matcher is told about a movement."""
    original, charges = line.original_amount, line.charges
    return Transfer(
        id=line.id,
        amount_minor=line.amount.minor,
        currency=line.amount.currency,
        structured_reference=line.structured_reference,
        remittance=line.remittance,
        return_reason=line.return_reason,
        batch_incomplete=line.batch_incomplete,
        returned=line.returned,
        booking_date=line.booking_date,
        counterparty_name=line.counterparty_name,
        counterparty_account=line.counterparty_iban,
        end_to_end_id=line.end_to_end_id,
        charges_minor=charges.minor if charges else 0,
        original_minor=abs(original.minor) if original else None,
        original_currency=original.currency if original else "",
    )


def open_item_of(item: ItemView) -> OpenItem:
    """Return what the matcher is told about an item."""
    return OpenItem(
        id=item.id,
        customer_id=item.customer_id,
        number=item.number,
        payment_reference=item.payment_reference,
        currency=item.currency,
        amount_minor=item.amount_minor,
        open_minor=item.open_minor,
        issue_date=item.issue_date,
        due_date=item.due_date,
    )


def settings_now(trusted: frozenset[str] | None = None) -> MatchSettings:
    """Return how the organisation we are in treats money; `trusted` matchers may book, None: all that can."""
    policy = organisations.cash_policy()
    return MatchSettings(
        trusted=trusted,
        currency=organisations.current().currency,
        small_difference_minor=policy.small_difference,
        discount_basis_points=policy.discount_basis_points,
        discount_days=policy.discount_days,
        discount_grace_days=policy.discount_grace_days,
    )


def decide(
    transfers: Sequence[Transfer],
    settings: MatchSettings,
    *,
    payers_of: PayersOf = _nobody_known,
    searched: Collection[int] = (),
    clues: Clues | None = None,
) -> Decided:
    """Return what each of the transfers is for, in a fixed number of look-ups for all of them.

    `payers_of` tells who paid for whom before, `searched` are customers to consider besides those found here;
    `clues` are those of the transfers, where they were gathered already.
    """
    progress = Progress()
    named = _items_named(clues or gather_clues(transfers))
    evidence = _evidence(named, customer_ids={item.customer_id for item in named.values()})
    answers = _clear(transfers, evidence, settings, progress)
    rest = [transfer for transfer, answer in zip(transfers, answers, strict=True) if answer is None]
    if not rest:
        return Decided(tuple(answer for answer in answers if answer is not None), named)
    seen = payers_seen(transfers, answers)
    items, wide = _wider(rest, named, evidence, settings, seen=seen, payers_of=payers_of, searched=searched)
    others = iter(decide_rest(rest, wide, settings, likeness, progress))
    matches = tuple(answer if answer is not None else next(others) for answer in answers)
    return Decided(matches, items)


def _clear(
    transfers: Sequence[Transfer], evidence: Evidence, settings: MatchSettings, progress: Progress
) -> tuple[Match | None, ...]:
    """Return what is clear; where somebody else paid, once no neighbour of that number has the same amount."""
    answers = decide_clear(transfers, evidence, settings, likeness, progress)
    strangers = doubted(transfers, answers, evidence)
    if not strangers:
        return answers
    amounts = {Money(one.amount_minor, one.currency) for one in strangers}
    numbers = ledger.open_numbers_of_amounts(amounts, limit=_MOST_OF_ONE_AMOUNT)
    neighbours = {(amount.currency, amount.minor): found for amount, found in numbers.items()}
    again = decide_clear(strangers, evidence, settings, likeness, progress, neighbours)
    cleared = {one.id: answer for one, answer in zip(strangers, again, strict=True)}
    return tuple(
        answer if answer is not None else cleared.get(transfer.id)
        for transfer, answer in zip(transfers, answers, strict=True)
    )


def likeness(one: str, other: str) -> float:
    """Return how alike two texts are, from 0 to 1."""
    return ratio(one, other) / 100


def _items_named(clues: Clues) -> dict[int, ItemView]:
    """Return every item that clues may name for certain: one look-up for all of them."""
    if not clues.references and not clues.cores:
        return {}
    return {item.id: item for item in ledger.items_by_clue(references=clues.references, cores=clues.cores)}


def _wider(
    transfers: Sequence[Transfer],
    named: Mapping[int, ItemView],
    evidence: Evidence,
    settings: MatchSettings,
    *,
    seen: Iterable[KnownPayer],
    payers_of: PayersOf,
    searched: Collection[int],
) -> tuple[Mapping[int, ItemView], Evidence]:
    """Return all there is to know about the transfers that were not clear."""
    clues = gather_wide_clues(transfers)
    amounts = [Money(minor, currency) for currency, minor in clues.amounts]
    of_amount, common = ledger.open_items_of_amounts(amounts, limit=_MOST_OF_ONE_AMOUNT)
    near = ledger.open_items_by_tail(clues.tails, limit=_MOST_OF_ONE_TAIL + 1)
    payers = _payers(clues.accounts, payers_of(clues.accounts), seen)
    paying = {payer.customer_id for known in payers.values() for payer in known}
    alike = customers.ids_with_names_beginning(clues.names, limit=_MOST_OF_ONE_NAME) | set(searched)
    items = {**named, **{item.id: item for item in (*of_amount, *near)}}
    common_amounts = frozenset((amount.currency, amount.minor) for amount in common)
    first = _evidence(
        items,
        customer_ids={item.customer_id for item in items.values()} | paying | alike,
        known=evidence.debtors,
        payers=payers,
        common_amounts=common_amounts,
    )
    said = _customers_said(clues.customer_numbers, first.debtors.values())
    if said:
        first = _evidence(
            items, customer_ids=said, known=first.debtors, payers=payers, common_amounts=common_amounts
        )
    meant = customers_meant(transfers, first, settings, likeness) | paying | said
    owed, whole = ledger.open_items_of_customers(meant, limit=_MOST_OWED_BY_ONE)
    items.update((item.id, item) for item in owed)
    whole_evidence = Evidence(
        items=tuple(map(open_item_of, items.values())),
        debtors=first.debtors,
        credits=_credits(meant),
        owed_by=whole,
        common_amounts=common_amounts,
        payers=payers,
    )
    return items, whole_evidence


def _customers_said(said: Collection[Said], found: Iterable[Debtor]) -> set[int]:
    """Return whose numbers may be said; letters and zeros may be left out, as numbers of customers look here."""
    if not said:
        return set()
    looks = patterns_of((*(debtor.number for debtor in found), *customers.some_numbers()))
    return set(customers.by_numbers(spellings(said, looks)).values())


def _evidence(
    items: Mapping[int, ItemView],
    *,
    customer_ids: Collection[int],
    known: Mapping[int, Debtor] | None = None,
    payers: Mapping[str, tuple[KnownPayer, ...]] | None = None,
    common_amounts: frozenset[tuple[str, int]] = frozenset(),
) -> Evidence:
    debtors = dict(known or {})
    missing = [customer_id for customer_id in customer_ids if customer_id not in debtors]
    if missing:
        found = customers.numbers_and_names(missing)
        debtors.update((one, Debtor(one, number, name)) for one, (number, name) in found.items())
    return Evidence(
        items=tuple(map(open_item_of, items.values())),
        debtors=debtors,
        common_amounts=common_amounts,
        payers=payers or {},
    )


def _payers(
    accounts: Collection[str], before: Mapping[str, tuple[KnownPayer, ...]], seen: Iterable[KnownPayer]
) -> dict[str, tuple[KnownPayer, ...]]:
    """Return who is known to pay for whom, those of this batch added to those of before."""
    payers = dict(before)
    for payer in seen:
        known = payers.get(payer.account, ())
        if payer.account in accounts and all(one.customer_id != payer.customer_id for one in known):
            payers[payer.account] = (*known, payer)
    return payers


def _credits(customer_ids: Collection[int]) -> tuple[CreditLeft, ...]:
    return tuple(
        CreditLeft(
            credit.id,
            credit.customer_id,
            credit.number,
            credit.currency,
            credit.unallocated_minor,
            credit.kind == CreditKind.CREDIT_NOTE,
        )
        for credit in ledger.credits_left_of(customer_ids).values()
    )
