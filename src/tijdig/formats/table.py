"""Tables (CSV, Excel): a header and rows of text, and how people write amounts and dates in them."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tijdig.domain.money import AmountInvalid, Money, exponent
from tijdig.formats.archive import is_zip

LARGEST_ROWS = 2_000_000
LARGEST_COLUMNS = 200
LARGEST_SIZE = 256 * 1024 * 1024
LARGEST_UNPACKED = 1024 * 1024 * 1024
_DELIMITERS = ";,\t|"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_SNIFFED_ROWS = 30
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAYS = range(32_874, 73_051)  # 1990-01-01 … 2100-01-01

_SPACES = re.compile(r"[\s'’`\u00a0\u202f]")
_CURRENCY_WORDS = re.compile(r"^(EUR|€|USD|\$|GBP|£)|(EUR|€|USD|\$|GBP|£)$", re.IGNORECASE)
_SNIFFED_CHARACTERS = 65_536
_PIECE = 1024 * 1024
_CENTS = re.compile(r"(\d{1,12})[.,](\d\d)\Z", re.ASCII)
_PLAIN = re.compile(r"\d+([.,]\d+)?\Z")
_GROUPED = re.compile(r"(\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?)\Z")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})\Z")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})\Z")
_NAMED_MONTH = re.compile(r"(\d{1,2})[-/. ]*([A-Za-zéûä]{3,10})\.?[-/. ]*(\d{4}|\d{2})\Z")
_MONTHS = {
    "jan": 1, "feb": 2, "fév": 2, "fev": 2, "maa": 3, "mrt": 3, "mar": 3, "mär": 3, "apr": 4, "avr": 4,
    "mei": 5, "mai": 5, "may": 5, "jun": 6, "jui": 6, "jul": 7, "aug": 8, "aoû": 8, "aou": 8, "sep": 9,
    "okt": 10, "oct": 10, "nov": 11, "dec": 12, "déc": 12, "dez": 12,
}  # fmt: skip


class TableRefused(ValueError):
    """The file is no table that can be read. The message says why, in words for a user."""


class DayInvalid(ValueError):
    """The text is not a date. The message says how to write one."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its number in the file (the header's row counts), its cells as wide as the header.

    `problem` says what is wrong with the row itself ("" where nothing is).
    """

    number: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows; `format` is "csv" or "xlsx"."""

    format: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]


def read(content: bytes) -> Table:
    """Return the table in `content` (CSV in any usual encoding and delimiter, or the first sheet of an xlsx).

    Raises TableRefused for an empty file, one without columns, or one past the limits.
    """
    header, rows = stream(content)
    return Table("xlsx" if is_zip(content) else "csv", header, tuple(rows))


def stream(
    content: bytes, *, is_header: Callable[[Sequence[str]], bool] | None = None
) -> tuple[tuple[str, ...], Iterator[Row]]:
    """Return the header, and the rows as they are read; raises TableRefused as `read`, also on the way.

    The header is the first row that `is_header` knows, and otherwise the first that looks like one.
    """
    if len(content) > LARGEST_SIZE:
        raise TableRefused(f"the file is larger than {LARGEST_SIZE // 1024**2} MB; split it")
    records = _xlsx_records(content) if is_zip(content) else _csv_records(content)
    numbered = enumerate(records, start=1)
    first = list(itertools.islice(numbered, _SNIFFED_ROWS))
    position = _header_position([record for _, record in first], is_header)
    header = _trimmed(first[position][1])
    if len(header) > LARGEST_COLUMNS:
        raise TableRefused(f"the table has {len(header)} columns, {LARGEST_COLUMNS} is the most")
    return header, _rows(itertools.chain(first[position + 1 :], numbered), len(header))


def amount(text: str, currency: str) -> Money:
    """Return the amount written as people do: "1.234,56", "€ 1 234.5", "-12", "(12,00)", "12,50-".

    One dot before exactly three digits parts thousands, as in Dutch; a comma there could mean either and is
    refused, as are more decimals than the currency has. Raises AmountInvalid.
    """
    # The plain case first: it is nearly all of them.
    if (cents := _CENTS.match(text)) and exponent(currency) == 2:
        return Money(int(cents[1] + cents[2]), currency)
    bare = _CURRENCY_WORDS.sub("", _SPACES.sub("", text).replace("−", "-"))
    negative = bare.startswith("-") or bare.endswith("-") or (bare.startswith("(") and bare.endswith(")"))
    digits = _CURRENCY_WORDS.sub("", bare.strip("+-()"))
    if not digits:
        raise AmountInvalid("there is no amount" if not text.strip() else f"“{text}” is not an amount")
    if _PLAIN.match(digits):
        value = Money.of(_plain(digits, text, currency), currency)
    elif _GROUPED.match(digits):
        value = Money.of(_ungrouped(digits), currency)
    else:
        raise AmountInvalid(f"“{text}” is not an amount; write it like 1.234,56 or 1234.56")
    return -value if negative else value


def day(text: str) -> date:
    """Return the date written as d-m-y, y-m-d (any of - / . between), "3 jan 2026", or Excel's day number.

    Raises DayInvalid.
    """
    bare = re.sub(r"[ T]\d{1,2}:\d{2}.*", "", text.strip())
    if match := _YEAR_FIRST.match(bare):
        return _date(text, match[1], match[2], match[3])
    if match := _DAY_FIRST.match(bare):
        return _date(text, match[3], match[2], match[1])
    if match := _NAMED_MONTH.match(bare):
        month = match[2].lower()
        number = 7 if month.startswith("juil") else _MONTHS.get(month[:3], 0)
        return _date(text, match[3], str(6 if month.startswith("juin") else number), match[1])
    if bare.isascii() and bare.isdigit() and int(bare[:9]) in _EXCEL_DAYS:
        return _EXCEL_EPOCH + timedelta(days=int(bare))
    raise DayInvalid(
        f"“{text}” is not a date; write it like 31-12-2026 or 2026-12-31" if bare else "there is no date"
    )


