"""What is asked about roll-outs, and how they are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from annotated_types import Ge, Le

from core.rollouts import Rollout, RolloutKind, RolloutState, SettingChange, StationRollout
from operations.house import Call, House
from operations.values import Told

Count = Annotated[int, Ge(1), Le(500)]
Minutes = Annotated[int, Ge(0), Le(43_200)]
Hours = Annotated[int, Ge(1), Le(720)]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRollout:
    """Install firmware on stations in waves: ids parted by commas, all of a site (`site:lra`) or maker (`maker:Alfen`).

    With a `group` (`maker:Alfen`, or `maker:Alfen/Eve` for a model) only those of them.

    What is installed is a `file` of the library, which says its version itself; or what lies at `file_url`, and then
    `firmware` is the version as a station tells it afterwards. `canary` stations come first, then `wave_size` at a
    time, each wave `pause_min` after the one before; after `stop_after` failures nothing more begins. A station that
    is away has `within_h` to come and be done.
    """

    id: str
    group: str = ""
    file: int | None = None
    firmware: str = ""
    file_url: str = ""
    canary: Count = 1
    wave_size: Count = 5
    pause_min: Minutes = 60
    stop_after: Count = 1
    within_h: Hours = 24
    when_idle: bool = True
    signing_certificate: str = field(default="", metadata={"file": True})
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRollouts:
    """Which roll-outs: those in a state, or all."""

    state: RolloutState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowRollout:
    """A roll-out by its number."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRollout:
    """Which roll-out begins nothing more until it is resumed; what is under way goes on."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeRollout:
    """Which roll-out goes on; the failures so far are not counted again."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRollout:
    """Which roll-out ends; a station that has begun to load goes on."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseRollout:
    """Which roll-out of settings is taken back: at all stations that it has come to, or those of one wave.

    What the stations had before is set again, in waves as before; what cannot be taken back from afar stays.
    """

    id: int
    wave: Annotated[int, Ge(1)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutStationRow:
    """How far one station is; `command` is the number of what it was asked last, `changes` the settings it gets."""

    station: str
    name: str
    wave: int
    rollout_state: StationRollout
    changed_at_utc: datetime
    firmware: str
    command: int | None
    finding: Told | None
    changes: tuple[SettingChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutRow:
    """A roll-out of a firmware version or of settings.

    Of `stations` how many are through and how many of them failed; `wave` of `waves` is the current one.
    """

    id: int
    rollout_kind: RolloutKind
    firmware: str
    reverses: int | None
    state: RolloutState
    finding: Told | None
    stations: int
    through: int
    failed: int
    wave: int
    waves: int
    started_by: str
    started_at_utc: datetime
    changed_by: str
    changed_at_utc: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutDetail:
    """A roll-out with its rules and how far each station is; `plan` is the hash of the plan that was approved."""

    row: RolloutRow
    plan: str
    library_file: int | None
    file_url: str
    with_signature: bool
    pause_min: int
    stop_after: int
    within_h: int
    when_idle: bool
    stations: tuple[RolloutStationRow, ...]


def row_of(rollout: Rollout) -> RolloutRow:
    """Return a roll-out as it is listed."""
    waves = max(each.wave for each in rollout.stations)
    open_waves = [each.wave for each in rollout.stations if not each.state.final]
    return RolloutRow(
        id=rollout.id,
        rollout_kind=rollout.kind,
        firmware=rollout.firmware,
        reverses=rollout.reverses,
        state=rollout.state,
        finding=None if rollout.finding is None else Told.of(rollout.finding),
        stations=len(rollout.stations),
        through=sum(each.state.final for each in rollout.stations),
        failed=rollout.failed,
        wave=min(open_waves, default=waves),
        waves=waves,
        started_by=rollout.started_by,
        started_at_utc=rollout.started_at_utc,
        changed_by=rollout.changed_by,
        changed_at_utc=rollout.changed_at_utc,
    )


async def detail_of(house: House, rollout: Rollout, call: Call) -> RolloutDetail:
    """Return a roll-out with those of its stations that the actor may see."""
    links = {link.station: link for link in await house.ledger.links()}
    known = house.inventory().stations
    rows = []
    for each in rollout.stations:
        station, link = known.get(each.station), links.get(each.station)
        if call.actor.sees(station.site if station else None):
            row = RolloutStationRow(
                station=each.station,
                name=station.name if station else each.station,
                wave=each.wave,
                rollout_state=each.state,
                changed_at_utc=each.since_utc,
                firmware=link.firmware if link else "",
                command=each.command,
                finding=None if each.finding is None else Told.of(each.finding),
                changes=each.changes,
            )
            rows.append(row)
    return RolloutDetail(
        row=row_of(rollout),
        plan=rollout.plan,
        library_file=rollout.file,
        file_url=rollout.url,
        with_signature=bool(rollout.signature),
        pause_min=round(rollout.pause.total_seconds() / 60),
        stop_after=rollout.stop_after,
        within_h=round(rollout.within.total_seconds() / 3600),
        when_idle=rollout.when_idle,
        stations=tuple(rows),
    )
