"""The statement of account on paper: a letter in the customer's language, in the house style."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tijdig.customers.queries import CustomerView
from tijdig.domain.parties import Language
from tijdig.domain.references import print_iban
from tijdig.infra.readers_language import day_in_words
from tijdig.ledger.queries import Movement, MovementKind, OnAccountThen, OpenThen
from tijdig.messaging.composing import address_lines
from tijdig.messaging.content import print_reference
from tijdig.messaging.language import LABELS, clean
from tijdig.messaging.language import day as full_day
from tijdig.messaging.text_layout import house_lines
from tijdig.messaging.typesetting import as_pdf, house_data
from tijdig.messaging.values import House, Recipient
from tijdig.reporting.figures_in_words import figure
from tijdig.reporting.statement_of_account import (
    CurrencyStatement,
    StatementLine,
    StatementOfAccount,
    movement_words,
)

MOST_LINES = 3_000


class TooLong(ValueError):
    """A statement on paper would have more lines than anybody reads; the message says what to do."""


def render(statement: StatementOfAccount, *, house: House, on: date, at: datetime) -> bytes:
    """Return the statement as PDF, made on `on`. Raises TooLong, messaging.typesetting.PagesNotMade."""
    length = sum(len(part.lines) + len(part.open_items) + len(part.on_account) for part in statement.parts)
    if length > MOST_LINES:
        raise TooLong(
            _("This statement has more than %(most)s lines: choose a shorter period, or take Excel or CSV.")
            % {"most": number_format(MOST_LINES, force_grouping=True)}
        )
    language = _language(statement.customer)
    with translation.override(language.value):
        data = _document(statement, language, house, on)
    return as_pdf(_source(), data, at=at)


@cache
def _source() -> bytes:
    return (resources.files(__package__) / "statement.typ").read_bytes()


def _language(customer: CustomerView) -> Language:
    known = {language.value for language in Language}
    return Language(customer.language) if customer.language in known else Language.ENGLISH


def _document(statement: StatementOfAccount, language: Language, house: House, on: date) -> dict[str, Any]:
    """Return the statement as plain data for statement.typ, in the language that is active."""
    labels = LABELS[language]
    return {
        **house_data(house),
        "language": language.value,
        "address": address_lines(_recipient(statement.customer), country=house.country),
        "foot": house_lines(labels, house),
        "words": _words(statement, language, on),
        "parts": [_part(part, statement.until, language) for part in statement.parts],
        "pay": [_balance_words(part, statement.until, language) for part in statement.parts],
        "box": [(labels.account, print_iban(house.iban)), (labels.payee, house.name)]
        if house.iban and any(part.closing_minor > 0 for part in statement.parts)
        else [],
    }


def _recipient(customer: CustomerView) -> Recipient:
    names = ("number", "name", "contact_name", "email", "street", "postcode", "city", "country")
    return Recipient(customer.id, **{name: getattr(customer, name) for name in names})


def _words(statement: StatementOfAccount, language: Language, on: date) -> dict[str, Any]:
    labels, customer = LABELS[language], statement.customer
    since, until = full_day(statement.since, language), full_day(statement.until, language)
    period = _("From %(since)s to %(until)s") % {"since": since, "until": until}
    title = _("Statement of account")
    past = _("This is how your account stood on that last day; what was booked later is not in it.")
    return {
        "title": title,
        "period": period,
        "past": past if statement.until < on else "",
        "running": " · ".join((title, clean(customer.name), period)),
        "reference": f"{labels.date}: {full_day(on, language)} · {labels.customer_number}: {customer.number}",
        "columns": (labels.date, _("What"), _("Due"), _("Charged"), _("Paid or credited"), _("Balance")),
        "opening": _("Balance at the start"),
        "closing": _("Balance at the end"),
        "open": _("Open on %(day)s") % {"day": until},
        "open-columns": (labels.invoice, labels.invoice_date, _("Due"), labels.status, labels.open),
        "nothing-open": _("Nothing is open."),
        "on-account": _("On account"),
        "pay-heading": labels.pay_heading,
        "tell": _("Does something not match your own books? Please tell us, and we look at it together."),
        "page": labels.page,
    }


def _part(part: CurrencyStatement, until: date, language: Language) -> dict[str, Any]:
    charged = sum(line.movement.amount_minor for line in part.lines if line.movement.amount_minor > 0)
    paid = -sum(line.movement.amount_minor for line in part.lines if line.movement.amount_minor < 0)
    opening, closing = (figure(minor, part.currency) for minor in (part.opening_minor, part.closing_minor))
    return {
        "heading": _("What happened, in %(currency)s") % {"currency": part.currency},
        "summary": (
            (_("At the start"), opening),
            (_("Charged"), figure(charged, part.currency)),
            (_("Paid or credited"), figure(paid, part.currency)),
            (_("At the end"), f"{closing} {part.currency}"),
        ),
        "opening": opening,
        "closing": closing,
        "lines": [_line(line) for line in part.lines],
        "items": [_item(item, until, language) for item in part.open_items],
        "money": [_money(one) for one in part.on_account],
    }


def _line(line: StatementLine) -> dict[str, str]:
    movement = line.movement
    amount = figure(abs(movement.amount_minor), movement.currency)
    return {
        "day": day_in_words(movement.day),
        "what": f"{movement_words(movement.kind)} {clean(movement.number)}".strip(),
        "settles": _settles(movement),
        "due": day_in_words(movement.due_date) if movement.due_date else "",
        "charged": amount if movement.amount_minor > 0 else "",
        "paid": amount if movement.amount_minor < 0 else "",
        "balance": figure(line.balance_minor, movement.currency),
    }


def _settles(movement: Movement) -> str:
    if not movement.item_numbers:
        return ""
    numbers = ", ".join(map(clean, movement.item_numbers)) + (" …" if movement.more else "")
    return f"{pgettext('a payment for invoices', 'for')} {numbers}"


def _item(item: OpenThen, until: date, language: Language) -> dict[str, Any]:
    late = item.days_late(until)
    return {
        "number": clean(item.number),
        "reference": print_reference(item.payment_reference) if item.payment_reference else "",
        "issued": day_in_words(item.issue_date),
        "due": day_in_words(item.due_date),
        "status": LABELS[language].status_of(late) if late > 0 else "",
        "late": late > 0,
        "open": figure(item.open_minor, item.currency),
    }


def _money(one: OnAccountThen) -> dict[str, str]:
    kind = movement_words(MovementKind(one.kind.value))
    what = f"{kind} {clean(one.number)}".strip()
    return {
        "what": f"{what}, {day_in_words(one.booking_date)}",
        "left": figure(-one.remaining_minor, one.currency),
    }


def _balance_words(part: CurrencyStatement, until: date, language: Language) -> str:
    amount = f"{figure(abs(part.closing_minor), part.currency)} {part.currency}"
    if part.closing_minor > 0:
        return _(
            "On %(day)s %(amount)s was still to be paid. Please pay each invoice on or before its own day, and"
            " mention its number or reference."
        ) % {"day": full_day(until, language), "amount": amount}
    if part.closing_minor < 0:
        return _("%(amount)s of your money is with us; it can be set against your next invoices.") % {
            "amount": amount
        }
    return _("Nothing is left to pay. Thank you.")
