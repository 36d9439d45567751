"""The grid's intensities as calculations take them: one series per boundary, in whole thousandths of a gram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import numpy as np

from core.factors import Boundary
from core.periods import Period
from core.texts import Finding
from energy.loads import slots_in
from energy.register_walk import epoch_ms
from fleet.choice import WHOLE
from fleet.savings.timed import UNKNOWN, GridCourse, SeriesUsed, SlotIntensity
from operations.grid.series import GridIntensity, GridSeries, all_series, read_intensity
from operations.house import House

MILLIGRAMS: Final = 1000


@dataclass(frozen=True, slots=True)
class Intensities:
    """The intensities that a month takes, once per boundary, and why there is none within the others."""

    found: tuple[SlotIntensity, ...] = ()
    reasons: Mapping[Boundary, Finding] = field(default_factory=dict)

    def within(self, boundary: Boundary) -> SlotIntensity | Finding:
        """Return the intensities within a boundary, or why there are none."""
        found = next((each for each in self.found if each.series.boundary.whole is boundary.whole), None)
        return found or self.reasons.get(boundary) or Finding.of("emissions.no_series")

    @property
    def course(self) -> GridCourse:
        """Return what a statement says of them."""
        return GridCourse(series=tuple(each.series for each in self.found), reasons=self.reasons)


async def read_intensities(house: House, period: Period, series: Sequence[GridSeries] | None = None) -> Intensities:
    """Return the intensities of the quarter hours of a period: within each boundary those that count just that.

    `series` are all that are kept, where they have been read before.
    """
    if house.intervals is None:
        return Intensities()
    found: list[SlotIntensity] = []
    reasons: dict[Boundary, Finding] = {}
    series = await all_series(house) if series is None else series
    for boundary in WHOLE:
        read = await read_intensity(house, boundary, period, series=series)
        if isinstance(read, Finding):
            reasons[boundary] = read
        else:
            found.append(slot_intensity(read, period))
    there_is_none = not found and all(each.code == "intensity.no_series" for each in reasons.values())
    return Intensities(tuple(found), {} if there_is_none else reasons)


def slot_intensity(read: GridIntensity, period: Period) -> SlotIntensity:
    """Return a series in whole thousandths of a gram, with a digest of what it says in the period."""
    start_ms = slots_in(period)
    value, known, forecast = read.at(start_ms)
    mg_per_kwh = np.where(known, np.rint(np.nan_to_num(value) * MILLIGRAMS), UNKNOWN).astype(np.int64)
    used = SeriesUsed(
        boundary=read.series.boundary,
        id=read.series.id,
        values=int(known.sum()),
        digest=sha256(mg_per_kwh.tobytes() + forecast.tobytes()).hexdigest(),
    )
    return SlotIntensity(used, epoch_ms(period.start_utc), mg_per_kwh, forecast)
