"""Everything the organisation has, to take along: rows with the same columns every time, streamed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, TypeVar

from django.db import connection
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from tijdig.domain.money import Money
from tijdig.domain.reasons import SENTENCES, Reason
from tijdig.formats import table_writer
from tijdig.formats.table_writer import neutralised
from tijdig.ledger.queries import Movement
from tijdig.ledger.queries.as_of import parameters
from tijdig.reporting.export_queries import EXPORT_QUERIES, ExportQuery
from tijdig.reporting.statement_of_account import StatementOfAccount

Row = TypeVar("Row")
WHAT = tuple(EXPORT_QUERIES)
_ROWS_AT_A_TIME = 2000
_MOST_IN_A_SHEET = 1_048_576


class ExportUnknown(ValueError):
    """There is no export of this name; the message names those there are."""


STATEMENT = "statement-of-account"
"""Not of a day but of a customer and a period; its rows are made by `statement_rows`."""
_STATEMENT_COLUMNS = (
    "customer_number", "customer_name", "date", "kind", "number", "due_date", "settles", "currency", "amount",
    "balance",
)  # fmt: skip
_STATEMENT_AMOUNTS = frozenset({"amount", "balance"})


def columns(what: str) -> tuple[str, ...]:
    """Return the names of the columns of an export or of STATEMENT, in order. Raises ExportUnknown."""
    return _STATEMENT_COLUMNS if what == STATEMENT else _query(what).columns


def statement_rows(statement: StatementOfAccount) -> Iterator[dict[str, Any]]:
    """Yield a statement as rows of an export: per currency OPENING, each movement with its balance, CLOSING."""
    for part in statement.parts:
        whose = {"customer_number": statement.customer.number, "customer_name": statement.customer.name}
        common = {**whose, "number": None, "due_date": None, "settles": None, "currency": part.currency}
        opening, since = str(part.opening), statement.since.isoformat()
        yield {**common, "date": since, "kind": "OPENING", "amount": None, "balance": opening}
        for line in part.lines:
            yield {**common, **_movement(line.movement), "balance": str(line.balance)}
        closing, until = str(part.closing), statement.until.isoformat()
        yield {**common, "date": until, "kind": "CLOSING", "amount": None, "balance": closing}


def _movement(movement: Movement) -> dict[str, str | None]:
    return {
        "date": movement.day.isoformat(),
        "kind": movement.kind.value,
        "number": movement.number or None,
        "due_date": _moment(movement.due_date),
        "settles": " ".join(movement.item_numbers) + (" …" if movement.more else "") or None,
        "amount": str(movement.amount),
    }


def of_one_customer(what: str) -> bool:
    """Return whether an export can be of one customer. Raises ExportUnknown."""
    return bool(_query(what).of_customer)


def amounts(what: str) -> frozenset[str]:
    """Return which columns of an export or of STATEMENT hold amounts. Raises ExportUnknown."""
    return _STATEMENT_AMOUNTS if what == STATEMENT else _query(what).amounts


def export(
    what: str,
    *,
    on: date,
    customer_id: int | None = None,
    limit: int | None = None,
    say: Callable[[Reason], str] = str,
) -> Iterator[dict[str, Any]]:
    """Return the rows of an export as the position was at the end of `on`, at most `limit` of them.

    Amounts are decimal texts beside their currency, dates and moments ISO texts, a reason is its code and its
    sentence (English, unless `say` puts it otherwise); None where nothing is known. Read as a stream: memory
    stays flat whatever there is, and the rows are those of the moment it was asked for. With `customer_id` of
    that customer alone. Raises ExportUnknown, also where there is none of one customer.
    """
    query = _query(what)
    sql = query.sql if customer_id is None else query.of_customer
    if not sql:
        raise ExportUnknown(f"“{what}” is exported of all customers only")
    if limit is not None:
        sql = f"{sql} LIMIT {int(limit)}"
    # A cursor of the server's own, that outlives the statement (WITH HOLD) and the stay in this organisation.
    cursor = connection.chunked_cursor()
    cursor.execute(sql, parameters(on, customer_id))
    return _rows(query, cursor, say)


def _query(what: str) -> ExportQuery:
    if what not in EXPORT_QUERIES:
        raise ExportUnknown(f"“{what}” cannot be exported: choose {', '.join(WHAT)}")
    return EXPORT_QUERIES[what]


def _rows(query: ExportQuery, cursor: Any, say: Callable[[Reason], str]) -> Iterator[dict[str, Any]]:
    stored = [name for name in query.columns if name != "reason_code"]
    write = _writer(query, stored, say)
    with closing(cursor):
        while rows := cursor.fetchmany(_ROWS_AT_A_TIME):
            yield from map(write, rows)


def _writer(
    query: ExportQuery, stored: list[str], say: Callable[[Reason], str]
) -> Callable[[tuple[Any, ...]], dict[str, Any]]:
    """Return what turns a row of the database into a row of the export."""
    amounts = tuple(name for name in stored if name in query.amounts)
    moments = tuple(name for name in stored if name.endswith(("_date", "_at", "_since")))

    def write(row: tuple[Any, ...]) -> dict[str, Any]:
        found = dict(zip(stored, row, strict=True))
        for name in amounts:
            found[name] = str(Money(int(found[name]), found["currency"]))
        for name in moments:
            found[name] = _moment(found[name])
        if query.reason:
            found |= _reason(found.pop(query.reason), say)
        return found

    return write


def _moment(value: date | datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _reason(stored: str | dict[str, Any] | None, say: Callable[[Reason], str]) -> dict[str, str | None]:
    """Return the code and the sentence of a stored reason."""
    data = json.loads(stored) if isinstance(stored, str) else stored
    if not data:
        return {"reason_code": None, "reason": None}
    code = data["code"]
    facts = {name: value for name, value in data.items() if name != "code"}
    # A code of an older version may have lost its sentence; the export still tells what is stored.
    sentence = say(Reason(code, facts)) if code in SENTENCES else json.dumps(facts, ensure_ascii=False)
    return {"reason_code": code, "reason": sentence}


def as_json(
    what: str, *, on: date, rows: Iterable[dict[str, Any]], since: date | None = None
) -> Iterator[str]:
    """Yield one JSON document, piece by piece: {"what", "on", "rows": […]}; of a period also "from"."""
    begin = f' "from": "{since.isoformat()}",' if since else ""
    yield f'{{"what": {json.dumps(what)},{begin} "on": "{on.isoformat()}", "rows": ['
    between = "\n"
    for row in rows:
        yield between + json.dumps(row, ensure_ascii=False)
        between = ",\n"
    yield "\n]}\n"


def as_csv(what: str, *, rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield a CSV, line by line, with a header; no cell can become a formula in a spreadsheet."""
    names = columns(what)
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in names])
        yield _taken(target)
    yield _taken(target)


