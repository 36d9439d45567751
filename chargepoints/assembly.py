"""From events to what is stored: readings, sessions, states, links, and what was odd.

Nothing here is in the way of an answer: the journal already has the frames. What a crash takes
from memory is read from the journal again, from the last frame up to which all was stored.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from chargepoints.decoding.events import (
    Arrival,
    Booted,
    Event,
    HeartbeatSeen,
    Metered,
    MeterSample,
    StatusReported,
    TransactionEvidence,
    readings_of,
)
from chargepoints.links import Links
from chargepoints.notebook import Notebook
from chargepoints.progress import Progress
from chargepoints.registrar import Registrar
from chargepoints.replay import Replay, Told, Unused, learnt
from chargepoints.sessions import session_id
from chargepoints.transactions import Recalled, Transactions
from core.books import Ledger, SessionFilter
from core.errors import PayloadError
from core.facts import ChargeSession, StationStatus
from core.inventory import Inventory
from core.ports import Batch, Clock, Journal, ReadingSink
from core.processes import Estate, Peers
from core.quantities import Quantity
from core.readings import Reading
from core.station_events import span_of
from core.texts import Finding

_AT_ONCE = 500
_RECENT = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where everything goes, and the clock."""

    journal: Journal
    sink: ReadingSink
    ledger: Ledger
    clock: Clock
    peers: Peers | None = None
    """The other processes that serve stations, None if this is the only one."""


