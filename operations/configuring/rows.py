"""What is asked about the configuration of charge points, and how plans are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chargepoints.configuring.plan import Plan, PlannedState, PlanSource, StationPlan
from core.inventory import Station


class LevelWord(StrEnum):
    """For whom a profile holds, the widest first (`chargepoints.configuring.profiles.ProfileLevel`)."""

    DISTRICT = "district"
    SITE = "site"
    MAKER = "maker"
    MODEL = "model"
    STATION = "station"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowProfile:
    """How one charge point should be set, and which profile says so."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStations:
    """What would be changed at charge points: ids parted by commas, `site:lra`, `maker:Alfen/Eve`, or `all`.

    They are read now, unless `live` is false: then, and where they are away, what is known from before counts.
    """

    id: str
    live: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRow:
    """A setting as profiles want it: `term` in neutral words, `key` as the station calls it, `origin` the profile.

    `instead_of` are profiles that want another value and hold for more charge points.
    """

    term: str
    key: str
    wanted: str
    origin: str
    level: LevelWord
    needs_reboot: bool
    irreversible: bool
    instead_of: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictRow:
    """A setting for which two profiles want different values."""

    term: str
    profiles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StationProfile:
    """How a charge point should be set; `profiles` are those that hold for it, the narrower last."""

    station: str
    station_name: str
    protocol: str | None
    profiles: tuple[str, ...]
    settings: tuple[WantedRow, ...]
    conflicts: tuple[ConflictRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRow:
    """A setting that is not as it should be: `old` as the charge point tells it, `new` as the profile wants it."""

    key: str
    term: str
    planned: PlannedState
    old: str | None
    new: str | None
    origin: str
    needs_reboot: bool
    irreversible: bool
    cut_short: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StationPlanRow:
    """What would be changed at one charge point, from what was read when; nothing where it is as it should be."""

    station: str
    station_name: str
    plan_source: PlanSource
    read_at_utc: datetime | None
    differs: bool
    needs_reboot: bool
    settings: tuple[PlannedRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPlan:
    """A plan: carrying it out takes its `hash`. `differing` of `total` charge points are not as they should be."""

    hash: str
    made_at_utc: datetime
    total: int
    differing: int
    changes: int
    stations: tuple[StationPlanRow, ...]
    differs: bool = field(default=False)


def shown(plan: Plan, names: dict[str, Station], now_utc: datetime) -> ShownPlan:
    """Return a plan as people and programs get it; charge points that are as they should be are only counted."""
    rows = tuple(_row(each, names) for each in plan.stations)
    return ShownPlan(
        hash=plan.hash,
        made_at_utc=now_utc,
        total=len(rows),
        differing=sum(each.differs for each in plan.stations),
        changes=sum(len(each.changes) for each in plan.stations),
        stations=tuple(row for row in rows if row.settings),
        differs=plan.differs,
    )


def _row(plan: StationPlan, names: dict[str, Station]) -> StationPlanRow:
    station = names.get(plan.station)
    return StationPlanRow(
        station=plan.station,
        station_name=station.name if station else plan.station,
        plan_source=plan.source,
        read_at_utc=plan.read_at_utc,
        differs=plan.differs,
        needs_reboot=plan.needs_reboot,
        settings=tuple(
            PlannedRow(
                key=one.key,
                term=one.term,
                planned=one.state,
                old=one.old,
                new=one.new,
                origin=one.origin,
                needs_reboot=one.needs_reboot,
                irreversible=one.irreversible,
                cut_short=one.cut_short,
            )
            for one in plan.settings
        ),
    )
