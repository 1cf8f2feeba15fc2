"""The ledger's words: what can be owed, what can settle it, and the invariants both sides keep.

For every item 0 ≤ open ≤ amount; for every credit 0 ≤ unallocated ≤ amount; what a customer owes less what
they have on account is the sum of both sides (architecture §4).
"""

from __future__ import annotations

from enum import StrEnum


class ItemKind(StrEnum):
    """An open item: something the customer owes, or something that took a credit's money elsewhere.

    REFUND_DUE is money that is paid back, RETURNED a payment that came back, MOVED_OUT money that became
    another customer's, REVERSAL undoes a credit whole.
    """

    INVOICE = "INVOICE"
    FEE = "FEE"
    INTEREST = "INTEREST"
    REFUND_DUE = "REFUND_DUE"
    RETURNED = "RETURNED"
    MOVED_OUT = "MOVED_OUT"
    REVERSAL = "REVERSAL"

    @property
    def is_debt(self) -> bool:
        """Whether the customer owes it; the others are settled from the day they are there."""
        return self in DEBTS


DEBTS = (ItemKind.INVOICE, ItemKind.FEE, ItemKind.INTEREST)


class CreditKind(StrEnum):
    """A credit: something that settles open items.

    MOVED_IN is money that was another customer's; RELEASE settles an item that took money out, when that
    money is put back.
    """

    PAYMENT = "PAYMENT"
    CREDIT_NOTE = "CREDIT_NOTE"
    DISCOUNT = "DISCOUNT"
    WRITE_OFF = "WRITE_OFF"
    CANCELLATION = "CANCELLATION"
    MOVED_IN = "MOVED_IN"
    RELEASE = "RELEASE"

    @property
    def belongs_to_its_item(self) -> bool:
        """Whether it exists for one item only: taken off it, it may not stay on account as money would."""
        return self in _OF_THEIR_ITEM

    @property
    def is_money(self) -> bool:
        """Whether somebody paid it."""
        return self in (CreditKind.PAYMENT, CreditKind.MOVED_IN)


_OF_THEIR_ITEM = (CreditKind.DISCOUNT, CreditKind.WRITE_OFF, CreditKind.CANCELLATION, CreditKind.RELEASE)


class WriteOffReason(StrEnum):
    """Why something owed is asked for no longer."""

    SMALL_DIFFERENCE = "SMALL_DIFFERENCE"
    BANK_CHARGES = "BANK_CHARGES"
    GOODWILL = "GOODWILL"
    UNCOLLECTABLE = "UNCOLLECTABLE"
    DISPUTED = "DISPUTED"
    OTHER = "OTHER"

    @property
    def meaning(self) -> str:
        """What it means, in English; the screens show it translated."""
        return _MEANINGS[self]


_MEANINGS = {
    WriteOffReason.SMALL_DIFFERENCE: "a small difference",
    WriteOffReason.BANK_CHARGES: "bank charges",
    WriteOffReason.GOODWILL: "goodwill",
    WriteOffReason.UNCOLLECTABLE: "it cannot be collected",
    WriteOffReason.DISPUTED: "it is disputed, and rightly so",
    WriteOffReason.OTHER: "another reason",
}
