"""The matchers that go by who paid and how much, where the payer named nothing; and what a person may choose from.

Only a payer that is certain (the account has paid for them before, their customer number is there) or has the
very name books, and only what fits in exactly one way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tijdig.domain.matching.amounts import discounts
from tijdig.domain.matching.answers import (
    MOST_PROPOSALS,
    Extras,
    books,
    listed,
    named_reason,
    propose,
    tie,
    total,
)
from tijdig.domain.matching.cases import Case, Identity
from tijdig.domain.matching.facts import Match, OpenItem, Proposal, UsedCredit
from tijdig.domain.matching.nearness import Nearness
from tijdig.domain.matching.subsets import (
    LIKELY_MEANT,
    SMALLEST_CHANCE_THAT_COUNTS,
    is_coarse,
    only_way,
)
from tijdig.domain.reasons import Reason

_MOST_OF_ONE_AMOUNT = 8
_MOST_TOLD_APART_BY_NAME = 5
_MOST_CUSTOMERS = 3
_CODES = {
    Identity.SAID: ("CUSTOMER_NUMBER", "CUSTOMER_NUMBER_AND_AMOUNT"),
    Identity.KNOWN: ("KNOWN_PAYER", "PAYER_AND_AMOUNT"),
    Identity.ALIKE: ("NAME_AND_AMOUNT", "NAME_AND_AMOUNT"),
    Identity.LIKE: ("NAME_AND_AMOUNT", "NAME_AND_AMOUNT"),
}


def payer_and_amount(case: Case) -> Match | None:
    """Book the only item of a certain payer that is exactly the amount."""
    payers = _payers(case)
    fitting = [item for item in case.of_amount if item.customer_id in payers]
    if not fitting and case.is_only_amount and case.agrees(case.of_amount[0].customer_id):
        fitting = list(case.of_amount)  # a name that is like theirs, and nobody else owes this
    if not fitting:
        return None
    if len(fitting) > 1:
        return tie(case, fitting)
    [item] = fitting
    others = [one.item for one in case.near if one.item.open_minor == case.amount and one.item.id != item.id]
    if item.customer_id not in case.like:
        others += [
            one for one in case.of_amount if one.customer_id not in payers and one.customer_id in case.like
        ]
    identity = case.identity(item.customer_id)
    if identity <= Identity.ALIKE:  # "S. Jansen" may be Sofie as well as S.
        others += [one for one in case.of_amount if one.id != item.id and case.agrees(one.customer_id)]
    if others and identity < Identity.SAID:
        return tie(case, (item, *{one.id: one for one in others}.values()))
    if case.contradicts(fitting):
        return None
    if identity <= Identity.ALIKE and not _tells_apart(case, item):
        return None
    if only_way([one.open_minor for one in case.owed.get(item.customer_id, ())], case.amount).several:
        return None  # two others of theirs come to the same
    code, reason = _CODES[identity]
    facts: dict[str, str | int] = {"number": item.number, "name": case.name_of(item.customer_id)}
    return books(case, code, fitting, Reason(reason, facts))


def whole_balance(case: Case) -> Match | None:
    """Book all that a certain payer owes when that, less what they have left, is exactly the amount."""
    found = []
    for customer_id in _payers(case):
        owed = case.owed.get(customer_id, ())
        known = case.identity(customer_id) >= Identity.KNOWN
        if len(owed) > 1 and total(owed) == case.amount:
            coarse = is_coarse([item.open_minor for item in owed]) and not case.says_all
            if known or (not coarse and case.says_nothing_else(customer_id)):
                found.append((customer_id, owed, Extras()))
        elif (
            owed
            and known
            and total(owed) - sum(one.left_minor for one in case.credits.get(customer_id, ())) == case.amount
        ):
            found.append((customer_id, owed, _all_credits(case, customer_id, owed)))
    if len(found) != 1 or case.contradicts(found[0][1]):
        return None
    [(customer_id, owed, extras)] = found
    if any(_comes_to_it(case, other) for other in _payers(case) if other != customer_id):
        return None
    facts: dict[str, str | int] = {"numbers": listed(owed), "name": case.name_of(customer_id)}
    if extras.credits:
        facts["credit_ids"] = ",".join(dict.fromkeys(str(used.credit_id) for used in extras.credits))
    return books(case, "WHOLE_BALANCE", owed, Reason("WHOLE_BALANCE", facts), extras=extras)


def only_subset(case: Case) -> Match | None:
    """Book the only items of a known payer that add up to the amount, when that is no accident."""
    found = []
    for customer_id in _payers(case):
        owed = case.owed.get(customer_id, ())
        way = only_way([item.open_minor for item in owed], case.amount)
        if way.several:
            return None
        if way.places:
            found.append((way, [owed[place] for place in way.places]))
    if len(found) != 1 or case.contradicts(found[0][1]):
        return None
    [(way, items)] = found
    identity = case.identity(items[0].customer_id)
    told = identity == Identity.SAID or (case.says_several and len(items) > 1)
    if identity < Identity.KNOWN or way.chance > (LIKELY_MEANT if told else SMALLEST_CHANCE_THAT_COUNTS):
        return None
    return books(case, "LUMP_SUM", items, Reason("LUMP_SUM", {"numbers": listed(items)}))


def guesses(case: Case) -> tuple[Proposal, ...]:
    """Return what a person may choose from, beside what is named; each with why."""
    return (*_mistyped(case), *_near(case), *_of_payers(case), *_of_amount(case))


def _payers(case: Case) -> tuple[int, ...]:
    """Return who paid for certain: who is said, else whose account it is, else who has that very name."""
    surest = max(case.payers.values(), default=Identity.STRANGER)
    if surest < Identity.ALIKE:
        return ()
    return tuple(sorted(one for one, identity in case.payers.items() if identity == surest))


def _comes_to_it(case: Case, customer_id: int) -> bool:
    """Whether some of what a customer owes adds up to the amount, in one way or in several."""
    way = only_way([item.open_minor for item in case.owed.get(customer_id, ())], case.amount)
    return way.several or bool(way.places)


def _tells_apart(case: Case, item: OpenItem) -> bool:
    """Whether a name and an amount tell: nothing else is said, few items have it, and no namesake owes something."""
    if not case.says_nothing_else(item.customer_id):
        return False
    if case.common or len(case.of_amount) > _MOST_TOLD_APART_BY_NAME:
        return False
    return not any(
        how >= Identity.ALIKE and one != item.customer_id and case.owed.get(one)
        for one, how in case.payers.items()
    )


def _all_credits(case: Case, customer_id: int, owed: Sequence[OpenItem]) -> Extras:
    used = []
    wanted = {item.id: item.open_minor for item in owed}
    for credit in case.credits.get(customer_id, ()):
        left = credit.left_minor
        for item_id in wanted:
            part = min(left, wanted[item_id])
            if part:
                used.append(UsedCredit(credit.id, item_id, part))
                wanted[item_id] -= part
                left -= part
    return Extras(credits=tuple(used))


def _mistyped(case: Case) -> Iterable[Proposal]:
    for item in case.of_amount:
        slip = case.slip(item)
        if slip:
            reason = Reason("NUMBER_MISTYPED", {"written": slip, "number": item.number})
            code = "PAYER_MISTYPED" if case.agrees(item.customer_id) else "MISTYPED"
            yield propose(case, code, (item,), reason)


def _near(case: Case) -> Iterable[Proposal]:
    named = {item.id for item in case.named.all}
    for one in case.near:
        payable = one.item.open_minor > 0 and one.item.currency == case.transfer.currency
        if payable and one.item.id not in named:
            fits = one.item.open_minor == case.amount
            code = "NEAR_AND_FITS" if fits and one.strength == Nearness.STRONG else "NEAR_ONLY"
            if fits or one.strength == Nearness.STRONG or case.agrees(one.item.customer_id):
                yield propose(case, code, (one.item,), named_reason(one.item))


def _of_payers(case: Case) -> Iterable[Proposal]:
    """Yield, for who may have paid, what fits and then the oldest first, as the law says where nothing is named."""
    likely = sorted(case.payers.items(), key=lambda one: (-one[1], one[0]))[:_MOST_CUSTOMERS]
    for customer_id, identity in likely:
        owed = case.owed.get(customer_id, ())
        name = case.name_of(customer_id)
        way = only_way([item.open_minor for item in owed], case.amount)
        if way.places:
            items = [owed[place] for place in way.places]
            if len(items) > 1:
                yield propose(case, "COMES_TO_IT", items, Reason("LUMP_SUM", {"numbers": listed(items)}))
        for item in owed:
            forgiven = discounts(case, (item,))
            if forgiven:
                reason = Reason("NAME_IS_CUSTOMER", {"name": name})
                yield propose(case, "COMES_TO_IT", (item,), reason, extras=Extras(forgiven))
        if not owed and identity < Identity.ALIKE:
            continue
        code = "PAYER_IS_KNOWN" if identity >= Identity.KNOWN else "NAME_IS_CUSTOMER"
        yield propose(
            case,
            "OLDEST_FIRST" if owed else "ON_ACCOUNT",
            owed,
            Reason(code, {"name": name}),
            customer_id=customer_id,
        )


def _of_amount(case: Case) -> Iterable[Proposal]:
    ranked = sorted(case.of_amount, key=lambda item: (-case.identity(item.customer_id), item.id))
    for item in ranked[:_MOST_OF_ONE_AMOUNT]:
        code = "PAYER_AND_FITS" if case.agrees(item.customer_id) else "AMOUNT_ONLY"
        yield propose(case, code, (item,), Reason("AMOUNT_IS_OPEN", {"number": item.number}))


def best(proposals: Iterable[Proposal]) -> tuple[Proposal, ...]:
    """Return the proposals, surest first, the first alone of those that come to the same."""
    found: dict[tuple[object, ...], Proposal] = {}
    for one in proposals:
        found.setdefault((one.customer_id, one.shares, one.forgiven, one.credits), one)
    return tuple(sorted(found.values(), key=lambda one: -one.confidence)[:MOST_PROPOSALS])
