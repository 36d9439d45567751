"""How long revenue shares of many plants take: whose land lies around each, and the settlement of a year."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Final

from bench.geometry import geometry
from bench.result import Result, report
from bench.settling import settlement

PARTS: Final[dict[str, Callable[[], list[Result]]]] = {"geometry": geometry, "settlement": settlement}


def main() -> int:
    """Print the figures; return 0 if the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", choices=PARTS)
    options = parser.parse_args()
    wanted = [options.only] if options.only else list(PARTS)
    return report([result for name in wanted for result in PARTS[name]()], as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())
