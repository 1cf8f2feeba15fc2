"""Money on account that goes back to the customer: proposed, approved by somebody else, ordered, recognised.

The money is locked in the ledger from the proposal on, so nothing else can use it; when a refund is rejected,
refused by the bank or comes back, it is on account again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tijdig.banking import operations as banking
from tijdig.banking import queries as bank
from tijdig.banking.operations import StateChange
from tijdig.banking.queries import LineView
from tijdig.banking.states import LineState
from tijdig.customers import queries as customers
from tijdig.domain import sepa
from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason
from tijdig.domain.references import is_iban
from tijdig.domain.returns import meaning_of
from tijdig.formats import pain001
from tijdig.formats.pain001 import CreditTransfer, OrderInvalid, PaymentOrder, Version
from tijdig.infra import audit, files
from tijdig.infra.readers_language import amount_in_words, in_words
from tijdig.ledger import operations as ledger
from tijdig.ledger import queries as ledger_queries
from tijdig.organisations import queries as organisations
from tijdig.organisations.queries import Role
from tijdig.payments import operations as payments
from tijdig.payments import queries as refunds
from tijdig.payments.operations import NewRefund, NewRefundFile
from tijdig.payments.queries import RefundFileView, RefundState, RefundView

# What banks keep of a refund that comes back is no more than this, in minor units.
_MOST_CHARGES = 5_000
_APPROVERS = (Role.OWNER, Role.CONTROLLER)
_AT_THE_BANK = (RefundState.ORDERED, RefundState.PAID)


class RefundInvalid(ValueError):
    """The refund cannot be proposed, or ordered, like this. `field` is what is wrong: amount, iban, holder."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class NotAllowed(PermissionError):
    """This role does not decide on refunds."""


class CannotPay(ValueError):
    """The movement cannot be what paid that refund; the message says why."""


@transaction.atomic
def propose(
    *,
    customer_id: int,
    amount: Money,
    iban: str,
    holder: str,
    why: str,
    message: str = "",
    credit_id: int | None = None,
    on: date,
    actor: str,
) -> int:
    """Put money on account aside to be paid back to `iban`; return the refund's id.

    From `credit_id`, else from the customer's oldest money on account. `holder` is whose account it is ("":
    the customer), `message` what they read on their statement. Raises RefundInvalid, CustomerUnknown, and
    what ledger.operations.lock_away raises.
    """
    audit.reserve()
    customer = customers.get(customer_id)
    iban = "".join(iban.split()).upper()
    if not is_iban(iban):
        raise RefundInvalid(_("This is no valid IBAN: check it digit by digit."), "iban")
    if not sepa.is_within(iban):
        raise RefundInvalid(
            _(
                "This account is outside SEPA (%(country)s), so a payment file cannot reach it. Ask for another "
                "account, or pay this back in your bank's own application."
            )
            % {"country": iban[:2]},
            "iban",
        )
    if amount.currency != "EUR":
        raise RefundInvalid(
            _("Only euros can be paid back by a bank file. Pay this back in your bank's own application."),
            "amount",
        )
    name = holder.strip() or customer.name
    if not pain001.transliterated(name, 70).strip(". "):
        raise RefundInvalid(_("Write the name of the account's holder in Latin letters."), "holder")
    parts = _parts(customer_id, amount, credit_id)
    refund_id = payments.next_refund_id()
    number = refunds.refund_number(refund_id)
    reason = Reason("REFUND_DUE", {"number": number, "text": why.strip()[:300]})
    item_id = ledger.lock_away(parts, number=number, on=on, reason=reason, actor=actor)
    new = NewRefund(refund_id, customer_id, item_id, amount, iban, name, message.strip(), why.strip())
    payments.add_refund(new, actor=actor)
    return refund_id


def _parts(customer_id: int, amount: Money, credit_id: int | None) -> list[tuple[int, int]]:
    """Return what each credit gives, as (credit id, minor units). Raises RefundInvalid."""
    if amount.minor <= 0:
        raise RefundInvalid(_("The amount must be more than zero."), "amount")
    left, parts = amount.minor, []
    for credit in ledger_queries.credits_with_money_left(customer_id):
        if credit.currency == amount.currency and credit_id in (None, credit.id) and left:
            parts.append((credit.id, min(left, credit.unallocated_minor)))
            left -= parts[-1][1]
    if left:
        there = Money(amount.minor - left, amount.currency)
        raise RefundInvalid(
            _("%(amount)s is on account, so no more than that can be paid back.")
            % {"amount": amount_in_words(there)},
            "amount",
        )
    return parts


