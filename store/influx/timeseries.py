"""The time series in InfluxDB: everything that is put is durable in the spool, everything that is read has arrived."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from core.books import RejectionBook
from core.errors import StoreError
from core.facts import LastValue
from core.intervals import Amount, Course, Resolution, SeriesKey, Shares
from core.inventory import Inventory
from core.periods import Period
from core.ports import ALWAYS, Arrival, Batch, Clock, FactPoint, Receipt
from core.quantities import Quantity
from core.readings import Reading
from core.texts import Finding
from core.work import DirtyBook
from energy.series import Amounts, Counts, Instants, Means, Samples
from store.influx.check import findings_of
from store.influx.client_writer import ClientWriter
from store.influx.courses import RemoteCourses
from store.influx.erasure import Erasure
from store.influx.facts import Facts
from store.influx.inlet import Inlet
from store.influx.intervals import Intervals
from store.influx.newest import Newest
from store.influx.reader import Reader
from store.influx.sender import Sender
from store.influx.server import PlainWriter, Server, Writer
from store.influx.spool import Spool
from store.influx.spoolfile import LatestRow
from store.influx.whereabouts import Whereabouts
from store.settings import InfluxSettings

CLOSING_S: Final = 2.0
FIRST_GENERATION: Final = 1


class InfluxTimeSeries:
    """All of the time series' ports, and `energy.series.IntervalStore`, over an InfluxDB and its spool.

    Newest values and receipts are answered from memory. All other reads wait until InfluxDB has
    what was put before them, and raise `StoreError` where that takes too long.
    """

    def __init__(self, spool: Spool, server: Server, inlet: Inlet, newest: Newest, sender: Sender) -> None:
        self._spool = spool
        self._server = server
        self._inlet = inlet
        self._newest = newest
        self._reader = Reader(server)
        self._intervals = Intervals(server, self._reader, inlet, sender)
        self._courses = RemoteCourses(self._intervals)
        self._facts = Facts(server, inlet, sender)
        self._erasure = Erasure(server, self._reader, inlet, newest, sender)
        self.sender = sender

    @classmethod
    async def open(
        cls,
        settings: InfluxSettings,
        folder: Path,
        clock: Clock,
        *,
        inventory: Callable[[], Inventory] = Inventory,
        dirty: DirtyBook | None = None,
        rejections: RejectionBook | None = None,
    ) -> InfluxTimeSeries:
        """Return the time series with its spool in `folder`; the server need not be there.

        A spool that knows no newest values, because it is new, asks the server for them if it is there.
        """
        spool, latest, places = await Spool.open(folder, settings.spool_bytes_max)
        server = Server(settings, clock)
        if not latest:
            latest = await _known(server)
        newest = Newest(latest)
        writer = writer_to(server)
        inlet = Inlet(spool, newest, Whereabouts(places, inventory), clock=clock, dirty=dirty)
        sender = Sender(spool, writer, clock=clock, rejections=rejections, age_alarm_s=settings.spool_age_alarm_s)
        return cls(spool, server, inlet, newest, sender)

    async def close(self) -> None:
        """Send what waits if that is quick, and close; what is left is sent after the next opening."""
        with suppress(StoreError):
            await self.sender.emptied(CLOSING_S)
        await self._spool.close()
        self._courses.close()
        await self.sender.close()
        await self._server.close()

    async def put(self, batch: Batch) -> None:
        """Return once readings and receipts are durable; see `core.ports.ReadingSink`."""
        await self._inlet.put(batch)

    async def put_series(
        self, source: str, quantity: Quantity, at_ms: Iterable[int], values: Iterable[float], received_at_utc: datetime
    ) -> int:
        """Store one series of measured values (see `core.ports.BulkSink`); return how many instants it has."""
        return await self._inlet.put_series(source, quantity, at_ms, values, received_at_utc)

    async def receipts(self, broker: str, client: str) -> frozenset[Receipt]:
        """Return the receipts of a session that were stored and not forgotten."""
        return self._spool.receipts(broker, client)

    async def forget(self, receipts: Collection[Receipt]) -> None:
        """Drop receipts: at once for who asks, in the file with the next commit or at closing."""
        self._spool.forget(receipts)

    async def last(self, sources: Collection[str] | None = None) -> tuple[LastValue, ...]:
        """Return the newest value of each series, from memory: also while the server is away."""
        return self._newest.values(sources)

    async def readings(self, source: str, quantity: Quantity, period: Period) -> tuple[Reading, ...]:
        """Return the readings of one series in `period`, by instant."""
        await self.sender.emptied()
        return await self._reader.readings(source, quantity, period)

    async def arrivals(self, source: str, quantity: Quantity, period: Period) -> tuple[Arrival, ...]:
        """Return the readings of one series in `period`, by instant, with when each was received."""
        await self.sender.emptied()
        return await self._reader.arrivals(source, quantity, period)

    async def can_erase(self) -> bool:
        """Return whether readings can be deleted; see `core.imports.Eraser`."""
        return await self._erasure.can_erase()

    async def erase(self, key: SeriesKey, at_ms: Collection[int]) -> int:
        """Delete the readings of a series at these instants; return how many there were."""
        return await self._erasure.erase(key, at_ms)

    async def count(self) -> dict[str, int]:
        """Return how many readings there are per kind of source."""
        await self.sender.emptied()
        return await self._reader.count()

    async def series(
        self, sources: Collection[str], quantity: Quantity, period: Period, resolution: Resolution, zone: ZoneInfo
    ) -> tuple[Course, ...]:
        """Return the course of each source that has one, by source; hours, days and months are those of `zone`."""
        return await self._courses.series(sources, quantity, period, resolution, zone)

    async def totals(
        self,
        groups: Mapping[str, Collection[str]],
        quantity: Quantity,
        period: Period,
        zone: ZoneInfo,
        each: Resolution | None = None,
        valid: Mapping[str, Period] = ALWAYS,
    ) -> dict[str, tuple[Amount, ...]]:
        """Return what the sources of each group counted together: once for `period`, or per day or month of it."""
        return await self._courses.totals(groups, quantity, period, zone, each, valid)

    async def shares(self, sources: Collection[str], quantity: Quantity, period: Period) -> dict[str, Shares]:
        """Return what the slots of each source stand on; time without slots is missing."""
        return await self._courses.shares(sources, quantity, period)

    async def samples(self, keys: Sequence[SeriesKey], period: Period) -> dict[SeriesKey, Samples]:
        """Return the readings of several series in `period`; a series without any is left out."""
        return await self._intervals.samples(keys, period)

    async def neighbours(self, key: SeriesKey, period: Period) -> tuple[int | None, int | None]:
        """Return the instants of a series' last reading before `period` and its first one at or after its end."""
        return await self._intervals.neighbours(key, period)

    async def firsts(self, keys: Sequence[SeriesKey]) -> dict[SeriesKey, int]:
        """Return the instant of each series' first reading; a series without any is left out."""
        return await self._intervals.firsts(keys)

    async def delivered(self) -> bool:
        """Return True once InfluxDB has all that was put before this call, also what has not reached the spool yet."""
        await self._inlet.arrived()
        return await self._intervals.delivered()

    async def put_amounts(
        self,
        resolution: Resolution,
        changes: Mapping[SeriesKey, Amounts],
        removed: Mapping[SeriesKey, Instants] | None = None,
    ) -> int:
        """Write rows, take away those that begin at `removed`; return how many rows changed."""
        return await self._intervals.put(Amounts, resolution, changes, removed or {})

    async def put_means(
        self,
        resolution: Resolution,
        changes: Mapping[SeriesKey, Means],
        removed: Mapping[SeriesKey, Instants] | None = None,
    ) -> int:
        """Write rows, take away those that begin at `removed`; return how many rows changed."""
        return await self._intervals.put(Means, resolution, changes, removed or {})

    async def amounts(
        self, resolution: Resolution, keys: Sequence[SeriesKey], period: Period
    ) -> dict[SeriesKey, Amounts]:
        """Return the rows that begin in `period`; a series without any is left out."""
        return await self._intervals.amounts(resolution, keys, period)

    async def counted(self, keys: Sequence[SeriesKey], period: Period) -> dict[SeriesKey, Counts]:
        """Return the slots that begin in `period` in which something was counted, of every series asked for."""
        return await self._intervals.counted(keys, period)

    async def amounts_at(self, keys: Sequence[SeriesKey], start_ms: Instants) -> dict[SeriesKey, Amounts]:
        """Return the slots that begin at these ascending instants; a series without any is left out."""
        return await self._intervals.amounts_at(keys, start_ms)

    async def means(self, resolution: Resolution, keys: Sequence[SeriesKey], period: Period) -> dict[SeriesKey, Means]:
        """Return the rows that begin in `period`; a series without any is left out."""
        return await self._intervals.means(resolution, keys, period)

    async def publish(self, points: Sequence[FactPoint]) -> None:
        """Return once all are durable; see `core.ports.FactSink`."""
        await self._facts.publish(points)

    async def withdraw_facts(self, measurement: str, period: Period, but: Sequence[FactPoint] = ()) -> None:
        """Take away all rows of a measurement in `period` except those at the places of `but`."""
        await self._facts.withdraw_facts(measurement, period, but)


async def connection_findings(settings: InfluxSettings, clock: Clock) -> tuple[Finding, ...]:
    """Return what is wrong with an InfluxDB, found by asking it; nothing is changed."""
    server = Server(settings, clock)
    writer = writer_to(server)
    try:
        return await findings_of(server, writer)
    finally:
        await writer.close()
        await server.close()


def writer_to(server: Server) -> Writer:
    """Return the way points go to a server of this generation."""
    if server.settings.version == FIRST_GENERATION:
        return PlainWriter(server)
    return ClientWriter(server.settings, server.clock)


async def _known(server: Server) -> list[LatestRow]:
    try:
        return await Reader(server).latest()
    except StoreError:
        return []  # nothing is known yet, or nobody answers: then what comes is taken for new
