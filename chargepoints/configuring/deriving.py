"""A running park as profiles: what is alike stands where it holds for most, what differs where it differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from chargepoints.configuring.comparing import means_same
from chargepoints.configuring.maker_keys import plain_make
from chargepoints.configuring.profiles import ProfiledStation, ProfileLevel
from chargepoints.configuring.terms import TERMS


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenStation:
    """A station, and what it has by term."""

    station: ProfiledStation
    terms: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedProfile:
    """What stations have in common: all of them, those of a maker, of a model, or one alone."""

    level: ProfileLevel
    terms: Mapping[str, str]
    maker: str = ""
    model: str = ""
    station: str = ""


@dataclass(frozen=True, slots=True)
class _Group:
    level: ProfileLevel
    stations: Sequence[SeenStation]
    maker: str = ""
    model: str = ""
    station: str = ""
    above: Mapping[str, str] = field(default_factory=dict)


def profiles_from(stations: Iterable[SeenStation]) -> tuple[DerivedProfile, ...]:
    """Return profiles under which each station is wanted to be as it is now, the fewest lines in all.

    A value that all stations of a group have, as far as they have such a setting, is of that group: of the district,
    of a maker, of a model; what is left is of single stations.
    """
    return tuple(_derived(_Group(ProfileLevel.DISTRICT, sorted(stations, key=lambda each: each.station.id))))


def _derived(group: _Group) -> Iterable[DerivedProfile]:
    common = {term: value for term in TERMS if (value := _common(term, group.stations)) is not None}
    new = {term: value for term, value in common.items() if not _is_said(term, value, group.above)}
    if new:
        yield DerivedProfile(level=group.level, terms=new, maker=group.maker, model=group.model, station=group.station)
    said = {**group.above, **new}
    for further in _parts(group, said):
        yield from _derived(further)


def _parts(group: _Group, said: Mapping[str, str]) -> Iterable[_Group]:
    """Return the groups that a group falls into; the narrowest is a station alone."""
    match group.level:
        case ProfileLevel.DISTRICT:
            for each in _by(group.stations, lambda one: plain_make(one.maker)):
                yield from _of_make(ProfileLevel.MAKER, each, each[0].station.maker, "", said)
        case ProfileLevel.MAKER:
            for each in _by(group.stations, lambda one: plain_make(one.model)):
                yield from _of_make(ProfileLevel.MODEL, each, group.maker, each[0].station.model, said)
        case ProfileLevel.MODEL:
            yield from _alone(group.stations, said)


def _of_make(
    level: ProfileLevel, stations: Sequence[SeenStation], maker: str, model: str, said: Mapping[str, str]
) -> Iterable[_Group]:
    """Return stations of one maker or model as a group; those of which nobody knows it stand alone."""
    if plain_make(maker if level is ProfileLevel.MAKER else model):
        yield _Group(level, stations, maker, model, above=said)
    else:
        yield from _alone(stations, said)


def _alone(stations: Iterable[SeenStation], said: Mapping[str, str]) -> Iterable[_Group]:
    for one in stations:
        yield _Group(ProfileLevel.STATION, (one,), station=one.station.id, above=said)


def _by(stations: Iterable[SeenStation], trait: Callable[[ProfiledStation], str]) -> list[list[SeenStation]]:
    groups: dict[str, list[SeenStation]] = {}
    for each in stations:
        groups.setdefault(trait(each.station), []).append(each)
    return [groups[name] for name in sorted(groups)]


def _common(term: str, stations: Sequence[SeenStation]) -> str | None:
    """Return the value that all stations with a setting have, None where they differ or none has it."""
    values = [each.terms[term] for each in stations if term in each.terms]
    if not values or any(not means_same(TERMS[term].kind, values[0], other) for other in values[1:]):
        return None
    return values[0]


def _is_said(term: str, value: str, above: Mapping[str, str]) -> bool:
    return term in above and means_same(TERMS[term].kind, above[term], value)
