"""What the worker process makes of a file of boundaries: areas that can be kept, and why others cannot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.shares import BoundaryArea
from core.texts import Finding
from ingest.boundary_layout import BoundaryLayout


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionRead:
    """What an edition would be: with `problems` it cannot be kept, `doubts` are worth a look.

    `merged` areas came in several parts; `waters` and `elsewhere` were left out.
    """

    epsg: int
    areas: tuple[BoundaryArea, ...]
    merged: int
    waters: int
    elsewhere: int
    problems: tuple[Finding, ...]
    doubts: tuple[Finding, ...]


def read_edition(path: Path, layout: BoundaryLayout, workplace: Path) -> EditionRead:
    """Return what a file comes to. Raises `FormatError` for what is no file of boundaries."""
    from ingest.boundary_files import read_boundaries  # noqa: PLC0415 - in the worker process only
    from renewables.geometry.checks import doubts_about, wrong_with  # noqa: PLC0415
    from renewables.geometry.states import state_of  # noqa: PLC0415

    read = read_boundaries(path, layout, workplace)
    problems = [*read.problems, *_contradictions(read.areas), *wrong_with(read.areas, read.epsg)]
    parts = [
        each if each.state or each.kind == "foreign" else replace(each, state=state_of(each.key)) for each in read.areas
    ]
    areas = parts if problems else _merged(parts)
    return EditionRead(
        epsg=read.epsg,
        areas=tuple(areas),
        merged=len(parts) - len(areas),
        waters=read.waters,
        elsewhere=read.elsewhere,
        problems=tuple(problems),
        doubts=() if problems else doubts_about(areas, read.epsg),
    )


def _contradictions(areas: Sequence[BoundaryArea]) -> list[Finding]:
    """Return keys under which several areas stand that are not parts of one."""
    names: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for area in areas:
        names[area.key].add((area.name, area.kind))
    return [
        Finding.of("boundaries.key_twice", key=key, names=", ".join(sorted(name for name, _ in said)))
        for key, said in names.items()
        if len(said) > 1
    ]


def _merged(areas: Sequence[BoundaryArea]) -> list[BoundaryArea]:
    """Return areas by key, those in several parts as one."""
    import shapely  # noqa: PLC0415 - in the worker process only

    parts: dict[str, list[BoundaryArea]] = defaultdict(list)
    for area in areas:
        parts[area.key].append(area)
    found = []
    for key in sorted(parts):
        first, *others = parts[key]
        if others:
            whole = shapely.union_all(shapely.from_wkb([part.shape_wkb for part in parts[key]]))
            first = replace(first, shape_wkb=shapely.to_wkb(whole, byte_order=1))
        found.append(first)
    return found
