"""Which settings the profiles want at one station, and which profile each value comes from.

Profiles hold for all stations, a site, a maker, a model or single stations; what holds for fewer goes before what
holds for more. Settings are told apart by what the station calls them, so that a raw key and a neutral term for the
same setting are one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from chargepoints.configuring.comparing import SettingKind, means_same
from chargepoints.configuring.plan import DesiredSetting
from chargepoints.configuring.terms import TERMS, Term


class ProfileLevel(IntEnum):
    """For whom a profile holds; the higher goes before the lower."""

    DISTRICT = 0
    SITE = 1
    MAKER = 2
    MODEL = 3
    STATION = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsProfile:
    """A named set of desired settings: `terms` by neutral name, `raw` by what stations call them.

    It holds for the stations that are at one of `sites`, of `maker` and `model`, and among `stations`, as far as these
    are given; for all if none is. Values may be secret, so they are not shown.
    """

    name: str
    terms: Mapping[str, str] = field(default_factory=dict, repr=False)
    raw: Mapping[str, str] = field(default_factory=dict, repr=False)
    sites: frozenset[str] = frozenset()
    maker: str = ""
    model: str = ""
    stations: frozenset[str] = frozenset()

    @property
    def level(self) -> ProfileLevel:
        """Return for whom it holds, by the narrowest of what is given."""
        if self.stations:
            return ProfileLevel.STATION
        if self.model:
            return ProfileLevel.MODEL
        if self.maker:
            return ProfileLevel.MAKER
        return ProfileLevel.SITE if self.sites else ProfileLevel.DISTRICT

    def holds_for(self, station: ProfiledStation) -> bool:
        """Return whether it holds for a station; makers and models are compared without regard to case and blanks."""
        return (
            (not self.stations or station.id in self.stations)
            and (not self.sites or station.site in self.sites)
            and (not self.maker or _plain(self.maker) == _plain(station.maker))
            and (not self.model or _plain(self.model) == _plain(station.model))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfiledStation:
    """What profiles are chosen by. `is_16` is whether it speaks OCPP 1.6, else 2.x."""

    id: str
    site: str
    maker: str
    model: str
    is_16: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MakerKey:
    """The key of a maker for a term that OCPP has no name for, with the `source` that says so; any model if empty."""

    term: str
    maker: str
    key: str
    source: str
    model: str = ""

    def is_of(self, station: ProfiledStation) -> bool:
        """Return whether a station is one that has this key."""
        return _plain(self.maker) == _plain(station.maker) and _plain(self.model) in ("", _plain(station.model))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileConflict:
    """Two profiles of the same level that want different values of one setting at a station."""

    station: str
    setting: str
    level: ProfileLevel
    profiles: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """What is wanted at a station, by key and term. A setting in conflict is not among the `settings`."""

    settings: tuple[DesiredSetting, ...]
    conflicts: tuple[ProfileConflict, ...]


@dataclass(frozen=True, slots=True)
class _Claim:
    level: ProfileLevel
    setting: DesiredSetting


def effective_settings(
    station: ProfiledStation, profiles: Iterable[SettingsProfile], maker_keys: Iterable[MakerKey] = ()
) -> Effective:
    """Return what the profiles want at a station and where they contradict each other.

    Raises `KeyError` for a term that there is not: the reader of profiles refuses those.
    """
    keys = {one.term: one.key for one in maker_keys if one.is_of(station)}
    claims: dict[str, list[_Claim]] = {}
    for profile in sorted(profiles, key=lambda one: one.name):
        if profile.holds_for(station):
            for setting in _settings_of(profile, station, keys):
                claims.setdefault(_identity(setting), []).append(_Claim(profile.level, setting))
    settings: list[DesiredSetting] = []
    conflicts: list[ProfileConflict] = []
    for rivals in claims.values():
        level = max(claim.level for claim in rivals)
        first, *others = (claim.setting for claim in rivals if claim.level is level)
        against = next((one for one in others if not means_same(first.kind, first.value, one.value)), None)
        if against is None:
            settings.append(first)
        else:
            conflicts.append(_conflict(station, level, first, against))
    return Effective(
        settings=tuple(sorted(settings, key=lambda one: (one.key.casefold(), one.term))),
        conflicts=tuple(sorted(conflicts, key=lambda one: one.setting.casefold())),
    )


def _settings_of(
    profile: SettingsProfile, station: ProfiledStation, keys: Mapping[str, str]
) -> Iterable[DesiredSetting]:
    known = {term.standard_key(is_16=station.is_16).casefold(): term for term in TERMS.values()}
    for name, value in profile.terms.items():
        term = TERMS[name]
        key = keys.get(name) or term.standard_key(is_16=station.is_16)
        yield _setting(key, value, profile.name, term)
    for key, value in profile.raw.items():
        # A raw key that has a neutral name is compared, and kept secret, as that one is.
        yield _setting(key.strip(), value, profile.name, known.get(key.strip().casefold()))


def _setting(key: str, value: str, origin: str, term: Term | None) -> DesiredSetting:
    if term is None:
        return DesiredSetting(key=key, value=value, origin=origin, kind=SettingKind.TEXT)
    return DesiredSetting(
        key=key,
        value=value,
        origin=origin,
        term=term.name,
        kind=term.kind,
        write_only=term.write_only,
        needs_reboot=term.needs_reboot,
        irreversible=term.irreversible,
    )


def _identity(setting: DesiredSetting) -> str:
    return f"key:{setting.key.casefold()}" if setting.key else f"term:{setting.term}"


def _conflict(
    station: ProfiledStation, level: ProfileLevel, one: DesiredSetting, other: DesiredSetting
) -> ProfileConflict:
    return ProfileConflict(
        station=station.id, setting=one.term or one.key, level=level, profiles=(one.origin, other.origin)
    )


def _plain(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())
