"""A vehicle's days of a month: distance, energy, charge, standing, where it was, and what is odd about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.errors import NotFoundError
from core.fleet import VehicleDay
from core.inventory import Vehicle
from core.readings import SlotShare
from core.texts import Finding
from operations.fleet.figures import MonthFigures, computed, figure_id, month_named, shown
from operations.house import Call, House
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class ListVehicleDays:
    """Whose days, of which month (`2026-11`; the present one)."""

    id: str
    month: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleDayRow:
    """A vehicle's day (see `core.fleet.VehicleDay`); `figure` explains its distance, its other figures likewise."""

    day: date
    distance_m: Decimal | None
    distance_share: SlotShare
    odometer_end_m: Decimal | None
    checked_distance_m: Decimal | None
    own_charged_wh: Decimal
    elsewhere_charged_wh: Decimal
    battery_charged_wh: Decimal | None
    driven_wh: Decimal | None
    soc_begin_percent: Decimal | None
    soc_end_percent: Decimal | None
    standby_percent: Decimal | None
    parked_s: int | None
    away_s: int | None
    dwell_s: Mapping[str, int]
    fuel_l: Decimal | None
    figure: str
    findings: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleDays:
    """A vehicle's month day by day; of one that a single person uses only the month."""

    vehicle: str
    name: str
    month: MonthFigures
    days: tuple[VehicleDayRow, ...]
    findings: tuple[Told, ...]


async def list_vehicle_days(house: House, request: ListVehicleDays, call: Call) -> VehicleDays:
    """Return the days of a vehicle's month. Raises `NotFoundError`, `ForbiddenError` or `RequestError`."""
    vehicle = seen_vehicle(house, request.id, call)
    first, last = month_named(request.month, house, vehicle, call.now_utc)
    days = await house.ledger.vehicle_days(first, last, [vehicle.id])
    figures = computed(house.inventory(), vehicle, days, first, last)
    hidden = (Finding.of("vehicle_days.personal"),) if vehicle.personal else ()
    nothing = () if days else (Finding.of("vehicle_days.none"),)
    return VehicleDays(
        vehicle=vehicle.id,
        name=vehicle.name,
        month=shown(vehicle, figures, f"{first:%Y-%m}", house.inventory()),
        days=() if vehicle.personal else tuple(_row(vehicle, day) for day in days),
        findings=tuple(Told.of(finding) for finding in (*hidden, *nothing)),
    )


def seen_vehicle(house: House, name: str, call: Call) -> Vehicle:
    """Return a vehicle that the actor may see, former ones too. Raises `NotFoundError` or `ForbiddenError`."""
    vehicle = house.inventory().vehicles.get(name)
    if vehicle is None:
        raise NotFoundError("vehicles.unknown", id=name[:80])
    call.must_see(vehicle.site)
    return vehicle


def _row(vehicle: Vehicle, day: VehicleDay) -> VehicleDayRow:
    return VehicleDayRow(
        day=day.day,
        distance_m=day.distance_m,
        distance_share=day.distance_share,
        odometer_end_m=day.odometer_end_m,
        checked_distance_m=day.checked_distance_m,
        own_charged_wh=day.own_charged_wh,
        elsewhere_charged_wh=day.elsewhere_charged_wh,
        battery_charged_wh=day.battery_charged_wh,
        driven_wh=day.driven_wh,
        soc_begin_percent=day.soc_begin_percent,
        soc_end_percent=day.soc_end_percent,
        standby_percent=day.standby_percent,
        parked_s=day.parked_s,
        away_s=day.away_s,
        dwell_s=dict(day.dwell_s),
        fuel_l=day.fuel_l,
        figure=figure_id(vehicle, day.day.isoformat(), "distance_m"),
        findings=tuple(Told.of(finding) for finding in day.findings),
    )
