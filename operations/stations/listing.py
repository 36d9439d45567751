"""Charge points: connection, outlets, and what happens at them now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from core.errors import NotFoundError
from core.facts import ConnectorStatus, Protocol, StationLink, StationStatus
from core.inventory import Admission, Connector, Inventory, Station
from core.ports import Page
from core.quantities import Quantity
from operations.charging.clocks import StationClock, clocks_of
from operations.house import Call, House
from operations.notices import SourceNotice, notices_of
from operations.values import Limit, Newest, Value, age_s, in_force, matches, newest, page_of, pick, values_of

NOMINAL_INTERVAL_S = 60
"""A charging outlet sends a sample about every minute."""

OutletKey = tuple[str, int]


class StationState(StrEnum):
    """A station in one word: the first of these that is true of it or of one of its outlets."""

    OFFLINE = "offline"
    FAULTED = "faulted"
    UNAVAILABLE = "unavailable"
    CHARGING = "charging"
    OCCUPIED = "occupied"
    AVAILABLE = "available"
    UNKNOWN = "unknown"


_MEANS: dict[ConnectorStatus, StationState] = {
    ConnectorStatus.AVAILABLE: StationState.AVAILABLE,
    ConnectorStatus.PREPARING: StationState.OCCUPIED,
    ConnectorStatus.CHARGING: StationState.CHARGING,
    ConnectorStatus.SUSPENDED_EV: StationState.OCCUPIED,
    ConnectorStatus.SUSPENDED_EVSE: StationState.OCCUPIED,
    ConnectorStatus.FINISHING: StationState.OCCUPIED,
    ConnectorStatus.OCCUPIED: StationState.OCCUPIED,
    ConnectorStatus.RESERVED: StationState.OCCUPIED,
    ConnectorStatus.UNAVAILABLE: StationState.UNAVAILABLE,
    ConnectorStatus.FAULTED: StationState.FAULTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStations:
    """Which stations: at a site, in a state, or with a text in id or name."""

    site: str | None = None
    state: StationState | None = None
    query: str | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowStation:
    """One station by its OCPP identity."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletRow:
    """An outlet: its reported status, power now, and the session that runs there."""

    number: int
    plug: str
    max_power_w: float
    status: ConnectorStatus | None
    at_utc: datetime | None
    age_s: float | None
    error_code: str
    info: str
    power: Value | None
    session: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StationRow:
    """A station with its outlets; `age_s` is the time since its last frame."""

    id: str
    name: str
    site: str
    site_name: str
    maker: str
    model: str
    state: StationState
    connected: bool
    age_s: float | None
    protocol: Protocol | None
    outlets: tuple[OutletRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StationDetail:
    """A station with what it said of itself at its last boot, what was odd about it, and how its clock goes."""

    station: StationRow
    security_profile: int
    admission: Admission
    parent: str | None
    valid_from: date
    valid_to: date | None
    since_utc: datetime | None
    last_frame_at_utc: datetime | None
    booted_at_utc: datetime | None
    reported_maker: str
    reported_model: str
    firmware: str
    serial_number: str
    notices: tuple[SourceNotice, ...]
    clock: StationClock | None = None


@dataclass(frozen=True, slots=True)
class Yard:
    """What the ledger and the time series know of all stations at one moment."""

    links: Mapping[str, StationLink]
    statuses: Mapping[OutletKey, StationStatus]
    sessions: Mapping[OutletKey, str]
    newest: Newest


async def list_stations(house: House, request: ListStations, call: Call) -> Page[StationRow]:
    """Return the stations in use that the actor may see, by id."""
    stations = house.inventory().stations
    rows = [
        row
        for row in await station_rows(house, call, request.site)
        if request.state in (None, row.state) and matches(stations[row.id], request.query)
    ]
    return page_of(rows, [row.id for row in rows], request.limit, request.cursor)


async def show_station(house: House, request: ShowStation, call: Call) -> StationDetail:
    """Return one station, former ones too. Raises `NotFoundError` or `ForbiddenError`."""
    inventory = house.inventory()
    station = inventory.stations.get(request.id)
    if station is None:
        raise NotFoundError("stations.unknown", id=request.id)
    call.must_see(station.site)
    yard = await _yard(house, [station])
    link = yard.links.get(station.id)
    return StationDetail(
        station=_row(station, inventory, yard, call),
        security_profile=station.security_profile,
        admission=station.admission,
        parent=station.parent,
        valid_from=station.valid_from,
        valid_to=station.valid_to,
        since_utc=link.since_utc if link else None,
        last_frame_at_utc=link.last_frame_at_utc if link else None,
        booted_at_utc=link.booted_at_utc if link else None,
        reported_maker=link.maker if link else "",
        reported_model=link.model if link else "",
        firmware=link.firmware if link else "",
        serial_number=link.serial_number if link else "",
        notices=await notices_of(house, station.source, call),
        clock=(await clocks_of(house, [station.id], call.now_utc)).get(station.id),
    )


async def station_rows(house: House, call: Call, site: str | None = None) -> list[StationRow]:
    """Return the rows of all stations in use (at a site) that the actor may see."""
    inventory = house.inventory()
    stations = in_force(inventory.stations.values(), call, house.day(call.now_utc), site)
    yard = await _yard(house, stations)
    return [_row(station, inventory, yard, call) for station in stations]


async def _yard(house: House, stations: list[Station]) -> Yard:
    ledger = house.ledger
    outlets = [_outlet_source(station, outlet) for station in stations for outlet in station.connectors]
    return Yard(
        links={link.station: link for link in await ledger.links()},
        statuses={(status.station, status.connector): status for status in await ledger.statuses()},
        sessions={(session.station, session.connector): session.id for session in await ledger.open_sessions()},
        newest=await newest(house, outlets),
    )


def _row(station: Station, inventory: Inventory, yard: Yard, call: Call) -> StationRow:
    link = yard.links.get(station.id)
    outlets = tuple(_outlet(station, outlet, yard, call) for outlet in station.connectors)
    return StationRow(
        id=station.id,
        name=station.name,
        site=station.site,
        site_name=inventory.sites[station.site].name,
        maker=station.maker,
        model=station.model,
        state=_state(link, yard.statuses.get((station.id, 0)), outlets),
        connected=link is not None and link.connected,
        age_s=age_s(link.last_frame_at_utc, call.now_utc) if link else None,
        protocol=link.protocol if link else None,
        outlets=outlets,
    )


def _outlet(station: Station, outlet: Connector, yard: Yard, call: Call) -> OutletRow:
    status = yard.statuses.get((station.id, outlet.number))
    values = values_of(yard.newest, _outlet_source(station, outlet), NOMINAL_INTERVAL_S, call.now_utc)
    return OutletRow(
        number=outlet.number,
        plug=outlet.plug,
        max_power_w=outlet.max_power_w,
        status=status.status if status else None,
        at_utc=status.at_utc if status else None,
        age_s=age_s(status.at_utc, call.now_utc) if status else None,
        error_code=status.error_code if status else "",
        info=status.info if status else "",
        power=pick(values, Quantity.POWER_W),
        session=yard.sessions.get((station.id, outlet.number)),
    )


def _outlet_source(station: Station, outlet: Connector) -> str:
    return f"{station.source}/{outlet.number}"


def _state(link: StationLink | None, whole: StationStatus | None, outlets: tuple[OutletRow, ...]) -> StationState:
    if link is None or not link.connected:
        return StationState.OFFLINE
    said = [outlet.status for outlet in outlets] + [whole.status if whole else None]
    means = {_MEANS[status] for status in said if status is not None}
    return next((state for state in StationState if state in means), StationState.UNKNOWN)
