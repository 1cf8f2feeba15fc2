"""What an import is made of: rows as read, what becomes of each, and the figures of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from tijdig.customers.operations import CustomerData
from tijdig.domain.documents import DueDateSource, InvoiceType
from tijdig.domain.money import Money
from tijdig.processes.invoice_import.columns import Field, TableKind


@dataclass(frozen=True, slots=True)
class Draft:
    """An invoice or credit note as a file or a person gives it. Amounts in minor units of `currency`.

    `effect` is what it does to what the customer owes. A customer without a number is yet to be recognised.
    """

    number: str
    type: InvoiceType
    issue_date: date
    currency: str
    total: int
    payable: int
    effect: int
    customer: CustomerData
    prepaid: int = 0
    type_code: str = "380"
    due_date: date | None = None
    due_date_source: DueDateSource = DueDateSource.MISSING
    payment_reference: str = ""
    order_reference: str = ""
    preceding_invoice: str = ""
    description: str = ""
    assigned_number: str = ""
    """The customer's number as the document has it; other marks go before it when it is not known."""
    endpoint: str = ""
    """The customer's electronic address (scheme:number), by which they may be recognised."""
    only_makes_customer: bool = False
    """Whether what is known of the customer stays as it is; a table changes it, a document does not."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row (or document) of a file: what it says, and what is wrong with it.

    `review` says why a person should look at it first; it is stored when they accept it.
    """

    where: str
    cells: tuple[str, ...] = ()
    draft: Draft | None = None
    customer: CustomerData | None = None
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    review: str = ""
    content: bytes = b""
    """The document's own file, where it came in one."""


class Outcome(StrEnum):
    """What becomes of a row."""

    NEW = "NEW"
    CHANGED = "CHANGED"
    """A customer who is there already, with other data."""
    KNOWN = "KNOWN"
    REVIEW = "REVIEW"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """A row and what becomes of it. A new one has its customer's number and its due date."""

    row: ReadRow
    outcome: Outcome
    problems: tuple[str, ...] = ()
    customer: CustomerData | None = None
    draft: Draft | None = None


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row as a preview shows it. `cells` are as in the file; `amount` is what it does to the receivable."""

    where: str
    outcome: Outcome
    cells: tuple[str, ...]
    number: str
    customer: str
    issue_date: date | None
    due_date: date | None
    amount: Money | None
    problems: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """Counts as the rows pass by."""

    total: int = 0
    outcomes: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    effects: dict[str, int] = field(default_factory=dict)
    rejected: list[dict[str, str]] = field(default_factory=list)

    def add(self, decided: DecidedRow) -> None:
        """Count one row."""
        self.total += 1
        self.outcomes[decided.outcome] += 1
        if decided.outcome is Outcome.NEW and decided.draft is not None:
            currency = decided.draft.currency
            self.effects[currency] = self.effects.get(currency, 0) + decided.draft.effect
        elif decided.outcome in (Outcome.REJECTED, Outcome.REVIEW):
            self.rejected.append({"where": decided.row.where, "reason": "; ".join(decided.problems)})

    @property
    def amounts(self) -> tuple[Money, ...]:
        """What the new rows do to what is owed, per currency."""
        return tuple(Money(minor, currency) for currency, minor in sorted(self.effects.items()))


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do. Nothing is stored yet.

    `missing` are fields that have no column yet (of each tuple one is enough); while there are any, no row
    can be read. `rows` are the first ones and the first of those with a problem; `examples` has per column of
    a table the first cell that holds something.
    """

    batch_id: int
    name: str
    kind: TableKind
    source_format: str
    header: tuple[str, ...]
    examples: tuple[str, ...]
    mapping: Mapping[Field, int]
    missing: tuple[tuple[Field, ...], ...]
    rows: tuple[PreviewRow, ...]
    total: int
    new: int
    changed: int
    known: int
    review: int
    rejected: int
    amounts: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import. `rejected` are the rows left out, each with where and why."""

    batch_id: int
    kind: TableKind
    total: int
    new: int
    changed: int
    known: int
    review: int
    rejected_count: int
    invoices: int
    credit_notes: int
    booked_payments: int
    amounts: tuple[Money, ...]
    rejected: tuple[Mapping[str, str], ...]
