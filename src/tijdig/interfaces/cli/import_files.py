"""Import files: bank statements, status reports, e-invoices, tables of invoices or customers, and zips of them.

What a file is, is found out by itself; a table by its columns. Good rows are stored, the others are listed
with their reasons. Exit code 1 when a file or a row was refused.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tijdig.formats import archive, pain002
from tijdig.formats.detect import FileKind
from tijdig.interfaces.cli import choosing

ACTOR = "cli"
_SHOWN_REJECTIONS = 20


@dataclass(frozen=True, slots=True)
class Part:
    """What is imported together: a statement, a table, or the e-invoices of one file."""

    name: str
    kind: str
    files: tuple[archive.Member, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a part: counts, and what was left out with where and why."""

    name: str
    kind: str
    counts: Mapping[str, int]
    words: str = ""
    """What a person reads instead of the counts; "" for the counts."""
    rejected: tuple[Mapping[str, str], ...] = ()
    warnings: tuple[Mapping[str, str], ...] = ()
    """What is odd about a statement though it was taken in."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Take the files and where they go."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a file, a zip of files, or a folder")
    parser.add_argument(
        "--organisation", metavar="SLUG", help="whose they are; needed when there are several"
    )
    parser.add_argument(
        "--accept-reviewed", action="store_true", help="store e-invoices that a person should look at, too"
    )
    parser.add_argument(
        "--new-account",
        action="store_true",
        help="say that accounts in bank files that are not known yet are yours, too",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Import the files and print what came of each; return 0 when nothing was refused, 1 otherwise."""
    from tijdig.infra import tenancy

    paths = choosing.files(arguments.files)
    outcomes: list[Outcome] = []
    with tenancy.within(choosing.pick_organisation(arguments.organisation)):
        for path in paths:
            for part in parts(str(path), choosing.content(path)):
                outcome = _imported(
                    part,
                    accepted=("*",) if arguments.accept_reviewed else (),
                    new_accounts=arguments.new_account,
                )
                outcomes.append(outcome)
                if not arguments.json:
                    print("\n".join(_readable(outcome)))
    if arguments.json:
        json.dump(
            {"files": [_described(outcome) for outcome in outcomes]}, sys.stdout, ensure_ascii=False, indent=1
        )
        print()
    return 1 if any(outcome.rejected for outcome in outcomes) else 0


def parts(name: str, content: bytes) -> Iterator[Part]:
    """Yield what a file holds, apart: each statement and each table, and its e-invoices together."""
    if not archive.is_zip(content) or archive.is_workbook(content):
        yield Part(name, _kind(content), (archive.Member(Path(name).name, content),))
        return
    try:
        members = tuple(archive.members(content))
    except archive.ArchiveRefused:
        yield Part(name, "invoice", (archive.Member(Path(name).name, content),))
        return
    for member in members:
        if _kind(member.content) != "invoice":
            yield Part(f"{name}/{member.name}", _kind(member.content), (member,))
    documents = tuple(member for member in members if _kind(member.content) == "invoice")
    if documents or not members:
        yield Part(name, "invoice", documents or (archive.Member(Path(name).name, content),))


