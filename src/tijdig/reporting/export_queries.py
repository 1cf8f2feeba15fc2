"""The SQL of the exports: per export its columns, in the order they are written.

Every query shows the position at the end of the day %(on)s, from the rows themselves: what was booked later
does not count. Amounts are minor units here; a column listed in AMOUNTS is written as an amount.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# What was allocated up to the day, per item or per credit.
_SETTLED = """(
    SELECT {by}, sum(amount) AS amount FROM ledger_allocation
    WHERE organisation_id = %(organisation)s AND on_date <= %(on)s GROUP BY {by}
)"""
_OF_ITEMS = _SETTLED.format(by="item_id")
_OF_CREDITS = _SETTLED.format(by="credit_id")


@dataclass(frozen=True, slots=True)
class ExportQuery:
    """A query and the names of its columns: those that hold amounts, and the one that holds a reason."""

    columns: tuple[str, ...]
    sql: str
    amounts: frozenset[str] = frozenset()
    reason: str = ""


_CUSTOMERS = ExportQuery(
    columns=(
        "number", "name", "kind", "language", "contact_name", "email", "phone", "street", "postcode", "city",
        "country", "vat_number", "legal_id", "payment_term_days", "preferred_channel", "customer_since",
    ),
    sql="""
        SELECT number, name, kind, language, contact_name, email, phone, street, postcode, city, country,
               vat_number, legal_id, payment_term_days, preferred_channel, customer_since
        FROM customers_customer
        WHERE organisation_id = %(organisation)s AND coalesce(customer_since, %(on)s) <= %(on)s
        ORDER BY number""",
)  # fmt: skip

_INVOICES = ExportQuery(
    columns=(
        "number", "type", "customer_number", "customer_name", "issue_date", "due_date", "due_date_source",
        "currency", "total", "prepaid", "payable", "open", "payment_reference", "order_reference",
        "preceding_invoice", "description",
    ),
    amounts=frozenset({"total", "prepaid", "payable", "open"}),
    sql=f"""
        SELECT invoice.number, invoice.type, customer.number, customer.name, invoice.issue_date,
               coalesce(item.due_date, invoice.due_date), invoice.due_date_source, invoice.currency,
               invoice.total, invoice.prepaid, invoice.payable,
               coalesce(item.amount, 0) - coalesce(settled.amount, 0),
               coalesce(item.payment_reference, ''), invoice.order_reference, invoice.preceding_invoice,
               invoice.description
        FROM invoices_invoice AS invoice
        JOIN customers_customer AS customer ON customer.id = invoice.customer_id
        LEFT JOIN ledger_item AS item ON item.id = invoice.item_id
        LEFT JOIN {_OF_ITEMS} AS settled ON settled.item_id = invoice.item_id
        WHERE invoice.organisation_id = %(organisation)s AND invoice.issue_date <= %(on)s
        ORDER BY invoice.issue_date, invoice.id""",  # noqa: S608
)  # fmt: skip

_OPEN_ITEMS = ExportQuery(
    columns=(
        "customer_number", "customer_name", "kind", "number", "issue_date", "due_date", "days_late",
        "currency", "amount", "open", "payment_reference",
    ),
    amounts=frozenset({"amount", "open"}),
    sql=f"""
        SELECT customer.number, customer.name, item.kind, item.number, item.issue_date, item.due_date,
               greatest(%(on)s - item.due_date, 0), item.currency, item.amount,
               item.amount - coalesce(settled.amount, 0), item.payment_reference
        FROM ledger_item AS item
        JOIN customers_customer AS customer ON customer.id = item.customer_id
        LEFT JOIN {_OF_ITEMS} AS settled ON settled.item_id = item.id
        WHERE item.organisation_id = %(organisation)s AND item.issue_date <= %(on)s
          AND item.amount <> coalesce(settled.amount, 0)
        ORDER BY item.due_date, item.id""",  # noqa: S608
)  # fmt: skip

_PAYMENTS = ExportQuery(
    columns=(
        "id", "customer_number", "customer_name", "booking_date", "currency", "amount", "unallocated",
        "reversed_date", "origin", "booked_by", "reason_code", "reason",
    ),
    amounts=frozenset({"amount", "unallocated"}),
    reason="reason",
    sql=f"""
        SELECT credit.id, customer.number, customer.name, credit.booking_date, credit.currency, credit.amount,
               credit.amount - coalesce(settled.amount, 0), reversal.issue_date, credit.origin, credit.actor,
               credit.reason
        FROM ledger_credit AS credit
        JOIN customers_customer AS customer ON customer.id = credit.customer_id
        LEFT JOIN ledger_item AS reversal
          ON reversal.reverses_credit_id = credit.id AND reversal.issue_date <= %(on)s
        LEFT JOIN {_OF_CREDITS} AS settled ON settled.credit_id = credit.id
        WHERE credit.organisation_id = %(organisation)s AND credit.kind = 'PAYMENT'
          AND credit.booking_date <= %(on)s
        ORDER BY credit.booking_date, credit.id""",  # noqa: S608
)  # fmt: skip

_ALLOCATIONS = ExportQuery(
    columns=(
        "id", "on_date", "customer_number", "item_kind", "item_number", "credit_id", "credit_kind",
        "credit_number", "currency", "amount", "undoes", "booked_by", "reason_code", "reason",
    ),
    amounts=frozenset({"amount"}),
    reason="reason",
    sql="""
        SELECT allocation.id, allocation.on_date, customer.number, item.kind, item.number, credit.id,
               credit.kind, credit.number, item.currency, allocation.amount, allocation.reverses_id,
               allocation.actor, allocation.reason
        FROM ledger_allocation AS allocation
        JOIN ledger_item AS item ON item.id = allocation.item_id
        JOIN ledger_credit AS credit ON credit.id = allocation.credit_id
        JOIN customers_customer AS customer ON customer.id = item.customer_id
        WHERE allocation.organisation_id = %(organisation)s AND allocation.on_date <= %(on)s
        ORDER BY allocation.on_date, allocation.id""",
)  # fmt: skip

_MESSAGES = ExportQuery(
    columns=(
        "id", "on_date", "customer_number", "customer_name", "channel", "state", "stage", "template",
        "language", "recipient", "subject", "currency", "total", "items", "composed_at", "sent_at", "hash",
        "reason_code", "reason",
    ),
    amounts=frozenset({"total"}),
    reason="reason",
    sql="""
        SELECT message.id, message.on_date, customer.number, customer.name, message.channel, message.state,
               message.stage, message.template, message.language, message.recipient, message.subject,
               message.currency, message.total,
               (SELECT string_agg(item.number, ' ' ORDER BY item.due_date, item.id)
                FROM messaging_messageitem AS line JOIN ledger_item AS item ON item.id = line.item_id
                WHERE line.message_id = message.id),
               message.composed_at, message.sent_at, message.hash, message.outcome_reason
        FROM messaging_message AS message
        JOIN customers_customer AS customer ON customer.id = message.customer_id
        WHERE message.organisation_id = %(organisation)s AND message.on_date <= %(on)s
        ORDER BY message.id""",
)  # fmt: skip

_TASKS = ExportQuery(
    columns=(
        "id", "customer_number", "customer_name", "item_number", "kind", "due_date", "created_at", "done_at",
        "done_by", "outcome", "reason_code", "reason",
    ),
    reason="reason",
    sql="""
        SELECT task.id, customer.number, customer.name, item.number, task.kind, task.due_date,
               task.created_at, task.done_at, task.done_by, task.outcome, task.reason
        FROM messaging_task AS task
        JOIN customers_customer AS customer ON customer.id = task.customer_id
        LEFT JOIN ledger_item AS item ON item.id = task.item_id
        WHERE task.organisation_id = %(organisation)s AND task.due_date <= %(on)s
        ORDER BY task.due_date, task.id""",
)  # fmt: skip

EXPORT_QUERIES: Mapping[str, ExportQuery] = MappingProxyType(
    {
        "customers": _CUSTOMERS,
        "invoices": _INVOICES,
        "open-items": _OPEN_ITEMS,
        "payments": _PAYMENTS,
        "allocations": _ALLOCATIONS,
        "messages": _MESSAGES,
        "tasks": _TASKS,
    }
)
