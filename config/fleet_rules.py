"""What can be wrong with vehicles, with what they are compared to, and with the circles around sites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from config.shelves import Shelves, Written, entries_of, overlap, place_of, twins
from config.tree import Step
from core.inventory import (
    Drive,
    ElectricModel,
    Entry,
    FleetBudget,
    FuelKind,
    Recipient,
    Site,
    Station,
    Vehicle,
    VehicleClass,
)
from core.texts import Finding

FUELS: Mapping[Drive, frozenset[FuelKind]] = {
    Drive.BATTERY: frozenset(),
    Drive.PLUG_IN_HYBRID: frozenset({FuelKind.PETROL, FuelKind.DIESEL, FuelKind.HVO}),
    Drive.PETROL: frozenset({FuelKind.PETROL}),
    Drive.DIESEL: frozenset({FuelKind.DIESEL, FuelKind.HVO}),
    Drive.GAS: frozenset({FuelKind.LPG, FuelKind.CNG}),
}
"""What a drive can burn."""

MOST_GAP_D = 366
"""A vehicle that left the fleet longer ago was not replaced by this one, but by another or none."""

ODD_RANGE = 0.3
"""By how much of the battery, range times consumption in winter may miss it."""

EARTH_RADIUS_M = 6_371_000.0


class _Place(NamedTuple):
    """A site that has coordinates."""

    latitude_deg: float
    longitude_deg: float
    written: Written
    site: Site


def check_fleet(shelves: Shelves) -> Iterator[Finding]:
    """Yield what is wrong with vehicles, models, recipients and budgets, and which sites cannot be told apart."""
    vehicles = {vehicle.id: (written, vehicle) for written, vehicle in entries_of(shelves, Vehicle)}
    for written, vehicle in vehicles.values():
        yield from _fuel(written, vehicle)
        yield from _baseline(written, vehicle)
        yield from _battery(written, vehicle)
        if vehicle.replaces and vehicle.replaces in vehicles:
            yield from _replaced(written, vehicle, *vehicles[vehicle.replaces])
    replacing = [(written, vehicle) for written, vehicle in vehicles.values() if vehicle.replaces]
    yield from twins(replacing, lambda vehicle: vehicle.replaces, "config.replaced_twice", "replaces")
    for written, model in entries_of(shelves, ElectricModel):
        yield from _range(written, model)
    stations = entries_of(shelves, Station)
    yield from twins(stations, lambda station: station.wire_name.casefold(), "config.identity_twice", "identity")
    groups = {vehicle.group for _, vehicle in vehicles.values()}
    for written, recipient in entries_of(shelves, Recipient):
        yield from _groups(written, recipient, groups)
    budgets = entries_of(shelves, FleetBudget)
    for written, budget in budgets:
        if budget.group is not None and budget.group not in groups:
            yield _no_group(written, budget.group, groups, "group")
    yield from twins(budgets, lambda budget: (budget.group, budget.year), "config.fleet_budget_twice", "year")
    yield from _circles(shelves)


def _stays(entry: Entry) -> bool:
    """Return whether an entry has no end: of what has gone, nothing needs to be added."""
    return entry.valid_to is None


def _fuel(written: Written, vehicle: Vehicle) -> Iterator[Finding]:
    possible = FUELS[vehicle.drive]
    if vehicle.fuel is not None and vehicle.fuel not in possible:
        expected = ", ".join(sorted(possible)) or "–"
        yield written.finding(
            "config.fuel_not_of_drive", "fuel", found=vehicle.fuel, drive=vehicle.drive, expected=expected
        )
    if vehicle.burns is None and possible and _stays(vehicle):
        yield written.finding("config.fuel_missing", "fuel", expected=", ".join(sorted(possible)))


def _baseline(written: Written, vehicle: Vehicle) -> Iterator[Finding]:
    if vehicle.baseline is not None and not vehicle.plugs_in:
        yield written.finding("config.baseline_unused", "baseline", drive=vehicle.drive)
    if vehicle.baseline is not None and vehicle.baseline.fuel is FuelKind.CNG:
        yield written.finding("config.baseline_not_litres", "baseline", "fuel", found=vehicle.baseline.fuel)
    comparable = vehicle.plugs_in and vehicle.vehicle_class is not VehicleClass.SPECIAL
    if vehicle.baseline is None and comparable and _stays(vehicle):
        yield written.finding("config.baseline_missing", "baseline")


def _battery(written: Written, vehicle: Vehicle) -> Iterator[Finding]:
    if vehicle.plugs_in and vehicle.battery_wh is None and _stays(vehicle):
        yield written.finding("config.battery_missing", "battery_wh")


def _replaced(written: Written, vehicle: Vehicle, earlier: Written, former: Vehicle) -> Iterator[Finding]:
    """Yield what is wrong with the lives of a vehicle and of the one whose place it took."""
    place = place_of(earlier)
    if former.valid_from >= vehicle.valid_from:
        start = str(former.valid_from)
        yield written.finding("config.replaces_younger", "replaces", found=former.id, start=start, **place)
    elif former.valid_to is not None and (vehicle.valid_from - former.valid_to).days > MOST_GAP_D:
        end = str(former.valid_to)
        yield written.finding("config.replaces_gone", "replaces", found=former.id, end=end, **place)


def _range(written: Written, model: ElectricModel) -> Iterator[Finding]:
    needed_wh = model.winter_range_m / 100_000 * float(model.winter_energy_wh_per_100km)
    if abs(needed_wh - model.battery_wh) > ODD_RANGE * model.battery_wh:
        params: dict[str, str | int] = {"needed": round(needed_wh), "battery": round(model.battery_wh)}
        yield written.finding("config.winter_range_odd", "winter_range_m", **params)
    if model.winter_energy_wh_per_100km < model.energy_wh_per_100km:
        yield written.finding("config.winter_energy_odd", "winter_energy_wh_per_100km")


def _groups(written: Written, recipient: Recipient, groups: set[str]) -> Iterator[Finding]:
    for place, group in enumerate(recipient.groups):
        if group not in groups:
            yield _no_group(written, group, groups, "groups", place)


def _no_group(written: Written, group: str, groups: set[str], *inside: Step) -> Finding:
    return written.finding("config.group_unknown", *inside, found=group, expected=", ".join(sorted(groups)))


def _circles(shelves: Shelves) -> Iterator[Finding]:
    """Yield the sites whose circles overlap: of a vehicle in both nobody can say at which it is."""
    places = [
        _Place(site.latitude_deg, site.longitude_deg, written, site)
        for written, site in entries_of(shelves, Site)
        if site.latitude_deg is not None and site.longitude_deg is not None
    ]
    places.sort(key=lambda place: place.latitude_deg)
    widest_m = max((place.site.radius_m for place in places), default=0.0)
    for number, one in enumerate(places):
        for other in places[number + 1 :]:
            if radians(other.latitude_deg - one.latitude_deg) * EARTH_RADIUS_M > one.site.radius_m + widest_m:
                break
            apart_m = _apart_m(one, other)
            if apart_m < one.site.radius_m + other.site.radius_m and overlap(one.site, other.site):
                yield _too_near(one, other, apart_m)


def _too_near(one: _Place, other: _Place, apart_m: float) -> Finding:
    params: dict[str, str | int] = {"other": one.site.id, "apart": round(apart_m), **place_of(one.written)}
    return other.written.finding("config.sites_overlap", "radius_m", **params)


def _apart_m(one: _Place, other: _Place) -> float:
    """Return the distance of two places on the sphere (haversine)."""
    north, south = radians(one.latitude_deg), radians(other.latitude_deg)
    rise = sin((south - north) / 2) ** 2
    turn = sin(radians(other.longitude_deg - one.longitude_deg) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(rise + cos(north) * cos(south) * turn))
