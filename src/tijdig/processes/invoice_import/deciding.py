"""What becomes of each row: new, known already, to be looked at, or rejected, with the reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from django.utils.translation import gettext as _

from tijdig.customers.identification import KnownCustomer
from tijdig.domain.documents import DueDateSource, InvoiceType
from tijdig.domain.money import Money
from tijdig.infra.readers_language import amount_in_words, day_in_words
from tijdig.invoices import queries as invoices
from tijdig.invoices.queries import KnownInvoice
from tijdig.processes.invoice_import.recognition import Recognised, Recogniser
from tijdig.processes.invoice_import.values import DecidedRow, Draft, Outcome, ReadRow

Known = dict[tuple[InvoiceType, str], KnownInvoice]


class InvoiceDecider:
    """Decides over the rows of one import, chunk by chunk: a fixed number of queries per chunk."""

    def __init__(self, *, term_days: int, accepted: Collection[str] = ()) -> None:
        """`term_days` is the organisation's payment term; `accepted` names reviewed rows ("*": all)."""
        self._term_days = term_days
        self._accepted = frozenset(accepted)
        self._recogniser = Recogniser()

    def decide(self, rows: Sequence[ReadRow]) -> tuple[DecidedRow, ...]:
        """Return what becomes of each row, in order."""
        readable = [row for row in rows if row.draft is not None and not row.problems]
        drafts = [row.draft for row in readable if row.draft is not None]
        known = invoices.known({draft.number for draft in drafts})
        recognised = iter(self._recogniser.recognise(drafts))
        decided = []
        for row in rows:
            if row.draft is None or row.problems:
                decided.append(DecidedRow(row, Outcome.REJECTED, row.problems))
            else:
                decided.append(self._decide(row, row.draft, next(recognised), known))
        return tuple(decided)

    def _decide(self, row: ReadRow, draft: Draft, who: Recognised, known: Known) -> DecidedRow:
        if who.customer is None:
            return DecidedRow(row, Outcome.REJECTED, (who.problem,))
        earlier = known.get((draft.type, draft.number))
        if earlier is not None:
            differences = tuple(_differences(draft, earlier, who.known))
            if not differences:
                return DecidedRow(row, Outcome.KNOWN)
            return DecidedRow(row, Outcome.REJECTED, (_there_already(draft, differences),))
        if draft.effect > 0 and any(
            other.raises for type_ in InvoiceType if (other := known.get((type_, draft.number)))
        ):
            return DecidedRow(
                row, Outcome.REJECTED, (_there_already(draft, (_("another type of document"),)),)
            )
        if row.review and not {row.where, "*"} & self._accepted:
            return DecidedRow(row, Outcome.REVIEW, (row.review,), who.customer, draft)
        return DecidedRow(row, Outcome.NEW, (), who.customer, self._with_due_date(draft, who))

    def _with_due_date(self, draft: Draft, who: Recognised) -> Draft:
        """Return the draft with its due date: the document's, else by the customer's term, else by ours."""
        if draft.due_date is not None:
            return draft
        days, source = self._term_days, DueDateSource.ORGANISATION_TERMS
        own = draft.customer.payment_term_days
        if own is None and who.known is not None:
            own = who.known.payment_term_days
        if own is not None:
            days, source = own, DueDateSource.CUSTOMER_TERMS
        return replace(draft, due_date=draft.issue_date + timedelta(days=days), due_date_source=source)


def _there_already(draft: Draft, differences: Sequence[str]) -> str:
    return _("%(number)s is there already, with %(differences)s") % {
        "number": draft.number,
        "differences": ", ".join(differences),
    }


def _differences(draft: Draft, earlier: KnownInvoice, customer: KnownCustomer | None) -> Iterator[str]:
    """Yield in words what is other in the document that is there than in this one."""
    if customer is None or customer.id != earlier.customer_id:
        yield _("another customer")
    if draft.issue_date != earlier.issue_date:
        yield _("invoice date %(date)s") % {"date": day_in_words(earlier.issue_date)}
    if draft.due_date is not None and draft.due_date != earlier.due_date:
        yield _("due date %(date)s") % {"date": day_in_words(earlier.due_date)}
    if (draft.currency, draft.total) != (earlier.currency, earlier.total):
        yield _("amount %(amount)s") % {"amount": _amount(earlier.total, earlier.currency)}
    elif draft.payable != earlier.payable:
        yield _("open amount %(amount)s") % {"amount": _amount(earlier.payable, earlier.currency)}


def _amount(minor: int, currency: str) -> str:
    return amount_in_words(Money(minor, currency))
