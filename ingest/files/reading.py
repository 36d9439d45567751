"""A whole file read row by row: what is sound goes to disk, series by series; what is wrong is named.

Memory does not grow with the file: a row is packed into its series' own file as soon as it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final, Self
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from core.errors import FormatError
from core.imports import FileMapping, RowKind, RowProblem, Stamp
from core.intervals import SeriesKey
from core.quantities import Quantity
from core.readings import ReadingQuality
from core.texts import Finding
from energy.series import QUALITY_CODES
from ingest.files.cells import CellError, as_found, instant_reader, number_reader
from ingest.files.clocks import SeriesClock
from ingest.files.columns import Columns, columns_of
from ingest.files.tables import Cell, Layout, Row, layout_of, rows_of

MICRO: Final = 1_000_000
"""Values are kept in millionths of their unit, so that sums are exact."""

ROW: Final = np.dtype([("at_ms", "<i8"), ("micro", "<i8"), ("quality", "u1"), ("line", "<i4")])
PROBLEMS_KEPT: Final = 5_000
PROGRESS: Final = "progress"
_BUFFER_ROWS: Final = 512
_TELL_EVERY: Final = 20_000
_SERIES_MAX: Final = 500
_FAR_MS: Final = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A meter that a file may be about: what it can count in an hour, and whose clock its site has."""

    source: str
    max_rate_per_h: float
    zone: str


@dataclass(slots=True, kw_only=True)
class Reading:
    """What a file came to. `series` names the file of packed rows (`ROW`) of each series.

    `wrong` rows are left out, the first of them are `problems`.
    """

    layout: Layout
    headers: tuple[str, ...] = ()
    rows: int = 0
    wrong: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    series: dict[SeriesKey, str] = field(default_factory=dict)


def read_file(
    path: Path, mapping: FileMapping, targets: Mapping[str, Target], folder: Path, until_ms: int = _FAR_MS
) -> Reading:
    """Return what a file comes to; its series are packed into `folder`. `targets` are the meters by id.

    No row may lie beyond `until_ms`.
    Raises `FormatError` for a file that as a whole is not what the mapping says.
    """
    layout = layout_of(path, mapping)
    found = Reading(layout=layout)
    with rows_of(path, mapping, layout) as (rows, fraction), _Packer(folder) as packer:
        reader = _reader(rows, _taker(mapping, targets, until_ms), found)
        for number, (key, packed) in enumerate(reader):
            packer.put(key, packed)
            if number % _TELL_EVERY == 0:
                (folder / PROGRESS).write_text(f"{fraction():.3f}", encoding="ascii")
        found.series = packer.names
    return found


def progress_of(folder: Path) -> float:
    """Return how much of the file whose series go to `folder` has been read, 0 to 1."""
    try:
        return float((folder / PROGRESS).read_text(encoding="ascii") or 0)
    except (OSError, ValueError):
        return 0.0


def rows_packed(folder: Path, name: str) -> NDArray[np.void]:
    """Return the rows of one series, in the order of the file."""
    return np.fromfile(folder / name, ROW)


Packed = tuple[int, int, int, int]


def _taker(mapping: FileMapping, targets: Mapping[str, Target], until_ms: int) -> Callable[[list[Cell]], _RowTaker]:
    return lambda first: _RowTaker(mapping, columns_of(mapping, first), targets, until_ms)


def _reader(
    rows: Iterator[Row], taker_of: Callable[[list[Cell]], _RowTaker], found: Reading
) -> Iterator[tuple[SeriesKey, Packed]]:
    try:
        line, first = next(rows)
    except StopIteration:
        raise FormatError("imports.no_rows") from None
    taker = taker_of(first)
    columns = taker.columns
    found.headers = columns.names
    if not taker.mapping.header:
        rows = _again(line, first, rows)
    for line, cells in rows:
        found.rows += 1
        try:
            yield taker.take(line, cells)
        except _WrongRowError as wrong:
            found.wrong += 1
            if len(found.problems) < PROBLEMS_KEPT:
                found.problems.append(wrong.problem(line, cells, columns))
    if not found.rows:
        raise FormatError("imports.no_rows")


def _again(line: int, first: list[Cell], rows: Iterator[Row]) -> Iterator[Row]:
    yield line, first
    yield from rows


class _WrongRowError(Exception):
    def __init__(self, place: int, finding: Finding) -> None:
        super().__init__()
        self.place = place
        self.finding = finding

    def problem(self, line: int, cells: list[Cell], columns: Columns) -> RowProblem:
        place = self.place
        if place < 0:
            return RowProblem(line, "", "", self.finding)
        found = as_found(cells[place]) if place < len(cells) else ""
        return RowProblem(line, columns.name(place), found, self.finding)


