"""Run Tijdig on this machine: the web pages and the worker together.

With --demo a demonstration (two organisations with 18 months of history) is made the first time.
Ctrl-C or SIGTERM stops everything; the data stays.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

_PR_SET_PDEATHSIG = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Say which arguments there are."""
    parser.add_argument("--demo", action="store_true", help="make the demonstration if it is not there yet")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=port, default=8000, help="port to listen on (default 8000)")
    parser.add_argument("--web-workers", type=int, default=2, help="web processes (default 2)")


def port(text: str) -> int:
    """Return the port; for argparse, which makes anything else wrong use."""
    if text.isascii() and text.isdigit() and 0 < int(text) < 65_536:
        return int(text)
    raise argparse.ArgumentTypeError(f"“{text}” is not a port: use a number from 1 to 65535")


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop; return 0 after a clean stop, 1 when a part of it broke."""
    from tijdig.interfaces.cli.main import Refused

    if not _is_free(arguments.host, arguments.port):
        raise Refused(
            f"port {arguments.port} is taken on {arguments.host}; stop what uses it, or choose another: --port 8001"
        )
    login = _make_demo() if arguments.demo else ""
    address = address_of(arguments.host, arguments.port)
    environment = surroundings(os.environ, host=arguments.host, address=address)
    children = [_start(command, environment) for command in _commands(arguments)]
    _wait_until_it_answers(arguments.host, arguments.port, children)
    print(f"\n  Tijdig is open on {address}\n{login}  Ctrl-C stops it.\n", flush=True)
    return _until_told_to_stop(children)


def address_of(host: str, port: int) -> str:
    """Return the address people open; whoever listens everywhere is reached at least on this machine."""
    name = "127.0.0.1" if host in ("0.0.0.0", "::", "") else f"[{host}]" if ":" in host else host  # noqa: S104
    return f"http://{name}:{port}"


def surroundings(given: Mapping[str, str], *, host: str, address: str) -> dict[str, str]:
    """Return the environment of the parts: links lead to where we listen, unless TIJDIG_URL says otherwise."""
    own = {"TIJDIG_URL": address}
    if host not in ("127.0.0.1", "localhost", "0.0.0.0", "::", ""):  # noqa: S104
        own["TIJDIG_HOSTS"] = f"127.0.0.1,localhost,[::1],{host}"
    return {**own, **given}


def _make_demo() -> str:
    """Make the demonstration if need be; return the lines that tell how to log in."""
    from tijdig.interfaces.cli.demo import show_progress
    from tijdig.processes.demonstration import making as demonstration

    started = time.monotonic()
    if demonstration.make_if_missing(progress=show_progress):
        print(f"  the demonstration took {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    lines = (
        f"  log in as {login.email} with {login.password} ({login.role})" for login in demonstration.LOGINS
    )
    return "\n".join(lines) + "\n"


def _commands(arguments: argparse.Namespace) -> Sequence[Sequence[str]]:
    web = [
        sys.executable, "-m", "gunicorn", "tijdig.config.wsgi", "--bind", f"{arguments.host}:{arguments.port}",
        "--workers", str(arguments.web_workers), "--threads", "4", "--timeout", "300",
        "--log-level", "warning", "--no-control-socket",
    ]  # fmt: skip
    return [web, [sys.executable, "-m", "tijdig.interfaces.worker"]]


def _start(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a part that stops with us, even when we are killed outright."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)

    def stop_with_parent() -> None:
        os.setsid()  # Ctrl-C reaches us alone; we stop the parts in order
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    return subprocess.Popen(command, preexec_fn=stop_with_parent, env=environment)  # noqa: S603


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _wait_until_it_answers(host: str, port: int, children: Sequence[subprocess.Popen[bytes]]) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex((host, port)) == 0:
                return
        if any(child.poll() is not None for child in children):
            return
        time.sleep(0.1)


def _until_told_to_stop(children: Sequence[subprocess.Popen[bytes]]) -> int:
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: told.append(received))
    while not told and all(child.poll() is None for child in children):
        time.sleep(0.2)
    broken = [child for child in children if child.poll() is not None]
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(timeout=25)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    if broken and not told:
        print("tijdig: a part of Tijdig stopped by itself; see the lines above", file=sys.stderr)
        return 1
    return 0
