"""Export what an organisation has, as JSON, CSV or Excel on standard output.

With --on the position at the end of that day is shown, from the rows themselves; without it, today's. What is
open, on account and its ageing can be of one customer; a statement of account is, from one day to another.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from tijdig.interfaces.cli.choosing import day, pick_organisation
from tijdig.interfaces.cli.main import Refused, WrongUse

_WHAT = (
    "customers", "invoices", "open-items", "on-account", "ageing", "statement-of-account", "payments",
    "allocations", "messages", "tasks",
)  # fmt: skip


def configure(parser: argparse.ArgumentParser) -> None:
    """Say which arguments there are."""
    parser.add_argument("what", choices=_WHAT, metavar="WHAT", help=", ".join(_WHAT))
    parser.add_argument(
        "--on", type=day, metavar="DATE", help="the day to show the position of (default: today)"
    )
    parser.add_argument("--customer", metavar="NUMBER", help="of this customer alone")
    parser.add_argument(
        "--from", dest="since", type=day, metavar="DATE",
        help="first day of a statement of account (default: the first day of the year of --on)",
    )  # fmt: skip
    parser.add_argument("--format", choices=("json", "csv", "xlsx"), default="json", help="default: json")
    parser.add_argument("--organisation", metavar="SLUG", help="needed where there are several")
    parser.add_argument("--json", action="store_true", help="the same as --format json")


def run(arguments: argparse.Namespace) -> int:
    """Write the export; return 0."""
    from tijdig.infra import tenancy
    from tijdig.reporting import exports

    _check(arguments)
    with tenancy.within(pick_organisation(arguments.organisation)):
        on, since = _days(arguments)
        rows = _rows(arguments, on=on, since=since)
        if arguments.format == "xlsx" and not arguments.json:
            try:
                exports.write_xlsx(arguments.what, sys.stdout.buffer, rows=rows)
            except exports.TooManyRows as too_many:
                raise Refused(str(too_many)) from too_many
            return 0
        for text in _pieces(arguments, rows, on=on, since=since):
            sys.stdout.write(text)
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """Raise WrongUse where words do not go together."""
    from tijdig.reporting import exports

    if arguments.what == exports.STATEMENT:
        if not arguments.customer:
            raise WrongUse("a statement of account is of one customer: add --customer NUMBER")
        return
    if arguments.since:
        raise WrongUse(f"--from is for {exports.STATEMENT}; “{arguments.what}” shows one day: --on DATE")
    if arguments.customer and not exports.of_one_customer(arguments.what):
        raise WrongUse(f"“{arguments.what}” is exported of all customers: leave --customer out")


def _days(arguments: argparse.Namespace) -> tuple[date, date | None]:
    """Return the day of the position and, of a statement, the first day."""
    from tijdig.infra import clock
    from tijdig.organisations import queries
    from tijdig.reporting import exports

    on = arguments.on or clock.today(queries.current().timezone)
    return on, (
        arguments.since or on.replace(month=1, day=1)
    ) if arguments.what == exports.STATEMENT else None


def _rows(arguments: argparse.Namespace, *, on: date, since: date | None) -> Iterable[dict[str, Any]]:
    from tijdig.organisations import queries
    from tijdig.reporting import exports
    from tijdig.reporting.statement_of_account import PeriodInvalid, statement_of_account

    customer_id = _customer_id(arguments.customer) if arguments.customer else None
    if customer_id is None or since is None:
        return exports.export(arguments.what, on=on, customer_id=customer_id)
    currency = queries.current().currency
    try:
        statement = statement_of_account(customer_id, since=since, until=on, currency=currency)
    except PeriodInvalid as invalid:
        raise WrongUse(str(invalid)) from invalid
    return exports.statement_rows(statement)


def _customer_id(number: str) -> int:
    from tijdig.customers import queries

    found = queries.by_numbers([number]).get(number)
    if found is None:
        raise Refused(f"there is no customer with number “{number}”; see `tijdig export customers`")
    return found


def _pieces(
    arguments: argparse.Namespace, rows: Iterable[dict[str, Any]], *, on: date, since: date | None
) -> Iterator[str]:
    from tijdig.reporting import exports

    if arguments.format == "csv" and not arguments.json:
        return exports.as_csv(arguments.what, rows=rows)
    return exports.as_json(arguments.what, on=on, rows=rows, since=since)
