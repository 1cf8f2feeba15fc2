"""`tijdig serve` as a user starts and stops it: it answers, and it leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tijdig.infra import embedded_postgres
from tijdig.interfaces.cli.serve import address_of, surroundings


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tijdig-serve-"))
    folder.chmod(0o755)
    yield folder
    embedded_postgres.wait_until_stopped(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _serve(home: Path, port: int) -> subprocess.Popen[str]:
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    server = subprocess.Popen(
        [sys.executable, "-m", "tijdig.interfaces.cli.main", "serve", "--port", str(port), "--web-workers", "1"],
        stdout=subprocess.PIPE, text=True, env={**environment, "TIJDIG_HOME": str(home)},
    )  # fmt: skip
    assert server.stdout is not None
    for line in server.stdout:
        if "Tijdig is open on" in line:
            break
    return server


def _family(home: Path, server: subprocess.Popen[str]) -> list[psutil.Process]:
    """Every process that belongs to this server: its children, and the database with its guard."""
    mine = psutil.Process(server.pid).children(recursive=True)
    return mine + [process for process in psutil.process_iter(["cmdline"]) if str(home) in _words(process)]


def _words(process: psutil.Process) -> str:
    return " ".join(process.info["cmdline"] or ())


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_it_answers_and_leaves_no_process_however_it_is_stopped(home: Path, how: signal.Signals) -> None:
    port = _free_port()
    server = _serve(home, port)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/") as page:
        assert page.status == 200
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    family = _family(home, server)
    assert len(family) >= 4
    server.send_signal(how)
    assert server.wait(timeout=40) == (-9 if how is signal.SIGKILL else 0)
    _gone, alive = psutil.wait_procs(family, timeout=40)
    assert alive == []


def test_a_taken_port_is_said_plainly(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        done = subprocess.run(
            [sys.executable, "-m", "tijdig.interfaces.cli.main", "serve", "--port", str(port)],
            capture_output=True, text=True, env={**environment, "TIJDIG_HOME": str(home)}, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert f"port {port} is taken" in done.stderr


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8471"),
        ("0.0.0.0", "http://127.0.0.1:8471"),
        ("::1", "http://[::1]:8471"),
        ("kantoor.example", "http://kantoor.example:8471"),
    ],
)
def test_links_lead_to_where_it_listens(host: str, address: str) -> None:
    assert address_of(host, 8471) == address
    parts = surroundings({"PATH": "/bin"}, host=host, address=address)
    assert (parts["TIJDIG_URL"], parts["PATH"]) == (address, "/bin")
    assert ("TIJDIG_HOSTS" in parts) == (host in ("::1", "kantoor.example"))


def test_what_was_set_goes_before_where_it_listens() -> None:
    given = {"TIJDIG_URL": "https://tijdig.example", "TIJDIG_HOSTS": "tijdig.example"}
    assert surroundings(given, host="kantoor.example", address="http://kantoor.example:8471") == given
