"""Sites: what stands there and how much power they draw now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.errors import NotFoundError
from core.inventory import Inventory, Medium, Meter, MeterRole, Site, SiteKind
from core.ports import Page
from core.quantities import Quantity
from core.readings import ReadingQuality
from operations.house import Call, House
from operations.metering.meters import MeterRow, meter_row
from operations.stations.listing import StationRow, station_rows
from operations.values import Freshness, Limit, Newest, in_force, matches, newest, page_of, pick, values_of
from operations.vehicles import VehicleRow, vehicle_row


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSites:
    """Which sites: of a kind, or with a text in id or name."""

    kind: SiteKind | None = None
    query: str | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowSite:
    """One site by its id."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePower:
    """The power drawn now: the sum over the `counted` of `meters` electricity meters at the supplier's border.

    Silent meters are not counted. `age_s` is the oldest value's; `quality` is `measured` only if all are.
    """

    power_w: float
    age_s: float
    quality: ReadingQuality
    counted: int
    meters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow:
    """A site with its power now (None: no meter tells) and what stands there."""

    id: str
    name: str
    kind: SiteKind
    municipality: str
    power: SitePower | None
    meters: int
    stations: int
    vehicles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingRow:
    """A building at a site."""

    id: str
    name: str
    floor_area_m2: float | None
    built_year: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDetail:
    """A site with everything at it that is in use."""

    site: SiteRow
    time_zone: str
    latitude_deg: float | None
    longitude_deg: float | None
    valid_from: date
    valid_to: date | None
    buildings: tuple[BuildingRow, ...]
    meters: tuple[MeterRow, ...]
    stations: tuple[StationRow, ...]
    vehicles: tuple[VehicleRow, ...]


async def list_sites(house: House, request: ListSites, call: Call) -> Page[SiteRow]:
    """Return the sites in use that the actor may see, by id."""
    sites = [
        site for site in _in_use(house, call) if request.kind in (None, site.kind) and matches(site, request.query)
    ]
    page = page_of(sites, [site.id for site in sites], request.limit, request.cursor)
    return Page(await _rows(house, page.items, call), page.total, page.next_cursor)


async def show_site(house: House, request: ShowSite, call: Call) -> SiteDetail:
    """Return one site, former ones too. Raises `NotFoundError` or `ForbiddenError`."""
    inventory, day = house.inventory(), house.day(call.now_utc)
    site = inventory.sites.get(request.id)
    if site is None:
        raise NotFoundError("sites.unknown", id=request.id)
    call.must_see(site.id)
    meters = in_force(inventory.meters.values(), call, day, site.id)
    vehicles = in_force(inventory.vehicles.values(), call, day, site.id)
    last = await newest(house, [*(meter.source for meter in meters), *(vehicle.source for vehicle in vehicles)])
    (row,) = await _rows(house, [site], call)
    return SiteDetail(
        site=row,
        time_zone=site.time_zone,
        latitude_deg=site.latitude_deg,
        longitude_deg=site.longitude_deg,
        valid_from=site.valid_from,
        valid_to=site.valid_to,
        buildings=_buildings(inventory, call, day, site.id),
        meters=tuple(meter_row(meter, inventory, last, call) for meter in meters),
        stations=tuple(await station_rows(house, call, site.id)),
        vehicles=tuple(vehicle_row(vehicle, inventory, last, call) for vehicle in vehicles),
    )


async def site_rows(house: House, call: Call) -> tuple[SiteRow, ...]:
    """Return the rows of all sites in use that the actor may see."""
    return await _rows(house, _in_use(house, call), call)


def _in_use(house: House, call: Call) -> list[Site]:
    day = house.day(call.now_utc)
    sites = house.inventory().sites.values()
    return [site for site in sites if site.valid_on(day) and call.actor.sees(site.id)]


async def _rows(house: House, sites: Iterable[Site], call: Call) -> tuple[SiteRow, ...]:
    inventory, day = house.inventory(), house.day(call.now_utc)
    shown = {site.id: site for site in sites}
    meters = [m for m in in_force(inventory.meters.values(), call, day) if m.site in shown]
    stations = [s.site for s in in_force(inventory.stations.values(), call, day)]
    vehicles = [v.site for v in in_force(inventory.vehicles.values(), call, day)]
    last = await newest(house, [meter.source for meter in meters if _at_border(meter)])
    return tuple(
        SiteRow(
            id=site.id,
            name=site.name,
            kind=site.kind,
            municipality=inventory.municipalities[site.municipality].name,
            power=_power([meter for meter in meters if meter.site == site.id], last, call),
            meters=sum(meter.site == site.id for meter in meters),
            stations=stations.count(site.id),
            vehicles=vehicles.count(site.id),
        )
        for site in shown.values()
    )


def _power(meters: list[Meter], last: Newest, call: Call) -> SitePower | None:
    border = [meter for meter in meters if _at_border(meter)]
    told = [
        pick(values_of(last, meter.source, meter.nominal_interval_s, call.now_utc), Quantity.POWER_W)
        for meter in border
    ]
    counted = [value for value in told if value and value.freshness in (Freshness.FRESH, Freshness.LATE)]
    if not counted:
        return None
    qualities = {value.quality for value in counted}
    return SitePower(
        power_w=sum(value.value for value in counted),
        age_s=max(value.age_s for value in counted),
        quality=qualities.pop() if len(qualities) == 1 else ReadingQuality.ESTIMATED,
        counted=len(counted),
        meters=len(border),
    )


def _at_border(meter: Meter) -> bool:
    return meter.role is MeterRole.SUPPLY and meter.medium is Medium.ELECTRICITY


def _buildings(inventory: Inventory, call: Call, day: date, site: str) -> tuple[BuildingRow, ...]:
    return tuple(
        BuildingRow(
            id=building.id, name=building.name, floor_area_m2=building.floor_area_m2, built_year=building.built_year
        )
        for building in in_force(inventory.buildings.values(), call, day, site)
    )
