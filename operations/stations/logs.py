"""The logs that charge points uploaded to us: which there are, one of them to be kept elsewhere, one thrown away."""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.errors import NotFoundError, UnavailableError
from core.ports import Page
from core.station_logs import StationLog, StationLogs
from operations.house import Call, House
from operations.reports.export_rows import FileRef
from operations.reports.exports import ref_of, shelf_of
from operations.values import Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStationLogs:
    """Which logs: of a station, or all; newest first."""

    station: str | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedLog:
    """A log by its id, as listed."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StationLogRow:
    """A log: `digest` is SHA-256 over its bytes."""

    id: str
    station: str
    station_name: str
    name: str
    size_byte: int
    digest: str
    came_at_utc: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedLog:
    """A log with the file to be fetched."""

    log: StationLogRow
    file: FileRef


async def list_logs(house: House, request: ListStationLogs, call: Call) -> Page[StationLogRow]:
    """Return the logs of stations that the actor may see, newest first."""
    found = await asyncio.to_thread(_logs(house).logs, request.station)
    seen = [each for each in found if call.actor.sees(_site(house, each.station))]
    begin = next((place for place, each in enumerate(seen) if each.id == request.cursor), -1) + 1
    shown = seen[begin : begin + request.limit]
    more = len(seen) > begin + request.limit
    rows = tuple(_row(house, each) for each in shown)
    return Page(rows, len(seen), shown[-1].id if more else None)


async def fetch_log(house: House, request: NamedLog, call: Call) -> FetchedLog:
    """Put a log where it can be fetched, for a day. Raises `NotFoundError`."""
    log, path = await _found(house, request, call)
    shelf = shelf_of(house)
    draft = await asyncio.to_thread(shelf.draft, call.now_utc)
    try:
        copied = await asyncio.to_thread(_copy, path, draft)
        kept = await asyncio.to_thread(shelf.keep, draft, copied, call.actor.name, call.now_utc)
    finally:
        await asyncio.to_thread(shelf.drop, draft)
    return FetchedLog(log=_row(house, log), file=ref_of(kept))


async def delete_log(house: House, request: NamedLog, call: Call) -> StationLogRow:
    """Throw a log away and return what it was. Raises `NotFoundError`."""
    log, _ = await _found(house, request, call)
    await asyncio.to_thread(_logs(house).drop_log, log.id)
    return _row(house, log)


async def _found(house: House, request: NamedLog, call: Call) -> tuple[StationLog, Path]:
    found = await asyncio.to_thread(_logs(house).find, request.id)
    if found is None:
        raise NotFoundError("logs.unknown", id=request.id[:80])
    call.must_see(_site(house, found[0].station))
    return found


def _copy(path: Path, draft: Path) -> Path:
    """Return the file in a folder of one's own: the same bytes where the disk lets them have two names."""
    copied = draft / path.name
    try:
        os.link(path, copied)
    except OSError:
        shutil.copyfile(path, copied)
    return copied


def _site(house: House, station: str) -> str | None:
    known = house.inventory().stations.get(station)
    return known.site if known else None


def _row(house: House, log: StationLog) -> StationLogRow:
    known = house.inventory().stations.get(log.station)
    return StationLogRow(
        id=log.id,
        station=log.station,
        station_name=known.name if known else log.station,
        name=log.name,
        size_byte=log.size_bytes,
        digest=log.sha256,
        came_at_utc=log.came_at_utc,
    )


def _logs(house: House) -> StationLogs:
    if house.station_logs is None:
        raise UnavailableError("logs.no_folder")
    return house.station_logs
