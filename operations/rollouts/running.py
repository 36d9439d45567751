"""Roll-outs: starting one of firmware, watching, pausing, taking back, and the work that the job does on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from core.errors import ConflictError, NotFoundError, RequestError
from core.inventory import Station
from core.ports import Page
from core.rollouts import Rollout, RolloutState
from operations.firmware.library import offered
from operations.house import Call, House
from operations.rollouts.carrying import TRIES, carry, found
from operations.rollouts.reversing import reversed_rollout
from operations.rollouts.rows import (
    CancelRollout,
    ListRollouts,
    PauseRollout,
    ResumeRollout,
    ReverseRollout,
    RolloutDetail,
    RolloutRow,
    ShowRollout,
    StartRollout,
    detail_of,
    row_of,
)
from operations.rollouts.steps import in_waves
from operations.schedule import JobWork
from operations.stations.asking import in_group, stations_of

_SCHEMES: Final = ("http://", "https://", "ftp://", "ftps://", "sftp://")


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
    rollout = await found(house, request.id)
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
    return await begin(
        house,
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
        ),
        call,
    )


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


async def reverse_rollout(house: House, request: ReverseRollout, call: Call) -> RolloutDetail:
    """Begin a roll-out that gives stations the settings back that another took from them.

    Raises `NotFoundError`, `RequestError` where there is nothing to take back, or `ConflictError` for a station that is
    in a roll-out.
    """
    rollout = await found(house, request.id)
    for site in _sites(house, rollout):
        call.must_see(site)
    return await begin(house, reversed_rollout(rollout, request.wave, call.actor.name, call.now_utc), call)


async def begin(house: House, rollout: Rollout, call: Call) -> RolloutDetail:
    """Keep a new roll-out and begin it. Raises `ConflictError` for a station in another one."""
    await _must_be_free(house, [each.station for each in rollout.stations])
    kept = await house.ledger.add_rollout(rollout)
    return await detail_of(house, await carry(house, kept, call.now_utc), call)


async def work_rollouts(house: House, _request: JobWork, call: Call) -> RolloutsWorked:
    """Look at all roll-outs that are not through, and let them go on."""
    worked = RolloutsWorked()
    for rollout in await house.ledger.rollouts():
        if rollout.state is RolloutState.RUNNING or not all(each.state.final for each in rollout.stations):
            now = await carry(house, rollout, call.now_utc)
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
    for _ in range(TRIES):
        rollout = await found(house, number)
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
            return await detail_of(house, await carry(house, saved, call.now_utc), call)
    raise ConflictError("rollouts.changed_meanwhile", id=number)


def _sites(house: House, rollout: Rollout) -> set[str | None]:
    known = house.inventory().stations
    return {known[each.station].site if each.station in known else None for each in rollout.stations}
