"""Rows of several kinds in a ZIP, each kind as JSON for programs and as CSV for people."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from reports.csv_table import BYTE_ORDER_MARK, entry_in_archive, harmless

Row = Mapping[str, Any]
"""What JSON can write: texts, numbers, truth, None, lists and mappings of these."""


class Archive:
    """A ZIP at `path` that grows section by section; nothing of a section stands in memory."""

    def __init__(self, path: Path, made_at_utc: datetime) -> None:
        self._folder = path.parent
        self._made_at_utc = made_at_utc
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def note(self, name: str, text: str) -> None:
        """Write a text."""
        self._zip.writestr(entry_in_archive(name, self._made_at_utc), text.replace("\n", "\r\n"))

    async def add(self, name: str, rows: AsyncIterator[Row]) -> int:
        """Write a section as `<name>.json` and `<name>.csv` and return how many rows it has."""
        drafts = {end: self._folder / f"{name}.{end}" for end in ("json", "csv")}
        with ExitStack() as stack:
            files = {
                end: stack.enter_context(draft.open("w", encoding="utf-8", newline="")) for end, draft in drafts.items()
            }
            count = await _write(rows, files["json"], files["csv"])
        for draft in drafts.values():
            with draft.open("rb") as source:
                self._take(draft.name, source)
            draft.unlink()
        return count

    def _take(self, name: str, source: IO[bytes]) -> None:
        with self._zip.open(entry_in_archive(name, self._made_at_utc), "w", force_zip64=True) as entry:
            while block := source.read(1 << 20):
                entry.write(block)


async def _write(rows: AsyncIterator[Row], as_json: IO[str], as_csv: IO[str]) -> int:
    count, table = 0, csv.writer(as_csv, lineterminator="\r\n")
    as_csv.write(BYTE_ORDER_MARK)
    as_json.write("[")
    async for row in rows:
        as_json.write(("," if count else "") + "\n" + json.dumps(row, ensure_ascii=False))
        if not count:
            table.writerow(row)
        table.writerow([_cell(value) for value in row.values()])
        count += 1
    as_json.write("\n]\n")
    return count


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return harmless(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
