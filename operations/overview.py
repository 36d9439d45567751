"""Everything the live page needs, in one call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.alarms import AlarmFilter, AlarmState
from core.books import RejectionFilter
from core.facts import ConnectorStatus, LastValue
from core.inventory import Entry, Inventory, Meter
from core.people import Role
from core.quantities import Quantity
from core.readings import ReadingQuality
from operations.house import Call, House
from operations.sites import SiteRow, site_rows
from operations.stations.listing import StationRow, station_rows
from operations.values import Freshness, Newest, in_force, newest, reports, values_of
from operations.vehicles import VehicleRow, vehicle_row

LATEST = 30
"""How many of the last readings are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowOverview:
    """The overview has no parameters; the actor's scope limits it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestRow:
    """One of the last readings received, with the name of what sent it."""

    source: str
    name: str
    quantity: Quantity
    value: float
    at_utc: datetime
    age_s: float
    quality: ReadingQuality


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many there are; `alarms` are those nobody has seen yet.

    `rejections` and `discoveries` are None for those who may not see them.
    """

    meters: dict[Freshness, int]
    stations: int
    stations_connected: int
    outlets: int
    outlets_charging: int
    sessions_open: int
    vehicles: int
    vehicles_charging: int
    rejections: int | None
    discoveries: int | None
    alarms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """The span of history that the demo generated: nobody measured it."""

    start_utc: datetime
    end_utc: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The district at one moment, as far as the actor may see it."""

    at_utc: datetime
    sites: tuple[SiteRow, ...]
    stations: tuple[StationRow, ...]
    vehicles: tuple[VehicleRow, ...]
    latest: tuple[LatestRow, ...]
    counts: Counts
    generated: Generated | None = None


async def show_overview(house: House, _request: ShowOverview, call: Call) -> Overview:
    """Return sites with power, stations with outlets, vehicles, the last readings, and counts."""
    inventory, day = house.inventory(), house.day(call.now_utc)
    meters = in_force(inventory.meters.values(), call, day)
    cars = in_force(inventory.vehicles.values(), call, day)
    stations = tuple(await station_rows(house, call))
    outlets = [f"station:{station.id}/{outlet.number}" for station in stations for outlet in station.outlets]
    last = await newest(house, [*(meter.source for meter in meters), *(car.source for car in cars), *outlets])
    vehicles = tuple(vehicle_row(car, inventory, last, call) for car in cars)
    return Overview(
        at_utc=call.now_utc,
        sites=await site_rows(house, call),
        stations=stations,
        vehicles=vehicles,
        latest=_latest(last, inventory, call),
        counts=await _counts(house, call, _meter_states(meters, last, call), stations, vehicles),
        generated=await _generated(house),
    )


async def _generated(house: House) -> Generated | None:
    spans = await house.ledger.generated_spans()
    if not spans:
        return None
    return Generated(start_utc=min(span.start_utc for span in spans), end_utc=max(span.end_utc for span in spans))


def _latest(last: Newest, inventory: Inventory, call: Call) -> tuple[LatestRow, ...]:
    every = [value for values in last.values() for value in values.values()]
    every.sort(key=lambda value: (value.received_at_utc, value.at_utc, value.source, value.quantity), reverse=True)
    return tuple(_latest_row(value, inventory, call) for value in every[:LATEST])


def _latest_row(value: LastValue, inventory: Inventory, call: Call) -> LatestRow:
    return LatestRow(
        source=value.source,
        name=_name_of(value.source, inventory),
        quantity=value.quantity,
        value=value.value,
        at_utc=value.at_utc,
        age_s=(call.now_utc - value.at_utc).total_seconds(),
        quality=value.quality,
    )


def _name_of(source: str, inventory: Inventory) -> str:
    kind, _, rest = source.partition(":")
    key, _, number = rest.partition("/")
    shelves: dict[str, Mapping[str, Entry]] = {
        "meter": inventory.meters,
        "station": inventory.stations,
        "vehicle": inventory.vehicles,
    }
    name = shelves[kind][key].name
    return f"{name} / {number}" if number else name


def _meter_states(meters: list[Meter], last: Newest, call: Call) -> dict[Freshness, int]:
    states = Counter(
        reports(meter, values_of(last, meter.source, meter.nominal_interval_s, call.now_utc)) for meter in meters
    )
    return {state: states[state] for state in Freshness}


async def _counts(
    house: House,
    call: Call,
    meters: dict[Freshness, int],
    stations: tuple[StationRow, ...],
    vehicles: tuple[VehicleRow, ...],
) -> Counts:
    outlets = [outlet for station in stations for outlet in station.outlets]
    operates = call.actor.may(Role.OPERATOR) and call.actor.sites is None
    return Counts(
        meters=meters,
        stations=len(stations),
        stations_connected=sum(station.connected for station in stations),
        outlets=len(outlets),
        outlets_charging=sum(outlet.status is ConnectorStatus.CHARGING for outlet in outlets),
        sessions_open=sum(outlet.session is not None for outlet in outlets),
        vehicles=len(vehicles),
        vehicles_charging=sum(vehicle.charging is True for vehicle in vehicles),
        rejections=(await house.ledger.rejections(RejectionFilter(limit=1))).total if operates else None,
        discoveries=len(await house.ledger.discoveries()) if operates else None,
        alarms=(await house.ledger.alarms(_unseen(call))).total,
    )


def _unseen(call: Call) -> AlarmFilter:
    return AlarmFilter(states=frozenset({AlarmState.ACTIVE}), sites=call.actor.sites, limit=1)
