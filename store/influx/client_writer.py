"""Writes to InfluxDB 1.8+, 2.x and 3.x by influxdb-client, synchronously, in a thread of its own.

The client's batching mode is not used: it keeps points in memory and drops them after three
minutes of trouble. Our spool keeps them on disk, and asks again for as long as it takes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.domain.write_precision import WritePrecision
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from core.errors import StoreError
from core.ports import Clock
from store.influx.answers import Answer, LaterError, judge
from store.influx.line import rfc3339
from store.influx.server import CONNECT_S, Deletion
from store.settings import InfluxSettings

_NO_DELETION = 3
_MILLISECONDS: Any = WritePrecision.MS  # a text, which the client's own types take for a class


class ClientWriter:
    """`store.influx.server.Writer` over influxdb-client."""

    def __init__(self, settings: InfluxSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        wait_ms = int(settings.timeout_s * 1000)
        self._client = InfluxDBClient(
            url=settings.url,
            token=settings.token,
            org=settings.organisation or "-",
            timeout=(min(int(CONNECT_S * 1000), wait_ms), wait_ms),
        )
        self._points = self._client.write_api(write_options=SYNCHRONOUS)
        self._thread = ThreadPoolExecutor(1, "influx-writer")

    async def write(self, body: bytes) -> None:
        """Have all lines stored."""
        database = self._settings.database
        await self._do(partial(self._points.write, database, record=body, write_precision=_MILLISECONDS))

    async def delete(self, deletion: Deletion) -> None:
        """Have points deleted. InfluxDB 3 has no such call."""
        if self._settings.version == _NO_DELETION:
            raise StoreError("influx.cannot_delete", measurement=deletion.measurement)
        predicate = f"_measurement={_quoted(deletion.measurement)}"
        for key, value in deletion.tags.items():
            if value:  # the predicate knows no absence; a point that has more tags is not told apart
                predicate += f" AND {_quoted(key)}={_quoted(value)}"
        # Whether the end is inside is not written anywhere; a nanosecond after the last point it does not matter.
        start, stop = rfc3339(deletion.first_ms), rfc3339(deletion.last_ms).replace("Z", "000001Z")
        await self._do(partial(self._client.delete_api().delete, start, stop, predicate, self._settings.database))

    async def close(self) -> None:
        """Let go of connections, without waiting for an answer that does not come."""
        self._thread.shutdown(wait=False)
        self._client.close()  # type: ignore[no-untyped-call]

    async def _do(self, call: Callable[[], object]) -> None:
        answer = await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, call)
        judge(answer, self._settings.database, self._clock)

    def _answer(self, call: Callable[[], object]) -> Answer:
        """Return what the server said; run in the thread."""
        try:
            call()
        except ApiException as error:
            headers = {name.lower(): value for name, value in (error.headers or {}).items()}
            body = error.body if isinstance(error.body, bytes) else str(error.body or "").encode()
            return Answer(int(error.status or 0), headers, body)
        except HTTPError as error:
            reason = str(error) or type(error).__name__
            raise LaterError("influx.unreachable", url=self._settings.url, reason=reason[:300]) from error
        # The client lets any 2xx pass; the caller wants to know which it was.
        return Answer(self._client.api_client.last_response.status, {}, b"")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
