"""The matchers for what is named and paid otherwise than to the cent: what explains the difference.

An explanation must come out to the cent. A part, or more than was open, is booked only when the words are
certain: the reference has check digits, or the payer is the customer. An amount that is exactly another invoice
of the same payer leaves it to a person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tijdig.domain.matching import clues
from tijdig.domain.matching.answers import (
    Extras,
    books,
    by_customer,
    listed,
    money,
    one_by_one,
    propose,
    total,
    waits,
)
from tijdig.domain.matching.cases import Case, Identity, is_foreign, names_credit
from tijdig.domain.matching.facts import CreditLeft, Forgiven, Forgiveness, Match, OpenItem, UsedCredit
from tijdig.domain.matching.slots import beside, choices, in_range, slots_of
from tijdig.domain.matching.subsets import LIKELY_MEANT, SMALLEST_CHANCE_THAT_COUNTS, only_way
from tijdig.domain.reasons import Reason

_BASIS_POINTS = 10_000
_MOST_UNTOLD_CHARGES = 5_000
_SAYS_PART = re.compile(r"\bdeel|\bpart|acompte|aanbetaling|voorschot|termijn|\bteil|anzahlung|instal")
_EXPLAINS_LESS = re.compile(
    r"credit|crédit|\bcn\b|\bavoir|gutschrift|korting|discount|remise|escompte|skonto|rabat"
)


def by_amount(case: Case) -> Match | None:
    """Answer for what is named by how the amount differs: in the order of what is surest."""
    if not case.named.payable(case.named.all):
        return None
    for matcher in BY_AMOUNT:
        answer = matcher(case)
        if answer is not None:
            return answer
    return None


def several_add_up(case: Case) -> Match | None:
    """Book several items that are named and together are exactly the amount."""
    payable = case.named.payable(case.named.all)
    if len(payable) < 2 or total(payable) != case.amount:
        return None
    facts: dict[str, str | int] = {"numbers": listed(payable)}
    several = len({item.customer_id for item in payable}) > 1
    return books(
        case,
        "SEVERAL_NAMED",
        payable,
        Reason("SEVERAL_CUSTOMERS_ADD_UP" if several else "SEVERAL_ADD_UP", facts),
    )


def under_one_reference(case: Case) -> Match | None:
    """Book the only items that make up the amount, of several under the one reference that a customer has."""
    items = case.named.payable(case.named.referenced)
    keys = {clues.reference_key(item.payment_reference) for item in items}
    if len(items) < 2 or len(keys) > 1 or len(case.named.payable(case.named.all)) > len(items):
        return None
    if not _of_one_customer(case) or not certain(case, items):
        return None
    way = only_way([item.open_minor for item in items], case.amount)
    if not way.places or way.chance > LIKELY_MEANT:
        return None
    together = [items[place] for place in way.places]
    return books(case, "LUMP_SUM", together, Reason("LUMP_SUM", {"numbers": listed(together)}))


def with_less_care(case: Case) -> Match | None:
    """Book named items together with those that the same text comes near to: "2026-0042, 43 and 44"."""
    fixed = case.named.payable(case.named.all)
    if not fixed or len({item.customer_id for item in fixed}) != 1 or total(fixed) >= case.amount:
        return None
    customer_id, taken = fixed[0].customer_id, {item.id for item in fixed}
    ranged = in_range(case, customer_id)
    if ranged:
        return ranged
    near = [one for one in case.near if one.item.customer_id == customer_id and one.item.id not in taken]
    slots = slots_of(case, [*near, *beside(case, customer_id, fixed)])
    fitting = choices(slots, case.amount - total(fixed))
    if len(fitting) == 1:
        items = (*fixed, *fitting[0])
        return books(case, "SEVERAL_NAMED", items, Reason("SEVERAL_ADD_UP", {"numbers": listed(items)}))
    return None


def credit_netted(case: Case) -> Match | None:
    """Book named items less the credit notes that the payer took off."""
    items = _of_one_customer(case)
    shortage = total(items) - case.amount
    if not items or shortage <= 0 or _SAYS_PART.search(case.transfer.remittance.lower()):
        return None
    left = case.credits.get(items[0].customer_id, ())
    named = [credit for credit in left if names_credit(case.transfer, credit)]
    notes = [credit for credit in left if credit.is_credit_note]
    for credits in (named, notes, left):
        if credits and sum(credit.left_minor for credit in credits) == shortage:
            return _net(case, items, credits)
    way = only_way([credit.left_minor for credit in notes], shortage)
    if way.places and not named and certain(case, items):
        return _net(case, items, [notes[place] for place in way.places])
    return None


def discount(case: Case) -> Match | None:
    """Book named items less the discount that was agreed for paying early, when they were paid in time."""
    items = case.named.payable(case.named.all)
    forgiven = discounts(case, items)
    if not forgiven:
        return None
    taken = sum(part.amount_minor for part in forgiven)
    facts: dict[str, str | int] = {"numbers": listed(items), "difference": money(case, taken)}
    return books(case, "DISCOUNT", items, Reason("DISCOUNT_TAKEN", facts), extras=Extras(forgiven))


def discounts(case: Case, items: Sequence[OpenItem]) -> tuple[Forgiven, ...]:
    """Return the discounts with which the items are exactly the amount; payers round, so a cent each is allowed."""
    settings, paid_on = case.settings, case.transfer.booking_date
    shortage = total(items) - case.amount
    if not settings.discount_basis_points or paid_on is None or shortage <= 0:
        return ()
    days = settings.discount_days + settings.discount_grace_days
    parts = []
    for item in items:
        in_time = item.issue_date is not None and (paid_on - item.issue_date).days <= days
        if in_time and item.open_minor == item.amount_minor:
            taken = (item.amount_minor * settings.discount_basis_points + _BASIS_POINTS // 2) // _BASIS_POINTS
            parts.append(Forgiven(item.id, taken, Forgiveness.DISCOUNT))
    over = shortage - sum(part.amount_minor for part in parts)
    if not parts or abs(over) > len(parts) or parts[-1].amount_minor + over <= 0:
        return ()
    last = Forgiven(parts[-1].item_id, parts[-1].amount_minor + over, Forgiveness.DISCOUNT)
    return (*parts[:-1], last)


def bank_charges(case: Case) -> Match | None:
    """Book named items of which banks, by their own account, took the rest on the way."""
    items = _of_one_customer(case)
    transfer, shortage = case.transfer, total(items) - case.amount
    if not items or not 0 < shortage * 2 < total(items):
        return None
    ordered = transfer.original_currency in ("", transfer.currency) and transfer.original_minor == total(
        items
    )
    told = shortage == transfer.charges_minor or (ordered and transfer.original_minor is not None)
    most = min(_MOST_UNTOLD_CHARGES, total(items) // 10)
    if not told and not (is_foreign(transfer) and case.settings.small_difference_minor < shortage <= most):
        return None
    forgiven = _spread(items, shortage, Forgiveness.BANK_CHARGES)
    reason = Reason("CHARGES_TAKEN", {"numbers": listed(items), "difference": money(case, shortage)})
    if told:
        return books(case, "BANK_CHARGES", items, reason, extras=Extras(forgiven))
    # That they took it is only likely: the customer may just as well have paid less.
    proposal = propose(case, "PERHAPS_CHARGES", items, reason, extras=Extras(forgiven))
    return waits(case, _differs(case, items), (proposal, *by_customer(case, "NAMED_IN_PART", items)))


def small_difference(case: Case) -> Match | None:
    """Book named items that were paid but for a few cents, which are not asked for any more."""
    items = _of_one_customer(case)
    shortage = total(items) - case.amount
    own = case.transfer.currency == case.settings.currency
    if not items or not own or not 0 < shortage <= case.settings.small_difference_minor:
        return None
    if _better_fits(case, items) or shortage >= items[-1].open_minor:
        return None
    forgiven = _spread(items, shortage, Forgiveness.SMALL_DIFFERENCE)
    reason = Reason("PAID_BUT_FOR_CENTS", {"numbers": listed(items), "difference": money(case, shortage)})
    return books(case, "SMALL_DIFFERENCE", items, reason, extras=Extras(forgiven))


def lump_sum(case: Case) -> Match | None:
    """Book named items with the only others of that customer that make up the amount."""
    items = _of_one_customer(case)
    if not items or total(items) >= case.amount or not certain(case, items):
        return None
    customer_id, taken = items[0].customer_id, {item.id for item in items}
    rest = [item for item in case.owed.get(customer_id, ()) if item.id not in taken]
    named = [item.open_minor for item in items]
    way = only_way([item.open_minor for item in rest], case.amount - total(items), beside=named)
    if way.several:
        return waits(case, _differs(case, items), by_customer(case, "NAMED_IN_PART", items))
    if not way.places:
        return None
    together = (*items, *(rest[place] for place in way.places))
    reason = Reason("LUMP_SUM", {"numbers": listed(together)})
    limit = LIKELY_MEANT if case.says_several else SMALLEST_CHANCE_THAT_COUNTS
    by_chance = way.chance > limit and len(way.places) < len(rest)
    if by_chance or case.amount == 2 * total(items):
        return waits(case, _differs(case, items), (propose(case, "COMES_TO_IT", together, reason),))
    return books(case, "LUMP_SUM", together, reason)


def another_fits(case: Case) -> Match | None:
    """Leave to a person what is named, but is exactly what the same payer owes on something else."""
    items = case.named.payable(case.named.all)
    others = _better_fits(case, items)
    if not others:
        return None
    reason = Reason("ANOTHER_FITS", {"numbers": listed(items), "other": listed(others)})
    mistyped = [item for item in others if case.is_slip_of(item)]
    first = one_by_one(case, "PAYER_MISTYPED" if mistyped else "ONE_OF_SEVERAL", mistyped or others)
    return waits(case, reason, (*first, *by_customer(case, "ONE_OF_SEVERAL", items)))


def part_payment(case: Case) -> Match | None:
    """Book a part of the one item that is named for certain; the rest stays open."""
    items = case.named.payable(case.named.all)
    if len(items) != 1 or case.amount >= items[0].open_minor or not certain(case, items):
        return None
    if _EXPLAINS_LESS.search(case.transfer.remittance.lower()):
        return None  # a credit note or a discount that we do not know of
    facts: dict[str, str | int] = {
        "number": items[0].number,
        "amount": money(case, case.amount),
        "open": money(case, items[0].open_minor),
    }
    return books(case, "PART_PAYMENT", items, Reason("PART_PAID", facts))


def overpayment(case: Case) -> Match | None:
    """Book what is named for certain; what was paid too much stays on the customer's account."""
    items = _of_one_customer(case)
    surplus = case.amount - total(items)
    if not items or surplus <= 0:
        return None
    cents = (
        case.transfer.currency == case.settings.currency and surplus <= case.settings.small_difference_minor
    )
    if not cents and not certain(case, items):
        return None
    if surplus > total(items) and case.identity(items[0].customer_id) == Identity.LIKE:
        return None  # more than twice what is named, and from somebody whose name is only like theirs
    if any(not item.open_minor and item.amount_minor == case.amount for item in case.named.all):
        return None  # rather what was paid already, paid twice
    facts: dict[str, str | int] = {"numbers": listed(items), "rest": money(case, surplus)}
    return books(case, "OVERPAYMENT", items, Reason("PAID_TOO_MUCH", facts))


