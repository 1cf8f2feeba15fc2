"""Writing tables (CSV, Excel) that open safely: no cell can become a formula."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# A comma between digits is part of an amount.
_QUOTED = re.compile(r'[;\t|"\r\n]|,(?!\d)')
_NUMBER = re.compile(r"[+-]?\d[\d.,]*\Z")
# A Belgian structured communication as it is printed; with a mark before it, it would be another reference.
_OGM = re.compile(r"\+{3}\d{3}/\d{4}/\d{5}\+{3}\Z")
Cell = str | int | Decimal | date | None


def neutralised(text: str) -> str:
    """Return `text` so that a spreadsheet shows it instead of calculating it.

    Plain numbers stay numbers, and a printed OGM stays what it is: it ends in signs, so it is no formula.
    """
    if not text.startswith(_FORMULA_STARTS) or _NUMBER.match(text) or _OGM.match(text):
        return text
    return f"'{text}"


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a CSV as Excel in Europe opens it: UTF-8 with its mark, semicolons, formulas neutralised."""
    return "".join(csv_lines(header, rows)).encode()


def csv_lines(
    header: Sequence[str], rows: Iterable[Sequence[Cell]], *, decimal_sign: str = "."
) -> Iterator[str]:
    """Yield the same line by line; amounts are written with this decimal sign."""
    yield "\ufeff" + _csv_line(header, decimal_sign)
    for row in rows:
        yield _csv_line(row, decimal_sign)


def xlsx_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str = "Tijdig") -> bytes:
    """Return an Excel workbook of one sheet: a bold header that stays, texts as texts, numbers as such."""
    target = io.BytesIO()
    write_xlsx(target, header, rows, sheet=sheet)
    return target.getvalue()


def write_xlsx(
    target: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str = "Tijdig"
) -> None:
    """Write what `xlsx_bytes` returns, row by row through a temporary file: however long, it takes little memory."""
    # Loaded when it is needed: the command line starts three times faster without it.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    workbook = Workbook(write_only=True)
    page = workbook.create_sheet(sheet[:31])
    page.freeze_panes = "A2"

    def cell(value: Cell, *, font: Font | None = None) -> Any:
        shown: Any = _without_controls(value) if isinstance(value, str) else value
        made = WriteOnlyCell(page, value=shown)
        if isinstance(value, str):
            made.data_type = "s"
        if font:
            made.font = font
        return made

    for place, name in enumerate(header):
        page.column_dimensions[_column(place)].width = max(12, min(len(name) + 4, 40))
    page.append([cell(name, font=Font(bold=True)) for name in header])
    try:
        for row in rows:
            page.append([cell(value) for value in row])
    except BaseException:
        page.close()  # its file is half written; left to itself it complains when it is thrown away
        raise
    workbook.save(target)


def _csv_line(row: Sequence[Cell], decimal_sign: str) -> str:
    """Return a line. What could be taken for a delimiter is quoted, whichever delimiter a reader tries."""
    texts = (_csv_text(cell, decimal_sign) for cell in row)
    quoted = ('"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text for text in texts)
    return ";".join(quoted) + "\r\n"


def _csv_text(cell: Cell, decimal_sign: str) -> str:
    if isinstance(cell, Decimal):
        return str(cell).replace(".", decimal_sign)
    return neutralised(cell) if isinstance(cell, str) else "" if cell is None else str(cell)


def _without_controls(text: str) -> str:
    """Return `text` without the control characters that XML cannot hold."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", " ", text)


def _column(place: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(place + 1))
