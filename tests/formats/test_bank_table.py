"""Banks' own tables: every usual layout, what a person points out, and rows that cannot be read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tijdig.domain.documents import Statement, StatementLine
from tijdig.domain.money import Money
from tijdig.formats import bank_table, detect
from tijdig.formats.bank_table import BankTableRefused, Holds, Layout, LayoutInvalid
from tijdig.formats.detect import FileKind

SAMPLES = Path(__file__).parent / "bank_tables"


def sample(bank: str) -> str:
    return (SAMPLES / f"{bank}.csv").read_text()


@pytest.mark.parametrize(
    ("bank", "text", "account", "amounts", "balances"),
    [
        ("ING", sample("ing"), "NL20INGB0001234567", ["-50.00", "121.00"], ("1050.00", "1121.00")),
        ("Rabobank", sample("rabo"), "NL02RABO0123456789", ["121.00", "-50.00"], ("1000.00", "1071.00")),
        ("KBC", sample("kbc"), "BE68539007547034", ["121.00", "-50.00"], ("1000.00", "1071.00")),
        ("Belfius", sample("belfius"), "BE68539007547034", ["121.00"], (None, None)),
        ("ABN AMRO", sample("abn"), "123456789", ["121.00", "-50.00"], ("1000.00", "1071.00")),
        ("Triodos", sample("triodos"), "NL27TRIO0123456789", ["121.00", "-50.00"], ("1000.00", "1071.00")),
        ("bunq", sample("bunq"), "NL54BUNQ0123456789", ["121.00"], (None, None)),
        ("Knab", sample("knab"), "NL48KNAB0123456789", ["121.00"], (None, None)),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 12 else "",
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_the_tables_of_usual_banks_are_known(
    bank: str,
    text: str,
    account: str,
    amounts: list[str],
    balances: tuple[str | None, str | None],
    encoding: str,
) -> None:
    parsed = detect.parse("movements.csv", text.encode(encoding))
    assert (parsed.kind, parsed.format, parsed.all_rejected) == (FileKind.BANK_STATEMENT, f"CSV {bank}", ())
    [statement] = parsed.statements
    assert (statement.account, statement.currency, statement.entry_count) == (account, "EUR", len(amounts))
    assert [str(line.amount) for line in statement.lines] == amounts
    opening, closing = statement.opening_balance, statement.closing_balance
    assert (opening and str(opening), closing and str(closing)) == balances
    assert statement.from_date == date(2026, 11, 2)


def first(text: str) -> StatementLine:
    [statement] = bank_table.read(text.encode())
    return next(line for line in statement.lines if line.amount.minor > 0)


def test_what_a_row_tells_of_a_payment_is_kept() -> None:
    line = first(sample("ing"))
    assert (line.counterparty_name, line.counterparty_iban) == ("Voorbeeld", "NL91ABNA0417164300")
    assert (line.remittance, line.end_to_end_id) == ("factuur 2026-0042", "E2E-1")
    assert first(sample("kbc")).structured_reference == "+++312/4013/98067+++"
    assert first(sample("rabo")).structured_reference == "5000056789012345"
    assert first(sample("rabo")).remittance == "factuur 2026- 0042"
    [statement] = bank_table.read(sample("rabo").encode())
    assert (statement.lines[1].returned, statement.lines[1].return_reason) == (True, "AM04")
    assert (statement.lines[1].mandate_id, statement.lines[1].end_to_end_id) == ("M1", "")


def test_a_layout_that_was_pointed_out_reads_any_table() -> None:
    text = "When;What;In;Out\n3 nov 2026;factuur 9;12,50;\n4 nov 2026;kosten;;3\n5 nov 2026;?;een;\n"
    layout = Layout(
        ((0, Holds.BOOKING_DATE), (1, Holds.TEXT), (2, Holds.MONEY_IN), (3, Holds.MONEY_OUT)), account="NL1"
    )
    [statement] = bank_table.read(text.encode(), layout)
    assert [str(line.amount) for line in statement.lines] == ["12.50", "-3.00"]
    assert (statement.account, statement.net_booked) == ("NL1", Money(950, "EUR"))
    assert [rejected.where for rejected in statement.rejected] == ["row 4"]


def test_two_accounts_are_two_statements() -> None:
    text = sample("bunq") + '"2026-11-03","2026-11-03","-1.00","NL11BUNQ0987654321","","Bank","kosten"\n'
    assert [each.account for each in bank_table.read(text.encode())] == [
        "NL54BUNQ0123456789",
        "NL11BUNQ0987654321",
    ]


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        (((0, Holds.AMOUNT),), "date"),
        (((0, Holds.BOOKING_DATE),), "amount"),
        (((0, Holds.BOOKING_DATE), (1, Holds.MONEY_IN)), "amount"),
        (((0, Holds.BOOKING_DATE), (1, Holds.AMOUNT), (2, Holds.AMOUNT)), "same"),
        (((0, Holds.BOOKING_DATE), (1, Holds.AMOUNT), (2, Holds.MONEY_IN)), "not both"),
    ],
)
def test_a_layout_that_cannot_be_read_says_what_is_missing(
    columns: tuple[tuple[int, Holds], ...], problem: str
) -> None:
    with pytest.raises(LayoutInvalid, match=problem):
        Layout(columns)


@pytest.mark.parametrize(
    "text", ["", "a;b\n1;2\n", sample("ing").splitlines()[0], "Datum;Bedrag\n1-1-2026;5\n"]
)
def test_what_is_no_banks_table_is_refused(text: str) -> None:
    with pytest.raises(BankTableRefused):
        bank_table.read(text.encode())
    assert not detect.bank_format(text.encode()) or text == sample("ing").splitlines()[0]


def test_an_invoice_table_is_no_bank_table() -> None:
    text = "Factuurnummer;Factuurdatum;Vervaldatum;Bedrag;Debiteur\nF1;1-11-2026;1-12-2026;10,00;Klant\n"
    assert detect.parse("invoices.csv", text.encode()).kind is FileKind.TABLE


@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_are_read_or_refused(content: bytes, after_a_header: bool) -> None:
    if after_a_header:
        content = sample("ing").splitlines()[0].encode() + b"\n" + content
    try:
        statements = bank_table.read(content)
    except BankTableRefused:
        return
    assert all(isinstance(statement, Statement) for statement in statements)


@given(
    st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=30),
    st.integers(-(10**9), 10**9),
    st.booleans(),
)
def test_balances_follow_from_the_rows_in_either_order(
    amounts: list[int], opening: int, newest_first: bool
) -> None:
    rows, balance = [], opening
    for place, amount in enumerate(amounts):
        balance += amount
        day = date(2026, 1, 1 + place % 28) if place < 28 else date(2026, 1, 28)
        rows.append(f'"{day}";"{Money(amount, "EUR")}";"{Money(balance, "EUR")}"')
    text = "\n".join(["Datum;Bedrag;Saldo", *(reversed(rows) if newest_first else rows)])
    layout = Layout(((0, Holds.BOOKING_DATE), (1, Holds.AMOUNT), (2, Holds.BALANCE_AFTER)))
    [statement] = bank_table.read(text.encode(), layout)
    assert (statement.opening_balance, statement.closing_balance) == (
        Money(opening, "EUR"),
        Money(balance, "EUR"),
    )
    assert statement.closes
