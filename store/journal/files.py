"""The append-only journal of all OCPP frames, as files.

Frames that arrive within two milliseconds, or while the write before is still under way, become one
write and one `fdatasync` in a thread; only then do their ids go back to who appended them. Where many
arrive at once, the first of them are on their way to the disk while the others are still being read.
Names of segments carry the first id in them, so a reader begins near any id; a tail that a crash
tore off is cut at opening.
"""

from __future__ import annotations

import asyncio
import os
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from itertools import islice, takewhile
from pathlib import Path

from core.errors import StoreError
from core.periods import Period
from core.ports import Frame, Written
from store.journal import frames as records
from store.journal import rewriting, segment
from store.journal.segment import Segment

_GATHER_S = 0.002
_ENOUGH = 100
"""So many frames are not made to wait for more."""
_SEGMENT_BYTES = 64 << 20
_READ_FRAMES = 500


class FileJournal:
    """`core.ports.Journal` over a folder of segment files; `FileJournal.open(folder)` makes one."""

    def __init__(self, folder: Path, segment_bytes: int = _SEGMENT_BYTES) -> None:
        # Kept, because asking for the running loop costs a system call, and every frame would ask.
        self._loop = asyncio.get_running_loop()
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._threads = ThreadPoolExecutor(1, "journal-writer")
        self._descriptor = -1
        # all segments, and how much of the newest one is on disk: one value, so that readers see them fit together
        self._durable: tuple[tuple[Segment, ...], int] = ((), 0)
        self._next_id = 1
        self._records: list[bytes] = []
        self._waiting: list[tuple[int, Written]] = []
        self._day = date.min
        self._gathering: asyncio.TimerHandle | None = None
        self._writing: asyncio.Future[None] | None = None
        self._closed = False

    @classmethod
    async def open(cls, folder: Path, segment_bytes: int = _SEGMENT_BYTES) -> FileJournal:
        """Return the journal in `folder`, made if there is none. Raises `StoreError` if the folder is no use."""
        journal = cls(folder, segment_bytes)
        await journal._loop.run_in_executor(journal._threads, journal._open)
        return journal

    async def close(self) -> None:
        """Write what waits and close the files."""
        self._closed = True
        while self._waiting or self._writing is not None:
            writing = self._writing or self._begin_write()
            await asyncio.wait([writing])
            await asyncio.sleep(0)  # its outcome is told by a callback of its own
        self._threads.shutdown()
        self._release()

    async def append(self, frame: Frame) -> int:
        """Return the frame's id once it is on disk. Raises `StoreError` if the disk fails; then it is not kept."""
        number = self._take(1)
        self._records += records.pieces(frame, number)
        return await self._durable_id(number, frame.at_utc)

    def append_then(self, frame: Frame, written: Written) -> None:
        """Have a frame written; `written` is called when that is done, or with why it is not, in the order of ids."""
        number = self._take(1)
        self._records += records.pieces(frame, number)
        self._wait(number, frame.at_utc, written)

    async def append_all(self, frames: Sequence[Frame]) -> None:
        """Return once all frames are on disk, in their order. Raises `StoreError` if the disk fails: none is kept."""
        if frames:
            number = self._take(len(frames))
            for place, frame in enumerate(frames):
                self._records += records.pieces(frame, number + place)
            await self._durable_id(number, frames[-1].at_utc)

    def extent(self) -> tuple[tuple[Segment, ...], int]:
        """Return all segments, oldest first, and how many bytes of the newest one are on disk."""
        return self._durable

    def _take(self, count: int) -> int:
        """Return the first of `count` new ids."""
        if self._closed:
            raise StoreError("store.closed")
        number = self._next_id
        self._next_id += count
        return number

    async def _durable_id(self, number: int, at_utc: datetime) -> int:
        """Return `number` once everything up to here is on disk."""
        done: asyncio.Future[int] = self._loop.create_future()
        self._wait(number, at_utc, partial(_resolve, done))
        return await done

    def _wait(self, number: int, at_utc: datetime, written: Written) -> None:
        self._waiting.append((number, written))
        self._day = at_utc.date()
        if self._writing is None:
            self._gather()

    async def frames(self, after: int = 0, station: str | None = None) -> AsyncIterator[Frame]:
        """Yield the frames with an id above `after`, in order, up to the newest one on disk at the start."""
        found = self._read(after, station)
        while block := await self._loop.run_in_executor(None, lambda: list(islice(found, _READ_FRAMES))):
            for frame in block:
                yield frame

    async def frames_during(self, station: str, period: Period) -> tuple[Frame, ...]:
        """Return the frames of a station in `period`, in order; only segments that reach into it are read."""
        return await self._loop.run_in_executor(None, self._during, station, period)

    async def forget_frames(self, before_utc: datetime, applied: int) -> int:
        """Delete the segments of days before an instant that hold nothing above id `applied`; return how many frames.

        The newest segment stays. Raises `StoreError` if the disk fails.
        """
        return await self._loop.run_in_executor(self._threads, self._forget, before_utc.date().isoformat(), applied)

    async def frames_with(self, word: bytes) -> tuple[Frame, ...]:
        """Return the frames whose message holds a word, in order."""
        return await self._loop.run_in_executor(None, self._with, word)

    async def replace_in_frames(self, word: bytes, instead: bytes) -> int:
        """Replace a word in all frames on disk and return in how many. Raises `StoreError` if the disk fails."""
        return await self._loop.run_in_executor(self._threads, self._replace, word, instead)

    def _gather(self) -> None:
        """Wait a little for more frames, unless there are enough: the loop may be long in coming back."""
        if len(self._waiting) >= _ENOUGH:
            self._begin_write()
        elif self._gathering is None:
            self._gathering = self._loop.call_later(_GATHER_S, self._begin_write)

    def _begin_write(self) -> asyncio.Future[None]:
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        waiting, self._waiting = self._waiting, []
        block, self._records = b"".join(self._records), []
        self._writing = self._loop.run_in_executor(self._threads, self._write, block, waiting[0][0], self._day)
        self._writing.add_done_callback(lambda written: self._end_write(waiting, written))
        return self._writing

    def _end_write(self, waiting: list[tuple[int, Written]], written: asyncio.Future[None]) -> None:
        self._writing = None
        if self._waiting:
            self._gather()
        _tell(waiting, written.exception())

    def _open(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            rewriting.sweep(self._folder)
            found = segment.segments(self._folder)
            if found:
                self._resume(found)
        except OSError as error:
            raise StoreError("store.journal_unusable", folder=str(self._folder), error=str(error)) from error

    def _resume(self, found: tuple[Segment, ...]) -> None:
        """Go on behind the last sound record; what a crash left behind it was never acknowledged."""
        newest = found[-1]
        size_bytes, number = segment.sound_end(newest.path)
        self._descriptor = os.open(newest.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        if size_bytes < newest.path.stat().st_size:
            os.ftruncate(self._descriptor, size_bytes)
            os.fsync(self._descriptor)
        self._durable = found, size_bytes
        self._next_id = max(number + 1, newest.first)

    def _write(self, block: bytes, first: int, day: date) -> None:
        try:
            if self._is_full(day):
                self._rotate(first, day)
            _write_all(self._descriptor, block)
            os.fdatasync(self._descriptor)
        except OSError as error:
            self._abandon()
            raise StoreError("store.journal_failed", folder=str(self._folder), error=str(error)) from error
        listed, size_bytes = self._durable
        self._durable = listed, size_bytes + len(block)

    def _forget(self, before_day: str, applied: int) -> int:
        """Run in the writer's thread. A segment holds frames of one day only."""
        listed, size_bytes = self._durable
        old = 0
        while old < len(listed) - 1 and listed[old].day < before_day and listed[old + 1].first <= applied + 1:
            old += 1
        try:
            for each in listed[:old]:
                each.path.unlink()
                self._durable = self._durable[0][1:], size_bytes
            segment.sync_folder(self._folder)
        except OSError as error:
            raise StoreError("store.journal_failed", folder=str(self._folder), error=str(error)) from error
        return listed[old].first - listed[0].first if old else 0

    def _with(self, word: bytes) -> tuple[Frame, ...]:
        listed, durable_bytes = self._durable
        sizes_bytes = [*(each.path.stat().st_size for each in listed[:-1]), durable_bytes]
        files = zip(listed, sizes_bytes, strict=False)
        return tuple(frame for each, size in files for frame in rewriting.frames_with(each.path, size, word))

    def _replace(self, word: bytes, instead: bytes) -> int:
        """Run in the writer's thread, so that nothing is written meanwhile."""
        listed, durable_bytes = self._durable
        count = 0
        try:
            for each in listed[:-1]:
                count += rewriting.rewrite(each.path, each.path.stat().st_size, word, instead).frames
            if listed:
                found = rewriting.rewrite(listed[-1].path, durable_bytes, word, instead)
                if found.frames:
                    self._release()  # it is another file now; the next write begins a new one
                    self._durable = listed, found.size_bytes
                count += found.frames
        except OSError as error:
            raise StoreError("store.journal_failed", folder=str(self._folder), error=str(error)) from error
        return count

    def _is_full(self, day: date) -> bool:
        listed, size_bytes = self._durable
        return self._descriptor < 0 or size_bytes >= self._segment_bytes or listed[-1].day < day.isoformat()

    def _rotate(self, first: int, day: date) -> None:
        self._release()
        newest, self._descriptor = segment.create(self._folder, day, first)
        self._durable = (*self._durable[0], newest), 0

    def _abandon(self) -> None:
        """Cut off what may have been written; the next write begins a new segment, for this one is not trusted."""
        if self._descriptor >= 0:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self._durable[1])
            self._release()

    def _release(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _during(self, station: str, period: Period) -> tuple[Frame, ...]:
        begin, end = period.start_utc.date().isoformat(), period.end_utc.date().isoformat()
        listed, _ = self._durable
        of_days = [each for each in listed if begin <= each.day <= end]
        later = bisect_right(of_days, period.start_utc, key=segment.begun_at) if of_days else 0
        first = of_days[max(later - 1, 0)].first if of_days else self._next_id
        found = takewhile(lambda frame: frame.at_utc < period.end_utc, self._read(first - 1, None))
        return tuple(frame for frame in found if frame.station == station and frame.at_utc in period)

    def _read(self, after: int, station: str | None) -> Iterator[Frame]:
        """Yield frames from the segment that holds `after` on; the newest segment only as far as it is durable."""
        listed, durable_bytes = self._durable
        begin = max(bisect_right([each.first for each in listed], after) - 1, 0)
        for place, each in enumerate(listed[begin:], begin):
            size_bytes = durable_bytes if place == len(listed) - 1 else each.path.stat().st_size
            for _, body in segment.records(each.path, size_bytes):
                if records.number_of(body) > after:
                    frame = records.decode(body)
                    if station is None or frame.station == station:
                        yield frame


def _write_all(descriptor: int, block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _tell(waiting: list[tuple[int, Written]], error: BaseException | None) -> None:
    for number, written in waiting:
        if error is None:
            written(number, None)
        elif isinstance(error, StoreError):
            written(number, StoreError(error.finding.code, **dict(error.finding.params)))
        elif isinstance(error, Exception):
            written(number, error)
        else:
            raise error


def _resolve(done: asyncio.Future[int], number: int, error: Exception | None) -> None:
    if done.done():  # whoever waited was cancelled; the frame stays
        return
    if error is None:
        done.set_result(number)
    else:
        done.set_exception(error)
