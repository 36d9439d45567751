"""The months of a year as a plant sees them: for how long it was there in each, and whether it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from core.inventory.renewables import Plant
from core.periods import Period, local_day, local_month


@dataclass(frozen=True, slots=True)
class Presence:
    """A month (`2025-03`) of which a plant was there for `present_s` of `whole_s`; `over`, or still to end."""

    month: str
    whole_s: int
    present_s: int
    over: bool

    @property
    def part(self) -> Fraction:
        """Return of how much of the month (0 to 1) the plant was there."""
        return Fraction(self.present_s, self.whole_s)

    def most_wh(self, power_w: float) -> int:
        """Return what a plant of that power could make at the most while it was there."""
        return int(Fraction(power_w) * self.present_s / 3600)


def months_of(year: int, zone: ZoneInfo) -> dict[str, Period]:
    """Return the months of a year at a place."""
    return {f"{year}-{month:02}": local_month(year, month, zone) for month in range(1, 13)}


def presences(plant: Plant, months: dict[str, Period], now_utc: datetime, zone: ZoneInfo) -> tuple[Presence, ...]:
    """Return the months as a plant sees them: it is there from its commissioning on, as long as its entry holds."""
    first = local_day(max(plant.commissioned, plant.valid_from), zone).start_utc
    last = None if plant.valid_to is None else local_day(plant.valid_to, zone).start_utc
    found = []
    for name, month in months.items():
        begin, end = max(first, month.start_utc), month.end_utc if last is None else min(last, month.end_utc)
        there = max((end - begin).total_seconds(), 0)
        found.append(Presence(name, int(month.duration.total_seconds()), int(there), month.end_utc <= now_utc))
    return tuple(found)
