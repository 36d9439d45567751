"""One InfluxDB as this service speaks with it: points and deletions in, InfluxQL out.

Version 1 takes points at `/write`; 2 and 3 take them at `/api/v2/write` through influxdb-client
(`store/influx/client_writer.py`). All versions answer InfluxQL at `/query`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Protocol

import httpx
import orjson

from core.errors import StoreError
from core.ports import Clock
from store.influx.answers import Answer, LaterError, judge
from store.influx.line import rfc3339
from store.influx.statements import name, text
from store.settings import InfluxSettings

CONNECT_S: Final = 5.0
_SHOWN: Final = 300
_WITH_CORE: Final = 3
_CHUNK_ROWS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Deletion:
    """All points of a measurement from `first_ms` to `last_ms` (inside) with these tags; an empty one: without it."""

    measurement: str
    first_ms: int
    last_ms: int
    tags: Mapping[str, str] = field(default_factory=dict)

    def as_bytes(self) -> bytes:
        """Return the deletion as the spool holds it."""
        return orjson.dumps(asdict(self))

    @classmethod
    def of(cls, body: bytes) -> Deletion:
        """Return what the spool holds."""
        return cls(**orjson.loads(body))


class Writer(Protocol):
    """Sends what the spool holds; returns once the server has confirmed it.

    Raises `RefusedError` or `TooLargeError`; any other `StoreError` means later again.
    """

    async def write(self, body: bytes) -> None:
        """Have all lines stored."""
        ...

    async def delete(self, deletion: Deletion) -> None:
        """Have points deleted."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Server:
    """The `/query` of every version."""

    def __init__(self, settings: InfluxSettings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.place = place_of(settings.database)
        self._raw_only: bool | None = True if settings.core else None
        headers = {"authorization": f"Token {settings.token}"} if settings.token else {}
        self.http = httpx.AsyncClient(
            base_url=settings.url,
            auth=(settings.user, settings.password) if settings.user else None,
            headers=headers,
            timeout=httpx.Timeout(settings.timeout_s, connect=min(CONNECT_S, settings.timeout_s)),
            trust_env=False,
        )

    async def close(self) -> None:
        """Let go of connections."""
        await self.http.aclose()

    async def ask(self, statement: str) -> list[dict[str, Any]]:
        """Return the series of one statement. Raises `StoreError` where there is no whole answer."""
        return [series async for series in self.series(statement)]

    async def series(self, statement: str) -> AsyncIterator[dict[str, Any]]:
        """Yield the series of one statement, each whole, while the answer still comes.

        InfluxDB parts a long answer into documents of one line, and a long series over several of them; so
        none of them keeps this process busy for long. It answers 200 to what it cannot carry out, with
        `error` in the result.
        """
        params = {**self.place, "epoch": "ms", "chunked": "true", "chunk_size": str(_CHUNK_ROWS)}
        whole: dict[str, Any] | None = None
        async for part in self._parts(params, statement):
            if whole is not None and (part.get("tags"), part["name"]) == (whole.get("tags"), whole["name"]):
                whole["values"] += part["values"]
                continue
            if whole is not None:
                yield whole
            whole = part
        if whole is not None:
            yield whole

    async def _parts(self, params: Mapping[str, str], statement: str) -> AsyncIterator[dict[str, Any]]:
        with self._reaching():
            async with self.http.stream("POST", "/query", params=params, data={"q": statement}) as answer:
                complete = False
                async for line in answer.aiter_lines():
                    if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
                        raise StoreError("influx.unauthorised", status=answer.status_code, reason=line[:_SHOWN])
                    result = _result(line, answer.status_code)
                    complete = not result.get("partial")
                    for series in result.get("series", ()):
                        yield series
                if not complete:
                    raise StoreError("influx.answer_unusable", status=answer.status_code, reason="")

    async def ping(self) -> tuple[str, str]:
        """Return version and build as the server calls them, e.g. `1.6.7` and `OSS`, `3.2.0` and `Core`.

        Headers of `/ping` in every generation (InfluxDB API references, 1.8, 2.7 and 3).
        """
        answer = await self._answer("GET", "/ping")
        if answer.status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise StoreError("influx.unauthorised", status=answer.status, reason=_shown(answer.body))
        return answer.headers.get("x-influxdb-version", ""), answer.headers.get("x-influxdb-build", "")

    async def keeps_raw_only(self) -> bool:
        """Return whether it is a 3 Core, by our settings or by its own word, which is asked for once."""
        if self._raw_only is None:
            self._raw_only = is_core((await self.ping())[1]) if self.settings.version == _WITH_CORE else False
        return self._raw_only

    async def post(self, path: str, **request: Any) -> Answer:
        """Return the whole answer to a POST. Raises `LaterError` where none came."""
        return await self._answer("POST", path, **request)

    async def _answer(self, method: str, path: str, **request: Any) -> Answer:
        with self._reaching():
            answer = await self.http.request(method, path, **request)
        return Answer(answer.status_code, answer.headers, answer.content)

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise LaterError("influx.unreachable", url=self.settings.url, reason=reason) from error


class PlainWriter:
    """Writes to InfluxDB 1.x: `/write`, and `DELETE` by `/query`."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def write(self, body: bytes) -> None:
        """Have all lines stored."""
        server = self._server
        answer = await server.post("/write", params={**server.place, "precision": "ms"}, content=body)
        judge(answer, server.settings.database, server.clock)

    async def delete(self, deletion: Deletion) -> None:
        """Have points deleted."""
        await self._server.ask(delete_statement(deletion))

    async def close(self) -> None:
        """Leave the connections to the server's own."""


def is_core(build: str) -> bool:
    """Return whether a server's build is InfluxDB 3 Core, which cannot overwrite reliably."""
    return build.casefold() == "core"


def place_of(database: str) -> dict[str, str]:
    """Return how `/query` and 1.x's `/write` name a database or bucket: `a/b` is database a, retention policy b."""
    before, slash, after = database.partition("/")
    return {"db": before, "rp": after} if slash else {"db": before}


def delete_statement(deletion: Deletion) -> str:
    """Return the deletion in InfluxQL."""
    where = [f"time >= '{rfc3339(deletion.first_ms)}'", f"time <= '{rfc3339(deletion.last_ms)}'"]
    where += [f"{name(key)} = {text(value)}" for key, value in deletion.tags.items()]
    return f"DELETE FROM {name(deletion.measurement)} WHERE {' AND '.join(where)}"


def _result(line: str, status: int) -> dict[str, Any]:
    """Return the one result of a document. Raises `StoreError` for what is none."""
    try:
        said = orjson.loads(line)
        (result,) = said.get("results", [said])
        problem = result.get("error")
    except (orjson.JSONDecodeError, ValueError, TypeError, AttributeError) as error:
        raise StoreError("influx.answer_unusable", status=status, reason=line[:_SHOWN]) from error
    if problem:
        raise StoreError("influx.query_refused", reason=str(problem)[:_SHOWN])
    found: dict[str, Any] = result
    return found


def _shown(body: bytes) -> str:
    return body.decode(errors="replace")[:_SHOWN]