class _RowTaker:
    """Makes packed rows of cells."""

    def __init__(self, mapping: FileMapping, columns: Columns, targets: Mapping[str, Target], until_ms: int) -> None:
        self.mapping = mapping
        self.columns = columns
        self._targets = targets
        self._until_ms = until_ms
        self._number = number_reader(mapping.decimal, mapping.thousands)
        self._instant = instant_reader(mapping.pattern)
        self._meters = dict(mapping.meters)
        self._codes = {name: QUALITY_CODES[ReadingQuality(said)] for name, said in mapping.statuses}
        self._clocks: dict[str, SeriesClock] = {}
        self._shift_ms = 0 if mapping.kind is RowKind.REGISTER else mapping.interval_min * 60_000
        if mapping.stamp is Stamp.BEGIN:
            self._shift_ms = 0
        self._scale = mapping.factor * MICRO
        if mapping.kind is RowKind.POWER:
            self._scale = self._scale * mapping.interval_min / 60
        self._interval_h = mapping.interval_min / 60

    def take(self, line: int, cells: list[Cell]) -> tuple[SeriesKey, Packed]:
        """Return the series of a row and the row packed; intervals stand at their begin."""
        columns = self.columns
        if columns.width > len(cells) > 0 and any(place >= len(cells) for place in self._needed()):
            raise _WrongRowError(-1, Finding.of("imports.row.too_short", expected=columns.width, found=len(cells)))
        target = self._target(cells)
        at_ms = self._at_ms(target, cells)
        micro = self._micro(target, cells)
        return (target.source, self.mapping.quantity), (at_ms, micro, self._quality(cells), line)

    def _needed(self) -> tuple[int, ...]:
        columns = self.columns
        return columns.date, columns.time, columns.value, columns.meter, columns.status

    def _target(self, cells: list[Cell]) -> Target:
        place, mapping = self.columns.meter, self.mapping
        if place < 0:
            return self._targets[mapping.meter]
        said = as_found(cells[place]).strip()
        target = self._targets.get(self._meters.get(said, said))
        if target is None:
            raise _WrongRowError(place, Finding.of("imports.row.meter" if said else "imports.row.empty"))
        return target

    def _at_ms(self, target: Target, cells: list[Cell]) -> int:
        columns = self.columns
        clock = self._clocks.get(target.source)
        if clock is None:
            clock = self._clocks[target.source] = SeriesClock(self.mapping.clock, ZoneInfo(target.zone))
        try:
            at = self._instant(cells[columns.date], cells[columns.time] if columns.time >= 0 else None)
            at_ms = clock.at_ms(at)
        except CellError as error:
            raise _WrongRowError(columns.date, error.finding) from error
        if at_ms > self._until_ms:
            raise _WrongRowError(columns.date, Finding.of("imports.row.future"))
        return at_ms - self._shift_ms

    def _micro(self, target: Target, cells: list[Cell]) -> int:
        place = self.columns.value
        try:
            value = self._number(cells[place])
        except CellError as error:
            raise _WrongRowError(place, error.finding) from error
        micro = (value * self._scale).to_integral_value()
        if micro < 0:
            raise _WrongRowError(place, Finding.of("imports.row.negative"))
        if self.mapping.kind is not RowKind.REGISTER and micro > target.max_rate_per_h * self._interval_h * MICRO:
            most = target.max_rate_per_h * self._interval_h / float(self._scale) * MICRO
            raise _WrongRowError(place, Finding.of("imports.row.implausible", most=f"{most:.6g}"))
        if micro >= _MICRO_MAX:
            raise _WrongRowError(place, Finding.of("imports.row.too_large"))
        return int(micro)

    def _quality(self, cells: list[Cell]) -> int:
        place = self.columns.status
        if place < 0:
            return QUALITY_CODES[ReadingQuality.MEASURED]
        said = as_found(cells[place]).strip()
        code = self._codes.get(said)
        if code is None:
            raise _WrongRowError(place, Finding.of("imports.row.status", known=", ".join(self._codes)[:100]))
        return code


_MICRO_MAX: Final = Decimal(10) ** 18


class _Packer:
    """Writes the rows of each series into a file of its own; few are open at once."""

    def __init__(self, folder: Path) -> None:
        self.names: dict[SeriesKey, str] = {}
        self._folder = folder
        self._waiting: dict[SeriesKey, list[Packed]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for key in list(self._waiting):
            self._flush(key)

    def put(self, key: tuple[str, Quantity], packed: Packed) -> None:
        waiting = self._waiting.get(key)
        if waiting is None:
            if len(self.names) >= _SERIES_MAX:
                raise FormatError("imports.too_many_meters", limit=_SERIES_MAX)
            self.names[key] = f"{len(self.names)}.rows"
            waiting = self._waiting[key] = []
        waiting.append(packed)
        if len(waiting) >= _BUFFER_ROWS:
            self._flush(key)

    def _flush(self, key: SeriesKey) -> None:
        waiting = self._waiting[key]
        with (self._folder / self.names[key]).open("ab") as file:
            np.array(waiting, ROW).tofile(file)
        waiting.clear()
