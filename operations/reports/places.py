"""All figures of a site or building in a year, for its energy report. What cannot be computed says why."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
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
from operations.reports.borrowed import corrected, cost, own_power, peak, revenue
from operations.reports.figures import ReportFigure, change_of, named, per_area
from operations.reports.place import ENERGY, ReportedPlace
from operations.reports.totals import MONTHS, Use, YearCounts, count_years, totals_with_last_year

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


async def read_place(house: House, scope: str, year: str, call: Call) -> PlaceFigures:
    """Return the figures of a site or building in a year. Raises `NotFoundError` or `ForbiddenError`."""
    (found,) = [each async for each in read_places(house, (scope,), year, call)]
    return found


async def read_places(
    house: House, scopes: Iterable[str], year: str, call: Call, *, brief: bool = False
) -> AsyncIterator[PlaceFigures]:
    """Yield the figures of sites and buildings in a year, `brief` without peak and cost.

    What all of them counted is asked for at once. Raises `NotFoundError` or `ForbiddenError`.
    """
    places = [_place(house, scope, year, call, brief=brief) for scope in scopes]
    told = [(place, await _uses(place)) for place in places]
    counts = await count_years(use for _, carriers in told for carrier in carriers for use in carrier)
    for place, carriers in told:
        yield await _figures_of(place, carriers, counts)


def _place(house: House, scope: str, year: str, call: Call, *, brief: bool) -> ReportedPlace:
    inventory = house.inventory()
    building = inventory.buildings.get(scope.removeprefix(BUILDING)) if scope.startswith(BUILDING) else None
    site = inventory.sites.get(building.site if building else scope.removeprefix(SITE))
    if site is None:
        raise NotFoundError("reports.scope_unknown", scope=scope[:80])
    call.must_see(site.id)
    span = span_of(year, ZoneInfo(site.time_zone))
    return ReportedPlace(house=house, scope=scope, site=site, building=building, span=span, call=call, brief=brief)


async def _figures_of(place: ReportedPlace, carriers: Sequence[tuple[Use, ...]], counts: YearCounts) -> PlaceFigures:
    told = [await _carrier(uses, counts) for uses in carriers]
    own = await own_power(place) if any(each.medium is Medium.ELECTRICITY for each, _ in told) else []
    own += [] if place.brief else await revenue(place)
    return PlaceFigures(
        scope=place.scope,
        name=place.building.name if place.building else place.site.name,
        site=place.site,
        building=place.building,
        area_m2=place.area_m2,
        carriers=tuple(carrier for carrier, _ in told),
        own=tuple(each.name for each in own),
        figures=named([*(figure for _, found in told for figure in found), *own]),
    )


async def _uses(place: ReportedPlace) -> list[tuple[Use, ...]]:
    """Return by what quantities the use of each carrier of a place could be told."""
    found = [(medium, quantities, await _meters(place, medium)) for medium, quantities in QUANTITIES.items()]
    return [
        tuple(Use(place, medium, quantity, meters) for quantity in quantities)
        for medium, quantities, meters in found
        if meters
    ]


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


async def _carrier(uses: tuple[Use, ...], counts: YearCounts) -> tuple[CarrierFigures, list[ReportFigure]]:
    found: list[ReportFigure] = []
    known: list[Use] = []
    for use in uses:
        totals = totals_with_last_year(use, counts)
        if totals[0].value is not None or use is uses[-1]:
            found += totals
            known.append(use)
    place, medium, names = uses[0].place, uses[0].medium, [use.name for use in known]
    others = await _others(place, medium, names[0], named(found))
    carrier = CarrierFigures(
        medium=medium,
        quantity=known[0].quantity,
        meters=uses[0].meters,
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
