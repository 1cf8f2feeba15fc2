"""How far long work is, for those who wait: seen at once, although the work itself is one transaction."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from django.db import connections

from tijdig.infra import tenancy

_KEPT = "interval '1 day'"
_EVERY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Progress:
    """What is being done, and how much of it is done."""

    what: str
    done: int
    total: int

    @property
    def percent(self) -> int:
        """The part that is done, from 0 to 100."""
        return 100 * self.done // self.total if self.total else 0


class Publisher:
    """Tells how far work is, over a connection of its own. Call it as often as you like; close it at the end.

    What it told last is forgotten a day after a process that was killed before it could close.
    """

    def __init__(self, key: str) -> None:
        self._key = _full(key)
        self._connection = connections.create_connection("default")
        self._last = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        moment = time.monotonic()
        if moment - self._last < _EVERY_SECONDS and done < total:
            return
        self._last = moment
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO infra_cache (cache_key, value, expires) VALUES (%s, %s, now() + {_KEPT})"  # noqa: S608
                " ON CONFLICT (cache_key) DO UPDATE SET value = EXCLUDED.value, expires = EXCLUDED.expires",
                [self._key, json.dumps([what, done, total])],
            )

    def close(self) -> None:
        """Forget what was told, for the work is over, and close the connection."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute("DELETE FROM infra_cache WHERE cache_key = %s", [self._key])
        finally:
            self._connection.close()


def read(key: str) -> Progress | None:
    """Return how far the work known as `key` in this organisation is; None when nobody told."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT value FROM infra_cache WHERE cache_key = %s AND expires > now()", [_full(key)])
        row = cursor.fetchone()
    return Progress(*json.loads(row[0])) if row else None


def _full(key: str) -> str:
    return f"progress:{tenancy.current_organisation_id()}:{key}"
