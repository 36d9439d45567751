"""Runs every benchmark of this folder, one after the other: `python -m bench`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

NOT_BENCHES = {
    "__main__",
    "result",
    "dataset",
    "influxdb",
    "brokers",
    "geometry",
    "holding",
    "districts",
    "subscribers",
    "fleets",
    "settling",
}


def main() -> int:
    """Return 0 if every benchmark met its goals."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in NOT_BENCHES)
    codes = []
    for name in names:
        print(f"\n{name}", flush=True)
        codes.append(subprocess.run([sys.executable, "-m", f"bench.{name}", *sys.argv[1:]], check=False).returncode)
    return max(codes, default=0)


if __name__ == "__main__":
    sys.exit(main())
