"""What would be changed at charge points so that they are as they should be. Nothing here changes anything.

A plan has a hash of all that it says, so that exactly what was shown can be carried out, and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chargepoints.configuring.comparing import LiveSetting, SettingKind, SettingState, WantedSetting, compare


class PlanSource(StrEnum):
    """From what a station was planned: as it is, as it was last known to be, or without knowing anything of it."""

    LIVE = "live"
    LAST_KNOWN = "last_known"
    NEVER_READ = "never_read"


class PlannedState(StrEnum):
    """What a plan says of a setting that is not simply as wanted.

    `CHANGE` is to be written. `NOT_VERIFIABLE` was last written as wanted, but the station tells nobody what it has.
    `READ_ONLY` and `UNSUPPORTED` differ and cannot be written. `UNKNOWN` is one of a station never read.
    """

    CHANGE = "change"
    NOT_VERIFIABLE = "not_verifiable"
    READ_ONLY = "read_only"
    UNSUPPORTED = "unsupported"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredSetting:
    """One setting as profiles want it at a station.

    `term` is its neutral name, empty for a raw one. `key` is what the station calls it, empty where no key is known.
    `origin` names the profile that it comes from. `digest` is that of the value, made with the
    installation's own key: what stations keep to themselves is compared by it with what was last written.
    """

    key: str
    value: str = field(repr=False)
    origin: str
    term: str = ""
    kind: SettingKind = SettingKind.TEXT
    write_only: bool = False
    needs_reboot: bool = False
    irreversible: bool = False
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSettings:
    """What is known of a station: its settings by key, from where, and the digests of what was last written to it."""

    source: PlanSource
    settings: Mapping[str, LiveSetting]
    read_at_utc: datetime | None = None
    written: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSetting:
    """One line of a plan. `old` is None where the station does not tell or have it, `new` where it is a secret.

    `digest` stands for a secret. `cut_short` is true where the station kept only the first entries of a list.
    """

    key: str
    state: PlannedState
    origin: str
    old: str | None
    new: str | None
    term: str = ""
    needs_reboot: bool = False
    irreversible: bool = False
    cut_short: bool = False
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationPlan:
    """What would be changed at one station, by term and key. `read_at_utc` is when it was read, None if never."""

    station: str
    source: PlanSource
    settings: tuple[PlannedSetting, ...]
    read_at_utc: datetime | None = None

    @property
    def differs(self) -> bool:
        """Return whether anything is, or may be, otherwise than wanted."""
        return any(one.state is not PlannedState.NOT_VERIFIABLE for one in self.settings)

    @property
    def needs_reboot(self) -> bool:
        """Return whether a change takes effect after a restart only."""
        return any(one.needs_reboot and one.state is PlannedState.CHANGE for one in self.settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The plans of stations, by their ids."""

    stations: tuple[StationPlan, ...]

    @property
    def differs(self) -> bool:
        """Return whether any station differs: then the command ends with exit code 3."""
        return any(one.differs for one in self.stations)

    @property
    def hash(self) -> str:
        """Return the SHA-256 of all that is planned, in hex: equal for equal plans, whenever they were made."""
        text = json.dumps(_hashed(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def plan_of(stations: Iterable[StationPlan]) -> Plan:
    """Return one plan of those of several stations, in the order of their ids."""
    return Plan(stations=tuple(sorted(stations, key=lambda one: one.station)))


def plan_station(station: str, desired: Iterable[DesiredSetting], known: KnownSettings) -> StationPlan:
    """Return what would be changed at a station; settings that mean what is wanted are left out."""
    wanted = sorted(desired, key=lambda one: (one.key.casefold(), one.term))
    lines = (_line(one, known) for one in wanted)
    return StationPlan(
        station=station,
        source=known.source,
        read_at_utc=known.read_at_utc,
        settings=tuple(line for line in lines if line is not None),
    )


def _line(one: DesiredSetting, known: KnownSettings) -> PlannedSetting | None:
    if not one.key:
        return _planned(one, PlannedState.UNSUPPORTED, None)
    if one.write_only:
        return _planned(one, _state_of_hidden(one, known), None)
    live = None if known.source is PlanSource.NEVER_READ else known.settings
    wanted = WantedSetting(key=one.key, value=one.value, kind=one.kind)
    (difference,) = compare((wanted,), live)
    if difference.state is SettingState.SAME:
        return None
    hidden = difference.state is SettingState.NOT_VERIFIABLE
    state = _state_of_hidden(one, known) if hidden else _STATES[difference.state]
    return _planned(one, state, _old(one.key, known), cut_short=difference.cut_short)


_STATES: Mapping[SettingState, PlannedState] = {
    SettingState.DIFFERS: PlannedState.CHANGE,
    SettingState.MISSING: PlannedState.UNSUPPORTED,
    SettingState.READ_ONLY: PlannedState.READ_ONLY,
    SettingState.UNKNOWN: PlannedState.UNKNOWN,
}


def _state_of_hidden(one: DesiredSetting, known: KnownSettings) -> PlannedState:
    # A value that a station keeps to itself and that we have no digest of may be anything: it is to be written.
    last = {key.casefold(): digest for key, digest in known.written.items()}.get(one.key.casefold())
    return PlannedState.NOT_VERIFIABLE if last and last == one.digest else PlannedState.CHANGE


def _old(key: str, known: KnownSettings) -> str | None:
    told = {name.strip().casefold(): live.value for name, live in known.settings.items()}
    return told.get(key.strip().casefold())


def _planned(one: DesiredSetting, state: PlannedState, old: str | None, *, cut_short: bool = False) -> PlannedSetting:
    return PlannedSetting(
        key=one.key,
        term=one.term,
        state=state,
        origin=one.origin,
        old=old,
        new=None if one.write_only else one.value,
        needs_reboot=one.needs_reboot,
        irreversible=one.irreversible,
        cut_short=cut_short,
        digest=one.digest if one.write_only else "",
    )


def _hashed(plan: Plan) -> list[object]:
    """Return what the hash is made of: not when a station was read, which changes nothing of what would be done."""
    return [
        [
            each.station,
            each.source,
            [
                [
                    one.key,
                    one.term,
                    one.state,
                    one.origin,
                    one.old,
                    one.new,
                    one.needs_reboot,
                    one.irreversible,
                    one.digest,
                ]
                for one in each.settings
            ],
        ]
        for each in plan.stations
    ]
