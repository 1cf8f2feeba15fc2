"""A folder where banks' files are put by whatever fetches them; each is taken in and moved away.

`<folder>/` holds what is new, `<folder>/done/` what was taken in and `<folder>/refused/` what was not, each
beside a text that says why. A file that is still being written is left for the next round.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from tijdig.banking.operations import BankFileRefused
from tijdig.infra import audit
from tijdig.processes import cash_application
from tijdig.processes.cash_application import TooBusy, is_bank_file, unpacked

# A file that was written to within this time may still be growing.
_QUIET = timedelta(seconds=10)
_MOST_FILES = 200


@dataclass(frozen=True, slots=True)
class FolderReport:
    """What a round brought: files taken in and refused, movements added."""

    taken_in: int = 0
    refused: int = 0
    new_lines: int = 0


def take_in(folder: Path, *, largest: int, on: date, at: datetime, actor: str) -> FolderReport:
    """Take in the bank files in `folder`; files larger than `largest` bytes are refused unread.

    Each is a transaction of its own and is moved after it: killed in between, it is taken in once more, which
    changes nothing.
    """
    taken_in = refused = new_lines = 0
    for path in _waiting(folder, at):
        try:
            new, why = _take_in_one(path, largest=largest, on=on, actor=actor)
        except TooBusy:
            continue
        except _Refused as refusal:
            new, why = 0, str(refusal)
        new_lines += new
        if why:
            refused += 1
            _move(path, folder / "refused", at, why=why)
            audit.record(actor=actor, action="bank.file_refused", data={"name": path.name[:200]})
        else:
            taken_in += 1
            _move(path, folder / "done", at)
    return FolderReport(taken_in, refused, new_lines)


class _Refused(ValueError):
    """The file is none that belongs in this folder."""


def _waiting(folder: Path, at: datetime) -> list[Path]:
    """Return the files that are complete, oldest first. Links and hidden files are not followed."""
    if not folder.is_dir():
        return []
    quiet_since = (at - _QUIET).timestamp()
    found = [
        (facts.st_mtime, Path(entry.path))
        for entry in os.scandir(folder)
        if entry.is_file(follow_symlinks=False)
        and not entry.name.startswith(".")
        and (facts := entry.stat(follow_symlinks=False)).st_mtime <= quiet_since
    ]
    return [path for _written, path in sorted(found)[:_MOST_FILES]]


def _take_in_one(path: Path, *, largest: int, on: date, actor: str) -> tuple[int, str]:
    """Take in one file, or all in a zip; return how many movements were new, and why what was refused was.

    One in a zip that is refused does not keep the others out. Raises _Refused for the whole file, TooBusy.
    """
    if path.stat().st_size > largest:
        raise _Refused(f"the file is larger than {largest // 1024**2} MB")
    members = unpacked(path.name, path.read_bytes())
    wrong = [member.name for member in members if not is_bank_file(member.content)]
    if wrong:
        raise _Refused(f"{', '.join(wrong[:5])}: this is no bank statement that Tijdig knows")
    new_lines, reasons = 0, []
    for member in members:
        try:
            done = cash_application.import_bank_file(
                name=member.name, content=member.content, on=on, actor=actor
            )
        except BankFileRefused as refusal:
            reasons.append(f"{member.name}: {refusal}" if len(members) > 1 else str(refusal))
        else:
            new_lines += done.new_lines
    return new_lines, "\n".join(reasons)


def _move(path: Path, target: Path, at: datetime, why: str = "") -> None:
    """Move the file out of the way, under a name of its own; with its reason beside it."""
    target.mkdir(exist_ok=True)
    place = target / f"{at:%Y%m%d-%H%M%S}-{path.name}"
    number = 1
    while place.exists():
        number += 1
        place = target / f"{at:%Y%m%d-%H%M%S}-{number}-{path.name}"
    path.rename(place)
    if why:
        place.with_name(f"{place.name}.reason.txt").write_text(f"{why}\n", encoding="utf-8")
