"""From the bank's and the ledger's views to what the matcher is told."""

from __future__ import annotations

from tijdig.banking.queries import LineView
from tijdig.domain.matching import OpenItem, Transfer, gather_clues
from tijdig.ledger import queries as ledger
from tijdig.ledger.queries import ItemView


def origin_of(line_id: int) -> str:
    """Return the source a bank line books under; a source books once."""
    return f"bank:{line_id}"


def transfer_of(line: LineView) -> Transfer:
    """Return what the matcher is told about a movement."""
    return Transfer(
        id=line.id,
        amount_minor=line.amount.minor,
        currency=line.amount.currency,
        structured_reference=line.structured_reference,
        remittance=line.remittance,
        return_reason=line.return_reason,
        batch_incomplete=line.batch_incomplete,
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
    )


def items_named_by(transfers: tuple[Transfer, ...]) -> tuple[ItemView, ...]:
    """Return every item that any of these transfers may name: one look-up for all of them."""
    clues = gather_clues(transfers)
    if not clues.references and not clues.cores:
        return ()
    return ledger.items_by_clue(references=clues.references, cores=clues.cores)
