"""Who asks: browser sessions by cookie, programs by token, and the ways in.

The session cookie is HttpOnly and SameSite=Lax, and Secure with the `__Host-` prefix where people
reach the console by https. Changes asked for by cookie carry a CSRF token besides.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from urllib.parse import urlsplit

from fastapi import Request, Response

from config.settings import ConsoleSettings
from console.problems import UnauthorizedError
from console.throttle import Throttle
from core.books import PeopleBook
from core.errors import ForbiddenError, ServiceError
from core.facts import User
from core.people import Actor
from core.ports import Clock
from operations.people import access

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf_token"
RENEW_AFTER_S = 600.0
MOST_RENEWED = 10_000


class TooManyAttemptsError(ServiceError):
    """Somebody guesses; `wait_s` says for how long to stop."""

    def __init__(self, wait_s: float) -> None:
        self.wait_s = ceil(wait_s)
        super().__init__("signin.too_many_attempts", wait_s=self.wait_s)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a browser session. `csrf` goes into forms (`csrf_token`) or the header X-CSRF-Token."""

    actor: Actor
    user: User
    csrf: str = field(repr=False)


class SignIn:
    """The ways in, over the ledger's secrets. `local_token` opens the API for commands on this machine."""

    def __init__(
        self,
        people: PeopleBook,
        settings: ConsoleSettings,
        clock: Clock,
        *,
        local_token: str | None = None,
        local_actor: Actor | None = None,
    ) -> None:
        self.https = settings.public_url.startswith("https://")
        self.cookie = "__Host-kreiswatt" if self.https else "kreiswatt"
        self._people = people
        self._clock = clock
        self._local_token = local_token
        self._local_actor = local_actor
        self._by_name = Throttle(limit=5, span_s=300)
        self._by_address = Throttle(limit=30, span_s=300)
        self._renewed_s: OrderedDict[str, float] = OrderedDict()
        # Argon2 takes 64 MiB a time.
        self._hashing = asyncio.Semaphore(2)

    async def visitor(self, request: Request) -> Visitor | None:
        """Return who has the request's session cookie, None without a good one; being here keeps it alive."""
        secret = request.cookies.get(self.cookie)
        if not secret:
            return None
        now_utc = self._clock()
        user = await access.session_user(self._people, secret, now_utc)
        if user is None:
            return None
        if self._renewal_due(access.digest(secret)):
            await access.keep_session(self._people, secret, user.name, now_utc)
        return Visitor(access.actor_of(user), user, csrf_of(secret))

    async def actor(self, request: Request) -> Actor:
        """Return who asks, by token or by cookie.

        Raises `UnauthorizedError`, or `ForbiddenError` for a change asked for by cookie without its CSRF token.
        """
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme:
            return await self._program(scheme, secret.strip())
        visitor = await self.visitor(request)
        if visitor is None:
            raise UnauthorizedError("error.not_signed_in")
        if request.method not in SAFE_METHODS:
            check_csrf(request, visitor, request.headers.get(CSRF_HEADER))
        return visitor.actor

    async def by_link(self, request: Request, secret: str) -> User | None:
        """Return whose one-time link it is and use it up, None for a bad one. Raises `TooManyAttemptsError`."""
        self._knock(request)
        return await access.redeem_link(self._people, secret, self._clock())

    async def by_password(self, request: Request, name: str, password: str) -> User | None:
        """Return the user if the password is right. Raises `TooManyAttemptsError` for whoever guesses."""
        self._knock(request)
        self._heed(self._by_name, name)
        async with self._hashing:
            user = await access.password_user(self._people, name[:200], password[:1024])
        if user:
            self._by_name.forget(name)
        return user

    async def begin(self, request: Request, response: Response, user: User, way: str) -> None:
        """Begin a session and put its cookie on the answer; a session the browser had before ends."""
        now_utc = self._clock()
        await self._end_session(request)
        secret = await access.begin_session(self._people, user.name, now_utc)
        await self._people.audit(user.name, "session.begin", user.name, way, now_utc)
        response.set_cookie(
            self.cookie,
            secret,
            max_age=int(access.SESSION_LIFE.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=self.https,
            path="/",
        )

    async def end(self, request: Request, response: Response) -> None:
        """End the browser's session and take its cookie away."""
        await self._end_session(request)
        response.delete_cookie(self.cookie, path="/", secure=self.https, httponly=True, samesite="lax")

    async def _end_session(self, request: Request) -> None:
        if secret := request.cookies.get(self.cookie):
            await access.end_session(self._people, secret)

    async def by_token(self, secret: str) -> Actor:
        """Return whose token it is. Raises `UnauthorizedError`."""
        if secret:
            if self._local_token and self._local_actor and access.same(secret, self._local_token):
                return self._local_actor
            if actor := await access.token_actor(self._people, secret, self._clock()):
                return actor
        raise UnauthorizedError("error.token_invalid")

    async def _program(self, scheme: str, secret: str) -> Actor:
        return await self.by_token(secret if scheme.lower() == "bearer" else "")

    def heed(self, request: Request) -> None:
        """Count an attempt from the request's address. Raises `TooManyAttemptsError` for whoever guesses."""
        self._heed(self._by_address, _address(request))

    def _renewal_due(self, digest: str) -> bool:
        now_s = time.monotonic()
        if now_s - self._renewed_s.get(digest, -RENEW_AFTER_S) < RENEW_AFTER_S:
            return False
        self._renewed_s[digest] = now_s
        if len(self._renewed_s) > MOST_RENEWED:
            self._renewed_s.popitem(last=False)
        return True

    def _knock(self, request: Request) -> None:
        # Otherwise another site could sign a visitor in under a name of its choice.
        check_origin(request)
        self._heed(self._by_address, _address(request))

    @staticmethod
    def _heed(throttle: Throttle, key: str) -> None:
        if wait_s := throttle.wait_s(key):
            raise TooManyAttemptsError(wait_s)


def csrf_of(secret: str) -> str:
    """Return the CSRF token of a session: derived from its secret, useless without the cookie."""
    return hashlib.blake2b(secret.encode(), digest_size=32, person=b"kreiswatt-csrf").hexdigest()


def check_csrf(request: Request, visitor: Visitor, given: str | None) -> None:
    """Raise `ForbiddenError` for a change that did not come from our own page."""
    check_origin(request)
    if not given or not access.same(given, visitor.csrf):
        raise ForbiddenError("error.csrf")


def check_origin(request: Request) -> None:
    """Raise `ForbiddenError` where the browser says that another site sent the form."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ForbiddenError("error.csrf")
    origin = request.headers.get("origin")
    ours = {request.headers.get("host"), request.app.state.public_netloc}
    if origin and (urlsplit(origin).netloc or None) not in ours:
        raise ForbiddenError("error.csrf")


def form_csrf(form: Mapping[str, object]) -> str | None:
    """Return the CSRF token of a form."""
    given = form.get(CSRF_FIELD)
    return given if isinstance(given, str) else None


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
