"""Exports as a person reads them: headings and words in their language, only the rows of their list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tijdig.customers import queries as customers
from tijdig.formats.table_writer import Cell
from tijdig.interfaces.web.listing import is_key
from tijdig.interfaces.web.pages.tasks import KINDS
from tijdig.interfaces.web.statuses import word_of
from tijdig.ledger import queries as ledger
from tijdig.organisations.queries import members
from tijdig.reporting import exports
from tijdig.reporting.statement_of_account import movement_words

Row = Mapping[str, Any]
Kept = Callable[[Row], bool]

HEADINGS = MappingProxyType(
    {
        "amount": _("Amount"),
        "balance": _("Balance"),
        "booked_by": _("Booked by"),
        "booking_date": _("Date"),
        "channel": _("Channel"),
        "city": _("Town"),
        "composed_at": _("Composed"),
        "contact_name": _("Contact person"),
        "country": _("Country"),
        "created_at": _("Made on"),
        "credit_id": _("Payment (id)"),
        "credit_kind": _("Kind of payment"),
        "credit_number": _("Payment"),
        "currency": _("Currency"),
        "customer_name": _("Customer"),
        "customer_number": _("Customer number"),
        "customer_since": _("Customer since"),
        "date": _("Date"),
        "days_late": _("Days late"),
        "description": _("Description"),
        "done_at": _("Done on"),
        "done_by": _("Done by"),
        "due_date": _("Due date"),
        "due_date_source": _("Due date from"),
        "email": _("E-mail"),
        "hash": _("Fingerprint"),
        "id": _("Id"),
        "issue_date": _("Invoice date"),
        "item_kind": _("Kind of invoice"),
        "item_number": _("Invoice number"),
        "items": _("Invoices"),
        "kind": _("Kind"),
        "language": _("Language"),
        "late": _("Overdue"),
        "late_1_30": _("1–30 days late"),
        "late_31_60": _("31–60 days late"),
        "late_61_90": _("61–90 days late"),
        "late_91_120": _("91–120 days late"),
        "late_over_120": _("Over 120 days late"),
        "legal_id": _("KvK or KBO number"),
        "name": _("Name"),
        "net": _("Open less on account"),
        "not_due": _("Not due yet"),
        "number": _("Number"),
        "on_account": _("On account"),
        "on_date": _("Date"),
        "open": _("Open"),
        "order_reference": _("Order number"),
        "origin": _("Origin"),
        "outcome": _("What came of it"),
        "payable": _("To pay"),
        "payment_reference": _("Payment reference"),
        "payment_term_days": _("Payment term in days"),
        "phone": _("Telephone"),
        "postcode": _("Postcode"),
        "preceding_invoice": _("Follows invoice"),
        "preferred_channel": _("Write by"),
        "prepaid": _("Paid before"),
        "reason": _("Reason"),
        "reason_code": _("Reason (code)"),
        "recipient": _("Recipient"),
        "reversed_date": _("Reversed on"),
        "sent_at": _("Sent"),
        "settles": _("Settles"),
        "stage": _("Step"),
        "state": _("State"),
        "street": _("Street and number"),
        "subject": _("Subject"),
        "template": _("Words"),
        "total": _("Total"),
        "type": _("Kind"),
        "unallocated": _("On account"),
        "undoes": _("Undoes"),
        "vat_number": _("VAT number"),
    }
)
# Columns of codes that have a word in statuses.py.
_CODES = frozenset(
    {
        "channel", "country", "credit_kind", "due_date_source", "item_kind", "kind", "language",
        "preferred_channel", "stage", "state", "type",
    }
)  # fmt: skip
_ACTORS = frozenset({"booked_by", "done_by"})


def heading(column: str) -> str:
    """Return what a column is called, in the active language."""
    return str(HEADINGS.get(column) or column.replace("_", " ").capitalize())


def cells(what: str, rows: Iterable[Row], columns: tuple[str, ...]) -> Iterator[tuple[Cell, ...]]:
    """Yield each row's cells: amounts and dates as such, codes in words, people by their names."""
    amounts = exports.amounts(what)
    names = {f"user:{member.user.id}": member.user.name or member.user.email for member in members()}
    writers = tuple((column, _writer(what, column, amounts, names)) for column in columns)
    for row in rows:
        yield tuple(None if row[column] is None else write(row[column]) for column, write in writers)


