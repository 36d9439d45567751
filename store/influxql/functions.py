"""Functions over windows as SQL: over rows with g (group), w (window), t (instant), s (series), v (value)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from store.influxql.tree import Call, Literal

SIMPLE: Final = {
    "count": "count(v)",
    "sum": "sum(v)",
    "mean": "avg(v)",
    "min": "min(v)",
    "max": "max(v)",
    "spread": "max(v) - min(v)",
    "stddev": "coalesce(stddev_samp(v), 'nan'::double)",
    "median": "median(v)",
}
KEYS: Final = {
    "first": "struct_pack(a := -t, b := v)",
    "last": "struct_pack(a := t, b := v)",
    "min": "struct_pack(a := -(v::double), b := -t)",
    "max": "struct_pack(a := v::double, b := -t)",
}
"""What the row that a selector picks has most of: among equals InfluxDB takes the earlier, or the greater."""

_PICKS: Final = {**KEYS, "top": KEYS["max"], "bottom": KEYS["min"]}
_FEW: Final = 1000


def picking(call: Call, points: str, columns: Sequence[str]) -> str:
    """Return SQL for the rows that a selector picks in each window: g, w and `columns`."""
    if call.name in _PICKS and number_of(call) <= _FEW:
        packed = f"struct_pack({', '.join(f'{column} := {column}' for column in columns)})"
        picked = f"arg_max({packed}, {_PICKS[call.name]})"
        if call.name in {"top", "bottom"}:
            picked = f"unnest(arg_max({packed}, {_PICKS[call.name]}, {int(number_of(call))}))"
        return f"select g, w, x.* from (select g, w, {picked} as x from ({points}) group by 1, 2)"
    return f"select g, w, {', '.join(columns)} from ({points}) {_ranked(call)}"


def number_of(call: Call) -> float:
    """Return the number behind the field: how many rows top() and bottom() want, or which percentile."""
    size = call.args[-1]
    return float(size.value) if isinstance(size, Literal) and not isinstance(size.value, str) else 0.0


def _ranked(call: Call) -> str:
    if call.name == "percentile":
        rank = f"floor(count(*) over (partition by g, w) * {number_of(call)!r} / 100 + 0.5)"
        return f"qualify row_number() over (partition by g, w order by v, t) = {rank}"
    order = "v desc, t" if call.name == "top" else "v, t"
    return f"qualify row_number() over (partition by g, w order by {order}) <= {int(number_of(call))}"
