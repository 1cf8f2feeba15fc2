"""The discount for paying early: who pays soon enough may pay so much less.

It is counted on the whole amount of the invoice, VAT included, as the payer counts it. What that does to the
VAT is for the books: a discount that was taken lowers what the VAT is counted on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

_WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class DiscountPolicy:
    """So many hundredths of a percent (200: 2 %), when paid within `days` of the invoice's date.

    `grace_days` are what a bank may take on top; 0 basis points: no discount.
    """

    basis_points: int
    days: int
    grace_days: int = 0

    def last_day(self, issue_date: date) -> date:
        """Return the last day on which money may come in and still have the discount."""
        return issue_date + timedelta(days=self.days + self.grace_days)


def allowed(amount_minor: int, issue_date: date, paid_on: date, policy: DiscountPolicy) -> int:
    """Return the discount on an invoice of this amount for money that came in on `paid_on`; 0 for none.

    In minor units, rounded half up, and never all of it. Paid before the invoice's date is early too.
    """
    if amount_minor <= 0 or paid_on > policy.last_day(issue_date):
        return 0
    discount = (amount_minor * policy.basis_points + _WHOLE // 2) // _WHOLE
    return discount if discount < amount_minor else 0
