"""Everything the service keeps, copied while it goes on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from core.care import Kept
from core.errors import RequestError, UnavailableError
from operations.house import Call, House


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteBackup:
    """Into which folder of the service's machine, by its full path; it is made if only the last name is missing."""

    folder: str


async def write_backup(house: House, request: WriteBackup, call: Call) -> Kept:
    """Write a backup and return what is in it.

    Raises `RequestError` for a folder that is none, `UnavailableError` where nothing can be kept.
    """
    if house.safekeeper is None:
        raise UnavailableError("backup.unavailable")
    folder = Path(request.folder)
    if not folder.is_absolute() or not await asyncio.to_thread(folder.parent.is_dir):
        raise RequestError("backup.no_folder", folder=request.folder[:200])
    return await house.safekeeper.keep(folder, call.progress)
