"""Points as numpy columns, the form in which they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from core.quantities import Quantity
from core.readings import Reading
from store.points.schema import QUALITY_NUMBERS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MICROSECOND = timedelta(microseconds=1)


SeriesKey = tuple[str, Quantity]
"""What a series is known by: its source and quantity."""


class Numbering(dict[SeriesKey, int]):
    """The ids of series; asked for one that it does not know, it gives it the next id and notes it in `fresh`."""

    def __init__(self, known: Mapping[SeriesKey, int], next_id: int) -> None:
        super().__init__(known)
        self.fresh: dict[SeriesKey, int] = {}
        self._next_id = next_id

    def __missing__(self, key: SeriesKey) -> int:
        self[key] = self.fresh[key] = number = self._next_id
        self._next_id += 1
        return number


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
    """Return `readings` as columns."""
    numbers = QUALITY_NUMBERS
    # a double holds the instants of a datetime to 0.03 ms, and readings stand on whole milliseconds
    at_ms = np.array([reading.at_utc.timestamp() for reading in readings]) * 1000
    return Columns(
        np.array([ids[reading.source, reading.quantity] for reading in readings], np.int32),
        np.rint(at_ms).astype(np.int64),
        np.array([reading.value for reading in readings], np.float64),
        np.array([numbers[reading.quality] for reading in readings], np.uint8),
        np.full(len(readings), to_ms(received_at_utc), np.int64),
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
    after, before = slice(1, None), slice(None, -1)
    later = rows.at_ms[after] > rows.at_ms[before]
    same = rows.series_id[after] == rows.series_id[before]
    if ((same & later) | (rows.series_id[after] > rows.series_id[before])).all():
        return rows  # long histories come in order
    order = np.lexsort((rows.at_ms, rows.series_id))  # stable: equal keys stay in the order given
    series_id, at_ms = rows.series_id[order], rows.at_ms[order]
    kept = np.ones(len(order), np.bool_)
    kept[before] = (series_id[after] != series_id[before]) | (at_ms[after] != at_ms[before])
    return rows.take(order[kept])
