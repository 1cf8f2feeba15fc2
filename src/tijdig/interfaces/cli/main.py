"""The command `tijdig`: the contract for automation.

Exit code 0: done; 1: something was refused; 2: wrong use. With --json one JSON document goes to standard
output; logs and progress go to standard error.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from tijdig import __version__

# Command → the module that has its `configure(parser)` and `run(arguments)`; loaded when it is asked for.
COMMANDS = {
    "serve": "serve",
    "parse": "parse",
    "import": "import_files",
    "statements": "statements",
    "run": "run_day",
    "export": "export",
    "verify": "verify",
    "organisation": "organisation",
    "demo": "demo",
    "migrate": "migrate",
}
_WITHOUT_DATABASE = {"parse"}


class Refused(Exception):
    """What was asked cannot be done; the message says why and what to do. Exit code 1."""


class WrongUse(Exception):
    """The command was used wrongly; the message says how to use it. Exit code 2."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(
        prog="tijdig", description="Invoices paid on time, and the customer kept."
    )
    parser.add_argument("--version", action="version", version=f"tijdig {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    handlers: dict[str, Callable[[argparse.Namespace], int]] = {}
    wanted = next((word for word in words if not word.startswith("-")), None)
    for name, module_name in COMMANDS.items():
        if wanted in COMMANDS and name != wanted:
            commands.add_parser(name)
            continue
        module = import_module(f"tijdig.interfaces.cli.{module_name}")
        sub = commands.add_parser(
            name, help=(module.__doc__ or "").strip().splitlines()[0], description=module.__doc__
        )
        module.configure(sub)
        handlers[name] = module.run
    return _exit_code(parser.parse_args(words), handlers)


def _exit_code(
    parsed: argparse.Namespace, handlers: Mapping[str, Callable[[argparse.Namespace], int]]
) -> int:
    """Run the command; what goes wrong in a known way becomes one line on standard error and a code."""
    try:
        if parsed.command not in _WITHOUT_DATABASE:
            _set_up()
        code = handlers[parsed.command](parsed)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Whoever read has enough; keep Python from complaining when it closes the pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Refused as refusal:
        return _said(str(refusal), 1, parsed)
    except WrongUse as misuse:
        return _said(str(misuse), 2, parsed)
    except KeyboardInterrupt:
        return 130


def _said(problem: str, code: int, parsed: argparse.Namespace) -> int:
    """Say what went wrong on standard error; what was refused (not wrong use) with --json also as the document."""
    print(f"tijdig: {problem}", file=sys.stderr)
    if code == 1 and getattr(parsed, "json", False):
        print(json.dumps({"error": problem, "exit_code": code}, ensure_ascii=False))
    return code


def _set_up() -> None:
    """Get everything ready. Raises Refused where the database or the home cannot be used."""
    try:
        set_up()
    except Exception as error:
        from django.db import OperationalError

        from tijdig.infra.database_url import DatabaseUrlInvalid
        from tijdig.infra.embedded_postgres import ServerDidNotStart

        if not isinstance(error, DatabaseUrlInvalid | OperationalError | ServerDidNotStart | OSError):
            raise
        where = "DATABASE_URL" if os.environ.get("DATABASE_URL") else "TIJDIG_HOME"
        raise Refused(f"the database cannot be used ({where}): {' '.join(str(error).split())}") from error


def set_up() -> None:
    """Load Django and get the database ready."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tijdig.config.settings")
    import django

    django.setup()
    from django.utils import translation

    translation.activate("en")  # one language for all who read or parse what a command says
    from tijdig.infra import database

    database.ready()


if __name__ == "__main__":
    sys.exit(main())
