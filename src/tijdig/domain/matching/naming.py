"""What a transfer names: the items of its references and numbers, and those its text comes near to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tijdig.domain import references
from tijdig.domain.matching import clues, nearness, numbers, texts
from tijdig.domain.matching.facts import OpenItem, Transfer
from tijdig.domain.matching.nearness import Nearness, Written
from tijdig.domain.matching.numbers import Mention

_MOST_OF_ONE_TAIL = 40
_SHORTEST_CLAIM = 4


@dataclass(frozen=True, slots=True)
class Near:
    """An item that was perhaps meant by what stands at one place of the text."""

    item: OpenItem
    strength: Nearness
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What may be a number, the items that have it, and the items that it comes near to."""

    mention: Mention
    having: frozenset[int]
    near: frozenset[int]


@dataclass(frozen=True, slots=True)
class Named:
    """What a transfer names, with the open amounts of this moment.

    `requested` by the id of our own request, `referenced` by payment reference, `numbered` by a certain invoice
    number. `ambiguous` has, for each number that could be several items, those items.
    """

    transfer: Transfer
    requested: tuple[OpenItem, ...] = ()
    referenced: tuple[OpenItem, ...] = ()
    numbered: tuple[OpenItem, ...] = ()
    ambiguous: tuple[tuple[OpenItem, ...], ...] = ()

    @property
    def all(self) -> tuple[OpenItem, ...]:
        """Every item that is named for certain, once."""
        return tuple({i.id: i for i in (*self.requested, *self.referenced, *self.numbered)}.values())

    def payable(self, items: Iterable[OpenItem]) -> tuple[OpenItem, ...]:
        """Those of `items` that this transfer could settle: open, in its currency."""
        currency = self.transfer.currency
        return tuple([item for item in items if item.open_minor > 0 and item.currency == currency])


class ItemsByClue:
    """The items that transfers may mean, found by what may be known of them."""

    def __init__(self, items: Iterable[OpenItem]) -> None:
        self.by_id = {item.id: item for item in sorted(items, key=lambda item: item.id)}
        self._by_reference: dict[str, list[OpenItem]] = defaultdict(list)
        self._by_payment_id: dict[str, list[OpenItem]] = defaultdict(list)
        self.by_core: dict[str, list[OpenItem]] = defaultdict(list)
        self._by_tail: dict[str, list[OpenItem]] | None = None
        for item in self.by_id.values():
            if item.payment_reference:
                self._by_reference[clues.reference_key(item.payment_reference)].append(item)
            for payment_id in item.payment_ids:
                self._by_payment_id[clues.reference_key(payment_id)].append(item)
            self.by_core[numbers.core(item.number)].append(item)

    def named_by(self, transfer: Transfer, open_now: Mapping[int, int]) -> Named:
        """Return what `transfer` names; `open_now` has open amounts that differ from the items' own."""
        own = clues.payment_id_key(transfer)
        requested: Sequence[OpenItem] = ()
        if own:
            requested = [*self._by_payment_id.get(own, ()), *self._by_reference.get(own, ())]
        referenced = [
            item
            for key in clues.text_keys(transfer.structured_reference, transfer.remittance)
            for item in self._by_reference.get(key, ())
        ]
        numbered, ambiguous = self._numbered(transfer)
        return Named(
            transfer,
            _now(requested, open_now),
            _now({item.id: item for item in referenced}.values(), open_now),
            _now(numbered, open_now),
            tuple([_now(items, open_now) for items in ambiguous]),
        )

    def names_what_is_not_there(self, transfer: Transfer) -> bool:
        """Whether it has a reference with check digits, an OGM or RF, that no item at hand has."""
        return any(
            (references.is_ogm(key) or references.is_rf(key)) and key not in self._by_reference
            for key in clues.text_keys(transfer.structured_reference, transfer.remittance)
        )

    def _numbered(self, transfer: Transfer) -> tuple[list[OpenItem], list[list[OpenItem]]]:
        found: list[tuple[Mention, list[OpenItem]]] = []
        for text in clues.texts_of(transfer):
            in_text = []
            for mention in numbers.mentions(text):
                near = self.by_core.get(mention.core) if mention.core else None
                items = [item for item in near if numbers.is_certain(mention, item.number)] if near else ()
                if items:
                    exact = [item for item in items if texts.compact(item.number) == mention.compact]
                    in_text.append((mention, exact or items))
            found.extend(_longest(in_text) if len(in_text) > 1 else in_text)
        sure = {item.id: item for _, items in found if len(items) == 1 for item in items}
        several = [items for _, items in found if len(items) > 1 and not any(i.id in sure for i in items)]
        return list(sure.values()), several

    def near(self, transfer: Transfer, open_now: Mapping[int, int]) -> tuple[Near, ...]:
        """Return the open items that the text comes near to, the strongest likeness of each, by place."""
        by_tail = self._tails()
        best: dict[int, Near] = {}
        for text in (*clues.texts_of(transfer), clues.payment_id(transfer)):
            for one in nearness.written(text) if text else ():
                for item in self._of_tails(one, by_tail):
                    strength = nearness.nearness(one, item.number)
                    known = best.get(item.id)
                    if strength and (known is None or strength > known.strength):
                        best[item.id] = Near(item, strength, one.start, text[one.start : one.end])
        current = (
            replace(near, item=now(near.item, open_now)) if near.item.id in open_now else near
            for near in best.values()
        )
        return tuple(sorted(current, key=lambda near: (near.start, near.item.id)))

    def _of_tails(self, one: Written, by_tail: Mapping[str, list[OpenItem]]) -> Iterable[OpenItem]:
        for key in sorted(nearness.keys_here(one)):
            items = by_tail.get(key, ())
            if len(items) <= _MOST_OF_ONE_TAIL:
                yield from items

    def _tails(self) -> Mapping[str, list[OpenItem]]:
        if self._by_tail is None:
            self._by_tail = defaultdict(list)
            for item in self.by_id.values():
                if item.open_minor > 0:
                    for key in nearness.keys_of_number(item.number):
                        self._by_tail[key].append(item)
        return self._by_tail


def now(item: OpenItem, open_now: Mapping[int, int]) -> OpenItem:
    """Return the item with what is open on it at this moment."""
    current = open_now.get(item.id)
    return item if current is None or current == item.open_minor else replace(item, open_minor=current)


def _now(items: Iterable[OpenItem], open_now: Mapping[int, int]) -> tuple[OpenItem, ...]:
    return tuple([now(item, open_now) for item in items])


def claims(
    transfer: Transfer, by_core: Mapping[str, Sequence[OpenItem]], near: Sequence[Near]
) -> tuple[Claim, ...]:
    """Return what may be numbers of invoices, with the items that each may be."""
    at: dict[int, set[int]] = defaultdict(set)
    for one in near:
        at[one.start].add(one.item.id)
    return tuple(
        Claim(
            mention,
            frozenset(item.id for item in by_core.get(mention.core, ())),
            frozenset(at[mention.start]),
        )
        for text in clues.texts_of(transfer)
        for mention in numbers.mentions(text)
        if len(mention.core) >= _SHORTEST_CLAIM
    )


def _longest(found: list[tuple[Mention, list[OpenItem]]]) -> list[tuple[Mention, list[OpenItem]]]:
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
