"""Not an InfluxDB: a stand-in for 2.x and 3.x, written from their documentation, for what no server here does.

From the API references of InfluxDB 2.7 (`/api/v2/write`, DBRP mapping, `/ping`) and 3 Core: token sign-in,
a bucket `a/b` being database a with retention policy b, 401 without a token, 404 for an unknown bucket or
organisation, 400 with `code` and `message` for a line that cannot be parsed. Replies of a sick server are
given by a test, one per write. Real servers are to be tried elsewhere.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

TOKEN = "a-token"
SILENCE = "silence"
HALF = "half"
SLOW = "slow"
LINE = re.compile(r"(?P<series>\S+) (?P<fields>[^\s=]+=\S+) (?P<time>-?[0-9]+)\Z")


@dataclass(frozen=True)
class Reply:
    """What the server says to one write instead of its own answer; `kind` may be SILENCE, HALF or SLOW."""

    status: int = 204
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = ""
    stores: bool = False


@dataclass
class FakeInfluxDB:
    """What it has been told, and what it shall say next."""

    version: str = "v2.7.0"
    build: str = "OSS"
    bucket: str = "kreiswatt/autogen"
    organisation: str = "landkreis"
    points: dict[tuple[str, int], dict[str, str]] = field(default_factory=dict)
    replies: deque[Reply] = field(default_factory=deque)
    writes: int = 0
    asked: list[str] = field(default_factory=list)
    poison: str = "poison"
    port: int = 0
    open: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.open.add(task)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *rest = head.decode().split("\r\n")
                _, target, _ = first.split(" ")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in rest if line)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                if not await self._reply(writer, target, headers, body):
                    break
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            self.open.discard(task)
            writer.close()

    async def _reply(self, writer: asyncio.StreamWriter, target: str, headers: dict[str, str], body: bytes) -> bool:
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/ping":
            return _send(writer, Reply(headers={"X-Influxdb-Version": self.version, "X-Influxdb-Build": self.build}))
        if parts.path == "/write":  # 1.x, without users
            query |= {"bucket": f"{query['db']}/{query['rp']}", "org": "-"}
        elif headers.get("authorization") != f"Token {TOKEN}":
            return _send(writer, Reply(401, _said("unauthorized", "unauthorized access")))
        if parts.path == "/query":
            return _send(writer, self._query(query, body))
        self.writes += 1
        reply = self.replies.popleft() if self.replies else None
        if reply is None or reply.stores:
            own = self._write(query, body)
            reply = reply or own
        if reply.kind == SILENCE:
            await asyncio.sleep(3600)
        if reply.kind == SLOW:
            await asyncio.sleep(0.3)
        return _send(writer, reply)

    def _query(self, query: dict[str, str], body: bytes) -> Reply:
        """Answer by the DBRP mapping that 2.x makes of each bucket."""
        self.asked.append(parse_qs(body.decode())["q"][0])
        database, _, policy = self.bucket.partition("/")
        if (query.get("db"), query.get("rp", policy)) != (database, policy):
            return Reply(200, json.dumps({"results": [{"error": f"database not found: {query.get('db')}"}]}))
        return Reply(200, json.dumps({"results": [{"statement_id": 0}]}))

    def _write(self, query: dict[str, str], body: bytes) -> Reply:
        if query.get("org") not in (self.organisation, "-") or query["bucket"] != self.bucket:
            return Reply(404, _said("not found", f"bucket {query['bucket']!r} not found"))
        assert query["precision"] == "ms"
        if self.poison.encode() in body:
            return Reply(400, _said("invalid", f"unable to parse '{self.poison}': invalid field format"))
        for line in body.decode().splitlines():
            found = LINE.match(line)
            if found is None:
                return Reply(400, _said("invalid", f"unable to parse '{line}'"))
            fields = dict(pair.split("=") for pair in found["fields"].split(","))
            self.points.setdefault((found["series"], int(found["time"])), {}).update(fields)
        return Reply()


@asynccontextmanager
async def fake_influxdb(**settings: str) -> AsyncIterator[FakeInfluxDB]:
    fake = FakeInfluxDB(**settings)  # type: ignore[arg-type]
    server = await asyncio.start_server(fake.answer, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        for task in fake.open:
            task.cancel()
        await asyncio.gather(*fake.open, return_exceptions=True)


def _said(code: str, message: str) -> str:
    return json.dumps({"code": code, "message": message})


def _send(writer: asyncio.StreamWriter, reply: Reply) -> bool:
    body = reply.body.encode()
    length = {} if reply.status == 204 else {"Content-Length": str(len(body) * (2 if reply.kind == HALF else 1))}
    lines = [f"HTTP/1.1 {reply.status} X", *(f"{name}: {value}" for name, value in {**length, **reply.headers}.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode() + body)
    return reply.kind != HALF
