"""Everything the organisation has, to take along: rows with the same columns every time, streamed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import date, datetime
from typing import Any

from django.db import connection

from tijdig.domain.money import Money
from tijdig.domain.reasons import SENTENCES, Reason
from tijdig.formats.table_writer import neutralised
from tijdig.infra import tenancy
from tijdig.reporting.export_queries import EXPORT_QUERIES, ExportQuery

WHAT = tuple(EXPORT_QUERIES)
_ROWS_AT_A_TIME = 2000


class ExportUnknown(ValueError):
    """There is no export of this name; the message names those there are."""


def columns(what: str) -> tuple[str, ...]:
    """Return the names of the columns of an export, in order. Raises ExportUnknown."""
    return _query(what).columns


def export(
    what: str, *, on: date, limit: int | None = None, say: Callable[[Reason], str] = str
) -> Iterator[dict[str, Any]]:
    """Return the rows of an export as the position was at the end of `on`, at most `limit` of them.

    Amounts are decimal texts beside their currency, dates and moments ISO texts, a reason is its code and its
    sentence (English, unless `say` puts it otherwise); None where nothing is known. Read as a stream: memory
    stays flat whatever there is, and the rows are those of the moment it was asked for. Raises ExportUnknown.
    """
    query = _query(what)
    given: dict[str, Any] = {"organisation": tenancy.current_organisation_id(), "on": on}
    sql = query.sql if limit is None else f"{query.sql} LIMIT {int(limit)}"
    # A cursor of the server's own, that outlives the statement (WITH HOLD) and the stay in this organisation.
    cursor = connection.chunked_cursor()
    cursor.execute(sql, given)
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


def as_json(what: str, *, on: date, rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield one JSON document, piece by piece: {"what", "on", "rows": […]}."""
    yield f'{{"what": {json.dumps(what)}, "on": "{on.isoformat()}", "rows": ['
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


def _cell(value: Any) -> str:
    return "" if value is None else neutralised(value) if isinstance(value, str) else str(value)


def _taken(target: io.StringIO) -> str:
    text = target.getvalue()
    target.seek(0)
    target.truncate()
    return text
