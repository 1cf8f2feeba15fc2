"""What PostgreSQL's planner knows of the tables, refreshed after many rows came in.

It does so by itself, but up to a minute after a commit; until then a table that was empty counts as empty,
and the plans for what comes next are those for an empty table.
"""

from __future__ import annotations

from django.db import connection

MANY_ROWS = 2_000
"""So many new rows in one transaction are worth a refresh."""


def refresh() -> tuple[str, ...]:
    """Refresh the statistics of the large tables that are twice what they were when last looked at.

    Returns their names. Call it inside the transaction that added the rows, which it counts with the rest; it
    costs nothing where little was added.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT tijdig_refresh_statistics()")
        return tuple(row[0] for row in cursor.fetchall())
