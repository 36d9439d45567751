"""What a roll-out does next, from what its stations did. Nothing here waits, and nothing is asked of anybody.

A station is done when it tells the new version itself: that it says "installed" is not believed. A wave begins once
all stations of the one before are through and the pause has passed; too many failures stop everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from core.commands import Command, CommandState
from core.rollouts import Rollout, RolloutState, RolloutStation, StationRollout
from core.texts import Finding

RESTART_WITHIN: Final = timedelta(hours=1)
"""How long a station that says it has installed may take to restart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is known of a station: the command of this roll-out, the version it told last, and when it started last."""

    command: Command | None = None
    firmware: str = ""
    booted_at_utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A roll-out as it is now, and the stations to be asked."""

    rollout: Rollout
    begin: tuple[str, ...] = ()


def in_waves(stations: Sequence[str], canary: int, wave_size: int, now_utc: datetime) -> tuple[RolloutStation, ...]:
    """Return stations in waves: `canary` of them first, then `wave_size` at a time."""
    ends = [0, *range(min(canary, len(stations)), len(stations), wave_size), len(stations)]
    return tuple(
        RolloutStation(station=each, wave=wave, since_utc=now_utc)
        for wave, (begin, end) in enumerate(pairwise(ends), start=1)
        for each in stations[begin:end]
    )


def step(rollout: Rollout, seen: Mapping[str, Sight], now_utc: datetime) -> Step:
    """Return how a roll-out goes on."""
    stations = tuple(_looked_at(rollout, each, seen.get(each.station, Sight()), now_utc) for each in rollout.stations)
    return _next_wave(replace(rollout, stations=stations), seen, now_utc)


def _looked_at(rollout: Rollout, station: RolloutStation, sight: Sight, now_utc: datetime) -> RolloutStation:
    if station.state is StationRollout.WAITING:
        return _waiting(rollout, station, sight, now_utc)
    if station.state.final:
        return station
    if sight.firmware == rollout.firmware:
        return _now(station, StationRollout.DONE, now_utc)
    if station.state is StationRollout.ASKED:
        station = _asked(rollout, station, sight, now_utc)
    if station.state is StationRollout.PROVING:
        return _proving(station, sight, now_utc)
    return station


def _waiting(rollout: Rollout, station: RolloutStation, sight: Sight, now_utc: datetime) -> RolloutStation:
    if sight.command is not None:  # asked just before the service ended
        return replace(_now(station, StationRollout.ASKED, now_utc), command=sight.command.id)
    if rollout.state is RolloutState.CANCELLED:
        return _now(station, StationRollout.SKIPPED, now_utc)
    return station


def _asked(rollout: Rollout, station: RolloutStation, sight: Sight, now_utc: datetime) -> RolloutStation:
    command = sight.command
    if command is not None and command.state is CommandState.DONE:
        return _now(station, StationRollout.PROVING, now_utc)
    if command is not None and command.state is CommandState.CANCELLED and rollout.state is RolloutState.CANCELLED:
        return _now(station, StationRollout.SKIPPED, now_utc)
    if command is not None and command.state.final:
        finding = command.finding or Finding.of("rollouts.refused")
        return _now(station, StationRollout.FAILED, now_utc, finding)
    if now_utc - station.since_utc >= rollout.within:
        return _now(station, StationRollout.FAILED, now_utc, Finding.of("rollouts.late"))
    return station


def _proving(station: RolloutStation, sight: Sight, now_utc: datetime) -> RolloutStation:
    ended = sight.command.finished_at_utc if sight.command else None
    restarted = ended is not None and sight.booted_at_utc is not None and sight.booted_at_utc > ended
    if restarted or now_utc - station.since_utc >= RESTART_WITHIN:
        finding = Finding.of("rollouts.old_version", firmware=sight.firmware[:80])
        return _now(station, StationRollout.FAILED, now_utc, finding)
    return station


def _next_wave(rollout: Rollout, seen: Mapping[str, Sight], now_utc: datetime) -> Step:
    if rollout.state is not RolloutState.RUNNING:
        return Step(rollout)
    if rollout.failed - rollout.forgiven >= rollout.stop_after:
        finding = Finding.of("rollouts.stopped_itself", count=rollout.failed - rollout.forgiven)
        return Step(replace(rollout, state=RolloutState.STOPPED, finding=finding, changed_at_utc=now_utc))
    wave = min((each.wave for each in rollout.stations if not each.state.final), default=None)
    if wave is None:
        return Step(replace(rollout, state=RolloutState.DONE, changed_at_utc=now_utc))
    if now_utc < _begins(rollout, wave):
        return Step(rollout)
    have_it = {name for name, sight in seen.items() if sight.firmware == rollout.firmware}
    due = {each.station for each in rollout.stations if each.wave == wave and each.state is StationRollout.WAITING}
    if not due & have_it:
        return Step(rollout, tuple(each.station for each in rollout.stations if each.station in due))
    left = tuple(
        _now(each, StationRollout.SKIPPED, now_utc) if each.station in due & have_it else each
        for each in rollout.stations
    )
    return _next_wave(replace(rollout, stations=left), seen, now_utc)


def _begins(rollout: Rollout, wave: int) -> datetime:
    """Return when a wave may begin: after the pause behind the last that worked on anything."""
    worked = (StationRollout.DONE, StationRollout.FAILED)
    ended = [each.since_utc for each in rollout.stations if each.wave < wave and each.state in worked]
    return max(ended) + rollout.pause if ended else rollout.started_at_utc


def _now(
    station: RolloutStation, state: StationRollout, now_utc: datetime, finding: Finding | None = None
) -> RolloutStation:
    return replace(station, state=state, since_utc=now_utc, finding=finding)
