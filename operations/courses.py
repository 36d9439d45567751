"""How a meter's last day went: quarter hours where they have been computed, else the readings themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.intervals import SLOT_S, Course, Resolution
from core.periods import Period
from core.quantities import Kind, Quantity
from energy.registers import at_utc
from operations.house import House

LENGTH: Final = timedelta(days=1)
"""How far back a course goes."""

REACH: Final = timedelta(hours=2)
"""How much further back a course must reach to be shown in place of one that says more."""

RATES: Final[dict[Quantity, Quantity]] = {
    Quantity.ENERGY_IMPORT_WH: Quantity.POWER_W,
    Quantity.ENERGY_EXPORT_WH: Quantity.POWER_W,
    Quantity.HEAT_WH: Quantity.POWER_W,
    Quantity.VOLUME_M3: Quantity.FLOW_M3_PER_H,
    Quantity.FUEL_HI_WH: Quantity.POWER_W,
}
"""What a register counts within an hour, on the mean."""

_PER_HOUR: Final = 3600 / SLOT_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A value at an instant; of a quarter hour its mean, at its begin."""

    at_utc: datetime
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A course as it is shown: of which quantity, how finely, and its samples by instant."""

    quantity: Quantity | None = None
    resolution: Resolution | None = None
    samples: tuple[Sample, ...] = ()


async def last_day(house: House, source: str, quantities: Collection[Quantity], now_utc: datetime) -> Drawn:
    """Return the last 24 hours of a source that has these quantities: its power, its register, or both.

    The first of these that reaches back through the day, else the one that reaches furthest: mean
    power by the register, mean power, power as it was read, the register itself.
    """
    period = Period(now_utc - LENGTH, now_utc)
    best = Drawn()
    for quantity, resolution in _ways(quantities):
        zone = ZoneInfo(house.time_zone)
        for course in await house.query.series([source], quantity, period, resolution, zone):
            drawn = _drawn(course)
            if not best.samples or drawn.samples[0].at_utc < best.samples[0].at_utc - REACH:
                best = drawn
        if best.samples and best.samples[0].at_utc <= period.start_utc + REACH:
            break
    return best


async def readings_of(house: House, source: str, quantity: Quantity, period: Period) -> tuple[Sample, ...]:
    """Return the readings of a series in `period`, by instant."""
    zone = ZoneInfo(house.time_zone)
    courses = await house.query.series([source], quantity, period, Resolution.RAW, zone)
    return tuple(sample for course in courses for sample in _drawn(course).samples)


def _ways(quantities: Collection[Quantity]) -> Iterator[tuple[Quantity, Resolution]]:
    registers = [quantity for quantity in quantities if quantity.kind is Kind.REGISTER]
    others = [quantity for quantity in quantities if quantity not in registers]
    yield from ((quantity, Resolution.SLOT) for quantity in registers if quantity in RATES)
    yield from ((quantity, Resolution.SLOT) for quantity in others)
    yield from ((quantity, Resolution.RAW) for quantity in (*others, *registers))


def _drawn(course: Course) -> Drawn:
    quantity, factor = course.quantity, 1.0
    if course.resolution is Resolution.SLOT and quantity in RATES:
        quantity, factor = RATES[quantity], _PER_HOUR
    samples = tuple(
        Sample(at_utc=at_utc(at_ms), value=value * factor)
        for at_ms, value in zip(course.at_ms, course.value, strict=True)
    )
    return Drawn(quantity=quantity, resolution=course.resolution, samples=samples)
