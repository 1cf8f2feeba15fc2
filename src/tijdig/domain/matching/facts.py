"""What the matcher is told and what it answers. Amounts in minor units."""

from __future__ import annotations

from dataclasses import dataclass

from tijdig.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class Transfer:
    """One movement on the bank account, as far as it can tell what it is for. Positive is money in."""

    id: int
    amount_minor: int
    currency: str
    structured_reference: str = ""
    remittance: str = ""
    return_reason: str = ""
    batch_incomplete: bool = False


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One item that may be named by a transfer; a settled one has nothing open."""

    id: int
    customer_id: int
    number: str
    payment_reference: str
    currency: str
    amount_minor: int
    open_minor: int


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


@dataclass(frozen=True, slots=True)
class Proposal:
    """One answer: these items of this customer. Only a sure one books by itself.

    `confidence` is 0–100 and only orders proposals; `sure` is decided by rules, never by a score.
    """

    customer_id: int
    shares: tuple[Share, ...]
    confidence: int
    reason: Reason
    sure: bool = False


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
