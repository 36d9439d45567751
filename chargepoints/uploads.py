"""Takes the files that stations were asked to upload: each under an address that is good for one file.

An address carries its own right, signed: the station, until when, and a number. Nothing has to be remembered for it
but the file itself, so it holds over restarts and for several processes on one folder.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from secrets import token_hex
from typing import Any, BinaryIO, Final
from urllib.parse import quote

from core.ports import Clock

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

PREFIX: Final = "/upload/"
_MAC_HEX: Final = 32
_NAME_CHARACTERS: Final = 100
_PART: Final = ".part"
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """How much stations may leave with us, and how long and how many at a time they may take for it.

    As a file's room is measured when it begins, files at the same time may exceed a quota by `at_once - 1` files.
    """

    file_bytes: int = 100_000_000
    station_bytes: int = 500_000_000
    total_bytes: int = 5_000_000_000
    time_s: float = 900.0
    at_once: int = 8
    kept_for: timedelta = timedelta(days=30)
    """Logs may tell who charged: what is older goes with the next file, and when the service starts."""


@dataclass(frozen=True, slots=True)
class UploadRight:
    """Whose file may come: `number` names the one request it answers."""

    station: str
    number: str
    until_utc: datetime


class UploadTokens:
    """Makes and reads the signed part of upload addresses, by a key derived from one secret `key`."""

    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, b"upload addresses", sha256)

    def __repr__(self) -> str:
        return "UploadTokens()"

    def issue(self, station: str, until_utc: datetime) -> str:
        """Return a token that lets a station upload one file until an instant."""
        name = urlsafe_b64encode(station.encode()).decode().rstrip("=")
        body = f"{int(until_utc.timestamp()):x}.{token_hex(16)}.{name}"
        return f"{body}.{self._sign(body)}"

    def read(self, token: str) -> UploadRight | None:
        """Return what a token of ours allows; None if it is not ours. Whether it is still in time is not checked."""
        body, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(body).encode()):
            return None
        until, number, name = body.split(".")
        station = urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()
        return UploadRight(station, number, datetime.fromtimestamp(int(until, 16), UTC))

    def _sign(self, body: str) -> str:
        return hmac.digest(self._key, body.encode(), sha256).hex()[:_MAC_HEX]


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that a station left."""

    station: str
    name: str
    path: Path
    size_bytes: int


class UploadFolder:
    """Where the files lie: a folder per station, in it one per request."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def files(self, station: str) -> tuple[UploadedFile, ...]:
        """Return the whole files of a station."""
        found = sorted(path for path in self._of(station).glob("*/*") if path.name != _PART)
        return tuple(UploadedFile(station, path.name, path, path.stat().st_size) for path in found)

    def tidy(self, before_utc: datetime) -> None:
        """Throw away what stations left before an instant."""
        for path in self._folder.glob("*/*/*"):
            if path.is_file() and path.stat().st_mtime < before_utc.timestamp():
                path.unlink(missing_ok=True)
                if not any(path.parent.iterdir()):
                    path.parent.rmdir()

    def room_bytes(self, station: str, limits: UploadLimits) -> int:
        """Return how large a station's next file may be."""
        of_station = limits.station_bytes - _size_bytes(self._of(station))
        in_all = limits.total_bytes - _size_bytes(self._folder)
        return max(0, min(limits.file_bytes, of_station, in_all))

    def came(self, right: UploadRight) -> bool:
        """Return whether the file of a request is there already, whole."""
        return any(path.name != _PART for path in self._place(right).glob("*"))

    def begin(self, right: UploadRight) -> BinaryIO:
        """Open the file of a request for writing; what an upload that broke off left is written over."""
        self._place(right).mkdir(mode=0o700, parents=True, exist_ok=True)
        return (self._place(right) / _PART).open("wb")

    def finish(self, right: UploadRight, file: BinaryIO, name: str) -> None:
        """Make a file whole under its name, once it is on the disk."""
        file.flush()
        os.fsync(file.fileno())
        file.close()
        (self._place(right) / _PART).replace(self._place(right) / safe_name(name))

    def drop(self, right: UploadRight, file: BinaryIO) -> None:
        """Take away what came of a file that broke off."""
        file.close()
        (self._place(right) / _PART).unlink(missing_ok=True)
        self._place(right).rmdir()

    def _of(self, station: str) -> Path:
        return self._folder / quote(station, safe="").replace(".", "%2E")

    def _place(self, right: UploadRight) -> Path:
        return self._of(right.station) / right.number


