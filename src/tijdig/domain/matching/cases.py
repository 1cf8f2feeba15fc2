"""The case of one transfer: what it names, who paid it, and what those customers owe at this moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum

from tijdig.domain import references
from tijdig.domain.matching import clues, customer_numbers, names, naming, nearness, numbers, texts
from tijdig.domain.matching.customer_numbers import CustomerNumbers
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
from tijdig.domain.matching.naming import Claim, ItemsByClue, Named, Near

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

    `payers` has every customer who may have paid, `like` those whose name is like the payer's. `owed` has all that a
    customer owes in the transfer's currency, what is due first before the rest, and only customers of whom everything
    is known. `of_amount` are the open items of exactly the amount; `common` says there are more of those than were
    looked up. `claims` are what may be numbers; `names_another` says that a reference is there that is none of ours.
    """

    named: Named
    near: tuple[Near, ...]
    payers: Mapping[int, Identity]
    like: frozenset[int]
    owed: Mapping[int, tuple[OpenItem, ...]]
    credits: Mapping[int, tuple[CreditLeft, ...]]
    of_amount: tuple[OpenItem, ...]
    common: bool
    claims: tuple[Claim, ...]
    names_another: bool
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
        """Whether they wrote another number: somebody else's, one said to be an invoice's, one that looks like it."""
        if self.names_another:
            return True
        mine = {item.id: item for item in items}
        whose = {texts.compact(self.debtors[one].number) for one in self.payers if one in self.debtors}
        ours = [
            one.mention
            for one in self.claims
            if one.mention.compact in whose or not mine.keys().isdisjoint(one.having | one.near)
        ]
        shapes = {
            (len(core), core[:_LOOKS_LIKE]) for core in (numbers.core(item.number) for item in mine.values())
        }
        for claim in self.claims:
            mention = claim.mention
            if any(mention.start < one.end and one.start < mention.end for one in ours):
                continue
            said, long = numbers.is_said(mention), numbers.is_long(mention)
            if claim.having and (said or mention.whole_text or long):
                return True
            unknown = not claim.having and not claim.near
            alike = (len(mention.core), mention.core[:_LOOKS_LIKE]) in shapes
            as_long = any(length == len(mention.core) for length, _begins in shapes)
            bare = mention.whole_text and (long or as_long) and not mention.prefix
            if unknown and (said or alike or bare):
                return True
        starts = {one.start for one in ours} | {one.start for one in self.near}
        return any(
            one.start not in starts
            and any(nearness.is_of_the_series(one, item.number) for item in mine.values())
            for text in clues.texts_of(self.transfer)
            for one in nearness.written(text)
        )

    def says_nothing_else(self, customer_id: int) -> bool:
        """Whether the payer wrote nothing but that something owed is paid, and perhaps the customer's name."""
        words = names.significant(self.name_of(customer_id))
        return all(texts.says_nothing_else(text, words) for text in clues.texts_of(self.transfer))

    @property
    def says_several(self) -> bool:
        """Whether the payer says that it is for several invoices: "e.a.", "diverse facturen"."""
        return texts.says_several(self.transfer.remittance)

    @property
    def says_all(self) -> bool:
        """Whether the payer says that it is for all that is open: "saldo", "alles"."""
        return texts.says_all(self.transfer.remittance)

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
        self._numbers = CustomerNumbers(evidence.debtors.values())

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
        payers = self._by_name(transfer, named, near, of_amount)
        like = frozenset(payers)
        payers |= self._by_account_or_number(transfer)
        customers = {item.customer_id for item in named.all} | set(payers)
        customers |= {item.customer_id for items in named.ambiguous for item in items}
        customers |= {one.item.customer_id for one in near}
        return Case(
            named=named,
            near=near,
            payers=payers,
            like=like,
            owed={
                one: self._owed_by(one, currency, open_now)
                for one in sorted(customers & self.evidence.owed_by)
            },
            credits={one: self._left_of(one, currency, left_now) for one in sorted(customers)},
            of_amount=of_amount,
            common=(currency, amount) in self.evidence.common_amounts,
            claims=naming.claims(transfer, self.known.by_core, near),
            names_another=self.known.names_what_is_not_there(transfer),
            settings=self.settings,
            debtors=self.evidence.debtors,
        )

    def _by_name(
        self, transfer: Transfer, named: Named, near: Iterable[Near], of_amount: Iterable[OpenItem]
    ) -> dict[int, Identity]:
        payers: dict[int, Identity] = {}
        name = transfer.counterparty_name
        if name:
            looked_at = {item.customer_id for item in (*named.all, *of_amount)}
            looked_at |= {one.item.customer_id for one in near}
            looked_at |= {item.customer_id for items in named.ambiguous for item in items}
            looked_at.update(self._with_words_of(name))
            said = frozenset(names.significant(transfer.remittance))
            for customer_id in looked_at:
                identity = self.identity_by_name(name, customer_id)
                if identity < Identity.ALIKE and self._is_among(said, customer_id):
                    identity = Identity.ALIKE
                if identity:
                    payers[customer_id] = identity
        return payers

    def _by_account_or_number(self, transfer: Transfer) -> dict[int, Identity]:
        payers: dict[int, Identity] = {}
        known = self._payers_of.get(clues.account_of(transfer), ())
        if len(known) <= _MOST_CUSTOMERS_OF_AN_ACCOUNT:
            payers.update((payer.customer_id, Identity.KNOWN) for payer in known if payer.confirmed > 0)
        for text in clues.texts_of(transfer):
            for said in customer_numbers.said_in(text):
                customer_id = self._numbers.whose(said)
                if customer_id is not None:
                    payers[customer_id] = Identity.SAID
        return payers

    def identity_by_name(self, name: str, customer_id: int) -> Identity:
        """Return how surely the payer's name is the customer's."""
        debtor = self.evidence.debtors.get(customer_id)
        score = names.alikeness(name, debtor.name, self.likeness) if debtor and name else 0.0
        if score >= names.IS:
            return Identity.ALIKE
        return Identity.LIKE if score >= names.LIKE else Identity.STRANGER

    def _is_among(self, said: frozenset[str], customer_id: int) -> bool:
        """Whether the payer wrote for whom it is: all words of the customer's name are among what was said."""
        debtor = self.evidence.debtors.get(customer_id)
        words = names.significant(debtor.name) if debtor else ()
        return len(words) > 1 and said.issuperset(words) and sum(map(len, words)) >= _SHORTEST_NAME_IN_TEXT

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
