"""Firmware roll-outs: starting, watching, pausing, and the work that the job does on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import TypeAdapter

from core.command_requests import UpdateFirmware
from core.commands import Command, CommandFilter, CommandKind, CommandState
from core.errors import ConflictError, NotFoundError, RequestError
from core.inventory import Station
from core.ports import Page
from core.rollouts import Rollout, RolloutState, StationRollout
from core.texts import Finding
from operations.firmware.library import offered
from operations.house import Call, House
from operations.rollouts.rows import (
    CancelRollout,
    ListRollouts,
    PauseRollout,
    ResumeRollout,
    RolloutDetail,
    RolloutRow,
    ShowRollout,
    StartRollout,
    detail_of,
    row_of,
)
from operations.rollouts.steps import Sight, in_waves, step
from operations.schedule import JobWork
from operations.stations.asking import in_group, stations_of

_TRIES: Final = 5
_AT_ONCE: Final = 500
_SCHEMES: Final = ("http://", "https://", "ftp://", "ftps://", "sftp://")
_REQUEST: Final = TypeAdapter(UpdateFirmware)


@dataclass(slots=True, kw_only=True)
class RolloutsWorked:
    """How many roll-outs were looked at, and how many of them go on."""

    rollouts: int = 0
    running: int = 0


async def list_rollouts(house: House, request: ListRollouts, call: Call) -> Page[RolloutRow]:
    """Return roll-outs with a station that the actor may see, newest first."""
    every = await house.ledger.rollouts(None if request.state is None else [request.state])
    rows = tuple(row_of(each) for each in every if any(map(call.actor.sees, _sites(house, each))))
    return Page(rows, len(rows))


async def show_rollout(house: House, request: ShowRollout, call: Call) -> RolloutDetail:
    """Return a roll-out with how far each station is. Raises `NotFoundError`."""
    rollout = await _found(house, request.id)
    if not any(map(call.actor.sees, _sites(house, rollout))):
        raise NotFoundError("rollouts.unknown", id=request.id)
    return await detail_of(house, rollout, call)


async def start_rollout(house: House, request: StartRollout, call: Call) -> RolloutDetail:
    """Begin a roll-out. Raises `RequestError`, `NotFoundError`, or `ConflictError` for a station in another one."""
    named = stations_of(house, call, request.id)
    if request.group.strip():
        named = in_group(named, request.group.strip())
        if not named:
            raise NotFoundError("commands.group_without_stations", group=request.group[:80])
    stations = [each.id for each in named]
    request = await _from_library(house, request, named)
    _must_make_sense(request)
    await _must_be_free(house, stations)
    rollout = await house.ledger.add_rollout(
        Rollout(
            firmware=request.firmware.strip(),
            url=request.file_url.strip(),
            file=request.file,
            stations=in_waves(stations, request.canary, request.wave_size, call.now_utc),
            pause=timedelta(minutes=request.pause_min),
            within=timedelta(hours=request.within_h),
            stop_after=request.stop_after,
            when_idle=request.when_idle,
            started_by=call.actor.name,
            started_at_utc=call.now_utc,
            changed_by=call.actor.name,
            changed_at_utc=call.now_utc,
            signing_certificate=request.signing_certificate.strip(),
            signature=request.signature.strip(),
        )
    )
    return await detail_of(house, await _work(house, rollout, call.now_utc), call)


async def pause_rollout(house: House, request: PauseRollout, call: Call) -> RolloutDetail:
    """Let nothing more begin. Raises `ConflictError` for one that does not run."""
    return await _turn(house, request.id, call, RolloutState.PAUSED, {RolloutState.RUNNING})


async def resume_rollout(house: House, request: ResumeRollout, call: Call) -> RolloutDetail:
    """Let a roll-out go on that was paused or stopped itself. Raises `ConflictError` for another."""
    return await _turn(house, request.id, call, RolloutState.RUNNING, {RolloutState.PAUSED, RolloutState.STOPPED})


async def cancel_rollout(house: House, request: CancelRollout, call: Call) -> RolloutDetail:
    """End a roll-out and take back what still waits. Raises `ConflictError` for one that is over."""
    live = {each for each in RolloutState if not each.final}
    return await _turn(house, request.id, call, RolloutState.CANCELLED, live)


async def work_rollouts(house: House, _request: JobWork, call: Call) -> RolloutsWorked:
    """Look at all roll-outs that are not through, and let them go on."""
    worked = RolloutsWorked()
    for rollout in await house.ledger.rollouts():
        if rollout.state is RolloutState.RUNNING or not all(each.state.final for each in rollout.stations):
            now = await _work(house, rollout, call.now_utc)
            worked.rollouts += 1
            worked.running += now.state is RolloutState.RUNNING
    return worked


async def _from_library(house: House, request: StartRollout, stations: Sequence[Station]) -> StartRollout:
    """Return the request with what the library knows of its file."""
    if request.file is None:
        return request
    if request.file_url.strip() or request.signature.strip() or request.signing_certificate.strip():
        raise RequestError("firmware.file_or_address")
    file, address = await offered(house, request.file, stations)
    if request.firmware.strip() not in ("", file.version):
        raise RequestError("firmware.other_version", id=file.id, firmware=file.version[:80])
    return replace(
        request,
        firmware=file.version,
        file_url=address,
        signing_certificate=file.signing_certificate,
        signature=file.signature,
    )


def _must_make_sense(request: StartRollout) -> None:
    if not request.firmware.strip():
        raise RequestError("rollouts.no_version")
    if not request.file_url.strip().startswith(_SCHEMES):
        raise RequestError("rollouts.no_address", schemes=", ".join(_SCHEMES))
    if bool(request.signature.strip()) != bool(request.signing_certificate.strip()):
        raise RequestError("rollouts.half_signed")


async def _must_be_free(house: House, stations: list[str]) -> None:
    for rollout in await house.ledger.rollouts([each for each in RolloutState if not each.final]):
        busy = {each.station for each in rollout.stations if not each.state.final}
        for station in stations:
            if station in busy:
                raise ConflictError("rollouts.station_busy", station=station, id=rollout.id)


async def _turn(house: House, number: int, call: Call, to: RolloutState, of: set[RolloutState]) -> RolloutDetail:
    for _ in range(_TRIES):
        rollout = await _found(house, number)
        for site in _sites(house, rollout):
            call.must_see(site)
        if rollout.state not in of:
            raise ConflictError("rollouts.not_possible", id=number)
        forgiven = rollout.failed if to is RolloutState.RUNNING else rollout.forgiven
        turned = replace(
            rollout,
            state=to,
            forgiven=forgiven,
            finding=None,
            changed_by=call.actor.name,
            changed_at_utc=call.now_utc,
        )
        saved = await house.ledger.save_rollout(turned)
        if saved is not None:
            return await detail_of(house, await _work(house, saved, call.now_utc), call)
    raise ConflictError("rollouts.changed_meanwhile", id=number)


async def _work(house: House, rollout: Rollout, now_utc: datetime) -> Rollout:
    """Let a roll-out go on and return it as it is then.

    Commands are asked before it is saved, and found by their group: neither a restart nor a change by somebody else
    in between makes a station be asked twice.
    """
    async with house.rollouts_turn:
        # It is read again: somebody may have let it go on while we waited for our turn.
        return await _gone_on(house, await _found(house, rollout.id), now_utc)


async def _gone_on(house: House, rollout: Rollout, now_utc: datetime) -> Rollout:
    for _ in range(_TRIES):
        if rollout.state is RolloutState.CANCELLED:
            await _take_back(house, rollout, now_utc)
        stepped = step(rollout, await _sights(house, rollout), now_utc)
        asked = await _ask(house, stepped.rollout, stepped.begin, now_utc)
        if stepped.rollout == rollout and not asked:
            return rollout
        saved = await house.ledger.save_rollout(_with_commands(stepped.rollout, asked, now_utc))
        if saved is not None:
            return saved
        rollout = await _found(house, rollout.id)
    return rollout


async def _sights(house: House, rollout: Rollout) -> dict[str, Sight]:
    commands = {each.station: each for each in await _commands(house, rollout)}
    links = {link.station: link for link in await house.ledger.links()}
    return {
        each.station: Sight(
            command=commands.get(each.station),
            firmware=links[each.station].firmware if each.station in links else "",
            booted_at_utc=links[each.station].booted_at_utc if each.station in links else None,
        )
        for each in rollout.stations
    }


async def _commands(house: House, rollout: Rollout) -> list[Command]:
    found: list[Command] = []
    cursor: str | None = None
    while True:
        page = await house.ledger.commands(CommandFilter(group=rollout.group, limit=_AT_ONCE, cursor=cursor))
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


async def _ask(house: House, rollout: Rollout, stations: tuple[str, ...], now_utc: datetime) -> dict[str, int]:
    if not stations:
        return {}
    request = UpdateFirmware(
        url=rollout.url,
        retrieve_at_utc=now_utc,
        signing_certificate=rollout.signing_certificate,
        signature=rollout.signature,
    )
    said: dict[str, Any] = _REQUEST.dump_python(request, mode="json", exclude_defaults=True)
    kept = await house.ledger.ask([_command(rollout, each, said, now_utc) for each in stations])
    house.wake_commands()
    return {each.station: each.id for each in kept}


def _command(rollout: Rollout, station: str, said: Mapping[str, Any], now_utc: datetime) -> Command:
    return Command(
        station=station,
        kind=CommandKind.FIRMWARE,
        request=said,
        asked_by=rollout.started_by,
        asked_at_utc=now_utc,
        expires_at_utc=now_utc + rollout.within,
        when_idle=rollout.when_idle,
        group=rollout.group,
    )


def _with_commands(rollout: Rollout, asked: Mapping[str, int], now_utc: datetime) -> Rollout:
    stations = tuple(
        replace(each, state=StationRollout.ASKED, since_utc=now_utc, command=asked[each.station])
        if each.station in asked
        else each
        for each in rollout.stations
    )
    return replace(rollout, stations=stations)


async def _take_back(house: House, rollout: Rollout, now_utc: datetime) -> None:
    finding = Finding.of("commands.cancelled_by", by=rollout.changed_by)
    for each in await _commands(house, rollout):
        if each.state is CommandState.WAITING:
            over = replace(each, state=CommandState.CANCELLED, finished_at_utc=now_utc, finding=finding)
            await house.ledger.save_command(over)


async def _found(house: House, number: int) -> Rollout:
    rollout = await house.ledger.rollout(number)
    if rollout is None:
        raise NotFoundError("rollouts.unknown", id=number)
    return rollout


def _sites(house: House, rollout: Rollout) -> set[str | None]:
    known = house.inventory().stations
    return {known[each.station].site if each.station in known else None for each in rollout.stations}
