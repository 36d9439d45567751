"""Our calls to one station: one in flight, the rest in a bounded queue, each with a time-out.

OCPP-J 1.6 4.1.1 and 2.0.1 part 4 4.1.2: no new CALL before the answer to the last one or its time-out.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import uuid4

from chargepoints.habits import Habits, Late
from chargepoints.rpc import CallError, CallResult, call_frame
from core.errors import RequestError, UnavailableError
from core.texts import Finding

__all__ = ["CallRefusedError", "Calls", "Late"]

_QUEUE: Final = 16
_WORD: Final = re.compile(r"[A-Za-z]\w{0,49}")


class CallRefusedError(RequestError):
    """The station answered with a CALLERROR; `code` is its word for the reason.

    Stations write anything there, whole messages with the number of a card too: nothing but a first word is taken.
    """

    def __init__(self, station: str, action: str, refusal: CallError) -> None:
        word = _WORD.match(refusal.code.strip())
        self.code = word[0] if word else ""
        super().__init__("ocpp.call_refused", station=station, action=action, error=self.code or "?")


class Calls:
    """Calls to a station over one connection. `send` journals and sends a frame; `habits` outlive the connection."""

    def __init__(
        self, station: str, send: Callable[[bytes], Awaitable[None]], timeout_s: float, habits: Habits
    ) -> None:
        self.late = 0
        self.unsolicited = 0
        self._station = station
        self._send = send
        self._timeout_s = timeout_s
        self._habits = habits
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._open: tuple[str, asyncio.Future[CallResult | CallError]] | None = None
        self._closed = False

    async def call(
        self, action: str, payload: dict[str, Any], timeout_s: float | None = None, late: Late | None = None
    ) -> dict[str, Any]:
        """Return the station's answer. One that comes after the time-out goes to `late`, None for a refusal.

        Raises `CallRefusedError` if it refuses, `UnavailableError` if it does not answer in time or not in the form
        of an answer, is gone, or too many calls wait already.
        """
        if self._waiting >= _QUEUE:
            raise UnavailableError("ocpp.call_queue_full", station=self._station, action=action)
        self._waiting += 1
        try:
            async with self._turn:
                patience_s = timeout_s or self._habits.patience_s(self._timeout_s)
                answer = await self._exchange(action, payload, patience_s, late)
        finally:
            self._waiting -= 1
        if isinstance(answer, CallError):
            raise CallRefusedError(self._station, action, answer)
        return answer.payload

    def resolve(self, answer: CallResult | CallError) -> Finding | None:
        """Give an answer to its call. One that comes too late, or that nobody asked for, is counted and dropped.

        Return what is odd about it, None if nothing is.
        """
        if (asked := self._asked(answer.id)) is not None:
            asked.set_result(answer)
            return None
        expired = self._habits.late_answer(answer.id)
        if expired is not None:
            self.late += 1
            if expired.late is not None:
                expired.late(answer.payload if isinstance(answer, CallResult) else None)
            return Finding.of("ocpp.answer_late", action=expired.action)
        self.unsolicited += 1
        return Finding.of("ocpp.answer_unsolicited")

    def spoil(self, id_: str, why: Finding) -> None:
        """End the call that was answered by something that is no answer; nothing else will come for it."""
        if (asked := self._asked(id_)) is not None:
            asked.set_exception(UnavailableError(why.code, **dict(why.params)))

    def close(self) -> None:
        """Say to all who wait that the station is gone."""
        self._closed = True
        if self._open is not None and (asked := self._asked(self._open[0])) is not None:
            asked.set_exception(UnavailableError("ocpp.station_gone", station=self._station))

    def _asked(self, id_: str) -> asyncio.Future[CallResult | CallError] | None:
        """Return what waits for the answer to a call, None if nothing does any more."""
        if self._open is None or self._open[0] != id_ or self._open[1].done():
            return None
        return self._open[1]

    async def _exchange(
        self, action: str, payload: dict[str, Any], timeout_s: float, late: Late | None
    ) -> CallResult | CallError:
        if self._closed:  # nothing was said
            raise UnavailableError("ocpp.station_not_connected", station=self._station)
        id_, said_at_s = str(uuid4()), time.monotonic()
        answer: asyncio.Future[CallResult | CallError] = asyncio.get_running_loop().create_future()
        self._open = id_, answer
        try:
            await self._send(call_frame(id_, action, payload))
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError as error:
            self._habits.expire(id_, action, said_at_s, late)
            raise UnavailableError("ocpp.call_timeout", station=self._station, action=action) from error
        except UnavailableError:
            self._habits.expire(id_, action, said_at_s, late)  # it may come over the next connection
            raise
        finally:
            self._open = None
