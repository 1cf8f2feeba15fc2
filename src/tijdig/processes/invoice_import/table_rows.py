"""Rows of a table into drafts: each cell read, each problem put into words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from tijdig.customers.checks import is_email
from tijdig.customers.operations import CustomerData, problems_of
from tijdig.domain.documents import DueDateSource, InvoiceType
from tijdig.domain.money import AmountInvalid
from tijdig.formats import table
from tijdig.infra.readers_language import in_words
from tijdig.processes.invoice_import import words
from tijdig.processes.invoice_import.columns import CUSTOMER_FIELDS, Field, TableKind, label
from tijdig.processes.invoice_import.references import as_stored
from tijdig.processes.invoice_import.values import Draft, ReadRow

# ISO 4217: the currencies of Europe and of those it trades with most.
CURRENCIES = frozenset({
    "EUR", "USD", "GBP", "CHF", "DKK", "SEK", "NOK", "ISK", "PLN", "CZK", "HUF", "RON", "BGN", "TRY",
    "RSD", "UAH", "CAD", "AUD", "NZD", "JPY", "CNY", "HKD", "SGD", "KRW", "INR", "THB", "IDR", "MYR",
    "PHP", "VND", "TWD", "ZAR", "MAD", "TND", "EGP", "NGN", "KES", "XOF", "XAF", "BRL", "MXN", "ARS",
    "CLP", "COP", "PEN", "AED", "SAR", "QAR", "KWD", "BHD", "OMR", "JOD", "ILS", "SRD", "XCG", "AWG",
})  # fmt: skip
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "EURO": "EUR", "EUROS": "EUR"}
_LENGTHS = {
    Field.NUMBER: 100, Field.REFERENCE: 140, Field.ORDER_REFERENCE: 140, Field.PRECEDING: 100,
    Field.DESCRIPTION: 300,
}  # fmt: skip
_FARTHEST_YEARS = 20
Value = TypeVar("Value")


class CellUnreadable(ValueError):
    """A cell does not hold what its column should; the message says what is wrong, in words for a user."""


@dataclass(frozen=True, slots=True)
class House:
    """What the organisation adds to a row that leaves it out."""

    currency: str
    on: date


class RowReader:
    """Reads the rows of one table; the columns were found before."""

    def __init__(self, *, kind: TableKind, mapping: Mapping[Field, int], house: House) -> None:
        self._kind = kind
        self._columns = dict(mapping)
        self._house = house
        self._customer_columns = tuple(
            (field, mapping[field]) for field in CUSTOMER_FIELDS if field in mapping
        )
        self._where = _("row %(number)s")
        self._customers: dict[tuple[str, ...], tuple[CustomerData, tuple[str, ...], tuple[str, ...]]] = {}

    def read(self, row: table.Row) -> ReadRow:
        """Return what the row says, and what is wrong with it."""
        customer, problems, warnings = self._customer(row.cells)
        found = [in_words(row.problem)] if row.problem else []
        found += problems
        draft = self._draft(row.cells, customer, found) if self._kind is TableKind.INVOICES else None
        return ReadRow(
            where=self._where % {"number": row.number},
            cells=row.cells,
            draft=draft,
            customer=customer,
            problems=tuple(found),
            warnings=warnings,
        )

    def _cell(self, cells: tuple[str, ...], field: Field) -> str:
        column = self._columns.get(field)
        return cells[column] if column is not None and column < len(cells) else ""

    def _draft(self, cells: tuple[str, ...], customer: CustomerData, problems: list[str]) -> Draft | None:
        """Return the invoice of a row, or None with the reasons added to `problems`."""
        before = len(problems)
        texts = {field: self._text(cells, field, problems) for field in _LENGTHS}
        if not texts[Field.NUMBER]:
            problems.append(_("the invoice number is missing"))
        currency = _or_problem(_currency, self._cell(cells, Field.CURRENCY) or self._house.currency, problems)
        issued = self._day(cells, Field.ISSUE_DATE, problems)
        if issued is None and len(problems) == before:
            problems.append(_("the invoice date is missing"))
        due = self._day(cells, Field.DUE_DATE, problems)
        if issued and due and due < issued:
            problems.append(_("the due date is before the invoice date"))
        amounts = self._amounts(cells, currency, problems) if currency else None
        if not customer.number and not customer.name:
            problems.append(_("the customer is missing: a number or a name is needed"))
        if len(problems) > before or issued is None or currency is None or amounts is None:
            return None
        total, payable = amounts
        is_credit = payable < 0 or (payable == 0 and total < 0)
        return Draft(
            number=texts[Field.NUMBER],
            type=InvoiceType.CREDIT_NOTE if is_credit else InvoiceType.INVOICE,
            type_code="381" if is_credit else "380",
            issue_date=issued,
            due_date=due,
            due_date_source=DueDateSource.DOCUMENT if due else DueDateSource.MISSING,
            currency=currency,
            total=abs(total),
            prepaid=abs(total) - abs(payable),
            payable=abs(payable),
            effect=payable,
            payment_reference=as_stored(texts[Field.REFERENCE]),
            order_reference=texts[Field.ORDER_REFERENCE],
            preceding_invoice=texts[Field.PRECEDING],
            description=texts[Field.DESCRIPTION],
            customer=customer,
        )

    def _text(self, cells: tuple[str, ...], field: Field, problems: list[str]) -> str:
        text = self._cell(cells, field)
        if not text:
            return text
        text = " ".join(text.split())
        if len(text) > _LENGTHS[field]:
            problems.append(
                _("%(column)s is longer than %(most)s characters")
                % {"column": label(field), "most": _LENGTHS[field]}
            )
        return text

    def _day(self, cells: tuple[str, ...], field: Field, problems: list[str]) -> date | None:
        text = self._cell(cells, field)
        if not text:
            return None
        day = _or_problem(_day, text, problems, field)
        if day is not None and abs(day.year - self._house.on.year) > _FARTHEST_YEARS:
            problems.append(
                _("%(column)s: %(year)s cannot be right") % {"column": label(field), "year": day.year}
            )
            return None
        return day

    def _amounts(self, cells: tuple[str, ...], currency: str, problems: list[str]) -> tuple[int, int] | None:
        """Return total and open amount in minor units; the one that is not given equals the other."""
        read: list[int | None] = []
        for field in (Field.AMOUNT, Field.OPEN):
            text = self._cell(cells, field)
            before = len(problems)
            value = (
                _or_problem(lambda text: table.amount(text, currency).minor, text, problems, field)
                if text
                else None
            )
            if len(problems) > before:
                return None
            read.append(value)
        total, payable = read
        if total is None and payable is None:
            problems.append(_("the amount is missing"))
            return None
        total = payable if total is None else total
        payable = total if payable is None else payable
        if total is None or payable is None:
            return None
        if abs(payable) > abs(total) or payable * total < 0:
            problems.append(_("more is open than the invoice amounts to"))
            return None
        return total, payable

    def _customer(self, cells: tuple[str, ...]) -> tuple[CustomerData, tuple[str, ...], tuple[str, ...]]:
        """Return the customer of a row with problems and warnings; equal cells are read once."""
        key = tuple(cells[column] if column < len(cells) else "" for _field, column in self._customer_columns)
        known = self._customers.get(key)
        if known is None:
            given = {field: text for (field, _column), text in zip(self._customer_columns, key, strict=True)}
            known = self._customers[key] = customer_of(given)
        return known


def customer_of(given: Mapping[Field, str]) -> tuple[CustomerData, tuple[str, ...], tuple[str, ...]]:
    """Return the customer of these cells, what is wrong and what is odd. An empty cell says nothing."""
    problems: list[str] = []
    values: dict[str, Any] = {"number": given.get(Field.CUSTOMER_NUMBER, "")}
    for field, text in given.items():
        if text and field not in (Field.CUSTOMER_NUMBER, Field.HOUSE_NUMBER):
            value = _or_problem(_CUSTOMER_CELLS.get(field, _line), text, problems, field)
            if value is not None:
                values["name" if field is Field.CUSTOMER_NAME else field.value] = value
    if given.get(Field.HOUSE_NUMBER) and "street" in values:
        values["street"] += " " + given[Field.HOUSE_NUMBER]
    customer = CustomerData(**values)
    # A number may be given later; what else is refused must be said now.
    checked = customer if customer.number else CustomerData(**(values | {"number": "-"}))
    problems += problems_of(checked)
    email = customer.email
    odd = email is not None and not is_email(email)
    warnings = (
        (_("“%(text)s” is not an e-mail address; letters are sent instead") % {"text": email},) if odd else ()
    )
    return customer, tuple(problems), warnings


def _or_problem(
    read: Callable[[str], Value], text: str, problems: list[str], field: Field | None = None
) -> Value | None:
    try:
        return read(text)
    except (CellUnreadable, AmountInvalid, table.DayInvalid) as error:
        problem = in_words(str(error))
        if field:
            problem = _("%(label)s: %(error)s") % {"label": label(field), "error": problem}
        problems.append(problem)
        return None


_day = lru_cache(maxsize=4096)(table.day)


def _line(text: str) -> str:
    return " ".join(text.split())


@lru_cache(maxsize=256)
def _currency(text: str) -> str:
    code = text.strip().upper()
    code = _SIGNS.get(code, code)
    if code not in CURRENCIES:
        raise CellUnreadable(_("“%(text)s” is not a currency Tijdig knows") % {"text": text})
    return code


@lru_cache(maxsize=256)
def _kind(text: str) -> str:
    return _known(
        words.party_kind(text), _("“%(text)s” is not a kind of customer: use company or consumer"), text
    )


@lru_cache(maxsize=256)
def _language(text: str) -> str:
    return _known(
        words.language(text), _("“%(text)s” is not a language Tijdig speaks: use nl, fr, en or de"), text
    )


@lru_cache(maxsize=256)
def _channel(text: str) -> str:
    return _known(words.channel(text), _("“%(text)s” is not a channel: use e-mail or letter"), text)


@lru_cache(maxsize=256)
def _country(text: str) -> str:
    return _known(
        words.country(text), _("“%(text)s” is not a country: use its two letters, such as NL"), text
    )


def _known(found: str | None, sentence: str, text: str) -> str:
    if found is None:
        raise CellUnreadable(sentence % {"text": text})
    return str(found)


def _days(text: str) -> int:
    digits = text.casefold().strip()
    for word in _DAY_WORDS:
        digits = digits.removesuffix(word).strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 4):
        raise CellUnreadable(_("“%(text)s” is not a number of days") % {"text": text})
    return int(digits)


_DAY_WORDS = ("dagen", "dag", "jours", "jour", "days", "day", "tage", "tag")
_CUSTOMER_CELLS: Mapping[Field, Callable[[str], Any]] = {
    Field.KIND: _kind,
    Field.LANGUAGE: _language,
    Field.CHANNEL: _channel,
    Field.COUNTRY: _country,
    Field.TERM_DAYS: _days,
    Field.EMAIL: str.strip,
}
