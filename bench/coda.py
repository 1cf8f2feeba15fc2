"""CODA statements of 20,000 and 100,000 movements of three records each: reading them.

Reading is what the importer does, from the bytes of the file to every movement. The floor slices the same
columns out of the same lines and adds the amounts up, and makes nothing of them. Both run in a process of
their own and are measured in CPU seconds, best of some; movements per second are n / ours.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import apart
from tijdig.domain.references import make_ogm
from tijdig.formats import detect

_SIZES, _QUICK_SIZES = (20_000, 100_000), (20_000,)
_ROUNDS = 3


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """Yield the results; the goal is 80,000 movements per second of CPU time on a quiet machine."""
    for movements in _QUICK_SIZES if quick else _SIZES:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "statement.cod"
            _generate(path, movements)
            best: dict[str, float] = {}
            peak: dict[str, float] = {}
            for _ in range(_ROUNDS):
                for work in ("floor", "importer"):
                    seconds, peak[work] = _measured(work, path)
                    best[work] = min(best.get(work, seconds), seconds)
            yield apart.figure(
                "coda read", movements, best["importer"], best["floor"], peak["importer"],
                per_second=round(movements / best["importer"]), goal_per_second=80_000,
            )  # fmt: skip


def _generate(path: Path, movements: int) -> None:
    """Write a statement of that many incoming transfers: three in four free, one with an OGM."""
    with path.open("w", encoding="cp1252", newline="") as target:
        target.write(_record("0000030112630005                  VOORBEELD NV              GEBABEBB", "2"))
        account = "2001BE68539007547034                  EUR"
        target.write(_record(f"1{account}0{0:015}291126VOORBEELD NV"))
        total = 0
        for place in range(movements):
            amount = (1_000 + place) * 10
            total += amount
            key = f"{place % 9_999 + 1:04}0000"
            says = (
                f"1101{make_ogm(place):50}"
                if place % 4 == 0
                else f"0{f'Factuur 2026-{place:06} november, dank':53}"
            )
            target.write(
                _record(
                    f"21{key}{f'BANKREF{place:014}'}0{amount:015}30112600150000{says}3011260010", "0", "1"
                )
            )
            target.write(_record(f"22{key}{'':53}{f'E2E-{place:012}':35}GEBABEBB", "0", "1"))
            target.write(_record(f"23{key}{'BE72000000001616':34}EUR{f'Klantnaam {place} BV':35}", "0"))
        target.write(_record(f"8{account[1:]}0{total:015}301126", "0"))
        target.write(_record(f"9{'':15}{(movements * 3 + 2) % 1_000_000:06}{0:015}{total:015}", "2"))


def _record(text: str, last: str = "", follows: str = "0") -> str:
    """Return a record of 128 columns: what it says, whether more of it follows (126), its last column."""
    return f"{text:125}{follows if last == '0' else ' '} {last:1}\r\n"


def _measured(work: str, path: Path) -> tuple[float, float]:
    """Run one reading in a process of its own; return its CPU seconds and its peak memory in MB."""
    command = [sys.executable, "-m", "bench.coda", work, str(path)]
    seconds, megabytes = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(megabytes)


def _floor(path: Path) -> None:
    total = 0
    for raw in path.read_bytes().split(b"\n"):
        line = raw.decode("latin-1")
        kind = line[:2]
        if kind == "21":
            reference, code, day, said = line[10:31], line[53:61], line[115:121], line[61:115]
            total += int(line[32:47])
        elif kind == "22":
            more, customer = line[10:63], line[63:98].strip()
        elif kind == "23":
            account, name, rest = line[10:44].strip(), line[47:82].strip(), line[82:125]
            _ = (reference.strip(), code, day, f"{said}{more}{rest}".strip(), customer, account, name)
    if not total:
        raise AssertionError("the file holds no movement")


def _importer(path: Path) -> None:
    for _ in detect.bank_statements(path.name, path.read_bytes()):
        pass


def main(work: str, path: Path) -> None:
    """Do one reading and print its CPU seconds and the process's peak memory in MB."""
    readings = {"floor": _floor, "importer": _importer}
    started = time.process_time()
    readings[work](path)
    print(time.process_time() - started, apart.peak_mb())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
