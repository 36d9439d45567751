"""Logs that charge points were asked for and uploaded to the service itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from core.retention import LogRetention


@dataclass(frozen=True, slots=True, kw_only=True)
class StationLog:
    """A file that a station left; `id` is that of the request it answers."""

    id: str
    station: str
    name: str
    size_bytes: int
    sha256: str
    came_at_utc: datetime


class StationLogs(LogRetention, Protocol):
    """The files that lie in the data folder. All of it but `forget_logs` waits for the disk."""

    def logs(self, station: str | None = None) -> tuple[StationLog, ...]:
        """Return the whole files (of a station), newest first."""
        ...

    def find(self, id: str) -> tuple[StationLog, Path] | None:  # noqa: A002
        """Return a file and where it lies, None if there is none."""
        ...

    def drop_log(self, id: str) -> None:  # noqa: A002
        """Throw a file away; one that is gone already does no harm."""
        ...

    def full(self, station: str) -> bool:
        """Return whether there is less room for a station than its next file may take."""
        ...
