"""Export what an organisation has, as JSON or CSV on standard output.

With --on the position at the end of that day is shown, from the rows themselves; without it, today's.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from tijdig.interfaces.cli.choosing import day, pick_organisation

_WHAT = ("customers", "invoices", "open-items", "payments", "allocations", "messages", "tasks")


def configure(parser: argparse.ArgumentParser) -> None:
    """Say which arguments there are."""
    parser.add_argument("what", choices=_WHAT, metavar="WHAT", help=", ".join(_WHAT))
    parser.add_argument(
        "--on", type=day, metavar="DATE", help="the day to show the position of (default: today)"
    )
    parser.add_argument("--format", choices=("json", "csv"), default="json", help="default: json")
    parser.add_argument("--organisation", metavar="SLUG", help="needed where there are several")
    parser.add_argument("--json", action="store_true", help="the same as --format json")


def run(arguments: argparse.Namespace) -> int:
    """Write the export; return 0."""
    from tijdig.infra import tenancy

    with tenancy.within(pick_organisation(arguments.organisation)):
        for text in _pieces(arguments):
            sys.stdout.write(text)
    return 0


def _pieces(arguments: argparse.Namespace) -> Iterator[str]:
    from tijdig.infra import clock
    from tijdig.organisations import queries
    from tijdig.reporting import exports

    on = arguments.on or clock.today(queries.current().timezone)
    rows = exports.export(arguments.what, on=on)
    if arguments.format == "csv" and not arguments.json:
        return exports.as_csv(arguments.what, rows=rows)
    return exports.as_json(arguments.what, on=on, rows=rows)
