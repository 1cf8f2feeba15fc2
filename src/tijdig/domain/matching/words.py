"""The matchers that go by the payer's words: references and numbers, and amounts that fit them.

What is named and paid to the cent is booked. What is named and paid otherwise is booked only when the words
are certain: the reference has check digits, or the payer is the customer. Words that contradict each other, or
an amount that is exactly another invoice of the same payer, leave it to a person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from tijdig.domain.matching import clues, nearness
from tijdig.domain.matching.answers import (
    Extras,
    books,
    by_customer,
    listed,
    money,
    one_by_one,
    propose,
    tie,
    total,
    waits,
)
from tijdig.domain.matching.cases import Case, Identity, is_foreign, names_credit
from tijdig.domain.matching.facts import (
    CreditLeft,
    Forgiven,
    Forgiveness,
    Match,
    OpenItem,
    UsedCredit,
)
from tijdig.domain.matching.naming import Near
from tijdig.domain.matching.nearness import Nearness
from tijdig.domain.matching.subsets import only_way
from tijdig.domain.reasons import Reason

_BASIS_POINTS = 10_000
_MOST_CHOICES = 64
_SMALLEST_CHANCE_THAT_COUNTS = 0.01
_MOST_UNTOLD_CHARGES = 5_000
_SAYS_PART = re.compile(r"\bdeel|\bpart|acompte|aanbetaling|voorschot|termijn|\bteil|anzahlung|instal")
_EXPLAINS_LESS = re.compile(
    r"credit|crédit|\bcn\b|\bavoir|gutschrift|korting|discount|remise|escompte|skonto|rabat"
)


def payment_id(case: Case) -> Match | None:
    """Book what the bank hands back under the id of our own request."""
    payable = case.named.payable(case.named.requested)
    fitting = [item for item in payable if item.open_minor == case.amount]
    if len(fitting) == 1 and not _others_named(case, fitting):
        return books(
            case, "PAYMENT_ID", fitting, Reason("PAYMENT_ID_AND_AMOUNT", {"number": fitting[0].number})
        )
    return None


def reference(case: Case) -> Match | None:
    """Book the one item whose payment reference is there and whose open amount is exactly the transfer's."""
    payable = case.named.payable(case.named.referenced)
    fitting = [item for item in payable if item.open_minor == case.amount]
    if len(fitting) > 1:
        return tie(case, fitting)
    if not fitting:
        return None
    [item] = fitting
    key = clues.reference_key(item.payment_reference)
    if any(clues.reference_key(other.payment_reference) != key for other in payable):
        return None
    others = [one for one in _others_named(case, payable) if one.customer_id != item.customer_id or one.id not in
              {other.id for other in payable}]  # fmt: skip
    if others:
        facts = {"number": item.number, "numbers": listed(others)}
        return waits(
            case,
            Reason("REFERENCES_DISAGREE", facts),
            (*one_by_one(case, "ONE_OF_SEVERAL", fitting), *by_customer(case, "NAMED_IN_PART", others)),
        )
    told: dict[str, str | int] = {"reference": item.payment_reference, "number": item.number}
    return books(case, "REFERENCE", fitting, Reason("REFERENCE_AND_AMOUNT", told))


def number(case: Case) -> Match | None:
    """Book the one item that is named by its number, when the amount fits and nobody else is meant."""
    payable = case.named.payable(case.named.all)
    fitting = [item for item in payable if item.open_minor == case.amount]
    if len(fitting) > 1:
        return None if total(payable) == case.amount else tie(case, fitting)
    if not fitting or len(payable) > 1 or case.named.ambiguous:
        return None
    twins = [item for item in case.named.numbered if not item.open_minor and item.amount_minor == case.amount]
    if twins:
        return tie(case, (*fitting, *twins))
    rivals = _rivals(case, fitting)
    if rivals:
        facts = {"numbers": listed(fitting), "other": listed(rivals)}
        proposals = one_by_one(case, "ONE_OF_SEVERAL", (*fitting, *rivals))
        return waits(case, Reason("ANOTHER_FITS", facts), proposals)
    return books(case, "NUMBER", fitting, Reason("NUMBER_AND_AMOUNT", {"number": fitting[0].number}))


