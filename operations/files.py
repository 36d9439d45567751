"""Handing out files that were made: exports from the shelf, reports from the ledger."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from core.errors import ForbiddenError, NotFoundError
from core.people import Role
from operations.export_rows import FileRef
from operations.exports import ref_of
from operations.house import Call, House


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file somebody may have: on the disk at `path`, else its bytes."""

    ref: FileRef
    path: Path | None = None
    content: bytes = b""


async def find_file(house: House, id: str, call: Call) -> FoundFile:  # noqa: A002
    """Return a file. Raises `NotFoundError` if it is gone or never was, `ForbiddenError` for somebody else's."""
    found = await asyncio.to_thread(house.shelf.find, id) if house.shelf else None
    if found is None:
        raise NotFoundError("exports.file_unknown", id=id[:80])
    kept, path = found
    if kept.owner != call.actor.name and not call.actor.may(Role.ADMIN):
        raise ForbiddenError("exports.file_of_another")
    return FoundFile(ref_of(kept), path)
