"""One station's connection: a loop that reads and answers, and our own calls.

Calls are answered one by one, so answers keep their order. What an answer waits for is the disk,
never the station: so an answer to a call of ours, however many calls the station makes before it,
is always reached. One bad frame is answered, kept, and costs only itself.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime
from secrets import token_hex
from typing import Any

import orjson

from chargepoints.answering import Answer, Answering, Desk, Inbound
from chargepoints.calls import CallRefusedError, Calls, Late
from chargepoints.habits import Habits
from chargepoints.rpc import Call, CallError, CallResult, Malformed, parse
from chargepoints.schemas import answer_violations
from chargepoints.sockets import Received, Socket, SocketClosedError
from core.errors import StoreError, UnavailableError
from core.facts import Protocol
from core.station_events import Contact, StationEventKind
from core.texts import Finding

_INTERNAL_ERROR = 1011
_SHOWN = 100
_MOST_UNDER_WAY = 16
"""So many messages of a station may be on their way to the disk; the next one waits, and its socket is not read."""

_AT_ONCE_S = 10.0
"""For how long a station may say in advance what its rate allows: queues of offline hours come at once."""


class StationConnection:
    """The connection of one station, until its socket closes."""

    def __init__(
        self,
        station: str,
        protocol: Protocol,
        socket: Socket,
        desk: Desk,
        address: str = "",
        habits: Habits | None = None,
    ) -> None:
        self.station = station
        self.address = address
        self.protocol = protocol
        self.habits = habits or Habits()
        self.frames = 0
        self.leaves = Contact.CLOSED
        self.answering = Answering(station, protocol, token_hex(6), desk)
        self.calls = Calls(station, self._send_call, desk.settings.call_timeout_s, self.habits)
        self._socket = socket
        self._desk = desk
        self._now_s = asyncio.get_running_loop().time
        self._seen_s = self._now_s()
        self._due_s = 0.0
        self._waits = True
        self._under_way = 0
        self._settling: asyncio.Future[None] | None = None
        socket.offer(self._promptly)

    async def serve(self) -> None:
        """Answer the station until its socket closes. Raises `StoreError` if the journal fails."""
        try:
            while True:
                received = await self._socket.receive()
                self._waits = False
                await self._take(*received)
                self._waits = True
        except SocketClosedError as closed:
            if closed.too_large:
                self._note_unread(Finding.of("ocpp.frame_too_large", limit_byte=self._desk.settings.max_frame_bytes))
            elif closed.broken:
                self._note_unread(Finding.of("ocpp.frame_broken"))
        except StoreError:
            await self._socket.close(_INTERNAL_ERROR, "")
            raise
        finally:
            self.calls.close()
            await self._settled()

    async def call(
        self, action: str, payload: dict[str, Any], timeout_s: float | None = None, late: Late | None = None
    ) -> dict[str, Any]:
        """Return the station's answer to a call of ours (see `Calls.call`); what is odd about it is noted."""
        self.answering.gate.asked(action, payload, self._desk.clock())
        try:
            answer = await self.calls.call(action, payload, timeout_s, late)
        except (CallRefusedError, UnavailableError) as error:
            self._note(error.finding, self._desk.clock())
            raise
        if breaches := answer_violations(self.protocol, action, answer):
            broken = Finding.of("ocpp.answer_nonconforming", action=action, field=breaches[0].where[:_SHOWN])
            self._note(broken, self._desk.clock())
        return answer

    async def probe(self) -> None:
        """Ask for a sign of life."""
        if self.habits.pinged():
            ignored = Finding.of("ocpp.pings_ignored")
            self._desk.assembly.chronicle.count(self.station, StationEventKind.NOTICE, ignored, self._desk.clock())
        with suppress(SocketClosedError):
            await self._socket.ping(self._pong)

    @property
    def answers_pings(self) -> bool:
        """Return whether the station is known to answer pings."""
        return bool(self.habits.answers_pings)

    @property
    def silent_s(self) -> float:
        """Return for how long neither frame nor pong came."""
        return self._now_s() - self._seen_s

    async def close(self, code: int, reason: str = "") -> None:
        """Close the socket; what was received is answered in the books all the same."""
        await self._socket.close(code, reason)

    async def _take(self, frame: bytes, is_text: bool) -> None:  # noqa: FBT001 - as the socket gives it
        self._seen_s = self._now_s()
        self.frames += 1
        at_utc = self._desk.clock()
        self._desk.assembly.links.seen(self.station, at_utc)
        parsed = parse(frame, self._desk.settings.max_depth, self.protocol)
        inbound = Inbound(frame, is_text, parsed, at_utc)
        message = inbound.parsed.message
        if isinstance(message, (CallResult, CallError)):
            self._desk.trail.later(self.answering.journalled(inbound))
            self._note(self.calls.resolve(message), at_utc)
            await self._desk.trail.keep_up()
            return
        if isinstance(message, Malformed) and message.spoils:
            self.calls.spoil(message.spoils, message.finding)
        await self._keep_pace(at_utc)
        answer, close_code = await self.answering.answer(inbound)
        if answer is not None:
            await self._socket.send(answer)
        if close_code is not None:
            await self._socket.close(close_code, "")

    def _promptly(self, received: Received) -> bool:
        """Take a message whose answer waits for nothing but the journal, and return True; else leave it to `serve`.

        Nothing overtakes: while `serve` is busy, all messages wait for it.
        """
        now_s = self._now_s()
        due_s = max(self._due_s, now_s) + 1.0 / self._desk.settings.messages_per_s
        if not self._waits or self._under_way >= _MOST_UNDER_WAY or due_s - now_s > _AT_ONCE_S:
            return False
        parsed = parse(received.frame, self._desk.settings.max_depth, self.protocol)
        call = parsed.message
        if not isinstance(call, Call) or not self.answering.is_plain(call):
            return False
        self._seen_s, self._due_s = now_s, due_s
        self.frames += 1
        at_utc = self._desk.clock()
        self._desk.assembly.links.seen(self.station, at_utc)
        self._under_way += 1
        try:
            self.answering.answer_then(call, Inbound(received.frame, received.is_text, parsed, at_utc), self._answered)
        except StoreError as error:
            self._answered(None, error)
        return True

    def _answered(self, answer: Answer, error: Exception | None) -> None:
        """Send the answer to what was taken promptly; an error ends the connection."""
        self._under_way -= 1
        if error is not None:
            self._socket.fail(error)
        elif answer is not None:
            with suppress(SocketClosedError):
                self._socket.write(answer)
        if self._settling is not None and not self._settling.done() and not self._under_way:
            self._settling.set_result(None)

    async def _settled(self) -> None:
        """Return once all that was taken promptly is in the books."""
        if self._under_way:
            self._settling = asyncio.get_running_loop().create_future()
            await self._settling

    async def _keep_pace(self, at_utc: datetime) -> None:
        """Let a station that says too much wait; nothing of it is lost, as its socket is not read meanwhile."""
        now_s = self._now_s()
        self._due_s = max(self._due_s, now_s) + 1.0 / self._desk.settings.messages_per_s
        ahead_s = self._due_s - now_s - _AT_ONCE_S
        if ahead_s > 0:
            limit = Finding.of("ocpp.too_many_messages", limit=self._desk.settings.messages_per_s)
            self._desk.assembly.chronicle.count(self.station, StationEventKind.NOTICE, limit, at_utc)
            await asyncio.sleep(ahead_s)

    async def _send_call(self, frame: bytes) -> None:
        payload, _ = self._desk.privacy.redact(frame, orjson.loads(frame))
        await self._desk.trail.write(self.answering.sent(payload))
        with suppress(SocketClosedError, TimeoutError):  # a station that takes nothing gives no answer either
            async with asyncio.timeout(self._desk.settings.call_timeout_s):
                await self._socket.send(frame)

    def _note(self, odd: Finding | None, at_utc: datetime) -> None:
        """Note what is odd about an answer to a call of ours."""
        if odd is not None:
            kind = StationEventKind.ANSWER
            self._desk.assembly.chronicle.count(self.station, kind, odd, at_utc)

    def _note_unread(self, why: Finding) -> None:
        """Note what the socket refused to read; its bytes are gone, only this remains."""
        self.answering.refused += 1
        self._desk.assembly.notebook.reject(self.station, why, b"", self._desk.clock())

    def _pong(self) -> None:
        self.habits.ponged()
        self._seen_s = self._now_s()
