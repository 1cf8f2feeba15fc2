"""What a person does with a payment: book, leave on account, set aside, and take any of it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from tijdig.banking import operations as banking
from tijdig.banking import queries as bank
from tijdig.banking import taken_back
from tijdig.banking.operations import StateChange
from tijdig.banking.queries import LineView
from tijdig.banking.states import LineState
from tijdig.domain.ledger import CreditKind
from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason
from tijdig.infra import audit
from tijdig.infra.readers_language import amount_in_words
from tijdig.ledger import operations as ledger
from tijdig.ledger import queries as ledger_queries
from tijdig.ledger.operations import AllocationRequest, Settlement
from tijdig.payments import queries as payment_queries
from tijdig.payments.queries import ReturnView
from tijdig.processes import reactions, refunds, returns
from tijdig.processes.cash_application import beside, learning
from tijdig.processes.cash_application.gathering import origin_of


class LineNotWaiting(ValueError):
    """The payment does not wait any more: somebody booked it or set it aside."""


class LineNotBooked(ValueError):
    """The payment is not booked, so there is nothing to take back."""


class LineNotIgnored(ValueError):
    """The payment was not set aside."""


class StatementCountsNot(ValueError):
    """The statement of this payment was taken back, or another tells it by now."""


class NotAReceipt(ValueError):
    """No money came in with this bank line."""


class AllocatedTooMuch(ValueError):
    """More would be allocated than the payment is."""


class CurrencyIsTheSame(ValueError):
    """The payment is in the currency that was stated."""


class CustomerUnclear(ValueError):
    """Nobody said whose payment it is, and the invoices do not tell."""


@dataclass(frozen=True, slots=True)
class Booking:
    """A payment as it was booked: its credit, and what that did to open items."""

    credit_id: int
    settlement: Settlement


@transaction.atomic
def book_line(
    *,
    line_id: int,
    allocations: Sequence[tuple[int, int]],
    customer_id: int | None = None,
    on: date,
    actor: str,
) -> Booking:
    """Book a waiting payment on items: `allocations` are (item id, amount in minor units).

    What is not allocated is left on the account of `customer_id`, or of the one customer the items have. With
    `customer_id` given, items of other customers may be paid too. Raises LineMissing, LineNotWaiting,
    NotAReceipt, AllocatedTooMuch, CustomerUnclear, and what the ledger raises for an item or customer.
    """
    line = _claim(
        line_id, LineState.WAITING, LineNotWaiting(_("Somebody has dealt with this payment already."))
    )
    if not line.is_receipt:
        raise NotAReceipt(_("Only money that came in can be booked on invoices."))
    payer = customer_id if customer_id is not None else _one_customer([item_id for item_id, _ in allocations])
    reason = Reason("BOOKED_BY_HAND" if allocations else "LEFT_ON_ACCOUNT")
    return _book(
        line,
        line.amount,
        allocations,
        payer=payer,
        reason=reason,
        across_customers=customer_id is not None,
        on=on,
        actor=actor,
    )


def leave_on_account(*, line_id: int, customer_id: int, on: date, actor: str) -> Booking:
    """Book a waiting payment as money of the customer, to be allocated later. Raises as book_line."""
    return book_line(line_id=line_id, allocations=(), customer_id=customer_id, on=on, actor=actor)


@transaction.atomic
def book_in_other_currency(
    *,
    line_id: int,
    amount: Money,
    allocations: Sequence[tuple[int, int]],
    customer_id: int,
    on: date,
    actor: str,
) -> Booking:
    """Book a waiting payment as `amount` in another currency, as a person states it is worth there.

    An item is settled in its own currency only, so nothing is ever converted by itself. The rate, that of the
    file where it tells one, is kept as a fact. Raises as book_line; AllocatedTooMuch against `amount`.
    """
    line = _claim(
        line_id, LineState.WAITING, LineNotWaiting(_("Somebody has dealt with this payment already."))
    )
    if not line.is_receipt or amount.minor <= 0:
        raise NotAReceipt(_("Only money that came in can be booked on invoices."))
    if amount.currency == line.amount.currency:
        raise CurrencyIsTheSame(_("The payment is in that currency already; book it as it is."))
    rate = line.exchange_rate or f"{(amount.decimal / line.amount.decimal):.6f}".rstrip("0").rstrip(".")
    facts = {"currency": line.amount.currency, "amount": str(line.amount), "rate": rate}
    return _book(
        line,
        amount,
        allocations,
        payer=customer_id,
        reason=Reason("BOOKED_AT_RATE", facts),
        across_customers=True,
        on=on,
        actor=actor,
    )


def _book(
    line: LineView,
    amount: Money,
    allocations: Sequence[tuple[int, int]],
    *,
    payer: int,
    reason: Reason,
    across_customers: bool,
    on: date,
    actor: str,
) -> Booking:
    """Book a claimed payment as this amount of the payer, and settle items with it."""
    allocated = sum(minor for _, minor in allocations)
    if allocated > amount.minor:
        too_much = Money(allocated - amount.minor, amount.currency)
        raise AllocatedTooMuch(
            _("That is %(more)s more than the payment of %(amount)s.")
            % {"more": amount_in_words(too_much), "amount": amount_in_words(amount)}
        )
    credit_id = ledger.add_credit(
        customer_id=payer,
        kind=CreditKind.PAYMENT,
        amount=amount,
        booking_date=line.booking_date,
        origin=origin_of(line.id),
        number="",
        reason=reason,
        actor=actor,
    )
    banking.set_line_states([StateChange(line.id, LineState.BOOKED, reason)])
    learning.booked_by_hand(line, payer)
    if not allocations:
        return Booking(credit_id, Settlement())
    settlement = allocate_credit(
        credit_id=credit_id, allocations=allocations, across_customers=across_customers, on=on, actor=actor
    )
    return Booking(credit_id, settlement)


@transaction.atomic
def allocate_credit(
    *,
    credit_id: int,
    allocations: Sequence[tuple[int, int]],
    across_customers: bool = False,
    on: date,
    actor: str,
) -> Settlement:
    """Settle items with money on account: `allocations` are (item id, amount in minor units).

    Raises what ledger.operations.allocate_many raises.
    """
    audit.reserve()
    reason = Reason("BOOKED_BY_HAND")
    requests = [AllocationRequest(credit_id, item_id, amount, reason) for item_id, amount in allocations]
    settlement = ledger.allocate_many(requests, on=on, actor=actor, across_customers=across_customers)
    learning.allocated_by_hand(credit_id, [item_id for item_id, _amount in allocations])
    reactions.after_settlement(settlement=settlement, on=on)
    return settlement


@transaction.atomic
def undo_allocation(*, allocation_id: int, text: str = "", on: date, actor: str) -> Settlement:
    """Take one allocation back by a reversing row; the money is left on the customer's account.

    `text` is why, in the person's own words. Raises what ledger.operations.undo_allocation raises.
    """
    audit.reserve()
    settlement = ledger.undo_allocation(allocation_id=allocation_id, on=on, reason=_why(text), actor=actor)
    learning.allocation_taken_back(allocation_id, on=on)
    reactions.after_settlement(settlement=settlement, on=on)
    return settlement


@transaction.atomic
def unbook_line(*, line_id: int, text: str = "", on: date, actor: str) -> Settlement:
    """Take the booking of a movement back whole, by reversing rows; it waits again.

    Also that it took an earlier payment back, or paid a refund. Raises LineMissing, LineNotBooked,
    MoneyIsElsewhere where money of it came back or went elsewhere since, RefundMovedOn.
    """
    line = _claim(line_id, LineState.BOOKED, LineNotBooked(_("This payment is not booked.")))
    told = payment_queries.return_told_by(line_id)
    if told is not None and told.counted_line_id == line_id and told.undone_at is None:
        return returns.undo(return_id=told.id, text=text, on=on, actor=actor)
    refunds.take_back(line_id=line_id, actor=actor)
    origin = origin_of(line_id)
    credit = ledger_queries.credits_by_origin([origin]).get(origin)
    settlement = Settlement()
    if credit is not None:
        undone = beside.take_back(line, on=on, reason=_why(text), actor=actor)
        reversed_ = ledger.reverse_credit(credit_id=credit.id, on=on, reason=_why(text), actor=actor)
        settlement = sum([*undone, reversed_], Settlement())
        learning.booking_taken_back(line, credit, settlement.changed, on=on)
        reactions.after_settlement(settlement=settlement, on=on)
    said = text.strip()[:500]
    reason = Reason("BOOKING_UNDONE_SAYING", {"text": said}) if said else Reason("BOOKING_UNDONE")
    _set_state(line_id, LineState.WAITING, reason, actor=actor, action="bank.line_unbooked")
    learning.look_whose_it_is(line_id)
    return settlement


@transaction.atomic
def ignore_line(*, line_id: int, text: str, actor: str) -> None:
    """Set a waiting bank line aside, with the person's reason. Raises LineMissing, LineNotWaiting."""
    _claim(line_id, LineState.WAITING, LineNotWaiting(_("Somebody has dealt with this payment already.")))
    reason = Reason("PERSON_SAID", {"text": text.strip()[:500]}) if text.strip() else Reason("SET_ASIDE")
    _set_state(line_id, LineState.IGNORED, reason, actor=actor, action="bank.line_ignored")


