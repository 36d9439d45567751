"""Files of boundaries: GeoJSON, GeoPackage and Shapefile in a zip, each known by its content.

Columns are found by the names that VG25 and VG250 of the Bundesamt für Kartographie und Geodäsie use (AGS, GEN, BEZ,
GF), or by their plain ones (key, name, kind, state), unless somebody names others. Coordinates are never guessed: a
file that declares none is refused, a GeoJSON without `crs` too, although RFC 7946 would fix WGS 84 for it: in Germany
most files without it hold UTM. Whoever knows better says so. Nothing is mended.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
import shapely

from core.errors import FormatError
from core.shares import BoundaryArea
from core.texts import Finding
from ingest.boundary_archives import unpacked
from ingest.boundary_layout import (
    DISTRICT_DIGITS,
    KEY_DIGITS,
    KINDS,
    KNOWN_EPSG,
    LAND,
    NAMED,
    REGIONAL_DIGITS,
    WITHOUT_GEMEINDE,
    BoundaryLayout,
    chosen_layer,
)

FILE_MAX_BYTE: Final = 300_000_000
JSON_MAX_BYTE: Final = 100_000_000
AREAS_MAX: Final = 20_000


@dataclass(slots=True, kw_only=True)
class BoundariesRead:
    """What a file says: its coordinates, areas as they stand in it, and what is wrong, each by name.

    `waters` were left out as no land, `elsewhere` as none of those wanted.
    """

    epsg: int
    areas: list[BoundaryArea] = field(default_factory=list)
    waters: int = 0
    elsewhere: int = 0
    problems: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Table:
    """What stands in a file: who says which coordinates, columns by name, and one shape per row."""

    crs: str | None
    columns: Mapping[str, Sequence[Any]]
    shapes: Sequence[Any]


def read_boundaries(path: Path, wanted: BoundaryLayout, workplace: Path) -> BoundariesRead:
    """Return the areas in a file; it is unpacked in `workplace`. Raises `FormatError` for what is no such file."""
    table = _table(path, wanted, workplace)
    found = BoundariesRead(epsg=_epsg(table.crs, wanted.crs))
    if len(table.shapes) > AREAS_MAX:
        raise FormatError("boundaries.too_many_areas", limit=AREAS_MAX)
    columns = {what: _column(table, what, getattr(wanted, what, "")) for what in NAMED}
    if columns["key"] is None or columns["name"] is None:
        raise FormatError("boundaries.columns_unknown", known=", ".join(table.columns))
    for row, shape in enumerate(table.shapes):
        said = {what: _text(values[row]) if values is not None else "" for what, values in columns.items()}
        _take(found, row + 1, said, shape, wanted.keys)
    return found


def _take(found: BoundariesRead, row: int, said: Mapping[str, str], shape: Any, keys: Sequence[str]) -> None:
    if said["land"] and said["land"] not in LAND:
        found.waters += 1
        return
    kind = _kind(said["kind"])
    key = _key(said["key"]) if kind != "foreign" else said["key"] or said["name"]
    if keys and kind != "foreign" and not key.startswith(tuple(keys)):
        found.elsewhere += 1
        return
    wrong = _wrong(row, kind, key, said["name"], shape)
    if wrong:
        found.problems.append(wrong)
        return
    plain = shapely.to_wkb(shapely.force_2d(shape), byte_order=1)
    state = "" if kind == "foreign" else said["state"].upper()[:2]
    found.areas.append(BoundaryArea(key=key, name=said["name"], kind=kind, state=state, shape_wkb=plain))


def _wrong(row: int, kind: str, key: str, name: str, shape: Any) -> Finding | None:
    if not name:
        return Finding.of("boundaries.no_name", row=row, key=key)
    lengths = {"gemeinde": (KEY_DIGITS,), "unincorporated": (DISTRICT_DIGITS, KEY_DIGITS)}.get(kind)
    if lengths and not (key.isascii() and key.isdigit() and len(key) in lengths):
        return Finding.of("boundaries.key_invalid", row=row, key=key[:40], name=name)
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        return Finding.of("boundaries.no_surface", row=row, name=name)
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return Finding.of("boundaries.no_surface", row=row, name=name)
    return None


def _kind(said: str) -> str:
    lowered = said.casefold()
    return "unincorporated" if lowered.startswith(WITHOUT_GEMEINDE) else KINDS.get(lowered, "gemeinde")


def _key(said: str) -> str:
    """Return an amtlicher Gemeindeschlüssel, of a Regionalschlüssel without its digits for the Verband."""
    if said.isdigit() and len(said) == REGIONAL_DIGITS:
        return said[:5] + said[9:]
    return said.zfill(KEY_DIGITS) if said.isdigit() and len(said) == KEY_DIGITS - 1 else said


def _text(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return str(int(value)) if np.isfinite(value) else ""
    return "" if value is None else " ".join(str(value).split())[:200]


def _column(table: _Table, what: str, named: str) -> Sequence[Any] | None:
    by_name = {name.casefold(): values for name, values in table.columns.items()}
    if named:
        if named.casefold() not in by_name:
            raise FormatError("boundaries.column_unknown", column=named, known=", ".join(table.columns))
        return by_name[named.casefold()]
    return next((by_name[name] for name in NAMED[what] if name in by_name), None)


def _epsg(declared: str | None, said: str) -> int:
    """Return the coordinates of a file as an EPSG code. Raises `FormatError` where nobody says them, or two differ."""
    there = _code(declared) if declared else None
    told = _code(said) if said else None
    if there is None and told is None:
        raise FormatError("boundaries.no_crs")
    if there is not None and told is not None and there != told:
        raise FormatError("boundaries.crs_contradicts", declared=str(there), said=str(told))
    found = there or told or 0
    if found not in KNOWN_EPSG:
        known = ", ".join(f"EPSG:{code}" for code in KNOWN_EPSG)
        raise FormatError("boundaries.crs_unsupported", crs=f"EPSG:{found}", known=known)
    return found


def _code(crs: str) -> int:
    from pyproj import CRS  # noqa: PLC0415 - its database takes a moment
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    if crs.endswith("CRS84"):
        return 4326
    try:
        found = CRS.from_user_input(crs).to_epsg(min_confidence=25)
    except CRSError as error:
        raise FormatError("boundaries.crs_unknown", crs=crs[:80]) from error
    if found is None:
        raise FormatError("boundaries.crs_unknown", crs=crs[:80])
    return int(found)


def _table(path: Path, wanted: BoundaryLayout, workplace: Path) -> _Table:
    if path.stat().st_size > FILE_MAX_BYTE:
        raise FormatError("boundaries.too_large", limit_mb=FILE_MAX_BYTE // 1_000_000)
    with path.open("rb") as file:
        head = file.read(64)
    if head.startswith(b"PK\x03\x04"):
        inside = unpacked(path, wanted.layer, workplace)
        return _drawn(inside, "") if inside.suffix == ".shp" else _table(inside, wanted, workplace)
    if head.startswith(b"SQLite format 3\x00"):
        copy = workplace / "boundaries.gpkg"
        if copy != path:
            shutil.copyfile(path, copy)
        return _drawn(copy, wanted.layer)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return _json(path)
    raise FormatError("boundaries.format_unknown")


def _drawn(path: Path, layer: str) -> _Table:
    """Return a layer of a GeoPackage or Shapefile, read by GDAL, which gets to see nothing else."""
    import pyogrio  # noqa: PLC0415 - loads GDAL, in the worker process only
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what GDAL remarks on a file and reads all the same
            layers = [name for name, kind in pyogrio.list_layers(path) if kind is not None]
            chosen = chosen_layer(layers, layer)
            meta, _, shapes, columns = pyogrio.raw.read(path, layer=chosen, force_2d=True, max_features=AREAS_MAX + 1)
        return _Table(meta["crs"], dict(zip(meta["fields"], columns, strict=True)), list(shapely.from_wkb(shapes)))
    except (DataLayerError, DataSourceError, FeatureError, FieldError, shapely.errors.GEOSException) as error:
        raise FormatError("boundaries.unreadable", error=str(error).partition("\n")[0][:200]) from error


def _json(path: Path) -> _Table:
    if path.stat().st_size > JSON_MAX_BYTE:
        raise FormatError("boundaries.too_large", limit_mb=JSON_MAX_BYTE // 1_000_000)
    try:
        said = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise FormatError("boundaries.not_json", error=str(error)[:200]) from error
    features = said.get("features")
    if said.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise FormatError("boundaries.no_features")
    properties = [_object(_object(each).get("properties")) for each in features]
    names = dict.fromkeys(name for each in properties for name in each)
    columns = {name: [each.get(name) for each in properties] for name in names}
    return _Table(_declared(said.get("crs")), columns, list(_shapes(features)))


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _declared(crs: Any) -> str | None:
    name = _object(_object(crs).get("properties")).get("name")
    return name if isinstance(name, str) and name else None


def _shapes(features: Sequence[Any]) -> Iterator[Any]:
    for each in features:
        geometry = _object(each).get("geometry")
        try:
            yield shapely.from_geojson(orjson.dumps(geometry)) if geometry else None
        except shapely.errors.GEOSException:
            yield None
