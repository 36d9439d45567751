"""Takes the files that stations were asked to upload: each under an address that is good for one file.

An address carries its own right, signed: the station, until when, and a number. Nothing has to be remembered for it
but the file itself, so it holds over restarts and for several processes on one folder.
"""

from __future__ import annotations

import asyncio
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from secrets import token_hex
from typing import Any, Final

from chargepoints.upload_folder import Upload, UploadFolder, UploadRight
from core.errors import StoreError
from core.ports import Clock

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
NoRoom = Callable[[str, int], Awaitable[None]]
"""Is told of a station whose file was refused as it is larger than this room (bytes)."""

PREFIX: Final = "/upload/"
_MAC_HEX: Final = 32


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


class _RefusedError(Exception):
    def __init__(self, status: HTTPStatus) -> None:
        self.status = status


class UploadReceiver:
    """An ASGI application: takes `PUT` and `POST` of `/upload/<token>/<name>`, and nothing else.

    The body is kept as it comes, streamed to the disk. An upload that breaks off may be tried again; one that is
    whole may not. Answers are a status without a body, as nobody reads them.
    """

    def __init__(self, tokens: UploadTokens, folder: UploadFolder, clock: Clock, no_room: NoRoom) -> None:
        self._tokens = tokens
        self._folder = folder
        self._limits = folder.limits
        self._clock = clock
        self._no_room = no_room
        self._busy: set[str] = set()

    def before(self, app: Application) -> Application:
        """Return an application that gives upload addresses to this receiver and all else to another."""

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
        except _RefusedError as refused:
            await self._tell(refused, right)
            raise
        finally:
            self._busy.discard(right.number)

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
        room_bytes = await asyncio.to_thread(self._folder.room_bytes, right.station)
        if announced_bytes > room_bytes:
            raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        upload = await asyncio.to_thread(self._folder.begin, right)
        try:
            await _stream(receive, upload, room_bytes)
            await asyncio.to_thread(upload.finish, name, self._clock())
        except BaseException:
            upload.drop()
            raise

    async def _tell(self, refused: _RefusedError, right: UploadRight) -> None:
        if refused.status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            room_bytes = await asyncio.to_thread(self._folder.room_bytes, right.station)
            with suppress(StoreError):  # the station hears of it in any case
                await self._no_room(right.station, room_bytes)


async def _stream(receive: Receive, upload: Upload, room_bytes: int) -> None:
    more = True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise _RefusedError(HTTPStatus.BAD_REQUEST)
        body = event.get("body", b"")
        room_bytes -= len(body)
        if room_bytes < 0:
            raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        await asyncio.to_thread(upload.write, body)
        more = event.get("more_body", False)


def _announced_bytes(scope: Scope) -> int:
    told = dict(scope["headers"]).get(b"content-length", b"0")
    return int(told) if told.isdigit() else 0
