"""The case of one transfer: what it names, who paid it, and what those customers owe at this moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum

from tijdig.domain import references
from tijdig.domain.matching import clues, names, naming, nearness, numbers, texts
from tijdig.domain.matching.facts import (
    CreditLeft,
    Debtor,
    Evidence,
    KnownPayer,
    Likeness,
    MatchSettings,
    OpenItem,
    Transfer,
)
from tijdig.domain.matching.naming import ItemsByClue, Named, Near
from tijdig.domain.matching.numbers import Mention

# An account that paid for more customers than this is that of a payment service or a collector.
_MOST_CUSTOMERS_OF_AN_ACCOUNT = 20
_MOST_OF_ONE_WORD = 40
_SHORTEST_WORD = 3
_SHORTEST_NAME_IN_TEXT = 8
_LOOKS_LIKE = 2
_NO_DATE = date.min


class Identity(IntEnum):
    """How surely a customer is the one who paid."""

    STRANGER = 0
    LIKE = 1
    """The name is like theirs."""
    ALIKE = 2
    """The name is theirs."""
    KNOWN = 3
    """The account has paid for them before."""
    SAID = 4
    """The payer wrote their customer number."""


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known about one transfer. Open amounts are those of this moment, credits too.

    `payers` has every customer who may have paid. `owed` has all that a customer owes in the transfer's currency,
    what is due first before the rest, and only customers of whom everything is known. `of_amount` are the open
    items of exactly the amount; `common` says there are more of those than were looked up. `unresolved` are
    what may be numbers and is none of ours.
    """

    named: Named
    near: tuple[Near, ...]
    payers: Mapping[int, Identity]
    owed: Mapping[int, tuple[OpenItem, ...]]
    credits: Mapping[int, tuple[CreditLeft, ...]]
    of_amount: tuple[OpenItem, ...]
    common: bool
    unresolved: tuple[Mention, ...]
    settings: MatchSettings
    debtors: Mapping[int, Debtor]

    @property
    def transfer(self) -> Transfer:
        """The transfer it is about."""
        return self.named.transfer

    @property
    def amount(self) -> int:
        """What came in, in minor units."""
        return self.named.transfer.amount_minor

    @property
    def is_only_amount(self) -> bool:
        """Whether exactly one open item has this amount."""
        return len(self.of_amount) == 1 and not self.common

    def identity(self, customer_id: int) -> Identity:
        """How surely this customer paid."""
        return self.payers.get(customer_id, Identity.STRANGER)

    def agrees(self, customer_id: int) -> bool:
        """Whether what is known of the payer agrees with this customer."""
        return self.identity(customer_id) >= Identity.LIKE

    def naming(self, items: Iterable[OpenItem]) -> Case:
        """Return the same case with these items named by their number."""
        return replace(self, named=Named(self.transfer, numbered=tuple(items)))

    def name_of(self, customer_id: int) -> str:
        """Return the customer's name."""
        debtor = self.debtors.get(customer_id)
        return debtor.name if debtor else ""

    def contradicts(self, items: Iterable[OpenItem]) -> bool:
        """Whether the payer wrote another number: one said to be an invoice's, or one that looks like theirs."""
        shapes = {(len(core), core[:_LOOKS_LIKE]) for core in (numbers.core(item.number) for item in items)}
        return any(
            mention.said or (len(mention.core), mention.core[:_LOOKS_LIKE]) in shapes
            for mention in self.unresolved
        )

    def is_slip_of(self, item: OpenItem) -> bool:
        """Whether a number in the text is this item's but for one slip."""
        return bool(self.slip(item))

    def slip(self, item: OpenItem) -> str:
        """Return what was written for the item's number with one slip in it; "" where nothing was."""
        for text in clues.texts_of(self.transfer):
            for one in nearness.written(text):
                if nearness.is_mistyped(one, item.number):
                    return text[one.start : one.end]
        return ""


