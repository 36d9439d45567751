"""How a command reaches the capabilities: a service elsewhere, the one on this machine, or the stores themselves."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx

from cli.progress import bar
from cli.saved import unpacking, writing
from cli.uploads import keep_files, send_files
from config.settings import FILE, read_form
from core.errors import ConfigError, ForbiddenError, RequestError, UnavailableError
from core.texts import Finding, Language, Param
from operations.edge import read_request, write_result
from operations.house import Progress
from operations.routes import ROOT, route_of
from operations.table import Capability

POLL_S = 0.2
TIMEOUT_S = 60.0
REPORT_S = {"dashboards.diff": 600.0, "dashboards.push": 600.0}
"""How long to wait where another server is asked many things: a report that comes late is better than none."""

FOLDERS = frozenset({"shares.publish", "dashboards.build"})
"""Rows whose file is a folder in an archive: commands unpack it."""


@dataclass(frozen=True, slots=True)
class Way:
    """What was said about where to go; all may be left out."""

    config: Path
    url: str | None
    token: str | None = field(repr=False)
    language: Language = "en"


@dataclass(frozen=True, slots=True)
class Service:
    """A running service's address and a token for it."""

    url: str
    token: str = field(repr=False)


class AnsweredError(RequestError):
    """A service refused; `detail` is its text, already in the user's language, `lines` one per wrong field."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.detail = str(problem.get("detail", ""))
        self.lines = tuple(str(each.get("detail", "")) for each in problem.get("errors", ()))
        super().__init__(str(problem.get("code", "error.answer_unreadable")), status=status)


def answer_of(name: str, capability: Capability, request: dict[str, Any], way: Way, out: Path | None = None) -> bytes:
    """Return the answer's JSON, the same by every way; the file it names is written to `out`.

    Ctrl-C cancels what was begun, here or in the service.
    """
    try:
        return asyncio.run(_call(name, capability, request, way, out))
    except KeyboardInterrupt as error:
        raise RequestError("cli.cancelled") from error


async def _call(name: str, capability: Capability, request: dict[str, Any], way: Way, out: Path | None) -> bytes:
    if capability.apart and not way.url:
        return await _apart(name, capability, request, way)
    with bar(way.language) as progress:
        service = Service(way.url, way.token or "") if way.url else running_service(way.config)
        if service:
            return await _remote(service, name, capability, request, way, progress, out)
        return await _local(name, capability, request, way, progress, out)


def running_service(config: Path) -> Service | None:
    """Return the service that runs on this machine with this configuration, None if none does.

    Raises `ForbiddenError` if its files belong to somebody else.
    """
    file = _data_dir(config) / "run" / "service.json"
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        os.kill(said["pid"], 0)
    except PermissionError as error:
        raise ForbiddenError("cli.not_your_files", path=str(file)) from error
    except (FileNotFoundError, ProcessLookupError):
        return None
    return Service(said["url"], said["token"])


async def _local(
    name: str, capability: Capability, request: dict[str, Any], way: Way, progress: Progress, out: Path | None
) -> bytes:
    # The stores are loaded only by a command that opens them itself.
    from cli.wire import local_actor, now_utc, open_house

    _must_own(way.config)
    async with open_house(way.config) as gate:
        wanted = read_request(capability, await keep_files(gate.house, capability, request))
        result = await gate.call(name, wanted, local_actor(), now_utc(), progress)
        if out is not None:
            found = await gate.fetch(result.file.id, local_actor(), now_utc())
            with (unpacking if name in FOLDERS else writing)(out, found.ref.name) as write:
                write(found.path.read_bytes() if found.path else found.content)
        return write_result(capability, result)


async def _apart(name: str, capability: Capability, request: dict[str, Any], way: Way) -> bytes:
    """Return what is calculated here, with the factors and laws of the configuration folder where there is one."""
    from cli.wire import local_actor, now_utc
    from config.factors import factors_in
    from config.laws import laws_in
    from operations.apart import call_apart

    factors, wrong = factors_in(way.config)
    laws, wrong_laws = laws_in(way.config)
    if wrong or wrong_laws:
        raise ConfigError([*wrong, *wrong_laws])
    wanted = read_request(capability, request)
    return write_result(capability, await call_apart(name, wanted, factors, local_actor(), now_utc(), lambda: laws))


async def _remote(
    service: Service,
    name: str,
    capability: Capability,
    request: dict[str, Any],
    way: Way,
    progress: Progress,
    out: Path | None,
) -> bytes:
    headers: dict[str, str] = {"accept-language": way.language}
    if service.token:
        headers["authorization"] = f"Bearer {service.token}"
    async with httpx.AsyncClient(
        base_url=service.url, headers=headers, timeout=REPORT_S.get(name, TIMEOUT_S)
    ) as client:
        try:
            sending = asyncio.ensure_future(_send(client, name, capability, request))
            if capability.long:
                answer = await _watch(client, await _begun(client, sending), progress)
            else:
                answer = (await sending).content
            if out is not None:
                await _fetch(client, json.loads(answer)["file"], out, unpack=name in FOLDERS)
        except httpx.TransportError as error:
            raise UnavailableError("cli.unreachable", url=service.url, reason=str(error)) from error
        return answer


async def _fetch(client: httpx.AsyncClient, file: Mapping[str, Any], out: Path, *, unpack: bool) -> None:
    async with client.stream("GET", f"{ROOT}/files/{file['id']}") as answer:
        if not answer.is_success:
            await answer.aread()
        _sound(answer)
        with (unpacking if unpack else writing)(out, file["name"]) as write:
            async for chunk in answer.aiter_bytes():
                write(chunk)


async def _send(
    client: httpx.AsyncClient, name: str, capability: Capability, request: dict[str, Any]
) -> httpx.Response:
    request, refused = await send_files(client, capability, request)
    if refused is not None:
        return _sound(refused)
    method, path = route_of(name, capability)
    if method == "POST":
        # A key of its own makes it safe to send the change again should the connection break.
        return _sound(await client.post(path, json=request, headers={"idempotency-key": uuid4().hex}))
    key = capability.key
    if key and key in path:
        path = path.replace(f"{{{key}}}", quote(str(request.pop(key, "")), safe=""))
    return _sound(await client.get(path, params=request))


async def _begun(client: httpx.AsyncClient, sending: asyncio.Future[httpx.Response]) -> str:
    """Return where a long operation is watched; cancelled meanwhile, it is cancelled in the service first."""
    try:
        return (await asyncio.shield(sending)).headers["location"]
    except asyncio.CancelledError:
        await _cancel(client, (await sending).headers["location"])
        raise


async def _cancel(client: httpx.AsyncClient, location: str) -> None:
    await client.post(f"{location}/cancel", json={})


async def _watch(client: httpx.AsyncClient, location: str, progress: Progress) -> bytes:
    task = asyncio.current_task()
    try:
        # A cancellation may be lost inside of a request; the task still knows of it.
        while not (task and task.cancelling()):
            run = _sound(await client.get(location)).json()
            if run["doing"]:
                progress(run["fraction"], _finding(run["doing"]))
            if run["state"] != "running":
                return _ended(run)
            await asyncio.sleep(POLL_S)
    except asyncio.CancelledError:
        await _cancel(client, location)
        raise
    await _cancel(client, location)
    raise asyncio.CancelledError


def _ended(run: Mapping[str, Any]) -> bytes:
    if run["state"] == "cancelled":
        raise AnsweredError(409, {"code": "operation.cancelled"})
    if run["error"]:
        raise AnsweredError(run["error"]["status"], run["error"])
    return json.dumps(run["result"], ensure_ascii=False, separators=(",", ":")).encode()


def _sound(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    raise AnsweredError(answer.status_code, problem if isinstance(problem, dict) else {})


def _finding(told: Mapping[str, Any]) -> Finding:
    params: dict[str, Param] = told["params"]
    return Finding.of(told["code"], **params)


def _data_dir(config: Path) -> Path:
    try:
        form, _, _ = read_form((config / FILE).read_text(encoding="utf-8"))
    except PermissionError as error:
        raise ForbiddenError("cli.not_your_files", path=str(config / FILE)) from error
    except FileNotFoundError as error:
        raise ConfigError([Finding.of("cli.no_configuration", folder=str(config))]) from error
    return config / Path(form.data_dir if form else "data").expanduser()


def _must_own(config: Path) -> None:
    """Only who owns the files is an administrator without asking."""
    if os.geteuid() not in (0, (config / FILE).stat().st_uid):
        raise ForbiddenError("cli.not_your_files", path=str(config / FILE))
