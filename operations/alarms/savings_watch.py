"""Whether the month that is over has its statement of savings, and whether that is final."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.periods import local_day
from core.statements import StatementKey
from core.texts import Finding
from fleet.savings.statement import FLEET, SAVINGS
from operations.arrivals.sightings import Seen, Sighting
from operations.fleet.reading import owned_between
from operations.house import Call, House
from operations.savings.job import first_working_day, read_statement

GRACE: Final = timedelta(days=1)
"""So long after the first working day nobody is told: the night's job may still be tried again."""

LATELY: Final = timedelta(days=6)
"""A fleet that told nothing in the last week of a month is not expected to have a statement."""


async def missing_savings(house: House, call: Call) -> Seen:
    """Return the month before this one, where its statement of savings is missing or still provisional.

    Until the day after the month's first working day nothing is said, nor where no electric vehicle told anything.
    """
    today = house.day(call.now_utc)
    due = first_working_day(today.replace(day=1), house.inventory()) + GRACE
    if today < due:
        return Seen()
    last = today.replace(day=1) - timedelta(days=1)
    finding = await _wrong(house, last)
    if finding is None:
        return Seen()
    since_utc = local_day(due, ZoneInfo(house.time_zone)).start_utc
    return Seen(sightings=(Sighting(subject=f"service:{SAVINGS}", site=None, finding=finding, since_utc=since_utc),))


async def _wrong(house: House, last: date) -> Finding | None:
    month = f"{last:%Y-%m}"
    kept = await house.ledger.statement(StatementKey(SAVINGS, month, FLEET))
    if kept is None:
        return Finding.of("alarms.savings_missing", month=month) if await _told(house, last) else None
    statement = read_statement(kept)
    if statement is None or not statement.final:
        return Finding.of("alarms.savings_not_final", month=month)
    return None


async def _told(house: House, last: date) -> bool:
    """Return whether an electric vehicle told anything in the last week of a month."""
    names = [each.id for each in owned_between(house.inventory(), last - LATELY, last) if each.plugs_in]
    days = await house.ledger.vehicle_days(last - LATELY, last, names) if names else ()
    return any(day.distance_m is not None or day.own_charged_wh for day in days)
