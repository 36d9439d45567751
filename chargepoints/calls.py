"""Our calls to one station: one in flight, the rest in a bounded queue, each with a time-out.

OCPP-J 1.6 4.1.1 and 2.0.1 part 4 4.1.2: no new CALL before the answer to the last one or its time-out.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import uuid4

from chargepoints.rpc import CallError, CallResult, call_frame
from core.errors import RequestError, UnavailableError
from core.texts import Finding

Late = Callable[[Mapping[str, Any] | None], None]
"""Takes an answer that came too late."""

_QUEUE = 16
_EXPIRED = 100


class CallRefusedError(RequestError):
    """The station answered with a CALLERROR; `code` is its word for the reason."""

    def __init__(self, station: str, action: str, refusal: CallError) -> None:
        super().__init__("ocpp.call_refused", station=station, action=action, error=refusal.code)
        self.code = refusal.code


class Calls:
    """Calls to a station over one connection. `send` journals and sends a frame."""

    def __init__(self, station: str, send: Callable[[bytes], Awaitable[None]], timeout_s: float) -> None:
        self.late = 0
        self.unsolicited = 0
        self._station = station
        self._send = send
        self._timeout_s = timeout_s
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._open: tuple[str, asyncio.Future[CallResult | CallError]] | None = None
        self._expired: OrderedDict[str, tuple[str, Late | None]] = OrderedDict()
        self._closed = False

    async def call(
        self, action: str, payload: dict[str, Any], timeout_s: float | None = None, late: Late | None = None
    ) -> dict[str, Any]:
        """Return the station's answer. One that comes after the time-out goes to `late`, None for a refusal.

        Raises `CallRefusedError` if it refuses, `UnavailableError` if it does not answer in time,
        is gone, or too many calls wait already.
        """
        if self._waiting >= _QUEUE:
            raise UnavailableError("ocpp.call_queue_full", station=self._station, action=action)
        self._waiting += 1
        try:
            async with self._turn:
                answer = await self._exchange(action, payload, timeout_s or self._timeout_s, late)
        finally:
            self._waiting -= 1
        if isinstance(answer, CallError):
            raise CallRefusedError(self._station, action, answer)
        return answer.payload

    def resolve(self, answer: CallResult | CallError) -> Finding | None:
        """Give an answer to its call. One that comes too late, or that nobody asked for, is counted and dropped.

        Return what is odd about it, None if nothing is.
        """
        if self._open is not None and self._open[0] == answer.id:
            if not self._open[1].done():
                self._open[1].set_result(answer)
            return None
        expired = self._expired.pop(answer.id, None)
        if expired is not None:
            action, late = expired
            self.late += 1
            if late is not None:
                late(answer.payload if isinstance(answer, CallResult) else None)
            return Finding.of("ocpp.answer_late", action=action)
        self.unsolicited += 1
        return Finding.of("ocpp.answer_unsolicited")

    def close(self) -> None:
        """Say to all who wait that the station is gone."""
        self._closed = True
        if self._open is not None and not self._open[1].done():
            self._open[1].set_exception(self._gone())

    async def _exchange(
        self, action: str, payload: dict[str, Any], timeout_s: float, late: Late | None
    ) -> CallResult | CallError:
        if self._closed:
            raise self._gone()
        id_ = str(uuid4())
        answer: asyncio.Future[CallResult | CallError] = asyncio.get_running_loop().create_future()
        self._open = id_, answer
        try:
            await self._send(call_frame(id_, action, payload))
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError as error:
            self._remember(id_, action, late)
            raise UnavailableError("ocpp.call_timeout", station=self._station, action=action) from error
        finally:
            self._open = None

    def _remember(self, id_: str, action: str, late: Late | None) -> None:
        self._expired[id_] = action, late
        if len(self._expired) > _EXPIRED:
            self._expired.popitem(last=False)

    def _gone(self) -> UnavailableError:
        return UnavailableError("ocpp.station_gone", station=self._station)
