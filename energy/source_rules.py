"""How each source's series are counted, from what the inventory says of it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from core.inventory import Inventory, Meter, MeterRole, Plant, Station
from core.periods import local_day
from core.quantities import Kind, Quantity
from energy.intervals import SeriesRules
from energy.register_rules import GENEROUS_RATE_PER_H, RegisterRules, rules_of
from energy.register_walk import epoch_ms
from energy.series import Instants

NOMINAL_INTERVAL_S = 900
STATION_INTERVAL_S = 300
VEHICLE_INTERVAL_S = 3600

STATION_CLOCK_TOLERANCE_S = 60.0
"""Stations stamp their values themselves, by clocks of their own."""

PLANT_OVERSHOOT = 1.2
"""How far a plant may exceed its nominal power for a while."""

ODOMETER_RESOLUTION_M = 1000.0

ENGINE = 3
"""Which way of counting this is. Whoever changes what comes of the same readings and rules counts it up."""

IMPORT, EXPORT = Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH


@dataclass(frozen=True, slots=True)
class Validity:
    """From when (inside) until when (outside) a source counts, in milliseconds since 1970; None: without end."""

    from_ms: int | None = None
    until_ms: int | None = None

    def covers(self, at_ms: int) -> bool:
        """Return whether what begins at an instant counts."""
        return (self.from_ms is None or at_ms >= self.from_ms) and (self.until_ms is None or at_ms < self.until_ms)

    def rows(self, start_ms: Instants) -> NDArray[np.bool_]:
        """Return which of the spans that begin at these instants count."""
        counts = np.ones(len(start_ms), np.bool_)
        if self.from_ms is not None:
            counts &= start_ms >= self.from_ms
        if self.until_ms is not None:
            counts &= start_ms < self.until_ms
        return counts


ALWAYS: Final = Validity()


def validity(inventory: Inventory, source: str, zone: ZoneInfo) -> Validity:
    """Return when a source is valid at its place; always where the inventory does not have it."""
    entry = inventory.vehicles.get(source.removeprefix("vehicle:")) or _entry(inventory, source)
    if entry is None:
        return ALWAYS
    last = entry.valid_to
    return Validity(_begin_ms(entry.valid_from, zone), None if last is None else _begin_ms(last, zone))


def _begin_ms(day: date, zone: ZoneInfo) -> int:
    return epoch_ms(local_day(day, zone).start_utc)


def series_rules(
    inventory: Inventory, source: str, quantity: Quantity, known: Collection[Quantity] = ()
) -> SeriesRules:
    """Return how a series is counted; `known` are all quantities the source is read by.

    Power is added up only where the source counts no energy itself (rule 13).
    """
    entry = _entry(inventory, source)
    register = _register(entry, source, quantity) if quantity.kind in {Kind.REGISTER, Kind.SESSION} else None
    counts = any(each.kind in {Kind.REGISTER, Kind.SESSION} and each.name.startswith("ENERGY") for each in known)
    derived = _derived(entry) if quantity is Quantity.POWER_W and not counts else ()
    return SeriesRules(
        quantity=quantity, nominal_interval_s=_interval_s(entry, source), register=register, derived=derived
    )


def rules_digest(rules: SeriesRules, zone: ZoneInfo, valid: Validity) -> str:
    """Return what is the same as long as a series is counted, and its days are cut, in the same way."""
    said = json.dumps([asdict(rules), zone.key, ENGINE, asdict(valid)], sort_keys=True)
    return sha256(said.encode()).hexdigest()[:32]


_Entry = Meter | Station | Plant | None


def _entry(inventory: Inventory, source: str) -> _Entry:
    kind, _, name = source.partition(":")
    name = name.partition("/")[0]
    match kind:
        case "meter":
            return inventory.meters.get(name)
        case "station":
            return inventory.stations.get(name)
        case "plant":
            return inventory.plants.get(name)
    return None


def _interval_s(entry: _Entry, source: str) -> int:
    match entry:
        case Meter():
            return entry.nominal_interval_s
        case Station():
            return STATION_INTERVAL_S
    return VEHICLE_INTERVAL_S if source.startswith("vehicle:") else NOMINAL_INTERVAL_S


def _register(entry: _Entry, source: str, quantity: Quantity) -> RegisterRules:
    if quantity.kind is Kind.SESSION:
        return replace(_register(entry, source, IMPORT), width=None, restarts=True)
    match entry:
        case Meter():
            return rules_of(entry, quantity)
        case Station() if quantity.name.endswith("_WH"):
            return _limited(_outlet_power_w(entry, source), STATION_INTERVAL_S, STATION_CLOCK_TOLERANCE_S)
        case Plant() if quantity.name.endswith("_WH"):
            return _limited(entry.power_w * PLANT_OVERSHOOT, NOMINAL_INTERVAL_S, 5.0)
    resolution = ODOMETER_RESOLUTION_M if quantity is Quantity.ODOMETER_M else 1.0
    return RegisterRules(resolution=resolution, max_rate_per_h=GENEROUS_RATE_PER_H[quantity], clock_tolerance_s=0.0)


def _limited(power_w: float, interval_s: int, clock_tolerance_s: float) -> RegisterRules:
    if power_w <= 0:
        return RegisterRules(max_rate_per_h=GENEROUS_RATE_PER_H[IMPORT], clock_tolerance_s=0.0)
    near_zero = power_w * interval_s / 3600
    return RegisterRules(max_rate_per_h=power_w, clock_tolerance_s=clock_tolerance_s, near_zero=near_zero)


def _outlet_power_w(station: Station, source: str) -> float:
    """Return the most an outlet can give, all outlets together for the station as a whole."""
    number = source.rpartition("/")[2] if "/" in source else ""
    return sum(each.max_power_w for each in station.connectors if number in {"", str(each.number)})


def _derived(entry: _Entry) -> tuple[Quantity, ...]:
    match entry:
        case Station():
            return (IMPORT,)
        case Plant():
            return (EXPORT,)
        case Meter():
            return _BY_ROLE[entry.role]
    return ()


_BY_ROLE = {
    MeterRole.SUPPLY: (IMPORT, EXPORT),
    MeterRole.SUBMETER: (IMPORT,),
    MeterRole.GENERATION: (EXPORT,),
    MeterRole.STORAGE: (IMPORT, EXPORT),
}
