"""How available charge points were in a period, by outlet, station, site, maker, model or firmware."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chargepoints.availability import Account, Condition
from core.facts import StationLink
from core.inventory import Inventory, Station
from operations.charging.clocks import StationClock, clocks_of
from operations.house import Call, House
from operations.reliability.reading import Outlet, accounts, gone, span_asked, stations_of


class Grouping(StrEnum):
    """What is reckoned together."""

    OUTLET = "outlet"
    STATION = "station"
    SITE = "site"
    MAKER = "maker"
    MODEL = "model"
    FIRMWARE = "firmware"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowReliability:
    """The day, month or year (without one: this month), what is reckoned together, at which site."""

    period: str = ""
    by: Grouping = Grouping.STATION
    site: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityRow:
    """How available outlets were: shares of the time since the period began, in percent; together 100.

    `availability_percent` is available and in use as a share of the time that counts, without planned work and
    what nobody knows; None where no time counts. `kept` says whether it reached the target of the site.
    `repair_s` is how long an outage lasted on average (MTTR), `between_s` how long an outlet worked for each (MTBF).
    `skew_s` is by how much a station's clock is ahead, where its sessions of the last 30 days tell.
    """

    id: str
    name: str
    site: str | None
    outlets: int
    availability_percent: float | None
    target_percent: float | None
    kept: bool | None
    available_percent: float
    in_use_percent: float
    out_of_order_percent: float
    no_contact_percent: float
    planned_percent: float
    unknown_percent: float
    outages: int
    repair_s: float | None
    between_s: float | None
    skew_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """All rows of a period, and all outlets together."""

    period: str
    begin_utc: datetime
    end_utc: datetime
    by: Grouping
    site: str | None
    whole: ReliabilityRow
    rows: tuple[ReliabilityRow, ...]


async def show_reliability(house: House, request: ShowReliability, call: Call) -> Reliability:
    """Return how available the stations were that the actor may see; of a period that still runs, up to now."""
    span = span_asked(house, request.period, call)
    period = gone(span.period, call.now_utc)
    stations = stations_of(house, request.site, period, call)
    found = await accounts(house, stations, period, call)
    links = {link.station: link for link in await house.ledger.links()}
    rows = grouped(request.by, stations, found, links, house.inventory())
    if request.by in (Grouping.STATION, Grouping.OUTLET):
        clocks = await clocks_of(house, [station.id for station in stations], period.end_utc)
        rows = [replace(row, skew_s=_skew_s(clocks.get(row.id.partition("/")[0]))) for row in rows]
    return Reliability(
        period=span.name,
        begin_utc=period.start_utc,
        end_utc=period.end_utc,
        by=request.by,
        site=request.site,
        whole=row_of("", "", list(found.values())),
        rows=tuple(rows),
    )


def grouped(
    by: Grouping,
    stations: Sequence[Station],
    found: Mapping[Outlet, Account],
    links: Mapping[str, StationLink],
    inventory: Inventory,
) -> list[ReliabilityRow]:
    """Return a row for each group, by name."""
    groups: dict[str, list[tuple[Station, Account]]] = {}
    for station in stations:
        for outlet in station.connectors:
            key = key_of(by, station, links.get(station.id), outlet.number)
            groups.setdefault(key, []).append((station, found[station.id, outlet.number]))
    rows = [_row(by, key, members, inventory) for key, members in groups.items()]
    return sorted(rows, key=lambda row: (row.name, row.id))


def key_of(by: Grouping, station: Station, link: StationLink | None, outlet: int = 0) -> str:
    """Return what a station (or its outlet) is reckoned with; firmware is what the station said at its last boot."""
    maker, model = (link.maker if link else "") or station.maker, (link.model if link else "") or station.model
    firmware = link.firmware if link else ""
    keys = {
        Grouping.OUTLET: f"{station.id}/{outlet}",
        Grouping.STATION: station.id,
        Grouping.SITE: station.site,
        Grouping.MAKER: maker,
        Grouping.MODEL: f"{maker} {model}",
        Grouping.FIRMWARE: f"{maker} {model} {firmware}".strip(),
    }
    return keys[by]


def _row(by: Grouping, key: str, members: Sequence[tuple[Station, Account]], inventory: Inventory) -> ReliabilityRow:
    stations = {station.id: station for station, _ in members}
    sites = {station.site for station in stations.values()}
    one = by in (Grouping.OUTLET, Grouping.STATION, Grouping.SITE)
    (site,) = sites if len(sites) == 1 and one else (None,)
    name = key
    if by is Grouping.SITE:
        name = inventory.sites[key].name
    elif one:
        (station,) = stations.values()
        name = station.name + (f" / {key.rpartition('/')[2]}" if by is Grouping.OUTLET else "")
    target = None if site is None else inventory.sites[site].availability_target_percent
    return row_of(key, name, [account for _, account in members], site, target)


def row_of(
    key: str, name: str, members: Iterable[Account], site: str | None = None, target: float | None = None
) -> ReliabilityRow:
    """Return the row of some outlets together."""
    members = list(members)
    account = sum(members, Account())
    reached = None if account.availability is None else float(100 * account.availability)
    return ReliabilityRow(
        id=key,
        name=name,
        site=site,
        outlets=len(members),
        availability_percent=reached,
        target_percent=target,
        kept=None if reached is None or target is None else reached >= target,
        outages=account.outages,
        repair_s=_seconds(account.to_repair),
        between_s=_seconds(account.between_failures),
        **{f"{condition.value}_percent": _share(account, condition) for condition in Condition},
    )


def _skew_s(clock: StationClock | None) -> float | None:
    return None if clock is None else clock.skew_s


def _share(account: Account, condition: Condition) -> float:
    whole = account.of(*Condition)
    return 100 * (account.of(condition) / whole) if whole else 0.0


def _seconds(lasted: timedelta | None) -> float | None:
    return None if lasted is None else lasted.total_seconds()