class Assembly:
    """Gathers events at once and stores them in batches."""

    def __init__(
        self,
        stores: Stores,
        *,
        inventory: Callable[[], Inventory],
        registrar: Registrar,
        notebook: Notebook,
        replay: Callable[[], Replay],
    ) -> None:
        self.notebook = notebook
        self.chronicle = notebook.chronicle
        self.links = Links(self.chronicle)
        self.progress = Progress(0)
        self.transactions = Transactions(book=stores.ledger, inventory=inventory, recall=self._recall)
        self.readings = 0
        self.heard: Callable[[Arrival, Event], None] = _nobody_waits
        """Hears every message as it comes; of a replay nothing."""
        self._stores = stores
        self._registrar = registrar
        self._replay = replay
        self._turn = asyncio.Lock()
        self._inheriting = False
        self._told: list[Told] = []
        self._statuses: dict[tuple[str, int], StationStatus] = {}
        self._batch: list[Reading] = []

    def tell(self, arrival: Arrival, event: Event, findings: tuple[Finding, ...] = ()) -> None:
        """Take an event; it is stored with the next flush."""
        self.heard(arrival, event)
        if findings or not isinstance(event, HeartbeatSeen):  # of which only the journal knows
            self._told.append(Told(arrival, event, findings))

    async def flush(self) -> None:
        """Return once everything told so far is stored. Raises `StoreError`; the journal has it all."""
        async with self._turn:
            await self._flush()

    async def _flush(self) -> None:
        reached = self.progress.before_write()
        told, self._told = self._told, []
        for place, item in enumerate(told, 1):
            try:
                await self._apply(item)
            except PayloadError as error:
                arrival = item.arrival
                self.notebook.reject(arrival.station, error.finding, b"", arrival.received_at_utc)
            if place % _AT_ONCE == 0:
                await asyncio.sleep(0)
        now_s = time.monotonic()
        await self._store(await self.transactions.due(now_s))
        self.transactions.forget(now_s)
        if reached > self.progress.stored:
            await self._reached(reached)

    async def _reached(self, frame: int) -> None:
        if self._stores.peers is None:
            await self._stores.ledger.set_applied_frame(frame)
        elif self._inheriting:
            return  # what is inherited lies further back
        else:
            await self._stores.peers.applied(frame)
        self.progress.written(frame)

    async def restore(self) -> None:
        """Store what the journal has and a crash kept from being stored; take up the open transactions."""
        if self._stores.peers is not None:
            await self._join(self._stores.peers)
            return
        ledger, now_utc = self._stores.ledger, self._stores.clock()
        self.progress = Progress(await ledger.applied_frame())
        newest = await ledger.newest_events(self.progress.stored, span_of(now_utc))
        self.links.load(await ledger.links(), now_utc, self.chronicle.load(newest))
        running: dict[str, int] = {}
        for session in await ledger.open_sessions():
            if session.first_frame and now_utc - session.begun_at_utc < _RECENT:
                running[session.id] = session.first_frame
            else:
                self.transactions.let_rest(session)
        applied, replay, whole = self.progress.stored, self._replay(), self.progress.take()
        async for frame in self._stores.journal.frames(min([applied, *(first - 1 for first in running.values())])):
            self._take_up(replay.feed(frame), applied, running)
            if frame.id > applied:
                self.progress.give_back(self.progress.take(), frame.id)
            if len(self._told) >= _AT_ONCE:
                await self.flush()
        await self._take_up_rest(replay, applied, running)
        self.progress.give_back(whole)
        await self.flush()

    async def _take_up_rest(self, replay: Replay, applied: int, running: Collection[str]) -> None:
        """Tell what is plainly acknowledged or was not answered any more."""
        for told in replay.acknowledged():
            self._take_up(told, applied, running)
        for held in replay.undecided():
            decision = await self._registrar.decide(held.arrival.station, held.decoded.event)
            self._take_up(learnt(held, held.sound.route.answer(held.decoded.event, decision)), applied, running)

    async def _join(self, peers: Peers) -> None:
        """Begin beside other processes: only what dead ones left is taken up."""
        ledger, now_utc = self._stores.ledger, self._stores.clock()
        self.progress = Progress(await peers.begin())
        self.chronicle.speaks_for_all = await peers.alone()
        newest = await ledger.newest_events(self.progress.stored, span_of(now_utc))
        links = await ledger.links()
        if self.chronicle.speaks_for_all:
            self.links.load(links, now_utc, self.chronicle.load(newest))
        else:
            self.chronicle.load(newest)
            self.links.take(links)
        await self.inherit()

    async def inherit(self) -> frozenset[str]:
        """Take over what dead processes left; return the stations that are ours now. All they said is stored then."""
        peers = self._stores.peers
        if peers is None:
            return frozenset()
        whole, self._inheriting = self.progress.take(), True
        try:
            estate = await peers.adopt()
            if estate is not None:
                await self._take_over(estate)
        finally:
            self._inheriting = False
            self.progress.give_back(whole)
        if estate is None:
            return frozenset()
        await self.flush()
        return estate.stations

    async def _take_over(self, estate: Estate) -> None:
        stations, applied = estate
        await self.settle_in(stations)
        self.links.left(sorted(stations), self._stores.clock())
        replay = self._replay()
        async for frame in self._stores.journal.frames(applied):
            if frame.station in stations:
                self._take_up(replay.feed(frame), applied, ())
            if len(self._told) >= _AT_ONCE:
                await self.flush()
        await self._take_up_rest(replay, applied, ())
        for session in await self._open_sessions(stations):
            await self.transactions.bring_back(session, time.monotonic())

    async def settle_in(self, stations: frozenset[str]) -> None:
        """Learn what the books have of stations that other processes served."""
        self.links.take(await self._stores.ledger.links(stations))
        for session in await self._open_sessions(stations):
            self.transactions.let_rest(session)

    async def let_go(self, station: str) -> None:
        """Store all of a station and forget it: another process serves it now."""
        self.transactions.hurry(station)
        await self.flush()
        self.transactions.let_go(station)

    async def _open_sessions(self, stations: frozenset[str]) -> list[ChargeSession]:
        found: list[ChargeSession] = []
        wanted = SessionFilter(stations=stations, state="open", limit=_AT_ONCE)
        while True:
            page = await self._stores.ledger.sessions(wanted)
            found += page.items
            if page.next_cursor is None:
                return found
            wanted = replace(wanted, cursor=page.next_cursor)

    def _take_up(self, told: Told | Unused | None, applied: int, running: Collection[str]) -> None:
        """Tell what was not stored yet; of what was, put back the evidence of transactions that run."""
        if told is None:
            return
        if told.arrival.frame > applied:
            if isinstance(told, Unused):
                arrival = told.arrival
                self.notebook.reject(
                    arrival.station, told.finding, told.payload, arrival.received_at_utc, arrival.frame
                )
            else:
                self._told.append(told)
        elif isinstance(told, Told):
            if isinstance(told.event, TransactionEvidence) and _case_id(told.event) in running:
                self.transactions.put_back(told.event, time.monotonic())
            self.transactions.put_back_sign(told.arrival, told.event)

    async def _recall(self, session: ChargeSession) -> Recalled:
        """Return the evidence of a session that is no longer in memory, and what else happened at its station."""
        if not session.first_frame:
            return Recalled([], [])
        replay, recalled = self._replay(), Recalled([], [])
        async for frame in self._stores.journal.frames(session.first_frame - 1, session.station):
            if isinstance(told := replay.feed(frame), Told):
                recalled.take(told.arrival, told.event, session.id)
        for told in replay.acknowledged():
            recalled.take(told.arrival, told.event, session.id)
        return recalled

    async def _apply(self, told: Told) -> None:
        arrival, event, findings = told
        for finding in findings:
            self.notebook.notice(f"station:{arrival.station}", finding, arrival.received_at_utc, frame=arrival.frame)
        match event:
            case Metered():
                self._read(_source(arrival.station, event.connector), event.samples)
            case TransactionEvidence():
                await self._apply_evidence(event)
            case StatusReported():
                outlet = self.chronicle.plugs.combined(arrival.station, event)
                self.chronicle.status(arrival, outlet)
                self._apply_status(arrival, outlet)
                await self.transactions.heed(arrival, outlet, time.monotonic())
            case Booted():
                self.chronicle.booted(arrival, event)
                self.links.booted(arrival.station, event, arrival.received_at_utc)
                await self.transactions.heed(arrival, event, time.monotonic())
            case _:
                self.chronicle.heard(arrival, event)

    async def _apply_evidence(self, event: TransactionEvidence) -> None:
        case = await self.transactions.add(event, time.monotonic())
        if case.strange:
            finding = Finding.of("ocpp.transaction_unknown", transaction=event.transaction, kind=event.kind)
            self.notebook.notice(f"station:{event.arrival.station}", finding, event.arrival.received_at_utc)
        if case.strange and event.connector is None:
            return  # nobody knows at which outlet these values were taken; the journal keeps them
        connector = case.connector
        source = _source(event.arrival.station, connector or 0)
        self._read(source, event.samples)
        if event.register_wh:
            self._batch.append(Reading(source, Quantity.ENERGY_IMPORT_WH, event.stamp.at_utc, event.register_wh))

    def _read(self, source: str, samples: tuple[MeterSample, ...]) -> None:
        self._batch.extend(readings_of(source, samples))

    def _apply_status(self, arrival: Arrival, event: StatusReported) -> None:
        key = arrival.station, event.connector
        known = self._statuses.get(key)
        if known is None or known.at_utc <= event.stamp.at_utc:
            self._statuses[key] = StationStatus(
                station=arrival.station,
                connector=event.connector,
                status=event.status,
                at_utc=event.stamp.at_utc,
                received_at_utc=arrival.received_at_utc,
                error_code=event.error_code,
                info=event.info,
            )

    async def _store(self, sessions: Sequence[ChargeSession]) -> None:
        ledger = self._stores.ledger
        batch, self._batch = self._batch, []
        statuses, self._statuses = self._statuses, {}
        if batch:
            await self._stores.sink.put(Batch(batch, self._stores.clock()))
            self.readings += len(batch)
        if statuses:
            await ledger.save_statuses(tuple(statuses.values()))
        if sessions:
            await ledger.save_sessions(sessions)
        await self.notebook.write(ledger)
        await self.chronicle.write(ledger)
        await self.links.write(ledger)


def _nobody_waits(_arrival: Arrival, _event: Event) -> None:
    """Do nothing: no command waits for what a message tells."""


def _source(station: str, connector: int) -> str:
    """Return the source id of an outlet's readings; connector 0 is the whole station."""
    return f"station:{station}/{connector}" if connector else f"station:{station}"


def _case_id(event: TransactionEvidence) -> str:
    return session_id(event.arrival.station, event.arrival.protocol, event.transaction)
