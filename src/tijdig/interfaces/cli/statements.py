"""Bank statements: list them, take one back whole, or take it in again.

Taking back undoes all that was booked of a statement, by reversing entries, and sets its movements aside. It
happens whole or not at all.
"""

from __future__ import annotations

import argparse
import json
from datetime import date
from typing import Any

from tijdig.interfaces.cli import choosing
from tijdig.interfaces.cli.main import Refused

ACTOR = "cli"
_MOST = 500


def configure(parser: argparse.ArgumentParser) -> None:
    """Take what to do, with which statements."""
    parser.add_argument("--organisation", metavar="SLUG", help="whose; needed when there are several")
    acts = parser.add_mutually_exclusive_group()
    acts.add_argument("--take-back", metavar="ID", type=int, nargs="+", help="take these statements back")
    acts.add_argument(
        "--take-in-again", metavar="ID", type=int, nargs="+", help="take in again what was taken back"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Do it, or list the newest statements; refused whole with a reason, exit code 1."""
    from tijdig.infra import tenancy

    with tenancy.within(choosing.pick_organisation(arguments.organisation)):
        acts = arguments.take_back or arguments.take_in_again
        told = _act(arguments) if acts else {"statements": _listed()}
    if arguments.json:
        print(json.dumps(told, ensure_ascii=False, indent=1))
    elif "statements" in told:
        print("\n".join(map(_line, told["statements"])) or "there is no statement yet")
    else:
        print(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in told.items()))
    return 0


def _act(arguments: argparse.Namespace) -> dict[str, Any]:
    from tijdig.banking.reading_again import FileReadsOtherwise
    from tijdig.banking.taken_back import StatementMissing, StatementStands, StatementTakenBack
    from tijdig.processes import cash_application

    refusals = (
        FileReadsOtherwise,
        StatementMissing,
        StatementStands,
        StatementTakenBack,
        cash_application.StatementStays,
        cash_application.TooBusy,
    )
    try:
        if arguments.take_back:
            back = cash_application.take_statements_back(
                statement_ids=arguments.take_back, on=_today(), actor=ACTOR
            )
            return {
                "payments_undone": back.payments,
                "returns_undone": back.returns,
                "refunds_undone": back.refunds,
                "movements_set_aside": back.movements,
            }
        done = cash_application.take_statements_in_again(
            statement_ids=arguments.take_in_again, on=_today(), actor=ACTOR
        )
    except refusals as refusal:
        raise Refused(str(refusal)) from refusal
    return {"booked": done.booked, "waiting": done.waiting, "needing_nobody": done.ignored}


def _today() -> date:
    from tijdig.infra import clock
    from tijdig.organisations import queries

    return clock.today(queries.current().timezone)


def _listed() -> list[dict[str, Any]]:
    from tijdig.banking import queries

    return [
        {
            "id": each.id,
            "number": each.number,
            "account": each.account,
            "until": each.to_date.isoformat() if each.to_date else None,
            "new": each.new_lines,
            "taken_back": each.taken_back_at.isoformat() if each.taken_back_at else None,
        }
        for each in queries.statements(limit=_MOST)
    ]


def _line(each: dict[str, Any]) -> str:
    words = f"{each['id']}: {each['account']} {each['number']}, until {each['until'] or '?'}, {each['new']} movements"
    return f"{words}, taken back" if each["taken_back"] else words
