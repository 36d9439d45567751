"""The web application: REST API, monitoring, and the console's pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from config.settings import ConsoleSettings
from console import influxql, monitoring, openapi, pages
from console.api import Api
from console.guard import LOOPBACK, Guard
from console.problems import problem, problem_of
from console.signin import SignIn, TooManyAttemptsError
from console.uploads import Uploads, limit_of
from core.errors import ServiceError
from core.people import Actor
from core.ports import Clock
from core.texts import Finding
from operations.gate import Gate
from operations.long import LongOperations
from operations.routes import ROOT


def build_app(
    gate: Gate,
    settings: ConsoleSettings,
    clock: Clock,
    *,
    local_token: str | None = None,
    local_actor: Actor | None = None,
) -> FastAPI:
    """Return the application; `local_token` opens the API as `local_actor` for commands on this machine."""
    long = LongOperations(gate, clock)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await long.close()

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan)
    signin = SignIn(gate.house.ledger, settings, clock, local_token=local_token, local_actor=local_actor)
    _add_error_handlers(app)
    app.add_api_route(f"{ROOT}/openapi.json", _openapi, include_in_schema=False)
    Api(gate, long, signin, clock).add_to(app)
    Uploads(gate, signin).add_to(app)
    public = urlsplit(settings.public_url)
    host = public.hostname
    app.state.public_netloc = public.netloc  # a proxy may have put another Host before it
    app.include_router(monitoring.router(gate, signin, direct=host is None or host in LOOPBACK))
    app.include_router(influxql.router(gate.house, signin))
    app.state.desk = pages.Desk(gate=gate, signin=signin, settings=settings, clock=clock, long=long)
    app.include_router(pages.router(app.state.desk))
    app.add_middleware(
        Guard,
        hosts={*LOOPBACK, settings.host, *([host] if host else [])},
        https=signin.https,
        uploads=partial(limit_of, file_byte=settings.upload_max_mb * 1_000_000),
        refuse=_refused,
    )
    return app


def _is_for_programs(request: Request) -> bool:
    return request.url.path.startswith((f"{ROOT}/", "/health/", "/metrics", "/query", "/ping"))


def _refused(request: Request, status: int, finding: Finding) -> Response:
    """Return the answer to a request that never reached a handler, as its reader can read it."""
    return problem(request, status, finding) if _is_for_programs(request) else pages.failed(request, status, finding)


async def _openapi() -> JSONResponse:
    return JSONResponse(openapi.document())


def _add_error_handlers(app: FastAPI) -> None:
    async def service_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, ServiceError)  # noqa: S101 - it is registered for these alone
        return problem_of(request, error)

    async def too_many(request: Request, error: Exception) -> Response:
        assert isinstance(error, TooManyAttemptsError)  # noqa: S101 - it is registered for these alone
        return problem(request, 429, error.finding, headers={"retry-after": str(error.wait_s)})

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for these alone
        finding = Finding.of(f"error.status_{error.status_code}")
        if not _is_for_programs(request):
            return pages.failed(request, error.status_code, finding)
        return problem(request, error.status_code, finding, headers=error.headers)

    async def defect(request: Request, _error: Exception) -> Response:
        return _refused(request, 500, Finding.of("error.defect"))

    app.add_exception_handler(ServiceError, service_error)
    app.add_exception_handler(TooManyAttemptsError, too_many)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(Exception, defect)
