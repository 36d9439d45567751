"""Rows that are one value each, at one instant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

from core.imports import FileMapping, RowKind, Stamp
from core.texts import Finding
from ingest.files.cells import CellError, instant_reader
from ingest.files.clocks import SeriesClock
from ingest.files.columns import Columns
from ingest.files.tables import Cell, Layout
from ingest.files.taking import Cells, Taken, Target, WrongCellError, filled_width


class RowTaker:
    """Makes packed values of rows."""

    values: Final = 1
    """How many values a row has."""

    def __init__(
        self, mapping: FileMapping, columns: Columns, targets: Mapping[str, Target], until_ms: int, layout: Layout
    ) -> None:
        self.columns = columns
        self._mapping = mapping
        self._cells = Cells(mapping, columns, targets)
        self._until_ms = until_ms
        self._instant = instant_reader(mapping.pattern)
        self._clocks: dict[str, SeriesClock] = {}
        ends = mapping.kind is not RowKind.REGISTER and mapping.stamp is Stamp.END
        self._shift_ms = mapping.interval_min * 60_000 if ends else 0
        # A decimal sign that also parts columns would cut values short without a word.
        self._width_max = columns.width if layout.delimiter == mapping.decimal else None
        self._needed = max(columns.date, columns.time, columns.value, columns.meter, columns.status)

    def take(self, line: int, cells: list[Cell]) -> Taken:
        """Return the value of a row; an interval stands at its begin. Raises `WrongCellError`."""
        if len(cells) <= self._needed or (self._width_max is not None and filled_width(cells) > self._width_max):
            raise self._cells.wrong_width(cells)
        target = self._cells.target(cells)
        at_ms = self._at_ms(target, cells)
        micro = self._cells.micro(target, cells, self.columns.value)
        packed = at_ms, micro, self._cells.quality(cells), line
        return Taken((target.source, self._mapping.quantity), (packed,))

    def _at_ms(self, target: Target, cells: list[Cell]) -> int:
        columns = self.columns
        clock = self._clocks.get(target.source)
        if clock is None:
            clock = self._clocks[target.source] = SeriesClock(self._mapping.clock, ZoneInfo(target.zone))
        try:
            at = self._instant(cells[columns.date], cells[columns.time] if columns.time >= 0 else None)
            at_ms = clock.at_ms(at)
        except CellError as error:
            raise WrongCellError(columns.date, error.finding) from error
        if at_ms > self._until_ms:
            raise WrongCellError(columns.date, Finding.of("imports.row.future"))
        return at_ms - self._shift_ms
