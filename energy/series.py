"""Columns of samples and of what was computed from them, and the port through which they come and go.

All instants are milliseconds since 1970, UTC, ascending. Arrays of one object have the same length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from core.intervals import Resolution, SeriesKey
from core.periods import Period
from core.readings import ReadingQuality, SlotShare

Instants = NDArray[np.int64]

SHARE_NUMBERS: dict[SlotShare, int] = {
    SlotShare.MEASURED: 0,
    SlotShare.RECOVERED: 1,
    SlotShare.INTERPOLATED: 2,
    SlotShare.ESTIMATED: 3,
    SlotShare.MISSING: 4,
}
"""How a share is written as a number, and its column in `seconds`: the weaker, the higher; never renumbered."""

READING_SHARES: dict[ReadingQuality, SlotShare] = {
    ReadingQuality.MEASURED: SlotShare.MEASURED,
    ReadingQuality.MANUAL: SlotShare.MEASURED,
    ReadingQuality.CORRECTED: SlotShare.MEASURED,
    ReadingQuality.RECOVERED: SlotShare.RECOVERED,
    ReadingQuality.INTERPOLATED: SlotShare.INTERPOLATED,
    ReadingQuality.ESTIMATED: SlotShare.ESTIMATED,
}
"""What a span stands on that ends in a reading of this quality."""


class _Rows:
    __slots__ = ()

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))  # type: ignore[arg-type]

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Self:
        """Return the rows at these positions, under this mask, or of this slice."""
        return type(self)(*(getattr(self, column.name)[rows] for column in fields(self)))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, eq=False)
class Samples(_Rows):
    """Readings of one series. `quality` holds `QUALITY_CODES`."""

    at_ms: Instants
    value: NDArray[np.float64]
    quality: NDArray[np.uint8]


QUALITY_CODES: dict[ReadingQuality, int] = {quality: number for number, quality in enumerate(ReadingQuality)}
"""How `Samples` writes a quality."""


@dataclass(frozen=True, slots=True, eq=False)
class Amounts(_Rows):
    """What one register counted in each span (slot or local day) that begins at `start_ms`.

    `thousandths` are integer thousandths of the unit. `seconds` has one column per `SHARE_NUMBERS`;
    a row sums to the span's length. `begins` and `ends` say how the positions at both borders are
    known (`SHARE_NUMBERS`): the total of adjoining spans is as good as the weaker of its two outer borders.
    A border inside a step that could not be counted is missing, and so is the end of a span with such a
    step in it: any missing border makes the total missing (`energy.days.total_of`).
    """

    start_ms: Instants
    thousandths: NDArray[np.int64]
    seconds: NDArray[np.int32]
    begins: NDArray[np.uint8]
    ends: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Counts(_Rows):
    """What one register counted in slots that begin at `start_ms`, in thousandths of its unit, and nothing else."""

    start_ms: Instants
    thousandths: NDArray[np.int64]


NOTHING_COUNTED: Final = Counts(np.zeros(0, np.int64), np.zeros(0, np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Means(_Rows):
    """The time-weighted mean, the least and the greatest value of an instant quantity in each span.

    `seconds` as in `Amounts`.
    """

    start_ms: Instants
    mean: NDArray[np.float64]
    minimum: NDArray[np.float64]
    maximum: NDArray[np.float64]
    seconds: NDArray[np.int32]


class IntervalStore(Protocol):
    """Gives samples to the interval engine and keeps what it computes; `Resolution` is SLOT or DAY.

    Every put is durable on return, atomic per series, and replaces rows of the same (series, start).
    All raise `StoreError` when the disk or database fails.
    """

    async def samples(self, keys: Sequence[SeriesKey], period: Period) -> dict[SeriesKey, Samples]:
        """Return the readings of several series in `period`; a series without any is left out."""
        ...

    async def neighbours(self, key: SeriesKey, period: Period) -> tuple[int | None, int | None]:
        """Return the instants of a series' last reading before `period` and its first one at or after its end."""
        ...

    async def firsts(self, keys: Sequence[SeriesKey]) -> dict[SeriesKey, int]:
        """Return the instant of each series' first reading; a series without any is left out."""
        ...

    async def delivered(self) -> bool:
        """Return whether every reading that was put before this call can be read now; wait for it if that is soon."""
        ...

    async def put_amounts(
        self,
        resolution: Resolution,
        changes: Mapping[SeriesKey, Amounts],
        removed: Mapping[SeriesKey, Instants] | None = None,
    ) -> int:
        """Write rows, take away those that begin at `removed`; return how many rows changed."""
        ...

    async def put_means(
        self,
        resolution: Resolution,
        changes: Mapping[SeriesKey, Means],
        removed: Mapping[SeriesKey, Instants] | None = None,
    ) -> int:
        """Write rows, take away those that begin at `removed`; return how many rows changed."""
        ...

    async def amounts(
        self, resolution: Resolution, keys: Sequence[SeriesKey], period: Period
    ) -> dict[SeriesKey, Amounts]:
        """Return the rows that begin in `period`; a series without any is left out."""
        ...

    async def counted(self, keys: Sequence[SeriesKey], period: Period) -> dict[SeriesKey, Counts]:
        """Return the slots that begin in `period` in which more than nothing was counted, of every series asked for."""
        ...

    async def amounts_at(self, keys: Sequence[SeriesKey], start_ms: Instants) -> dict[SeriesKey, Amounts]:
        """Return the slots that begin at these ascending instants; a series without any is left out."""
        ...

    async def means(self, resolution: Resolution, keys: Sequence[SeriesKey], period: Period) -> dict[SeriesKey, Means]:
        """Return the rows that begin in `period`; a series without any is left out."""
        ...
