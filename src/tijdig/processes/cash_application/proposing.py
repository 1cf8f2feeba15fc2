"""What a waiting payment may be for: the best candidates, each with its reason, for a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tijdig.banking import queries as bank
from tijdig.banking.queries import LineView
from tijdig.customers import queries as customers
from tijdig.customers.queries import CustomerView
from tijdig.domain.matching import Proposal, Share, match_all, numbers_hinted
from tijdig.domain.reasons import Reason
from tijdig.ledger import queries as ledger
from tijdig.ledger.queries import ItemView
from tijdig.processes.cash_application.gathering import items_named_by, open_item_of, transfer_of

_MOST_PROPOSALS = 8
_MOST_OF_ONE_AMOUNT = 20
_MOST_OF_ONE_NAME = 5
_MOST_ITEMS_OF_A_CUSTOMER = 50
_SHORTEST_WORD_OF_A_NAME = 3
_NO_PART_OF_A_NAME = frozenset(
    ("nv", "vof", "srl", "sprl", "bvba", "gmbh", "ltd", "sarl", "asbl", "vzw", "stichting", "mevr", "mevrouw",
     "dhr", "heer", "mme", "fam", "van", "den", "der", "des")
)  # fmt: skip

_NAME_AND_AMOUNT = 65
_HINT_AND_AMOUNT = 55
_AMOUNT = 35
_NAME = 30
_HINT = 20


@dataclass(frozen=True, slots=True)
class LineProposal:
    """A candidate for a payment, with the customer and the items in the order of the shares."""

    proposal: Proposal
    customer: CustomerView
    items: tuple[ItemView, ...]


def proposals_for(line_id: int) -> tuple[LineProposal, ...]:
    """Return what the payment may be for, best first; nothing for a line that is no receipt.

    Looks at references and numbers in it, at the amount, and at the payer's name. Computed anew each time,
    so what was booked meanwhile is left out.
    """
    line = bank.line(line_id)
    if line is None or not line.is_receipt:
        return ()
    transfer = transfer_of(line)
    named = items_named_by((transfer,))
    [match] = match_all((transfer,), [open_item_of(item) for item in named])
    by_amount = ledger.open_items_of_amount(line.amount, limit=_MOST_OF_ONE_AMOUNT)
    by_name = _customers_named(line.counterparty_name)
    owed = {
        customer_id: ledger.item_page(
            on=line.booking_date, customer_id=customer_id, limit=_MOST_ITEMS_OF_A_CUSTOMER
        ).items
        for customer_id in by_name
    }
    guesses = (
        *match.proposals,
        *_by_amount(by_amount, owed),
        *_hinted(line, named),
        *_by_name(line, owed, by_name),
    )
    return _with_views(guesses)


def _customers_named(name: str) -> dict[int, CustomerView]:
    words = [
        word
        for word in re.findall(r"[^\W_]+", name)
        if len(word) >= _SHORTEST_WORD_OF_A_NAME and word.lower() not in _NO_PART_OF_A_NAME
    ]
    return customers.many(customers.ids_matching(" ".join(words), limit=_MOST_OF_ONE_NAME))


def _by_amount(items: Sequence[ItemView], owed: Mapping[int, Sequence[ItemView]]) -> Iterator[Proposal]:
    for item in items:
        confidence = _NAME_AND_AMOUNT if item.customer_id in owed else _AMOUNT
        reason = Reason("AMOUNT_IS_OPEN", {"number": item.number})
        yield Proposal(item.customer_id, (Share(item.id, item.open_minor),), confidence, reason)


def _hinted(line: LineView, items: Iterable[ItemView]) -> Iterator[Proposal]:
    """Yield what a number too vague to book by may mean."""
    hinted = numbers_hinted(line.remittance)
    for item in items:
        if item.is_open and item.currency == line.amount.currency and hinted(item.number):
            amount = min(item.open_minor, line.amount.minor)
            confidence = _HINT_AND_AMOUNT if item.open_minor == line.amount.minor else _HINT
            reason = Reason("NAMED_IN_PAYMENT", {"numbers": item.number})
            yield Proposal(item.customer_id, (Share(item.id, amount),), confidence, reason)


def _by_name(
    line: LineView, owed: Mapping[int, Sequence[ItemView]], named: Mapping[int, CustomerView]
) -> Iterator[Proposal]:
    """Yield, per customer of the payer's name, their oldest items as far as the money goes."""
    for customer_id, items in owed.items():
        left, shares = line.amount.minor, []
        for item in items:
            if left > 0 and item.currency == line.amount.currency:
                shares.append(Share(item.id, min(left, item.open_minor)))
                left -= shares[-1].amount_minor
        reason = Reason("NAME_IS_CUSTOMER", {"name": named[customer_id].name})
        yield Proposal(customer_id, tuple(shares), _NAME, reason)


def _with_views(guesses: Iterable[Proposal]) -> tuple[LineProposal, ...]:
    """Order them, keep the best of those that come to the same, and add what the screen shows."""
    best: dict[tuple[int, tuple[Share, ...]], Proposal] = {}
    for guess in sorted(guesses, key=lambda one: -one.confidence):
        best.setdefault((guess.customer_id, guess.shares), guess)
    kept = list(best.values())[:_MOST_PROPOSALS]
    items = ledger.items({share.item_id for guess in kept for share in guess.shares})
    payers = customers.many({guess.customer_id for guess in kept})
    return tuple(
        LineProposal(guess, payers[guess.customer_id], tuple(items[share.item_id] for share in guess.shares))
        for guess in kept
    )
