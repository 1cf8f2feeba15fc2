"""Reading the address of a PostgreSQL of one's own, as DATABASE_URL has it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class DatabaseUrlInvalid(ValueError):
    """DATABASE_URL is not a PostgreSQL address."""


def settings_of(url: str) -> dict[str, Any]:
    """Return Django's settings for the database at `url`. Raises DatabaseUrlInvalid."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise DatabaseUrlInvalid("DATABASE_URL should look like postgresql://user:password@host:5432/name")
    query = dict(parse_qsl(parts.query))
    return {
        "NAME": unquote(parts.path.lstrip("/")) or "tijdig",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": query,
    }
