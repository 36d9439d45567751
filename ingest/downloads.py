"""What publishers offer on the network: asked for by days, taken whole or not at all.

Nobody is asked unless the settings say so. A publisher that does not answer, or says that it is busy, is asked again
after a while; redirections are not followed. Proxies are those of the environment (`HTTPS_PROXY`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from core.errors import UnavailableError
from core.factors import Boundary

if TYPE_CHECKING:
    import httpx

_REASON_LENGTH: Final = 200
_BUSY: Final = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Where something is published: an address that takes `start` and `end`, both days included.

    `waits_s` lie between the attempts.
    """

    url: str
    timeout_s: float = 30.0
    limit_byte: int = 8_000_000
    waits_s: tuple[float, ...] = (2.0, 15.0)

    async def ask(self, first: date, last: date) -> bytes:
        """Return what is said of some days. Raises `UnavailableError` where nothing usable comes."""
        for wait_s in self.waits_s:
            try:
                return await self._ask(first, last)
            except _LaterError:
                await asyncio.sleep(wait_s)
        return await self._ask(first, last)

    async def _ask(self, first: date, last: date) -> bytes:
        import httpx  # noqa: PLC0415 - most services never ask anybody

        url = httpx.URL(self.url)
        asked = url.copy_merge_params({"start": first.isoformat(), "end": last.isoformat()})
        try:
            # The time-outs of the library are for each step: a publisher that trickles would keep us for days.
            async with (
                asyncio.timeout(self.timeout_s),
                httpx.AsyncClient(timeout=self.timeout_s, follow_redirects=False) as client,
                client.stream("GET", asked, headers={"User-Agent": "Kreiswatt"}) as answer,
            ):
                _must_be_given(url.host, answer.status_code)
                return await self._read(answer)
        except (httpx.TimeoutException, TimeoutError) as error:
            raise _LaterError("downloads.slow", host=url.host, limit_s=round(self.timeout_s)) from error
        except httpx.HTTPError as error:
            reason = str(error)[:_REASON_LENGTH] or type(error).__name__
            raise _LaterError("downloads.unreachable", host=url.host, reason=reason) from error

    async def _read(self, answer: httpx.Response) -> bytes:
        content = bytearray()
        async for chunk in answer.aiter_bytes():
            content += chunk
            if len(content) > self.limit_byte:
                limit_mb = self.limit_byte // 1_000_000
                raise UnavailableError("downloads.too_large", host=answer.url.host, limit_mb=limit_mb)
        return bytes(content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloads:
    """Who is asked: for the grid's intensity within `boundary`, and for day-ahead prices; None: nobody."""

    intensity: Publisher | None = None
    boundary: Boundary = Boundary.CO2E_UPSTREAM
    prices: Publisher | None = None


class _LaterError(UnavailableError):
    """It may be there a little later."""


def _must_be_given(host: str, status: int) -> None:
    if status == HTTPStatus.OK:
        return
    busy = status in _BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    raise (_LaterError if busy else UnavailableError)("downloads.refused", host=host, status=status)
