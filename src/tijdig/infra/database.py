"""Getting the database ready: start the embedded server where it is ours, make the database, bring it up to date."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tijdig.infra import embedded_postgres


def start(*, durable: bool = True) -> None:
    """Start the embedded server when there is no DATABASE_URL, and see that its database exists."""
    if os.environ.get("DATABASE_URL"):
        return
    home = Path(settings.HOME)
    embedded_postgres.use(home, durable=durable)
    import psycopg

    with psycopg.connect(
        host=str(embedded_postgres.socket_folder(home)), user="tijdig", dbname="postgres", autocommit=True
    ) as server:
        found = server.execute("SELECT 1 FROM pg_database WHERE datname = 'tijdig'").fetchone()
        if not found:
            with suppress(
                psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation
            ):  # another was first
                server.execute("CREATE DATABASE tijdig")


@contextmanager
def as_owner() -> Iterator[None]:
    """Connect as the owner of the tables for the length of the block, to change what they look like."""
    options = connection.settings_dict["OPTIONS"]
    role = options.pop("options", None)
    connection.close()
    try:
        yield
    finally:
        connection.close()
        if role is not None:
            options["options"] = role


def bring_up_to_date() -> None:
    """Run the migrations that have not run yet."""
    with as_owner():
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0, interactive=False)


def ready() -> None:
    """Start the database where it is ours and bring it up to date."""
    start()
    bring_up_to_date()
