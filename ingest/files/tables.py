"""Rows of a file, one after the other, whatever size it has: text with separated columns, or a spreadsheet."""

from __future__ import annotations

import codecs
import csv
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from core.errors import FormatError
from core.imports import TableMapping

Cell = str | int | float | datetime | date | time | None
Row = tuple[int, list[Cell]]
"""The line of a row, and its cells."""

DELIMITERS: Final = (";", "\t", ",", "|")
_SAMPLE_BYTE: Final = 1_048_576
_SAMPLE_LINES: Final = 50
_UNPACKED_MAX_BYTE: Final = 1_000_000_000
_COLUMNS_MAX: Final = 1_000
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"
_WESTERN: Final = "cp1252"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is laid out: `spreadsheet`, or text in `encoding` with columns parted by `delimiter`."""

    spreadsheet: bool
    encoding: str = ""
    delimiter: str = ""


def layout_of(path: Path, mapping: TableMapping | None = None) -> Layout:
    """Return how a file is laid out, as far as the mapping does not say. Raises `FormatError` for what is no table."""
    with path.open("rb") as file:
        sample = file.read(_SAMPLE_BYTE)
    if sample.startswith(_ZIP):
        return Layout(spreadsheet=True)
    if sample.startswith(_OLE):
        raise FormatError("imports.old_spreadsheet")
    encoding = (mapping.encoding if mapping else "") or _encoding(sample)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(sample)
    if "\x00" in text:
        raise FormatError("imports.no_table")
    return Layout(
        spreadsheet=False, encoding=encoding, delimiter=(mapping.delimiter if mapping else "") or _delimiter(text)
    )


def _encoding(sample: bytes) -> str:
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return _WESTERN
    return "utf-8"


def _delimiter(text: str) -> str:
    """Return what parts most of the first lines into the same number of columns."""
    lines = [line for line in text.splitlines()[:_SAMPLE_LINES] if line.strip()]

    def even(delimiter: str) -> tuple[int, int]:
        counts = Counter(found for line in lines if (found := line.count(delimiter)))
        return max(((lines_so, columns) for columns, lines_so in counts.items()), default=(0, 0))

    return max(DELIMITERS, key=even)


@contextmanager
def rows_of(path: Path, mapping: TableMapping, layout: Layout) -> Iterator[tuple[Iterator[Row], Callable[[], float]]]:
    """Give the rows from the line of the headers on, and what tells how much of the file has been read (0 to 1).

    Empty rows are passed over. Raises `FormatError` for a file that cannot be read to its end.
    """
    with path.open("rb") as file:
        size_byte = max(path.stat().st_size, 1)
        if layout.spreadsheet:
            with _sheet(file, mapping.sheet) as (cells, count):
                done = _Done()
                yield _filled(enumerate(done.counting(cells), 1), mapping.header), lambda: done.rows / max(count, 1)
        else:
            text = TextIOWrapper(file, encoding=layout.encoding, errors="replace", newline="")
            rows = _filled(_parted(text, layout.delimiter), mapping.header)
            yield rows, lambda: min(file.tell() / size_byte, 1.0)


def _filled(rows: Iterator[Row], header: int) -> Iterator[Row]:
    return ((line, cells) for line, cells in rows if line >= header and any(cell not in (None, "") for cell in cells))


def _parted(text: TextIOWrapper, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(text, delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            yield line, list(cells[:_COLUMNS_MAX])
            line = reader.line_num + 1
    except csv.Error as error:
        raise FormatError("imports.line_unreadable", line=line) from error


class _Done:
    def __init__(self) -> None:
        self.rows = 0

    def counting(self, rows: Iterator[list[Cell]]) -> Iterator[list[Cell]]:
        for row in rows:
            self.rows += 1
            yield row


@contextmanager
def _sheet(file: IO[bytes], name: str) -> Iterator[tuple[Iterator[list[Cell]], int]]:
    # a fifth of a second that only those should wait who read a spreadsheet
    from openpyxl import load_workbook  # type: ignore[import-untyped]  # noqa: PLC0415
    from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        with zipfile.ZipFile(file) as packed:
            if sum(part.file_size for part in packed.infolist()) > _UNPACKED_MAX_BYTE:
                raise FormatError("imports.spreadsheet_too_large")
        book = load_workbook(file, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise FormatError("imports.spreadsheet_unreadable") from error
    try:
        names = book.sheetnames
        if name and name not in names:
            raise FormatError("imports.sheet_unknown", sheet=name, known=", ".join(names)[:200])
        sheet = book[name or names[0]]
        yield _plain(sheet), sheet.max_row or 0
    finally:
        book.close()


def _plain(sheet: Any) -> Iterator[list[Cell]]:
    for row in sheet.iter_rows(values_only=True, max_col=min(sheet.max_column or _COLUMNS_MAX, _COLUMNS_MAX)):
        yield list(row)


def first_rows(path: Path, mapping: TableMapping, layout: Layout, count: int) -> list[Row]:
    """Return the first rows from the line of the headers on."""
    with rows_of(path, mapping, layout) as (rows, _):
        return list(islice(rows, count))
