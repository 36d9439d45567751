"""What every request passes first and every answer last: host, size, headers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.problems import problem
from core.texts import Finding

MAX_BODY_BYTES = 1_048_576
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # with no-referrer browsers send forms with `Origin: null`
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


def _nowhere(_path: str) -> None:
    return None


class Guard:
    """Refuses foreign host names (DNS rebinding) and bodies over one megabyte; sets the security headers.

    `uploads` tells of a path that takes files how many bytes may be sent there, None of any other. `refuse` makes the
    answer to what is too large.

    Answers are not to be kept by caches unless they say so themselves. `https` adds
    Strict-Transport-Security.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Iterable[str],
        https: bool,
        uploads: Callable[[str], int | None] = _nowhere,
        refuse: Callable[[Request, int, Finding], ASGIApp] = problem,
    ) -> None:
        self._app = app
        self._refuse = refuse
        self._uploads = uploads
        self._hosts = frozenset(hosts)
        self._headers = HEADERS | ({"strict-transport-security": "max-age=31536000"} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the application answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        upload_byte = self._uploads(request.url.path) if request.method == "POST" else None
        limit_byte = MAX_BODY_BYTES if upload_byte is None else upload_byte
        bounded = _Bounded(receive, self._guarded(send), limit_byte)
        if not self._knows(request):
            await problem(request, 421, Finding.of("error.host_unknown"))(scope, receive, bounded.send)
        elif _announced(request) > limit_byte:
            await self._refuse(request, 413, too_large(limit_byte))(scope, receive, bounded.send)
        else:
            await self._pass(request, bounded)

    async def _pass(self, request: Request, bounded: _Bounded) -> None:
        try:
            await self._app(request.scope, bounded.receive, bounded.send)
        except BodyTooLargeError:
            if bounded.answered:
                raise
            answer = self._refuse(request, 413, too_large(bounded.limit_byte))
            await answer(request.scope, bounded.receive, bounded.send)

    def _knows(self, request: Request) -> bool:
        host = urlsplit(f"//{request.headers.get('host', '')}")
        return (host.hostname or "") in self._hosts

    def _guarded(self, send: Send) -> Send:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        return guarded


class BodyTooLargeError(Exception):
    """A body went on beyond its limit, whatever its header said."""


class _Bounded:
    """Counts what comes in and knows whether an answer has begun."""

    def __init__(self, receive: Receive, send: Send, limit_byte: int) -> None:
        self.limit_byte = limit_byte
        self._receive = receive
        self._send = send
        self._size_byte = 0
        self.answered = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._size_byte += len(message.get("body", b""))
        if self._size_byte > self.limit_byte:
            raise BodyTooLargeError
        return message

    async def send(self, message: Message) -> None:
        self.answered = True
        await self._send(message)


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    return int(length) if length.isdecimal() else 0


def too_large(limit_byte: int) -> Finding:
    """Return what is told of a body that is too large."""
    return Finding.of("error.body_too_large", limit_mb=max(1, limit_byte // 1_000_000))
