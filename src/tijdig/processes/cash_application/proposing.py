"""What a waiting payment may be for: the best candidates, each with its reason, for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tijdig.banking import queries as bank
from tijdig.banking.queries import LineView
from tijdig.customers import queries as customers
from tijdig.customers.queries import CustomerView
from tijdig.domain.matching import Proposal, significant
from tijdig.ledger import queries as ledger
from tijdig.ledger.queries import ItemView
from tijdig.processes.cash_application.gathering import decide, settings_now, transfer_of

_MOST_PROPOSALS = 8
_MOST_OF_ONE_NAME = 5


@dataclass(frozen=True, slots=True)
class LineProposal:
    """A candidate for a payment, with the customer and the items in the order of the shares.

    What the proposal forgives, and uses of credits, may be of these items or of others of that customer.
    """

    proposal: Proposal
    customer: CustomerView
    items: tuple[ItemView, ...]


def proposals_for(line_id: int) -> tuple[LineProposal, ...]:
    """Return what the payment may be for, best first; nothing for a line that is no receipt.

    The matcher is asked anew each time, so what was booked meanwhile is left out. What it would book by itself
    is proposed too: a person took it back, or it came after the invoice.
    """
    line = bank.line(line_id)
    if line is None or not line.is_receipt:
        return ()
    words = " ".join(significant(line.counterparty_name))
    searched = customers.ids_matching(words, limit=_MOST_OF_ONE_NAME)
    [match] = decide(
        [transfer_of(line)], settings_now(), payers_of=bank.known_payers, searched=searched
    ).matches
    return _with_views([replace(one, sure=False) for one in match.proposals[:_MOST_PROPOSALS]])


def likeliest(lines: Sequence[LineView]) -> dict[int, LineProposal]:
    """Return the first proposal for each of these movements that has one, by movement: one look-up for all.

    It looks less far than `proposals_for`: customers are not searched by parts of their name.
    """
    receipts = [transfer_of(line) for line in lines if line.is_receipt]
    if not receipts:
        return {}
    decided = decide(receipts, settings_now(), payers_of=bank.known_payers)
    first = {match.transfer_id: match.proposals[0] for match in decided.matches if match.proposals}
    shown = _with_views([replace(one, sure=False) for one in first.values()])
    return dict(zip(first, shown, strict=True))


def _with_views(proposals: Sequence[Proposal]) -> tuple[LineProposal, ...]:
    items = ledger.items({share.item_id for one in proposals for share in one.shares})
    payers = customers.many({one.customer_id for one in proposals})
    return tuple(
        LineProposal(one, payers[one.customer_id], tuple(items[share.item_id] for share in one.shares))
        for one in proposals
    )
