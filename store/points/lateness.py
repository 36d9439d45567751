"""Which spans of series a commit changes behind their newest reading."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.periods import Period
from core.work import DirtySpan
from store.points.columns import SeriesKey, to_utc
from store.points.sifting import Sifted

_APART_MS = 24 * 3600 * 1000


def late_spans(sifted: Sifted, ids: Mapping[SeriesKey, int]) -> list[DirtySpan]:
    """Return the spans, per series, in which late rows stand: rows more than a day apart in spans of their own."""
    rows, replacing = sifted.rows.take(sifted.late), ~sifted.added[sifted.late]
    apart = (rows.series_id[1:] != rows.series_id[:-1]) | (np.diff(rows.at_ms) > _APART_MS)
    borders = np.concatenate(([0], np.flatnonzero(apart) + 1, [len(rows)]))
    wanted = set(rows.series_id[borders[:-1]].tolist()) if len(rows) else set()
    keys = {number: key for key, number in ids.items() if number in wanted}
    return [
        DirtySpan(
            source=keys[series_id][0],
            quantity=keys[series_id][1],
            period=Period(to_utc(first_ms), to_utc(last_ms + 1)),
            reason="rewritten" if replaced else "late",
        )
        for series_id, first_ms, last_ms, replaced in zip(
            rows.series_id[borders[:-1]].tolist(),
            rows.at_ms[borders[:-1]].tolist(),
            rows.at_ms[borders[1:] - 1].tolist(),
            np.logical_or.reduceat(replacing, borders[:-1]).tolist(),
            strict=True,
        )
    ]
