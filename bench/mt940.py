"""An MT940 with 20,000 and with 100,000 entries: reading it.

Reading is what the importer does, from the bytes of the file to every movement. The floor is a tokenizer of a few
lines, in the same run: it cuts the same bytes into lines, puts each text together and divides it at its codewords,
and builds no value. Both in processor seconds, best of three; peak memory is that of a process that holds the
file's bytes, and beside it that of one that reads from disk.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import apart
from tijdig.formats import detect, mt940

_SIZES, _QUICK_SIZES = (20_000, 100_000), (5_000,)
_ROUNDS = 3
_WIDTH = 65


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """Yield the results: entries per second are n / ours, and `per_second` says it."""
    with tempfile.TemporaryDirectory() as folder:
        for entries in _QUICK_SIZES if quick else _SIZES:
            for bank, text in (("ING", _ing), ("German", _german)):
                path = Path(folder) / f"{bank}-{entries}.sta"
                _generate(path, entries, text)
                yield from _figures(f"mt940 {bank}", path, entries)


def _figures(name: str, path: Path, entries: int) -> Iterator[dict[str, Any]]:
    best: dict[str, float] = {}
    peak: dict[str, float] = {}
    for _ in range(_ROUNDS):
        for work in ("floor", "importer", "disk"):
            seconds, peak[work] = _measured(work, path)
            best[work] = min(best.get(work, seconds), seconds)
    for title, work in ((f"{name} read", "importer"), (f"{name} read from disk", "disk")):
        yield apart.figure(
            title,
            entries,
            best[work],
            best["floor"],
            peak[work],
            file_mb=round(path.stat().st_size / 1024**2, 1),
            per_second=round(entries / best[work]),
        )


def _generate(path: Path, entries: int, text: Any) -> None:
    """Write a statement of that many incoming payments, each as full as a bank writes it."""
    net = sum(1_000 + place for place in range(entries))
    with path.open("w", encoding="utf-8", newline="\r\n") as target:
        target.write(
            "{1:F01INGBNL2ABXXX0000000000}\n{2:I940INGBNL2AXXXN}\n{4:\n"
            ":20:P261101000000001\n:25:NL20INGB0001234567EUR\n:28C:00000\n:60F:C261101EUR0,00\n"
        )
        for place in range(entries):
            day = place * 30 // entries + 1
            target.write(
                f":61:2611{day:02d}11{day:02d}C{_amount(1_000 + place)}NTRFEREF//{place:014d}\n/TRCD/00100/\n"
            )
            target.write(_wrapped(":86:" + text(place)))
        target.write(f":62F:C261130EUR{_amount(net)}\n-}}\n")


def _amount(minor: int) -> str:
    return f"{minor // 100},{minor % 100:02d}"


def _wrapped(text: str) -> str:
    return "".join(f"{text[start : start + _WIDTH]}\n" for start in range(0, len(text), _WIDTH))


def _ing(place: int) -> str:
    return (
        f"/EREF/E2E-{place:012d}//CNTP/NL91ABNA0417164300/ABNANL2A/Voorbeeldklant {place} B.V.///REMI/USTD"
        f"//Factuur 2026-{place:06d} van november, met dank voor de levering/"
    )


def _german(place: int) -> str:
    return (
        f"166?00GUTSCHRIFT?100399?20EREF+E2E-{place:012d}?21SVWZ+Rechnung 2026-{place:06d}?22 vom November, vielen Dank"
        f"?30ABNANL2A?31NL91ABNA0417164300?32Beispielkunde {place} GmbH?34000"
    )


def _measured(work: str, path: Path) -> tuple[float, float]:
    """Run one reading in a process of its own; return its CPU seconds and its peak memory in MB."""
    command = [sys.executable, "-m", "bench.mt940", work, str(path)]
    seconds, megabytes = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(megabytes)


_TAG = re.compile(r":(\d\d[A-Z]?):(.*)")
_divided = re.compile(r"/(EREF|MARF|CSID|CNTP|REMI|RTRN|PREF|PURP)/|\?(\d\d)").split


def _floor(path: Path) -> None:
    """Cut the file into fields line by line and divide each :86:; nothing is kept."""
    tag, parts = "", [""]
    for line in path.read_bytes().decode().split("\r\n"):
        if match := _TAG.match(line):
            if tag == "86":
                _divided("".join(parts))
            tag, parts = match[1], [match[2]]
        else:
            parts.append(line)


def _importer(path: Path) -> None:
    for _ in detect.bank_statements(path.name, path.read_bytes()):
        pass


def _disk(path: Path) -> None:
    with path.open("rb") as source:
        for _ in mt940.stream(source):
            pass


def main(work: str, path: Path) -> None:
    """Do one reading and print its CPU seconds and the process's peak memory in MB."""
    readings = {"floor": _floor, "importer": _importer, "disk": _disk}
    started = time.process_time()
    readings[work](path)
    print(time.process_time() - started, apart.peak_mb())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
