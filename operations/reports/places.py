"""All figures of a site or building in a year, for its energy report. What cannot be computed says why."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import NotFoundError
from core.evidence import FigureId
from core.inventory import HEATING, Building, Medium, Meter, MeterRole, Site
from core.quantities import Quantity
from operations.evidence.figures import SITE, span_of
from operations.house import Call, House
from operations.loads.scopes import BUILDING, COUNTED, load_scope, valid_in
from operations.reports.borrowed import corrected, cost, own_power, peak
from operations.reports.figures import ReportFigure, change_of, named, per_area
from operations.reports.place import ENERGY, ReportedPlace
from operations.reports.totals import MONTHS, totals_with_last_year

QUANTITIES: Final[Mapping[Medium, tuple[Quantity, ...]]] = {
    Medium.ELECTRICITY: (Quantity.ENERGY_IMPORT_WH,),
    Medium.HEAT: (Quantity.HEAT_WH,),
    Medium.GAS: (Quantity.FUEL_HO_WH, Quantity.FUEL_HI_WH, Quantity.VOLUME_M3),
    Medium.OIL: (Quantity.FUEL_HI_WH, Quantity.FUEL_HO_WH, Quantity.VOLUME_M3),
    Medium.PELLETS: (Quantity.FUEL_HI_WH, Quantity.FUEL_HO_WH, Quantity.MASS_G),
    Medium.WATER: (Quantity.VOLUME_M3,),
}
"""By what the use of a carrier is told, the first that is known of it being what its report is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierFigures:
    """What a place used of a carrier: by what it is told, its meters, and the names of its figures."""

    medium: Medium
    quantity: Quantity
    meters: tuple[Meter, ...]
    whole: str
    months: tuple[str, ...]
    before: str
    before_months: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFigures:
    """A site or building with all figures of a year; `own` are those of no single carrier."""

    scope: str
    name: str
    site: Site
    building: Building | None
    area_m2: float
    carriers: tuple[CarrierFigures, ...]
    own: tuple[str, ...]
    figures: Mapping[str, ReportFigure]

    def figure(self, name: str, year: str, version: int | None = None) -> str:
        """Return the id of a figure."""
        quantity, *variant = name.split(".")
        return str(FigureId(ENERGY, year, self.scope, quantity, tuple(variant), version))


async def places_of(house: House, scope: str, call: Call) -> tuple[str, ...]:
    """Return the scopes a report covers: of a site itself and its buildings, of `all` every site the actor sees.

    Raises `NotFoundError` for what nobody knows, `ForbiddenError` outside the actor's sites.
    """
    inventory = house.inventory()
    if scope.startswith(BUILDING):
        return (scope,)
    if scope == "all":
        call.must_see(None)
        sites = sorted(inventory.sites.values(), key=lambda site: site.name)
    else:
        site = inventory.sites.get(scope.removeprefix(SITE))
        if site is None or not scope.startswith(SITE):
            raise NotFoundError("reports.scope_unknown", scope=scope[:80])
        call.must_see(site.id)
        sites = [site]
    found: list[str] = []
    for site in sites:
        buildings = [each for each in inventory.buildings.values() if each.site == site.id]
        found += [f"{SITE}{site.id}", *(f"{BUILDING}{each.id}" for each in buildings if len(buildings) > 1)]
    return tuple(found)


async def read_place(house: House, scope: str, year: str, call: Call, *, brief: bool = False) -> PlaceFigures:
    """Return the figures of a site or building in a year, `brief` without peak and cost. Raises `NotFoundError`."""
    inventory = house.inventory()
    building = inventory.buildings.get(scope.removeprefix(BUILDING)) if scope.startswith(BUILDING) else None
    site = inventory.sites.get(building.site if building else scope.removeprefix(SITE))
    if site is None:
        raise NotFoundError("reports.scope_unknown", scope=scope[:80])
    call.must_see(site.id)
    place = ReportedPlace(
        house=house,
        scope=scope,
        site=site,
        building=building,
        span=span_of(year, ZoneInfo(site.time_zone)),
        call=call,
        brief=brief,
    )
    figures: list[ReportFigure] = []
    carriers: list[CarrierFigures] = []
    async for carrier, found in _carriers(place):
        carriers.append(carrier)
        figures += found
    own = await own_power(place) if any(each.medium is Medium.ELECTRICITY for each in carriers) else []
    return PlaceFigures(
        scope=scope,
        name=building.name if building else site.name,
        site=site,
        building=building,
        area_m2=place.area_m2,
        carriers=tuple(carriers),
        own=tuple(each.name for each in own),
        figures=named([*figures, *own]),
    )


async def _carriers(place: ReportedPlace) -> AsyncIterator[tuple[CarrierFigures, list[ReportFigure]]]:
    for medium, quantities in QUANTITIES.items():
        meters = await _meters(place, medium)
        if meters:
            yield await _carrier(place, medium, quantities, meters)


async def _meters(place: ReportedPlace, medium: Medium) -> tuple[Meter, ...]:
    if medium in COUNTED:
        try:
            return (await load_scope(place.house, place.scope, medium, place.span.period, place.call)).meters
        except NotFoundError:
            return ()
    return tuple(
        meter
        for meter in place.house.inventory().meters.values()
        if meter.medium is medium
        and meter.site == place.site.id
        and meter.role is MeterRole.SUPPLY
        and (place.building is None or meter.building == place.building.id)
        and valid_in(meter, place.span.period, place.zone)
    )


async def _carrier(
    place: ReportedPlace, medium: Medium, quantities: tuple[Quantity, ...], meters: tuple[Meter, ...]
) -> tuple[CarrierFigures, list[ReportFigure]]:
    found: list[ReportFigure] = []
    known: list[Quantity] = []
    for quantity in quantities:
        totals = await totals_with_last_year(place, medium, quantity, meters)
        if totals[0].value is not None or quantity is quantities[-1]:
            found += totals
            known.append(quantity)
    names = [f"{quantity.value}.{medium.value}" for quantity in known]
    others = await _others(place, medium, names[0], named(found))
    carrier = CarrierFigures(
        medium=medium,
        quantity=known[0],
        meters=meters,
        whole=names[0],
        months=tuple(f"{names[0]}.m{month:02}" for month in MONTHS),
        before=f"{names[0]}.last_year",
        before_months=tuple(f"{names[0]}.last_year.m{month:02}" for month in MONTHS),
        others=(*(each.name for each in others), *names[1:]),
    )
    return carrier, [*found, *others]


async def _others(
    place: ReportedPlace, medium: Medium, main: str, found: Mapping[str, ReportFigure]
) -> list[ReportFigure]:
    """Return what else is told of a carrier, whose use is the figure `main`."""
    used, before = found[main], found[f"{main}.last_year"]
    grounds = (place.ground(used), place.ground(before))
    others = [
        change_of(f"change_percent.{medium.value}", used, before, grounds),
        per_area(f"{main.replace('.', '_per_m2.', 1)}", used, place.area_m2, grounds[0]),
    ]
    if medium is Medium.ELECTRICITY and not place.brief:
        others.append(await peak(place, medium))
    if medium in HEATING:
        others.append(await corrected(place, medium, main, used.unit))
    if not place.brief:
        others.append(await cost(place, medium))
    return others
