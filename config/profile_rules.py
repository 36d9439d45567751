"""What can be wrong with profiles of charge points: they contradict each other, or leave open whom they are for."""

from __future__ import annotations

from collections.abc import Iterator

from chargepoints.configuring.profiles import ProfileConflict, ProfiledStation, effective_settings
from config.shelves import Shelves, Written, entries_of, place_of
from core.inventory import Station
from core.inventory.profiles import Profile
from core.texts import Finding


def check_profiles(shelves: Shelves) -> Iterator[Finding]:
    """Yield what is wrong with profiles, and each contradiction once, at the second of the two."""
    profiles = entries_of(shelves, Profile)
    for written, profile in profiles:
        if profile.firmware and not (profile.maker and profile.model):
            yield written.finding("config.profile_firmware_open", "firmware")
    written_as = {profile.id: written for written, profile in profiles}
    named: set[tuple[str, ...]] = set()
    for conflict in _conflicts(
        [profile for _, profile in profiles], [each for _, each in entries_of(shelves, Station)]
    ):
        trait = (conflict.setting, *conflict.profiles)
        if trait not in named:
            named.add(trait)
            yield _told(conflict, written_as)


def _conflicts(profiles: list[Profile], stations: list[Station]) -> Iterator[ProfileConflict]:
    """Yield the contradictions at each station, on each day on which another profile begins, in either OCPP."""
    for day in sorted({profile.valid_from for profile in profiles}):
        valid = [profile for profile in profiles if profile.valid_on(day)]
        for station in stations:
            for is_16 in (True, False):
                profiled = ProfiledStation(
                    id=station.id, site=station.site, maker=station.maker, model=station.model, is_16=is_16
                )
                yield from effective_settings(profiled, valid).conflicts


def _told(conflict: ProfileConflict, written_as: dict[str, Written]) -> Finding:
    one, other = (written_as[name] for name in conflict.profiles)
    return other.finding(
        "config.profiles_conflict",
        other=conflict.profiles[0],
        station=conflict.station,
        setting=conflict.setting,
        **place_of(one),
    )
