"""Show what files hold: bank statements, status reports, invoices, tables. Stores nothing and needs no database.

Exit code 1 when a file is unknown, refused or read in part.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tijdig.domain.documents import InvoiceDocument, Statement, StatementLine
from tijdig.domain.money import Money
from tijdig.formats.detect import FileKind, ParsedFile, parse_all
from tijdig.formats.pain002 import PaymentStatus, StatusReport, Told, TransactionStatus
from tijdig.interfaces.cli import choosing

_NAME_WIDTH = 28
_TEXT_WIDTH = 44


def configure(parser: argparse.ArgumentParser) -> None:
    """Take the files and the form of the answer."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a file, a zip of files, or a folder")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Print what the files hold; return 0 when all of it was read, else 1. Raises WrongUse for no file."""
    paths = choosing.files(arguments.files)
    complete = True
    # One document, a file on a line: what is written need not be kept, however many files there are.
    before = '{"files": [\n'
    for parsed in _parsed(paths):
        complete = complete and parsed.kind is not FileKind.UNKNOWN and not parsed.all_rejected
        if arguments.json:
            sys.stdout.write(before + json.dumps(describe(parsed), ensure_ascii=False))
            before = ",\n"
        else:
            print("\n".join(_readable(parsed)))
    if arguments.json:
        sys.stdout.write("\n]}\n")
    return 0 if complete else 1


def describe(parsed: ParsedFile) -> dict[str, Any]:
    """Return a parsed file as plain data: amounts as signed decimal text, dates as ISO, null for nothing."""
    described: dict[str, Any] = {"file": parsed.name, "kind": parsed.kind.value, "format": parsed.format}
    if parsed.kind is FileKind.BANK_STATEMENT:
        described["statements"] = [_statement(statement) for statement in parsed.statements]
        described["warnings"] = [
            {"statement": odd.id, "account": odd.account, "warning": "DOES_NOT_ADD_UP"}
            for odd in parsed.statements
            if odd.closes is False
        ]
    elif parsed.report is not None:
        described |= _report(parsed.report)
    elif parsed.kind is FileKind.INVOICE:
        described["invoices"] = [_invoice(invoice) for invoice in parsed.invoices]
    elif parsed.table is not None:
        described["columns"] = parsed.table.header
        described["row_count"] = len(parsed.table.rows)
    described["rejected"] = [{"where": part.where, "reason": part.reason} for part in parsed.all_rejected]
    return described


def _parsed(paths: Sequence[Path]) -> Iterator[ParsedFile]:
    for path in paths:
        yield from parse_all(str(path), choosing.content(path))


def _amount(amount: Money | None) -> str | None:
    return None if amount is None else str(amount)


def _date(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _statement(statement: Statement) -> dict[str, Any]:
    return {
        "account": statement.account or None,
        "id": statement.id or None,
        "currency": statement.currency or None,
        "opening_balance": _amount(statement.opening_balance),
        "closing_balance": _amount(statement.closing_balance),
        "entry_count": statement.entry_count,
        "net_booked": _amount(statement.net_booked) or "0",
        "transactions": [_transaction(line) for line in statement.lines],
    }


def _transaction(line: StatementLine) -> dict[str, Any]:
    return {
        "booking_date": _date(line.booking_date),
        "value_date": _date(line.value_date),
        "amount": str(line.amount),
        "currency": line.amount.currency,
        "counterparty_name": line.counterparty_name or None,
        "counterparty_iban": line.counterparty_iban or None,
        "structured_reference": line.structured_reference or None,
        "remittance": line.remittance or None,
        "end_to_end_id": line.end_to_end_id or None,
        "mandate_id": line.mandate_id or None,
        "bank_reference": line.bank_reference or None,
        "batch": line.batch or None,
        "return_reason": line.return_reason or None,
    }


def _report(report: StatusReport) -> dict[str, Any]:
    return {
        "message_id": report.message_id or None,
        "original_message_id": report.original_message_id or None,
        "original_message_name": report.original_message_name or None,
        **_told(report.told),
        "batches": [{"id": batch.id or None, **_told(batch.told)} for batch in report.payments],
        "transactions": [_status(each, batch) for batch in report.payments for each in batch.transactions],
    }


def _told(told: Told) -> dict[str, str | None]:
    return {
        "status": told.status or None,
        "reason": told.reason or None,
        "information": told.information or None,
    }


def _status(transaction: TransactionStatus, batch: PaymentStatus) -> dict[str, Any]:
    amount = transaction.amount
    return {
        **_told(transaction.told),
        "end_to_end_id": transaction.end_to_end_id or None,
        "instruction_id": transaction.instruction_id or None,
        "batch": batch.id or None,
        "amount": _amount(amount),
        "currency": None if amount is None else amount.currency,
        "counterparty_name": transaction.name or None,
        "counterparty_iban": transaction.iban or None,
        "mandate_id": transaction.mandate_id or None,
    }


def _invoice(invoice: InvoiceDocument) -> dict[str, Any]:
    return {
        "number": invoice.number,
        "type": invoice.type.value.lower(),
        "issue_date": _date(invoice.issue_date),
        "due_date": _date(invoice.due_date),
        "due_date_source": invoice.due_date_source.value.lower(),
        "supplier": invoice.supplier.name or None,
        "customer": invoice.customer.name or None,
        "customer_vat": invoice.customer.vat_number or None,
        "customer_legal_id": invoice.customer.legal_id or None,
        "currency": invoice.currency,
        "total": _amount(invoice.total),
        "prepaid": _amount(invoice.prepaid),
        "payable": _amount(invoice.payable),
        "effect": _amount(invoice.effect),
        "payment_reference": invoice.payment_reference or None,
        "order_reference": invoice.order_reference or None,
        "preceding_invoice": invoice.preceding_invoice or None,
    }


def _readable(parsed: ParsedFile) -> Iterator[str]:
    """Yield the lines a person reads about a file."""
    kind = "status report" if parsed.kind is FileKind.STATUS_REPORT else parsed.kind.value.replace("_", " ")
    yield f"{parsed.name}: {kind}, {parsed.format}" if parsed.format else f"{parsed.name}: {kind}"
    for statement in parsed.statements:
        yield from _readable_statement(statement)
    if parsed.report is not None:
        yield from _readable_report(parsed.report)
    for invoice in parsed.invoices:
        yield (
            f"  {invoice.type.value.lower().replace('_', ' ')} {invoice.number} to {invoice.customer.name},"
            f" {invoice.currency} {invoice.payable}, due {invoice.due_date or 'not stated'}"
        )
        if invoice.needs_review:
            yield f"    look at this: {invoice.needs_review}"
    if parsed.table is not None:
        yield f"  {len(parsed.table.rows)} rows; columns: {', '.join(parsed.table.header)}"
    for rejected in parsed.all_rejected:
        yield f"  not read, {rejected.where}: {rejected.reason}"
    yield ""


def _readable_statement(statement: Statement) -> Iterator[str]:
    balances = f"{_amount(statement.opening_balance) or '?'} to {_amount(statement.closing_balance) or '?'}"
    yield (
        f"  statement {statement.id} of {statement.account or '?'}, {statement.currency} {balances},"
        f" {statement.entry_count} entries, net {_amount(statement.net_booked) or '0'}"
    )
    for line in statement.lines:
        day = _date(line.booking_date or line.value_date) or ""
        name = line.counterparty_name[:_NAME_WIDTH]
        text = " ".join(f"{line.structured_reference} {line.remittance}".split())[:_TEXT_WIDTH]
        yield f"    {day:10}  {line.amount!s:>14}  {name:{_NAME_WIDTH}}  {text}".rstrip()
    if statement.closes is False:
        yield f"  look at statement {statement.id} of {statement.account}: does not add up"


def _readable_report(report: StatusReport) -> Iterator[str]:
    about = " ".join(filter(None, (report.original_message_name, report.original_message_id))) or "?"
    yield f"  report {report.message_id or '?'} about {about}{_said(report.told)}"
    for batch in report.payments:
        yield f"    batch {batch.id or '?'}{_said(batch.told)}"
        for each in batch.transactions:
            told, amount = each.told, _amount(each.amount) or "?"
            name = (each.name or each.iban)[:_NAME_WIDTH]
            text = " ".join(f"{each.end_to_end_id or '?'} {told.information}".split())[: 2 * _TEXT_WIDTH]
            yield f"      {told.status or '?':4}  {told.reason:4}  {amount:>14}  {name:{_NAME_WIDTH}}  {text}"


def _said(told: Told) -> str:
    """Return what is said of a whole, as it ends a line; "" where nothing is."""
    return (": " + " ".join(filter(None, (told.status, told.reason, told.information)))).rstrip(": ")
