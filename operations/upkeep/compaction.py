"""The time series kept small and quick."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from core.texts import Finding
from operations.house import Call, House
from operations.schedule import JOBS, JobWork, period_named
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """How many readings were sorted, in how many slices, and how long the longest of them kept the writer.

    `note` says why there was nothing to do.
    """

    readings: int = 0
    slices: int = 0
    longest_s: float = 0.0
    note: Told | None = None


async def compact_timeseries(house: House, request: JobWork, call: Call) -> Tidied:
    """Sort the readings of all days up to the end of the day asked for, where the time series does not by itself."""
    if house.maintenance is None:
        return Tidied(note=Told.of(Finding.of("jobs.no_maintenance")))
    day = period_named(JOBS["compaction"].cadence, request.period, ZoneInfo(house.time_zone))
    doing = Finding.of("jobs.compacting")
    compacted = await house.maintenance.compact(day.end_utc, lambda fraction: call.progress(fraction, doing))
    await house.maintenance.checkpoint()
    return Tidied(readings=compacted.readings, slices=compacted.slices, longest_s=compacted.longest_s)
