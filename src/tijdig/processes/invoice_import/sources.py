"""Where rows come from: a table whose columns are known, or e-invoices, one or a zip of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tijdig.domain.documents import InvoiceType
from tijdig.formats import archive, detect, table
from tijdig.formats.archive import Member
from tijdig.infra.readers_language import in_words
from tijdig.organisations.queries import OrganisationView
from tijdig.processes.invoice_import import columns, documents
from tijdig.processes.invoice_import.columns import Field, TableKind
from tijdig.processes.invoice_import.table_rows import House, RowReader
from tijdig.processes.invoice_import.values import Draft, ReadRow

DOCUMENT_HEADER = (
    gettext_lazy("File"), gettext_lazy("Invoice number"), gettext_lazy("Customer"), gettext_lazy("Amount"),
    gettext_lazy("Currency"),
)  # fmt: skip


class FileRefused(ValueError):
    """The file holds nothing that can be imported. The message says what it is, and what to do."""


class Source(Protocol):
    """Rows that can be read more than once."""

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the cells of each row."""

    @property
    def missing(self) -> tuple[tuple[Field, ...], ...]:
        """Fields that have no column yet; while there are any, no row can be read."""

    def count(self) -> int:
        """Return how many rows there are."""

    def rows(self) -> Iterator[ReadRow]:
        """Yield the rows in order."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as somebody gave it."""

    name: str
    content: bytes


class TableSource:
    """The rows of a CSV or Excel file."""

    def __init__(
        self,
        *,
        content: bytes,
        kind: TableKind,
        mapping: Mapping[Field, int],
        house: OrganisationView,
        on: date,
    ) -> None:
        self._content = content
        self._kind = kind
        self._house = House(currency=house.currency, on=on)
        self.header, _rows = open_table(content)
        self.mapping = {field: column for field, column in mapping.items() if column < len(self.header)}
        self.missing = columns.missing(self.mapping, kind)
        self._count: int | None = None
        self._clashing: dict[tuple[str, bool], list[int]] = {}

    def count(self) -> int:
        """Return how many rows there are; looks for numbers that come twice on the way."""
        if self._count is None:
            self._count = self._survey()
        return self._count

    def rows(self) -> Iterator[ReadRow]:
        """Yield each row as read; of rows that are the same to the letter, the first."""
        self.count()
        reader = RowReader(kind=self._kind, mapping=self.mapping, house=self._house)
        repeated: set[tuple[str, ...]] = set()
        for row in open_table(self._content)[1]:
            places = self._clashing.get(self._key(row.cells), ())
            problem = row.problem
            if places and row.cells in repeated:
                problem = problem or _("the same as a row before it")
            elif places and len(places) > 1:
                problem = problem or _("the number is in the file more than once: rows %(rows)s") % {
                    "rows": ", ".join(map(str, places[:5]))
                }
            if places:
                repeated.add(row.cells)
            yield reader.read(table.Row(row.number, row.cells, problem))

    def _survey(self) -> int:
        """Count the rows, and note the numbers that come more than once with the rows that differ."""
        seen: dict[tuple[str, bool], tuple[int, int]] = {}
        total = 0
        try:
            for row in open_table(self._content)[1]:
                total += 1
                key = self._key(row.cells)
                first_row, first_content = seen.setdefault(key, (row.number, hash(row.cells)))
                if first_row != row.number and key[0]:
                    places = self._clashing.setdefault(key, [first_row])
                    if hash(row.cells) != first_content:
                        places.append(row.number)
        except table.TableRefused as error:
            raise FileRefused(in_words(str(error))) from error
        return total

    def _key(self, cells: tuple[str, ...]) -> tuple[str, bool]:
        """Return what must be unique in the file; an invoice and a credit note may share a number."""
        field = Field.NUMBER if self._kind is TableKind.INVOICES else Field.CUSTOMER_NUMBER
        column = self.mapping.get(field)
        number = cells[column] if column is not None else ""
        if self._kind is TableKind.CUSTOMERS:
            return number, False
        amount = self.mapping.get(Field.OPEN, self.mapping.get(Field.AMOUNT))
        text = cells[amount] if amount is not None else ""
        return number, "-" in text or "(" in text


class DocumentSource:
    """E-invoices: one, or the members of a zip file."""

    missing: tuple[tuple[Field, ...], ...] = ()

    def __init__(self, *, members: Sequence[Member], house: OrganisationView, on: date) -> None:
        self.header = tuple(str(name) for name in DOCUMENT_HEADER)
        self._members = members
        self._house = house
        self._on = on

    def count(self) -> int:
        """Return how many files there are."""
        return len(self._members)

    def rows(self) -> Iterator[ReadRow]:
        """Yield each document; one whose number came before with other content is a problem."""
        seen: dict[tuple[InvoiceType, str], Draft] = {}
        names: dict[str, int] = {}
        for member in self._members:
            times = names[member.name] = names.get(member.name, 0) + 1
            where = member.name if times == 1 else f"{member.name} ({times})"
            for row in self._read(member, where):
                if row.draft is None:
                    yield row
                    continue
                earlier = seen.setdefault((row.draft.type, row.draft.number), row.draft)
                if earlier is row.draft:
                    yield row
                else:
                    same = earlier == row.draft
                    yield _left_out(
                        row,
                        _("the same document came before")
                        if same
                        else _("another document in this import has the number %(number)s")
                        % {"number": row.draft.number},
                    )

    def _read(self, member: Member, where: str) -> Iterator[ReadRow]:
        parsed = detect.parse(member.name, member.content)
        for document in parsed.invoices:
            yield documents.read(
                document, where=where, content=member.content, house=self._house, on=self._on
            )
        for rejected in parsed.rejected:
            place = where if rejected.where in ("", "file") else f"{where}: {in_words(rejected.where)}"
            yield ReadRow(where=place, problems=(in_words(rejected.reason),))
        if not parsed.invoices and not parsed.rejected:
            found = _("a bank statement") if parsed.statements else _("a table")
            yield ReadRow(where=where, problems=(_("this is %(what)s, no invoice") % {"what": found},))


def open_table(content: bytes) -> tuple[tuple[str, ...], Iterator[table.Row]]:
    """Return header and rows of a table. Raises FileRefused."""
    try:
        return table.stream(content)
    except table.TableRefused as error:
        raise FileRefused(in_words(str(error))) from error


def open_archive(content: bytes) -> tuple[Member, ...]:
    """Return the files of a zip. Raises FileRefused."""
    try:
        return tuple(archive.members(content))
    except archive.ArchiveRefused as error:
        raise FileRefused(in_words(str(error))) from error


def _left_out(row: ReadRow, problem: str) -> ReadRow:
    return ReadRow(where=row.where, cells=row.cells, problems=(problem,))