def several_meanings(case: Case) -> Match | None:
    """Choose among the items that one number may be, by the amount or by who paid; a tie is no answer."""
    slots = [case.named.payable(items) for items in case.named.ambiguous]
    slots = [slot for slot in slots if slot]
    if not slots:
        return None
    fixed = case.named.payable(case.named.all)
    fitting = _choices(slots, case.amount - total(fixed))
    if len(fitting) == 1:
        items = (*fixed, *fitting[0])
        if len({item.customer_id for item in items}) == 1:
            return books(case, "NEAR_NUMBER", items, _nearly(case, items))
    if not fitting:
        mine = [[item for item in slot if case.agrees(item.customer_id)] for slot in slots]
        if all(len(slot) == 1 for slot in mine):
            return by_amount(case.naming((*fixed, *(slot[0] for slot in mine))))
    return tie(case, [item for slot in slots for item in slot])


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


def with_less_care(case: Case) -> Match | None:
    """Book named items together with those that the same text comes near to: "2026-0042, 43 and 44"."""
    fixed = case.named.payable(case.named.all)
    if not fixed or len({item.customer_id for item in fixed}) != 1 or total(fixed) >= case.amount:
        return None
    customer_id, taken = fixed[0].customer_id, {item.id for item in fixed}
    ranged = _in_range(case, customer_id)
    if ranged:
        return ranged
    slots = _slots(
        [one for one in case.near if one.item.customer_id == customer_id and one.item.id not in taken]
    )
    fitting = _choices(slots, case.amount - total(fixed))
    if len(fitting) == 1:
        items = (*fixed, *fitting[0])
        return books(case, "SEVERAL_NAMED", items, Reason("SEVERAL_ADD_UP", {"numbers": listed(items)}))
    return None


def other_currency(case: Case) -> Match | None:
    """Leave to a person what is owed in another currency."""
    items = [item for item in case.named.all if item.open_minor > 0]
    if not items or any(item.currency == case.transfer.currency for item in items):
        return None
    facts: dict[str, str | int] = {"numbers": listed(items), "currency": items[0].currency}
    return waits(case, Reason("OTHER_CURRENCY", facts))


