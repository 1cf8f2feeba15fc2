"""Adding open items and credits, one or a million, in a fixed number of statements."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from tijdig.customers import queries as customers
from tijdig.domain.ledger import CreditKind, ItemKind
from tijdig.domain.money import LARGEST_MINOR, Money
from tijdig.domain.reasons import Reason
from tijdig.infra import audit
from tijdig.ledger.operations import rows

_LONGEST_NUMBER = 100
_LONGEST_REFERENCE = 140
_LONGEST_ORIGIN = 60
_CURRENCY = re.compile(r"[A-Z]{3}")


class ItemInvalid(ValueError):
    """An open item cannot be booked as it is; the message names it and says what is wrong."""


class CreditInvalid(ValueError):
    """A credit cannot be booked as it is; the message says what is wrong."""


class ItemNumberTaken(ValueError):
    """An invoice with this number is in the ledger already, or twice in what is being added."""


class SourceBookedAlready(ValueError):
    """What the credit comes from (a bank line, a credit note) has been booked already."""


@dataclass(frozen=True, slots=True)
class NewItem:
    """An open item to be added."""

    customer_id: int
    kind: ItemKind
    number: str
    amount_minor: int
    currency: str
    issue_date: date
    due_date: date
    payment_reference: str = ""
    about_item_id: int | None = None
    """Of costs and interest: the invoice they are on."""


@dataclass(frozen=True, slots=True)
class NewCredit:
    """A credit to be added.

    `origin` is "<table>:<id>" of what it comes from, "" for nothing; a source books once.
    """

    customer_id: int
    kind: CreditKind
    amount_minor: int
    currency: str
    booking_date: date
    reason: Reason
    origin: str = ""
    number: str = ""
    beside_credit_id: int | None = None
    """The payment this was given with (a discount): when that is taken back, so is this."""


@transaction.atomic
def add_items(items: Sequence[NewItem], *, actor: str) -> tuple[int, ...]:
    """Add open items, the whole amount open; return their ids in the order given.

    All or nothing. Raises ItemInvalid (amount, currency, number, customer), ItemNumberTaken.
    """
    if not items:
        return ()
    for item in items:
        wrong = _what_is_wrong_with_item(item)
        if wrong:
            raise ItemInvalid(f"{item.number or '?'}: {wrong}")
    prepared = (
        (i.customer_id, str(i.kind), i.number, i.currency, i.amount_minor, i.issue_date, i.due_date,
         i.payment_reference, None, i.about_item_id)
        for i in items
    )  # fmt: skip
    with _item_refusals(items):
        ids = rows.insert_items(prepared, count=len(items))
    totals = _totals((item.currency, item.amount_minor) for item in items)
    _record("ledger.items_added", "ledger_item", ids, totals, actor=actor)
    return ids


@transaction.atomic
def add_credits(credits: Sequence[NewCredit], *, actor: str) -> tuple[int, ...]:
    """Add credits, nothing of them allocated yet; return their ids in the order given.

    All or nothing. Raises CreditInvalid (amount, currency, customer), SourceBookedAlready.
    """
    if not credits:
        return ()
    ids = rows.new_credit_ids(len(credits))
    check_credits(credits)
    insert_credits(dict(zip(ids, credits, strict=True)), allocated={}, actor=actor)
    record_credits(ids, credits, actor=actor)
    return ids


def check_credits(credits: Sequence[NewCredit]) -> None:
    """Raise CreditInvalid when one of them cannot be booked, whatever the ledger holds."""
    for credit in credits:
        wrong = _what_is_wrong_with_credit(credit)
        if wrong:
            raise CreditInvalid(f"{credit.number or credit.origin or '?'}: {wrong}")


def insert_credits(credits: Mapping[int, NewCredit], *, allocated: Mapping[int, int], actor: str) -> None:
    """Add credits by id; of `allocated` the allocations are added in the same transaction.

    Raises CreditInvalid, SourceBookedAlready.
    """
    prepared = [
        (c.customer_id, str(c.kind), c.number, c.currency, c.amount_minor, c.booking_date, c.origin,
         c.reason.as_json, c.beside_credit_id)
        for c in credits.values()
    ]  # fmt: skip
    with _credit_refusals(tuple(credits.values())):
        rows.insert_credits(prepared, actor=actor, ids=tuple(credits), allocated=allocated)


def record_credits(ids: Sequence[int], credits: Iterable[NewCredit], *, actor: str) -> None:
    """Add the audit entry of credits that are added."""
    totals = _totals((credit.currency, credit.amount_minor) for credit in credits)
    _record("ledger.credits_added", "ledger_credit", ids, totals, actor=actor)


def add_credit(
    *,
    customer_id: int,
    kind: CreditKind,
    amount: Money,
    booking_date: date,
    origin: str,
    number: str,
    reason: Reason,
    actor: str,
) -> int:
    """Add one credit and return its id. Raises what add_credits raises."""
    new = NewCredit(
        customer_id, kind, amount.minor, amount.currency, booking_date, reason, origin=origin, number=number
    )
    return add_credits((new,), actor=actor)[0]


def _what_is_wrong_with_item(item: NewItem) -> str:
    """Return why the item cannot be booked, "" when it can."""
    if not item.kind.is_debt:
        return _("this kind of row comes about by taking money out of a payment")
    if not item.number or len(item.number) > _LONGEST_NUMBER or "\0" in item.number:
        return _("the number must have 1 to 100 characters")
    if len(item.payment_reference) > _LONGEST_REFERENCE or "\0" in item.payment_reference:
        return _("the payment reference may have 140 characters at most")
    return _what_is_wrong_with_amount(item.amount_minor, item.currency)


def _what_is_wrong_with_credit(credit: NewCredit) -> str:
    """Return why the credit cannot be booked, "" when it can."""
    if len(credit.number) > _LONGEST_NUMBER or "\0" in credit.number:
        return _("the number may have 100 characters at most")
    if len(credit.origin) > _LONGEST_ORIGIN or "\0" in credit.origin:
        return _("the origin may have 60 characters at most")
    return _what_is_wrong_with_amount(credit.amount_minor, credit.currency)


def _what_is_wrong_with_amount(amount_minor: int, currency: str) -> str:
    if not 0 < amount_minor < LARGEST_MINOR:
        return _("the amount must be more than zero, and not absurdly large")
    if not _CURRENCY.fullmatch(currency):
        return _("the currency must be three capital letters, like EUR")
    return ""


@contextmanager
def _item_refusals(items: Sequence[NewItem]) -> Iterator[None]:
    """Check customers at once instead of at the end, and put what the database refuses into words."""
    try:
        with transaction.atomic():
            _check_at_once("ledger_item_customer_id_in_own_organisation")
            yield
    except IntegrityError as error:
        if _violated(error) == "one_item_per_invoice_number":
            invoices = [item.number for item in items if item.kind == ItemKind.INVOICE]
            number = _twice(invoices) or _first_found("ledger_item", "number", invoices)
            raise ItemNumberTaken(
                _("invoice %(number)s is in the ledger already") % {"number": number}
            ) from error
        if _violated(error) == "ledger_item_customer_id_in_own_organisation":
            raise ItemInvalid(_no_customer(item.customer_id for item in items)) from error
        raise


@contextmanager
def _credit_refusals(credits: Sequence[NewCredit]) -> Iterator[None]:
    """Check customers at once instead of at the end, and put what the database refuses into words."""
    try:
        with transaction.atomic():
            _check_at_once("ledger_credit_customer_id_in_own_organisation")
            yield
    except IntegrityError as error:
        if _violated(error) == "a_source_books_once":
            origins = [credit.origin for credit in credits if credit.origin]
            origin = _twice(origins) or _first_found("ledger_credit", "origin", origins)
            raise SourceBookedAlready(_("%(origin)s has been booked already") % {"origin": origin}) from error
        if _violated(error) == "ledger_credit_customer_id_in_own_organisation":
            raise CreditInvalid(_no_customer(credit.customer_id for credit in credits)) from error
        raise


def _check_at_once(constraint: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {constraint} IMMEDIATE")


def _violated(error: IntegrityError) -> str:
    """Return the name of the constraint; its key stays hidden behind the wall."""
    facts = getattr(error.__cause__, "diag", None)
    return (facts and facts.constraint_name) or ""


def _twice(values: Sequence[str]) -> str:
    """Return a value that is there twice, "" when none is."""
    value, times = Counter(values).most_common(1)[0]
    return value if times > 1 else ""


def _first_found(table: rows.Table, column: str, values: Sequence[str]) -> str:
    """Return one of the values that is in the table already."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE {column} = ANY(%s) LIMIT 1", [list(values)])  # noqa: S608
        found = cursor.fetchone()
    return str(found[0]) if found else "?"


def _no_customer(customer_ids: Iterable[int]) -> str:
    """Return the sentence that names a customer who is not there."""
    wanted = set(customer_ids)
    missing = wanted - customers.many(wanted).keys()
    return _("there is no customer %(id)s; add the customer first") % {"id": min(missing, default="?")}


def _totals(amounts: Iterator[tuple[str, int]]) -> dict[str, int]:
    """Return the sum per currency in minor units."""
    totals: Counter[str] = Counter()
    for currency, amount_minor in amounts:
        totals[currency] += amount_minor
    return dict(totals)


def _record(action: str, table: str, ids: Sequence[int], totals: dict[str, int], *, actor: str) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject=f"{table}:{ids[0]}" if len(ids) == 1 else "",
        data={"count": len(ids), "first_id": ids[0], "last_id": ids[-1], "totals_minor": totals},
    )
