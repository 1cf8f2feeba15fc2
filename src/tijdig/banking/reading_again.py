"""Reading kept bank files once more, for what of them counts now that another statement counts again or no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Count
from django.utils.translation import gettext as _

from tijdig.banking import taken_back
from tijdig.banking.incoming import Intake
from tijdig.banking.models import BankLine, BankStatement
from tijdig.banking.table_layouts import saved_layout
from tijdig.banking.told_twice import set_aside_lumps
from tijdig.formats import detect
from tijdig.infra import files, tenancy


class FileReadsOtherwise(ValueError):
    """A kept file cannot be read any more as it was when it came in; the message names it."""


def read_again(statement_ids: Collection[int]) -> None:
    """Let all count that these statements tell and no other that counts, as if they came in now.

    Their movements that were set aside with them wait again; what is new waits too. Raises FileReadsOtherwise.
    """
    of_file: dict[int, set[int]] = defaultdict(set)
    chosen = BankStatement.objects.filter(
        organisation_id=tenancy.current_organisation_id(), pk__in=list(statement_ids)
    )
    for statement_id, file_id in chosen.order_by("pk").values_list("pk", "file_id"):
        of_file[file_id].add(statement_id)
    for file_id, ids in of_file.items():
        _read_file(file_id, ids)
    taken_back.say_told_elsewhere(statement_ids)


def _read_file(file_id: int, chosen: Collection[int]) -> None:
    stored = files.read(file_id)
    content = bytes(stored.content)
    rows = list(
        BankStatement.objects.filter(
            organisation_id=tenancy.current_organisation_id(), file_id=file_id
        ).order_by("pk")
    )
    format_name = detect.bank_format(content)
    intake = Intake()
    try:
        intake.take(
            detect.bank_statements(stored.name, content, None if format_name else saved_layout(content))
        )
    except detect.StatementsUnreadable as error:
        raise _reads_otherwise(stored.name) from error
    if len(intake.statements) != len(rows):
        raise _reads_otherwise(stored.name)
    intake.store(
        [row.pk for row in rows],
        [row.account_id for row in rows],
        format_name=format_name or "CSV",
        again=[place for place, row in enumerate(rows) if row.pk in chosen],
    )
    set_aside_lumps(list(chosen))
    _count(rows, intake, chosen, format_name or "CSV")


def _reads_otherwise(name: str) -> FileReadsOtherwise:
    return FileReadsOtherwise(
        _("%(name)s cannot be read any more as it was when it came in. Import it once more.") % {"name": name}
    )


def _count(rows: list[BankStatement], intake: Intake, chosen: Collection[int], format_name: str) -> None:
    """Write down how many movements of each count as its own, and how many others told before."""
    standing = BankLine.objects.filter(statement_id__in=list(chosen)).exclude(fingerprint__contains="-")
    own = dict(standing.order_by().values_list("statement_id").annotate(Count("pk")))
    changed = []
    for row, incoming in zip(rows, intake.statements, strict=True):
        if row.pk in chosen:
            row.format, row.new_lines = format_name, own.get(row.pk, 0)
            row.known_lines = max(incoming.lines - row.new_lines, 0)
            changed.append(row)
    BankStatement.objects.bulk_update(changed, ["format", "new_lines", "known_lines"], batch_size=1000)