def _date(text: str, year: str, month: str, day_of_month: str) -> date:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day_of_month))
    except ValueError as error:
        raise DayInvalid(f"“{text}” is not a day that exists; the order is day, month, year") from error


def _plain(digits: str, text: str, currency: str) -> str:
    """Return digits with at most one separator as a plain decimal; what could mean two things is refused."""
    whole, separator, decimals = digits.replace(",", ".").partition(".")
    if len(decimals) == 3 and separator and len(whole) <= 3:
        if whole.startswith("0") or "," in digits or exponent(currency) == 3:
            raise AmountInvalid(f"“{text}” can be read in two ways; write it with two decimals")
        return whole + decimals
    return whole + separator + decimals


def _ungrouped(digits: str) -> str:
    """Return "1.234.567,89" or "1,234,567.89" as a plain decimal."""
    last = max(digits.rfind("."), digits.rfind(","))
    if digits.count(digits[last]) > 1:
        return digits.replace(".", "").replace(",", "")
    return digits[:last].replace(".", "").replace(",", "") + "." + digits[last + 1 :]


def _header_position(
    records: Sequence[Sequence[str]], is_header: Callable[[Sequence[str]], bool] | None
) -> int:
    """Return the place of the header: the first record with two filled cells, else the first with one."""
    for place, record in enumerate(records if is_header else ()):
        if is_header and is_header(_trimmed(record)):
            return place
    for least in (2, 1):
        for place, record in enumerate(records):
            if sum(1 for cell in record if cell.strip()) >= least:
                return place
    raise TableRefused("the file is empty")


def _trimmed(record: Sequence[str]) -> tuple[str, ...]:
    cells = [_unmarked(bare) if bare[:1] == "'" else bare for bare in map(str.strip, record)]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _unmarked(bare: str) -> str:
    """Return a cell without the apostrophe that marks a text for Excel ('=, '+, '-, '@)."""
    return bare[1:].strip() if bare[1:2] in _FORMULA_STARTS else bare


def _rows(numbered: Iterable[tuple[int, Sequence[str]]], width: int) -> Iterator[Row]:
    for count, (number, record) in enumerate(numbered):
        if count >= LARGEST_ROWS:
            raise TableRefused(f"the table has more than {LARGEST_ROWS} rows; split it")
        cells = _trimmed(record)
        if not cells:
            continue
        if len(cells) == width:
            yield Row(number, cells)
        elif len(cells) > width:
            problem = f"the row has {len(cells)} cells, the header has {width}"
            yield Row(number, cells[:width], problem)
        else:
            yield Row(number, cells + ("",) * (width - len(cells)))


def _csv_records(content: bytes) -> Iterator[list[str]]:
    lines = io.TextIOWrapper(io.BytesIO(content), encoding=_encoding(content), errors="replace", newline="")
    start = lines.read(_SNIFFED_CHARACTERS)
    lines.seek(0)
    delimiter = ""
    if match := re.match(r"sep=(.)\r?\n", start, re.IGNORECASE):
        delimiter, start = match[1], start[match.end() :]
        lines.readline()
    reader = csv.reader(lines, delimiter=delimiter or _delimiter(start))
    try:
        yield from reader
    except csv.Error as error:
        raise TableRefused(f"line {reader.line_num} cannot be read: {error}") from error


def _encoding(content: bytes) -> str:
    """Return the encoding of a text: the first that reads all of it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in content[:4096]:
        raise TableRefused("the file is not text")
    return next((name for name in ("utf-8-sig", "cp1252") if _reads(content, name)), "latin-1")


def _reads(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for offset in range(0, len(content), _PIECE):
            decoder.decode(content[offset : offset + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(text: str) -> str:
    """Return the delimiter under which the first rows have the most equal columns."""

    def worth(delimiter: str) -> tuple[int, int]:
        try:
            records = itertools.islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 20)
            widths = [len(record) for record in records if record]
        except csv.Error:
            return (0, 0)
        common = max(set(widths), key=widths.count, default=0)
        return (widths.count(common) if common > 1 else 0, common)

    return max(_DELIMITERS, key=worth)


def _xlsx_records(content: bytes) -> Iterator[list[str]]:
    # Loaded when it is needed: the command line starts three times faster without it.
    from openpyxl import load_workbook

    _within_limits(content)
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for sheet in workbook.worksheets:
            sheet.reset_dimensions()
            filled = False
            for values in sheet.iter_rows(values_only=True):
                filled = filled or any(value is not None for value in values)
                yield [_excel_text(value) for value in values]
            if filled:
                return
    except TableRefused:
        raise
    except Exception as error:  # openpyxl raises whatever a damaged file leads to
        raise TableRefused(f"the Excel file cannot be read: {error}") from error


def _within_limits(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise TableRefused(f"the Excel file is damaged: {error}") from error
    if size > LARGEST_UNPACKED:
        raise TableRefused(f"the Excel file unpacks to more than {LARGEST_UNPACKED // 1024**2} MB")


def _excel_text(value: object) -> str:
    """Return a cell's value as text that `amount` and `day` read back without doubt."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float):
        text = f"{value:.15g}"  # Excel itself keeps fifteen digits; the rest is noise of binary fractions
        return text + "0" if re.search(r"\.\d{3}\Z", text) else text
    return str(value)
