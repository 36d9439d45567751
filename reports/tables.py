"""Long tables as files, written as they come: CSV (in a ZIP with a note), Excel, Parquet.

Memory does not grow with the rows. Every file says where it comes from: CSV in a text beside it, Excel on
its first sheet, Parquet in its metadata. The same blocks give the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

import xlsxwriter  # type: ignore[import-untyped]

from core.documents import DocumentFormat

BYTE_ORDER_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Tells spreadsheets that the file is UTF-8."""

SHEET_ROWS: Final = 1_048_576
_SHEET_NAME: Final = 31
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_WIDTH: Final = {"text": 24, "number": 16, "instant": 18}


class ColumnKind(StrEnum):
    """What a column holds; an instant is milliseconds since 1970."""

    TEXT = "text"
    NUMBER = "number"
    INSTANT = "instant"


class CsvStyle(StrEnum):
    """How CSV is written: for German spreadsheets (semicolon, decimal comma, local time with its offset), or ISO."""

    GERMAN = "german"
    ISO = "iso"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its `name` for programs, its `heading` for people, and with how many `places` its numbers come."""

    name: str
    heading: str
    kind: ColumnKind
    places: int = 6


@dataclass(frozen=True, slots=True)
class About:
    """Where a file comes from: a heading, pairs of what and how, and sentences; `made_at_utc` dates the file.

    `sheet` is what the sheet with all this is called.
    """

    sheet: str
    heading: str
    facts: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]
    made_at_utc: datetime


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of one series, column by column, with the name of its sheet and the zone of its clock."""

    sheet: str
    zone: ZoneInfo
    columns: tuple[Sequence[Any], ...]


class TableFile(Protocol):
    """A file that takes rows; used in a `with`, it is whole after it."""

    def add(self, block: Block) -> None:
        """Write some rows; rows of one series come one after the other."""

    def close(self) -> None:
        """Finish the file."""


def table_file(
    path: Path,
    kind: DocumentFormat,
    columns: Sequence[Column],
    about: About,
    *,
    style: CsvStyle,
    offset: str,
    note: str,
) -> TableFile:
    """Return a file to write to. `offset` heads the column of distances to UTC, `note` names the text beside CSV."""
    match kind:
        case DocumentFormat.XLSX:
            return _Workbook(path, columns, about, offset)
        case DocumentFormat.PARQUET:
            return _Parquet(path, columns, about)
        case _:
            return _Csv(path, columns, about, style, offset, note)


class _Csv:
    def __init__(
        self, path: Path, columns: Sequence[Column], about: About, style: CsvStyle, offset: str, note: str
    ) -> None:
        self._columns = columns
        self._german = style is CsvStyle.GERMAN
        with ExitStack() as stack:
            archive = stack.enter_context(zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4))
            with archive.open(_entry(note, about.made_at_utc), "w") as text:
                text.write("\r\n".join(_note(about)).encode())
            entry = _entry(f"{path.stem}.csv", about.made_at_utc)
            binary = stack.enter_context(archive.open(entry, "w", force_zip64=True))
            self._text = stack.enter_context(io.TextIOWrapper(binary, encoding="utf-8", newline=""))
            self._writer = csv.writer(self._text, delimiter=";" if self._german else ",", lineterminator="\r\n")
            self._text.write(BYTE_ORDER_MARK if self._german else "")
            self._writer.writerow(self._headings(offset))
            self._open = stack.pop_all()

    def add(self, block: Block) -> None:
        """Write some rows."""
        columns: list[Sequence[str]] = []
        for column, values in zip(self._columns, block.columns, strict=True):
            columns += self._written(column, values, block.zone)
        self._writer.writerows(zip(*columns, strict=True))

    def close(self) -> None:
        """Finish the file."""
        self._open.close()

    def _headings(self, offset: str) -> Iterator[str]:
        for column in self._columns:
            yield column.heading if self._german else column.name
            if self._german and column.kind is ColumnKind.INSTANT:
                yield offset

    def _written(self, column: Column, values: Sequence[Any], zone: ZoneInfo) -> Iterator[list[str]]:
        match column.kind:
            case ColumnKind.INSTANT if self._german:
                moments = [datetime.fromtimestamp(at_ms / 1000, zone) for at_ms in values]
                yield [at.strftime("%d.%m.%Y %H:%M:%S") for at in moments]
                yield [_offset(at) for at in moments]
            case ColumnKind.INSTANT:
                yield [_iso(at_ms) for at_ms in values]
            case ColumnKind.NUMBER:
                texts = ["" if value is None else f"{value:.{column.places}f}" for value in values]
                yield [text.replace(".", ",") for text in texts] if self._german else texts
            case _:
                yield [_harmless(value) for value in values]


class _Workbook:
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
                self._sheet.write_string(self._row, place, _offset(at))
            elif column.kind is ColumnKind.NUMBER and value is not None:
                look = self._formats[column.kind] if column.places > 1 else self._percent
                self._sheet.write_number(self._row, place, value, look)
            elif value is not None:
                self._sheet.write_string(self._row, place, value)
            place += 1
        self._row += 1


class _Parquet:
    def __init__(self, path: Path, columns: Sequence[Column], about: About) -> None:
        # pyarrow takes half a second to load, and few exports need it
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415

        types = {
            ColumnKind.TEXT: pa.dictionary(pa.int32(), pa.string()),
            ColumnKind.NUMBER: pa.float64(),
            ColumnKind.INSTANT: pa.timestamp("ms", tz="UTC"),
        }
        said = json.dumps({"heading": about.heading, **dict(about.facts)}, ensure_ascii=False)
        notes = {"kreiswatt": said, "remarks": "\n".join(about.remarks)}
        self._schema = pa.schema([(column.name, types[column.kind]) for column in columns], metadata=notes)
        self._arrays = pa.array
        self._batch = pa.record_batch
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")

    def add(self, block: Block) -> None:
        """Write some rows."""
        arrays = [
            self._arrays(values, type=field.type) for field, values in zip(self._schema, block.columns, strict=True)
        ]
        self._writer.write_batch(self._batch(arrays, schema=self._schema))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


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


def _note(about: About) -> list[str]:
    facts = [f"{name}: {value}" for name, value in about.facts]
    return [about.heading, "=" * len(about.heading), "", *facts, "", *about.remarks, ""]


def _entry(name: str, made_at_utc: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, made_at_utc.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


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


def _offset(at: datetime) -> str:
    text = at.strftime("%z")
    return f"{text[:3]}:{text[3:]}"


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: names may come from anybody."""
    return f"'{text}" if text.startswith(_FORMULA) else text
