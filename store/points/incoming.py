"""Rows on their way into the file: numpy columns that statements read like a table."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from store.points.columns import Columns

TABLE: Final = "incoming"
WITHIN: Final = (
    "p.ts between epoch_ms(?)::timestamp_ms and epoch_ms(?)::timestamp_ms and p.series_id between ?::integer"
    " and ?::integer"
)
"""Takes `bounds`: outside of them, whole blocks of a table are passed over."""
SAME_PLACE: Final = f"p.series_id = b.series_id and p.ts = b.ts and {WITHIN}"

_ROW_TYPES: Final = {
    "ts": "M8[ms]",
    "series_id": "i4",
    "value": "f8",
    "quality": "u1",
    "ingested": "M8[ms]",
    "row": "i4",
    "noted": "M8[ms]",
}


class Incoming:
    """The table `incoming` of a connection, refilled for each statement.

    It is registered once: registering anew costs as much as a small insert.
    """

    def __init__(self) -> None:
        self._columns: dict[str, NDArray[Any]] = {name: np.zeros(0, kind) for name, kind in _ROW_TYPES.items()}

    def register(self, connection: DuckDBPyConnection) -> None:
        """Let statements of this connection read the table."""
        connection.register(TABLE, self._columns)

    def offer(
        self, rows: Columns, numbers: NDArray[np.intp] | None = None, noted_ms: NDArray[np.int64] | None = None
    ) -> None:
        """Fill the table; its column `row` counts the rows or says their `numbers`, `noted` is for events."""
        self._columns.update(
            ts=rows.at_ms.view("M8[ms]"),
            series_id=rows.series_id,
            value=rows.value,
            quality=rows.quality,
            ingested=rows.received_ms.view("M8[ms]"),
            noted=(rows.received_ms if noted_ms is None else noted_ms).view("M8[ms]"),
            row=np.asarray(np.arange(len(rows)) if numbers is None else numbers, np.int32),
        )

    @property
    def bounds(self) -> list[int]:
        """Return first and last instant, least and greatest series of what is offered."""
        at_ms, series = self._columns["ts"].view(np.int64), self._columns["series_id"]
        return [int(at_ms.min()), int(at_ms.max()), int(series.min()), int(series.max())]
