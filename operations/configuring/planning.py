"""How charge points should be set, and what would be changed so that they are. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from chargepoints.configuring.comparing import plain_key
from chargepoints.configuring.plan import Plan, PlannedSetting, PlannedState, plan_of, plan_station
from chargepoints.configuring.profiles import (
    Effective,
    ProfiledStation,
    effective_settings,
    holds_for,
    level_of,
)
from core.facts import Protocol, StationLink
from core.inventory import Inventory, Station
from operations.configuring.known import known_of
from operations.configuring.rows import (
    ConflictRow,
    LevelWord,
    PlanStations,
    ShownPlan,
    ShowProfile,
    StationProfile,
    WantedRow,
    shown,
)
from operations.house import Call, House
from operations.stations.asking import stations_of


async def show_profile(house: House, request: ShowProfile, call: Call) -> StationProfile:
    """Return how a charge point should be set. Raises `NotFoundError` or `ForbiddenError`."""
    (station,) = stations_of(house, call, request.id)
    links = {link.station: link for link in await house.ledger.links()}
    link = links.get(station.id)
    profiled = profiled_as(station, link)
    day = house.day(call.now_utc)
    profiles = {each.id: each for each in house.inventory().profiles.values() if each.valid_on(day)}
    wanted = effective_settings(profiled, profiles.values())
    levels = {name: LevelWord[level_of(each).name] for name, each in profiles.items()}
    holding = sorted(
        (each for each in profiles.values() if holds_for(each, profiled)), key=lambda e: (level_of(e), e.id)
    )
    hidden = [(plain_key(one.key), one.term, one.origin) for one in wanted.hidden]
    return StationProfile(
        station=station.id,
        station_name=station.name,
        protocol=link.protocol.value if link and link.protocol else None,
        profiles=tuple(each.id for each in holding),
        settings=tuple(
            WantedRow(
                term=one.term,
                key=one.key,
                wanted=one.value,
                origin=one.origin,
                level=levels[one.origin],
                needs_reboot=one.needs_reboot,
                irreversible=one.irreversible,
                instead_of=tuple(
                    origin for key, term, origin in hidden if (key, term) == (plain_key(one.key), one.term)
                ),
            )
            for one in wanted.settings
        ),
        conflicts=tuple(ConflictRow(term=one.setting, profiles=one.profiles) for one in wanted.conflicts),
    )


async def plan_stations(house: House, request: PlanStations, call: Call) -> ShownPlan:
    """Return what would be changed at charge points, with its hash.

    Raises `NotFoundError` or `ForbiddenError` for a charge point or group, `StoreError`.
    """
    stations = stations_of(house, call, request.id)
    plan = await planned(house, call, stations, live=request.live)
    return shown(plan, house.inventory().stations, call.now_utc)


async def planned(house: House, call: Call, stations: Iterable[Station], *, live: bool = True) -> Plan:
    """Return the plan of charge points that any profile holds for."""
    links = {link.station: link for link in await house.ledger.links()}
    wanted = wanted_at(house.inventory(), stations, links, house.day(call.now_utc))
    known = await known_of(house, call, wanted, live=live)
    plans = []
    for station, effective in wanted.items():
        plan = plan_station(station, effective.settings, known[station], call.now_utc)
        plans.append(replace(plan, settings=(*plan.settings, *_conflicts(effective))))
    return plan_of(plans)


def wanted_at(
    inventory: Inventory, stations: Iterable[Station], links: Mapping[str, StationLink], day: date
) -> dict[str, Effective]:
    """Return what the profiles of a day want at each of some charge points; those that none holds for are left out."""
    profiles = [each for each in inventory.profiles.values() if each.valid_on(day)]
    found = {each.id: effective_settings(profiled_as(each, links.get(each.id)), profiles) for each in stations}
    return {station: each for station, each in found.items() if each.settings or each.conflicts}


def profiled_as(station: Station, link: StationLink | None) -> ProfiledStation:
    """Return what profiles are chosen by; who never connected is taken for one of 1.6."""
    is_16 = link is None or link.protocol in (None, Protocol.OCPP_16)
    return ProfiledStation(id=station.id, site=station.site, maker=station.maker, model=station.model, is_16=is_16)


def _conflicts(effective: Effective) -> Iterable[PlannedSetting]:
    for one in effective.conflicts:
        yield PlannedSetting(
            key=one.setting,
            state=PlannedState.CONFLICT,
            origin=", ".join(one.profiles),
            old=None,
            new=None,
        )
