"""What waits to be written, and the one drain that has it committed.

The drain takes whatever waits, has the writer thread commit it as one transaction, and only then
lets the callers go on. Before a commit that changes the past, whoever computes from it is told.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from core.errors import StoreError
from core.ports import Receipt
from core.work import DirtySpan
from store.points.columns import Columns, Numbering, SeriesKey, joined, last_wins
from store.points.lateness import late_spans
from store.points.latest import Latest, Written
from store.points.pointfile import PointFile
from store.points.receipts import ReceiptChange, Receipts
from store.points.sifting import Sifted

_COMMIT_ROWS = 20_000

Late = Callable[[Sequence[DirtySpan]], Awaitable[None]]
"""Is told which spans of series are about to change, before they do."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Something to be committed: how many rows, how to make them once series have ids, and who waits."""

    count: int
    columns: Callable[[Mapping[SeriesKey, int]], Columns]
    receipts: Sequence[Receipt]
    done: asyncio.Future[None]


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A commit as far as it has come: what is to be written, and whether it has been."""

    ids: Numbering
    rows: Columns
    sifted: Sifted
    generation: int
    written: bool


class Commits:
    """The way into the file; `latest` and `receipts` follow what has been committed."""

    def __init__(
        self, file: PointFile, latest: Latest, receipts: Receipts, writer: ThreadPoolExecutor, late: Late | None
    ) -> None:
        self._file = file
        self._latest = latest
        self._receipts = receipts
        self._writer = writer
        self._late = late
        self._waiting: deque[_Waiting] = deque()
        self._drain: asyncio.Task[None] | None = None
        self._closed = False

    async def put(
        self, count: int, columns: Callable[[Mapping[SeriesKey, int]], Columns], receipts: Sequence[Receipt] = ()
    ) -> None:
        """Return once so many rows, made in the writer's thread, and receipts are durable together."""
        if self._closed:
            raise StoreError("store.closed")
        loop = asyncio.get_running_loop()
        waiting = _Waiting(count, columns, receipts, loop.create_future())
        self._waiting.append(waiting)
        if self._drain is None:
            self._drain = loop.create_task(self._drain_waiting())
        await waiting.done

    async def close(self) -> None:
        """Commit what waits, with the receipts that were forgotten, and take nothing more."""
        self._closed = True
        if self._drain is not None:
            await self._drain
        if change := self._receipts.change(()):
            await self._durable([], change)

    def shorten_log(self) -> None:
        """Have a long log written into the file, in a turn of its own: nobody waits for that and another change."""
        if not self._closed and self._file.log_is_long:
            self._writer.submit(self._file.shorten_log)

    async def _drain_waiting(self) -> None:
        while self._waiting:
            group = self._take_group()
            change = self._receipts.change([receipt for each in group for receipt in each.receipts])
            commit = asyncio.ensure_future(self._durable(group, change))
            await asyncio.wait([commit])
            self.shorten_log()
            if error := commit.exception():
                if change:
                    self._receipts.undo(change)
                _tell(group, error)
                continue
            self._latest.follow(commit.result())
            if change:
                self._receipts.confirm(change)
            _tell(group, None)
        self._drain = None

    def _take_group(self) -> list[_Waiting]:
        """Return what one commit takes: all that waits, up to a size at which a commit is no longer short."""
        group = [self._waiting.popleft()]
        rows = group[0].count
        while self._waiting and rows + self._waiting[0].count <= _COMMIT_ROWS:
            rows += self._waiting[0].count
            group.append(self._waiting.popleft())
        return group

    async def _durable(self, group: Sequence[_Waiting], change: ReceiptChange | None) -> Written:
        loop = asyncio.get_running_loop()
        attempt = await loop.run_in_executor(self._writer, self._attempt, group, change)
        if not attempt.written and self._late is not None:
            await self._late(late_spans(attempt.sifted, attempt.ids))
            attempt = await loop.run_in_executor(self._writer, self._finish, attempt, change)
        return Written(attempt.ids.fresh, attempt.sifted.rows, attempt.sifted.added)

    def _attempt(self, group: Sequence[_Waiting], change: ReceiptChange | None) -> _Attempt:
        """Write what changes no past. In the writer's thread; the loop changes `_latest` only between two commits."""
        ids = Numbering(self._latest.ids, self._latest.next_id)
        rows = last_wins(joined([waiting.columns(ids) for waiting in group]))
        sifted = self._file.sift(rows, self._latest)
        innocent = self._late is None or not sifted.late.any()
        if innocent:
            self._file.write(sifted, ids.fresh, change)
        return _Attempt(ids, rows, sifted, self._file.generation, innocent)

    def _finish(self, attempt: _Attempt, change: ReceiptChange | None) -> _Attempt:
        """Write what has been told of; looked for once more if the file has changed meanwhile."""
        sifted = attempt.sifted
        if self._file.generation != attempt.generation:
            sifted = self._file.sift(attempt.rows, self._latest)
        self._file.write(sifted, attempt.ids.fresh, change)
        return _Attempt(attempt.ids, attempt.rows, sifted, self._file.generation, written=True)


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
