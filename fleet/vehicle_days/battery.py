"""How a battery ages: its capacity from charge sessions that brought much, and what of the original is left.

Capacity of a session = energy into the battery / rise of the charge; only rises of 40 points and more say enough.
The energy is what the vehicle counted, else what the charge point gave less the charging loss. Shown is the median
of the last ten. Makers warrant 70 % of the original capacity as a rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median
from typing import Final

from core.fleet import SessionValuation
from core.inventory import Vehicle
from core.texts import Finding
from fleet.vehicle_days.sums import LOSS_ASSUMED

RISE_LEAST_PERCENT: Final = Decimal(40)
SESSIONS: Final = 10
SESSIONS_LEAST: Final = 3
WARRANTY_PERCENT: Final = Decimal(70)
POSSIBLE: Final = (Decimal("0.3"), Decimal("1.5"))
"""Outside of these parts of the stated capacity something else is wrong than the battery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityPoint:
    """What one session says of the capacity, and the median of the ten up to it."""

    session: str
    at_utc: datetime
    rise_percent: Decimal
    capacity_wh: Decimal
    median_wh: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryHealth:
    """The capacity of a battery over time; `health_percent` of the stated one is None where `findings` say why."""

    points: tuple[CapacityPoint, ...] = ()
    capacity_wh: Decimal | None = None
    health_percent: Decimal | None = None
    findings: tuple[Finding, ...] = ()


def health_of(vehicle: Vehicle, valuations: Iterable[SessionValuation]) -> BatteryHealth:
    """Return what a vehicle's sessions, in the order of time, say of its battery."""
    if not vehicle.plugs_in:
        return BatteryHealth(findings=(Finding.of("figures.not_electric"),))
    if vehicle.battery_wh is None:
        return BatteryHealth(findings=(Finding.of("figures.no_battery"),))
    stated_wh = Decimal(repr(vehicle.battery_wh))
    points = _points(vehicle, stated_wh, valuations)
    if len(points) < SESSIONS_LEAST:
        rise = int(RISE_LEAST_PERCENT)
        found = Finding.of("battery.too_few", count=len(points), least=SESSIONS_LEAST, rise=rise)
        return BatteryHealth(points=points, findings=(found,))
    capacity_wh = points[-1].median_wh
    health = 100 * capacity_wh / stated_wh
    below = Finding.of("battery.below_warranty", percent=round(float(health)), warranty=int(WARRANTY_PERCENT))
    return BatteryHealth(
        points=points,
        capacity_wh=capacity_wh,
        health_percent=health,
        findings=(below,) if health < WARRANTY_PERCENT else (),
    )


def _points(vehicle: Vehicle, stated_wh: Decimal, valuations: Iterable[SessionValuation]) -> tuple[CapacityPoint, ...]:
    low, high = (part * stated_wh for part in POSSIBLE)
    told: list[tuple[SessionValuation, Decimal, Decimal]] = []
    for valuation in valuations:
        rise, energy_wh = valuation.soc_rise_percent, _into_battery_wh(vehicle, valuation)
        if rise is not None and rise >= RISE_LEAST_PERCENT and energy_wh is not None:
            capacity_wh = energy_wh * 100 / rise
            if low <= capacity_wh <= high:
                told.append((valuation, rise, capacity_wh))
    capacities = [capacity_wh for _, _, capacity_wh in told]
    return tuple(
        CapacityPoint(
            session=valuation.session,
            at_utc=valuation.begun_at_utc,
            rise_percent=rise,
            capacity_wh=capacity_wh,
            median_wh=_last_median(capacities, place),
        )
        for place, (valuation, rise, capacity_wh) in enumerate(told)
    )


def _last_median(capacities: Sequence[Decimal], place: int) -> Decimal:
    return median(capacities[max(place + 1 - SESSIONS, 0) : place + 1])


def _into_battery_wh(vehicle: Vehicle, valuation: SessionValuation) -> Decimal | None:
    if valuation.battery_wh is not None:
        return valuation.battery_wh
    if valuation.energy_wh is None:
        return None
    stated = vehicle.charge_loss_percent
    return valuation.energy_wh * (1 - (LOSS_ASSUMED if stated is None else stated / 100))
