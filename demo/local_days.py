"""Local days as instants."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo


def local_s(day: date, hour: float, zone: ZoneInfo) -> float:
    """Return the instant, in Unix seconds, so many hours after a local midnight."""
    return _midnight_s(day, zone) + hour * 3600.0


@cache
def _midnight_s(day: date, zone: ZoneInfo) -> float:
    return datetime.combine(day, time(), tzinfo=zone).timestamp()
