"""Handing out files that were made: exports from the shelf, reports from the ledger."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.documents import MEDIA_TYPES, ReportRecord
from core.errors import ForbiddenError, NotFoundError
from core.people import Role
from operations.house import Call, House
from operations.reports.export_rows import FileRef
from operations.reports.exports import ref_of

REPORT: Final = "report-"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file somebody may have: on the disk at `path`, else its bytes."""

    ref: FileRef
    path: Path | None = None
    content: bytes = b""


async def find_file(house: House, id: str, call: Call) -> FoundFile:  # noqa: A002
    """Return a file. Raises `NotFoundError` if it is gone or never was, `ForbiddenError` for somebody else's."""
    if id.startswith(REPORT) and id.removeprefix(REPORT).isdecimal():
        return await _report(house, int(id.removeprefix(REPORT)), call)
    found = await asyncio.to_thread(house.shelf.find, id) if house.shelf else None
    if found is None:
        raise NotFoundError("exports.file_unknown", id=id[:80])
    kept, path = found
    if kept.owner != call.actor.name and not call.actor.may(Role.ADMIN):
        raise ForbiddenError("exports.file_of_another")
    return FoundFile(ref_of(kept), path)


def ref_of_report(record: ReportRecord) -> FileRef:
    """Return the file of a report as programs get it."""
    return FileRef(
        id=f"{REPORT}{record.id}",
        name=record.file_name,
        media_type=MEDIA_TYPES[record.file_name.rpartition(".")[2]],
        size_byte=record.size_byte,
        digest=record.digest,
    )


async def _report(house: House, number: int, call: Call) -> FoundFile:
    record = await house.ledger.report(number)
    content = await house.ledger.report_content(number)
    if record is None or content is None:
        raise NotFoundError("exports.file_unknown", id=f"{REPORT}{number}")
    call.must_see(record.site)
    return FoundFile(ref_of_report(record), None, content)
