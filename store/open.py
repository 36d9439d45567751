"""Opens the embedded stores of one data folder together."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from core.ports import Clock
from store.folder import FolderLock
from store.journal import FileJournal
from store.ledger.ledger import SqlLedger
from store.timeseries import TimeSeries


@dataclass(frozen=True, slots=True)
class Stores:
    """The open stores: `readings` is sink, receipt book, query and bulk sink in one."""

    readings: TimeSeries
    ledger: SqlLedger
    journal: FileJournal
    _open: AsyncExitStack = field(repr=False)

    async def close(self) -> None:
        """Write what waits, close everything, and let another process have the folder."""
        await self._open.aclose()


async def open_embedded(folder: Path, clock: Clock, ledger_url: str = "") -> Stores:
    """Return the stores in `folder`, made if there are none, owned by this process until closed.

    With a `ledger_url` the ledger is that PostgreSQL database instead of a file.

    Raises `StoreError` if another process owns the folder or a file cannot be used; the finding
    names the file and what to do, and nothing has been changed.
    """
    async with AsyncExitStack() as stack:
        stack.callback(FolderLock(folder).release)
        ledger = await SqlLedger.open(ledger_url or folder / "ledger.sqlite")
        stack.push_async_callback(ledger.close)
        journal = await FileJournal.open(folder / "journal")
        stack.push_async_callback(journal.close)
        readings = await TimeSeries.open(folder / "timeseries.duckdb", clock())
        stack.push_async_callback(readings.close)
        return Stores(readings, ledger, journal, stack.pop_all())
