"""What keeps the stores small, quick and safe: sorting, deletion by rule, copies."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from core.intervals import SeriesKey
from core.quantities import Quantity
from core.texts import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Compacted:
    """What a compaction moved: rows (those moved twice twice), in how many slices, how long the longest took."""

    readings: int = 0
    slices: int = 0
    longest_s: float = 0.0


class Maintenance(Protocol):
    """Keeps the time series small and quick beside running daemons; each step may be cut off and made again."""

    async def compact(self, until_utc: datetime, progress: Callable[[float], None]) -> Compacted:
        """Sort the readings of all days that ended by `until_utc`, in slices between which commits go on.

        `progress` takes how much is done, 0 to 1.
        """
        ...

    async def checkpoint(self) -> None:
        """Write into the file proper what stands in its log."""
        ...

    async def forget_readings(
        self, rule: str, quantities: Collection[Quantity], before_utc: datetime, kinds: Collection[str] | None = None
    ) -> int:
        """Delete readings of quantities (of sources of these kinds, or of all) before an instant; return how many.

        Which rule it was is on record before anything is deleted.
        """
        ...

    async def forgotten(self, key: SeriesKey, at_utc: datetime) -> str | None:
        """Return the rule by which readings of a series at an instant have been deleted, None if there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A backup that was written: its file, size and what is in it; `left_out` are files that could not be read."""

    file: str
    size_bytes: int
    readings: Mapping[str, int]
    sessions: int
    frames: int
    audit_head: str
    key_name: str
    left_out: tuple[str, ...] = ()


class Safekeeper(Protocol):
    """Writes everything the service keeps into one file while it goes on."""

    async def keep(self, folder: Path, progress: Callable[[float, Finding], None]) -> Kept:
        """Write a backup into a folder and return what is in it; cut off, nothing of it stays.

        All that was acknowledged before the call is in it. Raises `ConfigError` without a recovery
        key, `RequestError` for a folder that cannot be used, `StoreError` when a disk or database fails.
        """
        ...
