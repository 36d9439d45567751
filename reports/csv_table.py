"""A long table as CSV, in a ZIP with a text beside it that says where it comes from."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from reports.columns import About, Block, Column, ColumnKind, CsvStyle, offset_of

BYTE_ORDER_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Tells spreadsheets that the file is UTF-8."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class CsvTable:
    """A table file that is CSV."""

    def __init__(
        self, path: Path, columns: Sequence[Column], about: About, style: CsvStyle, offset: str, note: str
    ) -> None:
        self._columns = columns
        self._german = style is CsvStyle.GERMAN
        with ExitStack() as stack:
            archive = stack.enter_context(zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4))
            with archive.open(entry_in_archive(note, about.made_at_utc), "w") as text:
                text.write("\r\n".join(_note(about)).encode())
            entry = entry_in_archive(f"{path.stem}.csv", about.made_at_utc)
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
                yield [offset_of(at) for at in moments]
            case ColumnKind.INSTANT:
                yield [_iso(at_ms) for at_ms in values]
            case ColumnKind.NUMBER:
                texts = ["" if value is None else f"{value:.{column.places}f}" for value in values]
                yield [text.replace(".", ",") for text in texts] if self._german else texts
            case _:
                yield [harmless(value) for value in values]


def _note(about: About) -> list[str]:
    facts = [f"{name}: {value}" for name, value in about.facts]
    return [about.heading, "=" * len(about.heading), "", *facts, "", *about.remarks, ""]


def entry_in_archive(name: str, made_at_utc: datetime) -> zipfile.ZipInfo:
    """Return a file in a ZIP that is the same whenever and wherever it is written anew."""
    entry = zipfile.ZipInfo(name, made_at_utc.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: names may come from anybody."""
    return f"'{text}" if text.startswith(_FORMULA) else text