class TooManyRows(ValueError):
    """An Excel sheet cannot hold that many rows."""


def write_xlsx(what: str, target: BinaryIO, *, rows: Iterable[dict[str, Any]]) -> None:
    """Write an Excel workbook: dates as dates, amounts and whole numbers as numbers, the rest as text.

    Row by row, through a temporary file of its own. Raises TooManyRows past what a sheet can hold.
    """
    names = columns(what)
    table_writer.write_xlsx(target, names, _typed(names, amounts(what), within_a_sheet(rows)))


def within_a_sheet(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows. Raises TooManyRows past what an Excel sheet can hold."""
    for place, row in enumerate(rows, 2):
        if place > _MOST_IN_A_SHEET:
            raise TooManyRows(
                _("An Excel sheet holds %(most)s rows at most, and there are more: take CSV.")
                % {"most": number_format(_MOST_IN_A_SHEET - 1, force_grouping=True)}
            )
        yield row


def _typed(
    names: Sequence[str], amounts: frozenset[str], rows: Iterable[dict[str, Any]]
) -> Iterator[list[Any]]:
    for row in rows:
        yield [_excel_value(name, row[name], amounts) for name in names]


def _excel_value(name: str, value: Any, amounts: frozenset[str]) -> Any:
    if value is None or not isinstance(value, str):
        return value
    if name in amounts:
        return Decimal(value)
    if name == "date" or name.endswith(("_date", "_since")):
        return date.fromisoformat(value)
    return value


def _cell(value: Any) -> str:
    return "" if value is None else neutralised(value) if isinstance(value, str) else str(value)


def _taken(target: io.StringIO) -> str:
    text = target.getvalue()
    target.seek(0)
    target.truncate()
    return text
