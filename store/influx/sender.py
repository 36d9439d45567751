"""Empties the spool: oldest first, one request at a time, for as long as it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from typing import Final

import structlog

from core.books import RejectionBook
from core.errors import StoreError
from core.facts import Rejection
from core.ports import Clock, Health
from core.texts import Finding
from store.influx.answers import LaterError, RefusedError, TooLargeError
from store.influx.line import joined, lines
from store.influx.server import Deletion, Writer
from store.influx.spool import Spool
from store.influx.spoolfile import Entry, Kind
from store.points.columns import to_utc

log = structlog.get_logger("influxdb")

REQUEST_POINTS: Final = 10_000
REQUEST_BYTES: Final = 2_000_000
FIRST_PAUSE_S: Final = 0.25
LONGEST_PAUSE_S: Final = 30.0
PATIENCE_S: Final = 10.0
SHOWN_REJECTIONS: Final = 100
CHANNEL: Final = "influxdb"


class Sender:
    """The daemon that sends what the spool holds; a reader that must see all of it has it sent at once."""

    def __init__(
        self,
        spool: Spool,
        writer: Writer,
        *,
        clock: Clock,
        rejections: RejectionBook | None = None,
        age_alarm_s: float = 3600.0,
    ) -> None:
        self._spool = spool
        self._writer = writer
        self._clock = clock
        self._rejections = rejections
        self._age_alarm_s = age_alarm_s
        self._turn = asyncio.Lock()
        self._trouble: Finding | None = None
        self._pause_s = FIRST_PAUSE_S
        self._not_before = 0.0
        self._requests = 0
        self._failures = 0
        self._sent_id = 0

    @property
    def name(self) -> str:
        """Return `influxdb`."""
        return CHANNEL

    async def serve(self) -> None:
        """Send whatever comes, until cancelled; the request under way is finished."""
        while True:
            await self._spool.filled.wait()
            sending = asyncio.ensure_future(self._send_next())
            try:
                await asyncio.shield(sending)
            except asyncio.CancelledError:
                with suppress(TimeoutError):
                    await asyncio.wait_for(sending, PATIENCE_S)
                raise
            await asyncio.sleep(max(0.0, self._not_before - monotonic()))

    async def emptied(self, patience_s: float = PATIENCE_S) -> None:
        """Return once InfluxDB has everything that was put before the call.

        Raises `StoreError` at once while the server is in trouble, and after `patience_s` where too much waits.
        """
        target, until = self._spool.last_id, monotonic() + patience_s
        while self._spool.depth.entries and self._sent_id < target:
            if self._trouble is not None and monotonic() < self._not_before:
                raise StoreError(self._trouble.code, **dict(self._trouble.params))
            if monotonic() > until:
                raise StoreError("influx.behind", points=self._spool.depth.points)
            await self._send_next()

    async def close(self) -> None:
        """Let go of connections."""
        await self._writer.close()

    def health(self) -> Health:
        """Return whether InfluxDB takes what we send, with how much waits."""
        depth = self._spool.depth
        age_s = self._age_s()
        figures = {
            "spool_points": float(depth.points),
            "spool_bytes": float(depth.bytes),
            "spool_age_s": age_s,
            "sent_points": float(depth.sent),
            "dead_letters": float(depth.dead),
            "requests": float(self._requests),
            "failed_requests": float(self._failures),
        }
        finding = self._worst(age_s)
        return Health(name=self.name, ok=finding is None, finding=finding, figures=figures)

    def _worst(self, age_s: float) -> Finding | None:
        depth = self._spool.depth
        if self._spool.is_full:
            return Finding.of("influx.spool_full", size_mb=depth.bytes // 1_000_000)
        if age_s > self._age_alarm_s:
            return Finding.of("influx.spool_old", points=depth.points, age_min=round(age_s / 60))
        if self._trouble:
            return self._trouble
        if depth.dead:
            return Finding.of("influx.dead_letters", points=depth.dead, file=str(self._spool.dead_letters))
        return None

    def _age_s(self) -> float:
        oldest_ms = self._spool.depth.oldest_ms
        return max(0.0, (self._clock() - to_utc(oldest_ms)).total_seconds()) if oldest_ms else 0.0

    async def _send_next(self) -> None:
        """Send the oldest that waits; where that fails, take note of it and of when to try again."""
        async with self._turn:
            try:
                entries = await self._spool.oldest(REQUEST_POINTS, REQUEST_BYTES)
                if entries:
                    await self._send(entries)
            except StoreError as error:
                self._fail(error)
            else:
                self._trouble, self._pause_s, self._not_before = None, FIRST_PAUSE_S, 0.0

    async def _send(self, entries: Sequence[Entry]) -> None:
        refused: list[tuple[bytes, RefusedError | TooLargeError]] = []
        self._requests += 1
        if entries[0].kind is Kind.DELETE:
            await self._writer.delete(Deletion.of(entries[0].body))
        else:
            await self._write([entry.body for entry in entries], refused)
        await self._show(refused)
        reasons = [f"{self._clock():%Y-%m-%dT%H:%M:%SZ} {error.finding}" for _, error in refused]
        await self._spool.settle(entries, [line for line, _ in refused], reasons)
        self._sent_id = max(self._sent_id, entries[-1].id)

    async def _write(self, bodies: Sequence[bytes], refused: list[tuple[bytes, RefusedError | TooLargeError]]) -> None:
        """Have all lines stored but those which InfluxDB refuses one by one.

        A refused request may have stored its good lines; storing them again changes nothing.
        """
        try:
            await self._writer.write(joined(bodies))
        except (RefusedError, TooLargeError) as error:
            parts = bodies if len(bodies) > 1 else lines(bodies[0])
            if len(parts) == 1 or (isinstance(error, RefusedError) and error.dropped == _count(bodies)):
                refused += [(line, error) for line in _all_lines(bodies)]
                return
            middle = len(parts) // 2
            await self._write(parts[:middle], refused)
            await self._write(parts[middle:], refused)

    async def _show(self, refused: Sequence[tuple[bytes, RefusedError | TooLargeError]]) -> None:
        """Let operators see what was refused, among the rejections; of very many, the first ones."""
        if not refused:
            return
        log.error("points refused", points=len(refused), reason=str(refused[0][1].finding))
        if self._rejections is not None:
            now_utc = self._clock()
            shown = [
                Rejection(
                    channel=CHANNEL,
                    subject=line.partition(b" ")[0].decode(errors="replace")[:200],
                    reason=error.finding,
                    payload=line,
                    received_at_utc=now_utc,
                )
                for line, error in refused[:SHOWN_REJECTIONS]
            ]
            await self._rejections.reject(shown)

    def _fail(self, error: StoreError) -> None:
        if self._trouble is None:
            log.warning("not sent, will be tried again", finding=str(error.finding))
        self._trouble = error.finding
        self._failures += 1
        asked_s = error.pause_s if isinstance(error, LaterError) else None
        self._not_before = monotonic() + (self._pause_s if asked_s is None else asked_s)
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)


def _all_lines(bodies: Sequence[bytes]) -> list[bytes]:
    return [line for body in bodies for line in lines(body)]


def _count(bodies: Sequence[bytes]) -> int:
    return len(_all_lines(bodies))
