"""The matchers that go by the payer's words: references, and numbers written with more care and with less.

What is named and paid to the cent is booked; what is paid otherwise goes on to `amounts`. Words that contradict
each other leave it to a person. A tie is no answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tijdig.domain.matching import clues
from tijdig.domain.matching.amounts import by_amount
from tijdig.domain.matching.answers import (
    books,
    by_customer,
    listed,
    one_by_one,
    propose,
    tie,
    total,
    waits,
)
from tijdig.domain.matching.cases import Case, Identity
from tijdig.domain.matching.facts import Match, OpenItem
from tijdig.domain.matching.naming import Near
from tijdig.domain.matching.nearness import Nearness
from tijdig.domain.matching.slots import choices, in_range, slots_of
from tijdig.domain.reasons import Reason


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
    fixed = case.named.payable(case.named.all)
    slots = [case.named.payable(items) for items in case.named.ambiguous]
    slots = [slot for slot in slots if slot and not any(item in fixed for item in slot)]
    if not slots:
        return None
    fitting = choices(slots, case.amount - total(fixed))
    if len(fitting) == 1:
        items = (*fixed, *fitting[0])
        if len({item.customer_id for item in items}) == 1:
            return books(case, "NEAR_NUMBER", items, _nearly(case, items))
    if not fitting:
        mine = [[item for item in slot if case.agrees(item.customer_id)] for slot in slots]
        if all(len(slot) == 1 for slot in mine):
            return by_amount(case.naming((*fixed, *(slot[0] for slot in mine))))
    return tie(case, [item for slot in slots for item in slot])


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
    again = sum(item.amount_minor for item in named) == case.amount
    code = (
        "PAID_ALREADY" if again else "ON_ACCOUNT"
    )  # another amount: rather a wrong number than twice the money
    return waits(case, reason, [propose(case, code, (), reason, customer_id=one) for one in customers])


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
    at_that_place = [
        one.item for one in fitting if one.strength >= Nearness.LIKELY and _overlap(one, best_ones[0])
    ]
    if any(other.id != item.id for other in at_that_place):
        return tie(case, (item, *(other for other in at_that_place if other.id != item.id)))
    if best_ones[0].strength == Nearness.HINT:
        as_sure = [
            one for one in case.of_amount if case.identity(one.customer_id) >= case.identity(item.customer_id)
        ]
        if len(as_sure) > 1:
            return tie(case, as_sure)
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
        known = case.agrees(customer_id)
        mine = [one for one in case.near if one.item.customer_id == customer_id and (
            known or one.strength >= Nearness.LIKELY)]  # fmt: skip
        ranged = in_range(case, customer_id)
        if ranged:
            answers.append(ranged)
            continue
        slots = slots_of(case, mine)
        if len(slots) < 2:
            continue
        answers.extend(
            books(case, "SEVERAL_NAMED", items, Reason("SEVERAL_ADD_UP", {"numbers": listed(items)}))
            for items in choices(slots, case.amount)
        )
    if len(answers) > 1:
        several = [replace(one, sure=False) for answer in answers for one in answer.proposals]
        return waits(case, Reason("SEVERAL_FIT", {"numbers": "…"}), several)
    return answers[0] if answers else None


def near_and_differs(case: Case) -> Match | None:
    """Treat likeness to an item of the very payer that is no mere hint as its name, whatever the amount."""
    likely = [
        one for one in case.near if one.strength >= Nearness.LIKELY and case.agrees(one.item.customer_id)
    ]
    slots = slots_of(case, likely)
    if not slots or any(len(slot) > 1 for slot in slots):
        return None
    return by_amount(case.naming([slot[0] for slot in slots]))


def _others_named(case: Case, items: Sequence[OpenItem]) -> list[OpenItem]:
    """Return what else is named and could be paid."""
    ids = {item.id for item in items}
    return [item for item in case.named.payable(case.named.all) if item.id not in ids]


def _rivals(case: Case, items: Sequence[OpenItem]) -> list[OpenItem]:
    """Return items of the payer's own with the same amount: they may have mistyped it, or copied another's."""
    ids = {item.id for item in items}
    named = max(case.identity(item.customer_id) for item in items)
    return [
        item
        for item in case.of_amount
        if item.id not in ids
        and case.identity(item.customer_id) > named
        and (
            case.is_slip_of(item)
            or (named == Identity.STRANGER and case.identity(item.customer_id) >= Identity.ALIKE)
        )
    ]


def _nearly(case: Case, items: Sequence[OpenItem]) -> Reason:
    written = case.transfer.remittance or case.transfer.structured_reference
    return Reason("NUMBER_NEARLY", {"written": written[:60], "number": listed(items)})


def _overlap(one: Near, other: Near) -> bool:
    """Whether two readings are of the same place of a text."""
    return one.start < other.start + len(other.text) and other.start < one.start + len(one.text)


def _weight(case: Case, one: Near) -> tuple[bool, Nearness]:
    return case.agrees(one.item.customer_id), one.strength
