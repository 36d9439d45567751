"""In which table new points are put.

History of one series comes as it is sorted: what is over goes where it would be brought later
anyway. Everything else is hot.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from store.points import schema
from store.points.ages import closed_before, day_begin
from store.points.columns import Columns, to_ms, to_utc

_LONG: Final = 1_000
"""How many points of a series at once are history, not news."""


def placed(rows: Columns) -> Iterator[tuple[str, Columns]]:
    """Yield tables and the rows that go there; `rows` come by series and instant."""
    if len(rows) < _LONG or len(rows) < _LONG * (1 + np.count_nonzero(np.diff(rows.series_id))):
        if len(rows):
            yield schema.POINT_HOT, rows
        return
    received_utc = to_utc(int(rows.received_ms[0]))
    borders = [to_ms(closed_before(received_utc)), to_ms(day_begin(received_utc))]
    ages = np.searchsorted(borders, rows.at_ms, side="right")
    for age, table in enumerate((schema.POINT_COLD, schema.POINT_WARM, schema.POINT_HOT)):
        if (part := ages == age).any():
            yield table, rows.take(part)
