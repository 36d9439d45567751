"""The independent account: what was promised, and what of it the store does not have.

A promise is made when the broker has acknowledged a message of QoS 1, or when a station's call
has been answered. It is kept if the value, the frame, the session can be read back.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import isclose

import orjson

from core.books import RejectionBook, RejectionFilter, SessionBook, SessionFilter
from core.facts import Origin, SessionState
from core.periods import Period
from core.ports import Clock, Direction, Journal, Query
from core.quantities import Quantity
from demo.messages import Promise
from demo.outlets import SPOKEN

FORMATS = ("tasmota", "shelly", "chirpstack", "ovms", "teslamate", "ocpp1.6", "ocpp2.0.1")
_KINDS = ("meter", "station", "vehicle")
_PAGE = 500
_CALL = 2
_ASK_AGAIN_S = 0.25
_DECIMALS = 3
_PAGE_LENGTH = timedelta(hours=1)
_MARGIN = timedelta(seconds=2)

Series = tuple[str, Quantity]


@dataclass(frozen=True, slots=True)
class Books:
    """Where promises are looked up: the store's ports."""

    query: Query
    sessions: SessionBook
    journal: Journal
    rejections: RejectionBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is in the store and what is missing. `missing` names each lost thing, for people."""

    readings: dict[str, int]
    formats: dict[str, int]
    sessions: dict[str, int]
    rejected: int
    missing: tuple[str, ...]

    @property
    def lost(self) -> int:
        """Return how many promised things are not in the store."""
        return len(self.missing)

    def as_dict(self) -> dict[str, object]:
        """Return the object that `kreiswatt demo --json` prints."""
        return {
            "readings": self.readings,
            "formats": self.formats,
            "sessions": self.sessions,
            "rejected": self.rejected,
            "lost": self.lost,
        }


@dataclass(frozen=True, slots=True)
class EndedSession:
    """A session whose end has been answered."""

    station: str
    connector: int
    begun_at_utc: datetime


@dataclass(slots=True)
class Promises:
    """What was promised from `began_utc` on."""

    began_utc: datetime
    timed: dict[Series, dict[datetime, float]] = field(default_factory=dict)
    untimed: dict[Series, list[float]] = field(default_factory=dict)
    calls: set[tuple[str, str]] = field(default_factory=set)
    """Station and message id of what was answered."""
    sessions: list[EndedSession] = field(default_factory=list)

    def add(self, promise: Promise) -> None:
        """Keep a promised reading."""
        series = (promise.source, promise.quantity)
        if promise.at_utc is None:
            self.untimed.setdefault(series, []).append(promise.value)
        else:
            self.timed.setdefault(series, {})[promise.at_utc] = promise.value


class Tally:
    """Counts all that was sent; keeps what was promised in this hour and the one before."""

    def __init__(self, began_utc: datetime) -> None:
        self.sent: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        """Calls that were answered with an error, by action: the district sends none that deserve it."""
        self._kept = [Promises(began_utc)]
        self._journalled: set[tuple[str, str]] = set()
        self._seen_frame = 0

    def turn_page(self, now_utc: datetime) -> None:
        """Forget the promises of the hour before the last, so that a demo left alone does not grow."""
        if now_utc - self._kept[-1].began_utc >= _PAGE_LENGTH:
            self._kept = [self._kept[-1], Promises(now_utc)]

    def was_sent(self, format: str) -> None:  # noqa: A002
        """Count a message."""
        self.sent[format] += 1

    def was_acknowledged(self, promises: Iterable[Promise]) -> None:
        """Keep the promises of an acknowledged message."""
        for promise in promises:
            self._kept[-1].add(promise)

    def was_answered(self, station: str, unique_id: str, promises: Iterable[Promise] = ()) -> None:
        """Keep that a station's call was answered, with the readings it carried."""
        self._kept[-1].calls.add((station, unique_id))
        self.was_acknowledged(promises)

    def has_ended(self, session: EndedSession) -> None:
        """Keep that a session's end was answered."""
        self._kept[-1].sessions.append(session)

    def promises(self) -> Promises:
        """Return all promises that are kept, in one."""
        whole = Promises(self._kept[0].began_utc)
        for part in self._kept:
            for series, by_instant in part.timed.items():
                whole.timed.setdefault(series, {}).update(by_instant)
            for series, values in part.untimed.items():
                whole.untimed.setdefault(series, []).extend(values)
            whole.calls |= part.calls
            whole.sessions += part.sessions
        return whole

    async def settle(self, books: Books, clock: Clock, timeout_s: float = 10.0) -> Outcome:
        """Return the account as soon as nothing is missing, or as it is after `timeout_s` of waiting."""
        deadline = clock() + timedelta(seconds=timeout_s)
        outcome = await self.compare(books, clock())
        while outcome.missing and clock() < deadline:
            await asyncio.sleep(_ASK_AGAIN_S)
            outcome = await self.compare(books, clock())
        return outcome

    async def compare(self, books: Books, now_utc: datetime) -> Outcome:
        """Return what is in the store now."""
        promises = self.promises()
        found, per_version = await _sessions_in(books.sessions)
        missing = [
            *await _missing_readings(promises, books.query, now_utc),
            *await self._missing_calls(promises, books.journal),
            *(f"session {wanted.station}/{wanted.connector}" for wanted in promises.sessions if wanted not in found),
        ]
        counted = await books.query.count()
        return Outcome(
            readings={kind: counted.get(kind, 0) for kind in _KINDS},
            formats={name: self.sent[name] for name in FORMATS},
            sessions=per_version,
            rejected=(await books.rejections.rejections(RejectionFilter(limit=1))).total,
            missing=tuple(missing),
        )

    async def _missing_calls(self, promises: Promises, journal: Journal) -> list[str]:
        async for frame in journal.frames(self._seen_frame):
            self._seen_frame = frame.id
            if frame.direction is Direction.IN and not frame.sealed:
                self._journalled.add((frame.station, _unique_id(frame.payload)))
        return [f"frame {unique_id} of {station}" for station, unique_id in promises.calls - self._journalled]


