"""Days of vehicles that may not be kept any longer give way to the sums of their months."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta

from core.fleet import FleetBooks
from fleet.vehicle_days.months import months_of


async def give_way_to_months(books: FleetBooks, before: date) -> AsyncIterator[int]:
    """Sum up and delete the days before the first of a month, month by month; yield how many went each time."""
    while (oldest := await books.first_vehicle_day()) and oldest < before:
        first = oldest.replace(day=1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        days = await books.vehicle_days(first, last)
        yield await books.settle_vehicle_months(months_of(days), first, last)