def amount_differs(case: Case) -> Match | None:
    """Leave to a person what is named and does not fit."""
    payable = case.named.payable(case.named.all)
    return (
        waits(case, _differs(case, payable), by_customer(case, "NAMED_IN_PART", payable)) if payable else None
    )


BY_AMOUNT = (
    several_add_up,
    under_one_reference,
    with_less_care,
    credit_netted,
    discount,
    bank_charges,
    small_difference,
    lump_sum,
    another_fits,
    part_payment,
    overpayment,
    amount_differs,
)


def certain(case: Case, items: Sequence[OpenItem]) -> bool:
    """Whether the words are certain enough to book another amount than what is open."""
    if len({item.customer_id for item in items}) != 1:
        return False
    if case.agrees(items[0].customer_id):
        return True
    checked = {
        item.id
        for item in (*case.named.requested, *case.named.referenced)
        if clues.is_checked(clues.reference_key(item.payment_reference))
    }
    return all(item.id in checked for item in items)


def _of_one_customer(case: Case) -> tuple[OpenItem, ...]:
    items = case.named.payable(case.named.all)
    return items if len({item.customer_id for item in items}) == 1 else ()


def _better_fits(case: Case, items: Sequence[OpenItem]) -> list[OpenItem]:
    """Return items that are not named and whose open amount is exactly the transfer's: of this customer or payer."""
    ids, customers = {item.id for item in items}, {item.customer_id for item in items}
    named = max((case.identity(customer_id) for customer_id in customers), default=Identity.STRANGER)
    as_sure = max(Identity.LIKE, min(named, Identity.ALIKE))
    return [
        item
        for item in case.of_amount
        if item.id not in ids
        and (item.customer_id in customers or case.identity(item.customer_id) >= as_sure)
    ]


