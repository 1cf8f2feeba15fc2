"""What a statement told of money that came back is withdrawn with it: those payments stand again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from tijdig.banking import operations as banking
from tijdig.banking import taken_back
from tijdig.domain.reasons import Reason
from tijdig.ledger import operations as ledger
from tijdig.payments import operations as payments
from tijdig.payments import queries as payment_queries
from tijdig.payments.queries import RefundState, ReturnView


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What came of it: how many returns and refunds are undone.

    `blocked` has by movement why it cannot be taken back. `standing` are the returns of which the payment stands,
    to be settled again; `waiting` movements of other statements that wait again.
    """

    returns: int = 0
    refunds: int = 0
    blocked: Mapping[int, str] = field(default_factory=dict)
    standing: tuple[ReturnView, ...] = ()
    waiting: frozenset[int] = frozenset()


def withdraw(
    line_ids: Sequence[int], *, going: Collection[int], on: date, reason: Reason, actor: str
) -> Withdrawn:
    """Undo the returns that these locked movements told, and that they paid refunds; in sets.

    `going` are all movements that are taken back: payments among them do not settle anything again. The money
    is on account; call returns.settle_again when all is off the items. Nothing is done when one is blocked.
    """
    found = _returns_of(line_ids)
    blocked = _blocked(line_ids, found, going)
    if blocked:
        return Withdrawn(blocked=blocked)
    refunds = payments.refunds_not_paid(line_ids, actor=actor)
    elsewhere = _elsewhere(found, going)
    banking.lock_lines(elsewhere)
    payments.withdraw_tellings(line_ids=line_ids, return_ids=[each.id for each in found], actor=actor)
    items = [each.item_id for each in found if each.item_id is not None]
    ledger.release_returned(items, on=on, reason=reason, actor=actor)
    standing = tuple(each for each in found if each.credit_id is not None and each.line_id not in going)
    taken_back.let_wait(elsewhere)
    return Withdrawn(len(found), refunds, {}, standing, elsewhere)


def _returns_of(line_ids: Sequence[int]) -> list[ReturnView]:
    """Return what counts by these movements, and what came back of them before it was booked."""
    of_them = payment_queries.returns_of_lines(line_ids)
    unbooked = [
        each
        for told in of_them.values()
        for each in told
        if each.credit_id is None and each.undone_at is None and not each.is_withdrawn
    ]
    found = {each.id: each for each in (*payment_queries.returns_told_by(line_ids), *unbooked)}
    return [found[return_id] for return_id in sorted(found)]


def _blocked(line_ids: Sequence[int], found: Sequence[ReturnView], going: Collection[int]) -> dict[int, str]:
    blocked = {}
    for each in found:
        teller = each.counted_line_id
        if any(telling.line_id is None for telling in each.tellings):
            line_id = teller if teller in going and teller is not None else each.line_id
            blocked[line_id] = _(
                "a report of the bank on orders tells this return too; take the return back by hand first"
            )
    lines = set(line_ids)
    for refund in payment_queries.refunds_by_lines(line_ids):
        if refund.returned_line_id in lines and refund.state is RefundState.CAME_BACK:
            blocked[refund.returned_line_id] = _(
                "refund %(number)s came back by it, and its money is on account since"
            ) % {"number": refund.number}
    return blocked


def _elsewhere(found: Sequence[ReturnView], going: Collection[int]) -> frozenset[int]:
    """Return the movements of other statements that told these returns too, or went out with them."""
    told = {telling.line_id for each in found for telling in each.tellings}
    paid = {each.line_id for each in found if each.credit_id is None}
    return frozenset(line_id for line_id in told | paid if line_id is not None) - frozenset(going)