@transaction.atomic
def approve(*, refund_id: int, actor: str, role: Role) -> None:
    """Let a refund go out, as somebody else than who proposed it.

    Raises NotAllowed, RefundMissing, SameHands, RefundMovedOn.
    """
    _check_role(role)
    audit.reserve()
    payments.approve_refund(refund_id=refund_id, actor=actor)


@transaction.atomic
def reject(*, refund_id: int, text: str, on: date, actor: str, role: Role) -> None:
    """Let a refund not go out, also one's own or one that was approved; the money is on account again.

    Raises NotAllowed, RefundMissing, RefundMovedOn.
    """
    _check_role(role)
    audit.reserve()
    found = payments.locked_refund(refund_id)
    reason = Reason("REFUND_REJECTED", {"number": found.number, "text": text.strip()[:300]})
    payments.reject_refund(refund_id=refund_id, reason=reason, actor=actor)
    ledger.release(item_id=found.item_id, on=on, reason=reason, actor=actor)


def _check_role(role: Role) -> None:
    if role not in _APPROVERS:
        raise NotAllowed(_("An owner or a controller decides on refunds."))


@transaction.atomic
def order(
    *,
    refund_ids: Collection[int],
    execution_date: date,
    account: str = "",
    version: Version = Version.V09,
    at: datetime,
    actor: str,
) -> int:
    """Put approved refunds in a payment order for the bank and keep that; return the order's id.

    `account` is the own account to pay from ("": the organisation's). Raises RefundInvalid, RefundMovedOn.
    """
    audit.reserve()
    here = organisations.current()
    account = "".join((account or here.iban).split()).upper()
    chosen = payments.locked_refunds(refund_ids)
    if not chosen:
        raise RefundInvalid(_("Choose at least one refund that was approved."))
    if execution_date < at.date():
        raise RefundInvalid(
            _("Choose today or a later day to pay on: no bank pays on a day that has gone."), "execution_date"
        )
    if not is_iban(account):
        raise RefundInvalid(_("Fill in the organisation's bank account first, in the settings."), "account")
    if any(each.state is not RefundState.APPROVED for each in chosen):
        raise payments.RefundMovedOn(
            _("One of these refunds is not approved, or is ordered already; look once more.")
        )
    order_id = payments.next_refund_file_id()
    message_id = f"TIJDIG-REFUNDS-{order_id}"
    bics = {"".join(here.iban.split()).upper(): here.bic} if here.bic else {}
    transfers = tuple(_transfer(each, execution_date, account) for each in chosen)
    try:
        content = pain001.write(PaymentOrder(message_id, at, here.name, transfers, bics), version)
    except OrderInvalid as refused:
        raise RefundInvalid(in_words(str(refused))) from refused
    stored, _new = files.keep(name=f"{message_id}.xml", content=content, content_type="application/xml")
    total = Money(sum(each.amount.minor for each in chosen), "EUR")
    new = NewRefundFile(order_id, stored.pk, message_id, str(version), account, execution_date, total)
    payments.order_refunds(chosen, new, actor=actor)
    return order_id


def _transfer(refund: RefundView, execution_date: date, account: str) -> CreditTransfer:
    return CreditTransfer(
        end_to_end_id=refund.end_to_end_id,
        amount=refund.amount,
        name=refund.holder,
        iban=refund.iban,
        execution_date=execution_date,
        account=account,
        text=refund.message or refund.number,
    )


@transaction.atomic
def say_refused(*, refund_id: int, text: str, on: date, actor: str, role: Role) -> None:
    """Say that the bank did not pay an ordered refund; the money is on account again.

    Raises NotAllowed, RefundMissing, RefundMovedOn.
    """
    _check_role(role)
    audit.reserve()
    found = payments.locked_refund(refund_id)
    if found.state is not RefundState.ORDERED:
        raise payments.RefundMovedOn(
            _("Somebody has dealt with refund %(number)s already; look once more.") % {"number": found.number}
        )
    reason = Reason("REFUND_REFUSED", {"number": found.number, "meaning": meaning_of(text)})
    _end(found, RefundState.REFUSED, reason, on=on, actor=actor)


def _end(
    found: RefundView, state: RefundState, reason: Reason, *, on: date, actor: str, line_id: int | None = None
) -> bool:
    """End a refund that did not reach the customer, once; the money is on account again."""
    if not payments.end_refund(refund_id=found.id, state=state, reason=reason, line_id=line_id, actor=actor):
        return False
    ledger.release(item_id=found.item_id, on=on, reason=reason, actor=actor)
    return True


