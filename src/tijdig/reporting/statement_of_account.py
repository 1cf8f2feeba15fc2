"""A customer's statement of account: what stood at the start, what moved it, what stood at the end.

The opening and the closing balance are read apart from each other, as open items less money on account at the
end of a day; the movements between them lead from the one to the other to the cent (tests/ledger proves it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from tijdig.customers import queries as customers
from tijdig.customers.queries import CustomerView
from tijdig.domain.money import Money
from tijdig.ledger import queries as ledger
from tijdig.ledger.queries import Movement, MovementKind, OnAccountThen, OpenThen


class PeriodInvalid(ValueError):
    """The period ends before it starts."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A movement, and what was owed after it, in minor units."""

    movement: Movement
    balance_minor: int

    @property
    def balance(self) -> Money:
        """What was owed after it; below zero where the customer had money to come."""
        return Money(self.balance_minor, self.movement.currency)


@dataclass(frozen=True, slots=True)
class CurrencyStatement:
    """The account in one currency, in minor units; balances are above zero where the customer owes."""

    currency: str
    opening_minor: int
    lines: tuple[StatementLine, ...]
    closing_minor: int
    open_items: tuple[OpenThen, ...]
    """What was still open at the end, oldest due date first."""
    on_account: tuple[OnAccountThen, ...]
    """What was on account at the end."""

    @property
    def opening(self) -> Money:
        """What was owed at the start of the first day."""
        return Money(self.opening_minor, self.currency)

    @property
    def closing(self) -> Money:
        """What was owed at the end of the last day: open items less money on account."""
        return Money(self.closing_minor, self.currency)

    @property
    def open(self) -> Money:
        """What was open at the end, before money on account."""
        return Money(sum(item.open_minor for item in self.open_items), self.currency)

    @property
    def left(self) -> Money:
        """What was on account at the end."""
        return Money(sum(one.remaining_minor for one in self.on_account), self.currency)


@dataclass(frozen=True, slots=True)
class StatementOfAccount:
    """A customer's account from the start of `since` to the end of `until`, per currency."""

    customer: CustomerView
    since: date
    until: date
    parts: tuple[CurrencyStatement, ...]


def statement_of_account(customer_id: int, *, since: date, until: date, currency: str) -> StatementOfAccount:
    """Return the statement; where nothing was ever booked, an empty one in `currency`.

    Raises PeriodInvalid, customers.queries.CustomerUnknown.
    """
    if since > until:
        raise PeriodInvalid(_("the period ends before it starts; choose an earlier first day"))
    customer = customers.get(customer_id)
    opening = _net(ledger.position_as_of(since - timedelta(days=1), customer_id=customer_id))
    closing = _net(ledger.position_as_of(until, customer_id=customer_id))
    moved = ledger.movements(customer_id, since=since, until=until)
    items = ledger.open_items_as_of(until, customer_id=customer_id)
    left = ledger.on_account_as_of(until, customer_id=customer_id)
    currencies = {*opening, *closing, *(movement.currency for movement in moved)} or {currency}
    return StatementOfAccount(
        customer,
        since,
        until,
        tuple(
            CurrencyStatement(
                each,
                opening.get(each, 0),
                _lines(opening.get(each, 0), [one for one in moved if one.currency == each]),
                closing.get(each, 0),
                tuple(item for item in items if item.currency == each),
                tuple(one for one in left if one.currency == each),
            )
            for each in sorted(currencies, key=lambda each: (each != currency, each))
        ),
    )


def _net(positions: Sequence[ledger.PositionThen]) -> dict[str, int]:
    return {position.currency: position.net_minor for position in positions}


def _lines(balance: int, moved: Sequence[Movement]) -> tuple[StatementLine, ...]:
    lines = []
    for movement in moved:
        balance += movement.amount_minor
        lines.append(StatementLine(movement, balance))
    return tuple(lines)


def movement_words(kind: MovementKind) -> str:
    """Return what happened, in the language that is active, as a customer reads it."""
    return {
        MovementKind.INVOICE: _("Invoice"),
        MovementKind.FEE: _("Fee"),
        MovementKind.INTEREST: _("Interest"),
        MovementKind.REFUND_DUE: _("Refund"),
        MovementKind.RETURNED: _("Payment that came back"),
        MovementKind.MOVED_OUT: _("Moved to another customer"),
        MovementKind.PAYMENT: _("Payment"),
        MovementKind.CREDIT_NOTE: _("Credit note"),
        MovementKind.DISCOUNT: _("Discount"),
        MovementKind.WRITE_OFF: _("Write-off"),
        MovementKind.CANCELLATION: _("Cancellation"),
        MovementKind.MOVED_IN: _("Moved from another customer"),
        MovementKind.RELEASE: _("Put back on account"),
        MovementKind.PAYMENT_REVERSED: _("Payment taken back"),
        MovementKind.CREDIT_NOTE_REVERSED: _("Credit note taken back"),
        MovementKind.DISCOUNT_REVERSED: _("Discount taken back"),
        MovementKind.WRITE_OFF_REVERSED: _("Write-off taken back"),
        MovementKind.CANCELLATION_REVERSED: _("Cancellation taken back"),
        MovementKind.MOVED_IN_REVERSED: _("Moved back to another customer"),
        MovementKind.RELEASE_REVERSED: _("Taken off the account again"),
        MovementKind.FOR_OTHER: _("Used for another customer"),
        MovementKind.BY_OTHER: _("Paid by somebody else"),
    }[kind]
