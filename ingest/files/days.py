"""Rows that are a day each: its values side by side, laid onto the intervals that the day really had.

On the two days on which the clock changes the values must stand exactly as the mapping declares; otherwise
nobody knows which hour each of them belongs to, and the day is left out whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from core.imports import ClockChange, FileClock, FileMapping, RowKind
from core.readings import ReadingQuality
from core.texts import Finding
from energy.series import QUALITY_CODES
from ingest.files.cells import CellError, instant_reader
from ingest.files.clocks import WINTER, ms_of
from ingest.files.columns import Columns
from ingest.files.day_plans import DAY_MIN, Plan, day_plan, is_ordinary
from ingest.files.tables import Cell
from ingest.files.taking import EMPTY, Cells, Packed, Taken, Target, WrongCellError, filled_width

_MEASURED: Final = QUALITY_CODES[ReadingQuality.MEASURED]
_INTERPOLATED: Final = QUALITY_CODES[ReadingQuality.INTERPOLATED]
_FIXED: Final[dict[FileClock, tzinfo]] = {FileClock.WINTER: WINTER, FileClock.UTC: UTC}


def change_in(mapping: FileMapping) -> ClockChange:
    """Return what the days of the change look like; by a clock that never changes all days look the same."""
    return ClockChange.SUMMED if mapping.clock in _FIXED else mapping.clock_change


class DayTaker:
    """Makes packed values of rows."""

    def __init__(self, mapping: FileMapping, columns: Columns, targets: Mapping[str, Target], until_ms: int) -> None:
        self.columns = columns
        self.values = DAY_MIN // mapping.interval_min
        self._mapping = mapping
        self._change = change_in(mapping)
        self._cells = Cells(mapping, columns, targets)
        self._until_ms = until_ms
        self._step_ms = mapping.interval_min * 60_000
        self._instant = instant_reader(mapping.pattern)
        self._needed = max(columns.date, columns.value, columns.meter, columns.status)

    def take(self, line: int, cells: list[Cell]) -> Taken:
        """Return the values of a day. Raises `WrongCellError` where the day as a whole cannot be understood."""
        columns = self.columns
        if len(cells) <= self._needed or filled_width(cells) > max(columns.width, columns.last + 1):
            raise self._cells.wrong_width(cells)
        target, quality = self._cells.target(cells), self._cells.quality(cells)
        day, zone = self._day(cells), _FIXED.get(self._mapping.clock) or ZoneInfo(target.zone)
        plan = self._plan(day, zone)
        if not self._fits(plan, cells[columns.value : columns.last + 1], ordinary=is_ordinary(day, zone)):
            found = sum(cell not in EMPTY for cell in cells[columns.value : columns.last + 1])
            raise WrongCellError(-1, Finding.of("imports.row.day_shape", expected=sum(map(bool, plan)), found=found))
        packed: list[Packed] = []
        wrong: list[WrongCellError] = []
        for place, instants in enumerate(plan, columns.value):
            try:
                amounts = list(self._amounts(target, cells, place, instants, quality))
                packed += ((at_ms, micro, known, line) for at_ms, micro, known in amounts)
            except WrongCellError as error:
                wrong.append(error)
        return Taken((target.source, self._mapping.quantity), packed, wrong)

    def _day(self, cells: Sequence[Cell]) -> date:
        place = self.columns.date
        try:
            at = self._instant(cells[place], None)
        except CellError as error:
            raise WrongCellError(place, error.finding) from error
        if at.time() != time():
            raise WrongCellError(place, Finding.of("imports.row.instant", pattern=self._mapping.pattern))
        return at.date()

    def _plan(self, day: date, zone: tzinfo) -> Plan:
        try:
            begin_ms = ms_of(datetime(day.year, day.month, day.day, tzinfo=zone))
        except CellError as error:
            raise WrongCellError(self.columns.date, error.finding) from error
        if begin_ms > self._until_ms:
            raise WrongCellError(self.columns.date, Finding.of("imports.row.future"))
        return day_plan(day, zone, self._mapping.interval_min, self._change)

    def _fits(self, plan: Plan, values: Sequence[Cell], *, ordinary: bool) -> bool:
        """Return whether a day's values stand where its plan has intervals, on a day of the change all of them."""
        if self._change is ClockChange.IN_ORDER:
            width = filled_width(values)
            return width <= len(plan) if ordinary else width == len(plan)
        pairs = list(zip(plan, [*values, *[None] * (len(plan) - len(values))], strict=True))
        if any(not instants and not self._is_nothing(cell) for instants, cell in pairs):
            return False
        return ordinary or all(cell not in EMPTY for instants, cell in pairs if instants)

    def _is_nothing(self, cell: Cell) -> bool:
        """Return whether a column without an hour is empty; a nought in it counts as such in spring only."""
        if cell in EMPTY:
            return True
        zero = cell == 0 or (isinstance(cell, str) and not cell.strip("0,. "))
        return self._change is ClockChange.SUMMED and zero

    def _amounts(
        self, target: Target, cells: Sequence[Cell], place: int, instants: Sequence[int], quality: int
    ) -> Iterator[tuple[int, int, int]]:
        """Yield the begins of a column's intervals with their amounts, and how these are known."""
        empty = place >= len(cells) or cells[place] in EMPTY
        if not instants or (empty and instants[-1] + self._step_ms > self._until_ms):
            return
        if instants[-1] > self._until_ms:
            raise WrongCellError(place, Finding.of("imports.row.future"))
        together = len(instants) if self._mapping.kind is RowKind.ENERGY else 1
        micro = self._cells.micro(target, cells, place, together)
        known = _INTERPOLATED if len(instants) > 1 and quality == _MEASURED else quality
        for number, at_ms in enumerate(instants):
            share = micro * (number + 1) // together - micro * number // together if together > 1 else micro
            yield at_ms, share, known
