"""The daemon of one broker: a link to it, and lanes that take what comes through to the store.

There is one lane that decodes in the daemon's loop, or one for each decode worker. A device belongs
to one lane, so that its messages keep their order and its decoder its memory; a lane that waits for its
worker or for the store does not hold up the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from core.books import RejectionBook
from core.fleet import PresenceBook
from core.inventory import Inventory
from core.ports import Clock, Health, ReadingSink, ReceiptBook
from core.texts import Finding
from ingest.deliveries import Inbox
from ingest.intake import Intake
from ingest.lane import Books, Lane, Progress
from ingest.link import Link
from ingest.settings import BrokerSettings
from ingest.sharing import Sharing
from ingest.sorting import InLoop, Sorter
from ingest.waiting import Waiting, waiting_in
from ingest.whereabouts import Whereabouts
from ingest.workers import DecodeWorker


class Ingest:
    """The daemon of one broker. Runs until it is cancelled; then it finishes the batches in hand.

    Without a book for `presences`, positions are only dropped.
    """

    def __init__(
        self,
        settings: BrokerSettings,
        *,
        inventory: Callable[[], Inventory],
        sink: ReadingSink,
        receipts: ReceiptBook,
        rejections: RejectionBook,
        clock: Clock,
        folder: Path | None = None,
        presences: PresenceBook | None = None,
    ) -> None:
        self._settings = settings
        self._stores = sink, receipts, rejections
        self._presences = presences
        self._clock = clock
        self._folder = folder
        self._inventory = inventory
        self._zone = ZoneInfo(settings.time_zone)
        self._link: Link | None = None
        self._stop = asyncio.Event()
        self._progress = Progress()

    @property
    def name(self) -> str:
        """Return `ingest:<broker>`."""
        return f"ingest:{self._settings.name}"

    async def serve(self) -> None:
        """Take, decode, store, acknowledge, until cancelled. Raises `ConfigError` for unusable certificates."""
        self._stop.clear()
        self._link = link = Link(self._settings, self._folder)
        sharing = Sharing(self._lanes, self._settings.name, self._zone, self._inventory, self._clock)
        inboxes = self._inboxes(link, sharing)
        waiting = self._waiting(sharing)
        sorters = self._sorters()  # new ones: what was not stored will be read again, and must not seem known
        link.start()
        work = asyncio.create_task(self._work(link, inboxes, sorters, waiting))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            self._stop.set()
            for inbox in inboxes:
                inbox.nudge()
            await work
            raise
        finally:
            await link.stop()
            for sorter in sorters:
                await sorter.close()

    def health(self) -> Health:
        """Return whether messages flow and are kept, with counters since the start."""
        figures: dict[str, float] = dict(self._progress.figures)
        figures["dropped_qos0"] = float(self._link.dropped if self._link else 0)
        figures["connected"] = float(self._link is not None and self._link.connected)
        if self._progress.committed_at_utc:
            figures["commit_age_s"] = (self._clock() - self._progress.committed_at_utc).total_seconds()
        finding = self._trouble()
        return Health(name=self.name, ok=finding is None, finding=finding, figures=figures)

    def _trouble(self) -> Finding | None:
        if self._progress.store_error:
            return self._progress.store_error
        if self._link and (self._link.refusal or self._link.listening):
            return self._link.refusal
        return Finding.of("ingest.connecting", broker=self._settings.name)

    @property
    def _lanes(self) -> int:
        return max(1, self._settings.decode_workers)

    def _inboxes(self, link: Link, sharing: Sharing) -> list[Inbox]:
        if self._lanes == 1:
            return [link]
        inboxes = [Inbox() for _ in range(self._lanes)]
        link.share(inboxes, sharing.lane_of)
        return inboxes

    def _waiting(self, sharing: Sharing) -> Sequence[Waiting | None]:
        """Return what waits for announcements, lane by lane; without a folder to keep it nothing does."""
        if self._folder is None:
            return [None] * self._lanes
        session = f"{self._settings.name}.{self._settings.client_id}"
        return waiting_in(self._folder, session, self._lanes, sharing.lane_of)

    def _sorters(self) -> list[Sorter]:
        settings = self._settings
        if not settings.decode_workers:
            return [InLoop(Intake(settings.name, self._zone, self._inventory))]
        return [
            DecodeWorker(settings.name, settings.time_zone, self._inventory) for _ in range(settings.decode_workers)
        ]

    async def _work(
        self, link: Link, inboxes: list[Inbox], sorters: list[Sorter], waiting: Sequence[Waiting | None]
    ) -> None:
        """Let each lane work; where one fails, all end."""
        books = Books(*self._stores, Whereabouts(self._inventory, self._zone, self._presences))
        lanes = [
            Lane(self._settings, sorter, books, self._clock, self._progress, self._stop, waits)
            for sorter, waits in zip(sorters, waiting, strict=True)
        ]
        tasks = [asyncio.create_task(lane.work(link, inbox)) for lane, inbox in zip(lanes, inboxes, strict=True)]
        done, running = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for task in done:
            task.result()
