"""Who takes part in a split, with which area, and what becomes of areas that do not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from core.texts import Finding
from renewables.areas import AreaKind, AreaPart, PlantAreas
from renewables.rules import Denominator, Rule

KEY = re.compile(r"[0-9]{5}([0-9]{3})?")
"""An amtlicher Gemeindeschlüssel, or that of a Kreis."""
DISTRICT_LENGTH = 5
"""So long is the key of a Landkreis; as a party it has three noughts behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who has an area in the denominator. What lies abroad is nobody's: its part is never paid."""

    key: str
    name: str
    kind: AreaKind
    area_m2: int

    @property
    def abroad(self) -> bool:
        """Return whether its part goes to nobody."""
        return self.kind is AreaKind.FOREIGN


def party_key(part: AreaPart) -> str:
    """Return the key under which an area takes part: a gemeindefreies Gebiet under that of its Landkreis."""
    if part.kind is AreaKind.UNINCORPORATED and KEY.fullmatch(part.key):
        return f"{part.key[:DISTRICT_LENGTH]}000"
    return part.key


def parties_of(rule: Rule, areas: PlantAreas, state: str) -> tuple[Party, ...]:
    """Return who is in the denominator, in ascending order of key, what lies abroad last."""
    found: dict[str, Party] = {}
    for part in areas.parts:
        if part.area_m2 > 0 and not _left_out(rule, part, state):
            party = Party(key=party_key(part), name=part.name, kind=part.kind, area_m2=part.area_m2)
            found[party.key] = _together(found.get(party.key), party)
    if rule.denominator is Denominator.FULL_CIRCLE and areas.uncovered_m2 > 0:
        found[""] = Party(key="", name="", kind=AreaKind.FOREIGN, area_m2=areas.uncovered_m2)
    return tuple(sorted(found.values(), key=lambda party: (party.abroad, party.key)))


def left_out(rule: Rule, areas: PlantAreas, state: str) -> Iterator[Finding]:
    """Yield a note for each area that takes no part, and why."""
    for part in areas.parts:
        code = _left_out(rule, part, state)
        if code and part.area_m2 > 0:
            yield Finding.of(code, name=part.name, key=part.key, area_ha=part.area_m2 / 10_000)


def _left_out(rule: Rule, part: AreaPart, state: str) -> str:
    """Return the text's code that says why an area takes no part, "" if it does."""
    if part.kind is AreaKind.FOREIGN:
        return "" if rule.denominator is Denominator.FULL_CIRCLE else "shares.left_out_abroad"
    if rule.denominator is Denominator.LAND_ONLY and part.state != state:
        return "shares.left_out_other_state"
    if part.kind is AreaKind.UNINCORPORATED and not rule.landkreis_takes_part:
        return "shares.left_out_unincorporated"
    return ""


def _together(one: Party | None, other: Party) -> Party:
    """Return several areas of one party as one: a Landkreis may have more than one gemeindefreies Gebiet."""
    if one is None:
        return other
    name = one.name if one.name == other.name else f"{one.name}, {other.name}"
    return replace(other, name=name, area_m2=one.area_m2 + other.area_m2)
