"""What the ledger shows of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tijdig.domain.ledger import CreditKind, ItemKind
from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class ItemView:
    """An open item. Amounts in minor units of `currency`; the properties give them as Money."""

    id: int
    customer_id: int
    kind: ItemKind
    number: str
    currency: str
    amount_minor: int
    open_minor: int
    issue_date: date
    due_date: date
    payment_reference: str
    settled_date: date | None
    reverses_credit_id: int | None
    about_item_id: int | None = None

    @property
    def amount(self) -> Money:
        """What was owed at first."""
        return Money(self.amount_minor, self.currency)

    @property
    def open(self) -> Money:
        """What is still owed."""
        return Money(self.open_minor, self.currency)

    @property
    def is_open(self) -> bool:
        """Whether anything is still owed."""
        return self.open_minor > 0

    def is_overdue(self, on: date) -> bool:
        """Whether something is owed past its due date."""
        return self.open_minor > 0 and self.due_date < on


@dataclass(frozen=True, slots=True)
class CreditView:
    """A credit. Amounts in minor units of `currency`; the properties give them as Money."""

    id: int
    customer_id: int
    kind: CreditKind
    number: str
    currency: str
    amount_minor: int
    unallocated_minor: int
    booking_date: date
    origin: str
    actor: str
    reversed: bool
    created_at: datetime
    reason: Reason | None
    left_on_account_date: date | None
    """Since when somebody knowingly leaves what is left of it on account."""

    @property
    def amount(self) -> Money:
        """What it was worth at first."""
        return Money(self.amount_minor, self.currency)

    @property
    def unallocated(self) -> Money:
        """What is left to settle items with."""
        return Money(self.unallocated_minor, self.currency)


@dataclass(frozen=True, slots=True)
class AllocationView:
    """That part of a credit settled part of an item; a negative amount undoes the row `reverses_id`."""

    id: int
    item_id: int
    credit_id: int
    currency: str
    amount_minor: int
    on_date: date
    actor: str
    reverses_id: int | None
    undone: bool
    created_at: datetime
    item_number: str
    credit_number: str
    credit_origin: str
    item_kind: ItemKind
    credit_kind: CreditKind
    reason: Reason | None

    @property
    def amount(self) -> Money:
        """What it settled; negative where it undoes."""
        return Money(self.amount_minor, self.currency)

    @property
    def can_be_undone(self) -> bool:
        """Whether undoing it makes sense: it settles something and has not been undone."""
        return self.reverses_id is None and not self.undone and self.item_kind.is_debt
