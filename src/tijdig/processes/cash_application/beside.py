"""What is booked beside a payment's own money: differences that are forgiven, credits that are used.

They belong to the payment: taking its booking back takes them back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from tijdig.banking.queries import LineView
from tijdig.domain.ledger import CreditKind
from tijdig.domain.matching import Forgiveness, Proposal
from tijdig.domain.reasons import Reason
from tijdig.ledger import operations as ledger
from tijdig.ledger import queries as ledger_queries
from tijdig.ledger.operations import AllocationRequest, NewCredit, Settlement
from tijdig.processes.cash_application.gathering import origin_of

_KINDS = {
    Forgiveness.DISCOUNT: CreditKind.DISCOUNT,
    Forgiveness.SMALL_DIFFERENCE: CreditKind.WRITE_OFF,
    Forgiveness.BANK_CHARGES: CreditKind.WRITE_OFF,
}


def differences(
    line: LineView, booking: Proposal, customer_of: dict[int, int], *, payment_id: int
) -> Iterator[tuple[NewCredit, int]]:
    """Yield a credit for each part that is forgiven, with the item it is for; `customer_of` is by item.

    Each goes when the payment it is given with goes.
    """
    for place, part in enumerate(booking.forgiven, start=1):
        credit = NewCredit(
            customer_id=customer_of[part.item_id],
            kind=_KINDS[part.why],
            amount_minor=part.amount_minor,
            currency=line.amount.currency,
            booking_date=line.booking_date,
            reason=booking.reason,
            origin=f"{origin_of(line.id)}:{place}",
            beside_credit_id=payment_id,
        )
        yield credit, part.item_id


def uses_of_credits(line: LineView, booking: Proposal) -> Iterator[AllocationRequest]:
    """Yield what settles items out of credits the customer had; the reason says for which payment."""
    if booking.credits:
        reason = Reason(booking.reason.code, {**booking.reason.facts, "line": line.id})
        for used in booking.credits:
            yield AllocationRequest(used.credit_id, used.item_id, used.amount_minor, reason)


def take_back(line: LineView, *, on: date, reason: Reason, actor: str) -> Sequence[Settlement]:
    """Take back the credits that were used with the payment of a line, by reversing rows.

    What was forgiven goes with the payment by itself.
    """
    done = []
    used = str(line.reason.facts.get("credit_ids", "")) if line.reason else ""
    for credit_id in filter(None, used.split(",")):
        for allocation in ledger_queries.allocations_of_credit(int(credit_id)):
            ours = allocation.reason is not None and allocation.reason.facts.get("line") == line.id
            if ours and allocation.can_be_undone:
                done.append(
                    ledger.undo_allocation(allocation_id=allocation.id, on=on, reason=reason, actor=actor)
                )
    return done
