"""Writing behind: the database writes what it was handed while Python goes on with what comes next.

A bulk import takes turns: Python works out a batch, PostgreSQL writes it, and each waits for the other. In a
block of `writing_behind` a statement that gives nothing back is executed by a thread of its own, on the same
connection and in the same order; whoever fetches rows waits until all before it is done. So nothing sees another
state of the database than it would without the block.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection

_GIVES_NOTHING = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|SAVEPOINT|RELEASE|ROLLBACK TO|SET)\b", re.IGNORECASE)
_GIVES_ROWS = re.compile(r"\bRETURNING\b", re.IGNORECASE)

_under_way: ContextVar[_Behind | None] = ContextVar("writing_behind", default=None)


@contextmanager
def writing_behind() -> Iterator[None]:
    """Hand over statements that give nothing back, and go on, for the length of the block.

    What the database refuses is raised at the next fetch or at the end of the block, so only what was checked
    before belongs in it; how many rows such a statement changed is not known.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="writing-behind") as thread:
        behind = _Behind(thread)
        token = _under_way.set(behind)
        try:
            with connection.execute_wrapper(behind.execute):
                yield
                behind.catch_up()
        finally:
            behind.drop()
            _under_way.reset(token)


def catch_up() -> None:
    """Wait until everything that was handed over is done; raise what the database refused of it."""
    behind = _under_way.get()
    if behind is not None:
        behind.catch_up()


class _Behind:
    """What was handed over and is not known to be done, in order."""

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        self._thread = thread
        self._handed_over: list[Future[None]] = []

    def execute(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        """Execute a statement now, or hand it over (see django's execute_wrapper)."""
        text = str(sql)
        if many or not _GIVES_NOTHING.match(text) or _GIVES_ROWS.search(text):
            self.catch_up()
            return execute(sql, params, many, context)
        self._handed_over.append(self._thread.submit(self._write, context["connection"], sql, params))
        return None

    def catch_up(self) -> None:
        """Wait for all; raise the first refusal, after which nothing was executed."""
        waiting, self._handed_over = self._handed_over, []
        for each in waiting:
            each.result()

    def drop(self) -> None:
        """Let go of what was not begun; the block ends with an error, so all is taken back."""
        for each in self._handed_over:
            each.cancel()

    @staticmethod
    def _write(database: Any, sql: Any, params: Any) -> None:
        with database.wrap_database_errors, database.connection.cursor() as cursor:
            cursor.execute(sql, params)
