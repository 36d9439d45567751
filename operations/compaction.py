"""The time series kept small and quick."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from core.errors import UnavailableError
from core.texts import Finding
from operations.house import Call, House
from operations.schedule import JOBS, JobWork, period_named


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """How many readings were sorted, in how many slices, and how long the longest of them kept the writer."""

    readings: int
    slices: int
    longest_s: float


async def compact_timeseries(house: House, request: JobWork, call: Call) -> Tidied:
    """Sort the readings of all days up to the end of the day asked for; nothing to do where another store does it.

    Raises `UnavailableError` where the time series needs no such care.
    """
    if house.maintenance is None:
        raise UnavailableError("jobs.no_maintenance")
    day = period_named(JOBS["compaction"].cadence, request.period, ZoneInfo(house.time_zone))
    doing = Finding.of("jobs.compacting")
    compacted = await house.maintenance.compact(day.end_utc, lambda fraction: call.progress(fraction, doing))
    await house.maintenance.checkpoint()
    return Tidied(readings=compacted.readings, slices=compacted.slices, longest_s=compacted.longest_s)
