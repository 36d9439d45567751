"""What a roll-out does next, from what its stations did. Nothing here waits, and nothing is asked of anybody.

A station is done when it tells the new version itself, or each new setting: that it says "installed" or "accepted" is
not believed. A wave begins once all stations of the one before are through and the pause has passed; too many
failures stop everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from pydantic import TypeAdapter

from core.command_requests import UpdateFirmware
from core.commands import Command, CommandKind, CommandState
from core.rollouts import Rollout, RolloutKind, RolloutState, RolloutStation, StationRollout
from core.texts import Finding
from operations.rollouts.setting_steps import Asking, Verdict, onward

_UPDATE: Final = TypeAdapter(UpdateFirmware)

RESTART_WITHIN: Final = timedelta(hours=1)
"""How long a station that says it has installed may take to restart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is known of a station: its commands of this roll-out, oldest first, the version it told, its last start."""

    commands: tuple[Command, ...] = ()
    firmware: str = ""
    booted_at_utc: datetime | None = None

    @property
    def command(self) -> Command | None:
        """Return what it was asked last."""
        return self.commands[-1] if self.commands else None


@dataclass(frozen=True, slots=True)
class Step:
    """A roll-out as it is now, and what stations are to be asked."""

    rollout: Rollout
    ask: Mapping[str, Asking] = field(default_factory=dict)


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
    stations, further = [], {}
    for each in rollout.stations:
        station, asking = _looked_at(rollout, each, seen.get(each.station, Sight()), now_utc)
        stations.append(station)
        if asking is not None:
            further[station.station] = asking
    stepped = _next_wave(replace(rollout, stations=tuple(stations)), seen, now_utc)
    return replace(stepped, ask=further | dict(stepped.ask))


def _looked_at(
    rollout: Rollout, station: RolloutStation, sight: Sight, now_utc: datetime
) -> tuple[RolloutStation, Asking | None]:
    if station.state is StationRollout.WAITING:
        station = _waiting(rollout, station, sight, now_utc)
    if station.state is StationRollout.WAITING or station.state.final:
        return station, None
    if rollout.kind is RolloutKind.SETTINGS:
        return _setting(rollout, station, sight, now_utc)
    return _installing(rollout, station, sight, now_utc), None


def _setting(
    rollout: Rollout, station: RolloutStation, sight: Sight, now_utc: datetime
) -> tuple[RolloutStation, Asking | None]:
    """Return how far a station is that gets settings, and what it is asked next."""
    if _is_taken_back(rollout, sight):
        return _now(station, StationRollout.SKIPPED, now_utc), None
    found = onward(station.changes, sight.commands)
    if isinstance(found, Verdict):
        state = StationRollout.DONE if found.finding is None else StationRollout.FAILED
        return _now(station, state, now_utc, found.finding), None
    if found is None:
        return station, None
    state = StationRollout.PROVING if found.proves else StationRollout.ASKED
    return _now(station, state, now_utc), found


def _installing(rollout: Rollout, station: RolloutStation, sight: Sight, now_utc: datetime) -> RolloutStation:
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
    if _is_taken_back(rollout, sight):
        return _now(station, StationRollout.SKIPPED, now_utc)
    if command is not None and command.state.final:
        finding = command.finding or Finding.of("rollouts.refused")
        return _now(station, StationRollout.FAILED, now_utc, finding)
    if now_utc - station.since_utc >= rollout.within:
        return _now(station, StationRollout.FAILED, now_utc, Finding.of("rollouts.late"))
    return station


def _is_taken_back(rollout: Rollout, sight: Sight) -> bool:
    """Return whether a station was not asked any more, as the roll-out was cancelled before its turn."""
    begun = any(each.sent_at_utc is not None for each in sight.commands)
    cancelled = sight.command is not None and sight.command.state is CommandState.CANCELLED
    return cancelled and not begun and rollout.state is RolloutState.CANCELLED


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
    have_it = _have_firmware(rollout, seen)
    due = {each.station for each in rollout.stations if each.wave == wave and each.state is StationRollout.WAITING}
    if not due & have_it:
        return Step(
            rollout, {each.station: _first(rollout, each, now_utc) for each in rollout.stations if each.station in due}
        )
    left = tuple(
        _now(each, StationRollout.SKIPPED, now_utc) if each.station in due & have_it else each
        for each in rollout.stations
    )
    return _next_wave(replace(rollout, stations=left), seen, now_utc)


def _have_firmware(rollout: Rollout, seen: Mapping[str, Sight]) -> set[str]:
    if rollout.kind is not RolloutKind.FIRMWARE:
        return set()
    return {name for name, sight in seen.items() if sight.firmware == rollout.firmware}


def _first(rollout: Rollout, station: RolloutStation, now_utc: datetime) -> Asking:
    """Return what a station is asked first."""
    if rollout.kind is RolloutKind.FIRMWARE:
        return _firmware(rollout, now_utc)
    first = onward(station.changes, ())
    assert isinstance(first, Asking)  # noqa: S101 - there are no stations without changes
    return first


def _firmware(rollout: Rollout, now_utc: datetime) -> Asking:
    request = UpdateFirmware(
        url=rollout.url,
        retrieve_at_utc=now_utc,
        signing_certificate=rollout.signing_certificate,
        signature=rollout.signature,
    )
    said: dict[str, Any] = _UPDATE.dump_python(request, mode="json", exclude_defaults=True)
    return Asking(CommandKind.FIRMWARE, said, waits=True)


def _begins(rollout: Rollout, wave: int) -> datetime:
    """Return when a wave may begin: after the pause behind the last that worked on anything."""
    worked = (StationRollout.DONE, StationRollout.FAILED)
    ended = [each.since_utc for each in rollout.stations if each.wave < wave and each.state in worked]
    return max(ended) + rollout.pause if ended else rollout.started_at_utc


def _now(
    station: RolloutStation, state: StationRollout, now_utc: datetime, finding: Finding | None = None
) -> RolloutStation:
    return replace(station, state=state, since_utc=now_utc, finding=finding)