@dataclass(frozen=True, slots=True)
class StatusTold:
    """What a bank says of one payment order or collection (pain.002); `code` is its reason.

    `amount` is None where the report does not tell it. `source` names the report.
    """

    end_to_end_id: str
    is_rejected: bool
    code: str = ""
    amount: Money | None = None
    mandate_id: str = ""
    source: str = ""


@transaction.atomic
def hear(told: Sequence[StatusTold], *, on: date, actor: str) -> frozenset[str]:
    """End the refunds a bank rejected, once each; return the end-to-end ids that were of refunds."""
    found = refunds.refunds_by_end_to_end_id({each.end_to_end_id for each in told})
    for each in told:
        refund = found.get(each.end_to_end_id)
        if refund is not None and each.is_rejected and refund.state in _AT_THE_BANK:
            reason = Reason("REFUND_REFUSED", {"number": refund.number, "meaning": meaning_of(each.code)})
            _end(payments.locked_refund(refund.id), RefundState.REFUSED, reason, on=on, actor=actor)
    return frozenset(found)


def recognise(lines: Sequence[LineView], *, on: date, actor: str) -> dict[int, StateChange]:
    """Recognise refunds of ours that left or came back; return what becomes of those movements.

    By our own end-to-end id; by the order they left in as one sum; else by account and amount, where only
    one fits. What left goes first: it may come back in the same file. The lines are locked. What it does to
    the refunds is done; the caller sets the states.
    """
    changes = _recognise_left([line for line in lines if line.amount.minor < 0], actor=actor)
    changes |= _recognise_back([line for line in lines if line.amount.minor > 0], on=on, actor=actor)
    return {line_id: change for line_id, change in changes.items() if change is not None}


def _recognise_left(lines: Sequence[LineView], *, actor: str) -> dict[int, StateChange | None]:
    by_id = refunds.refunds_by_end_to_end_id({line.end_to_end_id for line in lines})
    orders = refunds.refund_files_of_messages({name for line in lines for name in _order_names(line)})
    outgoing = [line for line in lines if not line.returned]
    underway = _by_account_and_amount(outgoing, (RefundState.APPROVED, RefundState.ORDERED))
    proposed = _by_account_and_amount(outgoing, (RefundState.PROPOSED,))  # left too soon: a person looks
    changes: dict[int, StateChange | None] = {}
    paid: dict[int, int] = {}
    for line in lines:
        refund = by_id.get(line.end_to_end_id) or _only(underway.get(_key(line), ()), but=paid)
        if refund := refund or _only(proposed.get(_key(line), ())):
            changes[line.id] = _left(line, refund, paid)
        else:
            changes[line.id] = _left_as_one_sum(line, orders, paid)
    payments.refunds_paid(paid, actor=actor)
    return changes


def _recognise_back(lines: Sequence[LineView], *, on: date, actor: str) -> dict[int, StateChange | None]:
    by_id = refunds.refunds_by_end_to_end_id({line.end_to_end_id for line in lines})
    returning = [line for line in lines if line.returned]
    paid_out = _by_account_and_amount(returning, _AT_THE_BANK)
    return {
        line.id: _came_back(
            line, by_id.get(line.end_to_end_id) or _only(paid_out.get(_key(line), ())), on=on, actor=actor
        )
        for line in lines
    }


def _key(line: LineView) -> tuple[str, Money]:
    return line.counterparty_iban, abs(line.amount)


def _by_account_and_amount(
    lines: Sequence[LineView], states: Collection[RefundState]
) -> Mapping[tuple[str, Money], Sequence[RefundView]]:
    """Return the refunds in these states, by account and amount, that one of the movements may be."""
    keys = {_key(line) for line in lines}
    found: dict[tuple[str, Money], list[RefundView]] = defaultdict(list)
    for refund in refunds.refunds_to({iban for iban, _amount in keys}, states=states):
        if (refund.iban, refund.amount) in keys:
            found[refund.iban, refund.amount].append(refund)
    return found


def _only(found: Sequence[RefundView], *, but: Collection[int] = ()) -> RefundView | None:
    left = [each for each in found if each.id not in but]
    return left[0] if len(left) == 1 else None


def _left(line: LineView, refund: RefundView, paid: dict[int, int]) -> StateChange:
    """Note in `paid` the refund that left by this movement, unless it left before or should not have."""
    facts = {"number": refund.number}
    if refund.state is RefundState.PAID or refund.id in paid:
        return StateChange(line.id, LineState.IGNORED, Reason("REFUND_TOLD_ALREADY", facts))
    if refund.state not in (RefundState.APPROVED, RefundState.ORDERED) or refund.amount != -line.amount:
        return StateChange(line.id, LineState.WAITING, Reason("REFUND_PAID_OTHERWISE", facts))
    paid[refund.id] = line.id
    return StateChange(line.id, LineState.BOOKED, Reason("REFUND_PAID", facts))


