"""What is there becomes profiles: the settings of a running park, read and written down as they should stay."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from chargepoints.configuring.comparing import plain_key
from chargepoints.configuring.deriving import DerivedProfile, SeenStation, profiles_from
from chargepoints.configuring.maker_keys import MAKER_KEYS
from chargepoints.configuring.profiles import ProfiledStation, ProfileLevel
from chargepoints.configuring.terms import NETWORK, OWN_ROOT, PASSWORD, TERMS
from config.splice import write_value
from core.errors import ConflictError, RequestError
from operations.configuring.keeping import term_text, written_as
from operations.configuring.planning import profiled_as, wanted_at
from operations.configuring.reading import read_live
from operations.house import Call, House
from operations.keepers import EntryKind, must_keep
from operations.stations.asking import stations_of
from operations.stations.configuration import Known, known_settings

_LEFT_OUT: Final = frozenset({PASSWORD, OWN_ROOT, *NETWORK})
"""What is given to stations from here, and differs from one to the next."""
_NAMES: Final[Mapping[ProfileLevel, str]] = {
    ProfileLevel.DISTRICT: "bestand",
    ProfileLevel.MAKER: "bestand-{maker}",
    ProfileLevel.MODEL: "bestand-{maker}-{model}",
    ProfileLevel.STATION: "bestand-{station}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProfiles:
    """Turn what charge points have into profiles: ids parted by commas, `site:lra`, `maker:Alfen/Eve`, or `all`.

    What a profile wants already is left out. They are read now, unless `live` is false; where they are away what is
    known from before counts.
    """

    id: str
    live: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedProfile:
    """A profile that was written, for how many charge points it holds, and how many settings it has."""

    profile: str
    holds_for: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedProfiles:
    """The profiles that were written; `unread` charge points had told nothing."""

    profiles: tuple[ImportedProfile, ...]
    unread: tuple[str, ...]


async def import_profiles(house: House, request: ImportProfiles, call: Call) -> ImportedProfiles:
    """Write profiles under which charge points are wanted to be as they are.

    Raises `NotFoundError` or `ForbiddenError` for charge points, `RequestError` where none has told anything,
    `ConflictError` where profiles of an earlier import are there.
    """
    must_keep(call.actor, EntryKind.PROFILES, [None])
    stations = stations_of(house, call, request.id)
    links = {link.station: link for link in await house.ledger.links()}
    told = await read_live(house, call, {each.id: frozenset() for each in stations}, links) if request.live else {}
    said = wanted_at(house.inventory(), stations, links, house.day(call.now_utc))
    seen, unread = [], []
    for station in stations:
        known = told.get(station.id) or (await known_settings(house, station.id, links))[1]
        profiled = profiled_as(station, links.get(station.id))
        if known:
            declared = {one.term for one in said[station.id].settings} if station.id in said else set[str]()
            seen.append(SeenStation(station=profiled, terms=_terms(profiled, known, declared)))
        else:
            unread.append(station.id)
    made = {_name(each): each for each in profiles_from(seen)}
    if not made:
        raise RequestError("configuring.nothing_to_import")
    if taken := sorted(made.keys() & house.inventory().profiles.keys()):
        raise ConflictError("configuring.profiles_there", profile=taken[0])
    for name, each in made.items():
        await written_as(house, name, _fields(each, house.day(call.now_utc).isoformat()), call)
    rows = tuple(
        ImportedProfile(profile=name, holds_for=_whom(each), count=len(each.terms)) for name, each in made.items()
    )
    return ImportedProfiles(profiles=rows, unread=tuple(unread))


def _terms(station: ProfiledStation, known: Mapping[str, Known], declared: Collection[str]) -> dict[str, str]:
    """Return what a station has and can be given, by term; not what profiles want already."""
    told = {plain_key(key): one for key, one in known.items()}
    own = {each.term: each.key for each in MAKER_KEYS if each.is_of(station.maker, station.model)}
    found = {}
    for term in TERMS.values():
        one = told.get(plain_key(own.get(term.name) or term.standard_key(is_16=station.is_16)))
        if term.name in _LEFT_OUT or term.name in declared or one is None or one.value is None or one.read_only:
            continue
        if term_text(term.name, one.value) is not None:
            found[term.name] = one.value
    return found


def _name(profile: DerivedProfile) -> str:
    """Return the id of an imported profile."""
    text = _NAMES[profile.level].format(maker=profile.maker, model=profile.model, station=profile.station)
    return re.sub(r"[^a-z0-9]+", "-", _plain(text))[:48].strip("-")


def _plain(text: str) -> str:
    for sign, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.casefold().replace(sign, letters)
    return text


def _whom(profile: DerivedProfile) -> str:
    return profile.station or f"{profile.maker} {profile.model}".strip()


def _fields(profile: DerivedProfile, day: str) -> dict[str, str]:
    said = {f"settings.{term}": term_text(term, value) or "" for term, value in profile.terms.items()}
    said |= {"name": f"Bestand {_whom(profile)}".strip(), "valid_from": day}
    said |= {"maker": profile.maker, "model": profile.model} if profile.maker else {}
    return said | ({"stations": write_value([profile.station])} if profile.station else {})
