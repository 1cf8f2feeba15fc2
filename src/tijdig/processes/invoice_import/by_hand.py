"""One invoice or credit note, typed in by a person."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from tijdig.customers import queries as customers
from tijdig.customers.operations import CustomerData
from tijdig.domain.documents import DueDateSource, InvoiceType
from tijdig.domain.money import Money
from tijdig.organisations import queries as organisations
from tijdig.processes import cash_application, reactions
from tijdig.processes.invoice_import.deciding import InvoiceDecider
from tijdig.processes.invoice_import.references import as_stored
from tijdig.processes.invoice_import.storing import Storable, Storing
from tijdig.processes.invoice_import.values import Draft, Outcome, ReadRow


class InvoiceRefused(ValueError):
    """What was typed cannot be an invoice. `field` says where; the message says why."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field


class NumberThereAlready(InvoiceRefused):
    """An invoice with this number is there already."""

    def __init__(self, number: str) -> None:
        super().__init__(
            "number", _("Invoice %(number)s is there already; give another number.") % {"number": number}
        )


@transaction.atomic
def add_by_hand(
    *,
    customer_id: int,
    number: str,
    issue_date: date,
    due_date: date | None,
    amount: Money,
    on: date,
    actor: str,
    reference: str = "",
    description: str = "",
    preceding_invoice: str = "",
) -> int:
    """Add an invoice, or a credit note when `amount` is below zero, and return its id.

    Without a due date it follows from the customer's term, or the organisation's. It is followed up at once,
    and money that waits for it is matched. Raises InvoiceRefused, NumberThereAlready, CustomerUnknown.
    """
    customer = customers.get(customer_id)
    number, reference = number.strip(), as_stored(reference)
    _check(number, issue_date, due_date, amount, reference, description)
    is_credit = amount.minor < 0
    draft = Draft(
        number=number,
        type=InvoiceType.CREDIT_NOTE if is_credit else InvoiceType.INVOICE,
        type_code="381" if is_credit else "380",
        issue_date=issue_date,
        due_date=due_date,
        due_date_source=DueDateSource.DOCUMENT if due_date else DueDateSource.MISSING,
        currency=amount.currency,
        total=abs(amount.minor),
        payable=abs(amount.minor),
        effect=amount.minor,
        customer=CustomerData(number=customer.number),
        payment_reference=reference,
        preceding_invoice=preceding_invoice.strip(),
        description=description.strip(),
    )
    house = organisations.current()
    (decided,) = InvoiceDecider(term_days=house.payment_term_days).decide(
        [ReadRow(where=number, draft=draft)]
    )
    if decided.outcome is not Outcome.NEW or decided.draft is None or decided.customer is None:
        raise NumberThereAlready(number)
    storing = Storing(country=house.country, on=on, actor=actor)
    (invoice_id,) = storing.add([Storable(decided.draft, decided.customer)])
    reactions.after_settlement(settlement=storing.settle_credit_notes(), on=on, actor=actor)
    cash_application.apply_waiting(on=on, actor=actor)
    return invoice_id


def _check(
    number: str, issue_date: date, due_date: date | None, amount: Money, reference: str, description: str
) -> None:
    if not number:
        raise InvoiceRefused("number", _("Give the invoice number."))
    if len(number) > 100:
        raise InvoiceRefused("number", _("An invoice number has at most 100 characters."))
    if not amount:
        raise InvoiceRefused("amount", _("Give an amount; below zero for a credit note."))
    if due_date is not None and due_date < issue_date:
        raise InvoiceRefused("due_date", _("The due date is before the invoice date."))
    if len(reference) > 140:
        raise InvoiceRefused("reference", _("A payment reference has at most 140 characters."))
    if len(description) > 300:
        raise InvoiceRefused("description", _("A description has at most 300 characters."))