@transaction.atomic
def reopen_line(*, line_id: int, actor: str) -> None:
    """Let a line that was set aside wait again, with the line it went out with. Raises LineMissing, LineNotIgnored,
    StatementCountsNot.
    """
    line = _claim(line_id, LineState.IGNORED, LineNotIgnored(_("This bank line was not set aside.")))
    if taken_back.retired([line_id]):
        raise StatementCountsNot(_why_it_counts_not(line))
    gone = _went_out_with(line_id)
    if gone is not None:  # no money had moved, so the day is only that of the return
        returns.undo(return_id=gone.id, text="", on=gone.on_date, actor=actor)
    _set_state(line_id, LineState.WAITING, Reason("TAKEN_UP_AGAIN"), actor=actor, action="bank.line_reopened")
    learning.look_whose_it_is(line_id)


def _why_it_counts_not(line: LineView) -> str:
    statement = bank.statement(line.statement_id)
    if statement is not None and statement.taken_back_at is None:
        return _("Another bank file tells this movement by now; deal with it there.")
    return _("The statement it is on was taken back. Take that in again first, on its own page.")


def _went_out_with(line_id: int) -> ReturnView | None:
    """Return the return that this payment, before it was booked, went out with, or that this movement told."""
    told = payment_queries.return_told_by(line_id)
    counted = (told,) if told is not None and told.counted_line_id == line_id else ()
    found = (*counted, *payment_queries.returns_of_lines([line_id]).get(line_id, ()))
    return next((each for each in found if each.undone_at is None and each.credit_id is None), None)


def _claim(line_id: int, state: LineState, otherwise: ValueError) -> LineView:
    """Lock the line, check that it is in `state` and return it; of two at once the second is told so.

    The end of the audit trail first, then lines, credits, items: everybody in that order (see audit.reserve).
    """
    audit.reserve()
    if banking.lock_lines([line_id])[line_id] != state:
        raise otherwise
    return bank.lines([line_id])[line_id]


def _set_state(line_id: int, state: LineState, reason: Reason, *, actor: str, action: str) -> None:
    banking.set_line_states([StateChange(line_id, state, reason)])
    audit.record(
        actor=actor, action=action, subject=f"banking_bankline:{line_id}", data={"reason": reason.code}
    )


def _one_customer(item_ids: Sequence[int]) -> int:
    customers = {item.customer_id for item in ledger_queries.items(item_ids).values()}
    if len(customers) != 1:
        raise CustomerUnclear(
            _("Say which customer paid: the invoices do not have one and the same customer.")
        )
    return customers.pop()


def _why(text: str) -> Reason:
    return Reason("PERSON_SAID", {"text": text.strip()[:500]}) if text.strip() else Reason("BOOKING_UNDONE")
