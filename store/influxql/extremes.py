"""top() and bottom(): the greatest and least rows of each window, or of the best of each tag in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from store.influxql.aggregate import Picked, Windowed
from store.influxql.catalogue import Series
from store.influxql.table import Stream
from store.influxql.tree import Call, Ref


def extremes(windowed: Windowed, call: Call, names: Sequence[str], series: Sequence[Series]) -> Stream:
    """Return the rows in the order of their instants, each with its own."""
    keys = [arg.name for arg in call.args[1:-1] if isinstance(arg, Ref)]
    if not keys:
        return windowed.selected(call, names)
    best = Call("max" if call.name == "top" else "min", call.args[:1])
    parts: dict[tuple[object, ...], int] = {}
    chosen = []
    for each in windowed.relation.series:
        part = (each.group, *(series[each.number].tags.get(key, "") for key in keys))
        chosen.append(replace(each, group=parts.setdefault(part, len(parts))))
    found = replace(windowed, relation=replace(windowed.relation, series=chosen)).picked(best, names)
    group = np.array([int(str(part[0])) for part in parts] or [0], np.int64)[found.stream.group]
    stream = replace(found.stream, group=group)
    value = stream.values[0].data.astype(np.float64) * (-1 if call.name == "top" else 1)
    order = np.lexsort((stream.at, value, found.window, group))
    ranked = stream.take(order)
    window = found.window[order]
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (window[1:] != window[:-1]) | (ranked.group[1:] != ranked.group[:-1])
    starts = np.flatnonzero(fresh)
    place = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    kept = place < windowed.size_of(call)
    return Picked(ranked.take(kept), window[kept]).by_window(ascending=windowed.ascending)
