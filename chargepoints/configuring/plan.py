"""What would be changed at charge points so that they are as they should be. Nothing here changes anything.

A plan has a hash of all that it says, so that exactly what was shown can be carried out, and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from chargepoints.configuring import terms
from chargepoints.configuring.comparing import (
    LiveSetting,
    SettingKind,
    SettingState,
    WantedSetting,
    compare,
    means_same,
    plain_key,
)
from core.rollouts import NetworkChange


class PlanSource(StrEnum):
    """From what a station was planned: as it is, as it was last known to be, or without knowing anything of it."""

    LIVE = "live"
    LAST_KNOWN = "last_known"
    NEVER_READ = "never_read"


class PlannedState(StrEnum):
    """What a plan says of a setting that is not simply as wanted.

    `CHANGE` is to be written. `NOT_VERIFIABLE` was last written as wanted, but the station tells nobody what it has.
    `READ_ONLY` and `UNSUPPORTED` differ and cannot be written. `UNKNOWN` is one of a station never read. `CONFLICT`:
    two profiles want different values.
    """

    CHANGE = "change"
    NOT_VERIFIABLE = "not_verifiable"
    READ_ONLY = "read_only"
    UNSUPPORTED = "unsupported"
    UNKNOWN = "unknown"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredSetting:
    """One setting as profiles want it at a station.

    `term` is its neutral name, empty for a raw one. `key` is what the station calls it, empty where no key is known.
    `origin` is the id of the profile that it comes from.
    """

    key: str
    value: str
    origin: str
    term: str = ""
    kind: SettingKind = SettingKind.TEXT
    needs_reboot: bool = False
    irreversible: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSettings:
    """What is known of a station: its settings by key, and from where.

    `written` is what was last set with success by key, for what a station tells nobody. `network` is the network
    profile that a station of 2.x last took, `password_at_utc` when it last took a password made here. `roots` are the
    fingerprints of the root certificates installed in it, `own_root` that of our own authority, empty where there is
    none.
    """

    source: PlanSource
    settings: Mapping[str, LiveSetting]
    read_at_utc: datetime | None = None
    written: Mapping[str, str] = field(default_factory=dict)
    firmware: str = ""
    network: NetworkChange | None = None
    password_at_utc: datetime | None = None
    own_root: str = ""
    roots: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSetting:
    """One line of a plan. `old` is None where the station does not tell or have it, `new` where it is a password.

    `cut_short` is true where the station kept only the first entries of a list. `network` is the network profile by
    which a station of 2.x gets its address and security profile.
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
    network: NetworkChange | None = None


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
    def changes(self) -> tuple[PlannedSetting, ...]:
        """Return what would be written."""
        return tuple(one for one in self.settings if one.state is PlannedState.CHANGE)

    @property
    def needs_reboot(self) -> bool:
        """Return whether a change takes effect after a restart only."""
        return any(one.needs_reboot for one in self.changes)


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
        said = [asdict(replace(each, read_at_utc=None)) for each in self.stations]
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def plan_of(stations: Iterable[StationPlan]) -> Plan:
    """Return one plan of those of several stations, in the order of their ids."""
    return Plan(stations=tuple(sorted(stations, key=lambda one: one.station)))


def plan_station(
    station: str, desired: Iterable[DesiredSetting], known: KnownSettings, now_utc: datetime
) -> StationPlan:
    """Return what would be changed at a station; settings that mean what is wanted are left out."""
    wanted = sorted(desired, key=lambda one: (one.key.casefold(), one.term))
    network = [one for one in wanted if one.term in terms.NETWORK and _by_network(one)]
    plain = [one for one in wanted if one not in network]
    lines = [_line(one, known, now_utc) for one in plain]
    return StationPlan(
        station=station,
        source=known.source,
        read_at_utc=known.read_at_utc,
        settings=(*(line for line in lines if line is not None), *_network_lines(network, known)),
    )


def _line(one: DesiredSetting, known: KnownSettings, now_utc: datetime) -> PlannedSetting | None:
    match one.term:
        case terms.PASSWORD:
            return _password_line(one, known, now_utc)
        case terms.FIRMWARE:
            return None if known.firmware == one.value else _planned(one, PlannedState.CHANGE, known.firmware or None)
        case terms.OWN_ROOT:
            return _root_line(one, known)
        case _:
            return _setting_line(one, known) if one.key else _planned(one, PlannedState.UNSUPPORTED, None)


def _setting_line(one: DesiredSetting, known: KnownSettings) -> PlannedSetting | None:
    live = None if known.source is PlanSource.NEVER_READ else known.settings
    (difference,) = compare((WantedSetting(key=one.key, value=one.value, kind=one.kind),), live)
    if difference.state is SettingState.SAME:
        return None
    if difference.state is SettingState.NOT_VERIFIABLE:
        return _planned(one, _state_of_hidden(one, known), None)
    return _planned(one, _STATES[difference.state], _told(one.key, known), cut_short=difference.cut_short)


