"""Daily climate files of the Deutscher Wetterdienst (`produkt_klima_tag_*.txt`, or the zip they come in).

Format: semicolons; `STATIONS_ID;MESS_DATUM;...;TMK;...;eor`, one row per UTC day (`20261122`), TMK the mean of the
day's air temperature at 2 m in °C, -999 where nothing was measured. Described in DWD's "Datensatzbeschreibung
KL-Tageswerte"; written after that description, no file of a station is kept in this project.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from core.errors import FormatError
from core.texts import Finding
from ingest.files.archives import archive_in

MAX_BYTES: Final = 32_000_000
"""A station of 150 years has 6 MB."""

STATION, DAY, MEAN = "STATIONS_ID", "MESS_DATUM", "TMK"
NOT_MEASURED: Final = -999.0
COLDEST_C, WARMEST_C = -60.0, 50.0
_NAME: Final = "produkt_klima_tag_*.txt"


@dataclass(frozen=True, slots=True)
class ClimateFile:
    """The daily means of a station, by day; `missing` rows say that nothing was measured, `problems` what is wrong."""

    station: str
    means_c: dict[date, float]
    missing: int
    problems: tuple[Finding, ...]


def climate_in(path: Path) -> ClimateFile:
    """Return what the file at a path says; see `read_climate`."""
    if path.stat().st_size > MAX_BYTES:
        raise FormatError("weather.file_too_large", limit_byte=MAX_BYTES)
    return read_climate(path.read_bytes())


def read_climate(content: bytes) -> ClimateFile:
    """Return what a file says. Raises `FormatError` where it is no such file; a bad row costs only itself."""
    lines = _text(content).splitlines()
    header = [name.strip().upper() for name in lines[0].split(";")] if lines else []
    absent = [name for name in (STATION, DAY, MEAN) if name not in header]
    if absent:
        raise FormatError("weather.columns_missing", columns=", ".join(absent))
    return _rows(lines[1:], header)


def _text(content: bytes) -> str:
    if content.startswith(b"PK"):
        content = _unpacked(content)
    if len(content) > MAX_BYTES:
        raise FormatError("weather.file_too_large", limit_byte=MAX_BYTES)
    return content.decode("utf-8-sig", "replace")


def _unpacked(content: bytes) -> bytes:
    with archive_in(content) as archive:
        name = next((each for each in archive.namelist() if fnmatch(each.rpartition("/")[2], _NAME)), None)
        if name is None:
            raise FormatError("weather.zip_without_file", name=_NAME)
        with archive.open(name) as file:
            return file.read(MAX_BYTES + 1)


def _rows(lines: list[str], header: list[str]) -> ClimateFile:
    places = {name: header.index(name) for name in (STATION, DAY, MEAN)}
    stations: set[str] = set()
    means: dict[date, float] = {}
    problems: list[Finding] = []
    missing = 0
    for number, line in enumerate(lines, start=2):
        cells = [cell.strip() for cell in line.split(";")]
        if not any(cells):
            continue
        found = _row(cells, header, places, number)
        if isinstance(found, Finding):
            problems.append(found)
            continue
        station, day, mean_c = found
        stations.add(station)
        if mean_c is None:
            missing += 1
        elif means.setdefault(day, mean_c) != mean_c:
            problems.append(Finding.of("weather.row_twice", line=number, day=day.isoformat()))
    if len(stations) > 1:
        raise FormatError("weather.several_stations", stations=", ".join(sorted(stations)[:5]))
    return ClimateFile(next(iter(stations), ""), means, missing, tuple(problems))


def _row(
    cells: list[str], header: list[str], places: dict[str, int], number: int
) -> tuple[str, date, float | None] | Finding:
    if len(cells) != len(header):
        return Finding.of("weather.row_length", line=number, found=len(cells), expected=len(header))
    day = _day(cells[places[DAY]])
    if day is None:
        return Finding.of("weather.row_day", line=number, found=cells[places[DAY]][:20])
    mean_c = _mean(cells[places[MEAN]])
    if mean_c is None or not (mean_c == NOT_MEASURED or COLDEST_C <= mean_c <= WARMEST_C):
        return Finding.of("weather.row_value", line=number, found=cells[places[MEAN]][:20])
    return cells[places[STATION]].lstrip("0"), day, None if mean_c == NOT_MEASURED else mean_c


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def _mean(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
