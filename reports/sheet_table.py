"""A long table as an Excel workbook whose first sheet says where it comes from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import xlsxwriter  # type: ignore[import-untyped]

from reports.columns import About, Block, Column, ColumnKind, offset_of

SHEET_ROWS: Final = 1_048_576
_SHEET_NAME: Final = 31
_WIDTH: Final = {"text": 24, "number": 16, "instant": 18}


class SheetTable:
    """One sheet per series, after the one that says where all comes from; rows go to the disk as they come."""

    def __init__(self, path: Path, columns: Sequence[Column], about: About, offset: str) -> None:
        self._book = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "tmpdir": str(path.parent), "strings_to_formulas": False}
        )
        self._book.set_properties({"title": about.heading, "created": about.made_at_utc.replace(tzinfo=None)})
        self._bold = self._book.add_format({"bold": True, "bottom": 1})
        self._formats = {
            ColumnKind.INSTANT: self._book.add_format({"num_format": "dd.mm.yyyy hh:mm:ss"}),
            ColumnKind.NUMBER: self._book.add_format({"num_format": "#,##0.000"}),
        }
        self._percent = self._book.add_format({"num_format": "0.0"})
        self._columns = columns
        self._offset = offset
        self._names: set[str] = set()
        self._key: str | None = None
        self._row = 0
        self._sheet: Any = None
        _about_sheet(self._book, self._bold, about)
        self._names.add(about.sheet.casefold())

    def add(self, block: Block) -> None:
        """Write some rows."""
        if block.sheet != self._key:
            self._begin(block.sheet)
        for row in zip(*block.columns, strict=True):
            if self._row >= SHEET_ROWS:
                self._begin(block.sheet)
            self._write(row, block.zone)

    def close(self) -> None:
        """Finish the file."""
        self._book.close()

    def _begin(self, name: str) -> None:
        self._key, self._row = name, 1
        self._sheet = self._book.add_worksheet(_free_name(name, self._names))
        self._sheet.freeze_panes(1, 0)
        place = 0
        for column in self._columns:
            self._sheet.set_column(place, place, _WIDTH[column.kind])
            self._sheet.write_string(0, place, column.heading, self._bold)
            place += 1
            if column.kind is ColumnKind.INSTANT:
                self._sheet.write_string(0, place, self._offset, self._bold)
                place += 1

    def _write(self, row: Sequence[Any], zone: ZoneInfo) -> None:
        place = 0
        for column, value in zip(self._columns, row, strict=True):
            if column.kind is ColumnKind.INSTANT:
                at = datetime.fromtimestamp(value / 1000, zone)
                self._sheet.write_datetime(self._row, place, at.replace(tzinfo=None), self._formats[column.kind])
                place += 1
                self._sheet.write_string(self._row, place, offset_of(at))
            elif column.kind is ColumnKind.NUMBER and value is not None:
                look = self._formats[column.kind] if column.places > 1 else self._percent
                self._sheet.write_number(self._row, place, value, look)
            elif value is not None:
                self._sheet.write_string(self._row, place, value)
            place += 1
        self._row += 1


def _about_sheet(book: xlsxwriter.Workbook, bold: Any, about: About) -> None:
    sheet = book.add_worksheet(about.sheet)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, about.heading, bold)
    row = 2
    for name, value in about.facts:
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, value)
        row += 1
    for remark in about.remarks:
        row += 1
        sheet.write_string(row, 0, remark)


def _free_name(name: str, taken: set[str]) -> str:
    """Return a sheet's name that Excel takes and no other sheet has."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", name).strip("' ") or "-"
    found, number = plain[:_SHEET_NAME], 1
    while found.casefold() in taken:
        number += 1
        end = f" ({number})"
        found = plain[: _SHEET_NAME - len(end)] + end
    taken.add(found.casefold())
    return found
