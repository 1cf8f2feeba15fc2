"""The discount for paying early on what an invoice has left: whether it holds, and by which payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tijdig.domain.discounts import DiscountPolicy, allowed
from tijdig.domain.ledger import CreditKind, ItemKind
from tijdig.domain.money import Money
from tijdig.ledger import queries as ledger
from tijdig.ledger.queries import ItemView
from tijdig.organisations import queries as organisations


@dataclass(frozen=True, slots=True)
class DiscountOffer:
    """What is left is no more than the discount. `credit_id` is the payment that was in time; None for none."""

    left: Money
    until: date
    credit_id: int | None


def offer_on(item: ItemView) -> DiscountOffer | None:
    """Return the discount that what is left may be; None where it is something else.

    Giving it checks everything again: this is what to show.
    """
    set_up = organisations.cash_policy()
    policy = DiscountPolicy(set_up.discount_basis_points, set_up.discount_days, set_up.discount_grace_days)
    most = allowed(item.amount_minor, item.issue_date, item.issue_date, policy)
    if item.kind is not ItemKind.INVOICE or not 0 < item.open_minor <= most:
        return None
    standing = [row for row in ledger.allocations_of_item(item.id) if row.can_be_undone]
    payments = ledger.credits({row.credit_id for row in standing if row.credit_kind is CreditKind.PAYMENT})
    if not payments or any(row.credit_kind is CreditKind.DISCOUNT for row in standing):
        return None
    until = policy.last_day(item.issue_date)
    in_time = [credit.id for credit in payments.values() if credit.booking_date <= until]
    return DiscountOffer(item.open, until, max(in_time, default=None))
