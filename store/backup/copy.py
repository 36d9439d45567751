"""Everything that is kept, copied into one file while it is being added to (`core.care.Safekeeper`).

Time series and ledger are copied as they were at one and the same instant. A late reading is
announced in the ledger before it stands in the time series, and where counting stands is written
there after the intervals: of two instants either would break one of the two. The journal is copied
last, as what it holds beyond that instant is taken up from it again, as after a crash.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from core.care import Kept
from core.errors import RequestError, StoreError
from core.ports import Clock
from core.texts import Finding
from store.backup.archive import ArchiveWriter, Manifest, Seal
from store.backup.file_copies import Piece, file_pieces, segment_pieces, spool_pieces
from store.backup.point_copies import Pin, PointSnapshot
from store.journal.database import DatabaseJournal
from store.journal.files import FileJournal
from store.ledger.copies import LedgerSnapshot
from store.open import Stores
from store.points.timeseries import TimeSeries

T = TypeVar("T")

EMBEDDED: Final = "embedded"
ELSEWHERE: Final = "influxdb"
CONFIGURATION: Final = "configuration/files.tar.gz"
OUTSIDE: Final = "configuration/outside.json"
LEDGER: Final = "ledger/"
POINTS: Final = "timeseries/"
JOURNAL: Final = "journal/"
SPOOL: Final = "spool/"
FIRMWARE: Final = "firmware/"

Progress = Callable[[float, Finding], None]

_TRIES: Final = 20
_SHARES: Final = {"ledger": (0.0, 0.15), "points": (0.15, 0.85), "journal": (0.85, 1.0)}


@dataclass(frozen=True, slots=True)
class Copied:
    """The configuration as one piece, how many files it is, what of it could not be read; secrets from elsewhere."""

    files: bytes
    count: int
    left_out: tuple[str, ...]
    outside: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Writes backups of open stores. `configuration` and `seal` are asked anew for each.

    `forbidden` are the folders in which no backup may be written, as it would be in the next one.
    """

    stores: Stores
    data_dir: Path
    version: str
    clock: Clock
    configuration: Callable[[], Copied]
    seal: Callable[[], Seal]
    forbidden: tuple[Path, ...]

    async def keep(self, folder: Path, progress: Progress) -> Kept:
        """Write a backup into a folder; see `core.care.Safekeeper`."""
        _must_be_outside(folder, self.forbidden)
        now_utc, seal = self.clock(), self.seal()
        writer = ArchiveWriter(folder, f"kreiswatt-{now_utc:%Y%m%dT%H%M%SZ}", seal)
        work = _Work(self.stores, self.data_dir, writer, progress)
        try:
            head = await self.stores.ledger.audit_head()
            copied = await asyncio.to_thread(self.configuration)
            await work.add(CONFIGURATION, copied.files, copied.count)
            await work.add(OUTSIDE, copied.outside)
            await work.copy_stores()
            size_bytes = await _undisturbed(
                writer.finish,
                lambda header, parts: Manifest(
                    version=self.version,
                    created_at_utc=now_utc.isoformat(),
                    recovery=header,
                    time_series=EMBEDDED if work.layout else ELSEWHERE,
                    layout=work.layout,
                    ledger_revision=work.revision,
                    readings=work.readings,
                    counts=dict(work.counts),
                    last_frame=work.last_frame,
                    audit_head=f"{head.number}:{head.digest}" if head else "",
                    left_out=copied.left_out,
                    parts=parts,
                ),
            )
        finally:
            await asyncio.to_thread(writer.close)
        return Kept(
            file=str(writer.path),
            size_bytes=size_bytes,
            readings=work.readings,
            sessions=work.counts[f"{LEDGER}charge_session"],
            frames=work.frames,
            audit_head=f"{head.number}:{head.digest}" if head else "",
            key_name=seal.name,
            left_out=copied.left_out,
        )


