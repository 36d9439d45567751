"""What a vehicle told over a time, as columns, and what that says at an instant: plugged in, moved, at which site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from core.fleet import Presence
from core.inventory import Vehicle
from core.quantities import Quantity
from energy.register_rules import RegisterRules
from energy.register_walk import epoch_ms
from energy.registers import Booking, Counted, count
from energy.series import Samples
from fleet.vehicle_days.charge_level import SILENCE_MAX_MS, ChargeLevels, charge_levels

TOLD = (
    Quantity.SOC_PERCENT,
    Quantity.ODOMETER_M,
    Quantity.PLUGGED_IN_FLAG,
    Quantity.CHARGING_FLAG,
    Quantity.ENERGY_SESSION_WH,
)
"""What of a vehicle is read as it came."""

NOTHING = Samples(np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.uint8))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Telling:
    """A vehicle with what it told: its charge, its counted odometer, its other series, and where it stood when."""

    vehicle: Vehicle
    levels: ChargeLevels
    odometer: Counted
    series: Mapping[Quantity, Samples] = field(default_factory=dict)
    presences: Sequence[Presence] = ()

    def state(self, quantity: Quantity, at_ms: int) -> bool | None:
        """Return a state at an instant: what was said last, None if that is more than 25 hours ago."""
        samples = self.series.get(quantity, NOTHING)
        row = int(np.searchsorted(samples.at_ms, at_ms, side="right")) - 1
        if row < 0 or at_ms - int(samples.at_ms[row]) > SILENCE_MAX_MS:
            return None
        return bool(samples.value[row] > 0)

    def switched_on(self, quantity: Quantity, begin_ms: int, end_ms: int) -> bool:
        """Return whether a state became 1 between two instants."""
        samples = self.series.get(quantity, NOTHING)
        first, last = np.searchsorted(samples.at_ms, [begin_ms, end_ms], side="left")
        on = samples.value[max(int(first) - 1, 0) : int(last)] > 0
        return bool((on[1:] & ~on[:-1]).any())

    def site_at(self, at_utc: datetime) -> tuple[bool, str | None]:
        """Return whether it is known where the vehicle was, and the site (None: on a trip)."""
        before = [presence for presence in self.presences if presence.since_utc <= at_utc]
        return (True, before[-1].site) if before else (False, None)

    def moved(self, begin_ms: int, end_ms: int) -> bool | None:
        """Return whether it drove a kilometre or more between two instants, None if nothing was said between them."""
        inside = (self.odometer.at_ms >= begin_ms) & (self.odometer.at_ms <= end_ms)
        positions = self.odometer.position[inside]
        return bool(positions[-1] - positions[0] >= _DROVE_MM) if len(positions) > 1 else None

    def battery_wh(self, begin_ms: int, end_ms: int) -> float | None:
        """Return what the vehicle's own counter of the session says it took, None where it has none.

        The counter begins anew with each session: what counts is its rise, from 0 where it fell.
        """
        samples = self.series.get(Quantity.ENERGY_SESSION_WH, NOTHING)
        first, last = np.searchsorted(samples.at_ms, [begin_ms, end_ms], side="left")
        values = samples.value[max(int(first) - 1, 0) : int(last)]
        if int(last) == int(first) or len(values) < 2:  # noqa: PLR2004 - a rise has two ends
            return None
        rises = np.diff(values)
        return float(np.where(rises < 0, values[1:], rises).sum())


_DROVE_MM = 1_000_000


def telling_of(
    vehicle: Vehicle,
    series: Mapping[Quantity, Samples],
    rules: RegisterRules,
    bookings: Sequence[Booking] = (),
    presences: Sequence[Presence] = (),
) -> Telling:
    """Return a vehicle with what its series say; `rules` and `bookings` are those of its odometer.

    Bookings before the first reading are left out: what they began is told by that reading.
    """
    odometer = series.get(Quantity.ODOMETER_M, NOTHING)
    begin_ms = int(odometer.at_ms[0]) if len(odometer) else 0
    booked = [booking for booking in bookings if begin_ms <= epoch_ms(booking.at_utc)]
    return Telling(
        vehicle=vehicle,
        levels=charge_levels(series.get(Quantity.SOC_PERCENT, NOTHING)),
        odometer=count(odometer.at_ms, odometer.value, rules, bookings=booked),
        series=series,
        presences=sorted(presences, key=lambda presence: presence.since_utc),
    )
