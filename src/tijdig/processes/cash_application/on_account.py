"""Money on account: put on what is owed as the law says, set against an invoice, moved to another customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from tijdig.banking import queries as bank
from tijdig.customers import queries as customers
from tijdig.domain import allocation, designation
from tijdig.domain.allocation import Division, Order, Owed, Part
from tijdig.domain.discounts import DiscountPolicy, allowed
from tijdig.domain.ledger import DEBTS, CreditKind, ItemKind
from tijdig.domain.parties import PartyKind
from tijdig.domain.reasons import Reason
from tijdig.infra import audit
from tijdig.infra.readers_language import day_in_words, in_words
from tijdig.ledger import operations as ledger
from tijdig.ledger import queries as ledger_queries
from tijdig.ledger.operations import AllocationRequest, Forgiven, Moved, Settlement
from tijdig.ledger.queries import CreditView, ItemView
from tijdig.organisations import queries as organisations
from tijdig.processes import reactions

_PARTS = {ItemKind.FEE: Part.COSTS, ItemKind.INTEREST: Part.INTEREST, ItemKind.INVOICE: Part.PRINCIPAL}
_FROM_THE_BANK = "bank:"


class NothingOwed(ValueError):
    """The customer owes nothing that this money could settle."""


class NothingOnAccount(ValueError):
    """Nothing is left of this money."""


class CannotDivide(ValueError):
    """No rule is known for dividing it; the message says what to do."""


class NoDiscount(ValueError):
    """The discount for paying early does not hold; the message says why."""


@dataclass(frozen=True, slots=True)
class ProposedDivision:
    """How money on account would be divided over what is owed, with the items of the portions."""

    credit: CreditView
    division: Division
    items: tuple[ItemView, ...]


def proposed_division(credit_id: int) -> ProposedDivision:
    """Return how money on account would be put on what its customer owes, in the organisation's order.

    The day it was paid decides: money never goes to costs that came later. Raises CreditMissing,
    NothingOnAccount, NothingOwed, CannotDivide.
    """
    credit = ledger_queries.credit(credit_id)
    if credit is None:
        raise ledger.CreditMissing(_("this payment does not exist any more; look it up again"))
    if not credit.unallocated_minor:
        raise NothingOnAccount(_("Nothing is left of this payment; look at where it went."))
    owed = {
        item.id: item
        for item in ledger_queries.open_items_of(credit.customer_id)
        if item.currency == credit.currency and item.kind in DEBTS
    }
    division = allocation.divide(
        credit.unallocated_minor,
        [_owed(item) for item in owed.values()],
        on=credit.booking_date,
        policy=_policy(credit),
        named=_named(credit, tuple(owed.values())),
    )
    if not division.portions:
        raise NothingOwed(_("This customer owes nothing in this money's currency; it stays on account."))
    return ProposedDivision(credit, division, tuple(owed[one.item_id] for one in division.portions))


def _owed(item: ItemView) -> Owed:
    part = _PARTS[item.kind]
    return Owed(
        item_id=item.id,
        debt_id=item.about_item_id or item.id,
        open_minor=item.open_minor,
        issue_date=item.issue_date,
        due_date=item.due_date,
        part=part,
        payable_from=None if part is Part.PRINCIPAL else item.issue_date,
    )


def _policy(credit: CreditView) -> allocation.Policy:
    here = organisations.current()
    consumer = PartyKind(customers.get(credit.customer_id).kind).is_consumer
    order = Order(organisations.cash_policy().allocation_order)
    try:
        return allocation.policy_for(
            country=here.country, consumer=consumer, on=credit.booking_date, order=order
        )
    except allocation.PolicyMissing as missing:
        raise CannotDivide(in_words(str(missing))) from missing


def _named(credit: CreditView, owed: tuple[ItemView, ...]) -> tuple[int, ...]:
    """Return the debts that the payer named, in their order."""
    kind, _colon, key = credit.origin.partition(":")
    line = bank.line(int(key)) if f"{kind}:" == _FROM_THE_BANK and key.isdigit() else None
    if line is None:
        return ()
    debts = [designation.Debt(item.id, item.number, item.payment_reference) for item in owed]
    debt_of = {item.id: item.about_item_id or item.id for item in owed}
    named = designation.named(debts, (line.structured_reference, line.remittance))
    return tuple(dict.fromkeys(debt_of[item_id] for item_id in named))


@transaction.atomic
def divide_on_account(*, credit_id: int, on: date, actor: str) -> Settlement:
    """Put money on account on what its customer owes, as proposed_division; each portion keeps its reason.

    Raises what proposed_division raises and, when somebody was first, what ledger.allocate_many raises.
    """
    audit.reserve()
    proposed = proposed_division(credit_id)
    requests = [
        AllocationRequest(credit_id, one.item_id, one.amount_minor, one.reason)
        for one in proposed.division.portions
    ]
    settlement = ledger.allocate_many(requests, on=on, actor=actor)
    reactions.after_settlement(settlement=settlement, on=on)
    return settlement


@transaction.atomic
def use_credit_note(*, credit_id: int, item_id: int, on: date, actor: str) -> Settlement:
    """Set a credit note, or other money on account, against an invoice of the same customer, as far as it goes.

    Undo it as any allocation. Raises what ledger.allocate_many raises.
    """
    audit.reserve()
    credit, item = ledger_queries.credit(credit_id), ledger_queries.item(item_id)
    amount = min(credit.unallocated_minor, item.open_minor) if credit and item else 0
    # Where there is nothing, the ledger says in its own words what is missing.
    request = AllocationRequest(credit_id, item_id, max(amount, 1), Reason("BOOKED_BY_HAND"))
    settlement = ledger.allocate_many((request,), on=on, actor=actor)
    reactions.after_settlement(settlement=settlement, on=on)
    return settlement


@transaction.atomic
def move_to_customer(
    *, credit_id: int, customer_id: int, amount_minor: int | None = None, text: str = "", on: date, actor: str
) -> Moved:
    """Move money on account (all that is left, unless an amount is given) to another customer's account.

    The sum of both stays; `move_back` undoes it. Raises CustomerUnknown, and what
    ledger.operations.move_to_customer raises.
    """
    audit.reserve()
    credit = ledger_queries.credit(credit_id)
    if credit is None:
        raise ledger.CreditMissing(_("this payment does not exist any more; look it up again"))
    theirs, other = customers.get(credit.customer_id), customers.get(customer_id)
    said = text.strip()[:300]
    return ledger.move_to_customer(
        credit_id=credit_id,
        amount_minor=credit.unallocated_minor if amount_minor is None else amount_minor,
        customer_id=customer_id,
        on=on,
        out=Reason("MOVED_TO_CUSTOMER", {"customer": f"{other.number} {other.name}", "text": said}),
        into=Reason("MOVED_FROM_CUSTOMER", {"customer": f"{theirs.number} {theirs.name}", "text": said}),
        actor=actor,
    )


@transaction.atomic
def move_back(*, item_id: int, text: str = "", on: date, actor: str) -> Settlement:
    """Undo that money was moved to another customer, off whatever it settled there.

    Raises ItemMissing, NothingToRelease, MoneyIsElsewhere.
    """
    audit.reserve()
    reason = Reason("PERSON_SAID", {"text": text.strip()[:500]}) if text.strip() else Reason("BOOKING_UNDONE")
    settlement = ledger.release(item_id=item_id, on=on, reason=reason, actor=actor)
    reactions.after_settlement(settlement=settlement, on=on)
    return settlement


@transaction.atomic
def give_discount(*, credit_id: int, item_id: int, on: date, actor: str) -> Settlement:
    """Settle what is left of an invoice by the discount for paying early, beside the payment that paid the rest.

    The invoice's date and the day of the payment decide. It goes when the payment goes. Raises NoDiscount, and
    what ledger.operations.forgive raises.
    """
    audit.reserve()
    credit, item = ledger_queries.credit(credit_id), ledger_queries.item(item_id)
    if credit is None or item is None:
        raise ledger.ItemMissing(_("this invoice does not exist any more; look it up again"))
    set_up = organisations.cash_policy()
    policy = DiscountPolicy(set_up.discount_basis_points, set_up.discount_days, set_up.discount_grace_days)
    until = policy.last_day(item.issue_date)
    most = allowed(item.amount_minor, item.issue_date, credit.booking_date, policy)
    standing = [row for row in ledger_queries.allocations_of_item(item_id) if row.can_be_undone]
    if credit.kind is not CreditKind.PAYMENT or not any(row.credit_id == credit_id for row in standing):
        raise NoDiscount(
            _("Set the payment against the invoice first; the discount is for what it then leaves.")
        )
    if not set_up.discount_basis_points:
        raise NoDiscount(_("No discount for paying early is set; an owner can set one in the settings."))
    if any(row.credit_kind is CreditKind.DISCOUNT for row in standing) or not 0 < item.open_minor <= most:
        raise NoDiscount(
            _("The discount holds for what is paid by %(until)s, and what is left must not be more than it.")
            % {"until": day_in_words(until)}
        )
    reason = Reason("DISCOUNT_HOLDS", {"until": until.isoformat()})
    given = Forgiven(item_id, item.open_minor, reason, CreditKind.DISCOUNT, credit_id)
    settlement = ledger.forgive((given,), on=on, actor=actor)
    reactions.after_settlement(settlement=settlement, on=on)
    return settlement
