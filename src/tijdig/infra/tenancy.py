"""Organisations are walls (architecture D11): the second wall is PostgreSQL's row-level security.

The application connects as the role `tijdig_app`, which owns nothing. Each walled table shows only rows of
the organisation named in the session setting `tijdig.organisation`; without one it shows nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InternalError, connection, migrations

APPLICATION_ROLE = "tijdig_app"


class OrganisationMissing(LookupError):
    """A query that needs an organisation ran outside of one."""


@contextmanager
def within(organisation_id: int) -> Iterator[None]:
    """Show this organisation's rows, and only those, for the length of the block."""
    with _setting("organisation", str(organisation_id)):
        yield


@contextmanager
def as_user(user_id: int) -> Iterator[None]:
    """Show the memberships of this user, and the organisations they lead to, for the length of the block."""
    with _setting("user", str(user_id)):
        yield


@contextmanager
def _setting(name: str, value: str) -> Iterator[None]:
    before = _entered().get(name, "")
    _set(name, value)
    try:
        yield
    finally:
        try:
            _set(name, before)
        except InternalError:
            # The transaction failed inside the block; its rollback puts the setting back by itself.
            if not connection.in_atomic_block:
                raise


def _entered() -> dict[str, str]:
    """Return what we have set on this connection, so that it need not be asked back.

    Only a convenience: what shows is decided by the database's own settings. A new connection has none.
    """
    connection.ensure_connection()
    session = connection.connection
    known: dict[str, str] | None = getattr(session, _REMEMBERED, None)
    if known is None:
        known = {}
        setattr(session, _REMEMBERED, known)
    return known


_REMEMBERED = "tijdig_entered"


def _set(name: str, value: str) -> None:
    _entered()[name] = value
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, false)", [f"tijdig.{name}", value])


def leave() -> None:
    """Make the open connection, if there is one, show no organisation's rows and nobody's memberships."""
    if connection.connection is not None:
        _set("organisation", "")
        _set("user", "")


def current_organisation_id() -> int:
    """Return the organisation whose rows show now. Raises OrganisationMissing outside of one."""
    value = _entered().get("organisation", "")
    if not value:
        raise OrganisationMissing("no organisation has been entered")
    return int(value)


def organisation_ids() -> tuple[int, ...]:
    """Return the ids of all organisations, for work that goes round them all (the daily run)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tijdig_organisation_ids()")
        return tuple(row[0] for row in cursor.fetchall())


def walled(table: str, *, column: str = "organisation_id", may: str = "SELECT, INSERT, UPDATE, DELETE",
           update_columns: str = "") -> migrations.RunSQL:  # fmt: skip
    """Return the migration step that puts the wall round `table` and says what the application may do.

    `may` lists the privileges; `update_columns`, where given, are the only columns it may change.
    """
    grant_update = (
        f"GRANT UPDATE ({update_columns}) ON {table} TO {APPLICATION_ROLE};" if update_columns else ""
    )
    return migrations.RunSQL(
        sql=f"""
            ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            CREATE POLICY organisation_wall ON {table} TO {APPLICATION_ROLE}
                USING ({column} = (SELECT nullif(current_setting('tijdig.organisation', true), '')::bigint))
                WITH CHECK ({column} = (SELECT nullif(current_setting('tijdig.organisation', true), '')::bigint));
            REVOKE ALL ON {table} FROM {APPLICATION_ROLE};
            GRANT {may} ON {table} TO {APPLICATION_ROLE};
            {grant_update}
        """,
        reverse_sql=f"DROP POLICY organisation_wall ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )


def same_organisation(table: str, column: str, target: str) -> migrations.RunSQL:
    """Return the migration step that keeps `column` of `table` pointing at a `target` row of its own organisation."""
    name = f"{table}_{column}_in_own_organisation"
    return migrations.RunSQL(
        sql=f"""ALTER TABLE {table} ADD CONSTRAINT {name}
                FOREIGN KEY (organisation_id, {column}) REFERENCES {target} (organisation_id, id)
                DEFERRABLE INITIALLY DEFERRED""",
        reverse_sql=f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )
