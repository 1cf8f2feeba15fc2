"""Money that comes back: which earlier payment a return takes back, decided from facts alone.

What identifies a payment goes before its amount, for a bank may add its charges to a return (bank-formats.md
§6, 11): its end-to-end id, the bank's own mark, its mandate, and only then account and amount. Two that fit
equally well are no answer. One return may be told by pain.002, camt.054 and camt.053, in any order; it
counts once (§6, 14). A debtor may claim a direct debit back for 13 months (law.md §4.1).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import chain
from types import MappingProxyType

from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason

MOST_MONTHS = 13
# Two banks' files put the same return this many days apart at most.
_DAYS_APART = 10
# More than this on top of a payment is no bank's charge, so it is another payment that came back.
_MOST_CHARGES = 5_000

# ISO 20022 reason codes and what they mean (law.md §4.2).
MEANINGS = MappingProxyType(
    {
        "AC01": "the account number is not right",
        "AC04": "the account is closed",
        "AC06": "the account is blocked",
        "AC13": "it is a consumer's account",
        "AG01": "direct debits are not allowed on this account",
        "AG02": "the kind of transaction is not right",
        "AM04": "there was not enough money on the account",
        "AM05": "it was a duplicate",
        "BE04": "the creditor's address is missing",
        "BE05": "the creditor's identifier is not right",
        "CNOR": "the creditor's bank cannot be reached",
        "CUST": "the payer asked for it back",
        "DNOR": "the debtor's bank cannot be reached",
        "DUPL": "it was a duplicate",
        "FF01": "the bank could not read the order",
        "FF05": "the kind of direct debit is not right",
        "FOCR": "it was called back",
        "FRAD": "it was fraud",
        "MD01": "there is no valid mandate",
        "MD02": "data of the mandate are missing or not right",
        "MD06": "the payer claimed it back",
        "MD07": "the payer has died",
        "MS02": "the payer refused it",
        "MS03": "the bank does not say why",
        "RC01": "the bank's code is not right",
        "RR01": "the payer's account is missing",
        "RR02": "the payer's name or address is missing",
        "RR03": "the creditor's name or address is missing",
        "RR04": "the bank's rules do not allow it",
        "SL01": "the payer lets no direct debits through",
        "TECH": "a technical fault at the bank",
    }
)
DECEASED = "MD07"
_UNSAID = "the bank does not say why"


def meaning_of(code: str) -> str:
    """Return what a return code means, with the code; the bank's own words where no list knows it."""
    known = MEANINGS.get(code.strip().upper())
    if known:
        return f"{known} ({code.strip().upper()})"
    return code.strip()[:140] or _UNSAID


@dataclass(frozen=True, slots=True)
class Telling:
    """Something that tells of money that came back; amounts in minor units of `currency`, above zero.

    `amount_minor` is what left the account, None where only a status is told (pain.002). `original_minor` is
    what had been paid, without charges. `is_return`: the file itself calls it a return. `statement` names
    what it is told in: there, two are two.
    """

    id: int
    on: date
    amount_minor: int | None
    currency: str
    is_return: bool = True
    code: str = ""
    original_minor: int | None = None
    charges_minor: int | None = None
    end_to_end_id: str = ""
    mandate_id: str = ""
    bank_reference: str = ""
    account: str = ""
    statement: str = ""


@dataclass(frozen=True, slots=True)
class CameBack:
    """A return that counted: so much on that day, told in these statements under these marks of the bank."""

    id: int
    on: date
    amount_minor: int
    statements: frozenset[str] = frozenset()
    bank_references: frozenset[str] = frozenset()
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """A payment that came in. `is_booked`: a credit stands for it; else it waits or was set aside.

    `on_account_minor` is what of it is on no invoice. `came_back` are the returns of it.
    """

    line_id: int
    on: date
    amount_minor: int
    currency: str
    is_booked: bool = True
    on_account_minor: int = 0
    end_to_end_id: str = ""
    mandate_id: str = ""
    bank_reference: str = ""
    account: str = ""
    elsewhere_minor: int = 0
    """What of it is paid back, or was moved to another customer."""
    came_back: tuple[CameBack, ...] = ()

    @property
    def left_minor(self) -> int:
        """What of it has not come back, and is not elsewhere."""
        gone = sum(one.amount_minor for one in self.came_back if not one.undone)
        return self.amount_minor - gone - self.elsewhere_minor


