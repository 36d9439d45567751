"""Whether the year that is over has been settled, and whether nothing is open about it any more."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.periods import local_day
from core.texts import Finding
from operations.arrivals.sightings import Seen, Sighting
from operations.house import Call, House
from operations.shares.job import STATED_BY
from operations.shares.keeping import read_year
from operations.shares.settling import plants_of
from renewables.statement import SHARES

NAMED: Final = 5
"""So many plants are named at most."""


async def overdue_shares(house: House, call: Call) -> Seen:
    """Return last year, where it had plants that laws are about and none was settled after operators had stated it."""
    due = _due(house, call)
    if due is None or (await read_year(house, due.year - 1)).plants:
        return Seen()
    if not plants_of(house.inventory(), house.laws(), due.year - 1):
        return Seen()
    return _seen(house, due, Finding.of("alarms.shares_overdue", year=due.year - 1))


async def draft_shares(house: House, call: Call) -> Seen:
    """Return last year, where the settlement of a plant is still a draft."""
    due = _due(house, call)
    if due is None:
        return Seen()
    drafts = [each.shares.plant.name for each in (await read_year(house, due.year - 1)).plants if each.shares.draft]
    if not drafts:
        return Seen()
    named = ", ".join(drafts[:NAMED]) + (", …" if len(drafts) > NAMED else "")
    return _seen(house, due, Finding.of("alarms.shares_draft", year=due.year - 1, count=len(drafts), plants=named))


def _due(house: House, call: Call) -> date | None:
    """Return the day after the one by which operators stated last year, None before the night's job has settled it."""
    today = house.day(call.now_utc)
    due = date(today.year, *STATED_BY) + timedelta(days=1)
    return due if today > due else None


def _seen(house: House, due: date, finding: Finding) -> Seen:
    since_utc = local_day(due, ZoneInfo(house.time_zone)).start_utc
    return Seen(sightings=(Sighting(subject=f"service:{SHARES}", site=None, finding=finding, since_utc=since_utc),))
