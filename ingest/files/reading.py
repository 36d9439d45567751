"""A whole file read row by row: what is sound goes to disk, series by series; what is wrong is named.

Memory does not grow with the file: a row is packed into its series' own file as soon as it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, Self
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from core.errors import FormatError
from core.imports import ClockChange, FileLayout, FileMapping, RowProblem
from core.intervals import SeriesKey
from ingest.files.columns import columns_of
from ingest.files.day_headers import check_headers
from ingest.files.day_plans import DAY_MIN, HOUR_MIN, columns_most
from ingest.files.days import DayTaker, change_in
from ingest.files.rows import RowTaker
from ingest.files.tables import Cell, Layout, Row, layout_of, rows_of
from ingest.files.taking import Packed, Taken, Target, WrongCellError

ROW: Final = np.dtype([("at_ms", "<i8"), ("micro", "<i8"), ("quality", "u1"), ("line", "<i4")])
PROBLEMS_KEPT: Final = 5_000
PROGRESS: Final = "progress"
_BUFFER_ROWS: Final = 512
_TELL_EVERY: Final = 20_000
_SERIES_MAX: Final = 500
_FAR_MS: Final = 1 << 62


@dataclass(slots=True, kw_only=True)
class Reading:
    """What a file came to. `series` names the file of packed rows (`ROW`) of each series.

    `rows` are the values that its rows have, `wrong` those of them left out, the first of which are `problems`.
    """

    layout: Layout
    headers: tuple[str, ...] = ()
    rows: int = 0
    wrong: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    series: dict[SeriesKey, str] = field(default_factory=dict)

    def note(self, count: int, problems: Sequence[RowProblem]) -> None:
        """Count values that are wrong, and keep why as long as there is room."""
        self.wrong += count
        self.problems += problems[: max(0, PROBLEMS_KEPT - len(self.problems))]


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
        taker_of = partial(_taker_of, mapping, targets, until_ms, layout)
        told = 0
        for taken in _reader(rows, taker_of, found):
            packer.put(taken.key, taken.packed)
            if found.rows >= told:
                told = found.rows + _TELL_EVERY
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


def _taker_of(
    mapping: FileMapping, targets: Mapping[str, Target], until_ms: int, layout: Layout, first: list[Cell]
) -> RowTaker | DayTaker:
    columns = columns_of(mapping, first)
    if mapping.layout is FileLayout.ROWS:
        return RowTaker(mapping, columns, targets, until_ms, layout)
    change = change_in(mapping)
    most = columns_most(mapping.interval_min, change)
    fewest = most if change is ClockChange.BOTH else DAY_MIN // mapping.interval_min
    if not mapping.header and change is ClockChange.IN_ORDER:
        fewest -= HOUR_MIN // mapping.interval_min  # the first row may be the short day
    columns = columns.with_values(fewest, most)
    zone = next((target.zone for target in targets.values()), "UTC")
    check_headers(mapping, columns, change, ZoneInfo(zone))
    return DayTaker(mapping, columns, targets, until_ms)


def _reader(
    rows: Iterator[Row], taker_of: Callable[[list[Cell]], RowTaker | DayTaker], found: Reading
) -> Iterator[Taken]:
    try:
        line, first = next(rows)
    except StopIteration:
        raise FormatError("imports.no_rows") from None
    taker = taker_of(first)
    columns = taker.columns
    found.headers = columns.names
    if not columns.names:
        rows = _again(line, first, rows)
    for line, cells in rows:
        try:
            taken = taker.take(line, cells)
        except WrongCellError as wrong:
            found.rows += taker.values
            found.note(taker.values, [wrong.problem(line, cells, columns)])
            continue
        found.rows += len(taken.packed) + len(taken.wrong)
        if taken.wrong:
            found.note(len(taken.wrong), [wrong.problem(line, cells, columns) for wrong in taken.wrong])
        if taken.packed:
            yield taken
    if not found.rows:
        raise FormatError("imports.no_rows")


def _again(line: int, first: list[Cell], rows: Iterator[Row]) -> Iterator[Row]:
    yield line, first
    yield from rows


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

    def put(self, key: SeriesKey, packed: Sequence[Packed]) -> None:
        waiting = self._waiting.get(key)
        if waiting is None:
            if len(self.names) >= _SERIES_MAX:
                raise FormatError("imports.too_many_meters", limit=_SERIES_MAX)
            self.names[key] = f"{len(self.names)}.rows"
            waiting = self._waiting[key] = []
        waiting += packed
        if len(waiting) >= _BUFFER_ROWS:
            self._flush(key)

    def _flush(self, key: SeriesKey) -> None:
        waiting = self._waiting[key]
        with (self._folder / self.names[key]).open("ab") as file:
            np.array(waiting, ROW).tofile(file)
        waiting.clear()
