"""What a charge point has is kept: taken into a profile that is only for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from chargepoints.configuring.comparing import SettingKind
from chargepoints.configuring.terms import FIRMWARE, NETWORK, OWN_ROOT, PASSWORD, TERMS
from config.entries import merged
from config.splice import write_value
from core.drift import DriftedSetting
from core.errors import RequestError
from core.inventory import Measurand, Station
from core.inventory.profiles import Profile
from operations.configuring.drifting import compare, drift_at
from operations.house import Call, House
from operations.inventory import EntryWritten, write
from operations.keepers import EntryKind, must_keep

PROFILES: Final = "profiles"
_ONLY_ASKED: Final = frozenset({PASSWORD, FIRMWARE, OWN_ROOT, *NETWORK})
"""What a station is told, and no station has by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptDrift:
    """A difference by its number: what the charge point has is wanted from now on, by a profile of its own."""

    id: int


async def adopt_drift(house: House, request: AdoptDrift, call: Call) -> EntryWritten:
    """Take what a charge point has into the profile that is only for it, and return that change.

    Raises `NotFoundError`, or `RequestError` for what the charge point does not tell or cannot keep by itself.
    """
    drift, station = await drift_at(house, request.id, call)
    must_keep(call.actor, EntryKind.PROFILES, [station.site])
    if drift.closed_at_utc is not None or drift.setting.found is None or drift.setting.term in _ONLY_ASKED:
        raise RequestError("configuring.drift_not_adoptable", id=drift.id)
    name = own_profile(station)
    known = house.inventory().profiles.get(name)
    said = fields_of(drift.setting, known)
    if known is None:
        said |= {"name": station.name, "valid_from": house.day(call.now_utc).isoformat()}
        said |= {"stations": write_value([station.id])}
    written = await written_as(house, name, said, call)
    await compare(house, [station], call, live=False)
    return written


async def written_as(house: House, name: str, said: Mapping[str, str], call: Call) -> EntryWritten:
    """Write fields of a profile, a new one or one that is there.

    Raises `ConfigError`, or `ConflictError` for one that people keep in a file of their own.
    """
    by, at = call.actor.name, call.now_utc
    if name in house.inventory().profiles:
        return await write(house, lambda managed: managed.change_fields(PROFILES, name, said, actor=by, now_utc=at))
    values = merged(PROFILES, {}, said)
    return await write(house, lambda managed: managed.add(PROFILES, name, values, actor=by, now_utc=at))


def own_profile(station: Station) -> str:
    """Return the id of the profile that holds for one charge point only, and is written here."""
    return f"station-{station.id}"[:48].rstrip("-")


def fields_of(setting: DriftedSetting, profile: Profile | None) -> dict[str, str]:
    """Return the fields of a profile that say a setting as a station has it: its term where that can say it."""
    found = setting.found or ""
    if setting.term in TERMS and (text := term_text(setting.term, found)) is not None:
        return {f"settings.{setting.term}": text}
    rows = profile.raw if profile else ()
    place = next((row for row, each in enumerate(rows, start=1) if each.key == setting.key), len(rows) + 1)
    return {f"raw[{place}].key": setting.key, f"raw[{place}].value": found}


def term_text(term: str, value: str) -> str | None:
    """Return a station's value of a term as a profile says it, None where it can say no such value."""
    match TERMS[term].kind:
        case SettingKind.BOOLEAN:
            return value.strip().casefold() if value.strip().casefold() in ("true", "false") else None
        case SettingKind.NUMBER:
            text = value.strip().removesuffix(".0")
            return text if text.isascii() and text.isdigit() else None
        case SettingKind.LIST:
            names = [each.strip() for each in value.split(",") if each.strip()]
            known = {each.value.casefold(): each.value for each in Measurand}
            if not names or not all(each.casefold() in known for each in names):
                return None
            return write_value([known[each.casefold()] for each in names])
        case _:
            return value or None
