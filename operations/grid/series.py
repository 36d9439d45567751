"""The kept courses of the grid's intensity: their names, and their values in quarter hours.

A series is a source `grid:<name>-<boundary>/<minutes>`: what it counts and how finely stands in its name, so that no
two of them can be taken for each other. It lies in the time series as any other one, so values that are replaced
are kept there too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.factors import Boundary
from core.periods import Period
from core.quantities import Quantity
from core.readings import ReadingQuality
from core.texts import Finding
from energy.loads import Flags
from energy.series import QUALITY_CODES, Instants, Samples
from operations.evidence.witnesses import interval_store
from operations.house import House

QUANTITY: Final = Quantity.INTENSITY_G_PER_KWH
BOUNDARIES: Final = (Boundary.DIRECT, Boundary.CO2E_NO_UPSTREAM, Boundary.CO2E_UPSTREAM)
"""What a series of electricity may count."""

MINUTE_MS: Final = 60_000
_SOURCE: Final = re.compile(r"grid:([a-z][a-z0-9-]*)-(direct|co2e-no-upstream|co2e-upstream)/(15|60)\Z")


@dataclass(frozen=True, slots=True, order=True)
class GridSeries:
    """A course of intensities: whose it is, what it counts, and for how many minutes each value holds."""

    name: str
    boundary: Boundary
    resolution_min: int

    @property
    def source(self) -> str:
        """Return the source id of its values."""
        return f"grid:{self.id}"

    @property
    def id(self) -> str:
        """Return what people write for it."""
        return f"{self.name}-{self.boundary.value.replace('_', '-')}/{self.resolution_min}"

    @staticmethod
    def of(source: str) -> GridSeries | None:
        """Return the series of a source id, None for any other source."""
        found = _SOURCE.match(source)
        if found is None:
            return None
        return GridSeries(found[1], Boundary(found[2].replace("-", "_")), int(found[3]))


@dataclass(frozen=True, slots=True, eq=False)
class GridIntensity:
    """The values of a series in a period."""

    series: GridSeries
    samples: Samples

    def at(self, start_ms: Instants) -> tuple[NDArray[np.float64], Flags, Flags]:
        """Return g/kWh in the quarter hours that begin at some instants, where it is known, and where only forecast."""
        if not len(self.samples):
            nothing = np.zeros(len(start_ms), np.bool_)
            return np.full(len(start_ms), np.nan), nothing, nothing
        row = np.searchsorted(self.samples.at_ms, start_ms, side="right") - 1
        begins = self.samples.at_ms[np.maximum(row, 0)]
        known = (row >= 0) & (start_ms - begins < self.series.resolution_min * MINUTE_MS)
        value = np.where(known, self.samples.value[np.maximum(row, 0)], np.nan)
        forecast = self.samples.quality[np.maximum(row, 0)] == QUALITY_CODES[ReadingQuality.ESTIMATED]
        return value, known, known & forecast


async def all_series(house: House) -> tuple[GridSeries, ...]:
    """Return all series that are kept, by name, boundary and resolution."""
    found = (GridSeries.of(each.source) for each in await house.query.last() if each.quantity is QUANTITY)
    return tuple(sorted(each for each in found if each is not None))


async def read_series(house: House, series: GridSeries, period: Period) -> GridIntensity:
    """Return the values of a series that hold in a period."""
    wide = Period(period.start_utc.replace(minute=0, second=0, microsecond=0), period.end_utc)
    found = await interval_store(house).samples([(series.source, QUANTITY)], wide)
    empty = Samples(np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.uint8))
    return GridIntensity(series, found.get((series.source, QUANTITY), empty))


async def read_intensity(
    house: House,
    boundary: Boundary,
    period: Period,
    name: str | None = None,
    series: Sequence[GridSeries] | None = None,
) -> GridIntensity | Finding:
    """Return the course that calculations within a boundary take, or the finding that there is none.

    Only series that count the same are taken. Of several the one of `name` is, else the one with most values in the
    period, then the finest, then the first by name. `series` are all that are kept, where they have been read before.
    """
    there = await all_series(house) if series is None else series
    fitting = [each for each in there if each.boundary.whole is boundary.whole and name in (None, each.name)]
    found = [await read_series(house, each, period) for each in fitting]
    with_values = [each for each in found if len(each.samples)]
    if not with_values:
        return await _refused(house, boundary) or _why_none(boundary, fitting, there)
    return _fullest(with_values)


async def _refused(house: House, boundary: Boundary) -> Finding | None:
    """Return why the newest file of generation within a boundary was not taken in, None where none was refused."""
    for each in await house.ledger.notices():
        series = GridSeries.of(each.source)
        if series is not None and series.boundary.whole is boundary.whole:
            return each.finding
    return None


def _why_none(boundary: Boundary, fitting: Sequence[GridSeries], there: Sequence[GridSeries]) -> Finding:
    """Return that there is no course within a boundary, and whether there are only such that count something else."""
    if there and not fitting:
        others = ", ".join(each.id for each in there)
        return Finding.of("intensity.other_boundary", series=others, boundary=boundary.value)
    return Finding.of("intensity.no_series", boundary=boundary.value)


def _fullest(found: Iterable[GridIntensity]) -> GridIntensity:
    def order(each: GridIntensity) -> tuple[int, int, str]:
        series = each.series
        return -len(each.samples) * series.resolution_min, series.resolution_min, series.name

    return min(found, key=order)
