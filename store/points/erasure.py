"""Taking back readings that an import had brought."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Sequence
from functools import partial
from typing import Final

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from core.intervals import SeriesKey
from store.points import schema, settled
from store.points.access import Access

_AT_ONCE: Final = 20_000
_HERE: Final = "series_id = ? and ts between epoch_ms(?)::timestamp_ms and epoch_ms(?)::timestamp_ms"
_AMONG: Final = f"{_HERE} and epoch_ms(ts) in (select unnest(?))"
_NEWEST: Final = f"select epoch_ms(ts), value, quality from {schema.POINT} where series_id = ? order by ts desc limit 1"

Newest = tuple[int, float, int]
"""Instant, value and quality (as a number) of the newest reading that is left."""


class Erasure(Access):
    """`core.imports.Eraser`."""

    @abstractmethod
    def follow_erased(self, number: int, count: int, until_ms: int, newest: Newest | None) -> None:
        """Take over that so many points of a series up to an instant are gone, and which is the newest left."""

    async def can_erase(self) -> bool:
        """Return True: a file of our own can always be changed."""
        return True

    async def erase(self, key: SeriesKey, at_ms: Collection[int]) -> int:
        """Delete the readings of a series at these instants; return how many there were."""
        number = self.numbers().get(key)
        if number is None:
            return 0
        instants, gone = np.sort(np.fromiter(at_ms, np.int64)), 0
        for start in range(0, len(instants), _AT_ONCE):
            some = instants[start : start + _AT_ONCE]
            count, newest = await self.change(partial(_deleted, number=number, at_ms=some))
            self.follow_erased(number, count, int(some[-1]), newest)
            gone += count
        return gone


def _deleted(connection: DuckDBPyConnection, number: int, at_ms: NDArray[np.int64]) -> tuple[int, Newest | None]:
    where: Sequence[object] = [number, int(at_ms[0]), int(at_ms[-1]), at_ms.tolist()]
    gone = [
        int((connection.execute(f"delete from {table} where {_AMONG}", where).fetchone() or (0,))[0])
        for table in schema.POINT_TABLES
    ]
    if sum(gone[1:]):
        settled.renew(connection, number)
    found = connection.execute(_NEWEST, [number]).fetchone()
    return sum(gone), None if found is None else (int(found[0]), float(found[1]), int(found[2]))
