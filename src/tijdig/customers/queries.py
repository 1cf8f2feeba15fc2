"""Questions about customers, answered with frozen values."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL

from tijdig.customers.checks import is_email
from tijdig.customers.models import Customer, Note
from tijdig.domain.parties import Channel, PartyKind
from tijdig.infra import tenancy


class CustomerUnknown(LookupError):
    """There is no such customer in this organisation."""


class CustomerSort(StrEnum):
    """The orders in which a list of customers can be read; a minus reads it backwards."""

    NAME = "name"
    NAME_BACKWARDS = "-name"
    NUMBER = "number"
    NUMBER_BACKWARDS = "-number"


@dataclass(frozen=True, slots=True)
class CustomerView:
    """A customer, all of it."""

    id: int
    number: str
    name: str
    kind: PartyKind
    language: str
    contact_name: str
    email: str
    phone: str
    street: str
    postcode: str
    city: str
    country: str
    vat_number: str
    legal_id: str
    payment_term_days: int | None
    preferred_channel: Channel
    customer_since: date | None
    created_at: datetime

    @property
    def has_email(self) -> bool:
        """Whether there is an e-mail address one can write to."""
        return is_email(self.email)

    @property
    def has_postal_address(self) -> bool:
        """Whether a letter would arrive: a street (or box) and a city."""
        return bool(self.street and self.city)

    @property
    def reachable_by(self) -> Channel | None:
        """The channel to use: the preferred one where its address is there, else the other; None: no way."""
        ways = {Channel.EMAIL: self.has_email, Channel.LETTER: self.has_postal_address}
        if ways[self.preferred_channel]:
            return self.preferred_channel
        return next((channel for channel, open_ in ways.items() if open_), None)


@dataclass(frozen=True, slots=True)
class CustomerFilters:
    """Which customers to list; None does not narrow."""

    kind: PartyKind | None = None
    language: str | None = None
    country: str | None = None
    has_email: bool | None = None
    unreachable: bool = False
    """Only those with neither an e-mail address nor a full postal one."""


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """A page of customers. `next_after` and `previous_before` lead on; None at either end."""

    rows: tuple[CustomerView, ...]
    next_after: int | None
    previous_before: int | None


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note about a customer, or about one of their items."""

    id: int
    customer_id: int
    item_id: int | None
    text: str
    actor: str
    at: datetime


_COLUMNS = tuple(field.name for field in fields(CustomerView))


def _view(row: Customer) -> CustomerView:
    return CustomerView(
        id=row.pk,
        number=row.number,
        name=row.name,
        kind=PartyKind(row.kind),
        language=row.language,
        contact_name=row.contact_name,
        email=row.email,
        phone=row.phone,
        street=row.street,
        postcode=row.postcode,
        city=row.city,
        country=row.country,
        vat_number=row.vat_number,
        legal_id=row.legal_id,
        payment_term_days=row.payment_term_days,
        preferred_channel=Channel(row.preferred_channel),
        customer_since=row.customer_since,
        created_at=row.created_at,
    )


def _ours() -> QuerySet[Customer]:
    return Customer.objects.filter(organisation_id=tenancy.current_organisation_id())


def get(customer_id: int) -> CustomerView:
    """Return a customer. Raises CustomerUnknown."""
    row = _ours().filter(pk=customer_id).first()
    if row is None:
        raise CustomerUnknown(f"there is no customer with id {customer_id}")
    return _view(row)


def many(ids: Iterable[int]) -> dict[int, CustomerView]:
    """Return the customers with these ids, by id; unknown ids are left out."""
    return {row.pk: _view(row) for row in _ours().filter(pk__in=_array(ids))}


def by_numbers(numbers: Collection[str]) -> dict[str, int]:
    """Return the ids of the customers with these numbers, by number; unknown ones are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, id FROM customers_customer WHERE organisation_id = %s AND number = ANY(%s)",
            [tenancy.current_organisation_id(), list(numbers)],
        )
        return dict(cursor.fetchall())


def some_numbers(*, limit: int = 20) -> tuple[str, ...]:
    """Return how numbers of customers look: the first and the last few of them in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """(SELECT number FROM customers_customer WHERE organisation_id = %(organisation)s
                ORDER BY number LIMIT %(limit)s)
               UNION (SELECT number FROM customers_customer WHERE organisation_id = %(organisation)s
                ORDER BY number DESC LIMIT %(limit)s)""",
            {"organisation": tenancy.current_organisation_id(), "limit": limit},
        )
        return tuple(sorted(number for (number,) in cursor.fetchall()))


def numbers_and_names(ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return (number, name) of the customers with these ids, by id; for many at once, so nothing else."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, number, name FROM customers_customer WHERE organisation_id = %s AND id = ANY(%s)",
            [tenancy.current_organisation_id(), list(ids)],
        )
        return {row[0]: (row[1], row[2]) for row in cursor.fetchall()}


def ids_with_names_beginning(beginnings: Collection[str], *, limit: int) -> frozenset[int]:
    """Return the customers whose name begins with one of these, at most `limit` for each.

    The beginnings are without capitals and accents. Of one that more customers have, none is returned.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT array_agg(found.id) FROM unnest(%(beginnings)s::text[]) AS wanted (beginning)
               CROSS JOIN LATERAL (
                   SELECT id FROM customers_customer
                   WHERE organisation_id = %(organisation)s AND name_key >= wanted.beginning
                     AND name_key < wanted.beginning || chr(1114111)
                   LIMIT %(most)s) AS found
               GROUP BY wanted.beginning HAVING count(*) <= %(limit)s""",
            {
                "beginnings": [beginning for beginning in beginnings if beginning],
                "organisation": tenancy.current_organisation_id(),
                "most": limit + 1,
                "limit": limit,
            },
        )
        return frozenset(customer_id for (ids,) in cursor.fetchall() for customer_id in ids)


