"""A plan carried out: exactly what was shown, in waves, proven by what the stations tell afterwards."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Annotated, Final

from annotated_types import Ge, Le

from chargepoints.configuring.plan import PRIORITY, Plan, PlannedSetting, PlanSource, StationPlan
from chargepoints.configuring.terms import FIRMWARE, OWN_ROOT
from core.errors import ConflictError, RequestError
from core.inventory import Station
from core.rollouts import NetworkChange, Rollout, RolloutKind, RolloutStation, SettingChange, StationRollout
from core.texts import Finding
from operations.configuring.known import own_authority
from operations.configuring.planning import planned
from operations.firmware.library import offered
from operations.house import Call, House
from operations.rollouts.carrying import carry, found
from operations.rollouts.rows import Count, Hours, Minutes, RolloutDetail, RolloutRow, RolloutStationRow, detail_of
from operations.rollouts.running import begin
from operations.rollouts.steps import in_waves
from operations.stations.asking import stations_of

_HASH: Final = re.compile(r"[0-9a-f]{64}")
_EVERY_S: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyPlan:
    """Carry out a plan that was shown, of the same charge points: `plan` is its hash, or the plan itself as a file.

    They are read again first: if anything is otherwise than it was shown, nothing is done. `canary` charge points
    come first, then `wave_size` at a time, each wave `pause_min` after the one before; after `stop_after` failures
    nothing more begins. With `absent` those that are away get it when they come back, within `within_h`. What cannot
    be taken back from afar needs `allow_irreversible`, and comes to one charge point alone first. The end is waited for
    at most `wait_s`; what is not through by then goes on.
    """

    id: str
    plan: str = field(metadata={"file": True})
    canary: Count = 1
    wave_size: Count = 20
    pause_min: Minutes = 0
    stop_after: Count = 1
    within_h: Hours = 24
    when_idle: bool = True
    absent: bool = False
    allow_irreversible: bool = False
    wait_s: Annotated[float, Ge(0), Le(3600)] = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedPlan:
    """What became of a plan: the roll-outs by which it is carried out, and how far they are.

    `away` are charge points that were left out as they were not connected. `after_firmware` get their settings with
    the next plan, as new firmware may have others. `failed` counts charge points that are not as the plan wants.
    """

    hash: str
    through: bool
    failed: int
    away: tuple[str, ...]
    after_firmware: tuple[str, ...]
    rollouts: tuple[RolloutRow, ...]
    stations: tuple[RolloutStationRow, ...]


async def apply_plan(house: House, request: ApplyPlan, call: Call) -> AppliedPlan:
    """Begin roll-outs of what a plan says, and wait a while for their end.

    Raises `RequestError` for what is no plan or must not be done like that, `ConflictError` where the plan is no longer
    true or a charge point is in a roll-out.
    """
    wanted = _hash_in(request.plan)
    stations = {each.id: each for each in stations_of(house, call, request.id)}
    plan = await planned(house, call, stations.values())
    if plan.hash != wanted:
        raise ConflictError("configuring.plan_stale")
    _must_be_allowed(plan, request)
    taken = [each for each in plan.stations if each.changes and (request.absent or each.source is PlanSource.LIVE)]
    firmware = [each for each in taken if any(one.term == FIRMWARE for one in each.changes)]
    rollouts = await _of_firmware(house, firmware, stations, request, call)
    root = await own_authority(house)
    plain = {
        each.station: changes
        for each in taken
        if each not in firmware and (changes := changes_of(each, root.pem if root else ""))
    }
    if plain:
        rollouts.append(_of_settings(plain, plan.hash, request, call))
    begun = [(await begin(house, rollout, call)).row.id for rollout in rollouts]
    details = await _awaited(house, begun, request.wait_s, call)
    rows = [row for detail in details for row in detail.stations]
    return AppliedPlan(
        hash=plan.hash,
        through=all(row.rollout_state.final for row in rows),
        failed=sum(row.rollout_state is StationRollout.FAILED for row in rows),
        away=tuple(each.station for each in plan.stations if each.changes and each not in taken),
        after_firmware=tuple(each.station for each in firmware if changes_of(each, "")),
        rollouts=tuple(detail.row for detail in details),
        stations=tuple(rows),
    )


def changes_of(plan: StationPlan, own_root: str) -> tuple[SettingChange, ...]:
    """Return what a station gets of its plan, without firmware; address and profile of 2.x as one change.

    `own_root` is the certificate of our own authority (PEM).
    """
    found: dict[tuple[str, NetworkChange | None], SettingChange] = {}
    for one in plan.changes:
        if one.term != FIRMWARE:
            change = replace(_change(one), certificate=own_root if one.term == OWN_ROOT else "")
            known = found.get((change.key, change.network))
            if known is not None:
                change = replace(change, irreversible=change.irreversible or known.irreversible)
            found[change.key, change.network] = change
    return tuple(found.values())


def _change(one: PlannedSetting) -> SettingChange:
    change = SettingChange(
        key=one.key,
        new=one.new,
        old=one.old,
        term=one.term,
        origin=one.origin,
        needs_reboot=one.needs_reboot,
        irreversible=one.irreversible,
    )
    if one.network is None:
        return change
    before = one.network.priority or None
    return replace(change, key=PRIORITY, new=one.network.new_priority, old=before, network=one.network)


def _hash_in(text: str) -> str:
    """Return the hash of a plan that is given by it, or as JSON. Raises `RequestError`."""
    said = text.strip()
    if said.startswith("{"):
        try:
            said = str(json.loads(said).get("hash", ""))
        except ValueError as error:
            raise RequestError("configuring.no_plan") from error
    if not _HASH.fullmatch(said):
        raise RequestError("configuring.no_plan")
    return said


def _must_be_allowed(plan: Plan, request: ApplyPlan) -> None:
    for each in plan.stations:
        for one in each.changes:
            if one.irreversible and not request.allow_irreversible:
                raise RequestError("configuring.irreversible", station=each.station, key=one.term or one.key)


def _of_settings(
    changes: Mapping[str, tuple[SettingChange, ...]], plan: str, request: ApplyPlan, call: Call
) -> Rollout:
    irreversible = any(one.irreversible for each in changes.values() for one in each)
    return replace(
        _rollout(changes, 1 if irreversible else request.canary, request, call),
        kind=RolloutKind.SETTINGS,
        plan=plan,
        stations=tuple(
            replace(each, changes=changes[each.station])
            for each in _waves(changes, 1 if irreversible else request.canary, request, call)
        ),
    )


async def _of_firmware(
    house: House, plans: Iterable[StationPlan], stations: Mapping[str, Station], request: ApplyPlan, call: Call
) -> list[Rollout]:
    """Return a roll-out for each file of the library that is wanted. Raises `RequestError` where it has none."""
    wanted: dict[int, list[str]] = {}
    files = await house.ledger.firmware_files()
    for plan in plans:
        station = stations[plan.station]
        (version,) = [one.new for one in plan.changes if one.term == FIRMWARE]
        fitting = [each.id for each in files if each.version == version and each.fits(station.maker, station.model)]
        if not fitting:
            raise RequestError("configuring.no_firmware", station=station.id, firmware=str(version)[:80])
        wanted.setdefault(max(fitting), []).append(station.id)
    made = []
    for number, names in wanted.items():
        file, address = await offered(house, number, [stations[name] for name in names])
        rollout = replace(
            _rollout(names, request.canary, request, call),
            firmware=file.version,
            url=address,
            file=file.id,
            signing_certificate=file.signing_certificate,
            signature=file.signature,
        )
        made.append(rollout)
    return made


def _rollout(names: Iterable[str], canary: int, request: ApplyPlan, call: Call) -> Rollout:
    return Rollout(
        stations=_waves(names, canary, request, call),
        pause=timedelta(minutes=request.pause_min),
        within=timedelta(hours=request.within_h),
        stop_after=request.stop_after,
        when_idle=request.when_idle,
        started_by=call.actor.name,
        started_at_utc=call.now_utc,
        changed_by=call.actor.name,
        changed_at_utc=call.now_utc,
    )


def _waves(names: Iterable[str], canary: int, request: ApplyPlan, call: Call) -> tuple[RolloutStation, ...]:
    return in_waves(sorted(names), canary, request.wave_size, call.now_utc)


async def _awaited(house: House, numbers: Iterable[int], wait_s: float, call: Call) -> tuple[RolloutDetail, ...]:
    """Return how far roll-outs are once all are over, or after some time; meanwhile they are carried on."""
    ends_s = time.monotonic() + wait_s
    while True:
        now = [await found(house, number) for number in numbers]
        stations = [each for rollout in now for each in rollout.stations]
        over = sum(each.state.final for each in stations)
        running = [rollout for rollout in now if any(not each.state.final for each in rollout.stations)]
        stopped = all(not rollout.state.final and rollout.finding is not None for rollout in running)
        if not running or stopped or time.monotonic() >= ends_s:
            return tuple([await detail_of(house, rollout, call) for rollout in now])
        call.progress(over / len(stations), Finding.of("commands.progress", done=over, count=len(stations)))
        await asyncio.sleep(_EVERY_S)
        for rollout in running:
            await carry(house, rollout, house.clock())
