"""The floor of everything that stores rows: COPY of the same rows into tables with the same indexes."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path


def copy_seconds(tables: Sequence[str]) -> float:
    """Return the seconds COPY takes for all rows of these tables, in one transaction.

    The copies have the same columns (generated ones too), defaults, checks and indexes, but no foreign keys and
    no row-level security.
    """
    from django.db import connection, transaction

    from tijdig.infra import database

    home = Path(os.environ["TIJDIG_HOME"])
    with database.as_owner(), connection.cursor() as cursor:
        columns = {table: _columns(table) for table in tables}
        for table in tables:
            with (
                (home / f"{table}.copy").open("wb") as target,
                cursor.copy(f"COPY {table} ({columns[table]}) TO STDOUT") as rows,
            ):
                for part in rows:
                    target.write(part)
            cursor.execute(f"CREATE TABLE floor_{table} (LIKE {table} INCLUDING ALL)")
        cursor.execute("CHECKPOINT")
        started = time.perf_counter()
        with transaction.atomic():
            for table in tables:
                with (
                    (home / f"{table}.copy").open("rb") as source,
                    cursor.copy(f"COPY floor_{table} ({columns[table]}) FROM STDIN") as copy,
                ):
                    while part := source.read(1 << 20):
                        copy.write(part)
        return time.perf_counter() - started


def _columns(table: str) -> str:
    """Return the columns that are written; those PostgreSQL works out itself are left out."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            [table],
        )
        return str(cursor.fetchone()[0])
