"""Bank statements for the tests of the pages: what a payer's bank would have told ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tijdig.domain.documents import Statement, StatementLine
from tijdig.domain.money import Money
from tijdig.formats import camt_writer


@dataclass(frozen=True, slots=True)
class Payment:
    """A movement: cents (below zero: money out), who paid, and what they wrote."""

    minor: int
    name: str
    text: str


def statement(
    payments: Sequence[Payment], *, on: date, number: str = "1", opening: int = 0, odd: int = 0
) -> bytes:
    """Return a camt.053 with these movements; by `odd` cents its closing balance does not add up."""
    net = sum(payment.minor for payment in payments)
    return camt_writer.write(
        Statement(
            account="NL91ABNA0417164300",
            id=f"statement-{number}",
            currency="EUR",
            sequence=number,
            opening_balance=Money(opening, "EUR"),
            closing_balance=Money(opening + net + odd, "EUR"),
            from_date=on,
            to_date=on,
            entry_count=len(payments),
            net_booked=Money(net, "EUR"),
            lines=tuple(
                StatementLine(
                    amount=Money(payment.minor, "EUR"),
                    booking_date=on,
                    value_date=on,
                    counterparty_name=payment.name,
                    counterparty_iban="NL13TEST0123456789",
                    remittance=payment.text,
                    bank_reference=f"{number}-{index}",
                    entry_index=index,
                )
                for index, payment in enumerate(payments)
            ),
        )
    )
