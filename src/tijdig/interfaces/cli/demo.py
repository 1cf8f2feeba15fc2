"""The demonstration: `tijdig demo reset` makes its two organisations anew, ending today."""

from __future__ import annotations

import argparse
import json
import sys


def configure(parser: argparse.ArgumentParser) -> None:
    """Say which arguments there are."""
    parser.add_argument(
        "action", choices=["reset"], help="reset: throw the demonstration away and make it anew"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Make the demonstration anew; other organisations are not touched."""
    from tijdig.processes.demonstration import making

    making.reset(progress=show_progress)
    if arguments.json:
        logins = [
            {"email": each.email, "password": each.password, "role": each.role} for each in making.LOGINS
        ]
        print(json.dumps({"demo": "made anew", "logins": logins}))
        return 0
    for login in making.LOGINS:
        print(f"log in as {login.email} with {login.password} ({login.role})")
    return 0


def show_progress(what: str, done: int, total: int) -> None:
    """Tell on standard error how far it is."""
    print(f"  {what}: {done} of {total}", file=sys.stderr, flush=True)
