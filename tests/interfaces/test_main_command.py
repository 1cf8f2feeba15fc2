"""What goes wrong before a command begins: one clear line, the right code, and with --json a document."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TIJDIG = Path(sys.executable).with_name("tijdig")


def tijdig(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    return subprocess.run(
        [TIJDIG, *words], env=known | environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL should look like"),
        ({"DATABASE_URL": "postgresql://nobody:x@127.0.0.1:1/none"}, "DATABASE_URL"),
        ({"TIJDIG_HOME": "/proc/none"}, "TIJDIG_HOME"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line(environment: dict[str, str], says: str) -> None:
    done = tijdig("organisation", "list", "--json", **environment)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert says in done.stderr
    assert json.loads(done.stdout)["exit_code"] == 1


@pytest.mark.parametrize("port", ["0", "99999", "-1", "web"])
def test_a_port_that_is_none_is_wrong_use(port: str) -> None:
    done = tijdig("serve", "--port", port)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
