"""Prices of the day-ahead market: which series there are, and what was counted while they were below zero.

A series is a source `market:<name>/<minutes>`: how finely it is told stands in its name. It lies in the time series
as any other one, so values that are replaced are kept there too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.intervals import SeriesKey
from core.periods import Period
from core.quantities import Quantity
from energy.loads import slots_in
from energy.register_walk import epoch_ms
from energy.series import Instants, Samples
from operations.evidence.witnesses import interval_store
from operations.house import House

PRICE: Final = Quantity.PRICE_EUR_PER_MWH
MINUTE_MS: Final = 60_000
_SOURCE: Final = re.compile(r"market:([a-z][a-z0-9-]*)/(15|60)\Z")
_NONE: Final = Samples(np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.uint8))


@dataclass(frozen=True, slots=True, order=True)
class PriceSeries:
    """A course of prices: its name, and for how many minutes each value holds."""

    name: str
    resolution_min: int

    @property
    def source(self) -> str:
        """Return the source id of its values."""
        return f"market:{self.name}/{self.resolution_min}"

    @staticmethod
    def of(source: str) -> PriceSeries | None:
        """Return the series of a source id, None for any other source."""
        found = _SOURCE.match(source)
        return None if found is None else PriceSeries(found[1], int(found[2]))


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """The prices of the quarter hours that begin at `start_ms`, NaN where nobody has told one."""

    series: PriceSeries
    start_ms: Instants
    eur_per_mwh: NDArray[np.float64]

    def during(self, period: Period) -> slice:
        """Return the quarter hours of a period."""
        ends = [epoch_ms(period.start_utc), epoch_ms(period.end_utc)]
        return slice(*np.searchsorted(self.start_ms, ends).tolist())

    def known(self, period: Period) -> bool:
        """Return whether there is a price for each quarter hour of a period."""
        return not bool(np.isnan(self.eur_per_mwh[self.during(period)]).any())

    @property
    def below_zero_ms(self) -> Instants:
        """Return when the quarter hours begin whose price is below zero."""
        return self.start_ms[self.eur_per_mwh < 0]


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What a series counted in some quarter hours, in thousandths."""

    start_ms: Instants
    thousandths: NDArray[np.int64]

    @staticmethod
    def none() -> Counted:
        """Return that of a series of which nothing is known."""
        return Counted(np.empty(0, np.int64), np.empty(0, np.int64))

    def during(self, period: Period) -> int:
        """Return what it counted in those of a period."""
        ends = [epoch_ms(period.start_utc), epoch_ms(period.end_utc)]
        return int(self.thousandths[slice(*np.searchsorted(self.start_ms, ends).tolist())].sum())


async def all_prices(house: House) -> tuple[PriceSeries, ...]:
    """Return all series of prices that are kept, by name."""
    found = (PriceSeries.of(each.source) for each in await house.query.last() if each.quantity is PRICE)
    return tuple(sorted(each for each in found if each is not None))


async def read_prices(house: House, period: Period) -> Prices | None:
    """Return the prices of a period: of the series that says most of it, then the finest, then the first by name."""
    if house.intervals is None:
        return None
    there = [await _read(house, each, period) for each in await all_prices(house)]
    return min(
        there,
        key=lambda each: (int(np.isnan(each.eur_per_mwh).sum()), each.series.resolution_min, each.series.name),
        default=None,
    )


async def counted_at(house: House, keys: Sequence[SeriesKey], start_ms: Instants) -> dict[SeriesKey, Counted]:
    """Return what each series counted in the quarter hours that begin at these ascending instants."""
    found = await interval_store(house).amounts_at(keys, start_ms)
    return {key: Counted(amounts.start_ms, amounts.thousandths) for key, amounts in found.items()}


async def _read(house: House, series: PriceSeries, period: Period) -> Prices:
    key, start_ms = (series.source, PRICE), slots_in(period)
    wide = Period(period.start_utc.replace(minute=0, second=0, microsecond=0), period.end_utc)
    samples = (await interval_store(house).samples([key], wide)).get(key, _NONE)
    if not len(samples):
        return Prices(series, start_ms, np.full(len(start_ms), np.nan))
    row = np.searchsorted(samples.at_ms, start_ms, side="right") - 1
    begins = samples.at_ms[np.maximum(row, 0)]
    known = (row >= 0) & (start_ms - begins < series.resolution_min * MINUTE_MS)
    return Prices(series, start_ms, np.where(known, samples.value[np.maximum(row, 0)], np.nan))
