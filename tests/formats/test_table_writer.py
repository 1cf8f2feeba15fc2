"""Written tables open safely and read back."""

from __future__ import annotations

import gc
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from tijdig.formats import table, table_writer


@pytest.mark.parametrize(
    "cell", ["=1+1", "+++1+2", "+++123/4567/89002+++1", "-x", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"]
)
def test_no_written_cell_becomes_a_formula_and_each_reads_back(cell: str) -> None:
    as_csv = table_writer.csv_bytes(["a", "b"], [[cell, "x"]])
    assert f"'{cell}".encode() in as_csv
    as_xlsx = table_writer.xlsx_bytes(["a", "b"], [[cell, "x"]])
    sheet = load_workbook(io.BytesIO(as_xlsx)).active
    assert sheet is not None
    assert sheet["A2"].data_type == "s"
    for content in (as_csv, as_xlsx):
        assert table.read(content).rows[0].cells == (cell.strip(), "x")


def test_numbers_and_dates_are_written_as_such() -> None:
    rows = [[-5, Decimal("1.50"), date(2026, 1, 2), None, "-12,50"]]
    header = ["int", "amount", "day", "nothing", "text"]
    assert (
        table_writer.csv_bytes(header, rows).decode("utf-8-sig").splitlines()[1]
        == "-5;1.50;2026-01-02;;-12,50"
    )
    sheet = load_workbook(io.BytesIO(table_writer.xlsx_bytes(header, rows))).active
    assert sheet is not None
    assert [cell.data_type for cell in sheet[2]] == ["n", "n", "d", "n", "s"]


def test_a_sentence_with_commas_above_the_header_is_not_taken_for_columns() -> None:
    sentences = [["needed, always, this"], ["or, if not, that"], ["or a | pipe, too"]]
    header, row = ("nummer", "bedrag"), ("F;1", 'he said "1,50"')
    content = table_writer.csv_bytes(["one, two, three"], [*sentences, header, row])
    read = table.read(content)
    assert (read.header, read.rows[0].cells) == (header, row)


def test_control_characters_do_not_break_a_workbook() -> None:
    content = table_writer.xlsx_bytes(["a", "b"], [["x\x01y", "z"]])
    assert table.read(content).rows[0].cells == ("x y", "z")


def test_a_printed_ogm_is_no_formula_and_stays_what_it_is() -> None:
    ogm = "+++123/4567/89002+++"
    content = table_writer.csv_bytes(["a", "b"], [[ogm, "x"]])
    assert f"{ogm};x".encode() in content
    assert table.read(content).rows[0].cells == (ogm, "x")


def test_lines_are_written_with_the_decimal_sign_of_the_reader() -> None:
    lines = list(table_writer.csv_lines(["a", "b"], [[Decimal("-1234.50"), "x"]], decimal_sign=","))
    assert lines == ["\ufeffa;b\r\n", "-1234,50;x\r\n"]


def test_a_belgian_reference_is_written_as_it_is() -> None:
    assert b"\r\n+++123/4567/89002+++;" in table_writer.csv_bytes(["a", "b"], [["+++123/4567/89002+++", "x"]])


def test_a_workbook_that_is_given_up_halfway_leaves_nothing_to_complain() -> None:
    def rows() -> Iterator[list[table_writer.Cell]]:
        yield ["one"]
        raise KeyError("no more")

    with pytest.raises(KeyError):
        table_writer.xlsx_bytes(["name"], rows())
    gc.collect()