_STATES: Mapping[SettingState, PlannedState] = {
    SettingState.DIFFERS: PlannedState.CHANGE,
    SettingState.MISSING: PlannedState.UNSUPPORTED,
    SettingState.READ_ONLY: PlannedState.READ_ONLY,
    SettingState.UNKNOWN: PlannedState.UNKNOWN,
}


def _state_of_hidden(one: DesiredSetting, known: KnownSettings) -> PlannedState:
    # A value that a station keeps to itself and that we never wrote may be anything: it is to be written.
    written = {plain_key(key): value for key, value in known.written.items()}.get(plain_key(one.key))
    same = written is not None and means_same(one.kind, one.value, written)
    return PlannedState.NOT_VERIFIABLE if same else PlannedState.CHANGE


def _password_line(one: DesiredSetting, known: KnownSettings, now_utc: datetime) -> PlannedSetting | None:
    at_utc = known.password_at_utc
    if at_utc is not None and (now_utc - at_utc).days < int(one.value):
        return None
    return replace(_planned(one, PlannedState.CHANGE, None if at_utc is None else f"{at_utc:%Y-%m-%d}"), new=None)


def _root_line(one: DesiredSetting, known: KnownSettings) -> PlannedSetting | None:
    if one.value != "true" or known.own_root in known.roots:
        return None
    state = PlannedState.CHANGE if known.own_root else PlannedState.UNSUPPORTED
    return replace(_planned(one, state, None), new=known.own_root or None)


def _told(key: str, known: KnownSettings) -> str | None:
    told = {plain_key(name): live.value for name, live in known.settings.items()}
    return told.get(plain_key(key))


def _planned(one: DesiredSetting, state: PlannedState, old: str | None, *, cut_short: bool = False) -> PlannedSetting:
    return PlannedSetting(
        key=one.key,
        term=one.term,
        state=state,
        origin=one.origin,
        old=old,
        new=one.value,
        needs_reboot=one.needs_reboot,
        irreversible=one.irreversible,
        cut_short=cut_short,
    )


PRIORITY = "OCPPCommCtrlr/NetworkConfigurationPriority"
"""In which order a station of 2.x tries its network profiles (2.0.1, B09, B10)."""


def _by_network(one: DesiredSetting) -> bool:
    """Return whether a station has a setting in a network profile: it is one of 2.x."""
    return not one.key or "/" in one.key


def _network_lines(wanted: Sequence[DesiredSetting], known: KnownSettings) -> list[PlannedSetting]:
    """Return what is to be told by a network profile; the one in use stays in its slot, to fall back to."""
    by_term = {one.term: one for one in wanted}
    url, profile = by_term.get("csms_url"), by_term.get("security_profile")
    has_url = known.network.url if known.network else None
    told = _told("SecurityCtrlr/SecurityProfile", known) or (
        str(known.network.security_profile) if known.network else None
    )
    has_level, level = _level(told), _level(profile.value) if profile else None
    lines = []
    if url is not None and url.value != has_url:
        lines.append(_planned(url, PlannedState.CHANGE, has_url))
    if profile is not None and (level is None or level != has_level):
        # Without an address there is nothing that the new network profile could say.
        state = PlannedState.CHANGE if url and level is not None else PlannedState.UNSUPPORTED
        rises = has_level is None or level is None or level > has_level
        lines.append(replace(_planned(profile, state, told), irreversible=rises))
    if url is None or (profile is not None and level is None):
        return [replace(line, state=PlannedState.UNSUPPORTED) for line in lines]
    new_level = level if level is not None else has_level
    # A network profile names a security profile, too: a guessed one could be lower than what the station has.
    if known.source is PlanSource.NEVER_READ or new_level is None:
        return [replace(line, state=PlannedState.UNKNOWN) for line in lines]
    change = NetworkChange(
        slot=_free_slot(known),
        url=url.value,
        security_profile=new_level,
        priority=_told(PRIORITY, known) or "",
    )
    return [replace(line, key=PRIORITY, needs_reboot=True, network=change) for line in lines]


def _level(said: str | None) -> int | None:
    """Return a security profile as a number, None for what is none, as of stations that tell words or nothing."""
    text = (said or "").strip().removesuffix(".0")
    return int(text) if text.isascii() and text.isdecimal() else None


def _free_slot(known: KnownSettings) -> int:
    first = (_told(PRIORITY, known) or "").split(",")[0].strip()
    return 2 if first == "1" else 1
