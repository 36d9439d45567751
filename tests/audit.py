"""Asks the public advisory database about every pinned package; run by `make audit`.

Ends with 1 if a package has a known vulnerability. Where the database gives no answer
(no network, a mirror without advisories) it says so: that is not a pass, and not a failure
of the code at hand.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parent.parent / "requirements.lock"


def main() -> int:
    """Return the exit code."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(LOCK), "--disable-pip", "--require-hashes"]
    run = subprocess.run(
        [*command, "--format", "json", "--progress-spinner", "off", "--timeout", "10"],
        capture_output=True,
        text=True,
        check=False,
    )
    if not run.stdout.strip():
        print(f"dependency audit: NOT DONE, no answer: {run.stderr.strip().splitlines()[-1:]}")
        return 0
    packages = json.loads(run.stdout)["dependencies"]
    vulnerable = [package for package in packages if package.get("vulns")]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    for package in vulnerable:
        advisories = ", ".join(entry["id"] for entry in package["vulns"])
        print(f"{package['name']} {package['version']}: {advisories}")
    print(f"dependency audit: {len(packages)} packages, {len(vulnerable)} vulnerable, {len(unknown)} without an answer")
    return 1 if vulnerable else 0


if __name__ == "__main__":
    sys.exit(main())