def _order_names(line: LineView) -> set[str]:
    """Return what may name an order of refunds that left as one sum: the message, or a block of it."""
    if line.amount.minor >= 0 or line.counterparty_iban:
        return set()
    names = {line.batch, line.end_to_end_id, line.bank_reference} - {""}
    return names | {name.rpartition("-")[0] for name in names}


def _left_as_one_sum(
    line: LineView, orders: Mapping[str, RefundFileView], paid: dict[int, int]
) -> StateChange | None:
    """Note in `paid` the refunds of an order that left as one sum; None for a movement that is none."""
    found = next((orders[name] for name in sorted(_order_names(line)) if name in orders), None)
    if found is None or found.total != -line.amount:
        return None
    inside = refunds.refunds_of_order(found.id)
    if any(each.state is not RefundState.ORDERED or each.id in paid for each in inside):
        return None
    paid.update(dict.fromkeys((each.id for each in inside), line.id))
    numbers = f"{inside[-1].number} – {inside[0].number}" if len(inside) > 1 else inside[0].number
    return StateChange(line.id, LineState.BOOKED, Reason("REFUND_PAID", {"number": numbers}))


def _came_back(line: LineView, refund: RefundView | None, *, on: date, actor: str) -> StateChange | None:
    if refund is None or line.amount.currency != refund.amount.currency:
        return None
    facts: dict[str, str | int] = {"number": refund.number}
    if refund.state in (RefundState.REFUSED, RefundState.CAME_BACK):
        return StateChange(line.id, LineState.IGNORED, Reason("REFUND_TOLD_ALREADY", facts))
    charges = refund.amount.minor - line.amount.minor
    if refund.state not in _AT_THE_BANK or not 0 <= charges <= _MOST_CHARGES:
        return StateChange(line.id, LineState.WAITING, Reason("REFUND_PAID_OTHERWISE", facts))
    reason = Reason("REFUND_CAME_BACK", {**facts, "meaning": meaning_of(line.return_reason)})
    day, locked = max(on, line.booking_date), payments.locked_refund(refund.id)
    if not _end(locked, RefundState.CAME_BACK, reason, on=day, actor=actor, line_id=line.id):
        return StateChange(line.id, LineState.IGNORED, Reason("REFUND_TOLD_ALREADY", facts))
    return StateChange(line.id, LineState.BOOKED, reason)


@transaction.atomic
def take_back(*, line_id: int, actor: str) -> bool:
    """Take back that this movement paid refunds; return whether it did. Raises RefundMovedOn for one that
    brought a refund back: its money may be used since.
    """
    found = refunds.refunds_of_line(line_id)
    for refund in found:
        if refund.paid_line_id == line_id and refund.state is RefundState.PAID:
            payments.refund_not_paid(refund_id=refund.id, actor=actor)
        elif refund.returned_line_id == line_id:
            raise payments.RefundMovedOn(
                _(
                    "Refund %(number)s came back by it; propose a new refund where the money should go out again."
                )
                % {"number": refund.number}
            )
    return bool(found)


def candidates(line_id: int, *, limit: int = 10) -> tuple[RefundView, ...]:
    """Return the refunds at the bank that a movement may have paid, for a person to choose from.

    Of exactly its amount; those to its account first.
    """
    line = bank.line(line_id)
    if line is None or line.amount.minor >= 0:
        return ()
    return refunds.refunds_of_amount(
        -line.amount, state=RefundState.ORDERED, first_to=line.counterparty_iban, limit=limit
    )


@transaction.atomic
def pay_by_hand(*, line_id: int, refund_id: int, actor: str) -> None:
    """Note that a waiting movement paid a refund at the bank, as a person says it did; take_back undoes it.

    Raises LineMissing, RefundMissing, CannotPay, RefundMovedOn.
    """
    audit.reserve()
    state = banking.lock_lines([line_id])[line_id]
    line = bank.lines([line_id])[line_id]
    if state != LineState.WAITING or line.amount.minor >= 0:
        raise CannotPay(_("Somebody has dealt with this movement already, or no money went out by it."))
    refund = payments.locked_refund(refund_id)
    if refund.state is not RefundState.ORDERED:
        raise payments.RefundMovedOn(
            _("Somebody has dealt with refund %(number)s already; look once more.")
            % {"number": refund.number}
        )
    if refund.amount != -line.amount:
        raise CannotPay(_("Choose a refund of exactly this amount."))
    paid: dict[int, int] = {}
    change = _left(line, refund, paid)
    payments.refunds_paid(paid, actor=actor)
    banking.set_line_states([change])
