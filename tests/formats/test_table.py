"""Tables: encodings, delimiters, limits, and how people write amounts and dates."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from tijdig.domain.money import AmountInvalid, Money
from tijdig.formats import table


@pytest.mark.parametrize(
    "text, minor",
    [
        ("1.234,56", 123456),
        ("1234.5", 123450),
        ("1234,5", 123450),
        ("1.234", 123400),
        ("1.234.567", 123456700),
        ("1,234,567.89", 123456789),
        ("€ 1 234,50", 123450),
        ("EUR 5", 500),
        ("5 EUR", 500),
        ("-12", -1200),
        ("−12,00", -1200),
        ("12,50-", -1250),
        ("(12,00)", -1200),
        ("1'234.50", 123450),
        ("12,500", None),
        ("0.123", None),
        ("12.345.67", None),
        ("12345,678", None),
        ("1e5", None),
        ("twaalf", None),
        ("", None),
        ("  ", None),
        ("€", None),
        ("9" * 20, None),
    ],
)
def test_amounts_as_people_write_them(text: str, minor: int | None) -> None:
    if minor is None:
        with pytest.raises(AmountInvalid):
            table.amount(text, "EUR")
    else:
        assert table.amount(text, "EUR") == Money(minor, "EUR")


@given(st.integers(-(10**12), 10**12))
def test_an_amount_written_in_dutch_is_read_back(minor: int) -> None:
    written = f"{Decimal(minor) / 100:,.2f}".translate(str.maketrans(".,", ",."))
    assert table.amount(written, "EUR") == Money(minor, "EUR")


@pytest.mark.parametrize(
    "text, day",
    [
        ("31-12-2026", date(2026, 12, 31)),
        ("31/12/2026", date(2026, 12, 31)),
        ("1.2.26", date(2026, 2, 1)),
        ("2026-12-31", date(2026, 12, 31)),
        ("20261231", date(2026, 12, 31)),
        ("2026-12-31T10:11:12", date(2026, 12, 31)),
        ("3 mrt 2026", date(2026, 3, 3)),
        ("3 maart 2026", date(2026, 3, 3)),
        ("1 juin 2026", date(2026, 6, 1)),
        ("1 juillet 2026", date(2026, 7, 1)),
        ("1 août 2026", date(2026, 8, 1)),
        ("4-Okt-26", date(2026, 10, 4)),
        ("46000", date(2025, 12, 9)),
        ("12/31/2026", None),
        ("30-02-2026", None),
        ("morgen", None),
        ("123", None),
        ("", None),
    ],
)
def test_dates_as_people_write_them(text: str, day: date | None) -> None:
    if day is None:
        with pytest.raises(table.DayInvalid):
            table.day(text)
    else:
        assert table.day(text) == day


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_delimiter_and_encoding_are_found(delimiter: str, encoding: str) -> None:
    text = (
        f'Nummer{delimiter}Naam\r\n1{delimiter}Café "De Één"\r\n\r\n2{delimiter}"regel{delimiter}\nbreuk"\r\n'
    )
    read = table.read(text.encode(encoding))
    assert read.header == ("Nummer", "Naam")
    assert [(row.number, row.cells) for row in read.rows] == [
        (2, ("1", 'Café "De Één"')),
        (4, ("2", f"regel{delimiter}\nbreuk")),
    ]


def test_a_title_above_the_header_is_passed_over_and_excels_own_hint_is_followed() -> None:
    read = table.read(b'sep=,\r\nOpenstaande posten\r\n\r\nNummer,Bedrag\r\n7,"1,50"\r\n')
    assert read.header == ("Nummer", "Bedrag")
    assert read.rows == (table.Row(4, ("7", "1,50")),)


def test_short_rows_are_filled_and_long_rows_say_so() -> None:
    rows = table.read(b"a;b\n1\n1;2;3\n1;2;;\n").rows
    assert rows[0] == table.Row(2, ("1", ""))
    assert rows[1].problem == "the row has 3 cells, the header has 2"
    assert rows[2] == table.Row(4, ("1", "2"))


@pytest.mark.parametrize("content", [b"", b"\n\n", b" ; ;\n", b"\x00\x01\x02"])
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(table.TableRefused):
        table.read(content)


def test_limits_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "LARGEST_ROWS", 2)
    monkeypatch.setattr(table, "LARGEST_COLUMNS", 3)
    assert len(table.read(b"a;b\n1;2\n1;2\n").rows) == 2
    with pytest.raises(table.TableRefused, match="more than 2 rows"):
        table.read(b"a;b\n1;2\n1;2\n1;2\n")
    with pytest.raises(table.TableRefused, match="4 columns"):
        table.read(b"a;b;c;d\n")
    monkeypatch.setattr(table, "LARGEST_SIZE", 3)
    with pytest.raises(table.TableRefused, match="larger than"):
        table.read(b"a;b\n")


def test_a_cell_beyond_csvs_own_limit_is_refused_with_its_line() -> None:
    with pytest.raises(table.TableRefused, match="line 2"):
        table.read(b"a;b\n1;" + b"x" * 200_000)


def test_an_excel_sheet_is_read_as_text() -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["Nummer", "Bedrag", "Datum", "Leeg"])
    sheet.append([1001, 0.1 + 0.2, date(2026, 2, 3), None])
    sheet.append(["A-2", 1.234, "3-2-2026", "x"])
    target = io.BytesIO()
    workbook.save(target)
    read = table.read(target.getvalue())
    assert read.format == "xlsx"
    assert read.rows[0] == table.Row(2, ("1001", "0.3", "2026-02-03", ""))
    assert read.rows[1].cells[1] == "1.2340"
    with pytest.raises(AmountInvalid):
        table.amount(read.rows[1].cells[1], "EUR")


@pytest.mark.parametrize("content", [b"PK\x03\x04 damaged", b"PK\x05\x06" + b"\0" * 18])
def test_a_damaged_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(table.TableRefused, match="Excel file"):
        table.read(content)
