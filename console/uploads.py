"""Taking in files, in pieces and straight to disk: what is done with them is asked for by their digest."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from typing import Final

import orjson
from fastapi import FastAPI, Request, Response
from starlette.datastructures import UploadFile

from console.signin import SignIn
from core.errors import ForbiddenError, UnavailableError
from core.imports import FileInbox, KeptFile
from core.people import Actor
from operations.gate import Gate
from operations.house import House
from operations.routes import FILES
from operations.table import CAPABILITIES, Capability

_FORM_BYTE: Final = 1_048_576
_CHUNK_BYTE: Final = 1_048_576

_FORMS: Final = re.compile(r"/imports|/firmware|/weather/[^/]+/import")
"""The pages whose forms take files."""


def limit_of(path: str, file_byte: int) -> int | None:
    """Return how many bytes a request to a path that takes files may have, None for any other path."""
    if path == FILES:
        return file_byte
    return file_byte + _FORM_BYTE if _FORMS.fullmatch(path) else None


class Uploads:
    """`POST /api/v1/imports/files?name=…` with the file as the body."""

    def __init__(self, gate: Gate, signin: SignIn) -> None:
        self._gate = gate
        self._signin = signin

    def add_to(self, app: FastAPI) -> None:
        """Add the route."""
        app.router.add_route(FILES, self._take, methods=["POST"])

    async def _take(self, request: Request) -> Response:
        _must_use_files(await self._signin.actor(request))
        kept = await inbox_of(self._gate.house).keep(request.query_params.get("name", ""), request.stream())
        return Response(orjson.dumps(kept), 201, media_type="application/json")


async def keep_form_file(house: House, file: UploadFile) -> KeptFile:
    """Return a file that came with a form, once it is in the inbox. Raises `RequestError` for an empty one."""
    return await inbox_of(house).keep(file.filename or "", _pieces(file))


def _must_use_files(actor: Actor) -> None:
    """Raise `ForbiddenError` for who may ask for nothing that takes a file."""
    takes_files = [row for row in CAPABILITIES.values() if any(field.metadata.get("upload") for field in row.fields)]
    if not any(row.admits(actor) for row in takes_files):
        raise ForbiddenError("error.role_missing", name=FILES, role=", ".join(sorted({*_roles(takes_files)})))


def _roles(rows: Iterable[Capability]) -> Iterable[str]:
    return (role.value for row in rows for role in row.roles)


def inbox_of(house: House) -> FileInbox:
    """Return where files are kept. Raises `UnavailableError` where there is no such place."""
    if house.inbox is None:
        raise UnavailableError("imports.no_inbox")
    return house.inbox


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(_CHUNK_BYTE):
        yield piece
