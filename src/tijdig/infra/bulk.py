"""Many rows at once: COPY's text format, written in large pieces, and the garbage collector out of the way."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from tijdig.infra import behind

NULL = "\\N"
"""How COPY's text format writes that there is no value."""

_LINES_PER_WRITE = 5_000
# What COPY's text format reads as something else than itself; PostgreSQL's texts hold no zero character.
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})

# So many new objects before a look at them; Python's usual 700 costs a bulk import a fifth of its time.
_NEW_OBJECTS = 200_000
_lock = threading.Lock()
_under_way = 0
_usual: tuple[int, int, int] = gc.get_threshold()


def escaped(text: str) -> str:
    """Return a text as COPY's text format has it; quick for the many that need nothing."""
    if "\\" not in text and text.isprintable():
        return text
    return text.translate(_ESCAPES)


def copy_lines(cursor: Any, target: str, lines: Iterable[str]) -> None:
    """Copy lines of COPY's text format, each with its line end, into `target`: a table, with columns or not."""
    behind.catch_up()
    remaining = iter(lines)
    with cursor.copy(f"COPY {target} FROM STDIN") as copy:
        while piece := "".join(islice(remaining, _LINES_PER_WRITE)):
            copy.write(piece)


@contextmanager
def many_objects() -> Iterator[None]:
    """Let the garbage collector look less often for the length of the block, which makes many objects.

    It would look through all of them again and again and find nothing. Blocks may overlap, in threads too.
    """
    global _under_way, _usual
    with _lock:
        if not _under_way:
            _usual = gc.get_threshold()
            gc.set_threshold(_NEW_OBJECTS, *_usual[1:])
        _under_way += 1
    try:
        yield
    finally:
        with _lock:
            _under_way -= 1
            if not _under_way:
                gc.set_threshold(*_usual)
