"""Which files are bank files, wherever they come from: an upload, a folder, the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db import transaction

from tijdig.banking.table_layouts import save_layout, saved_layout
from tijdig.domain.documents import Rejected, StatementLine
from tijdig.formats import archive, bank_table, detect, pain002, table
from tijdig.formats.archive import Member
from tijdig.formats.bank_table import BankTableRefused, Holds, Layout, LayoutInvalid

_SHOWN = 20


def is_bank_file(content: bytes) -> bool:
    """Return whether it holds bank movements, or what a bank says of orders (pain.002).

    As far as its beginning and its columns tell.
    """
    return (
        detect.is_bank_statement(content) or pain002.looks_like(content) or saved_layout(content) is not None
    )


def unpacked(name: str, content: bytes) -> tuple[Member, ...]:
    """Return the file; of a zip that holds bank files, its members."""
    if not archive.is_zip(content) or archive.is_workbook(content):
        return (Member(name, content),)
    try:
        members = tuple(archive.members(content))
    except archive.ArchiveRefused:
        return (Member(name, content),)  # whoever takes it in says what is wrong with it
    return members if any(is_bank_file(member.content) for member in members) else (Member(name, content),)


@dataclass(frozen=True, slots=True)
class TablePreview:
    """What a table would bring if its columns were read so: the first movements, and what cannot be read.

    `problem` says why nothing can be read yet, "" when it can; `examples` has a filled cell per column.
    """

    header: tuple[str, ...]
    examples: tuple[str, ...]
    columns: Mapping[int, Holds]
    problem: str
    lines: tuple[StatementLine, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    total: int = 0


def table_preview(
    *, content: bytes, columns: Mapping[int, Holds] | None = None, account: str = ""
) -> TablePreview:
    """Return what a table would bring; without `columns` they are guessed from their names.

    Raises formats.table.TableRefused for a file that is no table.
    """
    header, rows = table.stream(content)
    examples = [""] * len(header)
    for row in islice(rows, _SHOWN):
        for place, cell in enumerate(row.cells):
            examples[place] = examples[place] or cell
    chosen = dict(bank_table.guess(header)) if columns is None else dict(columns)
    shown = TablePreview(header, tuple(examples), chosen, "")
    try:
        statements = bank_table.read(content, _layout(chosen, account))
    except (LayoutInvalid, BankTableRefused) as problem:
        return TablePreview(header, tuple(examples), chosen, str(problem))
    lines: Sequence[StatementLine] = [line for statement in statements for line in statement.lines]
    rejected = tuple(part for statement in statements for part in statement.rejected)
    return TablePreview(
        shown.header, shown.examples, chosen, "", tuple(lines[:_SHOWN]), rejected[:_SHOWN], len(lines)
    )


@transaction.atomic
def keep_layout(*, content: bytes, columns: Mapping[int, Holds], account: str, actor: str) -> None:
    """Read tables with these columns so from now on. Raises LayoutInvalid."""
    save_layout(content=content, layout=_layout(columns, account), actor=actor)


def _layout(columns: Mapping[int, Holds], account: str) -> Layout:
    return Layout(tuple(sorted(columns.items())), account="".join(account.split()).upper())
