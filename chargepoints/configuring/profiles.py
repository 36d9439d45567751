"""Which settings the profiles want at one station, and which profile each value comes from.

Profiles hold for all stations, a site, a maker, a model or single stations; what holds for fewer goes before what
holds for more. Settings are told apart by what the station calls them, so that a raw key and a neutral term for the
same setting are one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import IntEnum

from chargepoints.configuring.comparing import SettingKind, means_same, plain_key
from chargepoints.configuring.maker_keys import MAKER_KEYS, MakerKey, plain_make
from chargepoints.configuring.plan import DesiredSetting
from chargepoints.configuring.terms import FIRMWARE, TERMS, Term
from core.inventory.profiles import Profile


class ProfileLevel(IntEnum):
    """For whom a profile holds; the higher goes before the lower."""

    DISTRICT = 0
    SITE = 1
    MAKER = 2
    MODEL = 3
    STATION = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfiledStation:
    """What profiles are chosen by. `is_16` is whether it speaks OCPP 1.6, else 2.x."""

    id: str
    site: str
    maker: str
    model: str
    is_16: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileConflict:
    """Two profiles of the same level that want different values of one setting at a station."""

    station: str
    setting: str
    level: ProfileLevel
    profiles: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """What is wanted at a station, by key and term. A setting in conflict is not among the `settings`.

    `hidden` are those that a narrower profile goes before, in the order of their keys.
    """

    settings: tuple[DesiredSetting, ...]
    conflicts: tuple[ProfileConflict, ...]
    hidden: tuple[DesiredSetting, ...] = ()


@dataclass(frozen=True, slots=True)
class _Claim:
    level: ProfileLevel
    setting: DesiredSetting


def level_of(profile: Profile) -> ProfileLevel:
    """Return for whom a profile holds, by the narrowest of what it gives."""
    if profile.stations:
        return ProfileLevel.STATION
    if profile.model:
        return ProfileLevel.MODEL
    if profile.maker:
        return ProfileLevel.MAKER
    return ProfileLevel.SITE if profile.sites else ProfileLevel.DISTRICT


def holds_for(profile: Profile, station: ProfiledStation) -> bool:
    """Return whether a profile holds for a station; makers and models are compared without case and blanks."""
    return (
        (not profile.stations or station.id in profile.stations)
        and (not profile.sites or station.site in profile.sites)
        and (not profile.maker or plain_make(profile.maker) == plain_make(station.maker))
        and (not profile.model or plain_make(profile.model) == plain_make(station.model))
    )


def effective_settings(
    station: ProfiledStation, profiles: Iterable[Profile], maker_keys: Iterable[MakerKey] = MAKER_KEYS
) -> Effective:
    """Return what the profiles want at a station and where they contradict each other."""
    keys = {one.term: one for one in maker_keys if one.is_of(station.maker, station.model)}
    claims: dict[str, list[_Claim]] = {}
    for profile in sorted(profiles, key=lambda one: one.id):
        if holds_for(profile, station):
            for setting in _settings_of(profile, station, keys):
                claims.setdefault(_identity(setting), []).append(_Claim(level_of(profile), setting))
    settings: list[DesiredSetting] = []
    conflicts: list[ProfileConflict] = []
    hidden: list[DesiredSetting] = []
    for rivals in claims.values():
        level = max(claim.level for claim in rivals)
        first, *others = (claim.setting for claim in rivals if claim.level is level)
        hidden += [claim.setting for claim in rivals if claim.level is not level]
        against = next((one for one in others if not means_same(first.kind, first.value, one.value)), None)
        if against is None:
            settings.append(first)
        else:
            conflicts.append(_conflict(station, level, first, against))
    return Effective(
        settings=tuple(sorted(settings, key=_order)),
        conflicts=tuple(sorted(conflicts, key=lambda one: one.setting.casefold())),
        hidden=tuple(sorted(hidden, key=_order)),
    )


def _settings_of(profile: Profile, station: ProfiledStation, keys: Mapping[str, MakerKey]) -> Iterator[DesiredSetting]:
    standard = {plain_key(term.standard_key(is_16=station.is_16)): term for term in TERMS.values()}
    known = {key: term for key, term in standard.items() if key}
    for field in fields(profile.settings) if profile.settings else ():
        value = getattr(profile.settings, field.name)
        if value not in (None, "", ()):
            term, own = TERMS[field.name], keys.get(field.name)
            key = own.key if own else term.standard_key(is_16=station.is_16)
            yield _setting(key, _text(value), profile.id, term, needs_reboot=bool(own and own.needs_reboot))
    for raw in profile.raw:
        # A raw key that has a neutral name is compared as that one is.
        yield _setting(raw.key.strip(), raw.value, profile.id, known.get(plain_key(raw.key)))
    if profile.firmware:
        yield DesiredSetting(key=FIRMWARE, value=profile.firmware, origin=profile.id, term=FIRMWARE)


def _text(value: object) -> str:
    """Return a value as stations take it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _setting(key: str, value: str, origin: str, term: Term | None, *, needs_reboot: bool = False) -> DesiredSetting:
    if term is None:
        return DesiredSetting(key=key, value=value, origin=origin, kind=SettingKind.ANY)
    return DesiredSetting(
        key=key,
        value=value,
        origin=origin,
        term=term.name,
        kind=term.kind,
        needs_reboot=needs_reboot or term.needs_reboot,
        irreversible=term.irreversible,
    )


def _identity(setting: DesiredSetting) -> str:
    return f"key:{plain_key(setting.key)}" if setting.key else f"term:{setting.term}"


def _order(setting: DesiredSetting) -> tuple[str, str]:
    return setting.key.casefold(), setting.term


def _conflict(
    station: ProfiledStation, level: ProfileLevel, one: DesiredSetting, other: DesiredSetting
) -> ProfileConflict:
    return ProfileConflict(
        station=station.id, setting=one.term or one.key, level=level, profiles=(one.origin, other.origin)
    )
