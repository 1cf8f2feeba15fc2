"""Make an organisation, or list those there are."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any


def configure(parser: argparse.ArgumentParser) -> None:
    """Say which arguments there are."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="create|list")
    create = acts.add_parser("create", help="make an organisation; it starts in test mode")
    create.add_argument("--name", required=True)
    create.add_argument("--country", default="NL", help="NL or BE (default NL)")
    create.add_argument("--language", help="nl, fr, en or de (default nl)", default="nl")
    create.add_argument(
        "--slug", default="", help="short name for addresses and commands (default: from the name)"
    )
    create.add_argument(
        "--owner-email", metavar="EMAIL", help="who becomes its owner; made a user where needed"
    )
    create.add_argument("--json", action="store_true", help="print one JSON document")
    listing = acts.add_parser("list", help="list the organisations")
    listing.add_argument("--json", action="store_true", help="print one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Create or list; return 0. Raises Refused for a setting that is refused."""
    return _create(arguments) if arguments.act == "create" else _list(arguments)


def _create(arguments: argparse.Namespace) -> int:
    from django.db import transaction

    from tijdig.infra import tenancy
    from tijdig.interfaces.cli.main import Refused
    from tijdig.organisations import queries
    from tijdig.organisations.checks import SettingInvalid
    from tijdig.processes import organisation_setup

    try:
        with transaction.atomic():
            organisation_id = organisation_setup.create(
                name=arguments.name,
                country=arguments.country,
                language=arguments.language,
                slug=arguments.slug,
                owner_id=_owner_id(arguments),
                actor="cli",
            )
    except SettingInvalid as error:
        raise Refused(f"{error.field}: {error}") from error
    with tenancy.within(organisation_id):
        made = _described(queries.current())
    if arguments.json:
        print(json.dumps(made, ensure_ascii=False))
    else:
        print(f"{made['slug']} was made, in test mode: nothing leaves the house yet")
    return 0


def _owner_id(arguments: argparse.Namespace) -> int | None:
    from tijdig.organisations import operations, queries

    if not arguments.owner_email:
        return None
    known = queries.user_by_email(arguments.owner_email)
    if known:
        return known.id
    return operations.create_user(email=arguments.owner_email, name="", language=arguments.language)


def _list(arguments: argparse.Namespace) -> int:
    from tijdig.organisations import queries

    found = [_described(organisation) for organisation in queries.every()]
    if arguments.json:
        print(json.dumps({"organisations": found}, ensure_ascii=False))
        return 0
    for one in found:
        print(f"{one['slug']:<24} {one['country']}  {one['mode']:<4}  {one['name']}")
    if not found:
        print(
            "there is no organisation yet; make one: tijdig organisation create --name NAME", file=sys.stderr
        )
    return 0


def _described(organisation: Any) -> dict[str, Any]:
    names = ("id", "slug", "name", "country", "language", "currency", "mode", "is_demo")
    return {name: getattr(organisation, name) for name in names}
