"""Real files: every fact that an independent reader found in them must be ours too.

The samples lie beside the project (../shared/data); without them these tests are skipped.
"""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest

from tijdig.domain.documents import DueDateSource, InvoiceType
from tijdig.domain.money import Money
from tijdig.formats.detect import FileKind, parse

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
STATEMENT = re.compile(
    r"\[acct=(.*?) id=(.*?) seq=(.*?) ntry=(\d+) net_booked=(.*?) open=(.*?) close=(.*?) arith=(.*?) "
)
DUE_SOURCES = {
    "DueDate": DueDateSource.DOCUMENT,
    "PaymentMeans/PaymentDueDate": DueDateSource.PAYMENT_MEANS,
    "PaymentTerms/PaymentDueDate": DueDateSource.PAYMENT_TERMS,
}

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not DATA.is_dir(), reason="the sample files are not beside the project"),
]


def rows(folder: str) -> list[dict[str, str]]:
    index = DATA / folder / "INDEX.tsv"
    if not index.is_file():
        return []
    with index.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source, delimiter="\t"))


BANK = [row for row in rows("bank") if re.match(r"camt\.05[234]/", row["path"])]
OTHER_BANK = [row for row in rows("bank") if re.match(r"(mt940|pain\.\d+)/", row["path"])]
UBL = [row for row in rows("einvoice") if row["syntax"].startswith("UBL")]
NOT_UBL = [row for row in rows("einvoice") if not row["syntax"].startswith("UBL")]


def stated(text: str) -> Decimal | None:
    return None if text in ("None", "") else Decimal(text)


def decimal(amount: Money | None) -> Decimal | None:
    return None if amount is None else amount.decimal


@pytest.mark.parametrize("row", BANK, ids=[row["path"] for row in BANK])
def test_a_camt_file(row: dict[str, str]) -> None:
    facts = row["expected_facts"]
    parsed = parse(row["path"], (DATA / "bank" / row["path"]).read_bytes())
    assert parsed.kind is FileKind.BANK_STATEMENT
    assert parsed.format.startswith(row["path"].partition("/")[0])
    if facts.startswith("XML does not parse"):
        assert parsed.statements == ()
        assert parsed.rejected[0].where.startswith("line ")
        return
    found = STATEMENT.findall(facts)
    assert len(parsed.statements) == int(facts.partition("statements=")[2].split()[0])
    pending = 0
    for statement, (account, identity, sequence, entries, net, opening, closing, arithmetic) in zip(
        parsed.statements,
        found,
        strict=False,  # the index describes the first few
    ):
        if account != "None":
            assert statement.account == account
        assert (statement.id, statement.sequence or "None") == (identity, sequence)
        assert abs((decimal(statement.net_booked) or 0) - (stated(net) or 0)) == 0
        for ours, theirs in ((statement.opening_balance, opening), (statement.closing_balance, closing)):
            expected = stated(theirs)
            assert decimal(ours) == (None if expected is None else round(expected, 2))
        if arithmetic == "OK":
            assert statement.closes
        assert statement.entry_count == int(entries)
        booked = {line.entry_index for line in statement.lines}
        pending += int(entries) - len(booked) - sum("entry" in one.where for one in statement.rejected)
    # Entries that are not booked are no lines; statements of a closed day have none.
    assert pending == 0 or (pending > 0 and not row["path"].startswith("camt.053/"))


@pytest.mark.parametrize("row", UBL, ids=[row["file"] for row in UBL])
def test_a_ubl_file(row: dict[str, str]) -> None:
    parsed = parse(row["file"], (DATA / "einvoice" / row["file"]).read_bytes())
    assert (parsed.kind, parsed.rejected) == (FileKind.INVOICE, ())
    (invoice,) = parsed.invoices
    texts = {
        "invoice_number": invoice.number,
        "doc_type_code": invoice.type_code,
        "issue_date": str(invoice.issue_date),
        "supplier": invoice.supplier.name,
        "customer": invoice.customer.name,
        "customer_trading_name": invoice.customer.trading_name,
        "customer_vat": invoice.customer.vat_number,
        "customer_legal_id": invoice.customer.legal_id,
        "customer_endpoint": invoice.customer.endpoint,
        "customer_country": invoice.customer.country,
        "currency": invoice.currency,
        "payment_reference": invoice.payment_reference,
        "payee_account": invoice.payee_account,
        "payee_if_other": invoice.payee,
        "order_ref": invoice.order_reference,
        "buyer_ref": invoice.buyer_reference,
        "preceding_invoice": invoice.preceding_invoice,
        "payment_terms_note": invoice.terms_text,
    }
    assert {name: " ".join(text.split()) for name, text in texts.items()} == {
        name: " ".join(row[name].split()) for name in texts
    }
    amounts = {
        "tax_inclusive": invoice.total,
        "prepaid": invoice.prepaid,
        "payable_amount": invoice.payable,
        "receivable_effect": invoice.effect,
    }
    assert {name: decimal(amount) for name, amount in amounts.items()} == {
        name: stated(row[name]) for name in amounts
    }
    assert (invoice.type is InvoiceType.CREDIT_NOTE) == (
        row["syntax"] == "UBL-CreditNote" or row["doc_type_code"] == "381"
    )
    if row["due_date"]:
        assert str(invoice.due_date) == row["due_date"]
        assert invoice.due_date_source is DUE_SOURCES[row["due_date_source"]]
    else:
        assert invoice.due_date_source in (DueDateSource.MISSING, DueDateSource.TERMS_TEXT)


@pytest.mark.parametrize("row", NOT_UBL, ids=[row["file"] for row in NOT_UBL])
def test_an_invoice_in_another_format_is_named(row: dict[str, str]) -> None:
    parsed = parse(row["file"], (DATA / "einvoice" / row["file"]).read_bytes())
    assert parsed.kind is FileKind.UNKNOWN
    assert parsed.format == ("PDF" if row["file"].endswith(".pdf") else "CII")
    assert parsed.rejected[0].reason.endswith("UBL")


@pytest.mark.parametrize("row", OTHER_BANK, ids=[row["path"] for row in OTHER_BANK])
def test_a_bank_file_in_another_format_is_never_taken_for_a_statement(row: dict[str, str]) -> None:
    parsed = parse(row["path"], (DATA / "bank" / row["path"]).read_bytes())
    assert parsed.kind in (FileKind.UNKNOWN, FileKind.TABLE)
    assert parsed.statements == ()
