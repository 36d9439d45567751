"""Vehicles: state of charge, odometer, whether they charge. Never where they are or who drives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.inventory import Drive, Inventory, Vehicle
from core.ports import Page
from core.quantities import Quantity
from operations.fleet.figures import (
    BatteryRow,
    MonthFigures,
    MonthPoint,
    battery_of,
    course_of,
    month_named,
    month_of,
)
from operations.fleet.vehicle_days import seen_vehicle
from operations.house import Call, House
from operations.notices import SourceNotice, notices_of
from operations.values import (
    Freshness,
    Limit,
    Newest,
    Value,
    freshest,
    in_force,
    matches,
    newest,
    page_of,
    pick,
    values_of,
)

NOMINAL_INTERVAL_S = 3600
"""A parked vehicle reports about hourly; only a driving or charging one does so every minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListVehicles:
    """Which vehicles: at a site, of a drive, or with a text in id or name."""

    site: str | None = None
    drive: Drive | None = None
    query: str | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowVehicle:
    """One vehicle by its id, with the figures of a month (`2026-11`; the present one)."""

    id: str
    month: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleRow:
    """A vehicle with what it last reported; `charging` and `plugged_in` are None where it never said."""

    id: str
    name: str
    site: str
    site_name: str
    maker: str
    model: str
    drive: Drive
    group: str
    state: Freshness
    age_s: float | None
    soc: Value | None
    odometer: Value | None
    charging: bool | None
    plugged_in: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleDetail:
    """A vehicle with all its newest values, what its model says, and what was odd about its messages.

    `month` are its figures, `course` the twelve months up to it, `battery` what its charge sessions say of its battery.
    """

    vehicle: VehicleRow
    battery_wh: float | None
    valid_from: date
    valid_to: date | None
    broker: str | None
    format: str | None
    topic: str | None
    values: tuple[Value, ...]
    notices: tuple[SourceNotice, ...]
    month: MonthFigures | None = None
    course: tuple[MonthPoint, ...] = ()
    battery: BatteryRow | None = None


async def list_vehicles(house: House, request: ListVehicles, call: Call) -> Page[VehicleRow]:
    """Return the vehicles in use that the actor may see, by id."""
    inventory = house.inventory()
    vehicles = [
        vehicle
        for vehicle in in_force(inventory.vehicles.values(), call, house.day(call.now_utc), request.site)
        if request.drive in (None, vehicle.drive) and matches(vehicle, request.query)
    ]
    page = page_of(vehicles, [vehicle.id for vehicle in vehicles], request.limit, request.cursor)
    last = await newest(house, [vehicle.source for vehicle in page.items])
    rows = tuple(vehicle_row(vehicle, inventory, last, call) for vehicle in page.items)
    return Page(rows, page.total, page.next_cursor)


async def show_vehicle(house: House, request: ShowVehicle, call: Call) -> VehicleDetail:
    """Return one vehicle, former ones too. Raises `NotFoundError`, `ForbiddenError` or `RequestError` (month)."""
    inventory, vehicle = house.inventory(), seen_vehicle(house, request.id, call)
    first_day, last_day = month_named(request.month, house, vehicle, call.now_utc)
    last = await newest(house, [vehicle.source])
    feed = vehicle.feed
    return VehicleDetail(
        vehicle=vehicle_row(vehicle, inventory, last, call),
        battery_wh=vehicle.battery_wh,
        valid_from=vehicle.valid_from,
        valid_to=vehicle.valid_to,
        broker=feed.broker if feed else None,
        format=feed.format if feed else None,
        topic=feed.topic if feed else None,
        values=() if vehicle.personal else values_of(last, vehicle.source, NOMINAL_INTERVAL_S, call.now_utc),
        notices=await notices_of(house, vehicle.source, call),
        month=await month_of(house, vehicle, first_day, last_day),
        course=await course_of(house, vehicle, last_day),
        battery=await battery_of(house, vehicle, call.now_utc),
    )


def vehicle_row(vehicle: Vehicle, inventory: Inventory, last: Newest, call: Call) -> VehicleRow:
    """Return the row of a vehicle; of one that a single person uses only whether it reports: all else is by month."""
    values = values_of(last, vehicle.source, NOMINAL_INTERVAL_S, call.now_utc)
    state = freshest(values)
    if vehicle.personal:
        values = ()
    return VehicleRow(
        id=vehicle.id,
        name=vehicle.name,
        site=vehicle.site,
        site_name=inventory.sites[vehicle.site].name,
        maker=vehicle.maker,
        model=vehicle.model,
        drive=vehicle.drive,
        group=vehicle.group,
        state=state,
        age_s=min((value.age_s for value in values), default=None),
        soc=pick(values, Quantity.SOC_PERCENT),
        odometer=pick(values, Quantity.ODOMETER_M),
        charging=_flag(pick(values, Quantity.CHARGING_FLAG)),
        plugged_in=_flag(pick(values, Quantity.PLUGGED_IN_FLAG)),
    )


def _flag(value: Value | None) -> bool | None:
    return None if value is None else value.value != 0
