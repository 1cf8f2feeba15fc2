"""Doing to the tables what the application may not: as their owner, inside the test's transaction."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection


def corrupt(*statements: str, without: Sequence[tuple[str, str]] = ()) -> None:
    """Run the statements as the owner of the tables, after taking away constraints (table, name)."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SELECT current_user")
        application = cursor.fetchone()[0]
        cursor.execute("SET ROLE NONE")
        for table, constraint in without:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {constraint}")
            cursor.execute(f"DROP INDEX IF EXISTS {constraint}")
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount == 1, statement
        cursor.execute(f"SET ROLE {application}")
