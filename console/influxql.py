"""InfluxDB 1.x's `/query` and `/ping`, so that a stock Grafana reads the embedded store.

Programs come with a token, in whichever place InfluxDB's clients put it; cookies mean nothing here,
so no other site can ask in a visitor's name. Errors are JSON with `error`, as InfluxDB's.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import gzip
from collections.abc import Mapping
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request, Response

from console.problems import UnauthorizedError
from console.signin import SignIn
from core.errors import RequestError, UnavailableError
from core.people import Actor, Role
from core.ports import InfluxQlRequest
from operations.house import House

VERSION: Final = "1.6.7-kreiswatt"
"""Whose dialect is spoken, and by whom."""

_HEADERS: Final = {"x-influxdb-version": VERSION, "x-influxdb-build": "OSS"}
_NONE_GIVEN: Final = "unable to parse authentication credentials"
_POLICIES: Final = frozenset({"", "autogen", "default"})
_WORTH_GZIP_BYTE: Final = 1400


def router(house: House, signin: SignIn) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()
    door = _Door(house, signin)
    routes.add_api_route("/query", door.query, methods=["GET", "POST"], include_in_schema=False)
    routes.add_api_route("/ping", _ping, methods=["GET", "HEAD"], include_in_schema=False)
    return routes


async def _ping() -> Response:
    return Response(status_code=204, headers=_HEADERS)


class _Door:
    """The handler behind the route."""

    def __init__(self, house: House, signin: SignIn) -> None:
        self._house = house
        self._signin = signin

    async def query(self, request: Request) -> Response:
        """Answer a query: parameters from the URL, and from the form, which wins."""
        form = await request.form() if request.method == "POST" else {}
        given = {**request.query_params, **{name: value for name, value in form.items() if isinstance(value, str)}}
        try:
            actor = await self._actor(request, given)
        except UnauthorizedError as error:
            said = "authorization failed" if error.finding.code == "error.token_invalid" else _NONE_GIVEN
            return _error(401, said, {"www-authenticate": 'Basic realm="InfluxDB"'})
        if not actor.may(Role.VIEWER):
            return _error(403, f"{actor.name} not authorized to read")
        return await self._answer(request, given, actor)

    async def _answer(self, request: Request, given: Mapping[str, str], actor: Actor) -> Response:
        if self._house.influxql is None:
            raise UnavailableError("influxql.not_served")
        if not given.get("q", "").strip():
            return _error(400, 'missing required parameter "q"')
        try:
            params = orjson.loads(given.get("params") or b"{}")
        except orjson.JSONDecodeError as error:
            return _error(400, f"error parsing query parameters: {error}")
        if not isinstance(params, dict):
            return _error(400, "error parsing query parameters: no JSON object")
        if (policy := given.get("rp", "")) not in _POLICIES:
            unknown = f"retention policy not found: {policy}"
            return await _json(request, {"results": [{"statement_id": 0, "error": unknown}]})
        asked = InfluxQlRequest(
            text=given["q"],
            database=given.get("db", ""),
            epoch=given.get("epoch", "").strip(),
            params=params,
            sites=actor.sites,
        )
        try:
            return await _json(request, await self._house.influxql.ask(asked))
        except RequestError as error:
            return _error(400, str(dict(error.finding.params).get("said", error.finding)))

    async def _actor(self, request: Request, given: Mapping[str, str]) -> Actor:
        secret = _secret(request.headers.get("authorization", ""))
        if secret is None:
            secret = given.get("p") or None
        if secret is None:
            raise UnauthorizedError("error.not_signed_in")
        return await self._signin.by_token(secret)


def _secret(header: str) -> str | None:
    """Return the token in an Authorization header: behind `Token` or `Bearer`, or as the password of `Basic`.

    An empty user with an empty password is nothing at all: Grafana's proxy sends it when none is set.
    """
    scheme, _, rest = header.partition(" ")
    match scheme.lower():
        case "token" | "bearer":
            return rest.strip()
        case "basic":
            try:
                user, _, password = base64.b64decode(rest.strip(), validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                return ""
            return password if user or password else None
        case "":
            return None
    return ""


def _error(status: int, said: str, headers: Mapping[str, str] | None = None) -> Response:
    body = orjson.dumps({"error": said})
    return Response(body, status, {**_HEADERS, **(headers or {})}, media_type="application/json")


async def _json(request: Request, answer: Mapping[str, Any]) -> Response:
    zipped = "gzip" in request.headers.get("accept-encoding", "")
    body, headers = await asyncio.to_thread(_encoded, answer, zipped=zipped)
    return Response(body, 200, {**_HEADERS, **headers}, media_type="application/json")


def _encoded(answer: Mapping[str, Any], *, zipped: bool) -> tuple[bytes, dict[str, str]]:
    body = orjson.dumps(answer)
    if not zipped or len(body) < _WORTH_GZIP_BYTE:
        return body, {"vary": "accept-encoding"}
    return gzip.compress(body, 1), {"content-encoding": "gzip", "vary": "accept-encoding"}
