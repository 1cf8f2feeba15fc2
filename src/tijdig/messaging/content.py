"""What a message says, ready for a layout: figures and dates in the customer's language, still plain text.

Everything comes from the facts that are stored with the message, so that a layout can be made again from
what is stored alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tijdig.domain.followup import Stage
from tijdig.domain.money import Money
from tijdig.domain.parties import Language
from tijdig.domain.references import is_ogm, is_rf, print_iban, print_ogm
from tijdig.formats import epc_qr
from tijdig.messaging.language import LABELS, Labels, amount, day
from tijdig.messaging.wording import Words


@dataclass(frozen=True, slots=True)
class Row:
    """One invoice in the overview."""

    number: str
    issued: str
    due: str
    status: str
    is_late: bool
    open: str
    reference: str


@dataclass(frozen=True, slots=True)
class Content:
    """A message in parts: words, payment box and overview. All plain text, nothing escaped."""

    language: Language
    labels: Labels
    words: Words
    name: str
    customer_number: str
    on: str
    amount: str
    iban: str
    payee: str
    reference: str
    pay_by: str
    rows: tuple[Row, ...]
    total: str
    """Of all rows; empty where there is one."""
    note: str
    """Said below the overview when not everything in it has to be paid now."""

    @property
    def box(self) -> tuple[tuple[str, str], ...]:
        """The rows of the payment box below the amount, as (label, value)."""
        labels = self.labels
        return (
            (labels.account, self.iban),
            (labels.payee, self.payee),
            (labels.reference, self.reference),
            (labels.pay_by, self.pay_by),
        )

    @property
    def has_references(self) -> bool:
        """Whether any invoice of several has a payment reference of its own."""
        return len(self.rows) > 1 and any(row.reference for row in self.rows)


def print_reference(text: str) -> str:
    """Return a payment reference as people read it: an OGM with its signs, an RF in groups of four."""
    if is_ogm(text):
        return print_ogm(text)
    return print_iban(text) if is_rf(text) else text


def content_of(facts: Mapping[str, Any], language: Language) -> Content:
    """Return what the message with these facts says."""
    labels, currency = LABELS[language], facts["currency"]
    items = facts["items"]
    rows = tuple(_row(item, currency, language, labels) for item in items)
    return Content(
        language=language,
        labels=labels,
        words=Words(**facts["words"]),
        name=facts["name"],
        customer_number=facts["customer_number"],
        on=day(date.fromisoformat(facts["on"]), language),
        amount=amount(facts["asked"], currency, language),
        iban=print_iban(facts["iban"]) or labels.no_account,
        payee=facts["payee"],
        reference=print_reference(facts["reference"]),
        pay_by=_pay_by(facts, language, labels),
        rows=rows,
        total=amount(facts["total"], currency, language) if len(rows) > 1 else "",
        note=labels.later_note if facts["asked"] != facts["total"] else "",
    )


def payment_payload(facts: Mapping[str, Any]) -> str | None:
    """Return what the EPC QR code of this payment holds; None where the scheme has no room for it."""
    structured = is_rf(facts["reference"]) or is_ogm(facts["reference"])
    try:
        return epc_qr.payload(
            name=facts["payee"],
            iban=facts["iban"],
            bic=facts["bic"],
            amount=Money(facts["asked"], facts["currency"]),
            reference=facts["reference"] if structured else "",
            text="" if structured else facts["reference"],
        )
    except epc_qr.EpcInvalid:
        return None


def _row(item: Mapping[str, Any], currency: str, language: Language, labels: Labels) -> Row:
    return Row(
        number=item["number"],
        issued=day(date.fromisoformat(item["issued"]), language),
        due=day(date.fromisoformat(item["due"]), language),
        status=labels.status_of(item["days_late"]),
        is_late=item["days_late"] > 0,
        open=amount(item["open"], currency, language),
        reference=print_reference(item["reference"]) if item["reference"] else "",
    )


def _pay_by(facts: Mapping[str, Any], language: Language, labels: Labels) -> str:
    if facts["stage"] == Stage.FORMAL_NOTICE:
        return labels.within_14_days
    return day(date.fromisoformat(facts["pay_by"]), language) if facts["pay_by"] else labels.see_overview
