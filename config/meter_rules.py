"""What can be wrong with meters among each other: what is behind what, formulas, fuels, quantities."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from config.shelves import Shelves, Written, entries_of, twins
from core.errors import ConfigError
from core.inventory import HEATING, Fuel, Medium, Meter, MeterRole, Station, SteadyUse, Vehicle
from core.quantities import Quantity
from core.texts import Finding
from ingest.routing import parse_field

_ANY_DEVICE = frozenset({Quantity.BATTERY_PERCENT, Quantity.TEMPERATURE_C, Quantity.HUMIDITY_PERCENT})
_VOLUME = frozenset({Quantity.VOLUME_M3, Quantity.FLOW_M3_PER_H})
_FUEL = frozenset({Quantity.FUEL_HO_WH, Quantity.FUEL_HI_WH})

QUANTITIES: Mapping[Medium, frozenset[Quantity]] = {
    Medium.ELECTRICITY: _ANY_DEVICE
    | {
        Quantity.ENERGY_IMPORT_WH,
        Quantity.ENERGY_EXPORT_WH,
        Quantity.POWER_W,
        Quantity.VOLTAGE_V,
        Quantity.CURRENT_A,
        Quantity.FREQUENCY_HZ,
        Quantity.SOC_PERCENT,
    },
    Medium.HEAT: _ANY_DEVICE | _VOLUME | {Quantity.HEAT_WH, Quantity.POWER_W},
    Medium.GAS: _ANY_DEVICE | _VOLUME | _FUEL | {Quantity.POWER_W},
    Medium.WATER: _ANY_DEVICE | _VOLUME,
    Medium.OIL: _ANY_DEVICE | _VOLUME | _FUEL | {Quantity.POWER_W, Quantity.TANK_M3},
    Medium.PELLETS: _ANY_DEVICE | _FUEL | {Quantity.POWER_W, Quantity.STOCK_G},
}
"""What a meter of a medium can say; `soc_percent` is that of a battery storage."""


def check_meters(shelves: Shelves) -> Iterator[Finding]:
    """Yield what is wrong with meters and with what hangs behind them."""
    meters = {meter.id: meter for _, meter in entries_of(shelves, Meter)}
    fuels = {fuel.id: fuel for _, fuel in entries_of(shelves, Fuel)}
    for written, meter in entries_of(shelves, Meter):
        yield from _parent(written, meter, meters)
        yield from _formula(written, meter, meters)
        yield from _fuel(written, meter, fuels)
        yield from _quantities(written, meter)
        yield from _steady(written, meter)
        if meter.generator and meter.role is not MeterRole.GENERATION:
            yield written.finding("config.generator_role", "generator", found=meter.generator, role=meter.role)
        if meter.contract_power_w and (meter.role, meter.medium) != (MeterRole.SUPPLY, Medium.ELECTRICITY):
            yield written.finding("config.contract_power_role", "contract_power_w")
    for written, station in entries_of(shelves, Station):
        parent = meters.get(station.parent or "")
        if parent and parent.medium is not Medium.ELECTRICITY:
            yield _other_medium(written, Medium.ELECTRICITY, parent)
    yield from twins(_feeders(shelves), _line_of_feed, "config.feed_twice", "feed")


def _steady(written: Written, meter: Meter) -> Iterator[Finding]:
    """Yield what is wrong with the parts of a use that do not depend on the weather."""
    if meter.steady and meter.medium not in HEATING:
        yield written.finding("config.steady_not_heating", "steady", found=meter.medium, expected=", ".join(HEATING))
    for place, part in enumerate(meter.steady):
        if (part.percent is None) == (part.kwh_per_year is None):
            yield written.finding("config.steady_one_of", "steady", place)
        if part.valid_to is not None and part.valid_to <= part.valid_from:
            params = {"found": str(part.valid_to), "start": str(part.valid_from)}
            yield written.finding("config.validity_reversed", "steady", place, "valid_to", **params)
        if any(each.name == part.name and _meet(each, part) for each in meter.steady[:place]):
            yield written.finding("config.steady_twice", "steady", place, "name", found=part.name)


def _meet(one: SteadyUse, other: SteadyUse) -> bool:
    one_end, other_end = one.valid_to or date.max, other.valid_to or date.max
    return one.valid_from < other_end and other.valid_from < one_end


def _parent(written: Written, meter: Meter, meters: Mapping[str, Meter]) -> Iterator[Finding]:
    parent = meters.get(meter.parent or "")
    if parent is None:
        return
    if parent.medium is not meter.medium:
        yield _other_medium(written, meter.medium, parent)
    circle = _circle(meter.id, lambda name: (meters[name].parent or "",), meters)
    if circle and meter.id == min(circle):
        yield written.finding("config.parent_loop", "parent", found=" → ".join([*circle, meter.id]))


def _other_medium(written: Written, medium: Medium, parent: Meter) -> Finding:
    return written.finding("config.parent_medium", "parent", found=parent.id, medium=medium, other=parent.medium)


def _formula(written: Written, meter: Meter, meters: Mapping[str, Meter]) -> Iterator[Finding]:
    if not meter.terms:
        return
    if meter.feed:
        yield written.finding("config.virtual_feed", "feed")
    if meter.parent in {term.meter for term in meter.terms}:
        yield written.finding("config.virtual_parent", "parent", found=meter.parent or "")
    seen: set[str] = set()
    for place, term in enumerate(meter.terms):
        other = meters.get(term.meter)
        if other and other.medium is not meter.medium:
            params = {"found": other.id, "medium": meter.medium, "other": other.medium}
            yield written.finding("config.term_medium", "terms", place, "meter", **params)
        if term.meter in seen:
            yield written.finding("config.term_twice", "terms", place, "meter", found=term.meter)
        seen.add(term.meter)
    circle = _circle(meter.id, lambda name: tuple(term.meter for term in meters[name].terms), meters)
    if circle and meter.id == min(circle):
        yield written.finding("config.virtual_loop", "terms", found=" → ".join([*circle, meter.id]))


def _circle(start: str, following: Callable[[str], tuple[str, ...]], known: Mapping[str, Meter]) -> list[str]:
    """Return the ids on a way that leads from `start` back to it; nothing if none does."""
    ways, seen = [[start]], set[str]()
    while ways:
        way = ways.pop()
        for name in following(way[-1]):
            if name == start:
                return way
            if name in known and name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []


def _fuel(written: Written, meter: Meter, fuels: Mapping[str, Fuel]) -> Iterator[Finding]:
    fuel = fuels.get(meter.fuel or "")
    if fuel and fuel.medium is not meter.medium:
        yield written.finding("config.fuel_medium", "fuel", found=fuel.id, medium=meter.medium, other=fuel.medium)


def _quantities(written: Written, meter: Meter) -> Iterator[Finding]:
    possible = QUANTITIES[meter.medium]
    for name, target in meter.feed.fields if meter.feed else ():
        try:
            quantity = parse_field(name, target).quantity
        except ConfigError:
            continue  # said already, as a wrong field
        if quantity not in possible:
            expected = ", ".join(sorted(possible - _ANY_DEVICE))
            params = {"found": quantity, "medium": meter.medium, "expected": expected}
            yield written.finding("config.quantity_impossible", "feed", "fields", name, **params)


def _feeders(shelves: Shelves) -> list[tuple[Written, Meter | Vehicle]]:
    feeders: list[tuple[Written, Meter | Vehicle]] = [*entries_of(shelves, Meter), *entries_of(shelves, Vehicle)]
    return [(written, entry) for written, entry in feeders if entry.feed]


def _line_of_feed(entry: Meter | Vehicle) -> object:
    feed = entry.feed
    return feed and (feed.broker, feed.topic, feed.device.casefold(), tuple(name for name, _ in feed.fields))
