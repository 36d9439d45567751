"""Files of boundaries in each format, and those that are none."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import FormatError
from core.texts import Finding
from ingest.boundary_files import BoundariesRead, read_boundaries
from ingest.boundary_layout import BoundaryLayout

SQUARE = shapely.box(380_000, 5_640_000, 390_000, 5_650_000)
NEXT = shapely.box(390_000, 5_640_000, 400_000, 5_650_000)
WATER = shapely.box(400_000, 5_640_000, 410_000, 5_650_000)
COLUMNS = {
    "AGS": ["14521110", "14521999", "14521000"],
    "GEN": ["Aue", "Forst", "See"],
    "BEZ": ["Gemeinde", "Gemeindefreies Gebiet", "Gemeinde"],
    "GF": [4, 4, 2],
}


def written(path: Path, layer: str | None = None, crs: str | None = "EPSG:25833", **more: Any) -> Path:
    """Write a file as GDAL does, with the columns of VG25."""
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array([SQUARE, NEXT, WATER])),
        [np.array(values, dtype=object if isinstance(values[0], str) else np.int32) for values in COLUMNS.values()],
        list(COLUMNS),
        geometry_type="Polygon",
        crs=crs,
        layer=layer,
        **more,
    )
    return path


def zipped(folder: Path, target: Path, *leave_out: str) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.iterdir()):
            if part.suffix not in leave_out:
                archive.write(part, f"vg25/{part.name}")
    return target


def shapefile(folder: Path, name: str = "VG25_GEM", crs: str | None = "EPSG:25833") -> Path:
    folder.mkdir(exist_ok=True)
    written(folder / f"{name}.shp", crs=crs)
    return folder


def feature(geometry: Any = None, **properties: Any) -> dict[str, Any]:
    shape = json.loads(shapely.to_geojson(SQUARE)) if geometry is None else geometry
    return {"type": "Feature", "properties": properties, "geometry": shape}


def geojson(path: Path, *features: Any, crs: str | None = "urn:ogc:def:crs:EPSG::25833") -> Path:
    said: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(said | ({"crs": {"type": "name", "properties": {"name": crs}}} if crs else {})))
    return path


def read(path: Path, tmp_path: Path, **layout: Any) -> BoundariesRead:
    workplace = tmp_path / "work"
    workplace.mkdir(exist_ok=True)
    return read_boundaries(path, BoundaryLayout(**layout), workplace)


def code(path: Path, tmp_path: Path, **layout: Any) -> str:
    with pytest.raises(FormatError) as refused:
        read(path, tmp_path, **layout)
    return refused.value.finding.code.removeprefix("boundaries.")


def as_geopackage(tmp_path: Path) -> Path:
    return written(tmp_path / "DE_VG25.gpkg", layer="vg25_gem")


def as_shapefile(tmp_path: Path) -> Path:
    return zipped(shapefile(tmp_path / "shp"), tmp_path / "vg25.zip")


def as_geopackage_in_a_zip(tmp_path: Path) -> Path:
    folder = tmp_path / "gpkg"
    folder.mkdir()
    written(folder / "DE_VG25.gpkg")
    return zipped(folder, tmp_path / "vg25.gpkg.zip")


@pytest.mark.parametrize("write", [as_geopackage, as_shapefile, as_geopackage_in_a_zip])
def test_each_format_is_read_alike(write: Any, tmp_path: Path) -> None:
    found = read(write(tmp_path), tmp_path)
    assert (found.epsg, found.waters, found.problems) == (25833, 1, [])
    assert [(area.key, area.name, area.kind) for area in found.areas] == [
        ("14521110", "Aue", "gemeinde"),
        ("14521999", "Forst", "unincorporated"),
    ]
    assert shapely.from_wkb(found.areas[0].shape_wkb).equals(SQUARE)


def test_of_many_layers_that_of_the_gemeinden_is_taken_or_the_one_named(tmp_path: Path) -> None:
    several = written(tmp_path / "vg25.gpkg", layer="vg25_gem")
    written(several, layer="vg25_krs", append=True)
    assert len(read(several, tmp_path).areas) == 2
    assert len(read(several, tmp_path, layer="VG25_KRS").areas) == 2
    assert code(several, tmp_path, layer="vg25_sta") == "which_layer"
    folder = shapefile(tmp_path / "shp")
    shapefile(folder, "VG25_KRS")
    assert len(read(zipped(folder, tmp_path / "vg25.zip"), tmp_path).areas) == 2


def test_a_geojson_is_read_with_plain_columns_and_those_abroad(tmp_path: Path) -> None:
    path = geojson(
        tmp_path / "a.geojson",
        feature(key="99901010", name="Aue", state="sn"),
        feature(key="", name="Nachbarstaat", kind="Ausland"),
        feature(key=9_901_020, name="Ost"),
        feature(key="145215105110", name="Verband"),
    )
    found = read(path, tmp_path)
    assert [(area.key, area.kind, area.state) for area in found.areas] == [
        ("99901010", "gemeinde", "SN"),
        ("Nachbarstaat", "foreign", ""),
        ("09901020", "gemeinde", ""),
        ("14521110", "gemeinde", ""),
    ]
    assert [area.name for area in read(path, tmp_path, keys=("99901",)).areas] == ["Aue", "Nachbarstaat"]
    assert read(path, tmp_path, keys=("99901",)).elsewhere == 2


def test_a_file_without_coordinates_is_refused_unless_somebody_says_them(tmp_path: Path) -> None:
    bare = geojson(tmp_path / "a.geojson", feature(key="99901010", name="Aue"), crs=None)
    assert code(bare, tmp_path) == "no_crs"
    assert read(bare, tmp_path, crs="EPSG:25832").epsg == 25832
    shape = zipped(shapefile(tmp_path / "shp"), tmp_path / "a.zip", ".prj")
    assert code(shape, tmp_path) == "no_crs"
    assert read(shape, tmp_path, crs="epsg:25833").epsg == 25833


def test_coordinates_are_held_against_what_is_said_and_known(tmp_path: Path) -> None:
    def of(crs: str) -> Path:
        return geojson(tmp_path / "a.geojson", feature(key="99901010", name="Aue"), crs=crs)

    assert code(of("EPSG:25833"), tmp_path, crs="EPSG:25832") == "crs_contradicts"
    assert code(of("EPSG:31468"), tmp_path) == "crs_unsupported"
    assert code(of("Potsdam"), tmp_path) == "crs_unknown"
    assert read(of("urn:ogc:def:crs:OGC:1.3:CRS84"), tmp_path).epsg == 4326


def test_a_row_that_is_no_area_is_told_with_its_number(tmp_path: Path) -> None:
    path = geojson(
        tmp_path / "a.geojson",
        feature(key="1234", name="Kurz"),
        feature(key="99901010", name=""),
        feature({"type": "Point", "coordinates": [1, 2]}, key="99901011", name="Punkt"),
        feature({"type": "Polygon", "coordinates": [[[1]]]}, key="99901012", name="Rest"),
    )
    found = read(path, tmp_path)
    assert found.areas == []
    assert found.problems == [
        Finding.of("boundaries.key_invalid", row=1, key="1234", name="Kurz"),
        Finding.of("boundaries.no_name", row=2, key="99901010"),
        Finding.of("boundaries.no_surface", row=3, name="Punkt"),
        Finding.of("boundaries.no_surface", row=4, name="Rest"),
    ]


def test_columns_are_named_where_they_are_not_found(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", feature(nr="99901010", titel="Aue"))
    assert code(path, tmp_path) == "columns_unknown"
    assert [area.name for area in read(path, tmp_path, key="NR", name="Titel").areas] == ["Aue"]
    assert code(path, tmp_path, key="Schluessel") == "column_unknown"


def test_what_is_no_file_of_boundaries_is_told(tmp_path: Path) -> None:
    def of(content: bytes, name: str = "a") -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    assert code(of(b"Schluessel;Name"), tmp_path) == "format_unknown"
    assert code(of(b"{nicht"), tmp_path) == "not_json"
    assert code(of(b'{"type": "Topology"}'), tmp_path) == "no_features"
    assert code(of(b"SQLite format 3\x00" + bytes(200)), tmp_path) == "unreadable"
    assert code(zipped(shapefile(tmp_path / "shp"), tmp_path / "a.zip", ".dbf"), tmp_path) == "archive_incomplete"
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("liesmich.txt", "nichts")
    assert code(tmp_path / "b.zip", tmp_path) == "archive_empty"
    damaged = (tmp_path / "a.zip").read_bytes()[:300]
    with pytest.raises(FormatError, match="archive_damaged"):
        read(of(damaged, "c.zip"), tmp_path)


def test_a_zip_that_unfolds_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.boundary_archives.UNPACKED_MAX_BYTE", 100_000)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.geojson", b" " * 50_000_000)
    assert code(tmp_path / "bomb.zip", tmp_path) == "archive_too_large"
    assert sum(part.stat().st_size for part in (tmp_path / "work").iterdir()) <= 100_000


@settings(max_examples=30, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_boundaries_or_a_finding(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "a").write_bytes(b'{"type": ' + content)
    with pytest.raises(FormatError):
        read(folder / "a", folder)
