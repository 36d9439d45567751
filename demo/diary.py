"""The past of cars and outlets: day after day, who drove how far and who charged where."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from core.inventory import Drive, Inventory, Site, SiteKind, Station, Vehicle
from core.quantities import Quantity
from demo.calendar import is_open_on, is_working_day
from demo.cars import battery_wh, charging_limit_w, is_electric
from demo.chance import key_of
from demo.charging import charged_wh, percent_of
from demo.driving import burnt_l, efficiency_of, use_wh_per_km
from demo.local_days import local_s
from demo.outlets import Place, places_of
from demo.registers import Positions, first_value
from demo.stays import Stay, Track
from demo.trips import Plan, Refill, Trip, plan_of, secretive_of
from demo.weather import temperature_c

_RESERVE_PERCENT = 12.0
_PLUG_IN_BELOW_PERCENT, _PLUG_IN_ANYWAY = 60.0, 0.3
_LINGER_S = (600.0, 5400.0)
_SHORTEST_STAY_S = 240.0
_KNOTS_PER_CHARGE = 6
_LONGEST_PAUSE_DAYS = 8
_CHARGES_FOR_S, _UNDER_WAY_EFFICIENCY, _UNDER_WAY_SPARE_PERCENT, _UNDER_WAY_MOST_PERCENT = 1500.0, 0.92, 12.0, 70.0
_SECRET_SHARE, _SECRET_PERCENT = 0.5, 22.0
"""One vehicle charges elsewhere on every other trip, and nobody hands in a bill."""
_FIRST_SOC_PERCENT = 62.0
_TARGETS_PERCENT = (80.0, 80.0, 80.0, 90.0, 100.0)
"""Fleets mostly charge to 80 %, now and then further before a long trip."""

GUESTS_PER_DAY: dict[SiteKind, float] = {
    SiteKind.PARKING: 1.5,
    SiteKind.POOL: 0.9,
    SiteKind.HALL: 0.6,
    SiteKind.LIBRARY: 0.7,
    SiteKind.OFFICE: 0.6,
    SiteKind.CLINIC: 0.5,
    SiteKind.SCHOOL: 0.5,
}
"""Visits per outlet on a working day; elsewhere guests are rare."""
_FAST_STAY_S, _SLOW_STAY_S = (1200.0, 2700.0), (2400.0, 14_400.0)
_GUEST_LIMITS_W = (7_400.0, 11_000.0, 11_000.0, 22_000.0)
_GUESTS_ELSEWHERE, _GUESTS_AT_WEEKENDS = 0.08, 0.5


@dataclass(frozen=True, slots=True)
class Diary:
    """All stays in order of their beginning per outlet; of every vehicle its track, trips, and what it charged where.

    `charges` are the vehicle's stays at our outlets, `refills` those at others'.
    """

    stays: dict[str, list[Stay]]
    tracks: dict[str, Track]
    trips: dict[str, list[Trip]] = field(default_factory=dict)
    charges: dict[str, list[Stay]] = field(default_factory=dict)
    refills: dict[str, list[Refill]] = field(default_factory=dict)


def keep_diary(inventory: Inventory, seed: int, start_s: float, end_s: float, positions: Positions) -> Diary:
    """Return the diary of the district between two instants; vehicles begin where `positions` know them."""
    tracks = {
        name: Track(
            [start_s],
            [_first_odometer_m(vehicle, seed, positions)],
            [positions.get((vehicle.source, Quantity.SOC_PERCENT), _FIRST_SOC_PERCENT)],
        )
        for name, vehicle in inventory.vehicles.items()
    }
    return _Keeper(inventory, seed, start_s, end_s, tracks=tracks).keep()


class _Keeper:
    def __init__(
        self, inventory: Inventory, seed: int, start_s: float, end_s: float, *, tracks: dict[str, Track]
    ) -> None:
        self._inventory, self._seed = inventory, seed
        self._start_s, self._end_s = start_s, end_s
        self._free_from: dict[str, float] = {}
        self._diary = Diary({}, tracks)
        self._plans: dict[tuple[str, date], Plan | None] = {}
        self._secretive = secretive_of(inventory)
        self._chance = random.Random(f"{seed}/diary")
        self._tags = {tag.vehicle: tag.uid for tag in inventory.tags.values() if tag.vehicle and tag.uid}
        self._tracks = tracks
        self._outdoor_c: dict[date, float] = {}

    def keep(self) -> Diary:
        day = datetime.fromtimestamp(self._start_s, UTC).date() + timedelta(days=1)
        while day <= datetime.fromtimestamp(self._end_s, UTC).date():
            self._live(day)
            day += timedelta(days=1)
        return self._diary

    def _live(self, day: date) -> None:
        """Let all arrivals of a day happen in their order."""
        vehicles = (vehicle for vehicle in self._inventory.vehicles.values() if vehicle.valid_on(day))
        arrivals: list[tuple[float, str, Vehicle | Place]] = [
            (self._come_home(vehicle, day), vehicle.id, vehicle) for vehicle in vehicles
        ]
        guest_tags = self._guest_tags(day)
        for place in self._places(day):
            arrivals += [(at_s, place.name, place) for at_s in self._guest_arrivals(place.station, day)]
        for at_s, _, who in sorted(arrivals, key=lambda arrival: arrival[:2]):
            if isinstance(who, Vehicle):
                self._plug_in(who, at_s, day)
            else:
                self._serve_guest(who, at_s, self._chance.choice(guest_tags))

    def _come_home(self, vehicle: Vehicle, day: date) -> float:
        """Drive the day's trip, if there is one; return when the vehicle stands at its site."""
        plan = self._plan(vehicle, day)
        if plan is None:
            return local_s(day, 7.5, self._zone(vehicle.site))
        track = self._tracks[vehicle.id]
        track.mark(plan.depart_s, track.odometer_m[-1], track.soc_percent[-1])
        self._diary.trips.setdefault(vehicle.id, []).append(self._drive(vehicle, plan, day))
        return plan.return_s

    def _drive(self, vehicle: Vehicle, plan: Plan, day: date) -> Trip:
        """Drive a trip by battery as far as it lasts, then by fuel; what has none charges under way, or turns back."""
        track, outdoor_c = self._tracks[vehicle.id], self._outdoor(day)
        odometer_m, soc_percent = track.odometer_m[-1], track.soc_percent[-1]
        if not is_electric(vehicle):
            track.mark(plan.return_s, odometer_m + plan.distance_m, soc_percent)
            burnt = burnt_l(vehicle, plan.distance_m, 0.0, outdoor_c)
            return Trip(plan.depart_s, plan.return_s, plan.distance_m, 0.0, burnt)
        per_m = 100.0 * use_wh_per_km(vehicle, outdoor_c) / battery_wh(vehicle) / 1000.0
        spare_percent = max(soc_percent - _RESERVE_PERCENT, 0.0)
        rise_percent = self._rise(vehicle, plan.distance_m * per_m - spare_percent, soc_percent)
        used_percent = min(plan.distance_m * per_m, spare_percent + rise_percent)
        electric_m = used_percent / per_m
        distance_m = electric_m if vehicle.drive is Drive.BATTERY else plan.distance_m
        if rise_percent:
            part = min(0.5, spare_percent / used_percent)
            stop_s = plan.depart_s + part * (plan.return_s - plan.depart_s - _CHARGES_FOR_S)
            left_percent = soc_percent - part * used_percent
            track.mark(stop_s, odometer_m + part * distance_m, left_percent)
            track.mark(stop_s + _CHARGES_FOR_S, odometer_m + part * distance_m, left_percent + rise_percent)
            self._charge_under_way(vehicle, stop_s + _CHARGES_FOR_S, rise_percent)
        track.mark(plan.return_s, odometer_m + distance_m, soc_percent + rise_percent - used_percent)
        burnt = burnt_l(vehicle, distance_m, electric_m, outdoor_c)
        return Trip(plan.depart_s, plan.return_s, distance_m, electric_m, burnt)

    def _rise(self, vehicle: Vehicle, lacking_percent: float, soc_percent: float) -> float:
        """Return how much is charged under way: what a battery lacks and some more; by one vehicle without need."""
        if vehicle.drive is not Drive.BATTERY:
            return 0.0
        if vehicle.id == self._secretive and self._chance.random() < _SECRET_SHARE:
            return min(_SECRET_PERCENT, max(95.0 - soc_percent, 0.0))
        return min(lacking_percent + _UNDER_WAY_SPARE_PERCENT, _UNDER_WAY_MOST_PERCENT) if lacking_percent > 0 else 0.0

    def _charge_under_way(self, vehicle: Vehicle, at_s: float, rise_percent: float) -> None:
        energy_wh = rise_percent / 100.0 * battery_wh(vehicle) / _UNDER_WAY_EFFICIENCY
        refill = Refill(at_s, energy_wh, has_paper=vehicle.id != self._secretive)
        self._diary.refills.setdefault(vehicle.id, []).append(refill)

    def _outdoor(self, day: date) -> float:
        """Return the temperature at noon."""
        if day not in self._outdoor_c:
            noon_s = np.array([datetime.combine(day, time(12), UTC).timestamp()])
            self._outdoor_c[day] = float(temperature_c(self._seed, noon_s)[0])
        return self._outdoor_c[day]

    def _plug_in(self, vehicle: Vehicle, at_s: float, day: date) -> None:
        if not is_electric(vehicle):
            return
        soc_percent = self._tracks[vehicle.id].soc_percent[-1]
        if soc_percent > _PLUG_IN_BELOW_PERCENT and self._chance.random() > _PLUG_IN_ANYWAY:
            return
        begin_s = float(round(at_s + self._chance.uniform(60.0, 600.0)))
        place = next(self._free_outlets(vehicle, begin_s, day), None)
        if place is None:
            return
        leaves_s = self._next_departure_s(vehicle, day) - 120.0
        self._charge(vehicle, place, begin_s, leaves_s)

    def _charge(self, vehicle: Vehicle, place: Place, begin_s: float, leaves_s: float) -> None:
        track = self._tracks[vehicle.id]
        battery, soc_percent = battery_wh(vehicle), track.soc_percent[-1]
        power_w = _agreed_w(vehicle, place)
        target_percent = max(self._chance.choice(_TARGETS_PERCENT), soc_percent)
        efficiency = efficiency_of(vehicle, self._seed)
        needs_s = _seconds_to(target_percent, power_w, battery, soc_percent, efficiency)
        stay = Stay(
            outlet=place.name,
            begin_s=begin_s,
            end_s=float(round(min(begin_s + needs_s + self._chance.uniform(*_LINGER_S), leaves_s))),
            power_w=power_w,
            battery_wh=battery,
            soc_percent=soc_percent,
            tag_uid=self._tag(vehicle.id),
            target_percent=target_percent,
            efficiency=efficiency,
        )
        if not self._book(stay):
            return
        self._diary.charges.setdefault(vehicle.id, []).append(stay)
        instants = np.linspace(stay.begin_s, stay.end_s, _KNOTS_PER_CHARGE)
        for instant, energy in zip(instants, stay.energy_wh(instants), strict=True):
            reached = min(soc_percent + percent_of(float(energy), battery, efficiency), 100.0)
            track.mark(float(instant), track.odometer_m[-1], reached)

    def _serve_guest(self, place: Place, at_s: float, tag_uid: str) -> None:
        if at_s < self._free_from.get(place.name, 0.0):
            return
        stays_s = float(round(self._chance.uniform(*(_FAST_STAY_S if place.is_fast else _SLOW_STAY_S))))
        limit_w = place.connector.max_power_w if place.is_fast else self._chance.choice(_GUEST_LIMITS_W)
        stay = Stay(
            outlet=place.name,
            begin_s=at_s,
            end_s=at_s + stays_s,
            power_w=min(limit_w, place.connector.max_power_w),
            battery_wh=self._chance.uniform(38_000.0, 78_000.0),
            soc_percent=self._chance.uniform(15.0, 62.0),
            tag_uid=tag_uid,
        )
        self._book(stay)

    def _book(self, stay: Stay) -> bool:
        """Enter a stay, unless it is too short or would last beyond the history's end."""
        if stay.end_s - stay.begin_s < _SHORTEST_STAY_S or stay.end_s >= self._end_s:
            return False
        self._diary.stays.setdefault(stay.outlet, []).append(stay)
        self._free_from[stay.outlet] = stay.end_s + 120.0
        return True

    def _guest_arrivals(self, station: Station, day: date) -> Iterator[float]:
        site = self._inventory.sites[station.site]
        expected = GUESTS_PER_DAY.get(site.kind, _GUESTS_ELSEWHERE)
        if not is_working_day(day):
            expected *= _GUESTS_AT_WEEKENDS
        calendar = self._inventory.calendars.get(site.calendar or "")
        if site.kind is SiteKind.SCHOOL and not (is_open_on(calendar, day) if calendar else is_working_day(day)):
            return
        while self._chance.random() < expected:
            expected -= 1.0
            yield float(round(local_s(day, self._chance.triangular(7.0, 19.5, 10.5), self._zone(site.id))))

    def _free_outlets(self, vehicle: Vehicle, at_s: float, day: date) -> Iterator[Place]:
        """Yield the free outlets of the vehicle's site, slow ones first."""
        own = (place for place in self._places(day) if place.station.site == vehicle.site)
        for place in sorted(own, key=lambda place: (place.connector.max_power_w, place.name)):
            if at_s >= self._free_from.get(place.name, 0.0):
                yield place

    def _places(self, day: date) -> Iterator[Place]:
        return places_of(station for station in self._inventory.stations.values() if station.valid_on(day))

    def _next_departure_s(self, vehicle: Vehicle, day: date) -> float:
        for ahead in range(1, _LONGEST_PAUSE_DAYS):
            plan = self._plan(vehicle, day + timedelta(days=ahead))
            if plan:
                return plan.depart_s
        return local_s(day + timedelta(days=1), 7.0, self._zone(vehicle.site))

    def _plan(self, vehicle: Vehicle, day: date) -> Plan | None:
        key = (vehicle.id, day)
        if key not in self._plans:
            self._plans[key] = plan_of(self._inventory, self._seed, vehicle, day)
        return self._plans[key]

    def _tag(self, vehicle: str) -> str:
        return self._tags.get(vehicle) or f"KW{key_of(self._seed, vehicle) & 0xFFFFFFFF:08X}"

    def _guest_tags(self, day: date) -> list[str]:
        tags = [
            tag.uid
            for _, tag in sorted(self._inventory.tags.items())
            if tag.vehicle is None and tag.uid and tag.valid_on(day)
        ]
        return tags or ["KW00000000"]

    def _zone(self, site: str) -> ZoneInfo:
        return _zone_of(self._inventory.sites[site])


def _first_odometer_m(vehicle: Vehicle, seed: int, positions: Positions) -> float:
    known = positions.get((vehicle.source, Quantity.ODOMETER_M))
    return first_value(seed, vehicle.source, Quantity.ODOMETER_M) if known is None else known


def _agreed_w(vehicle: Vehicle, place: Place) -> float:
    power_w = place.connector.max_power_w
    return power_w if place.is_fast and vehicle.drive is Drive.BATTERY else min(power_w, charging_limit_w(vehicle))


def _seconds_to(target_percent: float, power_w: float, battery: float, soc_percent: float, efficiency: float) -> float:
    instants = np.arange(0.0, 48 * 3600.0, 600.0)
    charged = charged_wh(instants, power_w, battery, soc_percent, target_percent, efficiency=efficiency)
    return float(instants[np.searchsorted(charged, charged[-1] - 1.0)])


def _zone_of(site: Site) -> ZoneInfo:
    return ZoneInfo(site.time_zone)
