"""Everything the service keeps, copied while it goes on."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from pathlib import Path

from core.care import Kept
from core.errors import RequestError, ServiceError, UnavailableError
from core.work import JobRun, JobState
from operations.house import Call, House
from operations.schedule import BACKUP


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteBackup:
    """Into which folder of the service's machine, by its full path; it is made if only the last name is missing."""

    folder: str


async def write_backup(house: House, request: WriteBackup, call: Call) -> Kept:
    """Write a backup and return what is in it; how it went is kept among the runs of jobs.

    Raises `RequestError` for a folder that is none, `UnavailableError` where nothing can be kept.
    """
    if house.safekeeper is None:
        raise UnavailableError("backup.unavailable")
    folder = Path(request.folder)
    if not folder.is_absolute() or not await asyncio.to_thread(folder.parent.is_dir):
        raise RequestError("backup.no_folder", folder=request.folder[:200])
    try:
        kept = await house.safekeeper.keep(folder, call.progress)
    except ServiceError as error:
        await house.ledger.save_run(replace(_run(house, call, JobState.FAILED), finding=error.finding))
        raise
    result = json.dumps({"file": kept.file, "sessions": kept.sessions, "frames": kept.frames}, ensure_ascii=False)
    await house.ledger.save_run(replace(_run(house, call, JobState.DONE), fraction=1.0, result=result))
    return kept


def _run(house: House, call: Call, state: JobState) -> JobRun:
    return JobRun(
        job=BACKUP,
        period=house.day(call.now_utc).isoformat(),
        state=state,
        begun_at_utc=call.now_utc,
        ended_at_utc=house.clock(),
        started_by=call.actor.name,
    )
