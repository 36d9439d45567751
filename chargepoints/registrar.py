"""What the answer to a station's message rests on: verdicts on tags, numbers of transactions."""

from __future__ import annotations

from asyncio import Lock
from collections import defaultdict

from chargepoints.decoding.events import AuthorizeAsked, Decision, Event, EvidenceKind, TransactionEvidence
from chargepoints.notebook import Notebook
from chargepoints.tags import Tags
from core.books import SessionBook
from core.erasure import ERASED_TAG
from core.facts import TagVerdict
from core.ports import Clock


class Registrar:
    """Decides on tags and gives 1.6 transactions their numbers, the same number to a start sent again."""

    def __init__(
        self, *, tags: Tags, book: SessionBook, notebook: Notebook, clock: Clock, heartbeat_interval_s: int
    ) -> None:
        self._tags = tags
        self._book = book
        self._notebook = notebook
        self._clock = clock
        self._heartbeat_interval_s = heartbeat_interval_s
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)

    def note(self) -> Decision:
        """Return what a plain acknowledgement rests on: the time."""
        return Decision(self._clock(), self._heartbeat_interval_s)

    async def decide(self, station: str, event: Event) -> Decision:
        """Return what to answer to an event of `station`. Energy is recorded whatever the verdict is."""
        now_utc = self._clock()
        verdict, number = TagVerdict.NONE, 0
        if isinstance(event, (AuthorizeAsked, TransactionEvidence)) and event.tag:
            verdict = self._verdict(station, event.tag)
        if isinstance(event, TransactionEvidence) and event.kind is EvidenceKind.BEGIN and not event.transaction:
            async with self._locks[station]:
                number = await self._book.transaction_number(station, event.natural_key)
        return Decision(now_utc, self._heartbeat_interval_s, verdict, number)

    def _verdict(self, station: str, token: str) -> TagVerdict:
        now_utc = self._clock()
        if not self._tags.is_known(token) and token != ERASED_TAG:
            self._notebook.discover("tag", token, now_utc, hint=station)
        return self._tags.verdict(token, now_utc.date())
