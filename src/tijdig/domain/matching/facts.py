"""What the matcher is told and what it answers. Amounts in minor units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from tijdig.domain.reasons import Reason

Likeness = Callable[[str, str], float]
"""How alike two texts are, from 0 (not at all) to 1 (the same)."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One movement on the bank account, as far as it can tell what it is for. Positive is money in.

    `charges_minor` is what banks say they took, in the transfer's currency; `original_minor` what was ordered,
    in `original_currency`, where the file tells it.
    """

    id: int
    amount_minor: int
    currency: str
    structured_reference: str = ""
    remittance: str = ""
    return_reason: str = ""
    batch_incomplete: bool = False
    returned: bool = False
    booking_date: date | None = None
    counterparty_name: str = ""
    counterparty_account: str = ""
    end_to_end_id: str = ""
    charges_minor: int = 0
    original_minor: int | None = None
    original_currency: str = ""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One item that may be meant by a transfer; a settled one has nothing open.

    `payment_ids` are the ids under which its payment was asked for at a bank: end-to-end ids of direct debits
    and of payment links; the bank hands them back as they were given.
    """

    id: int
    customer_id: int
    number: str
    payment_reference: str
    currency: str
    amount_minor: int
    open_minor: int
    issue_date: date | None = None
    due_date: date | None = None
    payment_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Debtor:
    """A customer as far as a transfer may tell that it is theirs."""

    id: int
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class CreditLeft:
    """What a customer has to settle items with: a credit note, or money on account."""

    id: int
    customer_id: int
    number: str
    currency: str
    left_minor: int
    is_credit_note: bool


@dataclass(frozen=True, slots=True)
class MatchSettings:
    """How the organisation treats money. Amounts in minor units of `currency`, its own.

    `trusted` are the codes of the matchers that may book by themselves; None: all that can.
    """

    trusted: frozenset[str] | None = None
    currency: str = "EUR"
    small_difference_minor: int = 0
    discount_basis_points: int = 0
    discount_days: int = 0
    discount_grace_days: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about the payments of one batch.

    `items` are all items any of them may mean, settled ones too. `owed_by` are the customers of whom every open
    item is among them, `credits` what those have left. `common_amounts` are (currency, amount) of which there
    are more open items than were looked up. `payers` is by account.
    """

    items: tuple[OpenItem, ...] = ()
    debtors: Mapping[int, Debtor] = field(default_factory=lambda: MappingProxyType({}))
    credits: tuple[CreditLeft, ...] = ()
    owed_by: frozenset[int] = frozenset()
    common_amounts: frozenset[tuple[str, int]] = frozenset()
    payers: Mapping[str, tuple[KnownPayer, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class KnownPayer:
    """That an account has paid for a customer, in so many bookings that stand."""

    account: str
    customer_id: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class MatcherRecord:
    """How a matcher has done: bookings by itself, and how many of those a person took back."""

    matcher: str
    booked: int
    corrected: int


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a transfer that goes to one item."""

    item_id: int
    amount_minor: int


class Forgiveness(StrEnum):
    """Why a part of an item that was not paid is not asked for any more."""

    DISCOUNT = "DISCOUNT"
    SMALL_DIFFERENCE = "SMALL_DIFFERENCE"
    BANK_CHARGES = "BANK_CHARGES"


@dataclass(frozen=True, slots=True)
class Forgiven:
    """The part of one item that is not asked for any more, and why."""

    item_id: int
    amount_minor: int
    why: Forgiveness


@dataclass(frozen=True, slots=True)
class UsedCredit:
    """The part of a credit the customer has that goes to one item."""

    credit_id: int
    item_id: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """One answer. What the shares leave of the transfer stays on the account of `customer_id`.

    `matcher` is the code of the matcher that gave it, `confidence` of a million such answers how many are
    right. Only a sure one books by itself; items of other customers are paid by `customer_id` for them.
    """

    customer_id: int
    shares: tuple[Share, ...]
    confidence: int
    reason: Reason
    matcher: str = ""
    sure: bool = False
    forgiven: tuple[Forgiven, ...] = ()
    credits: tuple[UsedCredit, ...] = ()

    def settles(self) -> tuple[tuple[int, int], ...]:
        """Return (item id, minor units) of every part of an item that this settles, by whatever means."""
        return (
            *((share.item_id, share.amount_minor) for share in self.shares),
            *((part.item_id, part.amount_minor) for part in self.forgiven),
            *((used.item_id, used.amount_minor) for used in self.credits),
        )


@dataclass(frozen=True, slots=True)
class Match:
    """The answer for one transfer: why it is booked or waits, and the proposals, best first."""

    transfer_id: int
    reason: Reason
    proposals: tuple[Proposal, ...] = ()

    @property
    def booking(self) -> Proposal | None:
        """The proposal that books by itself; None where a person decides."""
        return next((proposal for proposal in self.proposals if proposal.sure), None)
