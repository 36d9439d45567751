"""Series that no device reports: virtual meters, energy of fuels, what was used from a tank or store.

Each is computed from others once those are, in an order in which none waits for another.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from core.intervals import SeriesKey
from core.inventory import Fuel, Inventory, Medium, Meter, MeterRole
from core.quantities import Kind, Quantity
from core.work import MeterEvent
from energy.fuels import BASES, BURNT, energy_per_unit
from energy.source_rules import Validity, series_rules, validity
from operations.house import House
from operations.intervals.plans import zone_of

ENGINE: Final = 1
"""Which way of deriving this is. Whoever changes what comes of the same inputs counts it up."""

LEVELS: Final[Mapping[Quantity, Quantity]] = {
    Quantity.TANK_M3: Quantity.VOLUME_M3,
    Quantity.STOCK_G: Quantity.MASS_G,
}
"""What falls of a level add up to."""

MAIN: Final[Mapping[Medium, Quantity]] = {
    Medium.ELECTRICITY: Quantity.ENERGY_IMPORT_WH,
    Medium.HEAT: Quantity.HEAT_WH,
    Medium.WATER: Quantity.VOLUME_M3,
    **BURNT,
}
"""What a meter of a medium is there to count; one of a generator counts what it gives."""

Known = Mapping[str, Collection[Quantity]]
"""What has been read of each source, or booked."""


class Way(StrEnum):
    """How a series comes about."""

    FORMULA = "formula"
    FUEL = "fuel"
    LEVEL = "level"


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A series that is computed from `inputs`, of a formula in the order of `terms` (which meter, which factor).

    `digest` changes with what it is computed by, `fuel` says what its months hold.
    """

    key: SeriesKey
    way: Way
    meter: Meter
    zone: ZoneInfo
    valid: Validity
    inputs: tuple[SeriesKey, ...]
    fuel: Fuel | None = None
    digest: str = ""

    @property
    def is_told(self) -> bool:
        """Return whether there can be any of it: not of a basis that nobody has said anything about."""
        if self.way is not Way.FUEL:
            return True
        fuel = self.fuel
        return fuel is not None and (fuel.basis is BASES[self.key[1]] or fuel.hi_per_ho is not None)

    def month_digest(self, month: str) -> str:
        """Return what is the same as long as a month's figures are; empty where the month has none of its own."""
        if self.way is not Way.FUEL:
            return ""
        return "-" if self.fuel is None else str(energy_per_unit(self.fuel, self.key[1], month))


async def derived_of(house: House) -> tuple[Derived, ...]:
    """Return all series that are derived now, each after those it is computed from."""
    known: dict[str, set[Quantity]] = defaultdict(set)
    for value in await house.query.last():
        known[value.source].add(value.quantity)
    bookings = await house.ledger.bookings()
    for event in bookings:
        known[event.source].add(event.quantity)
    return derived_series(house.inventory(), known, ZoneInfo(house.time_zone), bookings)


async def derived_for(house: House, source: str) -> tuple[Derived, ...]:
    """Return the derived series of one source."""
    inventory = house.inventory()
    meters = meters_behind(inventory, source)
    if not any(meter.terms or meter.medium in BURNT for meter in meters.values()):
        return ()
    sources = [meter.source for meter in meters.values()]
    known: dict[str, set[Quantity]] = defaultdict(set)
    for value in await house.query.last(sources):
        known[value.source].add(value.quantity)
    bookings = await house.ledger.bookings(sources)
    for event in bookings:
        known[event.source].add(event.quantity)
    found = derived_series(replace(inventory, meters=meters), known, ZoneInfo(house.time_zone), bookings)
    return tuple(each for each in found if each.key[0] == source)


async def derivation_of(house: House, key: SeriesKey) -> Derived | None:
    """Return how a series is derived, None if a device reports it."""
    return next((each for each in await derived_for(house, key[0]) if each.key == key), None)


def counted_by(inventory: Inventory, source: str, known: Collection[Quantity]) -> tuple[Quantity, ...]:
    """Return what a source counts, itself or by its power, in the order of `Quantity`."""
    derived = series_rules(inventory, source, Quantity.POWER_W, known).derived
    by_power = set(derived) if Quantity.POWER_W in known else set()
    countable = {each for each in known if each.kind in {Kind.REGISTER, Kind.SESSION}}
    return tuple(quantity for quantity in Quantity if quantity in countable | by_power)


