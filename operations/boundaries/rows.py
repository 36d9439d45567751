"""What is asked about boundaries, and what is told of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

from annotated_types import Len

from core.shares import BoundaryArea, BoundaryEdition
from core.texts import Language
from operations.values import Told
from renewables.areas import AreaKind

Named = Annotated[str, Len(0, 80)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportBoundaries:
    """A file of boundaries that was handed in, by its digest; the command line takes its path.

    `valid_on` is the day on which they held, `source` who published them. `crs` says their coordinates
    (`EPSG:25833`) where the file does not; `layer` and the columns are found where they have the names of VG25. With
    `keys` only areas whose keys begin so are taken, and those abroad. With `dry_run` nothing is kept.
    """

    upload: str = field(metadata={"upload": True})
    valid_on: date
    source: Annotated[str, Len(1, 200)]
    edition: Named = ""
    crs: Named = ""
    layer: Named = ""
    key_column: Named = ""
    name_column: Named = ""
    kind_column: Named = ""
    state_column: Named = ""
    keys: tuple[Named, ...] = ()
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListBoundaries:
    """Which editions: those withdrawn too, if wanted."""

    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowBoundaries:
    """Which edition, by its number in the list; with `map` its areas drawn as SVG."""

    id: int
    map: bool = False
    language: Language = "de"


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawBoundaries:
    """Which edition is withdrawn, by its number in the list, and why; with `undo` its withdrawal is taken back."""

    id: int
    reason: Annotated[str, Len(0, 500)] = ""
    undo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryAreaRow:
    """An area of an edition: a Gemeinde, a gemeindefreies Gebiet or what lies abroad."""

    key: str
    area_name: str
    area_kind: AreaKind
    land: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryEditionRow:
    """An edition (see `core.shares.BoundaryEdition`)."""

    id: int
    edition: str
    valid_on: date
    source: str
    file: str
    digest: str
    epsg: int
    areas: int
    imported_by: str
    imported_at_utc: datetime
    withdrawn_at_utc: datetime | None
    withdrawn_by: str
    withdrawn_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundariesOf:
    """An edition with its areas by key."""

    row: BoundaryEditionRow
    gemeinden: int
    unincorporated: int
    foreign: int
    areas: tuple[BoundaryAreaRow, ...]
    map_svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundariesImported:
    """What was taken from a file, or would be with `dry_run`; `known`: it was there already.

    `merged` parts belonged to areas with other parts; `waters` and `elsewhere` areas were left out. With `problems`
    nothing is kept.
    """

    id: int | None
    dry_run: bool
    known: bool
    edition: str
    valid_on: date
    epsg: int
    gemeinden: int
    unincorporated: int
    foreign: int
    merged: int
    waters: int
    elsewhere: int
    first_areas: tuple[BoundaryAreaRow, ...]
    problems: tuple[Told, ...]
    problems_left_out: int
    findings: tuple[Told, ...]


def edition_row(edition: BoundaryEdition) -> BoundaryEditionRow:
    """Return an edition as programs get it."""
    names = [name for name in BoundaryEditionRow.__dataclass_fields__ if name != "edition"]
    return BoundaryEditionRow(edition=edition.name, **{name: getattr(edition, name) for name in names})


def area_row(area: BoundaryArea) -> BoundaryAreaRow:
    """Return an area as programs get it."""
    return BoundaryAreaRow(key=area.key, area_name=area.name, area_kind=AreaKind(area.kind), land=area.state)


def counted(areas: Sequence[BoundaryArea]) -> dict[str, int]:
    """Return how many areas there are of each kind."""
    found = Counter(area.kind for area in areas)
    return {
        "gemeinden": found[AreaKind.GEMEINDE],
        "unincorporated": found[AreaKind.UNINCORPORATED],
        "foreign": found[AreaKind.FOREIGN],
    }
