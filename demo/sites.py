"""A site's meters as a tree: what flows through each at an instant.

One law holds throughout: a meter shows what its own consumers take plus what the meters and
outlets behind it show. So charging appears in the supply meter, and PV lowers it or turns it
into export.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np

from core.inventory import (
    Calendar,
    Entry,
    Generator,
    Inventory,
    Medium,
    Meter,
    MeterRole,
    Plant,
    PlantKind,
    Site,
    Station,
)
from core.periods import Period
from core.quantities import Quantity
from demo.buildings import DEFAULT_FLOOR_M2, USES, Use, busy_share, electric_w, heat_w, water_m3_per_h
from demo.calendar import local_time
from demo.chance import FloatArray, key_of
from demo.circuits import Circuit, grow_circuits
from demo.machines import CHP_HEAT_SHARE, CHP_POWER_SHARE, CHP_W, chp_w, store_w
from demo.registers import dial_limit, first_value
from demo.sun import elevation_deg, pv_w
from demo.weather import clearness, temperature_c, wind_share

DEFAULT_LATITUDE_DEG, DEFAULT_LONGITUDE_DEG = 51.5, 10.0
GAS_WH_PER_M3 = 10_300.0
"""Heating value of natural gas."""
OIL_WH_PER_M3 = 10_000_000.0
"""Heating value of heating oil."""
BOILER_EFFICIENCY = 0.9
_HEATING = frozenset({Medium.HEAT, Medium.GAS, Medium.OIL})
"""What warms a site; where there are several, each does its part."""
_STANDBY_W = 12.0
_STANDBY_SHARE = 2e-4
"""What an inverter has drawn at night, as a share of what a supply meter of its age has counted."""
_HIGHEST_LOAD_SHARE = 0.45
"""Share of a meter's power limit that the building may reach, the rest is for charging."""
_DEFAULT_PV_W = 30_000.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A site with everything that is needed to say what its meters see at any instant."""

    seed: int
    site: Site
    use: Use
    zone: ZoneInfo
    roots: tuple[Circuit, ...]
    floor_m2: Mapping[str, float]
    """Floor behind each supply meter, by meter id."""
    others: tuple[Meter, ...]
    """Meters of heat, fuels and water."""
    total_floor_m2: float
    stations: tuple[Station, ...] = ()
    calendar: Calendar | None = None

    def meters(self) -> tuple[Meter, ...]:
        """Return all meters of the site."""
        electric = (circuit.meter for root in self.roots for circuit in root.walk())
        return (*electric, *self.others)

    def first_value(self, meter: Meter, quantity: Quantity) -> float:
        """Return what a meter's register showed before its history; it has given nothing where nothing generates."""
        value = first_value(self.seed, meter.source, quantity, dial_limit(meter))
        if quantity is Quantity.ENERGY_EXPORT_WH and not self._exports(meter):
            return 0.0
        return (
            value * _STANDBY_SHARE
            if meter.role is MeterRole.GENERATION and quantity is Quantity.ENERGY_IMPORT_WH
            else value
        )

    def net_w(self, at_s: FloatArray, outlet_w: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return the power through each electricity meter by id; negative flows towards the grid."""
        local = local_time(at_s, self.zone)
        busy = busy_share(self.use, local, self.calendar)
        shown: dict[str, FloatArray] = {}
        for root in self.roots:
            key = key_of(self.seed, "load", root.meter.id)
            floor_m2 = self.floor_m2.get(root.meter.id, 0.0)
            load_w = electric_w(self.use, floor_m2, busy, at_s, key)
            self._net_of(root, load_w, at_s, outlet_w, shown)
        return shown

    def flows(self, at_s: FloatArray) -> dict[str, FloatArray]:
        """Return what passes each meter of heat (W), gas, oil and water (m³/h), by meter id."""
        if not self.others:
            return {}
        busy = busy_share(self.use, local_time(at_s, self.zone), self.calendar)
        outdoor_c = temperature_c(self.seed, at_s)
        return {meter.id: self._flow_of(meter, at_s, busy, outdoor_c) for meter in self.others}

    def _exports(self, meter: Meter) -> bool:
        sources = {MeterRole.GENERATION, MeterRole.STORAGE}
        circuits = (circuit for root in self.roots for circuit in root.walk() if circuit.meter.id == meter.id)
        return any(behind.meter.role in sources for circuit in circuits for behind in circuit.walk())

    def _net_of(
        self,
        circuit: Circuit,
        load_w: FloatArray,
        at_s: FloatArray,
        outlet_w: Mapping[str, FloatArray],
        shown: dict[str, FloatArray],
    ) -> FloatArray:
        own_w = self._own_w(circuit, load_w, at_s)
        for outlet in circuit.outlets:
            own_w = own_w + outlet_w.get(outlet, 0.0)
        for child in circuit.children:
            own_w = own_w + self._net_of(child, load_w * child.load_share, at_s, outlet_w, shown)
        shown[circuit.meter.id] = own_w
        return own_w

    def _own_w(self, circuit: Circuit, load_w: FloatArray, at_s: FloatArray) -> FloatArray:
        match circuit.meter.role:
            case MeterRole.GENERATION:
                return -self._generated_w(circuit, at_s)
            case MeterRole.STORAGE:
                return store_w(self._sun_w, at_s)
            case _:
                rest = 1.0 - sum(child.load_share for child in circuit.children)
                return load_w * rest + _STANDBY_W

    def _generated_w(self, circuit: Circuit, at_s: FloatArray) -> FloatArray:
        if circuit.meter.generator is Generator.CHP:
            return chp_w(self._needed_w(at_s), _chp_peak_w(circuit.meter))
        plant = circuit.plant
        peak_w = plant.power_w if plant else _DEFAULT_PV_W
        if plant and plant.kind is PlantKind.WIND:
            return peak_w * wind_share(self.seed, circuit.meter.id, at_s)
        latitude_deg, longitude_deg = _position(plant, self.site)
        sky = clearness(self.seed, circuit.meter.id, at_s)
        return np.minimum(pv_w(peak_w, elevation_deg(at_s, latitude_deg, longitude_deg), sky), peak_w)

    def _made_by(self, generator: Generator) -> list[Circuit]:
        circuits = (circuit for root in self.roots for circuit in root.walk())
        return [each for each in circuits if (each.meter.generator or _made_in(each)) is generator]

    def _sun_w(self, at_s: FloatArray) -> FloatArray:
        roofs = [self._generated_w(circuit, at_s) for circuit in self._made_by(Generator.PV)]
        return sum(roofs, np.zeros(len(at_s)))

    def _needed_w(self, at_s: FloatArray) -> FloatArray:
        busy = busy_share(self.use, local_time(at_s, self.zone), self.calendar)
        return heat_w(self.use, self.total_floor_m2, busy, temperature_c(self.seed, at_s))

    def _gas_w(self, meter: Meter, heat: FloatArray, at_s: FloatArray) -> FloatArray:
        """Return the energy in the gas through a meter: a boiler's, a CHP unit's behind it, or both together."""
        made = [self._generated_w(unit, at_s) for unit in self._made_by(Generator.CHP)]
        if not made:
            return heat / BOILER_EFFICIENCY
        burnt_w = sum(made, np.zeros(len(at_s))) / CHP_POWER_SHARE
        gas = [other for other in self.others if other.medium is Medium.GAS]
        units = [other for other in gas if other.role is MeterRole.SUBMETER]
        if meter in units:
            return burnt_w / len(units)
        first = next(other.id for other in gas if other not in units)
        if meter.id != (units[0].parent if units else first):
            return heat / BOILER_EFFICIENCY
        return np.maximum(heat - burnt_w * CHP_HEAT_SHARE, 0.0) / BOILER_EFFICIENCY + burnt_w

    def _flow_of(self, meter: Meter, at_s: FloatArray, busy: FloatArray, outdoor_c: FloatArray) -> FloatArray:
        floor_m2 = self.total_floor_m2 * _share_of(meter, self.others)
        match meter.medium:
            case Medium.WATER:
                key = key_of(self.seed, "taps", meter.id)
                return water_m3_per_h(self.use, floor_m2, busy, at_s, key)
            case Medium.GAS:
                return self._gas_w(meter, heat_w(self.use, floor_m2, busy, outdoor_c), at_s) / GAS_WH_PER_M3
            case Medium.OIL:
                return heat_w(self.use, floor_m2, busy, outdoor_c) / (OIL_WH_PER_M3 * BOILER_EFFICIENCY)
            case _:
                return heat_w(self.use, floor_m2, busy, outdoor_c)


def scenes_of(inventory: Inventory, seed: int, period: Period) -> dict[str, Scene]:
    """Return the scene of every site that has a meter or a station in `period`, by site id."""
    inventory = _within(inventory, period)
    metered = {meter.site for meter in inventory.meters.values()}
    stationed = {station.site for station in inventory.stations.values()}
    return {site_id: _scene_of(inventory, site_id, seed) for site_id in sorted(metered | stationed)}


def _within(inventory: Inventory, period: Period) -> Inventory:
    first, last = period.start_utc.date(), period.end_utc.date()

    def overlaps(entry: Entry) -> bool:
        return entry.valid_from <= last and (entry.valid_to is None or entry.valid_to > first)

    return replace(
        inventory,
        meters={name: meter for name, meter in inventory.meters.items() if overlaps(meter) and _has_dial(meter)},
        stations={name: station for name, station in inventory.stations.items() if overlaps(station)},
    )


def _has_dial(meter: Meter) -> bool:
    """Return whether a meter can be read off: a virtual one is computed, and a heap of pellets is weighed."""
    return not meter.terms and meter.medium is not Medium.PELLETS


def _scene_of(inventory: Inventory, site_id: str, seed: int) -> Scene:
    site = inventory.sites[site_id]
    meters = [meter for meter in inventory.meters.values() if meter.site == site_id]
    electric = {meter.id: meter for meter in meters if meter.medium is Medium.ELECTRICITY}
    floor_m2 = _floor_by_building(inventory, site)
    use = USES[site.kind]
    roots = tuple(grow_circuits(inventory, electric, site_id, seed))
    return Scene(
        seed=seed,
        site=site,
        use=use,
        zone=ZoneInfo(site.time_zone),
        roots=roots,
        floor_m2=_floor_by_supply(roots, floor_m2, use),
        others=tuple(meter for meter in meters if meter.medium is not Medium.ELECTRICITY),
        total_floor_m2=sum(floor_m2.values()),
        stations=tuple(station for station in inventory.stations.values() if station.site == site_id),
        calendar=inventory.calendars.get(site.calendar or ""),
    )


def _floor_by_building(inventory: Inventory, site: Site) -> dict[str, float]:
    buildings = [building for building in inventory.buildings.values() if building.site == site.id]
    default_m2 = DEFAULT_FLOOR_M2[site.kind] / max(len(buildings), 1)
    floors = {building.id: building.floor_area_m2 or default_m2 for building in buildings}
    return floors or {"": default_m2}


def _floor_by_supply(roots: tuple[Circuit, ...], floor_m2: dict[str, float], use: Use) -> dict[str, float]:
    """Return the floor behind each supply meter, less where its power limit could not feed it."""
    supplies = [root.meter for root in roots if root.meter.role is MeterRole.SUPPLY]
    taken = {meter.building for meter in supplies if meter.building}
    spare_m2 = sum(area for building, area in floor_m2.items() if building not in taken)
    homeless = [meter for meter in supplies if meter.building not in floor_m2] or supplies[:1]
    floors = {meter.id: floor_m2.get(meter.building or "", 0.0) for meter in supplies if meter.building in floor_m2}
    for meter in homeless:
        floors[meter.id] = floors.get(meter.id, 0.0) + spare_m2 / len(homeless)
    limits = {meter.id: meter.max_power_w for meter in supplies}
    return {name: min(area, _feedable_m2(limits[name], use)) for name, area in floors.items()}


def _feedable_m2(max_power_w: float | None, use: Use) -> float:
    return _HIGHEST_LOAD_SHARE * max_power_w / use.peak_w_per_m2 if max_power_w else float("inf")


def _share_of(meter: Meter, others: tuple[Meter, ...]) -> float:
    """Return which part of the site a meter of heat, gas or water stands for."""
    media = _HEATING if meter.medium in _HEATING else {meter.medium}
    alike = [other for other in others if other.medium in media and other.role is meter.role]
    return (1.0 if meter.role is MeterRole.SUPPLY else 0.4) / len(alike)


def _made_in(circuit: Circuit) -> Generator | None:
    """Return what a generator is whose inventory does not say: wind only where its plant is."""
    if circuit.meter.role is not MeterRole.GENERATION:
        return None
    return Generator.WIND if circuit.plant and circuit.plant.kind is PlantKind.WIND else Generator.PV


def _chp_peak_w(meter: Meter) -> float:
    return min(CHP_W, meter.max_power_w or CHP_W)


def _position(plant: Plant | None, site: Site) -> tuple[float, float]:
    if plant and plant.latitude_deg is not None and plant.longitude_deg is not None:
        return plant.latitude_deg, plant.longitude_deg
    if site.latitude_deg is not None and site.longitude_deg is not None:
        return site.latitude_deg, site.longitude_deg
    return DEFAULT_LATITUDE_DEG, DEFAULT_LONGITUDE_DEG