def _array(ids: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(ids))


def count(*, search: str = "", filters: CustomerFilters | None = None, most: int = 1000) -> int:
    """Return how many customers the list holds (as `page` narrows it), counting no further than `most`."""
    return _found(search, filters)[:most].count()


def ids_matching(text: str, *, limit: int = 1000) -> tuple[int, ...]:
    """Return the ids of the customers whose name, city or number has words that begin with these, by name.

    Capitals, accents and punctuation make no difference; all words must be found. No words: no customers.
    Of more than `limit` the first by name, gathered among the first 5,000 or `limit` found.
    """
    words = search_words(text)
    if not words:
        return ()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tijdig_customers_with_words(%s, %s)", [words, limit])
        return tuple(row[0] for row in cursor.fetchall())


def next_number() -> str:
    """Return a number for a new customer that nobody has: the one after the newest customer's, written alike."""
    newest = _ours().order_by("-pk").values_list("number", flat=True).first() or "1000"
    found = re.fullmatch(r"(.*?)(\d{1,15})(\D*)", newest)
    before, digits, after = found.groups() if found else (f"{newest}-", "1", "")
    wanted = [f"{before}{int(digits) + step:0{len(digits)}d}{after}" for step in range(1, _NUMBERS_TRIED)]
    taken = by_numbers(wanted)
    return next((number for number in wanted if number not in taken), "")


def with_email(part: str, *, limit: int = 50) -> tuple[CustomerView, ...]:
    """Return the customers whose e-mail address holds this part, by name; nothing for an empty part."""
    if not part:
        return ()
    rows = _ours().filter(email__icontains=part).order_by("name_key", "pk")
    return tuple(_view(row) for row in rows[:limit])


def search_words(text: str) -> str:
    """Return the text as a PostgreSQL full-text query for words that begin so; empty when it has no words."""
    return " & ".join(f"{word}:*" for word in re.findall(r"[^\W_]+", text[:200])[:8])


def page(
    *,
    search: str = "",
    sort: CustomerSort = CustomerSort.NAME,
    filters: CustomerFilters | None = None,
    after: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> CustomerPage:
    """Return a page of customers, by keyset: those following customer `after`, or those preceding `before`.

    `search` is as in ids_matching. Raises CustomerUnknown when there is no customer `after` or `before`.
    """
    rows = _found(search, filters)
    backwards = sort.startswith("-") != (before is not None)
    key = _KEYS[CustomerSort(sort.lstrip("-"))]
    anchor = after if before is None else before
    if anchor is not None:
        rows = rows.filter(_beyond(key, anchor, backwards=backwards))
    order = [F(name).desc() if backwards else F(name).asc() for name in (key, "pk")]
    found = [_view(row) for row in rows.order_by(*order)[: limit + 1]]
    more = len(found) > limit
    found = found[:limit]
    if before is not None:
        found.reverse()
    has_next, has_previous = (more, after is not None) if before is None else (True, more)
    return CustomerPage(
        tuple(found),
        found[-1].id if found and has_next else None,
        found[0].id if found and has_previous else None,
    )


_NUMBERS_TRIED = 200
# More than anybody pages through: of more, the first by name are listed, and one more word helps.
_MOST_FOUND = 2000
_KEYS = {CustomerSort.NAME: "name_key", CustomerSort.NUMBER: "number"}


def _found(search: str, filters: CustomerFilters | None) -> QuerySet[Customer]:
    rows = _narrowed(_ours(), filters or CustomerFilters())
    if not search.strip():
        return rows
    found_ids = list(ids_matching(search, limit=_MOST_FOUND))
    return rows.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [found_ids]))


def _narrowed(rows: QuerySet[Customer], filters: CustomerFilters) -> QuerySet[Customer]:
    for name in ("kind", "language", "country"):
        wanted = getattr(filters, name)
        if wanted is not None:
            rows = rows.filter(**{name: wanted})
    if filters.has_email is not None:
        rows = rows.exclude(email="") if filters.has_email else rows.filter(email="")
    if filters.unreachable:
        rows = rows.filter(Q(street="") | Q(city=""), email="")
    return rows


def _beyond(key: str, anchor: int, *, backwards: bool) -> Q:
    """Return the condition for rows past the anchor in this order. Raises CustomerUnknown."""
    value = _ours().filter(pk=anchor).values_list(key, flat=True).first()
    if value is None:
        raise CustomerUnknown(f"there is no customer with id {anchor}")
    past = "lt" if backwards else "gt"
    return Q(**{f"{key}__{past}e": value}) & (Q(**{f"{key}__{past}": value}) | Q(**{f"pk__{past}": anchor}))


def notes_of(customer_id: int, *, limit: int = 50) -> tuple[NoteView, ...]:
    """Return the newest notes about a customer, newest first."""
    rows = Note.objects.filter(
        organisation_id=tenancy.current_organisation_id(), customer_id=customer_id
    ).order_by("-at", "-pk")
    return tuple(
        NoteView(row.pk, row.customer_id, row.item_id, row.text, row.actor, row.at) for row in rows[:limit]
    )
