"""What files hold, as values: bank statements, invoices, and the lines that could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from tijdig.domain.money import Money


@dataclass(frozen=True, slots=True)
class Rejected:
    """A place in a file that was refused, and why, in words for a user."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement on a bank account, `amount` signed: positive is money in.

    A batch is read to its children; then `batch` names the batch and each child is a line. Children that
    do not add up leave the entry whole with `batch_incomplete` set. Only booked lines are here.
    """

    amount: Money
    booking_date: date | None = None
    value_date: date | None = None
    counterparty_name: str = ""
    counterparty_iban: str = ""
    structured_reference: str = ""
    remittance: str = ""
    end_to_end_id: str = ""
    mandate_id: str = ""
    bank_reference: str = ""
    batch: str = ""
    batch_incomplete: bool = False
    returned: bool = False
    """Whether it takes back an earlier movement: a return, a refund of a direct debit, a reversal."""
    return_reason: str = ""
    """Why it came back, as the file says it ("AC04"); may be empty though `returned` is set."""
    original_amount: Money | None = None
    """The amount as it was ordered, where the file tells it: in another currency, or without charges."""
    charges: Money | None = None
    """What banks took off it (or, on a return, added to it), above zero."""
    exchange_rate: str = ""
    entry_index: int = 0
    """Place of the entry in its statement, from 0; children of a batch share it."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One bank statement. Balances are None where the file holds none."""

    account: str
    id: str
    currency: str
    sequence: str = ""
    opening_balance: Money | None = None
    closing_balance: Money | None = None
    from_date: date | None = None
    to_date: date | None = None
    entry_count: int = 0
    """Entries in the file, also those that are not booked yet (a batch is one entry)."""
    net_booked: Money | None = None
    """Signed sum of the booked entries."""
    lines: tuple[StatementLine, ...] = ()
    rejected: tuple[Rejected, ...] = ()

    @property
    def closes(self) -> bool | None:
        """Whether opening + booked = closing; None where the file cannot tell."""
        if self.opening_balance is None or self.closing_balance is None or self.net_booked is None:
            return None
        if not self.opening_balance.currency == self.closing_balance.currency == self.net_booked.currency:
            return None
        return self.opening_balance + self.net_booked == self.closing_balance


def whole_statements(parts: Iterable[StatementLine | Rejected | Statement]) -> Iterator[Statement]:
    """Yield each statement with the lines and rejected entries that came before it in `parts`."""
    lines: list[StatementLine] = []
    rejected: list[Rejected] = []
    for part in parts:
        if isinstance(part, StatementLine):
            lines.append(part)
        elif isinstance(part, Rejected):
            rejected.append(part)
        else:
            yield replace(part, lines=tuple(lines), rejected=(*rejected, *part.rejected))
            lines.clear()
            rejected.clear()


class InvoiceType(StrEnum):
    """What the document does."""

    INVOICE = "INVOICE"
    CREDIT_NOTE = "CREDIT_NOTE"


class DueDateSource(StrEnum):
    """Where a due date came from (integrations.md §1.2, trap 4)."""

    DOCUMENT = "DOCUMENT"
    PAYMENT_MEANS = "PAYMENT_MEANS"
    PAYMENT_TERMS = "PAYMENT_TERMS"
    TERMS_TEXT = "TERMS_TEXT"
    CUSTOMER_TERMS = "CUSTOMER_TERMS"
    ORGANISATION_TERMS = "ORGANISATION_TERMS"
    MISSING = "MISSING"


@dataclass(frozen=True, slots=True)
class Party:
    """A party as a document names it; ids are as written, with their scheme where it has one."""

    name: str = ""
    trading_name: str = ""
    vat_number: str = ""
    legal_id: str = ""
    endpoint: str = ""
    assigned_number: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """An invoice or credit note as read from a file.

    `effect` is what it does to the receivable: positive raises it. `needs_review` says in words why a
    person should look before it is booked (empty: nothing odd).
    """

    number: str
    type: InvoiceType
    type_code: str
    issue_date: date | None
    currency: str
    payable: Money
    effect: Money
    total: Money | None = None
    prepaid: Money | None = None
    due_date: date | None = None
    due_date_source: DueDateSource = DueDateSource.MISSING
    terms_text: str = ""
    supplier: Party = field(default_factory=Party)
    customer: Party = field(default_factory=Party)
    payee: str = ""
    payment_reference: str = ""
    payee_account: str = ""
    order_reference: str = ""
    buyer_reference: str = ""
    preceding_invoice: str = ""
    needs_review: str = ""
