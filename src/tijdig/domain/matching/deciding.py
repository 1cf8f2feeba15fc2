"""Deciding: a table of small matchers, asked in order; the first that has an answer gives it.

Money is booked by itself only when everything the transfer names fits the amount to the cent. Two answers
that fit equally well are no answer: a person decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tijdig.domain.matching import clues, numbers
from tijdig.domain.matching.facts import Match, OpenItem, Proposal, Share, Transfer
from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason

_MOST_NUMBERS_IN_A_REASON = 5
_MOST_PROPOSALS = 10


@dataclass(frozen=True, slots=True)
class Named:
    """What a transfer names, with the open amounts of this moment.

    `referenced` by payment reference, `numbered` by a certain invoice number; `ambiguous` are the items of a
    number that could be several, none of them exactly as written.
    """

    transfer: Transfer
    referenced: tuple[OpenItem, ...]
    numbered: tuple[OpenItem, ...]
    ambiguous: tuple[OpenItem, ...] = ()

    @property
    def all(self) -> tuple[OpenItem, ...]:
        """Every item that is named, once, references first."""
        return tuple({item.id: item for item in (*self.referenced, *self.numbered)}.values())

    def payable(self, items: Iterable[OpenItem]) -> tuple[OpenItem, ...]:
        """Those of `items` that this transfer could settle: open, in its currency."""
        return tuple(
            item for item in items if item.open_minor > 0 and item.currency == self.transfer.currency
        )

    def fitting(self, items: Iterable[OpenItem]) -> tuple[OpenItem, ...]:
        """Those of `items` that this transfer would settle exactly."""
        return tuple(item for item in self.payable(items) if item.open_minor == self.transfer.amount_minor)


class ItemsByClue:
    """The items that transfers may name, found by reference and by the core of their number."""

    def __init__(self, items: Iterable[OpenItem]) -> None:
        self._by_reference: dict[str, list[OpenItem]] = defaultdict(list)
        self._by_core: dict[str, list[OpenItem]] = defaultdict(list)
        for item in sorted({item.id: item for item in items}.values(), key=lambda item: item.id):
            if item.payment_reference:
                self._by_reference[clues.reference_key(item.payment_reference)].append(item)
            self._by_core[numbers.core(item.number)].append(item)

    def named_by(self, transfer: Transfer, open_now: Mapping[int, int]) -> Named:
        """Return what `transfer` names; `open_now` has open amounts that differ from the items' own."""

        def now(items: Iterable[OpenItem]) -> tuple[OpenItem, ...]:
            return tuple(replace(item, open_minor=open_now.get(item.id, item.open_minor)) for item in items)

        referenced = [
            item for key in clues.reference_keys(transfer) for item in self._by_reference.get(key, ())
        ]
        numbered, ambiguous = self._numbered(transfer)
        unique = {item.id: item for item in referenced}.values()
        return Named(transfer, now(unique), now(numbered), now(ambiguous))

    def _numbered(self, transfer: Transfer) -> tuple[list[OpenItem], list[OpenItem]]:
        found: list[tuple[numbers.Mention, list[OpenItem]]] = []
        for text in clues.texts(transfer):
            in_text = []
            for mention in numbers.mentions(text):
                near = self._by_core.get(mention.core, ()) if mention.core else ()
                items = [item for item in near if numbers.is_certain(mention, item.number)]
                if items:
                    exact = [item for item in items if numbers.compact(item.number) == mention.compact]
                    in_text.append((mention, exact or items))
            found.extend(_longest(in_text))
        sure = {item.id: item for _, items in found if len(items) == 1 for item in items}
        unsure = {
            item.id: item for _, items in found if len(items) > 1 for item in items if item.id not in sure
        }
        return list(sure.values()), list(unsure.values())


def _longest(
    found: list[tuple[numbers.Mention, list[OpenItem]]],
) -> list[tuple[numbers.Mention, list[OpenItem]]]:
    """Leave out mentions that are only a part of a longer one."""
    return [
        (mention, items)
        for mention, items in found
        if not any(
            other.start <= mention.start
            and mention.end <= other.end
            and len(other.compact) > len(mention.compact)
            for other, _ in found
        )
    ]


Matcher = Callable[[Named], "Match | None"]


def match_all(transfers: Sequence[Transfer], items: Iterable[OpenItem]) -> tuple[Match, ...]:
    """Return the answer for each transfer, in order; each sure answer uses up what it settles.

    `items` are all items, settled ones too, that any of the transfers may name.
    """
    known = ItemsByClue(items)
    open_now: dict[int, int] = {}
    answers = []
    for transfer in transfers:
        named = known.named_by(transfer, open_now)
        answer = decide(named)
        if answer.booking is not None:
            before = {item.id: item.open_minor for item in named.all}
            for share in answer.booking.shares:
                open_now[share.item_id] = before[share.item_id] - share.amount_minor
        answers.append(answer)
    return tuple(answers)


def decide(named: Named) -> Match:
    """Return the answer of the first matcher that has one."""
    for matcher in MATCHERS:
        answer = matcher(named)
        if answer is not None:
            return answer
    return _waits(named, Reason("NO_REFERENCE_FOUND"))


def _not_a_receipt(named: Named) -> Match | None:
    transfer = named.transfer
    if transfer.return_reason:
        return _waits(named, Reason("RETURNED", {"return_code": transfer.return_reason}))
    if transfer.amount_minor < 0:
        return _waits(named, Reason("MONEY_OUT"))
    if transfer.amount_minor == 0:
        return _waits(named, Reason("NO_MONEY_MOVED"))
    if transfer.batch_incomplete:
        return _waits(named, Reason("BATCH_NOT_BROKEN_DOWN"))
    return None


