"""When a day of readings is over, and when a month is long over: what decides in which table a point stands.

Days and months are those of UTC; the order of points on disk concerns no result.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

RECEIVED_KEPT: Final = timedelta(days=45)
"""How long after a month's end its readings keep the instant of their receipt: past the month's statement."""


def day_begin(at_utc: datetime) -> datetime:
    """Return when the day began; what stands before it is of days that are over."""
    return midnight(at_utc.astimezone(UTC).date())


def closed_before(at_utc: datetime) -> datetime:
    """Return the end of the last month that is long over at an instant."""
    return midnight((at_utc.astimezone(UTC) - RECEIVED_KEPT).date().replace(day=1))


def following_month(month: date) -> date:
    """Return the first day of the month after one."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def midnight(day: date) -> datetime:
    """Return when a day begins."""
    return datetime.combine(day, time(), tzinfo=UTC)
