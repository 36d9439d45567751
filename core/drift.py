"""Settings of charge points that are no longer as the profiles want them: since when, and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.ports import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftedSetting:
    """A setting that differs: `found` as the station tells it (None where it does not), `wanted` by profile `origin`.

    `wanted` is None for a password that is to be renewed.
    """

    key: str
    term: str
    origin: str
    wanted: str | None
    found: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A difference at a station, from when it was first seen until it was gone (None: it still is there).

    `seen_utc` is when it was last looked at. `id` is 0 until the ledger has given one.
    """

    station: str
    setting: DriftedSetting
    since_utc: datetime
    seen_utc: datetime
    closed_at_utc: datetime | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class DriftChange:
    """How many differences of a station are new, and how many are gone."""

    opened: int = 0
    closed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftFilter:
    """Which differences: of stations (None: of all), still there or of all times; newest first."""

    stations: frozenset[str] | None = None
    still: bool = True
    since_utc: datetime | None = None
    limit: int = 50
    cursor: str | None = None


class DriftBook(Protocol):
    """Keeps differences."""

    async def record_drift(self, station: str, found: Sequence[DriftedSetting], at_utc: datetime) -> DriftChange:
        """Note what a station differs in at an instant: what is new is opened, what is gone is closed."""
        ...

    async def drift_unread(self, stations: Sequence[str], at_utc: datetime) -> None:
        """Note that stations were to be compared and told nothing; what they differ in stays as it was."""
        ...

    async def drifts(self, wanted: DriftFilter) -> Page[Drift]:
        """Return differences, newest first; with an instant those that began or ended since then."""
        ...

    async def drift(self, id: int) -> Drift | None:  # noqa: A002
        """Return one, None if there is none."""
        ...

    async def drift_checks(self) -> Mapping[str, datetime]:
        """Return when each station was last compared, or asked in vain."""
        ...
