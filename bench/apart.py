"""Running a measurement in a process and a database of its own, so that none sees another's leftovers."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Figures = list[dict[str, Any]]


def measured(module: str, *arguments: object) -> Iterator[dict[str, Any]]:
    """Yield the figures that `python -m module arguments` prints as one JSON list."""
    home = Path(tempfile.mkdtemp(prefix="tijdig-bench-"))
    home.chmod(0o755)
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, *map(str, arguments)],
            env={**os.environ, "TIJDIG_HOME": str(home)}, stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        yield from json.loads(done.stdout)
    finally:
        _remove(home)


def _remove(home: Path) -> None:
    """Take the database away once its server has stopped."""
    from tijdig.infra import embedded_postgres

    embedded_postgres.wait_until_stopped(home)
    shutil.rmtree(home, ignore_errors=True)


def ready() -> None:
    """Set Django up and make the database of TIJDIG_HOME."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tijdig.config.settings"
    import django

    django.setup()
    from tijdig.infra import database

    database.ready()


def peak_mb() -> float:
    """Return the most memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def figure(name: str, n: int, ours: float, floor: float, peak_mb: float, **more: Any) -> dict[str, Any]:
    """Return one line of a benchmark; `ours` and `floor` are in the same unit, seconds unless it says so."""
    return {
        "name": name,
        "n": n,
        "ours": round(ours, 3),
        "floor": round(floor, 3),
        "ratio": round(ours / floor, 2),
        "peak_mb": round(peak_mb),
        **more,
    }