def _writer(
    what: str, column: str, amounts: frozenset[str], names: Mapping[str, str]
) -> Callable[[Any], Cell]:
    if column in amounts:
        return Decimal
    if column.endswith("_at"):
        return _moment
    if column == "date" or column.endswith(("_date", "_since")):
        return date.fromisoformat
    if column in _ACTORS:
        return lambda actor: names.get(actor, actor)
    if what == exports.STATEMENT and column == "kind":
        return _on_account
    if what == "tasks" and column == "kind":
        return lambda kind: str(KINDS.get(kind, kind))
    return word_of if column in _CODES else _plain


def _on_account(kind: str) -> Cell:
    """Return what a line of a statement of account tells: its balances, or what moved the account."""
    ends = {"OPENING": gettext("Balance at the start"), "CLOSING": gettext("Balance at the end")}
    return ends.get(kind) or movement_words(ledger.MovementKind(kind))


def _moment(text: str) -> Cell:
    return localtime(datetime.fromisoformat(text)).replace(tzinfo=None, microsecond=0)


def _plain(value: Any) -> Cell:
    return value if isinstance(value, int) else str(value)


def kept(what: str, asked: Mapping[str, str]) -> Kept:
    """Return which rows of an export are those of the list the address asks for; others are left out."""
    conditions = tuple(_CONDITIONS.get(what, _none)(asked))
    return lambda row: all(condition(row) for condition in conditions)


def of_one_customer(what: str) -> bool:
    """Return whether the rows of an export can be narrowed to one customer here."""
    return _CONDITIONS.get(what) in (_of_items, _of_messages)


def _none(_asked: Mapping[str, str]) -> Iterator[Kept]:
    return iter(())


def _of_customers(asked: Mapping[str, str]) -> Iterator[Kept]:
    for column in ("kind", "language"):
        if wanted := asked.get(column):
            yield lambda row, column=column, wanted=wanted: row[column] == wanted  # type: ignore[misc]
    match asked.get("email"):
        case "yes":
            yield lambda row: bool(row["email"])
        case "no":
            yield lambda row: not row["email"]
        case "none":
            yield lambda row: not row["email"] and not (row["street"] and row["city"])
    if text := asked.get("q", "").strip():
        found = _numbers(customers.ids_matching(text, limit=2000))
        yield lambda row: row["number"] in found


def _of_items(asked: Mapping[str, str]) -> Iterator[Kept]:
    status = asked.get("status")
    if status == "OVERDUE":
        yield lambda row: row["days_late"] > 0
    elif status == "PAID":
        yield lambda row: row["open"] is not None and not Decimal(row["open"])
    yield from _of_customer(asked)
    if text := asked.get("q", "").strip():
        search = ledger.look_up(text)
        found, start = _numbers(search.customer_ids), search.text.lower()
        yield lambda row: row["number"].lower().startswith(start) or row["customer_number"] in found


def _of_messages(asked: Mapping[str, str]) -> Iterator[Kept]:
    for column in ("state", "channel"):
        if wanted := asked.get(column):
            yield lambda row, column=column, wanted=wanted: row[column] == wanted  # type: ignore[misc]
    yield from _of_customer(asked)
    if text := asked.get("q", "").strip().lower():
        yield lambda row: text in row["recipient"].lower() or text in row["subject"].lower()


def _of_customer(asked: Mapping[str, str]) -> Iterator[Kept]:
    key = asked.get("customer", "")
    if is_key(key):
        theirs = _numbers([int(key)])
        yield lambda row: row["customer_number"] in theirs


def _numbers(ids: Iterable[int]) -> frozenset[str]:
    return frozenset(customer.number for customer in customers.many(ids).values())


_CONDITIONS: Mapping[str, Callable[[Mapping[str, str]], Iterator[Kept]]] = MappingProxyType(
    {
        "customers": _of_customers,
        "invoices": _of_items,
        "messages": _of_messages,
        "open-items": _of_items,
    }
)
