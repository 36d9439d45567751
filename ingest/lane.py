"""One lane from a queue of messages to their acknowledgement: decode, store, and only then acknowledge.

A batch is closed when it is full (the smaller of `batch` and the broker's window), when nothing has
come for 20 ms, and at the latest after half a second. Rejections, discoveries and notices are kept
first, then the readings are put, then the broker gets its acknowledgements. When the store fails,
nothing is acknowledged and the batch is tried again until it can be kept. What a format wants asked of a
device is sent last, once what made it ask is durable.

Receipts: MQTT may deliver a message again that was stored but not yet acknowledged. What the
device itself dated is the same reading again and needs no receipt. What bears the time of receipt, and
what was rejected or discovered, would count twice; its receipt goes into the transaction of the
readings, and stays until its acknowledgement has had time to reach the broker. In a resumed
session a redelivery with a known receipt is acknowledged and not stored. Receipts are compared only
for ten seconds after a connection began, because the broker uses packet ids again.

At first, values that need a device's announcements wait (`ingest.waiting`); they are sorted before anything that comes
after them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from time import monotonic
from typing import Final

from core.books import RejectionBook
from core.errors import StoreError
from core.ports import Batch, Clock, ReadingSink, Receipt, ReceiptBook
from core.texts import Finding
from ingest.deliveries import Connected, Delivery, Inbox
from ingest.intake import Catch
from ingest.link import Link
from ingest.messages import Message
from ingest.settings import BrokerSettings
from ingest.sorting import Sorter
from ingest.waiting import Patience, Waiting
from ingest.whereabouts import Whereabouts

IDLE_S: Final = 0.02
LONGEST_WAIT_S: Final = 0.5
FIRST_RETRY_S: Final = 0.1
LONGEST_RETRY_S: Final = 10.0
RECEIPT_KEPT_S: Final = 5.0
WATCH_S: Final = 5.0
REDELIVERY_S: Final = 10.0
FIGURES: Final = (
    "messages",
    "readings",
    "rejected",
    "parked",
    "waited",
    "discovered",
    "duplicates",
    "retained",
    "requests",
)
_WATCH_WAITING_S: Final = 0.2
_DIGEST_BYTES: Final = 12


@dataclass(slots=True)
class Progress:
    """How the lanes of a broker are: counters since the start, the last commit, what the store says of itself."""

    figures: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FIGURES, 0))
    store_error: Finding | None = None
    committed_at_utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class Books:
    """Where a lane keeps what comes."""

    sink: ReadingSink
    receipts: ReceiptBook
    rejections: RejectionBook
    whereabouts: Whereabouts


class Lane:
    """Takes from `inbox`, in order. Works until `stop` is set; then it finishes the batch in hand."""

    def __init__(
        self,
        settings: BrokerSettings,
        sorter: Sorter,
        books: Books,
        clock: Clock,
        progress: Progress,
        stop: asyncio.Event,
        waiting: Waiting | None = None,
    ) -> None:
        self._settings = settings
        self._sorter = sorter
        self._books = books
        self._clock = clock
        self._progress = progress
        self._stop = stop
        self._waiting = waiting
        self._limit = max(1, min(settings.batch, settings.window))
        self._connection = 0
        self._redelivered: frozenset[Receipt] = frozenset()
        self._redelivered_until = 0.0
        self._acknowledged: deque[tuple[float, list[Receipt]]] = deque()

    async def work(self, link: Link, inbox: Inbox) -> None:
        """Take, decode, store, acknowledge."""
        while not self._stop.is_set():
            await self._close_batch(link, inbox)
            await self._take(link, inbox)
            await self._release_in_time(link, inbox)
        for _ in range(0, len(inbox.queue), self._limit):
            if self._progress.store_error is None:  # else the broker will send it all again
                await self._take(link, inbox)
        rest = await self._sorter.rest()
        await self._insist(lambda: self._books.rejections.notice(rest))

    async def _close_batch(self, link: Link, inbox: Inbox) -> None:
        """Return when there is a batch to take: full, followed by silence, or old enough."""
        while not inbox.queue and not self._stop.is_set():
            await inbox.wait(1, WATCH_S if self._waiting is None else _WATCH_WAITING_S)
            await self._release_in_time(link, inbox)
            await self._forget()
            link.check()
        begun = monotonic()
        while 0 < len(inbox.queue) < self._limit and not self._stop.is_set():
            now = monotonic()
            pause = min(begun + LONGEST_WAIT_S, inbox.queue[-1].timestamp + IDLE_S) - now
            if pause <= 0:
                return
            await inbox.wait(self._limit, pause)

    async def _take(self, link: Link, inbox: Inbox) -> None:
        """Take up to `limit` messages of one connection and settle them."""
        messages: list[Delivery] = []
        while inbox.queue and len(messages) < self._limit:
            item = inbox.queue.popleft()
            if isinstance(item, Connected):
                await self._settle(link, messages)
                messages = []
                await self._begin_connection(item)
            else:
                messages.append(item)
        await self._settle(link, messages)

    async def _begin_connection(self, connected: Connected) -> None:
        session = self._settings.name, self._settings.client_id
        known: list[frozenset[Receipt]] = []

        async def ask() -> None:
            known.append(await self._books.receipts.receipts(*session))

        await self._insist(ask)
        self._connection = connected.number
        self._redelivered = known[-1] if known and connected.resumed else frozenset()
        self._redelivered_until = monotonic() + REDELIVERY_S
        if self._waiting is not None:
            self._waiting.patience.begin(monotonic())
        if known and not connected.resumed:
            self._acknowledged.append((monotonic(), list(known[-1])))

    async def _settle(self, link: Link, messages: list[Delivery]) -> None:
        """Keep what the messages came to, then acknowledge them; or, if stopped before it could be kept, do not."""
        if not messages:
            return
        now_utc, now = self._clock(), monotonic()
        known = self._known(messages, now)
        fresh = [message for message in messages if message.packet not in known] if known else messages
        sortable = [self._message(message, now_utc, now) for message in fresh]
        catch = await self._sorter.sort(sortable, now_utc, patient=self._waiting is not None)
        receipts = [
            self._receipt(message)
            for message, undated in zip(fresh, catch.undated, strict=True)
            if undated and message.packet
        ]
        if not await self._keep(catch, Batch(catch.readings, now_utc, receipts)):
            return
        self._count(messages, catch, len(known))
        if link.acknowledge([message.packet for message in messages if message.packet], self._connection):
            receipts += known.values()
            self._acknowledged.append((monotonic(), receipts))
        link.settled(messages)
        for request in catch.requests:
            self._progress.figures["requests"] += link.send(request)
        if self._waiting is not None:
            self._waiting.patience.saw(monotonic(), retained=any(message.retained for message in messages))
        await self._forget()

    async def _release_in_time(self, link: Link, inbox: Inbox) -> None:
        """Sort what waits once its announcements have been heard, or too much waits; nothing waits from then on."""
        waiting = self._waiting
        if waiting is None or not (waiting.is_full or self._has_heard(waiting.patience, link, inbox)):
            return
        for start in range(0, len(waiting.messages), self._limit):
            some, now_utc = waiting.messages[start : start + self._limit], self._clock()
            catch = await self._sorter.sort(some, now_utc)
            if not await self._keep(catch, Batch(catch.readings, now_utc)):
                return  # they stay in the file for the next start
            self._count([], catch, 0)
        waiting.clear()
        self._waiting = None

    def _has_heard(self, patience: Patience, link: Link, inbox: Inbox) -> bool:
        if not link.connected:
            patience.pause(monotonic())
            return False
        to_come = any(isinstance(item, Delivery) and item.retained for item in inbox.queue)
        return not to_come and patience.ends(monotonic())

    def _known(self, messages: list[Delivery], now: float) -> dict[int, Receipt]:
        """Return the receipts of those messages that were stored before, by packet id."""
        if not self._redelivered:
            return {}
        if now > self._redelivered_until:
            self._acknowledged.append((now, list(self._redelivered)))
            self._redelivered = frozenset()
            return {}
        receipts = {message.packet: self._receipt(message) for message in messages if message.packet}
        known = {packet: receipt for packet, receipt in receipts.items() if receipt in self._redelivered}
        self._redelivered -= set(known.values())
        return known

    async def _keep(self, catch: Catch, batch: Batch) -> bool:
        """Return True once all is durable, False if stopped before. Readings come last, with the receipts."""
        rejections = self._books.rejections
        steps: list[Callable[[], Awaitable[None]]] = []
        waiting = self._waiting
        if catch.early and waiting is not None:
            steps.append(lambda: waiting.keep(catch.early))
        if catch.rejections:
            steps.append(lambda: rejections.reject(catch.rejections))
        if catch.discoveries:
            steps.append(lambda: rejections.discover(catch.discoveries))
        if catch.notices:
            steps.append(lambda: rejections.notice(catch.notices))
        if catch.positions:
            steps.append(lambda: self._books.whereabouts.keep(catch.positions, batch.received_at_utc))
        if batch.readings or batch.receipts:
            steps.append(lambda: self._books.sink.put(batch))
        for step in steps:
            if not await self._insist(step):
                return False
        self._progress.committed_at_utc = self._clock()
        return True

    async def _insist(self, step: Callable[[], Awaitable[None]]) -> bool:
        """Do a step until the store has done it; return False if stopped before."""
        pause = FIRST_RETRY_S
        while True:
            try:
                await step()
            except StoreError as error:
                self._progress.store_error = error.finding
            else:
                self._progress.store_error = None
                return True
            if self._stop.is_set():
                return False
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause)
            pause = min(pause * 2, LONGEST_RETRY_S)

    async def _forget(self) -> None:
        """Drop the receipts whose acknowledgements have had time to reach the broker."""
        due: list[Receipt] = []
        while self._acknowledged and self._acknowledged[0][0] + RECEIPT_KEPT_S < monotonic():
            due += self._acknowledged.popleft()[1]
        if due:
            await self._insist(lambda: self._books.receipts.forget(due))

    def _message(self, delivery: Delivery, now_utc: datetime, now: float) -> Message:
        topic, payload, packet, retained, timestamp = delivery
        received_at_utc = now_utc - timedelta(seconds=now - timestamp)
        return Message(self._settings.name, topic, payload, received_at_utc, retained, 1 if packet else 0)

    def _receipt(self, delivery: Delivery) -> Receipt:
        topic = delivery.topic.encode()
        digest = blake2b(b"%d %b" % (len(topic), topic), digest_size=_DIGEST_BYTES)
        digest.update(delivery.payload)
        return Receipt(self._settings.name, self._settings.client_id, delivery.packet, digest.digest())

    def _count(self, messages: list[Delivery], catch: Catch, duplicates: int) -> None:
        figures = self._progress.figures
        figures["messages"] += len(messages)
        figures["readings"] += len(catch.readings)
        figures["rejected"] += catch.rejected
        figures["parked"] += catch.parked
        figures["waited"] += len(catch.early)
        figures["discovered"] += catch.discovered
        figures["duplicates"] += duplicates
        figures["retained"] += sum(message.retained for message in messages)
