"""A backup put back into a data folder that is new or empty."""

from __future__ import annotations

import asyncio
import os
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from core.errors import RequestError, StoreError
from core.texts import Finding
from store.backup.archive import ArchiveReader, Opener, Part
from store.backup.copy import FIRMWARE, JOURNAL, LEDGER, POINTS, SPOOL
from store.backup.point_copies import PointFiller
from store.folder import FolderLock
from store.journal.segment import sync_folder
from store.ledger.copies import LedgerFiller

Progress = Callable[[float, Finding], None]

_SEGMENT: Final = re.compile(r"\d{4}-\d\d-\d\d-\d{16}\.frames", re.ASCII)
_FIRMWARE: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SPOOLED: Final = re.compile(r"[a-z][a-z-]*\.(sqlite|lp)", re.ASCII)


def must_be_empty(folder: Path) -> None:
    """Return if there is nothing in a folder, or it is not there. Raises `RequestError`."""
    try:
        found = next(folder.iterdir(), None)
    except FileNotFoundError:
        return
    except OSError as error:
        raise RequestError("backup.folder_unusable", folder=str(folder), error=error.strerror or "") from error
    if found is not None:
        raise RequestError("backup.not_empty", folder=str(folder), found=found.name)


async def put_back(reader: ArchiveReader, opener: Opener, data_dir: Path, ledger_url: str, progress: Progress) -> None:
    """Put ledger, time series, journal, spool and firmware of a backup into `data_dir`, durably.

    With a `ledger_url` the ledger goes into that database, whose tables must not be there yet.
    Raises `RequestError` for a target that is not empty, or a part that holds something else than
    the manifest says.
    """
    must_be_empty(data_dir)
    work = _Work(reader, opener, progress)
    lock = FolderLock(data_dir)
    try:
        await work.ledger(ledger_url or data_dir / "ledger.sqlite")
        await asyncio.to_thread(work.points, data_dir / "timeseries.duckdb")
        await asyncio.to_thread(work.files, JOURNAL, data_dir / "journal", _SEGMENT)
        await asyncio.to_thread(work.files, SPOOL, data_dir / "spool", _SPOOLED)
        await asyncio.to_thread(work.files, FIRMWARE, data_dir / "firmware", _FIRMWARE)
        await asyncio.to_thread(sync_folder, data_dir)
    finally:
        lock.release()


class _Work:
    """One backup on its way back."""

    def __init__(self, reader: ArchiveReader, opener: Opener, progress: Progress) -> None:
        self._reader = reader
        self._opener = opener
        self._progress = progress
        self._total = sum(part.size_bytes for part in reader.manifest.parts) or 1
        self._done = 0

    async def ledger(self, place: Path | str) -> None:
        manifest = self._reader.manifest
        async with LedgerFiller.into(place, manifest.ledger_revision) as filler:
            for part in manifest.of(LEDGER):
                _must_have(part, await filler.fill(await asyncio.to_thread(self._open, part)))

    def points(self, path: Path) -> None:
        manifest = self._reader.manifest
        if not manifest.layout:
            return
        with closing(PointFiller(path, manifest.layout)) as filler:
            for part in manifest.of(POINTS):
                _must_have(part, filler.fill(part.name.split("/")[1], self._open(part)))

    def files(self, kind: str, folder: Path, names: re.Pattern[str]) -> None:
        """Write files whose pieces are parts of this kind; `names` are those that may be written."""
        for part in self._reader.manifest.of(kind):
            name = part.name.split("/")[1]
            if not names.fullmatch(name):
                raise RequestError("backup.path_outside", path=part.name[:200])
            folder.mkdir(mode=0o700, exist_ok=True)
            _append(folder / name, zlib.decompress(self._open(part)))
        if folder.exists():
            for path in _files(folder):
                _sync(path)
            sync_folder(folder)

    def _open(self, part: Part) -> bytes:
        data = self._reader.open(part, self._opener)
        self._done += part.size_bytes
        self._progress(self._done / self._total, Finding.of("backup.putting_back"))
        return data


def _must_have(part: Part, rows: int) -> None:
    if rows != part.rows:
        raise RequestError("backup.rows_differ", part=part.name, wanted=part.rows, found=rows)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.is_file())


def _append(path: Path, data: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            file.write(data)
    except OSError as error:
        raise StoreError("store.write_failed", file=str(path), error=str(error)) from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
