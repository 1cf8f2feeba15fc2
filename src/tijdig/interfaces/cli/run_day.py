"""Run the day: decide what is due, compose what is to be said, and send what may leave now."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from tijdig.infra import clock, tenancy
from tijdig.interfaces.cli.choosing import day, pick_organisation
from tijdig.interfaces.cli.main import Refused

ACTOR = "cli"


def configure(parser: argparse.ArgumentParser) -> None:
    """Take the day, the organisation, and whether to send."""
    parser.add_argument("--on", metavar="DATE", type=day, help="the day to run; today if not given")
    parser.add_argument("--organisation", metavar="SLUG", help="only this organisation; all if not given")
    parser.add_argument("--no-send", action="store_true", help="decide and compose, but send nothing yet")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Run the day for one or all organisations; 1 when one of them could not be run, the others still are."""
    reports, refusals = [], []
    for organisation_id in _chosen(arguments.organisation):
        with tenancy.within(organisation_id):
            try:
                reports.append(_run_one(arguments))
            except Exception as error:
                # One organisation's trouble must not keep the others waiting.
                refusals.append(f"organisation {organisation_id}: {error}")
    if arguments.json:
        print(json.dumps({"organisations": reports, "refused": refusals}, default=str))
    else:
        for report in reports:
            print(_line(report))
    if refusals:
        raise Refused("; ".join(refusals))
    return 0


def _chosen(slug: str | None) -> tuple[int, ...]:
    return (pick_organisation(slug),) if slug else tenancy.organisation_ids()


def _run_one(arguments: argparse.Namespace) -> dict[str, Any]:
    from tijdig.organisations import queries as organisations
    from tijdig.processes.blocks import stale_bank_data
    from tijdig.processes.daily_run import run_day
    from tijdig.processes.sending import send_waiting

    organisation = organisations.current()
    now = clock.now()
    today = clock.today(organisation.timezone)
    on = arguments.on or today
    stale = stale_bank_data(on)
    report = {
        "organisation": organisation.slug,
        "on": on.isoformat(),
        "run": asdict(run_day(on=on, actor=ACTOR, hindsight=on < today)),
        "warnings": [] if stale is None else [str(stale)],
    }
    if not arguments.no_send:
        report["sent"] = asdict(send_waiting(at=now))
    return report


def _line(report: dict[str, Any]) -> str:
    run = report["run"]
    words = (
        f"{report['organisation']} {report['on']}: {run['decided']} decided, {run['emails']} e-mails, "
        f"{run['letters']} letters, {run['tasks']} tasks, {run['held']} held, {run['stopped']} ended"
    )
    if "sent" in report:
        sent = report["sent"]
        words += f"; {sent['sent']} sent, {sent['retried']} to try again, {sent['refused']} refused"
    for warning in report["warnings"]:
        words += f"\n  warning: {warning}"
    return words
