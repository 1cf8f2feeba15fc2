"""The SQL of the exports: per export its columns, in the order they are written.

Every query shows the position at the end of the day %(on)s; what counts on a day is said in
ledger/queries/as_of.py. Amounts are minor units here; a column listed in `amounts` is written as an amount.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tijdig.ledger.queries.as_of import position
from tijdig.reporting.position_queries import BUCKETS, ageing_by_customer

# Positions of all customers and, where %(customer)s is given, of that one.
_POSITION, _OF_CUSTOMER = position(), position(of_one_customer=True)


@dataclass(frozen=True, slots=True)
class ExportQuery:
    """A query and the names of its columns: those that hold amounts, and the one that holds a reason.

    `of_customer` is the same for the customer %(customer)s alone; empty where that is not on offer.
    """

    columns: tuple[str, ...]
    sql: str
    of_customer: str = ""
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
    sql=f"""{_POSITION}
        SELECT invoice.number, invoice.type, customer.number, customer.name, invoice.issue_date,
               coalesce(item.due_date, invoice.due_date), invoice.due_date_source, invoice.currency,
               invoice.total, invoice.prepaid, invoice.payable,
               coalesce(open_then.open, 0), coalesce(item.payment_reference, ''),
               invoice.order_reference, invoice.preceding_invoice, invoice.description
        FROM invoices_invoice AS invoice
        JOIN customers_customer AS customer ON customer.id = invoice.customer_id
        LEFT JOIN ledger_item AS item ON item.id = invoice.item_id
        LEFT JOIN open_then ON open_then.id = invoice.item_id
        WHERE invoice.organisation_id = %(organisation)s AND invoice.issue_date <= %(on)s
        ORDER BY invoice.issue_date, invoice.id""",  # noqa: S608
)  # fmt: skip

_OPEN = """
    SELECT customer.number, customer.name, item.kind, item.number, item.issue_date, item.due_date,
           greatest(%(on)s - item.due_date, 0), item.currency, item.amount, item.open, item.payment_reference
    FROM open_then AS item JOIN customers_customer AS customer ON customer.id = item.customer_id
    ORDER BY item.due_date, item.id"""
_OPEN_ITEMS = ExportQuery(
    columns=(
        "customer_number", "customer_name", "kind", "number", "issue_date", "due_date", "days_late",
        "currency", "amount", "open", "payment_reference",
    ),
    amounts=frozenset({"amount", "open"}),
    sql=_POSITION + _OPEN,
    of_customer=_OF_CUSTOMER + _OPEN,
)  # fmt: skip

_MONEY = """
    SELECT customer.number, customer.name, money.kind, money.number, money.booking_date, money.currency,
           money.amount, money.remaining, money.origin
    FROM on_account_then AS money JOIN customers_customer AS customer ON customer.id = money.customer_id
    ORDER BY money.booking_date, money.credit_id, money.item_id"""
_ON_ACCOUNT = ExportQuery(
    columns=(
        "customer_number", "customer_name", "kind", "number", "booking_date", "currency", "amount",
        "on_account", "origin",
    ),
    amounts=frozenset({"amount", "on_account"}),
    sql=_POSITION + _MONEY,
    of_customer=_OF_CUSTOMER + _MONEY,
)  # fmt: skip

_BUCKETS = ("not_due", "late_1_30", "late_31_60", "late_61_90", "late_91_120", "late_over_120")
_AGED = f"""
    SELECT customer.number, customer.name, aged.currency, {", ".join(f"aged.{name}" for name in BUCKETS)},
           aged.open, aged.late, aged.on_account, aged.open - aged.on_account
    FROM aged JOIN customers_customer AS customer ON customer.id = aged.customer_id
    ORDER BY customer.number, customer.id, aged.currency"""  # noqa: S608
_AGEING = ExportQuery(
    columns=("customer_number", "customer_name", "currency", *_BUCKETS, "open", "late", "on_account", "net"),
    amounts=frozenset({*_BUCKETS, "open", "late", "on_account", "net"}),
    sql=ageing_by_customer() + _AGED,
    of_customer=ageing_by_customer(of_one_customer=True) + _AGED,
)

_PAYMENTS = ExportQuery(
    columns=(
        "id", "customer_number", "customer_name", "booking_date", "currency", "amount", "unallocated",
        "reversed_date", "origin", "booked_by", "reason_code", "reason",
    ),
    amounts=frozenset({"amount", "unallocated"}),
    reason="reason",
    sql=f"""{_POSITION}
        SELECT credit.id, customer.number, customer.name, credit.booking_date, credit.currency, credit.amount,
               coalesce(money.remaining, 0), reversal.issue_date, credit.origin, credit.actor,
               credit.reason
        FROM ledger_credit AS credit
        JOIN customers_customer AS customer ON customer.id = credit.customer_id
        LEFT JOIN ledger_item AS reversal
          ON reversal.reverses_credit_id = credit.id AND reversal.issue_date <= %(on)s
        LEFT JOIN on_account_then AS money ON money.credit_id = credit.id
        LEFT JOIN rebooked ON rebooked.credit_id = credit.id
        WHERE credit.organisation_id = %(organisation)s AND credit.kind = 'PAYMENT'
          AND greatest(credit.booking_date, rebooked.counts_from) <= %(on)s
        ORDER BY credit.booking_date, credit.id""",  # noqa: S608
)  # fmt: skip

_ALLOCATIONS = ExportQuery(
    columns=(
        "id", "on_date", "customer_number", "item_kind", "item_number", "credit_id", "credit_kind",
        "credit_number", "currency", "amount", "undoes", "booked_by", "reason_code", "reason",
    ),
    amounts=frozenset({"amount"}),
    reason="reason",
    sql=f"""{_POSITION}
        SELECT allocation.id, allocation.on_date, customer.number, item.kind, item.number, credit.id,
               credit.kind, credit.number, item.currency, allocation.amount, allocation.reverses_id,
               allocation.actor, allocation.reason
        FROM ledger_allocation AS allocation
        JOIN ledger_item AS item ON item.id = allocation.item_id
        JOIN ledger_credit AS credit ON credit.id = allocation.credit_id
        JOIN customers_customer AS customer ON customer.id = item.customer_id
        LEFT JOIN ledger_allocation AS undone ON undone.id = allocation.reverses_id
        LEFT JOIN rebooked ON rebooked.credit_id = credit.id
        WHERE allocation.organisation_id = %(organisation)s
          AND greatest(allocation.on_date, undone.on_date, item.issue_date, credit.booking_date,
                       rebooked.counts_from) <= %(on)s
        ORDER BY allocation.on_date, allocation.id""",  # noqa: S608
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
        "on-account": _ON_ACCOUNT,
        "ageing": _AGEING,
        "payments": _PAYMENTS,
        "allocations": _ALLOCATIONS,
        "messages": _MESSAGES,
        "tasks": _TASKS,
    }
)
