"""The benchmarks: `make bench` (or `python -m bench [--quick] [name …]`). One JSON line per figure.

Each figure stands beside its floor, measured in the same run: the ratio counts, seconds do not.
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module

NAMES = (
    "camt053",
    "coda",
    "mt940",
    "invoice_import",
    "daily_run",
    "list_page",
    "matching",
    "proposals",
    "open_items_as_of",
    "killed_imports",
)


def main() -> int:
    """Run the benchmarks that were asked for and print their lines."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(NAMES)} (all)")
    parser.add_argument("--quick", action="store_true", help="a twentieth of the size, to see that they work")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(NAMES)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    for name in arguments.names or NAMES:
        print(f"{name} …", file=sys.stderr, flush=True)
        for line in import_module(f"bench.{name}").run(quick=arguments.quick):
            print(json.dumps(line), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
