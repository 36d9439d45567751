"""The spool as the service uses it: puts are gathered into one commit, and what has been sent is taken away.

The file is only touched by the spool's one thread. What a caller asks often (how much waits, the
newest values, receipts) is answered from memory, which follows each commit.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from core.errors import StoreError
from core.intervals import SeriesKey
from core.ports import Receipt
from store.influx.spoolfile import Change, Depth, Entry, LatestRow, PlaceRow, SpoolFile
from store.points.receipts import ReceiptChange, Receipts

COMMIT_POINTS: Final = 20_000
FILE: Final = "spool.sqlite"
DEAD_LETTERS: Final = "dead-letters.lp"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one put brings. `pack` makes its entries; it runs in the spool's thread, as text takes time.

    `latest` are the newest readings of their series, as far as they are newer than what was known; series that
    have `ended` have none any more.
    """

    points: int
    pack: Callable[[], Sequence[Entry]]
    latest: Sequence[LatestRow] = ()
    places: Sequence[PlaceRow] = ()
    receipts: Sequence[Receipt] = ()
    ended: Sequence[SeriesKey] = ()


@dataclass(frozen=True, slots=True)
class _Waiting:
    parcel: Parcel
    done: asyncio.Future[None]


class Spool:
    """All that waits for InfluxDB, durable, oldest first. Raises `StoreError` when the disk fails or it is full."""

    def __init__(self, folder: Path, file: SpoolFile, thread: ThreadPoolExecutor, bytes_max: int) -> None:
        self._folder = folder
        self._file = file
        self._thread = thread
        self._bytes_max = bytes_max
        self._depth = file.depth()
        self._receipts = Receipts(file.receipts())
        self._waiting: deque[_Waiting] = deque()
        self._drain: asyncio.Task[None] | None = None
        self._closed = False
        self.filled = asyncio.Event()
        self.last_id = 0

    @classmethod
    async def open(cls, folder: Path, bytes_max: int) -> tuple[Spool, list[LatestRow], list[PlaceRow]]:
        """Return the spool in `folder`, made if there is none, with the newest values and places that it knows."""
        thread = ThreadPoolExecutor(1, "influx-spool")
        try:
            return await asyncio.get_running_loop().run_in_executor(thread, cls._opened, folder, thread, bytes_max)
        except StoreError:
            thread.shutdown()
            raise

    @classmethod
    def _opened(
        cls, folder: Path, thread: ThreadPoolExecutor, bytes_max: int
    ) -> tuple[Spool, list[LatestRow], list[PlaceRow]]:
        file = SpoolFile(folder / FILE)
        spool = cls(folder, file, thread, bytes_max)
        spool.last_id = file.last_id()
        if spool.depth.entries:
            spool.filled.set()
        return spool, file.latest(), file.places()

    @property
    def depth(self) -> Depth:
        """Return what waits."""
        return self._depth

    @property
    def dead_letters(self) -> Path:
        """Return the file with the lines that InfluxDB will never take."""
        return self._folder / DEAD_LETTERS

    @property
    def is_full(self) -> bool:
        """Return whether so much waits that nothing more is taken."""
        return self._depth.bytes >= self._bytes_max

    async def put(self, parcel: Parcel) -> None:
        """Return once the parcel is durable; many who wait share one commit."""
        if self._closed:
            raise StoreError("store.closed")
        if self.is_full:
            raise StoreError("influx.spool_full", size_mb=self._depth.bytes // 1_000_000)
        loop = asyncio.get_running_loop()
        waiting = _Waiting(parcel, loop.create_future())
        self._waiting.append(waiting)
        if self._drain is None:
            self._drain = loop.create_task(self._drain_waiting())
        await waiting.done

    def receipts(self, broker: str, client: str) -> frozenset[Receipt]:
        """Return the receipts of a session that were stored and not forgotten."""
        return self._receipts.of(broker, client)

    def forget(self, receipts: Collection[Receipt]) -> None:
        """Drop receipts: at once for who asks, in the file with the next commit or at closing."""
        self._receipts.forget(receipts)

    async def oldest(self, points: int, size_bytes: int) -> list[Entry]:
        """Return the oldest entries that fit into one request; see `SpoolFile.oldest`."""
        return await self._run(self._file.oldest, points, size_bytes)

    async def settle(self, entries: Sequence[Entry], dead: Sequence[bytes], reasons: Sequence[str]) -> None:
        """Take entries away that InfluxDB has confirmed; what it refused is in the dead-letter file before that."""
        await self._run(self._settle, entries, dead, reasons)
        if not self._depth.entries:
            self.filled.clear()

    async def close(self) -> None:
        """Commit what waits and close the file."""
        if self._closed:
            return
        self._closed = True
        if self._drain is not None:
            await self._drain
        try:
            if change := self._receipts.change(()):
                await self._run(self._file.add, Change((), receipts=change))
        finally:
            await self._run(self._file.close)
            self._thread.shutdown()

    async def _run(self, function: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)

    async def _drain_waiting(self) -> None:
        while self._waiting:
            group = self._take_group()
            change = self._receipts.change([each for waiting in group for each in waiting.parcel.receipts])
            commit = asyncio.ensure_future(self._run(self._commit, [waiting.parcel for waiting in group], change))
            await asyncio.wait([commit])
            error = commit.exception()
            if change:
                (self._receipts.undo if error else self._receipts.confirm)(change)
            if error is None:
                self.filled.set()
            _tell(group, error)
        self._drain = None

    def _take_group(self) -> list[_Waiting]:
        group = [self._waiting.popleft()]
        points = group[0].parcel.points
        while self._waiting and points + self._waiting[0].parcel.points <= COMMIT_POINTS:
            points += self._waiting[0].parcel.points
            group.append(self._waiting.popleft())
        return group

    def _commit(self, parcels: Sequence[Parcel], receipts: ReceiptChange | None) -> None:
        """Run in the spool's thread."""
        change = Change(
            entries=[entry for parcel in parcels for entry in parcel.pack()],
            latest=[row for parcel in parcels for row in parcel.latest],
            places=[row for parcel in parcels for row in parcel.places],
            receipts=receipts,
            ended=[(source, quantity.value) for parcel in parcels for source, quantity in parcel.ended],
        )
        ids = self._file.add(change)
        self.last_id = max((*ids, self.last_id))
        self._depth = self._depth.with_added(change.entries)

    def _settle(self, entries: Sequence[Entry], dead: Sequence[bytes], reasons: Sequence[str]) -> None:
        bury(self.dead_letters, dead, reasons)
        self._depth = self._depth.with_removed(entries, len(dead), self._file.remove(entries, len(dead)))


def bury(file: Path, lines: Sequence[bytes], reasons: Sequence[str]) -> None:
    """Append lines to the dead-letter file, each after a comment that says why; durable on return.

    The file is line protocol: repaired, it can be sent by hand.
    """
    if not lines:
        return
    text = b"".join(
        b"# %b\n%b\n" % (reason.replace("\n", " ").encode(), line) for line, reason in zip(lines, reasons, strict=True)
    )
    try:
        with open(file, "ab", opener=_privately) as written:
            written.write(text)
            written.flush()
            os.fsync(written.fileno())
    except OSError as error:
        raise StoreError("store.write_failed", file=str(file), error=str(error)) from error


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _tell(group: Sequence[_Waiting], error: BaseException | None) -> None:
    for waiting in group:
        if waiting.done.done():  # whoever waited was cancelled
            continue
        if error is None:
            waiting.done.set_result(None)
        elif isinstance(error, StoreError):  # each its own, for a raised exception carries its traceback
            waiting.done.set_exception(StoreError(error.finding.code, **dict(error.finding.params)))
        else:
            waiting.done.set_exception(error)