def _differs(case: Case, items: Sequence[OpenItem]) -> Reason:
    open_minor = total(items)
    facts: dict[str, str | int] = {
        "numbers": listed(items),
        "open": money(case, open_minor),
        "amount": money(case, case.amount),
    }
    return Reason("PAID_LESS" if case.amount < open_minor else "PAID_MORE", facts)


def _net(case: Case, items: Sequence[OpenItem], credits: Sequence[CreditLeft]) -> Match:
    """Book the items with the credits used first, item by item."""
    used: list[UsedCredit] = []
    wanted = [[item.id, item.open_minor] for item in items]
    for credit in credits:
        left = credit.left_minor
        for place in wanted:
            part = min(left, place[1])
            if part:
                used.append(UsedCredit(credit.id, place[0], part))
                place[1] -= part
                left -= part
    names = ", ".join(credit.number or f"#{credit.id}" for credit in credits)
    ids = ",".join(str(credit.id) for credit in credits)
    reason = Reason("CREDIT_NETTED", {"numbers": listed(items), "credits": names, "credit_ids": ids})
    return books(case, "CREDIT_NETTED", items, reason, extras=Extras(credits=tuple(used)))


def _spread(items: Sequence[OpenItem], shortage: int, why: Forgiveness) -> tuple[Forgiven, ...]:
    """Take the shortage off the last items, so that the first are paid whole."""
    parts = []
    for item in reversed(items):
        part = min(shortage, item.open_minor)
        if part:
            parts.append(Forgiven(item.id, part, why))
            shortage -= part
    return tuple(reversed(parts))
