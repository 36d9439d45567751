"""The circle around a mast, or a plant's outline, cut with boundaries: whole square metres for each party.

The rule of the circle is EEG § 6(2), that of the outline § 6(3). How it is measured is ours, no statute says it: in
the plane of the plant's zone of UTM, with the circle's own area, boundaries straight between their corners. Which
parts count in a split is the rule's business (`Denominator`): here all are told, those abroad too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import shapely
from shapely import Point, Polygon

from core.inventory.renewables import Plant
from core.texts import Finding
from renewables.areas import AreaByHand, AreaKind, AreaPart, PlantAreas
from renewables.geometry.boundary_map import BoundaryMap, Piece
from renewables.geometry.planes import circle_around, is_in_germany, moved, outline_in, plane_of
from renewables.rules import Split

TOLERANCE: Final = 0.0005
"""How much the sum of the parts may differ from the whole, and how much may lie in no area."""

OVERLAP_M2: Final = 50.0
"""What two areas may share: so much comes of a corner that one of two neighbours has and the other has not."""

ON_BORDER_M: Final = 1.0
CORNERS_LEAST: Final = 3


@dataclass(frozen=True, slots=True)
class Around:
    """What is cut: a circle around a mast or an outline, in the plane of its zone."""

    shape: Polygon
    whole_m2: int
    epsg: int
    mast: Point | None = None


def areas_of(
    plant: Plant, split: Split, radius_m: int | None, boundaries: BoundaryMap, by_hand: Sequence[AreaByHand] = ()
) -> PlantAreas:
    """Return whose land lies in a plant's circle of this radius, or under its outline.

    What cannot be relied on is a finding; a plant without place or outline has no parts.
    """
    asked = (split, radius_m)
    around = around_of(plant, split, radius_m)
    if isinstance(around, Finding):
        return _told(plant, asked, boundaries, findings=(around,))
    if not boundaries.areas:
        nothing = Finding.of("shares_areas.no_boundaries")
        return _told(plant, asked, boundaries, around, uncovered_m2=around.whole_m2, findings=(nothing,))
    pieces = boundaries.plane(around.epsg).cut(around.shape)
    together_m2 = shapely.union_all([piece.shape for piece in pieces]).area
    cut, uncovered_m2 = _measured(pieces, around, together_m2)
    parts = _with_hand(cut, by_hand)
    findings = [*_overlaps(pieces, together_m2, by_hand), *_check(parts, uncovered_m2, around.whole_m2, by_hand)]
    if by_hand:
        uncovered_m2 = max(0, around.whole_m2 - sum(part.area_m2 for part in parts))
    return _told(
        plant,
        asked,
        boundaries,
        around,
        parts=parts,
        uncovered_m2=uncovered_m2,
        findings=tuple(findings),
        notes=_border(around, boundaries),
    )


def around_of(plant: Plant, split: Split, radius_m: int | None) -> Around | Finding:
    """Return what is to be cut for a plant, or why there is nothing."""
    return _outline(plant) if split is Split.PLANT_AREA or radius_m is None else _circle(plant, radius_m)


def _circle(plant: Plant, radius_m: int) -> Around | Finding:
    east, north = plant.longitude_deg, plant.latitude_deg
    if east is None or north is None:
        return Finding.of("shares_areas.no_place", plant=plant.name)
    if misplaced := _misplaced(plant.name, east, north):
        return misplaced
    epsg = plane_of(east)
    ((x, y),) = moved(shapely.get_coordinates(Point(east, north)), 4258, epsg)
    whole_m2 = round(math.pi * radius_m**2)
    return Around(circle_around(x, y, radius_m), whole_m2, epsg, Point(x, y))


def _outline(plant: Plant) -> Around | Finding:
    if len(plant.outline) < CORNERS_LEAST:
        return Finding.of("shares_areas.no_outline", plant=plant.name)
    first = plant.outline[0]
    if misplaced := _misplaced(plant.name, first.longitude_deg, first.latitude_deg):
        return misplaced
    epsg = plane_of(first.longitude_deg)
    shape = outline_in(plant.outline, epsg)
    if not shape.is_valid:
        return Finding.of("shares_areas.outline_crosses_itself", plant=plant.name)
    return Around(shape, round(shape.area), epsg)


def _misplaced(name: str, longitude_deg: float, latitude_deg: float) -> Finding | None:
    if is_in_germany(longitude_deg, latitude_deg):
        return None
    if is_in_germany(latitude_deg, longitude_deg):
        return Finding.of(
            "shares_areas.swapped", plant=name, longitude=f"{longitude_deg:g}", latitude=f"{latitude_deg:g}"
        )
    return Finding.of("shares_areas.outside", plant=name, longitude=f"{longitude_deg:g}", latitude=f"{latitude_deg:g}")


def _measured(pieces: Sequence[Piece], around: Around, together_m2: float) -> tuple[list[AreaPart], int]:
    """Return the parts by key in whole square metres, and what lies in no area.

    Where the exact areas make up the whole, the whole ones do too: by largest remainder, the earlier key first.
    """
    exact: dict[tuple[bool, str], list[Piece]] = {}
    for piece in pieces:
        exact.setdefault((piece.is_foreign, party_key(piece.area.kind, piece.area.key)), []).append(piece)
    keys = sorted(exact)
    amounts_m2 = [sum(piece.shape.area for piece in exact[key]) for key in keys]
    amounts_m2.append(max(0.0, around.shape.area - together_m2))
    whole_m2 = _whole(amounts_m2, around.whole_m2)
    parts = [_part(key[1], exact[key], area_m2) for key, area_m2 in zip(keys, whole_m2, strict=False) if area_m2]
    return parts, whole_m2[-1]


def party_key(kind: str, key: str) -> str:
    """Return who takes part with an area: for a gemeindefreies Gebiet its Landkreis (EEG § 6(2) sentence 3)."""
    return f"{key[:5]}000" if kind == AreaKind.UNINCORPORATED else key


def _whole(amounts_m2: Sequence[float], whole_m2: int) -> list[int]:
    if abs(sum(amounts_m2) - whole_m2) >= 1:
        return [round(amount) for amount in amounts_m2]
    floors = [math.floor(amount) for amount in amounts_m2]
    by_remainder = sorted(range(len(floors)), key=lambda place: floors[place] - amounts_m2[place])
    for place in by_remainder[: whole_m2 - sum(floors)]:
        floors[place] += 1
    return floors


def _part(key: str, pieces: Sequence[Piece], area_m2: int) -> AreaPart:
    area = pieces[0].area
    name = ", ".join(dict.fromkeys(piece.area.name for piece in pieces))
    return AreaPart(key=key, name=name, kind=AreaKind(area.kind), state=area.state, area_m2=area_m2)


def _with_hand(cut: Sequence[AreaPart], by_hand: Iterable[AreaByHand]) -> tuple[AreaPart, ...]:
    """Return the parts with those areas that were set by hand; what was cut stays beside."""
    parts = {part.key: part for part in cut}
    for each in by_hand:
        was = parts.get(each.key)
        parts[each.key] = AreaPart(
            key=each.key,
            name=was.name if was else each.name,
            kind=was.kind if was else each.kind,
            state=was.state if was else each.state,
            area_m2=each.area_m2,
            cut_m2=was.area_m2 if was else 0,
            reason=each.reason,
        )
    return tuple(sorted(parts.values(), key=lambda part: (part.kind is AreaKind.FOREIGN, part.key)))


def _overlaps(pieces: Sequence[Piece], together_m2: float, by_hand: Sequence[AreaByHand]) -> list[Finding]:
    """Return which areas overlap, unless all of them were set by hand."""
    if sum(piece.shape.area for piece in pieces) - together_m2 < OVERLAP_M2:
        return []
    settled = {each.key for each in by_hand}
    found = []
    for one, other in combinations(pieces, 2):
        shared_m2 = one.shape.intersection(other.shape).area
        if shared_m2 >= OVERLAP_M2 and not {_party(one), _party(other)} <= settled:
            area_m2 = float(round(shared_m2))
            found.append(Finding.of("shares_areas.overlap", one=one.area.name, other=other.area.name, area_m2=area_m2))
    return found


def _party(piece: Piece) -> str:
    return party_key(piece.area.kind, piece.area.key)


def _check(parts: Sequence[AreaPart], uncovered_m2: int, whole_m2: int, by_hand: Sequence[AreaByHand]) -> list[Finding]:
    sum_m2 = sum(part.area_m2 for part in parts)
    if by_hand:
        off_m2 = sum_m2 - whole_m2
        params = {"sum_m2": float(sum_m2), "whole_m2": float(whole_m2), "off_m2": float(off_m2)}
        return [Finding.of("shares_areas.by_hand_sum", **params)] if abs(off_m2) >= TOLERANCE * whole_m2 else []
    found = []
    off_m2 = sum_m2 + uncovered_m2 - whole_m2
    if abs(off_m2) >= TOLERANCE * whole_m2:
        params = {"sum_m2": float(sum_m2 + uncovered_m2), "whole_m2": float(whole_m2), "off_m2": float(off_m2)}
        found.append(Finding.of("shares_areas.sum", **params))
    if uncovered_m2 > TOLERANCE * whole_m2:
        percent = round(100 * uncovered_m2 / whole_m2, 2)
        found.append(Finding.of("shares_areas.uncovered", area_m2=float(uncovered_m2), percent=percent))
    return found


def _border(around: Around, boundaries: BoundaryMap) -> tuple[Finding, ...]:
    """Return the note that a mast stands on a border: a measured metre may have been another one."""
    near = boundaries.plane(around.epsg).near(around.mast, ON_BORDER_M) if around.mast is not None else []
    if len(near) < 2:  # noqa: PLR2004 - a border lies between two
        return ()
    return (Finding.of("shares_areas.on_border", one=near[0].name, other=near[1].name, distance_m=ON_BORDER_M),)


def _told(
    plant: Plant, asked: tuple[Split, int | None], boundaries: BoundaryMap, around: Around | None = None, **found: Any
) -> PlantAreas:
    edition = boundaries.edition
    told: dict[str, Any] = {"parts": (), "uncovered_m2": 0} | found
    return PlantAreas(
        plant=plant.id,
        split=asked[0],
        radius_m=asked[1],
        whole_m2=around.whole_m2 if around else 0,
        epsg=around.epsg if around else 0,
        edition=edition.name,
        edition_digest=edition.digest,
        valid_on=edition.valid_on,
        **told,
    )
