"""Finding out which customer a file means, when it names them by number, by an official number or by name."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from tijdig.infra import tenancy

_SELECT = "SELECT id, number, name, postcode, vat_number, legal_id, payment_term_days FROM customers_customer"
_BY_NUMBER = f"{_SELECT} WHERE organisation_id = %s AND number = ANY(%s)"
# Official numbers are written with and without dots, spaces and dashes.
_LOOKALIKES = f"""{_SELECT} WHERE organisation_id = %s AND (
    (vat_number <> '' AND regexp_replace(upper(vat_number), '[^A-Z0-9]', '', 'g') = ANY(%s))
    OR (legal_id <> '' AND regexp_replace(upper(legal_id), '[^A-Z0-9]', '', 'g') = ANY(%s))
    OR lower(name) = ANY(%s)
) ORDER BY id"""


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """What a customer is recognised by, and the payment term agreed with them (None: none of their own)."""

    id: int
    number: str
    name: str
    postcode: str
    vat_number: str
    legal_id: str
    payment_term_days: int | None


def plain_id(text: str) -> str:
    """Return an official number in capitals and figures only: "BE 0563.846.944" → "BE0563846944"."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def known_by_number(numbers: Collection[str]) -> dict[str, KnownCustomer]:
    """Return the customers with these numbers, by number, in one query; unknown ones are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_NUMBER, [tenancy.current_organisation_id(), list(numbers)])
        return {row[1]: KnownCustomer(*row) for row in cursor.fetchall()}


def lookalikes(
    *, vat_numbers: Collection[str] = (), legal_ids: Collection[str] = (), names: Collection[str] = ()
) -> tuple[KnownCustomer, ...]:
    """Return the customers who have one of these official numbers or names, oldest first, in one query.

    Official numbers are given as `plain_id` makes them; capitals in a name make no difference.
    """
    if not (vat_numbers or legal_ids or names):
        return ()
    with connection.cursor() as cursor:
        cursor.execute(
            _LOOKALIKES,
            [
                tenancy.current_organisation_id(),
                list(vat_numbers),
                list(legal_ids),
                [name.lower() for name in names],
            ],
        )
        return tuple(KnownCustomer(*row) for row in cursor.fetchall())
