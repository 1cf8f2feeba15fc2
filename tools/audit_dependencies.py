"""Hold the locked packages against the published advisories; fails on a known weakness.

Without a way to the advisory service there is nothing to compare with: that is said, and is no failure.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
# Advisories looked at and found not to touch Tijdig: id → why.
ACCEPTED: dict[str, str] = {}
_NO_SERVICE = (
    "ConnectionError",
    "ServiceError",
    "ConnectTimeout",
    "MaxRetryError",
    "HTTPError",
    "Failed to query",
)


def main() -> int:
    """Run the audit; return 0 when nothing is known against the locked packages."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "-r", str(LOCK)]
    command += [part for advisory in ACCEPTED for part in ("--ignore-vuln", advisory)]
    done = subprocess.run(
        [*command, "--progress-spinner", "off"], capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    if done.returncode == 0:
        print("dependency audit: nothing known against the locked packages")
        return 0
    if any(sign in said for sign in _NO_SERVICE):
        print("dependency audit: the advisory service cannot be reached from here; not audited")
        return 0
    print(said)
    return 1


if __name__ == "__main__":
    sys.exit(main())
