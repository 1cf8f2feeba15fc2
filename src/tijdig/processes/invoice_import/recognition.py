"""Which customer a draft is for: by number, official number, electronic address, or name and postcode."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from tijdig.customers import queries as customers
from tijdig.customers.identification import KnownCustomer, known_by_number, lookalikes, plain_id
from tijdig.customers.operations import CustomerData
from tijdig.processes.invoice_import.values import Draft

_SCHEME = re.compile(r"^\d{4}:")
_BELGIAN_COMPANY = re.compile(r"[01]\d{9}\Z")
# Electronic address schemes that hold a VAT number (the others met hold a company number or an OIN).
_VAT_SCHEMES = ("9925:", "9944:")


@dataclass(frozen=True, slots=True)
class Recognised:
    """Who a draft is for: what is to be stored of them, and the customer as known (None: a new one).

    `problem` says why nobody can be told; then there is no customer.
    """

    customer: CustomerData | None
    known: KnownCustomer | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Marks:
    """What a customer without a number is recognised by, surest first."""

    vat_number: str
    legal_id: str
    name: str
    postcode: str

    def surest_first(self) -> Iterator[tuple[str, ...]]:
        if self.vat_number:
            yield ("vat", self.vat_number)
        if self.legal_id:
            yield ("legal", self.legal_id)
        if self.name and not (self.vat_number or self.legal_id):
            yield ("name", self.name, self.postcode)


class Recogniser:
    """Recognises the customers of one import, chunk by chunk, and gives new ones without a number one."""

    def __init__(self) -> None:
        self._known: dict[str, KnownCustomer | None] = {}
        self._numbers: dict[tuple[str, ...], str] = {}
        self._made_up = 0

    def recognise(self, drafts: Sequence[Draft]) -> tuple[Recognised, ...]:
        """Return who each draft is for, in order; a fixed number of queries whatever the number of drafts."""
        self._learn(
            {
                number
                for draft in drafts
                for number in (draft.customer.number, draft.assigned_number)
                if number
            }
        )
        nameless = [draft for draft in drafts if not self._number_of(draft)]
        candidates = self._lookalikes(nameless)
        found: list[Recognised] = []
        for draft in drafts:
            number = self._number_of(draft)
            if number:
                found.append(self._recognised(draft, number))
            else:
                found.append(self._by_marks(draft, candidates))
        return self._numbered(drafts, found)

    def _learn(self, numbers: set[str]) -> None:
        asked = numbers - self._known.keys()
        if asked:
            known = known_by_number(sorted(asked))
            self._known.update((number, known.get(number)) for number in asked)

    def _number_of(self, draft: Draft) -> str:
        """Return the number that settles who it is: the one given, or the assigned one when it is known."""
        if draft.customer.number:
            return draft.customer.number
        return draft.assigned_number if self._known.get(draft.assigned_number) else ""

    def _recognised(self, draft: Draft, number: str) -> Recognised:
        known = self._known.get(number)
        if known and draft.only_makes_customer:
            return Recognised(CustomerData(number=number), known)
        same = draft.customer.number == number
        return Recognised(draft.customer if same else replace(draft.customer, number=number), known)

    def _lookalikes(self, drafts: Sequence[Draft]) -> dict[tuple[str, ...], list[KnownCustomer]]:
        """Return the customers who have a mark of one of these drafts, by mark."""
        marks = {_marks(draft) for draft in drafts}
        found = lookalikes(
            vat_numbers=sorted({each.vat_number for each in marks if each.vat_number}),
            legal_ids=sorted({each.legal_id for each in marks if each.legal_id}),
            names=sorted({each.name for each in marks if each.name}),
        )
        by_mark: dict[tuple[str, ...], list[KnownCustomer]] = {}
        for customer in found:
            self._known.setdefault(customer.number, customer)
            vat_number, legal_id = both_ids(plain_id(customer.vat_number), plain_id(customer.legal_id))
            for key in (("vat", vat_number), ("legal", legal_id), ("name", _name(customer.name))):
                if key[1]:
                    by_mark.setdefault(key, []).append(customer)
        return by_mark

    def _by_marks(self, draft: Draft, candidates: dict[tuple[str, ...], list[KnownCustomer]]) -> Recognised:
        marks = _marks(draft)
        for key in marks.surest_first():
            if key in self._numbers:
                return self._recognised(draft, self._numbers[key])
        for key in (("vat", marks.vat_number), ("legal", marks.legal_id)):
            if key[1] and key in candidates:
                return self._remembered(draft, marks, _best(candidates[key], marks))
        namesakes = _namesakes(candidates.get(("name", marks.name), []), marks)
        if len(namesakes) > 1:
            return Recognised(None, None, _ambiguous(draft))
        if namesakes:
            return self._remembered(draft, marks, namesakes[0])
        return Recognised(None, None)

    def _remembered(self, draft: Draft, marks: _Marks, customer: KnownCustomer) -> Recognised:
        for key in marks.surest_first():
            self._numbers[key] = customer.number
        return self._recognised(draft, customer.number)

    def _numbered(self, drafts: Sequence[Draft], found: Sequence[Recognised]) -> tuple[Recognised, ...]:
        """Return the same with a number for each new customer: assigned, official, or the next free one."""
        wanting = [
            draft
            for draft, each in zip(drafts, found, strict=True)
            if each.customer is None and not each.problem
        ]
        free = self._free_numbers(len({_marks(draft) for draft in wanting if not _own_number(draft)}))
        numbered = []
        for draft, each in zip(drafts, found, strict=True):
            if each.customer is not None or each.problem:
                numbered.append(each)
                continue
            marks = _marks(draft)
            number = next((self._numbers[key] for key in marks.surest_first() if key in self._numbers), "")
            number = number or _own_number(draft) or next(free)
            for key in marks.surest_first():
                self._numbers[key] = number
            numbered.append(Recognised(replace(draft.customer, number=number), self._known.get(number)))
        return tuple(numbered)

    def _free_numbers(self, count: int) -> Iterator[str]:
        """Yield `count` numbers that nobody has. Imports of an organisation come one after another."""
        if count and not self._made_up:
            self._made_up = customers.count(most=10**8)
        while count > 0:
            wanted = [f"C{self._made_up + place:05d}" for place in range(1, count + 1)]
            self._made_up += count
            taken = customers.by_numbers(wanted)
            for number in wanted:
                if number not in taken:
                    count -= 1
                    yield number


def _marks(draft: Draft) -> _Marks:
    customer = draft.customer
    vat_number, legal_id = (
        plain_id(customer.vat_number or ""),
        plain_id(without_scheme(customer.legal_id or "")),
    )
    if draft.endpoint.startswith(_VAT_SCHEMES):
        vat_number = vat_number or plain_id(without_scheme(draft.endpoint))
    elif _SCHEME.match(draft.endpoint):
        legal_id = legal_id or plain_id(without_scheme(draft.endpoint))
    return _Marks(
        *both_ids(vat_number, legal_id), _name(customer.name or ""), plain_id(customer.postcode or "")
    )


def without_scheme(text: str) -> str:
    """Return an identifier without the scheme before it: "0208:0563846944" → "0563846944"."""
    return _SCHEME.sub("", text)


def both_ids(vat_number: str, legal_id: str) -> tuple[str, str]:
    """Return both official numbers: in Belgium the VAT number is BE and then the company number."""
    if not legal_id and vat_number.startswith("BE"):
        legal_id = vat_number[2:]
    if not vat_number and _BELGIAN_COMPANY.match(legal_id):
        vat_number = "BE" + legal_id
    if legal_id.startswith("BE") and legal_id == vat_number:
        legal_id = vat_number[2:]
    return vat_number, legal_id


def _name(text: str) -> str:
    return " ".join(text.lower().split())


def _namesakes(found: Sequence[KnownCustomer], marks: _Marks) -> list[KnownCustomer]:
    """Return who of this name can be meant: same postcode where one is given, no other official number."""
    return [
        each
        for each in found
        if (not marks.postcode or plain_id(each.postcode) == marks.postcode)
        and (not marks.vat_number or not each.vat_number)
    ]


def _best(found: Sequence[KnownCustomer], marks: _Marks) -> KnownCustomer:
    """Return the branch with the same name and postcode, else with the same name, else the oldest."""
    return max(
        found,
        key=lambda each: (
            _name(each.name) == marks.name,
            plain_id(each.postcode) == marks.postcode,
            -each.id,
        ),
    )


def _own_number(draft: Draft) -> str:
    """Return the number a new customer brings along; a company's official number serves well."""
    marks = _marks(draft)
    return draft.assigned_number or marks.vat_number or marks.legal_id


def _ambiguous(draft: Draft) -> str:
    return _("several customers are called “%(name)s”: give the customer number") % {
        "name": draft.customer.name
    }
