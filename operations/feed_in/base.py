"""The energy base of plants: what counts of a year, from meters and from what operators state, many plants at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from core.intervals import Resolution
from core.inventory import Inventory
from core.inventory.renewables import Plant
from core.periods import Period
from core.quantities import Quantity
from operations.feed_in.prices import Counted, counted_at, read_prices
from operations.house import House
from operations.intervals.counting import totals_of
from renewables.base.common import bases_behind
from renewables.base.counting import Evidence, base_of
from renewables.base.expected import Expected, expected_of
from renewables.base.metered import MeteredMonth, metered_month
from renewables.base.presence import Presence, months_of, presences
from renewables.base.stated import stated_by
from renewables.energy_base import EnergyBase

EXPORT = Quantity.ENERGY_EXPORT_WH

Metered = dict[str, dict[str, MeteredMonth]]
"""What was counted, by source and month."""


@dataclass(frozen=True, slots=True)
class _Year:
    """A year of the district: its months, and whether plants were there."""

    name: str
    months: dict[str, Period]
    zone: ZoneInfo
    there: Mapping[str, tuple[Presence, ...]]

    @property
    def period(self) -> Period:
        """Return the whole of it."""
        months = list(self.months.values())
        return Period(months[0].start_utc, months[-1].end_utc)

    def has(self, plant: Plant) -> bool:
        """Return whether a plant was there at any time."""
        return any(each.present_s for each in self.there[plant.id])


async def energy_bases(house: House, plants: Collection[str], year: int) -> dict[str, EnergyBase]:
    """Return what counts of a year of plants (ids of the inventory; others are passed over), by plant.

    Months that are not over, and months of which neither meter nor operator says anything, are findings.
    """
    inventory, zone = house.inventory(), ZoneInfo(house.time_zone)
    wanted = [inventory.plants[plant] for plant in sorted(set(plants)) if plant in inventory.plants]
    months, now_utc = months_of(year, zone), house.clock()
    there = {plant.id: presences(plant, months, now_utc, zone) for plant in inventory.plants.values()}
    span = _Year(str(year), months, zone, there)
    behind = _behind(inventory, wanted, span)
    all_plants = {plant.id: plant for members in (*behind.values(), wanted) for plant in members}
    stated = stated_by(await house.ledger.feed_in(all_plants, months))
    metered = await _metered(house, {source_of(plant) for plant in all_plants.values()}, span)
    evidence = {
        plant.id: Evidence(
            plant=plant,
            period=span.name,
            presences=there[plant.id],
            metered={} if plant.feed_in_meter in behind else metered[source_of(plant)],
            stated=stated.get(plant.id, {}),
        )
        for plant in all_plants.values()
    }
    found: dict[str, EnergyBase] = {}
    for meter, members in behind.items():
        said = [evidence.pop(plant.id) for plant in members]
        bases = bases_behind(meter, _name(inventory, meter), metered[f"meter:{meter}"], said)
        found |= {base.plant: base for base in bases}
    found |= {plant: base_of(each) for plant, each in evidence.items()}
    return {plant.id: found[plant.id] for plant in wanted}


async def expected_bases(house: House, plants: Collection[str], year: int) -> dict[str, Expected]:
    """Return what a year of plants will come to, for forecasts: as it is known, and the other months estimated."""
    this, before = await energy_bases(house, plants, year), await energy_bases(house, plants, year - 1)
    return {plant: expected_of(base, before.get(plant)) for plant, base in this.items()}


def source_of(plant: Plant) -> str:
    """Return which source counts what a plant feeds in: its feed-in meter, else the plant itself."""
    return plant.source if plant.feed_in_meter is None else f"meter:{plant.feed_in_meter}"


def _name(inventory: Inventory, meter: str) -> str:
    return inventory.meters[meter].name if meter in inventory.meters else meter


def _behind(inventory: Inventory, wanted: Iterable[Plant], span: _Year) -> dict[str, list[Plant]]:
    """Return the feed-in meters that wanted plants share with others, and all plants behind each."""
    named = {plant.feed_in_meter for plant in wanted if plant.feed_in_meter is not None}
    found: dict[str, list[Plant]] = defaultdict(list)
    for plant in sorted(inventory.plants.values(), key=lambda each: each.id):
        if plant.feed_in_meter in named and span.has(plant):
            found[plant.feed_in_meter].append(plant)
    return {meter: members for meter, members in found.items() if len(members) > 1}


async def _metered(house: House, sources: Collection[str], span: _Year) -> Metered:
    groups = {source: (source,) for source in sources}
    totals = await totals_of(house, groups, EXPORT, span.period, span.zone, Resolution.MONTH)
    negative = await _at_negative_prices(house, sources, span)
    return {
        source: {
            name: metered_month(amount, negative.get((source, name)))
            for name, amount in zip(span.months, amounts, strict=True)
        }
        for source, amounts in totals.items()
    }


async def _at_negative_prices(house: House, sources: Collection[str], span: _Year) -> dict[tuple[str, str], int]:
    """Return what was fed in while the day-ahead price was below zero, of months with a price for each quarter hour."""
    prices = await read_prices(house, span.period)
    if prices is None:
        return {}
    known = {name: month for name, month in span.months.items() if prices.known(month)}
    keys = [(source, EXPORT) for source in sorted(sources)]
    counted = await counted_at(house, keys, prices.below_zero_ms)
    nothing = Counted.none()
    return {
        (source, name): counted.get((source, EXPORT), nothing).during(month)
        for source in sources
        for name, month in known.items()
    }
