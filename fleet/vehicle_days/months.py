"""The sums of vehicles' months, for the time when their days may not be kept any longer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from core.fleet import VehicleDay
from core.vehicle_months import VehicleMonth


def months_of(days: Iterable[VehicleDay]) -> tuple[VehicleMonth, ...]:
    """Return the sums of all days by vehicle and month; what no day of a month tells is None."""
    found: dict[tuple[str, date], list[VehicleDay]] = {}
    for day in days:
        found.setdefault((day.vehicle, day.day.replace(day=1)), []).append(day)
    return tuple(_month(vehicle, first, found[vehicle, first]) for vehicle, first in sorted(found))


def _month(vehicle: str, first: date, days: Sequence[VehicleDay]) -> VehicleMonth:
    distances = [day.distance_m for day in days]
    odometers = [day.odometer_end_m for day in sorted(days, key=lambda day: day.day)]
    return VehicleMonth(
        vehicle=vehicle,
        month=first,
        days=len(days),
        distance_days=sum(distance is not None for distance in distances),
        driven_days=sum(bool(distance) for distance in distances),
        distance_m=_sum(distances),
        odometer_end_m=next((value for value in reversed(odometers) if value is not None), None),
        own_charged_wh=sum((day.own_charged_wh for day in days), Decimal(0)),
        elsewhere_charged_wh=sum((day.elsewhere_charged_wh for day in days), Decimal(0)),
        battery_charged_wh=_sum([day.battery_charged_wh for day in days]),
        driven_wh=_sum([day.driven_wh for day in days]),
        fuel_l=_sum([day.fuel_l for day in days]),
    )


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    """Return the exact sum of what is known, None if nothing is."""
    known = [value for value in values if value is not None]
    return sum(known[1:], known[0]) if known else None