def safe_name(name: str) -> str:
    """Return a file's name without what could lead out of its folder or hide it."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return _UNSAFE.sub("_", last).lstrip(".")[-_NAME_CHARACTERS:].lstrip(".") or "file"


def _size_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


class _RefusedError(Exception):
    def __init__(self, status: HTTPStatus) -> None:
        self.status = status


class UploadReceiver:
    """An ASGI application: takes `PUT` and `POST` of `/upload/<token>/<name>`, and nothing else.

    The body is kept as it comes, streamed to the disk. An upload that breaks off may be tried again; one that is
    whole may not. Answers are a status without a body, as nobody reads them.
    """

    def __init__(self, tokens: UploadTokens, folder: UploadFolder, limits: UploadLimits, clock: Clock) -> None:
        self._tokens = tokens
        self._folder = folder
        self._limits = limits
        self._clock = clock
        self._busy: set[str] = set()

    def before(self, app: Application) -> Application:
        """Return an application that gives upload addresses to this receiver and all else to another."""
        self._tidy()

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            ours = scope["type"] == "http" and scope["path"].startswith(PREFIX)
            await (self if ours else app)(scope, receive, send)

        return answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            async with asyncio.timeout(self._limits.time_s):
                await self._take(scope, receive)
            status = HTTPStatus.CREATED
        except _RefusedError as refused:
            status = refused.status
        except TimeoutError:
            status = HTTPStatus.REQUEST_TIMEOUT
        # What is left of a refused body is not waited for.
        headers = [(b"content-length", b"0"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": int(status), "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _take(self, scope: Scope, receive: Receive) -> None:
        right, name = self._right(scope)
        if right.number in self._busy:
            raise _RefusedError(HTTPStatus.CONFLICT)
        if len(self._busy) >= self._limits.at_once:
            raise _RefusedError(HTTPStatus.SERVICE_UNAVAILABLE)
        self._busy.add(right.number)
        try:
            await self._keep(right, name, receive, _announced_bytes(scope))
        finally:
            self._busy.discard(right.number)

    def _tidy(self) -> None:
        self._folder.tidy(self._clock() - self._limits.kept_for)

    def _right(self, scope: Scope) -> tuple[UploadRight, str]:
        if scope["method"] not in {"PUT", "POST"}:
            raise _RefusedError(HTTPStatus.METHOD_NOT_ALLOWED)
        token, _, name = scope["path"].removeprefix(PREFIX).partition("/")
        right = self._tokens.read(token)
        if right is None:
            raise _RefusedError(HTTPStatus.NOT_FOUND)
        if right.until_utc <= self._clock():
            raise _RefusedError(HTTPStatus.GONE)
        return right, name

    async def _keep(self, right: UploadRight, name: str, receive: Receive, announced_bytes: int) -> None:
        if await asyncio.to_thread(self._folder.came, right):
            raise _RefusedError(HTTPStatus.GONE)
        await asyncio.to_thread(self._tidy)
        room_bytes = await asyncio.to_thread(self._folder.room_bytes, right.station, self._limits)
        if announced_bytes > room_bytes:
            raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        file = await asyncio.to_thread(self._folder.begin, right)
        try:
            await _stream(receive, file, room_bytes)
            await asyncio.to_thread(self._folder.finish, right, file, name)
        except BaseException:
            self._folder.drop(right, file)
            raise


async def _stream(receive: Receive, file: BinaryIO, room_bytes: int) -> None:
    more = True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise _RefusedError(HTTPStatus.BAD_REQUEST)
        body = event.get("body", b"")
        room_bytes -= len(body)
        if room_bytes < 0:
            raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        await asyncio.to_thread(file.write, body)
        more = event.get("more_body", False)


def _announced_bytes(scope: Scope) -> int:
    told = dict(scope["headers"]).get(b"content-length", b"0")
    return int(told) if told.isdigit() else 0
