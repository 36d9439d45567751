"""Whose land lies around or under a plant: the outcome of the geometry, in whole square metres."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.texts import Finding
from renewables.rules import Split


class AreaKind(StrEnum):
    """What a boundary encloses."""

    GEMEINDE = "gemeinde"
    UNINCORPORATED = "unincorporated"
    """Gemeindefreies Gebiet: its Landkreis takes part with it, under the key Kreisschlüssel + 000."""
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaPart:
    """A party's area. `key` is its amtlicher Gemeindeschlüssel, `state` its Land (`SN`), "" abroad.

    `cut_m2` is what the boundaries say, where `area_m2` was set by hand for the `reason`.
    """

    key: str
    name: str
    kind: AreaKind
    state: str
    area_m2: int
    cut_m2: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionRef:
    """Which boundaries: their name, the digest of their file, the day on which they held, and their coordinates."""

    name: str
    digest: str
    valid_on: date
    epsg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaByHand:
    """An area that somebody set for a `reason`: it goes before the one cut from boundaries."""

    key: str
    name: str
    kind: AreaKind = AreaKind.GEMEINDE
    state: str
    area_m2: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantAreas:
    """The areas of one plant by one radius (or outline), in ascending order of key, those abroad last.

    `whole_m2` is the area of the circle or outline itself, `uncovered_m2` what no boundary encloses; `epsg` is the
    plane it was computed in. With `findings` the areas are not to be relied on; `notes` are worth knowing only.
    """

    plant: str
    split: Split
    radius_m: int | None
    whole_m2: int
    parts: tuple[AreaPart, ...]
    uncovered_m2: int
    epsg: int
    edition: str
    edition_digest: str
    valid_on: date
    findings: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()

    @property
    def sum_m2(self) -> int:
        """Return the sum of all parts and of what no boundary encloses."""
        return sum(part.area_m2 for part in self.parts) + self.uncovered_m2

    @property
    def foreign_m2(self) -> int:
        """Return how much of it lies abroad."""
        return sum(part.area_m2 for part in self.parts if part.kind is AreaKind.FOREIGN)
