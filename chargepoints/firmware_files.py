"""The firmware library's bytes, and how stations get them: by an address that cannot be guessed, while it is needed."""

from __future__ import annotations

import hmac
import os
import re
import shutil
from collections.abc import Awaitable, Callable
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from secrets import token_hex
from typing import Final

from starlette.responses import FileResponse, Response

from chargepoints.upload_folder import safe_name
from chargepoints.uploads import Application, Receive, Scope, Send
from core.errors import RequestError, StoreError
from core.firmware import FirmwareFile

PREFIX: Final = "/firmware-file/"
_MAC_HEX: Final = 32
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")

Needed = Callable[[int, str], Awaitable[FirmwareFile | None]]
"""Returns a file by its id, None where nothing under way has been given the address with this token."""


class FirmwareTokens:
    """Makes and reads the part of an address that cannot be guessed, by a key derived from one secret `key`."""

    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, b"firmware addresses", sha256)

    def __repr__(self) -> str:
        return "FirmwareTokens()"

    def address(self, file: int, name: str) -> str:
        """Return the path of a new address of a file."""
        body = f"{file:x}.{token_hex(8)}"
        return f"{PREFIX}{body}.{self._sign(body)}/{safe_name(name)}"

    def read(self, token: str) -> int | None:
        """Return of which file a token is, None if it is not ours."""
        body, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(body).encode()):
            return None
        return int(body.partition(".")[0], 16)

    def _sign(self, body: str) -> str:
        return hmac.digest(self._key, body.encode(), sha256).hex()[:_MAC_HEX]


class FirmwareFolder:
    """`core.firmware.FirmwareShelf` in a folder that nobody else may read."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes

    def put(self, source: Path, sha256: str) -> None:
        """Keep a copy of a file. Raises `RequestError` beyond the quota, `StoreError` where the disk takes no more."""
        if self.path(sha256).is_file():
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            held_bytes = sum(path.stat().st_size for path in self._folder.iterdir())
            if held_bytes + source.stat().st_size > self._limit_bytes:
                raise RequestError("firmware.no_room", limit_mb=self._limit_bytes // 1_000_000)
            part = self.path(sha256).with_suffix(".part")
            shutil.copyfile(source, part)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(self.path(sha256))
        except OSError as error:
            raise StoreError("store.write_failed", file=str(self._folder), error=str(error)) from error

    def path(self, sha256: str) -> Path:
        """Return where a content lies."""
        if not _DIGEST.fullmatch(sha256):
            raise ValueError(sha256)
        return self._folder / sha256

    def drop(self, sha256: str) -> None:
        """Throw a content away."""
        self.path(sha256).unlink(missing_ok=True)


class FirmwareServer:
    """An ASGI application: answers `GET`, ranges too, and `HEAD` of `/firmware-file/<token>/<name>`; nothing else."""

    def __init__(self, tokens: FirmwareTokens, folder: FirmwareFolder, needed: Needed) -> None:
        self._tokens = tokens
        self._folder = folder
        self._needed = needed

    def before(self, app: Application) -> Application:
        """Return an application that gives firmware addresses to this server and all else to another."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            ours = scope["type"] == "http" and scope["path"].startswith(PREFIX)
            await (self if ours else app)(scope, receive, send)

        return answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = await self._response(scope)
        await response(scope, receive, send)

    async def _response(self, scope: Scope) -> Response:
        if scope["method"] not in {"GET", "HEAD"}:
            return Response(status_code=HTTPStatus.METHOD_NOT_ALLOWED, headers={"allow": "GET, HEAD"})
        token = scope["path"].removeprefix(PREFIX).partition("/")[0]
        number = self._tokens.read(token)
        if number is None:
            return Response(status_code=HTTPStatus.NOT_FOUND)
        file = await self._needed(number, token)
        if file is None or not self._folder.path(file.sha256).is_file():
            return Response(status_code=HTTPStatus.GONE)
        headers = {"etag": f'"{file.sha256}"', "cache-control": "no-store"}
        return FileResponse(self._folder.path(file.sha256), media_type="application/octet-stream", headers=headers)