class Verdict(StrEnum):
    """What to do with a telling."""

    TAKE_BACK = "TAKE_BACK"
    TAKE_OUT_BOTH = "TAKE_OUT_BOTH"
    TOLD_ALREADY = "TOLD_ALREADY"
    WAITS = "WAITS"
    NO_RETURN = "NO_RETURN"


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a telling, and why.

    `line_id` is the earlier payment; `amount_minor` of it came back, and banks took `charges_minor` on top.
    `return_id` is the return it was told of already; negative: minus the id of the telling that was first.
    """

    verdict: Verdict
    reason: Reason
    line_id: int = 0
    amount_minor: int = 0
    charges_minor: int = 0
    return_id: int = 0


@dataclass(frozen=True, slots=True)
class Clue:
    """One way in which a return names its payment: both bear the same. By a weak one, the amount must fit exactly."""

    of: Callable[[Telling | Earlier], str]
    weak: bool = False

    def fits(self, telling: Telling, paid: Earlier) -> bool:
        """Whether the telling points to the payment by this clue."""
        mark = self.of(telling)
        return bool(mark) and mark == self.of(paid)


_NO_RETURN = Decision(Verdict.NO_RETURN, Reason("MONEY_OUT"))

# In the order in which they are believed.
CLUES = (
    Clue(lambda one: one.end_to_end_id),
    Clue(lambda one: one.bank_reference),
    Clue(lambda one: one.mandate_id, weak=True),
    Clue(lambda one: one.account, weak=True),
)


def decide_all(tellings: Sequence[Telling], earlier: Iterable[Earlier]) -> tuple[Decision, ...]:
    """Return the decision on each telling, in order; each that counts is known to those after it."""
    known = {one.line_id: one for one in earlier}
    by_clue: dict[tuple[int, str], list[int]] = defaultdict(list)
    told_under: dict[str, set[int]] = defaultdict(set)
    for one in known.values():
        for place, clue in enumerate(CLUES):
            by_clue[place, clue.of(one)].append(one.line_id)
        for counted in one.came_back:
            for mark in counted.bank_references:
                told_under[mark].add(one.line_id)
    decisions = []
    for telling in tellings:
        decision = _decide(
            telling,
            [known[line_id] for line_id in told_under.get(telling.bank_reference, ())],
            (
                [known[line_id] for line_id in by_clue.get((place, clue.of(telling)), ()) if clue.of(telling)]
                for place, clue in enumerate(CLUES)
            ),
        )
        if decision.verdict in (Verdict.TAKE_BACK, Verdict.TAKE_OUT_BOTH):
            paid = known[decision.line_id]
            counted = CameBack(-telling.id, telling.on, decision.amount_minor, *_marks(telling))
            known[paid.line_id] = replace(paid, came_back=(*paid.came_back, counted))
            for mark in counted.bank_references:
                told_under[mark].add(paid.line_id)
        decisions.append(decision)
    return tuple(decisions)


def _marks(telling: Telling) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset({telling.statement}), frozenset({telling.bank_reference} - {""})


def decide(telling: Telling, earlier: Sequence[Earlier]) -> Decision:
    """Return what to do with one telling, given every earlier payment that it may mean."""
    by_clue = ([one for one in earlier if clue.fits(telling, one)] for clue in CLUES)
    return _decide(telling, earlier, by_clue)


def _decide(
    telling: Telling, told_before: Sequence[Earlier], by_clue: Iterable[Sequence[Earlier]]
) -> Decision:
    """Return the decision; `by_clue` has what each clue points to, looked at only as far as is needed."""
    rest = iter(by_clue)
    named = next(rest)
    told = _told_under_its_own_mark(telling, named or told_before, is_named=bool(named))
    if told is not None:
        return told
    for clue, pointed_to in zip(CLUES, chain((named,), rest), strict=True):
        meant = [one for one in pointed_to if _is_possible(telling, one)]
        if clue.weak:
            meant = [one for one in meant if _fits_exactly(telling, one)]
        if meant:
            return _among(telling, meant)
    if not telling.is_return:
        return _NO_RETURN
    return _waits("RETURN_ORIGINAL_UNKNOWN", return_code=telling.code or "?")


def _told_under_its_own_mark(
    telling: Telling, earlier: Sequence[Earlier], *, is_named: bool
) -> Decision | None:
    """Return that it is known, when a return under the same mark of the bank counted in another file.

    A mark may be that of a whole batch, or begin anew with each statement: it holds for the payments that
    the telling names (`earlier`, then), and where it names none for as much as came back.
    """
    for one in earlier:
        for counted in one.came_back:
            same = telling.bank_reference in counted.bank_references and telling.currency == one.currency
            elsewhere = same and telling.statement not in counted.statements
            if elsewhere and (is_named or _is_as_much(telling, one, counted)):
                return _told_already(one, counted)
    return None


def _is_possible(telling: Telling, paid: Earlier) -> bool:
    first = _months_before(telling.on, MOST_MONTHS)
    if paid.currency != telling.currency or not first <= paid.on <= telling.on:
        return False
    # Money that nobody calls a return is one only where it goes back, to the cent, to where it came from.
    goes_back = bool(telling.account) and telling.account == paid.account
    return telling.is_return or (goes_back and telling.amount_minor == paid.amount_minor)


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    # The last day of a shorter month.
    for last in range(day.day, 0, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return day - timedelta(days=31 * months)


def _fits_exactly(telling: Telling, paid: Earlier) -> bool:
    if telling.amount_minor is None:
        return True
    amounts = {telling.amount_minor, telling.original_minor}
    if telling.is_return and telling.charges_minor:
        amounts.add(telling.amount_minor - telling.charges_minor)
    return paid.amount_minor in amounts


def _among(telling: Telling, meant: Sequence[Earlier]) -> Decision:
    """Return the decision, given the payments that a clue points to."""
    known = [(one, counted) for one in meant for counted in one.came_back if _is_same(telling, one, counted)]
    fresh = [one for one in meant if one.left_minor > 0 and _share(telling, one) is not None]
    fresh = [one for one in fresh if one.line_id not in {paid.line_id for paid, _counted in known}]
    exact = [one for one in fresh if _fits_exactly(telling, one)]
    if len(fresh) > 1 and len(exact) == 1:
        fresh = exact
    if not telling.is_return and not known:
        return _given_back(fresh)
    if len(known) + len(fresh) > 1:
        return _waits("RETURN_COULD_BE_SEVERAL")
    if known:
        [(paid, counted)] = known
        return _waits("RETURN_UNDONE_BEFORE") if counted.undone else _told_already(paid, counted)
    if not fresh:
        return _does_not_fit(max(meant, key=lambda one: one.on))
    return _take(telling, fresh[0])


def _is_same(telling: Telling, paid: Earlier, counted: CameBack) -> bool:
    """Whether a return that counted is the one that is told: as much, about then, and in another file."""
    if telling.statement in counted.statements or abs((telling.on - counted.on).days) > _DAYS_APART:
        return False
    return _is_as_much(telling, paid, counted)


def _is_as_much(telling: Telling, paid: Earlier, counted: CameBack) -> bool:
    if telling.amount_minor is None:
        return True
    before = replace(paid, came_back=tuple(one for one in paid.came_back if one.id != counted.id))
    share = _share(telling, before)
    return share is not None and share[0] == counted.amount_minor


def _share(telling: Telling, paid: Earlier) -> tuple[int, int] | None:
    """Return how much of a payment came back and what banks took on top; None when that does not fit."""
    left, out = paid.left_minor, telling.amount_minor
    if out is None:
        return (left, 0) if left > 0 else None
    original = telling.original_minor
    if original is None and telling.charges_minor and telling.is_return:
        original = out - telling.charges_minor
    if original is not None and 0 < original <= out:
        return (original, out - original) if original <= left else None
    if out <= left:
        return out, 0
    unsaid = out - left
    whole = left == paid.amount_minor
    return (left, unsaid) if telling.is_return and whole and unsaid <= _MOST_CHARGES else None


def _take(telling: Telling, paid: Earlier) -> Decision:
    share = _share(telling, paid)
    assert share is not None
    verdict, code = Verdict.TAKE_BACK, "MONEY_CAME_BACK"
    if not paid.is_booked:
        verdict, code = Verdict.TAKE_OUT_BOTH, "CAME_BACK_UNBOOKED"
        if share[0] != paid.amount_minor:
            # Of a payment nobody booked yet only a part is left: a person books that part.
            return _does_not_fit(paid)
    facts: dict[str, str | int] = {"meaning": meaning_of(telling.code)}
    if verdict is Verdict.TAKE_BACK and (share[1] or share[0] < paid.amount_minor):
        code = "MONEY_CAME_BACK_CHARGED" if share[1] else "MONEY_CAME_BACK_IN_PART"
        told = Money(share[1] or share[0], paid.currency)
        facts |= {"currency": told.currency, "amount": str(told)}
    return Decision(verdict, Reason(code, facts), paid.line_id, *share)


def _does_not_fit(paid: Earlier) -> Decision:
    left = Money(paid.left_minor, paid.currency)
    return _waits("RETURN_DOES_NOT_FIT", day=paid.on.isoformat(), open=str(left), currency=left.currency)


def _given_back(fresh: Sequence[Earlier]) -> Decision:
    """Return the decision on money that went out to where payments came from, by nobody called a return.

    It takes a payment back by itself only when that is the only one and is on no invoice, so that nobody who
    has paid is asked again.
    """
    if not fresh:
        return _NO_RETURN
    latest = max(fresh, key=lambda one: one.on)
    if len(fresh) == 1 and latest.is_booked and latest.on_account_minor >= latest.amount_minor:
        return Decision(Verdict.TAKE_BACK, Reason("GIVEN_BACK"), latest.line_id, latest.amount_minor)
    return _waits("MAY_GIVE_BACK", day=latest.on.isoformat())


def _told_already(paid: Earlier, counted: CameBack) -> Decision:
    reason = Reason("RETURN_TOLD_ALREADY", {"day": counted.on.isoformat()})
    return Decision(Verdict.TOLD_ALREADY, reason, paid.line_id, return_id=counted.id)


def _waits(code: str, **facts: str | int) -> Decision:
    return Decision(Verdict.WAITS, Reason(code, facts))
