"""Where the database of the tests is, for a process of its own."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from django.db import connection


def database_address() -> str:
    """Return the address to give as DATABASE_URL, on whatever server the tests run."""
    facts = connection.settings_dict
    where = {
        "host": facts["HOST"],
        "port": facts["PORT"],
        "user": facts["USER"],
        "password": facts["PASSWORD"],
    }
    given = urlencode({name: value for name, value in where.items() if value})
    return f"postgresql:///{quote(facts['NAME'])}?{given}"
