"""The embedded time series with a copy of its readings in an InfluxDB that cannot overwrite (3 Core)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Self, cast

import numpy as np

from core.ports import Batch
from core.quantities import Quantity
from store.influx.timeseries import InfluxTimeSeries
from store.points.timeseries import TimeSeries


class CopiedTimeSeries(TimeSeries):
    """Everything is kept, computed and read here; every reading is put into the copy's spool first."""

    copy: InfluxTimeSeries

    @classmethod
    async def beside(cls, copy: InfluxTimeSeries, path: Path, now_utc: datetime) -> Self:
        """Return the time series in the file at `path`; `copy` stays its caller's to close."""
        opened = cast("Self", await cls.open(path, now_utc))
        opened.copy = copy
        return opened

    async def put(self, batch: Batch) -> None:
        """Return once readings are durable in both, and receipts here; see `core.ports.ReadingSink`."""
        await self.copy.put(replace(batch, receipts=()))
        await super().put(batch)

    async def put_series(
        self, source: str, quantity: Quantity, at_ms: Iterable[int], values: Iterable[float], received_at_utc: datetime
    ) -> int:
        """Store one series in both; return how many instants it has."""
        at, value = np.asarray(at_ms, np.int64), np.asarray(values, np.float64)
        await self.copy.put_series(source, quantity, at, value, received_at_utc)
        return await super().put_series(source, quantity, at, value, received_at_utc)
