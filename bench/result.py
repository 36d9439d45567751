"""What a benchmark found, and how it is shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

COLUMNS = ("name", "value", "unit", "baseline", "ratio", "goal", "ok")


@dataclass(frozen=True, slots=True)
class Result:
    """One figure. `baseline` was measured in the same run; `ratio` is what `goal` is about where there is one.

    `ok` is None for a figure that stands beside others and has no goal.
    """

    name: str
    value: float
    unit: str
    baseline: float | None = None
    ratio: float | None = None
    goal: float | None = None
    ok: bool | None = None


def report(results: Sequence[Result], *, as_json: bool) -> int:
    """Print the results as a JSON list or a small table; return 0 if no goal was missed, else 1."""
    if as_json:
        print(json.dumps([asdict(result) for result in results]))
    else:
        print(_table([list(COLUMNS), *([_cell(getattr(result, name)) for name in COLUMNS] for result in results)]))
    return int(any(result.ok is False for result in results))


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return str(value)


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
