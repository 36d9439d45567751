"""Opens the stores of one data folder together: embedded ones, or those that the settings name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from core.inventory import Inventory
from core.ports import Clock, Daemon
from store.folder import FolderLock
from store.journal.database import DatabaseJournal
from store.journal.files import FileJournal
from store.ledger.ledger import SqlLedger
from store.points.timeseries import TimeSeries
from store.settings import StoreSettings

if TYPE_CHECKING:
    from store.influx.timeseries import InfluxTimeSeries


@dataclass(frozen=True, slots=True)
class Stores:
    """The open stores: `readings` is sink, receipt book, query and bulk sink in one.

    `daemons` must run as long as the stores serve many.
    """

    readings: TimeSeries | InfluxTimeSeries
    ledger: SqlLedger
    journal: FileJournal | DatabaseJournal
    _open: AsyncExitStack = field(repr=False)
    daemons: tuple[Daemon, ...] = ()

    async def close(self) -> None:
        """Write what waits, close everything, and let another process have the folder."""
        await self._open.aclose()


async def open_stores(
    settings: StoreSettings, folder: Path, clock: Clock, inventory: Callable[[], Inventory] = Inventory
) -> Stores:
    """Return the stores that the settings name, with what is on this machine in `folder`; see `open_embedded`.

    `inventory` tells where sources are, which becomes the tags of their points in an InfluxDB.
    """
    if settings.influxdb is None:
        return await open_embedded(folder, clock, settings.ledger_url)
    # a second that only those should wait who keep an InfluxDB
    from store.influx.copied import CopiedTimeSeries  # noqa: PLC0415
    from store.influx.timeseries import InfluxTimeSeries  # noqa: PLC0415

    async with AsyncExitStack() as stack:
        ledger, journal = await _books(stack, folder, settings.ledger_url, shared=settings.shared)
        dirty = None if settings.influxdb.core else ledger
        influxdb = await InfluxTimeSeries.open(
            settings.influxdb, folder / "spool", clock, inventory=inventory, dirty=dirty, rejections=ledger
        )
        stack.push_async_callback(influxdb.close)
        readings: TimeSeries | InfluxTimeSeries = influxdb
        if settings.influxdb.core:
            readings = await CopiedTimeSeries.beside(influxdb, folder / "timeseries.duckdb", clock())
            stack.push_async_callback(readings.close)
        return Stores(readings, ledger, journal, stack.pop_all(), (influxdb.sender,))


async def open_embedded(folder: Path, clock: Clock, ledger_url: str = "") -> Stores:
    """Return the stores in `folder`, made if there are none, owned by this process until closed.

    With a `ledger_url` the ledger is that PostgreSQL database instead of a file.

    Raises `StoreError` if another process owns the folder or a file cannot be used; the finding
    names the file and what to do, and nothing has been changed.
    """
    async with AsyncExitStack() as stack:
        ledger, journal = await _books(stack, folder, ledger_url)
        readings = await TimeSeries.open(folder / "timeseries.duckdb", clock(), late=ledger.mark_dirty)
        stack.push_async_callback(readings.close)
        return Stores(readings, ledger, journal, stack.pop_all())


async def _books(
    stack: AsyncExitStack, folder: Path, ledger_url: str, *, shared: bool = False
) -> tuple[SqlLedger, FileJournal | DatabaseJournal]:
    """Return ledger and journal, which is in the same database if `shared`; `stack` closes them and the folder."""
    stack.callback(FolderLock(folder).release)
    ledger = await SqlLedger.open(ledger_url or folder / "ledger.sqlite")
    stack.push_async_callback(ledger.close)
    journal = await (_shared_journal(folder, ledger_url) if shared else FileJournal.open(folder / "journal"))
    stack.push_async_callback(journal.close)
    return ledger, journal


async def _shared_journal(folder: Path, ledger_url: str) -> DatabaseJournal:
    """Return the journal in the ledger's database; frames kept in files so far are moved there under their ids."""
    journal, before = await DatabaseJournal.open(ledger_url), folder / "journal"
    if before.exists():
        files = await FileJournal.open(before)
        try:
            await journal.take_over(files.frames())
        finally:
            await files.close()
        before.rename(folder / "journal.moved")
    return journal
