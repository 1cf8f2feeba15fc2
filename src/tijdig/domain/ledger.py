"""The ledger's words: what can be owed, what can settle it, and the invariants both sides keep.

For every item 0 ≤ open ≤ amount; for every credit 0 ≤ unallocated ≤ amount; what a customer owes less what
they have on account is the sum of both sides (architecture §4).
"""

from __future__ import annotations

from enum import StrEnum


class ItemKind(StrEnum):
    """An open item: something the customer owes (or, for REVERSAL, that undoes a credit)."""

    INVOICE = "INVOICE"
    FEE = "FEE"
    INTEREST = "INTEREST"
    REFUND_DUE = "REFUND_DUE"
    REVERSAL = "REVERSAL"


class CreditKind(StrEnum):
    """A credit: something that settles open items."""

    PAYMENT = "PAYMENT"
    CREDIT_NOTE = "CREDIT_NOTE"
    DISCOUNT = "DISCOUNT"
    WRITE_OFF = "WRITE_OFF"
    CANCELLATION = "CANCELLATION"

    @property
    def belongs_to_its_item(self) -> bool:
        """Whether it exists for one item only: taken off it, it may not stay on account as money would."""
        return self in (CreditKind.WRITE_OFF, CreditKind.CANCELLATION)
