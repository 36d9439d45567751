"""Keeping the lists of cards inside charge points as the inventory says: by the job, after a change, when asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter

from core.command_requests import REQUESTS, ClearCache, ListEntry
from core.command_words import ListStatus
from core.commands import Command, CommandFilter, CommandKind
from core.errors import ConflictError, NotFoundError
from core.facts import Protocol, StationLink
from core.inventory import Inventory, Site, Station
from operations.house import Call, House
from operations.keepers import EntryKind, must_keep
from operations.local_lists.plan import GROUP, KINDS, ListState, Plan, plan_list
from operations.local_lists.rows import LocalList, LocalListCard, ShowLocalList, SyncLocalList
from operations.local_lists.wanted import site_with_list, wanted_entries
from operations.schedule import JobWork

ASKED_BY: Final = "job:local_lists"

_REMEMBERED: Final = 200
"""How many newest commands of a station tell how its list stands; where that is too few, the whole list goes again."""

_EXPIRES_AFTER: Final = timedelta(hours=1)
_CACHES_EXPIRE_AFTER: Final = timedelta(days=7)


@dataclass(slots=True, kw_only=True)
class ListsKept:
    """Of how many charge points the list is kept, for how many it is `in_sync`, and how many messages were `asked`."""

    stations: int = 0
    in_sync: int = 0
    asked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """A station, its site, and what its list should be and needs."""

    station: Station
    site: Site | None
    wanted: tuple[ListEntry, ...]
    plan: Plan


async def show_local_list(house: House, request: ShowLocalList, call: Call) -> LocalList:
    """Return how the list of one charge point stands. Raises `NotFoundError` or `ForbiddenError`."""
    station = _station(house, request.id, call)
    link = next((each for each in await house.ledger.links() if each.station == station.id), None)
    return _shown(house, await _standing(house, station, link, call.now_utc), 0)


async def sync_local_list(house: House, request: SyncLocalList, call: Call) -> LocalList:
    """Compare a charge point's list and put it right, as soon as the charge point is connected.

    Nothing is asked where its site wants no list. Raises `ConflictError` where nobody knows its OCPP version yet.
    """
    station = _station(house, request.id, call)
    link = next((each for each in await house.ledger.links() if each.station == station.id), None)
    wanted = site_with_list(station, house.inventory()) is not None
    if wanted and (link is None or link.protocol is None):
        raise ConflictError("local_lists.never_connected", id=station.id)
    standing = await _standing(house, station, link, call.now_utc, urged=True)
    asked = await _ask(house, [standing], call.actor.name, call.now_utc)
    return _shown(house, standing, asked)


async def keep_local_lists(house: House, _request: JobWork, call: Call) -> ListsKept:
    """Put right the lists of all connected charge points whose sites want one."""
    return await keep_lists(house, call.now_utc)


async def keep_lists(house: House, now_utc: datetime) -> ListsKept:
    """Put right the lists of all connected charge points, and return what was to be done."""
    stations = [each for each in _in_force(house, now_utc) if site_with_list(each, house.inventory())]
    if not stations:
        return ListsKept()
    links = {link.station: link for link in await house.ledger.links() if link.connected}
    standings = [
        await _standing(house, station, links[station.id], now_utc) for station in stations if station.id in links
    ]
    in_sync = sum(each.plan.state is ListState.IN_SYNC for each in standings)
    return ListsKept(stations=len(stations), in_sync=in_sync, asked=await _ask(house, standings, ASKED_BY, now_utc))


async def clear_caches(house: House, call: Call) -> int:
    """Have all charge points that the actor sees forget the cards they learnt; return how many are asked.

    One that is offline is asked when it is back, within a week.
    """
    stations = [each for each in _in_force(house, call.now_utc) if call.actor.sees(each.site)]
    expires = call.now_utc + _CACHES_EXPIRE_AFTER
    commands = [
        _command(each.id, CommandKind.CLEAR_CACHE, ClearCache(), call.actor.name, call.now_utc, expires)
        for each in stations
    ]
    return await _put(house, commands)


def _in_force(house: House, now_utc: datetime) -> list[Station]:
    day = house.day(now_utc)
    return [each for each in house.inventory().stations.values() if each.valid_on(day)]


def _station(house: House, name: str, call: Call) -> Station:
    station = house.inventory().stations.get(name)
    if station is None:
        raise NotFoundError("stations.unknown", id=name)
    must_keep(call.actor, EntryKind.STATIONS, [station.site])
    return station


async def _standing(
    house: House, station: Station, link: StationLink | None, now_utc: datetime, *, urged: bool = False
) -> _Standing:
    inventory = house.inventory()
    site = site_with_list(station, inventory)
    if site is None or house.pseudonym is None:
        return _Standing(station=station, site=None, wanted=(), plan=Plan(state=ListState.OFF))
    version = (link.protocol if link else None) or Protocol.OCPP_16
    wanted = wanted_entries(inventory, site, version, now_utc, house.pseudonym)
    asked = CommandFilter(stations=frozenset({station.id}), kinds=KINDS, limit=_REMEMBERED)
    commands = (await house.ledger.commands(asked)).items
    booted = link.booted_at_utc if link else None
    plan = plan_list(wanted, commands, protocol=version, booted_at_utc=booted, now_utc=now_utc, urged=urged)
    return _Standing(station=station, site=site, wanted=wanted, plan=plan)


async def _ask(house: House, standings: Sequence[_Standing], by: str, now_utc: datetime) -> int:
    expires = now_utc + _EXPIRES_AFTER
    commands = [
        _command(standing.station.id, kind, request, by, now_utc, expires)
        for standing in standings
        for kind, request in standing.plan.requests
    ]
    return await _put(house, commands)


async def _put(house: House, commands: Sequence[Command]) -> int:
    """Put commands into the queues of their stations, and return how many."""
    if not commands:
        return 0
    asked = await house.ledger.ask(commands)
    house.wake_commands()
    return len(asked)


def _command(
    station: str, kind: CommandKind, request: object, by: str, now_utc: datetime, expires_at_utc: datetime
) -> Command:
    return Command(
        station=station,
        kind=kind,
        request=_writer(kind).dump_python(request, mode="json"),
        asked_by=by,
        asked_at_utc=now_utc,
        expires_at_utc=expires_at_utc,
        group="" if kind is CommandKind.CLEAR_CACHE else GROUP,
    )


@cache
def _writer(kind: CommandKind) -> TypeAdapter[Any]:
    return TypeAdapter(REQUESTS[kind])


def _shown(house: House, standing: _Standing, asked: int) -> LocalList:
    plan, station = standing.plan, standing.station
    names = _names(house, house.inventory())
    return LocalList(
        station=station.id,
        station_name=station.name,
        site=station.site,
        standing=plan.state,
        version=plan.version,
        listed=plan.listed,
        wanted=len(standing.wanted),
        left_out=plan.left_out,
        asked=asked,
        finding=plan.failed.finding if plan.failed else None,
        cards=tuple(
            LocalListCard(
                pseudonym=entry.tag,
                tags=names.get(entry.tag, ()),
                may_charge=entry.status is ListStatus.ACCEPTED,
                until_utc=entry.until_utc,
                card_group=entry.card_group,
            )
            for entry in standing.wanted
            if entry.status is not None
        ),
    )


def _names(house: House, inventory: Inventory) -> dict[str, tuple[str, ...]]:
    """Return the ids of each card's entries by its pseudonym."""
    found: dict[str, tuple[str, ...]] = {}
    if house.pseudonym is not None:
        for tag in inventory.tags.values():
            known_as = tag.known_as(house.pseudonym)
            found[known_as] = (*found.get(known_as, ()), tag.id)
    return found
