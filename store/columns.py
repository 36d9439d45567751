"""Points as numpy columns, the form in which they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.quantities import Quantity
from core.readings import Reading
from store.schema import QUALITY_NUMBERS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MICROSECOND = timedelta(microseconds=1)


class SeriesKey(NamedTuple):
    """What a series is known by."""

    source: str
    quantity: Quantity


def to_ms(at_utc: datetime) -> int:
    """Return the milliseconds since 1970, exact, rounded down."""
    return (at_utc - EPOCH) // _MILLISECOND


def to_us(at_utc: datetime) -> int:
    """Return the microseconds since 1970, exact."""
    return (at_utc - EPOCH) // _MICROSECOND


def from_us(at_us: int) -> datetime:
    """Return the instant of so many microseconds since 1970."""
    return EPOCH + timedelta(microseconds=at_us)


def to_utc(at_ms: int) -> datetime:
    """Return the instant of so many milliseconds since 1970."""
    return EPOCH + timedelta(milliseconds=at_ms)


@dataclass(frozen=True, slots=True)
class Columns:
    """Points, one row each; `at_ms` and `received_ms` are milliseconds since 1970, UTC."""

    series_id: NDArray[np.int32]
    at_ms: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.uint8]
    received_ms: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.series_id)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Columns:
        """Return the rows at these positions, or under this mask."""
        return Columns(*(getattr(self, column.name)[rows] for column in fields(self)))


def of_readings(readings: Sequence[Reading], received_at_utc: datetime, ids: Mapping[SeriesKey, int]) -> Columns:
    """Return `readings` as columns; `ids` knows every series among them."""
    numbers = QUALITY_NUMBERS
    count = len(readings)
    seconds = np.fromiter((reading.at_utc.timestamp() for reading in readings), np.float64, count)
    return Columns(
        np.fromiter((ids[SeriesKey(reading.source, reading.quantity)] for reading in readings), np.int32, count),
        # a double holds any instant of a datetime to 0.03 ms, and readings stand on whole milliseconds
        np.rint(seconds * 1000).astype(np.int64),
        np.fromiter((reading.value for reading in readings), np.float64, count),
        np.fromiter((numbers[reading.quality] for reading in readings), np.uint8, count),
        np.full(count, to_ms(received_at_utc), np.int64),
    )


def joined(parts: Sequence[Columns]) -> Columns:
    """Return the rows of all parts, in their order."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return of_readings((), EPOCH, {})
    return Columns(*(np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(Columns)))


def last_wins(rows: Columns) -> Columns:
    """Return `rows` by series and instant; of those with the same series and instant, the last one given."""
    if len(rows) == 0:
        return rows
    order = np.lexsort((rows.at_ms, rows.series_id))  # stable: equal keys stay in the order given
    series_id, at_ms = rows.series_id[order], rows.at_ms[order]
    kept = np.ones(len(order), np.bool_)
    kept[:-1] = (series_id[1:] != series_id[:-1]) | (at_ms[1:] != at_ms[:-1])
    return rows.take(order[kept])
