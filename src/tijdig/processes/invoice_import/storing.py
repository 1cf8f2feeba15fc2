"""Storing invoices that were found good: customers, ledger, documents and follow-up, any number at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from tijdig.customers.operations import CustomerData, upsert_customers
from tijdig.domain.ledger import CreditKind, ItemKind
from tijdig.domain.reasons import Reason
from tijdig.dunning.operations import start_follow_ups
from tijdig.infra import statistics
from tijdig.infra.bulk import many_objects
from tijdig.invoices import queries as documents
from tijdig.invoices.operations import NewInvoice, add_invoices, reserve_ids
from tijdig.ledger import operations as ledger
from tijdig.ledger import queries as open_items
from tijdig.ledger.operations import AllocationRequest, NewCredit, NewItem, Settlement
from tijdig.processes.invoice_import.references import generated
from tijdig.processes.invoice_import.values import Draft


@dataclass(frozen=True, slots=True)
class Storable:
    """A draft with all that was decided: its due date, the customer's number, and where it came from."""

    draft: Draft
    customer: CustomerData
    file_id: int | None = None


@dataclass(slots=True)
class Storing:
    """Stores the drafts of one import, chunk by chunk, inside one transaction of the caller's."""

    country: str
    on: date
    actor: str
    batch_id: int | None = None
    invoices: int = 0
    credit_notes: int = 0
    _customer_ids: dict[str, int] = field(default_factory=dict)
    _customers: dict[str, CustomerData] = field(default_factory=dict)

    def add(self, rows: Sequence[Storable]) -> tuple[int, ...]:
        """Store these rows; return the ids of their invoices in order. A fixed number of statements."""
        if not rows:
            return ()
        with many_objects():
            return self._add(rows)

    def _add(self, rows: Sequence[Storable]) -> tuple[int, ...]:
        self._take_customers([row.customer for row in rows])
        customer_ids = [self._customer_ids[row.customer.number] for row in rows]
        ids = reserve_ids(len(rows))
        item_ids = self._add_items(rows, customer_ids, ids)
        credit_ids = self._add_credits(rows, customer_ids, ids)
        add_invoices(
            [
                self._invoice(row, customer_id, item_ids.get(id_), credit_ids.get(id_))
                for row, customer_id, id_ in zip(rows, customer_ids, ids, strict=True)
            ],
            actor=self.actor,
            ids=ids,
        )
        start_follow_ups(tuple(item_ids.values()), on=self.on)
        self.invoices += len(rows) - len(credit_ids)
        self.credit_notes += len(credit_ids)
        if len(rows) >= statistics.MANY_ROWS:
            statistics.refresh()
        return ids

    def settle_credit_notes(self) -> Settlement:
        """Set credit notes against the invoices they name, as far as those are open, whichever came first.

        The rest stays on account.
        """
        crediting = documents.credit_notes_with_money_left()
        found = open_items.open_items_by_number({each.preceding_invoice for each in crediting})
        left = {item.id: item.open_minor for items in found.values() for item in items}
        requests = []
        for each in crediting:
            item = next(
                (
                    item
                    for item in found.get(each.preceding_invoice.lower(), ())
                    if (item.customer_id, item.currency) == (each.customer_id, each.currency)
                    and left[item.id]
                ),
                None,
            )
            if item is not None:
                amount = min(each.left_minor, left[item.id])
                left[item.id] -= amount
                facts = {"credit_note": each.number, "invoice": each.preceding_invoice}
                reason = Reason("CREDIT_NOTE_NAMES_INVOICE", facts)
                requests.append(AllocationRequest(each.credit_id, item.id, amount, reason))
        return ledger.allocate_many(requests, on=self.on, actor=self.actor) if requests else Settlement()

    def _take_customers(self, customers: Sequence[CustomerData]) -> None:
        """Make or change the customers that were not seen yet, or not with these data."""
        unseen = {
            customer.number: customer
            for customer in customers
            if self._customers.get(customer.number) is not customer
            and self._customers.get(customer.number) != customer
        }
        if unseen:
            self._customers.update(unseen)
            self._customer_ids.update(upsert_customers(tuple(unseen.values()), actor=self.actor))

    def _add_items(
        self, rows: Sequence[Storable], customer_ids: Sequence[int], ids: Sequence[int]
    ) -> dict[int, int]:
        """Add what raises the receivable; return the open items' ids by invoice id."""
        owed = [(place, row.draft) for place, row in enumerate(rows) if row.draft.effect > 0]
        items = ledger.add_items(
            [
                NewItem(
                    customer_id=customer_ids[place],
                    kind=ItemKind.INVOICE,
                    number=draft.number,
                    amount_minor=draft.effect,
                    currency=draft.currency,
                    issue_date=draft.issue_date,
                    due_date=_due(draft),
                    payment_reference=draft.payment_reference
                    or generated(country=self.country, document_id=ids[place]),
                )
                for place, draft in owed
            ],
            actor=self.actor,
        )
        return {ids[place]: item_id for (place, _draft), item_id in zip(owed, items, strict=True)}

    def _add_credits(
        self, rows: Sequence[Storable], customer_ids: Sequence[int], ids: Sequence[int]
    ) -> dict[int, int]:
        """Add what lowers the receivable; return the credits' ids by invoice id."""
        lowering = [place for place, row in enumerate(rows) if row.draft.effect < 0]
        if not lowering:
            return {}
        credits = ledger.add_credits(
            [
                NewCredit(
                    customer_id=customer_ids[place],
                    kind=CreditKind.CREDIT_NOTE,
                    amount_minor=-rows[place].draft.effect,
                    currency=rows[place].draft.currency,
                    booking_date=rows[place].draft.issue_date,
                    reason=Reason("CREDIT_NOTE_CAME_IN", {"number": rows[place].draft.number}),
                    origin=f"invoices_invoice:{ids[place]}",
                    number=rows[place].draft.number,
                )
                for place in lowering
            ],
            actor=self.actor,
        )
        return {ids[place]: credit_id for place, credit_id in zip(lowering, credits, strict=True)}

    def _invoice(
        self, row: Storable, customer_id: int, item_id: int | None, credit_id: int | None
    ) -> NewInvoice:
        draft = row.draft
        return NewInvoice(
            customer_id=customer_id,
            type=draft.type,
            type_code=draft.type_code,
            number=draft.number,
            issue_date=draft.issue_date,
            due_date=_due(draft),
            due_date_source=draft.due_date_source,
            currency=draft.currency,
            total=draft.total,
            prepaid=draft.prepaid,
            payable=draft.payable,
            order_reference=draft.order_reference,
            preceding_invoice=draft.preceding_invoice,
            description=draft.description,
            item_id=item_id,
            credit_id=credit_id,
            file_id=row.file_id,
            import_batch_id=self.batch_id,
        )


def _due(draft: Draft) -> date:
    return draft.due_date or draft.issue_date
