"""Whose load is looked at: of a meter, a building or a site, the meters that make it up, its clock and its calendar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import NotFoundError, RequestError
from core.evidence import FigureId
from core.inventory import Building, Calendar, Inventory, Medium, Meter, MeterRole, Site
from core.periods import Period
from core.quantities import Quantity
from core.texts import Finding
from energy.register_walk import at_utc
from operations.courses import RATES
from operations.evidence.figures import SITE, TOTAL, scope_of
from operations.house import Call, House

METER: Final = "meter:"
BUILDING: Final = "building:"

COUNTED: Final = {
    Medium.ELECTRICITY: Quantity.ENERGY_IMPORT_WH,
    Medium.HEAT: Quantity.HEAT_WH,
    Medium.GAS: Quantity.VOLUME_M3,
    Medium.WATER: Quantity.VOLUME_M3,
    Medium.OIL: Quantity.VOLUME_M3,
    Medium.PELLETS: Quantity.FUEL_HI_WH,
}
"""By what quantity the use of a medium is counted; of pellets by their energy, as nobody thinks in grams an hour."""

OWN: Final = (MeterRole.GENERATION, MeterRole.STORAGE)
"""Meters that count what a place makes or gives back itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadScope:
    """A load: `id` and `name` of what it is of, the meters that sum to it, and what is counted by them.

    `own` are meters of generators and batteries behind them. `media` is what else could be asked for.
    `findings` say what one must know of how it is put together.
    """

    id: str
    name: str
    site: Site
    building: Building | None
    medium: Medium
    quantity: Quantity
    media: tuple[Medium, ...]
    meters: tuple[Meter, ...]
    own: tuple[Meter, ...]
    calendar: Calendar | None
    state: str
    findings: tuple[Finding, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone of the place's clock."""
        return ZoneInfo(self.site.time_zone)

    @property
    def rate(self) -> Quantity:
        """Return the quantity of the load's values."""
        return RATES[self.quantity]

    def figure(self, report: str, period: str) -> str:
        """Return the id of a figure of this load."""
        variant = () if self.id.startswith(METER) else (self.medium.value,)
        return str(FigureId(report, period, self.id, self.quantity.value, variant))


def zone_of_load(house: House, text: str) -> ZoneInfo:
    """Return the time zone of the place that a meter, building or site is at, the district's if there is none."""
    inventory = house.inventory()
    site = _site_of(inventory, text)
    return ZoneInfo(site.time_zone if site else house.time_zone)


async def load_scope(house: House, text: str, medium: Medium | None, period: Period, call: Call) -> LoadScope:
    """Return the load of `meter:x`, `building:x` or `site:x`, of what its meters in the period count.

    Raises `NotFoundError` for what nobody knows or where nothing of the medium is metered, `ForbiddenError`
    outside the actor's sites, `RequestError` for a meter of another medium.
    """
    inventory = house.inventory()
    site = _site_of(inventory, text)
    if site is None:
        raise NotFoundError("loads.scope_unknown", scope=text[:80])
    call.must_see(site.id)
    if text.startswith(METER):
        return meter_scope(inventory, inventory.meters[text.removeprefix(METER)], medium)
    building = inventory.buildings.get(text.removeprefix(BUILDING)) if text.startswith(BUILDING) else None
    found = {each: await _meters(house, site, building, each, period, call) for each in COUNTED}
    media = tuple(each for each, meters in found.items() if meters)
    chosen = medium or next(iter(media), None)
    if chosen is None or chosen not in media:
        raise NotFoundError("loads.nothing_metered", scope=text[:80])
    name = building.name if building else site.name
    return _scope(inventory, text, name, site, building, chosen, COUNTED[chosen], media, found[chosen])


def meter_scope(inventory: Inventory, meter: Meter, medium: Medium | None = None) -> LoadScope:
    """Return the load of one meter. Raises `RequestError` for another medium, `NotFoundError` where none is counted."""
    if medium not in (None, meter.medium):
        raise RequestError("loads.other_medium", meter=meter.id)
    if meter.medium not in COUNTED:
        raise NotFoundError("loads.nothing_metered", scope=meter.source)
    quantity = COUNTED[meter.medium]
    if meter.role is MeterRole.GENERATION and meter.medium is Medium.ELECTRICITY:
        quantity = Quantity.ENERGY_EXPORT_WH
    building = inventory.buildings.get(meter.building or "")
    media = (meter.medium,)
    return _scope(
        inventory,
        meter.source,
        meter.name,
        inventory.sites[meter.site],
        building,
        meter.medium,
        quantity,
        media,
        (meter,),
    )


def meters_at(scope: LoadScope, at_ms: int) -> tuple[Meter, ...]:
    """Return the meters that make up a load at an instant."""
    day = at_utc(at_ms).astimezone(scope.zone).date()
    return tuple(meter for meter in scope.meters if meter.valid_on(day))


def behind(inventory: Inventory, meters: Iterable[Meter]) -> Iterator[Meter]:
    """Yield all meters behind these, however deep."""
    seen = {meter.id for meter in meters}
    front = set(seen)
    while front:
        found = [each for each in inventory.meters.values() if each.parent in front and each.id not in seen]
        found = [meter for meter in found if not meter.terms]
        yield from found
        front = {meter.id for meter in found}
        seen |= front


def valid_in(meter: Meter, period: Period, zone: ZoneInfo) -> bool:
    """Return whether a meter was valid on a day of the period."""
    first = period.start_utc.astimezone(zone).date()
    last = (period.end_utc - timedelta(microseconds=1)).astimezone(zone).date()
    return meter.valid_from <= last and (meter.valid_to is None or first < meter.valid_to)


async def _meters(
    house: House, site: Site, building: Building | None, medium: Medium, period: Period, call: Call
) -> tuple[Meter, ...]:
    """Return the supply meters of a place; of a building without any, the outermost ones inside it."""
    inventory, zone = house.inventory(), ZoneInfo(site.time_zone)
    figure = FigureId(TOTAL, "", SITE + site.id, COUNTED[medium].value, (medium.value,))
    sources = (await scope_of(house, figure, period, call)).sources
    supply = tuple(inventory.meters[source.removeprefix(METER)] for source in sources)
    if building is None:
        return supply
    inside = [meter for meter in supply if meter.building == building.id]
    return tuple(inside or _outermost(inventory, building, medium, period, zone))


def _outermost(
    inventory: Inventory, building: Building, medium: Medium, period: Period, zone: ZoneInfo
) -> Iterator[Meter]:
    for meter in inventory.meters.values():
        parent = inventory.meters.get(meter.parent or "")
        nested = parent is not None and parent.building == building.id
        inside = meter.building == building.id and meter.medium is medium and meter.role is MeterRole.SUBMETER
        if inside and not nested and not meter.terms and valid_in(meter, period, zone):
            yield meter


def _scope(
    inventory: Inventory,
    text: str,
    name: str,
    site: Site,
    building: Building | None,
    medium: Medium,
    quantity: Quantity,
    media: tuple[Medium, ...],
    meters: tuple[Meter, ...],
) -> LoadScope:
    calendar = inventory.calendars.get((building.calendar if building else None) or site.calendar or "")
    electric = medium is Medium.ELECTRICITY
    municipality = inventory.municipalities.get(site.municipality)
    return LoadScope(
        id=text,
        name=name,
        site=site,
        building=building,
        medium=medium,
        quantity=quantity,
        media=media,
        meters=meters,
        own=tuple(meter for meter in behind(inventory, meters) if meter.role in OWN) if electric else (),
        calendar=calendar,
        state=calendar.state if calendar else municipality.state if municipality else "",
        findings=tuple(_remarks(inventory, building, meters)) if building and text.startswith(BUILDING) else (),
    )


def _remarks(inventory: Inventory, building: Building, meters: tuple[Meter, ...]) -> Iterator[Finding]:
    if all(meter.role is MeterRole.SUBMETER for meter in meters):
        yield Finding.of("loads.building_by_submeters", count=len(meters))
    others = {meter.building for meter in behind(inventory, meters)} - {building.id, None}
    if others:
        names = sorted(inventory.buildings[each].name for each in others if each in inventory.buildings)
        yield Finding.of("loads.building_feeds_others", names=", ".join(names))


def _site_of(inventory: Inventory, text: str) -> Site | None:
    if text.startswith(SITE):
        return inventory.sites.get(text.removeprefix(SITE))
    if text.startswith(BUILDING):
        building = inventory.buildings.get(text.removeprefix(BUILDING))
        return inventory.sites.get(building.site) if building else None
    if text.startswith(METER):
        return inventory.sites.get(inventory.site_of(text) or "")
    return None
