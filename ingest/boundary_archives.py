"""Zips with boundaries in them: only the parts of one layer are unpacked, and no more than a layer can have."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from core.errors import FormatError
from ingest.boundary_layout import chosen_layer
from ingest.files.archives import damage_told

UNPACKED_MAX_BYTE: Final = 600_000_000
NAMES_MAX: Final = 1_000
PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
NEEDED: Final = (".shp", ".shx", ".dbf")
WHOLE: Final = (".gpkg", ".geojson", ".json")
_PIECE_BYTE: Final = 1_048_576


def unpacked(path: Path, layer: str, workplace: Path) -> Path:
    """Return the Shapefile, GeoPackage or GeoJSON of a zip, unpacked under plain names. Raises `FormatError`."""
    with damage_told(), zipfile.ZipFile(path) as archive:
        names = [PurePosixPath(info.filename) for info in archive.infolist() if not info.is_dir()]
        if len(names) > NAMES_MAX:
            raise FormatError("boundaries.archive_too_many", limit=NAMES_MAX)
        main = _main(names, layer)
        wanted = [main] if main.suffix.lower() in WHOLE else _beside(names, main)
        left = UNPACKED_MAX_BYTE
        for name in wanted:
            left -= _unpack(archive, name, workplace / f"boundaries{name.suffix.lower()}", left)
    return workplace / f"boundaries{main.suffix.lower()}"


def _main(names: Sequence[PurePosixPath], layer: str) -> PurePosixPath:
    """Return the layer that was named, the only one, or that of the Gemeinden."""
    shapes = {each.stem: each for each in names if each.suffix.lower() == ".shp"}
    whole = [each for each in names if each.suffix.lower() in WHOLE]
    if shapes:
        return shapes[chosen_layer(list(shapes), layer)]
    if len(whole) != 1:
        raise FormatError("boundaries.archive_empty")
    return whole[0]


def _beside(names: Sequence[PurePosixPath], main: PurePosixPath) -> list[PurePosixPath]:
    found = {
        each.suffix.lower(): each
        for each in names
        if each.parent == main.parent and each.stem == main.stem and each.suffix.lower() in PARTS
    }
    missing = [suffix for suffix in NEEDED if suffix not in found]
    if missing:
        raise FormatError("boundaries.archive_incomplete", missing=", ".join(missing))
    return list(found.values())


def _unpack(archive: zipfile.ZipFile, name: PurePosixPath, target: Path, limit_byte: int) -> int:
    """Unpack a part and return its bytes, counted as they come: what the zip says of its sizes may be wrong."""
    count = 0
    with archive.open(str(name)) as packed, target.open("wb") as file:
        while piece := packed.read(_PIECE_BYTE):
            count += len(piece)
            if count > limit_byte:
                raise FormatError("boundaries.archive_too_large", limit_mb=UNPACKED_MAX_BYTE // 1_000_000)
            file.write(piece)
    return count