class _Work:
    """One backup on its way."""

    def __init__(self, stores: Stores, data_dir: Path, writer: ArchiveWriter, progress: Progress) -> None:
        self.layout: tuple[str, ...] = ()
        self.revision = ""
        self.readings: Mapping[str, int] = {}
        self.counts: Counter[str] = Counter()
        self.frames = 0
        self.last_frame = 0
        self._stores = stores
        self._data_dir = data_dir
        self._writer = writer
        self._progress = progress
        self._numbers: Counter[str] = Counter()

    async def copy_stores(self) -> None:
        """Copy ledger and time series of one instant, then the journal and what waits for an InfluxDB."""
        journal = self._stores.journal
        if isinstance(journal, DatabaseJournal):
            raise StoreError("store.backup_of_shared")
        async with _one_instant(self._stores) as (ledger, points):
            self.revision = ledger.revision
            async for part in ledger.parts():
                await self._add_numbered(LEDGER, part.table, part.rows, part.data)
                self._tell("ledger", 0.5)
            if points is not None:
                await self._copy_points(points)
        await self._copy_journal(journal)
        await self._copy_spool(self._data_dir / "spool")
        await self._add_pieces(FIRMWARE, file_pieces(self._data_dir / "firmware"))
        self._tell("journal", 1.0)

    async def add(self, name: str, data: bytes, rows: int = 0) -> None:
        """Write a part in a thread, to the end even if we are cancelled meanwhile."""
        self.counts[name.rpartition("/")[0]] += rows
        await _undisturbed(self._writer.add, name, data, rows)

    async def _add_numbered(self, kind: str, table: str, rows: int, data: bytes) -> None:
        self._numbers[f"{kind}{table}"] += 1
        await self.add(f"{kind}{table}/{self._numbers[f'{kind}{table}']:06d}", data, rows)

    async def _copy_points(self, points: PointSnapshot) -> None:
        self.layout = await asyncio.to_thread(points.layout)
        self.readings = await asyncio.to_thread(points.counts)
        sizes = await asyncio.to_thread(points.sizes)
        total, done = sum(sizes.values()) or 1, 0
        for name in sizes:
            parts = points.parts(name)
            self.counts[f"{POINTS}{name}"] += 0
            while part := await _undisturbed(_next, parts):
                await self._add_numbered(POINTS, part.table, part.rows, part.data)
                done += part.rows
                self._tell("points", done / total)

    async def _copy_journal(self, journal: FileJournal) -> None:
        listed, newest_bytes = journal.extent()
        for place, each in enumerate(listed):
            await self._add_pieces(JOURNAL, segment_pieces(each, newest_bytes if each is listed[-1] else None))
            self._tell("journal", place / len(listed))

    async def _copy_spool(self, folder: Path) -> None:
        pieces = spool_pieces(folder, Path(f"{self._writer.path}.spool"))
        try:
            await self._add_pieces(SPOOL, pieces)
        finally:
            await asyncio.to_thread(pieces.close)

    async def _add_pieces(self, kind: str, pieces: Iterator[Piece]) -> None:
        while piece := await _undisturbed(_next, pieces):
            await self._add_numbered(kind, piece.file, piece.frames, piece.data)
            self.frames += piece.frames
            self.last_frame = max(self.last_frame, piece.last_frame)

    def _tell(self, stage: str, share: float) -> None:
        begin, end = _SHARES[stage]
        self._progress(begin + (end - begin) * min(share, 1.0), Finding.of(f"backup.{stage}"))


@asynccontextmanager
async def _one_instant(stores: Stores) -> AsyncIterator[tuple[LedgerSnapshot, PointSnapshot | None]]:
    """Give ledger and embedded time series as they were at one instant. Commits wait a few milliseconds for it."""
    readings = stores.readings
    if not isinstance(readings, TimeSeries):
        async with stores.ledger.snapshot() as ledger:
            await ledger.pin()
            yield ledger, None
        return
    for _ in range(_TRIES):
        async with AsyncExitStack() as stack:
            ledger = await stack.enter_async_context(stores.ledger.snapshot())
            points = await _pinned(readings, ledger)
            if points is not None:
                stack.callback(points.close)
                yield ledger, points
                return
        await asyncio.sleep(1.0)
    raise StoreError("backup.ledger_slow")


async def _pinned(readings: TimeSeries, ledger: LedgerSnapshot) -> PointSnapshot | None:
    """Return the time series at the instant at which the ledger is pinned, None if the ledger took too long."""
    loop = asyncio.get_running_loop()
    held: asyncio.Future[None] = loop.create_future()
    pin = Pin(readings.path)
    tell = partial(loop.call_soon_threadsafe, partial(_set, held))
    taking = asyncio.ensure_future(readings.change(partial(pin.take, pinned=tell)))
    try:
        either: list[asyncio.Future[Any]] = [taking, held]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if held.done():
            await ledger.pin()
    except BaseException:
        taking.add_done_callback(_closed)
        raise
    finally:
        pin.release()
    return await taking


def _set(held: asyncio.Future[None]) -> None:
    if not held.done():
        held.set_result(None)


def _closed(taking: asyncio.Future[PointSnapshot | None]) -> None:
    """Close a snapshot that nobody waits for any more."""
    if not taking.cancelled() and not taking.exception() and (points := taking.result()):
        points.close()


async def _undisturbed(function: Callable[..., T], *arguments: object) -> T:
    """Return what a thread returns; cancelled meanwhile, wait for its end first: the file is still in its hands."""
    working: asyncio.Future[T] = asyncio.ensure_future(asyncio.to_thread(function, *arguments))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait({working})
        raise


def _must_be_outside(folder: Path, forbidden: tuple[Path, ...]) -> None:
    place = folder.resolve()
    for each in forbidden:
        if place.is_relative_to(each.resolve()):
            raise RequestError("backup.folder_inside", folder=str(folder), inside=str(each))


def _next(parts: Iterator[T]) -> T | None:
    return next(parts, None)
