"""Charge points compared with their profiles, daily and after each start: what has drifted, since when, until when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chargepoints.configuring.plan import PlanSource, StationPlan
from core.drift import Drift, DriftedSetting, DriftFilter
from core.errors import NotFoundError
from core.inventory import Station
from core.ports import Page
from core.rollouts import RolloutState
from core.texts import Finding
from operations.arrivals.sightings import Seen, Sighting
from operations.configuring.planning import planned
from operations.house import Call, House
from operations.schedule import JobWork
from operations.stations.asking import stations_of
from operations.values import Limit

EVERY: Final = timedelta(days=1)
"""So often every charge point is compared, besides after each start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowDrift:
    """What differs at charge points: ids parted by commas, `site:lra`, `maker:Alfen/Eve`, or `all`.

    As it was last seen; with `now` they are compared first. With `gone` also what no longer differs.
    """

    id: str = "all"
    now: bool = False
    gone: bool = False
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRow:
    """A setting that differs, since when; `closed_at_utc` is when it was seen to be as wanted again."""

    id: int
    station: str
    station_name: str
    key: str
    term: str
    wanted: str | None
    found: str | None
    origin: str
    since_utc: datetime
    seen_utc: datetime
    closed_at_utc: datetime | None


@dataclass(slots=True, kw_only=True)
class DriftWatched:
    """How many charge points were compared, how many differences are new, gone, and there in all.

    `unread` charge points did not tell their settings; they are asked again the next day, or when they start.
    """

    stations: int = 0
    unread: int = 0
    opened: int = 0
    closed: int = 0
    still: int = 0


async def show_drift(house: House, request: ShowDrift, call: Call) -> Page[DriftRow]:
    """Return the differences of charge points, newest first. Raises `NotFoundError` or `ForbiddenError`."""
    stations = stations_of(house, call, request.id)
    if request.now:
        await compare(house, stations, call)
    page = await house.ledger.drifts(
        DriftFilter(
            stations=frozenset(each.id for each in stations),
            still=not request.gone,
            limit=request.limit,
            cursor=request.cursor,
        )
    )
    return Page(tuple(row_of(house, each) for each in page.items), page.total, page.next_cursor)


async def watch_drift(house: House, _request: JobWork, call: Call) -> DriftWatched:
    """Compare the charge points that have not been compared for a day, or have started since."""
    checks = await house.ledger.drift_checks()
    links = {link.station: link for link in await house.ledger.links() if link.connected}
    busy = await _in_rollouts(house)
    day = house.day(call.now_utc)
    due = []
    for station in house.inventory().stations.values():
        link, checked = links.get(station.id), checks.get(station.id)
        if link is None or station.id in busy or not station.valid_on(day):
            continue
        if checked is None or call.now_utc - checked >= EVERY or _started_since(link.booted_at_utc, checked):
            due.append(station)
    watched = await compare(house, due, call)
    watched.still = (await house.ledger.drifts(DriftFilter(limit=1))).total
    return watched


async def compare(house: House, stations: Sequence[Station], call: Call, *, live: bool = True) -> DriftWatched:
    """Compare charge points with their profiles and keep what differs; one that cannot be read stays as it was."""
    compared, silent = DriftWatched(), {each.id for each in stations}
    for plan in await _plans(house, stations, call, live=live):
        change = await house.ledger.record_drift(plan.station, drifted(plan), call.now_utc)
        compared.stations += 1
        compared.opened += change.opened
        compared.closed += change.closed
        silent.discard(plan.station)
    if live:
        compared.unread = len(silent)
        await house.ledger.drift_unread(sorted(silent), call.now_utc)
    return compared


def drifted(plan: StationPlan) -> tuple[DriftedSetting, ...]:
    """Return what a plan would change, as differences."""
    return tuple(
        DriftedSetting(key=one.key, term=one.term, origin=one.origin, wanted=one.new, found=one.old)
        for one in plan.changes
    )


async def drifted_stations(house: House, _call: Call) -> Seen:
    """Return the charge points that are not as their profiles want them, with how many settings differ."""
    found: dict[str, list[Drift]] = {}
    cursor: str | None = None
    while True:
        page = await house.ledger.drifts(DriftFilter(limit=500, cursor=cursor))
        for each in page.items:
            found.setdefault(each.station, []).append(each)
        cursor = page.next_cursor
        if cursor is None:
            return Seen(sightings=tuple(_sightings(house, found.items())))


def row_of(house: House, drift: Drift) -> DriftRow:
    """Return a difference as it is listed."""
    station = house.inventory().stations.get(drift.station)
    return DriftRow(
        id=drift.id,
        station=drift.station,
        station_name=station.name if station else drift.station,
        key=drift.setting.key,
        term=drift.setting.term,
        wanted=drift.setting.wanted,
        found=drift.setting.found,
        origin=drift.setting.origin,
        since_utc=drift.since_utc,
        seen_utc=drift.seen_utc,
        closed_at_utc=drift.closed_at_utc,
    )


async def drift_at(house: House, number: int, call: Call) -> tuple[Drift, Station]:
    """Return a difference and its charge point. Raises `NotFoundError` or `ForbiddenError`."""
    drift = await house.ledger.drift(number)
    station = None if drift is None else house.inventory().stations.get(drift.station)
    if drift is None or station is None:
        raise NotFoundError("configuring.drift_unknown", id=number)
    call.must_see(station.site)
    return drift, station


async def _plans(house: House, stations: Sequence[Station], call: Call, *, live: bool) -> Iterable[StationPlan]:
    if not stations:
        return ()
    plan = await planned(house, call, stations, live=live)
    wanted = {PlanSource.LIVE} if live else {PlanSource.LIVE, PlanSource.LAST_KNOWN}
    without = {each.id for each in stations} - {each.station for each in plan.stations}
    # Where no profile holds any more nothing can differ.
    none = [StationPlan(station=name, source=PlanSource.LIVE, settings=()) for name in sorted(without)]
    return [*(each for each in plan.stations if each.source in wanted), *none]


async def _in_rollouts(house: House) -> set[str]:
    """Return the charge points that are being changed just now: they are compared once that is over."""
    rollouts = await house.ledger.rollouts([RolloutState.RUNNING])
    return {each.station for rollout in rollouts for each in rollout.stations if not each.state.final}


def _started_since(booted_at_utc: datetime | None, checked_at_utc: datetime) -> bool:
    return booted_at_utc is not None and booted_at_utc > checked_at_utc


def _sightings(house: House, found: Iterable[tuple[str, list[Drift]]]) -> Iterable[Sighting]:
    known = house.inventory().stations
    for name, drifts in sorted(found):
        if name in known:
            first = min(drifts, key=lambda each: each.since_utc)
            finding = Finding.of(
                "alarms.station_drifted", count=len(drifts), key=first.setting.term or first.setting.key
            )
            yield Sighting(
                subject=known[name].source, site=known[name].site, finding=finding, since_utc=first.since_utc
            )