def main_quantity(meter: Meter) -> Quantity:
    """Return what a meter is there to count."""
    if meter.medium is Medium.ELECTRICITY and meter.role is MeterRole.GENERATION:
        return Quantity.ENERGY_EXPORT_WH
    return MAIN[meter.medium]


def derived_series(
    inventory: Inventory, known: Known, house_zone: ZoneInfo, bookings: Sequence[MeterEvent] = ()
) -> tuple[Derived, ...]:
    """Return all derived series, each after those it is computed from; a loop is left out."""
    return tuple(_Deriver(inventory, known, house_zone, bookings).all())


def meters_behind(inventory: Inventory, source: str) -> dict[str, Meter]:
    """Return a meter and all that its formula stands on."""
    found: dict[str, Meter] = {}
    front = [source.removeprefix("meter:")]
    while front:
        name = front.pop()
        if name in inventory.meters and name not in found:
            found[name] = inventory.meters[name]
            front += [term.meter for term in found[name].terms]
    return found


class _Deriver:
    def __init__(
        self, inventory: Inventory, known: Known, house_zone: ZoneInfo, bookings: Sequence[MeterEvent]
    ) -> None:
        self._inventory = inventory
        self._known = known
        self._zone = house_zone
        self._bookings = bookings
        self._counted: dict[str, tuple[Quantity, ...]] = {}
        self._begun: set[str] = set()

    def all(self) -> Iterator[Derived]:
        for meter in self._inventory.meters.values():
            if not meter.terms and meter.medium in BURNT:
                yield from self._fuel(meter)
        for meter in self._inventory.meters.values():
            if meter.terms:
                yield from self._formula(meter)

    def _fuel(self, meter: Meter) -> Iterator[Derived]:
        known = set(self._known.get(meter.source, ()))
        burnt = BURNT[meter.medium]
        for level, used in LEVELS.items():
            if used is burnt and level in known and used not in known:
                known.add(used)
                yield self._made((meter.source, used), Way.LEVEL, meter, ((meter.source, level),))
        if burnt in known and not known & set(BASES):
            fuel = self._inventory.fuels.get(meter.fuel or "")
            for basis in BASES:
                yield self._made((meter.source, basis), Way.FUEL, meter, ((meter.source, burnt),), fuel)
            known |= set(BASES) if fuel else set()
        self._counted[meter.id] = counted_by(self._inventory, meter.source, known)

    def _formula(self, meter: Meter) -> Iterator[Derived]:
        """Yield the virtual meters that a virtual meter needs, then itself."""
        if meter.id in self._begun:
            return
        self._begun.add(meter.id)
        terms = [self._inventory.meters[term.meter] for term in meter.terms if term.meter in self._inventory.meters]
        for term in terms:
            if term.terms:
                yield from self._formula(term)
        quantities = {each for term in terms for each in self._counts(term)}
        self._counted[meter.id] = tuple(each for each in Quantity if each in quantities)
        for quantity in self._counted[meter.id]:
            of = (term for term in terms if quantity in self._counts(term) or not self._counts(term))
            yield self._made(
                (meter.source, quantity), Way.FORMULA, meter, tuple((term.source, quantity) for term in of)
            )

    def _counts(self, meter: Meter) -> tuple[Quantity, ...]:
        if meter.id not in self._counted:
            self._counted[meter.id] = (
                () if meter.terms else counted_by(self._inventory, meter.source, self._known.get(meter.source, ()))
            )
        return self._counted[meter.id]

    def _made(
        self, key: SeriesKey, way: Way, meter: Meter, inputs: tuple[SeriesKey, ...], fuel: Fuel | None = None
    ) -> Derived:
        zone = zone_of(self._inventory, meter.source, self._zone)
        valid = validity(self._inventory, meter.source, zone)
        digest = _digest(
            [
                ENGINE,
                way,
                zone.key,
                asdict(valid),
                [[term.meter, str(term.factor)] for term in meter.terms],
                [[*each, asdict(validity(self._inventory, each[0], zone))] for each in inputs],
                meter.nominal_interval_s,
                [event.id for event in self._bookings if (event.source, event.quantity) in inputs and way is Way.LEVEL],
            ]
        )
        return Derived(key=key, way=way, meter=meter, zone=zone, valid=valid, inputs=inputs, fuel=fuel, digest=digest)


def _digest(said: object) -> str:
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]