class Surroundings:
    """The evidence of a batch, so arranged that the case of each transfer is put together quickly."""

    def __init__(self, evidence: Evidence, settings: MatchSettings, likeness: Likeness) -> None:
        self.evidence = evidence
        self.settings = settings
        self.likeness = likeness
        self.known = ItemsByClue(evidence.items)
        self._payers_of = dict(evidence.payers)
        self._owed: dict[int, list[OpenItem]] = defaultdict(list)
        self._of_amount: dict[tuple[str, int], list[OpenItem]] = defaultdict(list)
        self._credits: dict[int, list[CreditLeft]] = defaultdict(list)
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for item in self.known.by_id.values():
            if item.open_minor > 0:
                self._of_amount[item.currency, item.open_minor].append(item)
                if item.customer_id in evidence.owed_by:
                    self._owed[item.customer_id].append(item)
        for credit in sorted(evidence.credits, key=lambda credit: credit.id):
            self._credits[credit.customer_id].append(credit)
        for debtor in sorted(evidence.debtors.values(), key=lambda debtor: debtor.id):
            for word in set(names.significant(debtor.name)):
                if len(word) >= _SHORTEST_WORD:
                    self._by_word[word].append(debtor.id)
        self._by_number = {texts.compact(debtor.number): debtor.id for debtor in evidence.debtors.values()}

    def learn(self, payer: KnownPayer) -> None:
        """Know from here on that this account paid for this customer."""
        known = self._payers_of.get(payer.account, ())
        if all(one.customer_id != payer.customer_id for one in known):
            self._payers_of[payer.account] = (*known, payer)

    def case(self, transfer: Transfer, open_now: Mapping[int, int], left_now: Mapping[int, int]) -> Case:
        """Return the case of a transfer; `open_now` and `left_now` have what changed of items and credits."""
        named = self.known.named_by(transfer, open_now)
        near = self.known.near(transfer, open_now)
        currency, amount = transfer.currency, transfer.amount_minor
        of_amount = tuple(
            item
            for item in self._of_amount.get((currency, amount), ())
            if open_now.get(item.id, amount) == amount
        )
        payers = self._payers(transfer, named, near, of_amount)
        customers = {item.customer_id for item in named.all} | set(payers)
        customers |= {item.customer_id for items in named.ambiguous for item in items}
        customers |= {one.item.customer_id for one in near}
        return Case(
            named=named,
            near=near,
            payers=payers,
            owed={
                one: self._owed_by(one, currency, open_now)
                for one in sorted(customers & self.evidence.owed_by)
            },
            credits={one: self._left_of(one, currency, left_now) for one in sorted(customers)},
            of_amount=of_amount,
            common=(currency, amount) in self.evidence.common_amounts,
            unresolved=naming.unresolved(transfer, self.known.by_core, near),
            settings=self.settings,
            debtors=self.evidence.debtors,
        )

    def _payers(
        self, transfer: Transfer, named: Named, near: Iterable[Near], of_amount: Iterable[OpenItem]
    ) -> dict[int, Identity]:
        payers: dict[int, Identity] = {}
        name = transfer.counterparty_name
        if name:
            looked_at = {item.customer_id for item in (*named.all, *of_amount)}
            looked_at |= {one.item.customer_id for one in near}
            looked_at |= {item.customer_id for items in named.ambiguous for item in items}
            looked_at.update(self._with_words_of(name))
            for customer_id in looked_at:
                identity = self.identity_by_name(name, customer_id)
                if identity < Identity.ALIKE and self._is_in_text(transfer, customer_id):
                    identity = Identity.ALIKE
                if identity:
                    payers[customer_id] = identity
        known = self._payers_of.get(clues.account_of(transfer), ())
        if len(known) <= _MOST_CUSTOMERS_OF_AN_ACCOUNT:
            payers.update((payer.customer_id, Identity.KNOWN) for payer in known if payer.confirmed > 0)
        for text in clues.texts_of(transfer):
            for number in texts.read(text).customers:
                said = self._by_number.get(texts.compact(number))
                if said is not None:
                    payers[said] = Identity.SAID
        return payers

    def identity_by_name(self, name: str, customer_id: int) -> Identity:
        """Return how surely the payer's name is the customer's."""
        debtor = self.evidence.debtors.get(customer_id)
        score = names.alikeness(name, debtor.name, self.likeness) if debtor and name else 0.0
        if score >= names.IS:
            return Identity.ALIKE
        return Identity.LIKE if score >= names.LIKE else Identity.STRANGER

    def _is_in_text(self, transfer: Transfer, customer_id: int) -> bool:
        """Whether the payer wrote for whom it is: all words of the customer's name are in the text."""
        debtor = self.evidence.debtors.get(customer_id)
        words = names.significant(debtor.name) if debtor else ()
        if len(words) < 2 or sum(map(len, words)) < _SHORTEST_NAME_IN_TEXT:
            return False
        return set(words) <= set(names.significant(transfer.remittance))

    def _with_words_of(self, name: str) -> Iterable[int]:
        """Return the customers with the rarest word of a name; where that is not rare, with the two rarest."""
        having = sorted(
            (self._by_word[word] for word in names.significant(name) if word in self._by_word), key=len
        )
        if not having or len(having[0]) <= _MOST_OF_ONE_WORD:
            return having[0] if having else ()
        both = set(having[0]).intersection(*having[1:2])
        return both if len(having) > 1 and len(both) <= _MOST_OF_ONE_WORD else ()

    def _owed_by(self, customer_id: int, currency: str, open_now: Mapping[int, int]) -> tuple[OpenItem, ...]:
        current = (naming.now(item, open_now) for item in self._owed.get(customer_id, ()))
        owed = [item for item in current if item.open_minor > 0 and item.currency == currency]
        return tuple(sorted(owed, key=lambda item: (item.due_date or _NO_DATE, item.id)))

    def _left_of(
        self, customer_id: int, currency: str, left_now: Mapping[int, int]
    ) -> tuple[CreditLeft, ...]:
        current = (
            replace(credit, left_minor=left_now[credit.id]) if credit.id in left_now else credit
            for credit in self._credits.get(customer_id, ())
        )
        return tuple(one for one in current if one.left_minor > 0 and one.currency == currency)


def is_foreign(transfer: Transfer) -> bool:
    """Whether it came from an account outside the countries whose banks share costs with nobody."""
    account = clues.account_of(transfer)
    return bool(account) and references.is_iban(account) and account[:2] not in ("NL", "BE")


def names_credit(transfer: Transfer, credit: CreditLeft) -> bool:
    """Whether the text has the number of a credit note."""
    if not credit.number:
        return False
    whole = texts.compact(credit.number)
    return any(
        mention.compact == whole or numbers.is_certain(mention, credit.number)
        for text in clues.texts_of(transfer)
        for mention in numbers.mentions(text)
    )