def _reference_and_amount(named: Named) -> Match | None:
    fitting = named.fitting(named.referenced)
    if len(fitting) > 1:
        return _tie(named, fitting)
    if not fitting:
        return None
    [item] = fitting
    key = clues.reference_key(item.payment_reference)
    others = [other for other in named.payable(named.referenced) if other.id != item.id]
    if any(clues.reference_key(other.payment_reference) != key for other in others):
        return None
    facts: dict[str, str | int] = {"reference": item.payment_reference, "number": item.number}
    return _books(named, fitting, 100, Reason("REFERENCE_AND_AMOUNT", facts))


def _number_could_be_several(named: Named) -> Match | None:
    payable = named.payable(named.ambiguous)
    return _tie(named, payable) if payable else None


def _number_and_amount(named: Named) -> Match | None:
    payable, fitting = named.payable(named.all), named.fitting(named.all)
    if len(fitting) > 1:
        return None if _adds_up(named, payable) else _tie(named, fitting)
    if not fitting or len(payable) > 1:
        return None
    paid_twins = [
        item
        for item in named.numbered
        if item.open_minor == 0 and item.amount_minor == named.transfer.amount_minor
    ]
    if paid_twins:
        return _tie(named, (*fitting, *paid_twins))
    return _books(named, fitting, 95, Reason("NUMBER_AND_AMOUNT", {"number": fitting[0].number}))


def _several_add_up(named: Named) -> Match | None:
    payable = named.payable(named.all)
    if len(payable) < 2 or not _adds_up(named, payable):
        return None
    facts: dict[str, str | int] = {"numbers": _list(payable)}
    if len({item.customer_id for item in payable}) > 1:
        return _waits(named, Reason("SEVERAL_CUSTOMERS", facts), _one_by_one(named, payable, 40))
    return _books(named, payable, 90, Reason("SEVERAL_ADD_UP", facts))


def _other_currency(named: Named) -> Match | None:
    items = [item for item in named.all if item.open_minor > 0]
    if not items or any(item.currency == named.transfer.currency for item in items):
        return None
    facts: dict[str, str | int] = {"numbers": _list(items), "currency": items[0].currency}
    return _waits(named, Reason("OTHER_CURRENCY", facts))


def _already_paid(named: Named) -> Match | None:
    if not named.all or any(item.open_minor > 0 for item in named.all):
        return None
    return _waits(named, Reason("ITEM_ALREADY_PAID", {"numbers": _list(named.all)}))


def _amount_differs(named: Named) -> Match | None:
    payable = named.payable(named.all)
    if not payable:
        return None
    currency = named.transfer.currency
    total = sum(item.open_minor for item in payable)
    facts: dict[str, str | int] = {
        "numbers": _list(payable),
        "open": str(Money(total, currency)),
        "amount": str(Money(named.transfer.amount_minor, currency)),
    }
    code = "PAID_LESS" if named.transfer.amount_minor < total else "PAID_MORE"
    return _waits(named, Reason(code, facts), _in_order(named, payable, 70))


MATCHERS: tuple[Matcher, ...] = (
    _not_a_receipt,
    _reference_and_amount,
    _number_could_be_several,
    _number_and_amount,
    _several_add_up,
    _other_currency,
    _already_paid,
    _amount_differs,
)


def _adds_up(named: Named, items: Sequence[OpenItem]) -> bool:
    return sum(item.open_minor for item in items) == named.transfer.amount_minor


def _books(named: Named, items: Sequence[OpenItem], confidence: int, reason: Reason) -> Match:
    shares = tuple(Share(item.id, item.open_minor) for item in items)
    return Match(
        named.transfer.id, reason, (Proposal(items[0].customer_id, shares, confidence, reason, sure=True),)
    )


def _waits(named: Named, reason: Reason, proposals: tuple[Proposal, ...] = ()) -> Match:
    return Match(named.transfer.id, reason, proposals)


def _tie(named: Named, items: Sequence[OpenItem]) -> Match:
    reason = Reason("SEVERAL_FIT", {"numbers": _list(items)})
    return _waits(named, reason, _one_by_one(named, named.payable(items), 60))


def _one_by_one(named: Named, items: Sequence[OpenItem], confidence: int) -> tuple[Proposal, ...]:
    return tuple(
        proposal for item in items[:_MOST_PROPOSALS] for proposal in _in_order(named, (item,), confidence)
    )


def _in_order(named: Named, items: Sequence[OpenItem], confidence: int) -> tuple[Proposal, ...]:
    """Propose, per customer, to settle the items in the order they are named as far as the money goes."""
    proposals = []
    for customer_id in dict.fromkeys(item.customer_id for item in items):
        left, shares, mine = named.transfer.amount_minor, [], []
        for item in items:
            if item.customer_id == customer_id and left > 0:
                shares.append(Share(item.id, min(left, item.open_minor)))
                mine.append(item)
                left -= shares[-1].amount_minor
        reason = Reason("NAMED_IN_PAYMENT", {"numbers": _list(mine)})
        proposals.append(Proposal(customer_id, tuple(shares), confidence, reason))
    return tuple(proposals)


def _list(items: Sequence[OpenItem]) -> str:
    shown = ", ".join(item.number for item in items[:_MOST_NUMBERS_IN_A_REASON])
    return shown + ", …" if len(items) > _MOST_NUMBERS_IN_A_REASON else shown