def already_paid(case: Case) -> Match | None:
    """Leave to a person what is paid a second time; their money goes to nothing they did not name."""
    named = case.named.all
    if not named or any(item.open_minor > 0 for item in named) or case.named.ambiguous:
        return None
    reason = Reason("ITEM_ALREADY_PAID", {"numbers": listed(named)})
    customers = dict.fromkeys(item.customer_id for item in named)
    return waits(
        case, reason, [propose(case, "PAID_ALREADY", (), reason, customer_id=one) for one in customers]
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
    if not told and not (is_foreign(transfer) and shortage <= min(_MOST_UNTOLD_CHARGES, total(items) // 10)):
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
    if way.chance > _SMALLEST_CHANCE_THAT_COUNTS or case.amount == 2 * total(items):
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
    first = one_by_one(case, "MISTYPED" if mistyped else "ONE_OF_SEVERAL", mistyped or others)
    return waits(case, reason, (*first, *by_customer(case, "NAMED_IN_PART", items)))


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


def near_number(case: Case) -> Match | None:
    """Book the one item that the text comes near to and whose amount fits; weak likeness needs the payer too."""
    fitting = [
        one
        for one in case.near
        if one.item.open_minor == case.amount
        and one.item.currency == case.transfer.currency
        and (one.strength == Nearness.STRONG or case.agrees(one.item.customer_id))
    ]
    if not fitting:
        return None
    best = max(_weight(case, one) for one in fitting)
    best_ones = [one for one in fitting if _weight(case, one) == best]
    if len({one.item.id for one in best_ones}) > 1:
        return tie(case, [one.item for one in best_ones])
    item = best_ones[0].item
    if not case.agrees(item.customer_id):
        rivals = [other for other in case.of_amount if case.agrees(other.customer_id)]
        if rivals:
            return tie(case, (item, *rivals))
    reason = Reason("NUMBER_NEARLY", {"written": best_ones[0].text, "number": item.number})
    return books(case, "NEAR_NUMBER", (item,), reason)


def near_numbers(case: Case) -> Match | None:
    """Book the items that the text comes near to, when those of one customer add up to the amount exactly."""
    answers = []
    for customer_id in dict.fromkeys(one.item.customer_id for one in case.near):
        known = case.identity(customer_id) >= Identity.ALIKE
        mine = [one for one in case.near if one.item.customer_id == customer_id and (
            known or one.strength == Nearness.STRONG)]  # fmt: skip
        mine = [one for one in mine if one.item.currency == case.transfer.currency]
        ranged = _in_range(case, customer_id)
        if ranged:
            answers.append(ranged)
            continue
        slots = _slots(mine)
        if len(slots) < 2:
            continue
        answers.extend(
            books(case, "SEVERAL_NAMED", items, Reason("SEVERAL_ADD_UP", {"numbers": listed(items)}))
            for items in _choices(slots, case.amount)
        )
    if len(answers) > 1:
        several = [replace(one, sure=False) for answer in answers for one in answer.proposals]
        return waits(case, Reason("SEVERAL_FIT", {"numbers": "…"}), several)
    return answers[0] if answers else None


def near_and_differs(case: Case) -> Match | None:
    """Treat strong likeness to an item of the very payer as its name, whatever the amount."""
    strong = [
        one
        for one in case.near
        if one.strength == Nearness.STRONG
        and one.item.currency == case.transfer.currency
        and case.agrees(one.item.customer_id)
    ]
    slots = _slots(strong)
    if not slots or any(len(slot) > 1 for slot in slots):
        return None
    return by_amount(case.naming([slot[0] for slot in slots]))


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


def _others_named(case: Case, items: Sequence[OpenItem]) -> list[OpenItem]:
    """Return what else is named and could be paid."""
    ids = {item.id for item in items}
    return [item for item in case.named.payable(case.named.all) if item.id not in ids]


def _rivals(case: Case, items: Sequence[OpenItem]) -> list[OpenItem]:
    """Return items of the payer's own with the same amount, whose number the payer may have mistyped."""
    ids = {item.id for item in items}
    named = max(case.identity(item.customer_id) for item in items)
    return [
        item
        for item in case.of_amount
        if item.id not in ids and case.identity(item.customer_id) > named and case.is_slip_of(item)
    ]


def _better_fits(case: Case, items: Sequence[OpenItem]) -> list[OpenItem]:
    """Return items that are not named and whose open amount is exactly the transfer's: of this customer or payer."""
    ids, customers = {item.id for item in items}, {item.customer_id for item in items}
    return [
        item
        for item in case.of_amount
        if item.id not in ids
        and (item.customer_id in customers or case.identity(item.customer_id) >= Identity.ALIKE)
    ]


def _nearly(case: Case, items: Sequence[OpenItem]) -> Reason:
    written = case.transfer.remittance or case.transfer.structured_reference
    return Reason("NUMBER_NEARLY", {"written": written[:60], "number": listed(items)})


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


def _slots(near: Sequence[Near]) -> list[tuple[OpenItem, ...]]:
    """Return, for each place of the text, the items that may be meant there, the strongest likeness alone."""
    by_place: dict[int, list[Near]] = {}
    for one in near:
        if one.item.open_minor > 0:
            by_place.setdefault(one.start, []).append(one)
    slots = []
    for place in sorted(by_place):
        best = max(one.strength for one in by_place[place])
        slots.append(tuple(one.item for one in by_place[place] if one.strength == best))
    return slots


def _choices(slots: Sequence[Sequence[OpenItem]], amount: int) -> list[tuple[OpenItem, ...]]:
    """Return the ways to take one item from every slot, all different, that make up the amount; at most two."""
    ways = 1
    for slot in slots:
        ways *= len(slot)
    if not slots or ways > _MOST_CHOICES:
        return []
    found: list[tuple[OpenItem, ...]] = []
    for items in product(*slots):
        different = len({item.id for item in items}) == len(items)
        if different and total(items) == amount and len(found) < 2:
            found.append(items)
    return found


def _in_range(case: Case, customer_id: int) -> Match | None:
    """Book what a customer owes of a range of numbers that is named by its ends, when that is the amount."""
    owed = case.owed.get(customer_id, ())
    for text in clues.texts_of(case.transfer):
        for first, last in nearness.ranges(text):
            begins = [item for item in owed if nearness.nearness(first, item.number)]
            ends = [item for item in owed if nearness.nearness(last, item.number)]
            for begin, end in product(begins, ends):
                items = [item for item in owed if nearness.within(begin.number, end.number, item.number)]
                if len(items) > 1 and total(items) == case.amount:
                    facts: dict[str, str | int] = {"numbers": f"{begin.number} – {end.number}"}
                    return books(case, "SEVERAL_NAMED", items, Reason("RANGE_ADDS_UP", facts))
    return None


def _weight(case: Case, one: Near) -> tuple[bool, Nearness]:
    return case.agrees(one.item.customer_id), one.strength
