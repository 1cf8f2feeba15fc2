"""Prove the ledger and the audit trail against their rows, and say what is wrong and where."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from typing import Any


def configure(parser: argparse.ArgumentParser) -> None:
    """Say which arguments there are."""
    parser.add_argument("--organisation", metavar="SLUG", help="only this one (default: all of them)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Return 0 when everything is proven, 1 when something is wrong. Raises Refused for an unknown name."""
    results = [_proof(organisation_id, slug) for organisation_id, slug in _chosen(arguments.organisation)]
    proven = not any(result["problems"] for result in results)
    if arguments.json:
        print(json.dumps({"proven": proven, "organisations": results}, ensure_ascii=False))
    else:
        _tell(results)
    return 0 if proven else 1


def _chosen(slug: str | None) -> list[tuple[int, str]]:
    """Return the id and short name of the organisations to look at."""
    from tijdig.interfaces.cli.choosing import pick_organisation
    from tijdig.organisations import queries

    if slug:
        return [(pick_organisation(slug), slug)]
    return [(organisation.id, organisation.slug) for organisation in queries.every()]


def _proof(organisation_id: int, slug: str) -> dict[str, Any]:
    """Prove one organisation, all of it as it is at one moment, whatever is being booked meanwhile."""
    from django.db import connection, transaction

    from tijdig.infra import tenancy
    from tijdig.ledger import verification

    with tenancy.within(organisation_id), transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        problems = [dataclasses.asdict(problem) for problem in verification.problems()]
        rows = dataclasses.asdict(verification.proven())
    return {"organisation": slug, "rows": rows, "problems": problems}


def _tell(results: list[dict[str, Any]]) -> None:
    if not results:
        print("there is no organisation yet, so there is nothing to prove", file=sys.stderr)
    for result in results:
        rows = result["rows"]
        looked_at = (
            f"{rows['items']} items, {rows['credits']} credits, {rows['allocations']} allocations and "
            f"{rows['audit_entries']} audit entries"
        )
        if not result["problems"]:
            print(f"{result['organisation']}: proven, {looked_at}")
            continue
        print(f"{result['organisation']}: {len(result['problems'])} problems in {looked_at}")
        for problem in result["problems"]:
            print(f"  {problem['where']}: {problem['what']}")
