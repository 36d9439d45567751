"""The REST API, generated from the table of capabilities.

`X.list` is `GET /api/v1/X`, `X.show` is `GET /api/v1/X/{id}` (without a key `GET /api/v1/X`),
`X.history` is `GET /api/v1/X/history`, any other verb `POST /api/v1/X/{verb}`. Long operations answer
202 and are watched at `/api/v1/operations/{id}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response

from console.files import file_answer
from console.idempotency import Answer, IdempotencyKeys
from console.problems import described, language_of, status_of
from console.signin import SignIn
from core.errors import RequestError, ServiceError
from core.people import Actor
from core.ports import Clock, Page
from core.texts import Finding, Language
from operations.edge import InvalidRequestError, many, read_request, write_result
from operations.gate import Gate, admitted
from operations.local import LOCAL_ROWS
from operations.long import LongOperations, Run, State
from operations.routes import ROOT, route_of
from operations.table import CAPABILITIES, Capability

ROWS: dict[str, Capability] = {**CAPABILITIES, **LOCAL_ROWS}


class Api:
    """The handlers behind the routes."""

    def __init__(self, gate: Gate, long: LongOperations, signin: SignIn, clock: Clock) -> None:
        self._gate = gate
        self._long = long
        self._signin = signin
        self._clock = clock
        self._keys = IdempotencyKeys(gate.house.ledger, clock)

    def add_to(self, app: FastAPI) -> None:
        """Add all routes."""
        # A key may hold a slash, so it is the whole rest of the path, and every other path comes first.
        for name, capability in sorted(ROWS.items(), key=lambda row: "{" in route_of(*row)[1]):
            method, path = route_of(name, capability)
            app.router.add_route(
                path.replace("}", ":path}"), _Row(self, name, capability).answer, methods=[method], name=name
            )
        app.router.add_route(f"{ROOT}/files/{{id}}", self._fetch, methods=["GET"])
        app.router.add_route(f"{ROOT}/operations", self._list_runs, methods=["GET"])
        app.router.add_route(f"{ROOT}/operations/{{id}}", self._show_run, methods=["GET"])
        app.router.add_route(f"{ROOT}/operations/{{id}}/cancel", self._cancel_run, methods=["POST"])

    async def read(self, name: str, request: Request) -> Response:
        """Answer a GET."""
        actor = await self._signin.actor(request)
        capability = admitted(name, actor)
        wanted = read_request(capability, {**_asked(capability, request), **request.path_params})
        result = await self._gate.call(name, wanted, actor, self._clock())
        headers = _next(request, result) if isinstance(result, Page) else {}
        return _json(200, write_result(capability, result), headers)

    async def write(self, name: str, request: Request) -> Response:
        """Answer a POST, once per Idempotency-Key."""
        actor = await self._signin.actor(request)
        body = await request.body()
        wanted = read_request(admitted(name, actor), _object(request, body))

        async def do() -> Answer:
            return await self._do(name, wanted, actor, language_of(request))

        key = request.headers.get("idempotency-key")
        asked = f"{name}\n".encode() + body
        answer = await self._keys.once(actor, key, asked, do) if key and ROWS[name].changes else await do()
        return _json(answer.status, answer.body.encode(), answer.headers)

    async def _do(self, name: str, wanted: object, actor: Actor, language: Language) -> Answer:
        capability = ROWS[name]
        if capability.long:
            run = self._long.start(name, wanted, actor)
            return Answer(202, _run(run, language).decode(), {"location": f"{ROOT}/operations/{run.id}"})
        result = await self._gate.call(name, wanted, actor, self._clock())
        return Answer(200, write_result(capability, result).decode())

    async def _fetch(self, request: Request) -> Response:
        actor = await self._signin.actor(request)
        return file_answer(await self._gate.fetch(request.path_params["id"], actor, self._clock()))

    async def _list_runs(self, request: Request) -> Response:
        runs = self._long.runs(await self._signin.actor(request))
        language = language_of(request)
        return _json(200, b'{"items":[%b]}' % b",".join(_run(run, language) for run in runs))

    async def _show_run(self, request: Request) -> Response:
        run = self._long.run(request.path_params["id"], await self._signin.actor(request))
        return _json(200, _run(run, language_of(request)))

    async def _cancel_run(self, request: Request) -> Response:
        run = await self._long.cancel(request.path_params["id"], await self._signin.actor(request))
        return _json(200, _run(run, language_of(request)))


class _Row:
    """One row's handler."""

    def __init__(self, api: Api, name: str, capability: Capability) -> None:
        self._api = api
        self._name = name
        self._reads = route_of(name, capability)[0] == "GET"

    async def answer(self, request: Request) -> Response:
        if self._reads:
            return await self._api.read(self._name, request)
        return await self._api.write(self._name, request)


def _asked(capability: Capability, request: Request) -> dict[str, Any]:
    several = many(capability)
    return {
        name: request.query_params.getlist(name) if name in several else value
        for name, value in request.query_params.items()
    }


def _object(request: Request, body: bytes) -> Mapping[str, Any]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind != "application/json":
        raise RequestError("error.not_json")
    try:
        given = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise RequestError("error.not_json") from error
    if not isinstance(given, dict):
        raise InvalidRequestError([Finding.of("request.field_not_an_object", field="body")])
    return given


def _next(request: Request, page: Page[Any]) -> dict[str, str]:
    if page.next_cursor is None:
        return {}
    following = request.url.include_query_params(cursor=page.next_cursor)
    return {"link": f'<{following.path}?{following.query}>; rel="next"'}


def _json(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> Response:
    return Response(body, status, dict(headers or {}), media_type="application/json")


def _run(run: Run, language: Language) -> bytes:
    shown = {
        "id": run.id,
        "name": run.name,
        "actor": run.actor,
        "state": run.state,
        "fraction": run.fraction,
        "doing": run.doing,
        "begun_at_utc": run.begun_at_utc,
        "ended_at_utc": run.ended_at_utc,
        "error": _failure(run.error, language) if run.error else None,
        "result": _result(run),
    }
    return orjson.dumps(shown, option=orjson.OPT_UTC_Z)


def _failure(error: ServiceError, language: Language) -> dict[str, Any]:
    findings = getattr(error, "findings", ())
    told = {"errors": [described(each, language) for each in findings]} if findings else {}
    return {"status": status_of(error), **described(error.finding, language), **told}


def _result(run: Run) -> orjson.Fragment | None:
    return orjson.Fragment(write_result(ROWS[run.name], run.result)) if run.state is State.DONE else None