async def _missing_readings(promises: Promises, query: Query, now_utc: datetime) -> list[str]:
    missing: list[str] = []
    for source, quantity in promises.timed.keys() | promises.untimed.keys():
        timed = promises.timed.get((source, quantity), {})
        # What waited in a station's queue is older than its promise.
        first, last = min((promises.began_utc, *timed)), max((now_utc, *timed))
        period = Period(first - _MARGIN, last + _MARGIN)
        stored = {reading.at_utc: reading.value for reading in await query.readings(source, quantity, period)}
        lost = [at for at, value in timed.items() if not _same(stored.pop(at, None), value)]
        missing += [f"{source} {quantity} at {at.isoformat()}" for at in lost]
        surplus = _not_in(promises.untimed.get((source, quantity), ()), stored.values())
        missing += [f"{source} {quantity} = {value}" for value in surplus]
    return missing


async def _sessions_in(book: SessionBook) -> tuple[set[EndedSession], dict[str, int]]:
    found: set[EndedSession] = set()
    per_version = dict.fromkeys((version.value for version in SPOKEN), 0)
    cursor: str | None = None
    while True:
        wanted = SessionFilter(state=SessionState.ENDED, limit=_PAGE, cursor=cursor)
        page = await book.sessions(wanted)
        for session in page.items:
            if session.origin is Origin.RECORDED:
                per_version[session.protocol] += 1
                found.add(EndedSession(session.station, session.connector, session.begun_at_utc))
        cursor = page.next_cursor
        if cursor is None:
            return found, per_version


def _same(stored: float | None, promised: float) -> bool:
    return stored is not None and isclose(stored, promised, rel_tol=1e-9, abs_tol=1e-3)


def _not_in(promised: Sequence[float], stored: Iterable[float]) -> list[float]:
    """Return the promised values that are left when each stored value has kept one promise."""
    left = Counter(round(value, _DECIMALS) for value in promised)
    left.subtract(round(value, _DECIMALS) for value in stored)
    return list((+left).elements())


def _unique_id(payload: bytes) -> str:
    try:
        frame = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return ""
    is_call = isinstance(frame, list) and len(frame) > 1 and frame[0] == _CALL
    return str(frame[1]) if is_call else ""
