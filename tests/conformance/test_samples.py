"""Real files: every fact that an independent reader found in them must be ours too.

The samples lie beside the project (../shared/data); without them these tests are skipped.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
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
MT940_STATEMENT = re.compile(r"\[(60F|60M|-) tx=(\d+) net=(\S+) open=(\S+) close=(\S+) arith=([A-Za-z/]+)")
# The index describes the first four statements of a file and counts each page as one; these hold more.
PAGES_NOT_DESCRIBED = {
    "mt940/betterplace__mt940_parser__sepa_mt9401.txt": 6,
    "mt940/svenstaro__mt940-rs__sepa_mt9401.sta": 6,
}
# A sample that leaves out the balances (as the standard does not allow): nothing tells the currency.
WITHOUT_CURRENCY = {"mt940/tryton__mt940__MT940-optional.txt": 3}
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
MT940 = [row for row in rows("bank") if row["path"].startswith("mt940/")]
OTHER_BANK = [row for row in rows("bank") if re.match(r"pain\.\d+/", row["path"])]
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


@dataclass
class Described:
    """What the index says of one statement of an MT940."""

    entries: int
    net: Decimal
    opening: Decimal | None
    closing: Decimal | None
    closes: bool


def described(facts: str) -> list[Described]:
    """Return the statements the index describes, the pages of one put together."""
    found: list[Described] = []
    for tag, entries, net, opening, closing, arithmetic in MT940_STATEMENT.findall(facts):
        page = Described(
            int(entries), Decimal(net), stated(opening), stated(closing), arithmetic in ("OK", "n/a")
        )
        before = found[-1] if found else None
        if tag == "60M" and before is not None and before.closing in (None, page.opening):
            before.entries += page.entries
            before.net += page.net
            before.closing = page.closing
            before.closes = before.closes and page.closes
        else:
            found.append(page)
    return found


@pytest.mark.parametrize("row", MT940, ids=[row["path"] for row in MT940])
def test_an_mt940_file(row: dict[str, str]) -> None:
    path, facts = row["path"], row["expected_facts"]
    parsed = parse(path, (DATA / "bank" / path).read_bytes())
    assert (parsed.kind, parsed.rejected) == (FileKind.BANK_STATEMENT, ())
    assert parsed.format == ("MT942" if "MT942" in row["special"] else "MT940")
    expected = described(facts)
    pages = len(MT940_STATEMENT.findall(facts)) - len(expected) + PAGES_NOT_DESCRIBED.get(path, 0)
    assert len(parsed.statements) == int(facts.partition("statements=")[2].split()[0]) - pages
    assert sum(one.entry_count for one in parsed.statements) == int(facts.partition(":61:=")[2].split()[0])
    assert len(parsed.all_rejected) == WITHOUT_CURRENCY.get(path, 0)
    if path in WITHOUT_CURRENCY:
        return
    for statement, ours in zip(parsed.statements, expected, strict=False):  # the first four are described
        assert (statement.entry_count, decimal(statement.net_booked)) == (ours.entries, ours.net)
        assert decimal(statement.opening_balance) == ours.opening
        assert ours.closing is None or decimal(statement.closing_balance) == ours.closing
        assert ours.closing is None or statement.closes is ours.closes
        assert statement.account.replace(" ", "") in facts.partition("accounts=")[2].replace(" ", "")
        assert sum(line.amount.minor for line in statement.lines) == round(ours.net * 100)


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
    assert parsed.statements == ()
    if row["path"].startswith("pain.002/"):
        assert (parsed.kind, parsed.rejected) == (FileKind.STATUS_REPORT, ())
        assert parsed.report is not None
    else:
        assert parsed.kind in (FileKind.UNKNOWN, FileKind.TABLE)