def _kind(content: bytes) -> str:
    from tijdig.processes.cash_application import is_bank_file

    if pain002.looks_like(content):
        return FileKind.STATUS_REPORT
    if is_bank_file(content):
        return "bank_statement"
    start = content[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return "invoice" if start.startswith(b"<") else "table"


def _imported(part: Part, *, accepted: Sequence[str], new_accounts: bool) -> Outcome:
    from tijdig.banking.operations import BankFileRefused
    from tijdig.processes.invoice_import import ColumnsMissing, FileRefused

    try:
        if part.kind == FileKind.STATUS_REPORT:
            return _status_report(part)
        if part.kind == "bank_statement":
            return _bank_statement(part, new_accounts=new_accounts)
        return _rows(part, accepted)
    except (BankFileRefused, FileRefused, ColumnsMissing) as refusal:
        return Outcome(part.name, part.kind, {}, rejected=({"where": "file", "reason": str(refusal)},))


def _today() -> date:
    from tijdig.infra import clock
    from tijdig.organisations import queries

    return clock.today(queries.current().timezone)


def _bank_statement(part: Part, *, new_accounts: bool) -> Outcome:
    from tijdig.banking.queries import Flag
    from tijdig.processes.cash_application import import_bank_file

    (file,) = part.files
    done = import_bank_file(
        name=file.name, content=file.content, on=_today(), actor=ACTOR, new_accounts=new_accounts
    )
    counts = {
        "statements": len(done.statements),
        "new": done.new_lines,
        "known": done.already_known,
        "booked": done.booked,
        "waiting": done.waiting,
    }
    unread = tuple(
        {"where": rejected.where, "reason": rejected.reason}
        for statement in done.statements
        for rejected in statement.rejected
    )
    odd = tuple(
        {"statement": statement.number, "account": statement.account, "warning": flag.value}
        for statement in done.statements
        for flag in statement.flags
        if flag in (Flag.DOES_NOT_ADD_UP, Flag.GAP_BEFORE, Flag.NUMBER_SKIPPED)
    )
    return Outcome(part.name, part.kind, counts, rejected=unread, warnings=odd)


def _status_report(part: Part) -> Outcome:
    from tijdig.processes.cash_application import import_bank_file

    (file,) = part.files
    done = import_bank_file(name=file.name, content=file.content, on=_today(), actor=ACTOR)
    heard = done.heard
    assert heard is not None
    counts = {
        "refunds_refused": heard.refunds,
        "taken_back": heard.returns,
        "told_already": heard.told_already,
        "going_on": heard.going_on,
        "unknown": heard.unknown,
    }
    if not done.is_new:
        words = "was here already"
    elif not heard.is_ours:
        words = "nothing in it is about our payments or collections"
    else:
        words = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count)
    return Outcome(part.name, part.kind, {"new": int(done.is_new), **counts}, words)


def _rows(part: Part, accepted: Sequence[str]) -> Outcome:
    from tijdig.processes import invoice_import
    from tijdig.processes.invoice_import import TableKind, Upload

    uploads = [Upload(file.name, file.content) for file in part.files]
    batch_id = invoice_import.receive(uploads=uploads, actor=ACTOR)
    done = invoice_import.confirm(batch_id=batch_id, on=_today(), actor=ACTOR, accept_reviewed=accepted)
    counts = {"rows": done.total, "new": done.new, "known": done.known}
    if done.kind is TableKind.CUSTOMERS:
        counts["changed"] = done.changed
    else:
        counts |= {
            "invoices": done.invoices,
            "credit_notes": done.credit_notes,
            "payments_booked": done.booked_payments,
        }
    kind = f"table of {done.kind.value.lower()}" if part.kind == "table" else part.kind
    return Outcome(part.name, kind, counts, rejected=done.rejected)


def _described(outcome: Outcome) -> dict[str, Any]:
    return {
        "file": outcome.name,
        "kind": outcome.kind.partition(" of ")[0],
        "holds": outcome.kind.partition(" of ")[2] or None,
        **outcome.counts,
        "rejected": [dict(each) for each in outcome.rejected],
        "warnings": [dict(each) for each in outcome.warnings],
    }


def _readable(outcome: Outcome) -> Iterator[str]:
    """Yield the lines a person reads about a part."""
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in outcome.counts.items())
    kind = "status report" if outcome.kind == FileKind.STATUS_REPORT else outcome.kind.replace("_", " ")
    yield f"{outcome.name}: {kind}; {outcome.words or counts or 'refused'}"
    for each in outcome.warnings:
        words = each["warning"].replace("_", " ").lower()
        yield f"  look at statement {each['statement']} of {each['account']}: {words}"
    for each in outcome.rejected[:_SHOWN_REJECTIONS]:
        yield f"  left out, {each['where']}: {each['reason']}"
    if len(outcome.rejected) > _SHOWN_REJECTIONS:
        yield f"  and {len(outcome.rejected) - _SHOWN_REJECTIONS} more; --json lists them all"
