"""Where the files lie that stations left: a folder per station, in it one per request, with what is known of it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from core.station_logs import StationLog

_NAME_CHARACTERS: Final = 100
_PART: Final = ".part"
_ABOUT: Final = ".about"
_NUMBER: Final = re.compile(r"[0-9a-f]{32}")
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """How much stations may leave with us, and how long and how many at a time they may take for it.

    As a file's room is measured when it begins, files at the same time may exceed a quota by `at_once - 1` files.
    """

    file_bytes: int = 100_000_000
    station_bytes: int = 500_000_000
    total_bytes: int = 5_000_000_000
    time_s: float = 900.0
    at_once: int = 8


@dataclass(frozen=True, slots=True)
class UploadRight:
    """Whose file may come: `number` names the one request it answers."""

    station: str
    number: str
    until_utc: datetime


class Upload:
    """A file on its way: written piece by piece, whole under its name once it is finished. Waits for the disk."""

    def __init__(self, place: Path, right: UploadRight) -> None:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._place = place
        self._right = right
        self._file = (place / _PART).open("wb")
        self._digest = hashlib.sha256()
        self._size_bytes = 0

    def write(self, data: bytes) -> None:
        """Add to the file."""
        self._file.write(data)
        self._digest.update(data)
        self._size_bytes += len(data)

    def finish(self, name: str, now_utc: datetime) -> StationLog:
        """Make the file whole under its name, once it is on the disk, and return what is known of it."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        kept = safe_name(name)
        about = {"sha256": self._digest.hexdigest(), "came_at_utc": now_utc.isoformat()}
        (self._place / _ABOUT).write_text(json.dumps(about), encoding="utf-8")
        (self._place / _PART).replace(self._place / kept)
        return StationLog(
            id=self._right.number,
            station=self._right.station,
            name=kept,
            size_bytes=self._size_bytes,
            sha256=about["sha256"],
            came_at_utc=now_utc,
        )

    def drop(self) -> None:
        """Take away what came of a file that broke off."""
        self._file.close()
        shutil.rmtree(self._place, ignore_errors=True)


class UploadFolder:
    """`core.station_logs.StationLogs` in a folder, and where new files are begun."""

    def __init__(self, folder: Path, limits: UploadLimits) -> None:
        self.limits = limits
        self._folder = folder

    def logs(self, station: str | None = None) -> tuple[StationLog, ...]:
        """Return the whole files (of a station), newest first."""
        places = self._folder.glob("*/*") if station is None else self._of(station).glob("*")
        found = [log for place in places if (log := _log_at(place))]
        return tuple(sorted(found, key=lambda log: (log.came_at_utc, log.id), reverse=True))

    def find(self, id: str) -> tuple[StationLog, Path] | None:  # noqa: A002
        """Return a file and where it lies, None if there is none."""
        place = self._named(id)
        log = None if place is None else _log_at(place)
        return None if place is None or log is None else (log, place / log.name)

    def drop_log(self, id: str) -> None:  # noqa: A002
        """Throw a file away; one that is gone already does no harm."""
        if (place := self._named(id)) is not None:
            shutil.rmtree(place, ignore_errors=True)

    def full(self, station: str) -> bool:
        """Return whether there is less room for a station than its next file may take."""
        return self.room_bytes(station) < self.limits.file_bytes

    async def forget_logs(self, before_utc: datetime) -> int:
        """Delete the files that came before an instant, and what broke off before it; return how many were whole."""
        return await asyncio.to_thread(self._forget, before_utc)

    def room_bytes(self, station: str) -> int:
        """Return how large a station's next file may be."""
        of_station = self.limits.station_bytes - _size_bytes(self._of(station))
        in_all = self.limits.total_bytes - _size_bytes(self._folder)
        return max(0, min(self.limits.file_bytes, of_station, in_all))

    def came(self, right: UploadRight) -> bool:
        """Return whether the file of a request is there already, whole."""
        return _whole(self._place(right)) is not None

    def begin(self, right: UploadRight) -> Upload:
        """Begin the file of a request; what an upload that broke off left is written over."""
        return Upload(self._place(right), right)

    def _forget(self, before_utc: datetime) -> int:
        gone = 0
        for place in self._folder.glob("*/*"):
            log = _log_at(place)
            with suppress(FileNotFoundError):
                if log is None and place.stat().st_mtime >= before_utc.timestamp():
                    continue
            if log is None or log.came_at_utc < before_utc:
                gone += log is not None
                shutil.rmtree(place, ignore_errors=True)
        return gone

    def _of(self, station: str) -> Path:
        return self._folder / quote(station, safe="").replace(".", "%2E")

    def _place(self, right: UploadRight) -> Path:
        return self._of(right.station) / right.number

    def _named(self, number: str) -> Path | None:
        return next(self._folder.glob(f"*/{number}"), None) if _NUMBER.fullmatch(number) else None


def safe_name(name: str) -> str:
    """Return a file's name without what could lead out of its folder or hide it."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return _UNSAFE.sub("_", last).lstrip(".")[-_NAME_CHARACTERS:].lstrip(".") or "file"


def _whole(place: Path) -> Path | None:
    return next((path for path in place.glob("*") if not path.name.startswith(".")), None)


def _log_at(place: Path) -> StationLog | None:
    """Return what is known of the file in a request's folder; None where none is whole, or it is gone meanwhile."""
    path = _whole(place)
    if path is None:
        return None
    try:
        sha256, came_at_utc = _about(path)
        size_bytes = path.stat().st_size
    except FileNotFoundError:
        return None
    return StationLog(
        id=place.name,
        station=unquote(place.parent.name),
        name=path.name,
        size_bytes=size_bytes,
        sha256=sha256,
        came_at_utc=came_at_utc,
    )


def _about(path: Path) -> tuple[str, datetime]:
    """Return the digest of a file and when it came; of one that came before that was written down, as the file says."""
    with suppress(FileNotFoundError, ValueError, KeyError):
        said = json.loads((path.parent / _ABOUT).read_text(encoding="utf-8"))
        return said["sha256"], datetime.fromisoformat(said["came_at_utc"])
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _size_bytes(folder: Path) -> int:
    size_bytes = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # finished, or thrown away, while we look
            size_bytes += path.stat().st_size if path.is_file() and path.name != _ABOUT else 0
    return size_bytes
