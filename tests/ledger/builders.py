"""Short ways to an organisation, a customer, an invoice and a payment on the real database."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count

from tijdig.customers.operations import create_customer
from tijdig.domain.ledger import CreditKind, ItemKind
from tijdig.domain.reasons import Reason
from tijdig.ledger import operations
from tijdig.ledger.operations import NewCredit, NewItem, Settlement
from tijdig.organisations.operations import create_organisation

ACTOR = "user:1"
ISSUED = date(2026, 10, 1)
DUE = date(2026, 10, 31)
ON = date(2026, 11, 20)
_numbers = count(1)


def because(text: str = "for the test") -> Reason:
    """A person's own words."""
    return Reason("PERSON_SAID", {"text": text})


def an_organisation(*, name: str = "", country: str = "NL", language: str = "nl") -> int:
    """Make an organisation and return its id; enter it with tenancy.within."""
    return create_organisation(
        name=name or f"Houtwerf {next(_numbers)}", country=country, language=language, actor="cli"
    )


def a_customer(*, number: str = "", name: str = "Bakkerij De Verzonnen Oven") -> int:
    """Make a customer in the organisation we are in and return its id."""
    return create_customer(number=number or f"C{next(_numbers)}", name=name, actor=ACTOR)


def new_item(customer_id: int, amount_minor: int = 10_000, *, number: str = "", due: date = DUE,
             issued: date | None = None, currency: str = "EUR", kind: ItemKind = ItemKind.INVOICE,
             reference: str = "") -> NewItem:  # fmt: skip
    """An invoice that has not been added yet."""
    return NewItem(
        customer_id,
        kind,
        number or f"2026-{next(_numbers):05d}",
        amount_minor,
        currency,
        issued or due - timedelta(days=30),
        due,
        reference,
    )


def an_item(customer_id: int, amount_minor: int = 10_000, *, number: str = "", due: date = DUE,
            issued: date | None = None, currency: str = "EUR", kind: ItemKind = ItemKind.INVOICE,
            reference: str = "") -> int:  # fmt: skip
    """Add an open invoice and return its id."""
    new = new_item(
        customer_id, amount_minor, number=number, due=due, issued=issued, currency=currency, kind=kind,
        reference=reference,
    )  # fmt: skip
    return operations.add_items((new,), actor=ACTOR)[0]


def a_credit(customer_id: int, amount_minor: int = 10_000, *, kind: CreditKind = CreditKind.PAYMENT,
             on: date = ON, origin: str = "", currency: str = "EUR") -> int:  # fmt: skip
    """Add a credit with nothing allocated and return its id."""
    new = NewCredit(customer_id, kind, amount_minor, currency, on, because(), origin=origin)
    return operations.add_credits((new,), actor=ACTOR)[0]


def allocated(credit_id: int, item_id: int, amount_minor: int, *, on: date = ON) -> Settlement:
    """Settle so much of the item with the credit."""
    return operations.allocate(
        credit_id=credit_id, item_id=item_id, amount_minor=amount_minor, on=on, reason=because(), actor=ACTOR
    )


def paid(item_id: int, customer_id: int, amount_minor: int = 10_000, *, on: date = ON) -> Settlement:
    """Let the customer pay so much of the item."""
    return allocated(a_credit(customer_id, amount_minor, on=on), item_id, amount_minor, on=on)
