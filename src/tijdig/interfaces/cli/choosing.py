"""Which organisation and which day a command is about; shared by the commands."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tijdig.interfaces.cli.main import Refused, WrongUse


def day(text: str) -> date:
    """Return the date written as 2026-11-20; for argparse, which makes anything else wrong use."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:  # a day that does not exist, such as 30 February
        pass
    raise argparse.ArgumentTypeError(f"“{text}” is not a date: write it as 2026-11-20")


def files(names: Sequence[str]) -> tuple[Path, ...]:
    """Return the files of these names; a folder stands for the files in it, at any depth, in their order.

    Hidden files are left out of a folder. Raises WrongUse for a name that is not there or an empty folder.
    """
    found: list[Path] = []
    for path in map(Path, names):
        if not path.is_dir():
            if not path.exists():
                raise WrongUse(f"there is no file {path}")
            found.append(path)
            continue
        inside = sorted(file for file in path.rglob("*") if file.is_file() and not _is_hidden(file, path))
        if not inside:
            raise WrongUse(f"the folder {path} holds no files")
        found += inside
    return tuple(found)


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def content(path: Path) -> bytes:
    """Return the bytes of a file, at most what is refused as too large; raises Refused when unreadable."""
    from tijdig.formats.detect import LARGEST_SIZE

    try:
        with path.open("rb") as source:
            return source.read(LARGEST_SIZE + 1)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror or error}") from error


def pick_organisation(slug: str | None) -> int:
    """Return the id of the organisation of this short name; without one, of the only one there is.

    Raises Refused when there is none, WrongUse when there are several to choose from.
    """
    from tijdig.organisations import queries

    if slug:
        found = queries.by_slug_id(slug)
        if found is None:
            raise Refused(f"there is no organisation “{slug}”; see `tijdig organisation list`")
        return found
    there = queries.every()
    if not there:
        raise Refused("there is no organisation yet; make one: tijdig organisation create --name NAME")
    if len(there) > 1:
        names = ", ".join(organisation.slug for organisation in there)
        raise WrongUse(f"there are several organisations; choose one with --organisation: {names}")
    return there[0].id
