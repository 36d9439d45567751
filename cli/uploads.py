"""Files that a command hands in: to a service in pieces, or into the inbox of the stores it opens itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import httpx

from core.errors import RequestError, UnavailableError
from core.imports import KeptFile
from operations.house import House
from operations.routes import FILES
from operations.table import Capability

_CHUNK_BYTE: Final = 1_048_576


def files_in(capability: Capability, request: dict[str, Any]) -> dict[str, Path]:
    """Return the fields that name a file on this machine; what is none is the digest of one handed in before."""
    given = {field.name: request.get(field.name) for field in capability.fields if field.metadata.get("upload")}
    paths = {name: Path(said) for name, said in given.items() if isinstance(said, str)}
    missing = [path for path in paths.values() if not path.is_file() and path.name != str(path)]
    if missing:
        raise RequestError("cli.file_unreadable", path=str(missing[0]))
    return {name: path for name, path in paths.items() if path.is_file()}


async def send_files(
    client: httpx.AsyncClient, capability: Capability, request: dict[str, Any]
) -> tuple[dict[str, Any], httpx.Response | None]:
    """Return the request with digests instead of paths, and the answer where a file was refused."""
    handed = dict(request)
    for name, path in files_in(capability, request).items():
        answer = await client.post(FILES, params={"name": path.name}, content=pieces(path), timeout=None)
        if not answer.is_success:
            return handed, answer
        handed[name] = answer.json()["digest"]
    return handed, None


async def keep_files(house: House, capability: Capability, request: dict[str, Any]) -> dict[str, Any]:
    """Return the request with digests instead of paths, once the files are in the inbox."""
    kept: dict[str, KeptFile] = {}
    for name, path in files_in(capability, request).items():
        if house.inbox is None:
            raise UnavailableError("imports.no_inbox")
        kept[name] = await house.inbox.keep(path.name, pieces(path))
    return request | {name: file.digest for name, file in kept.items()}


async def pieces(path: Path) -> AsyncIterator[bytes]:
    """Yield a file in pieces."""
    with path.open("rb") as file:
        while piece := file.read(_CHUNK_BYTE):
            yield piece
