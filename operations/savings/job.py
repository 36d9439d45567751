"""The statements of savings: each night the running month and whatever changed in those before, each version kept."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Final

from core.inventory import Inventory
from core.statements import Statement
from core.texts import Finding
from energy.calendars import is_holiday
from fleet.savings.reckoning import Month
from fleet.savings.statement import SavingsStatement
from fleet.savings.statement_body import statement_of, sums_of
from operations.evidence.freezing import FIGURES, is_intact
from operations.grid.series import all_series
from operations.house import Call, House
from operations.savings.keeping import Line, SavingsDone
from operations.savings.reading import MonthReader
from operations.savings.stating import STATEMENT, prepare
from operations.schedule import JobWork

MONTHS_BACK: Final = 12
"""So many months before the running one are computed again each night, as long as days are kept."""

SATURDAY: Final = 5


async def compute_savings(house: House, request: JobWork, call: Call) -> SavingsDone:
    """State what vehicles avoided in the month of a day and in the twelve before, wherever that says something new."""
    oldest = await house.ledger.first_vehicle_day()
    known = months_until(date.fromisoformat(request.period), house.inventory())
    months = [month for month in known if oldest is not None and month.last >= oldest]
    reader = MonthReader(house, call, None if house.intervals is None else await all_series(house))
    line = Line(house, call, SavingsDone())
    preparing = asyncio.create_task(prepare(house))
    try:
        for number, month in enumerate(months):
            call.progress(number / len(months), Finding.of("savings.computing", month=month.period))
            for following in months[number + 1 : number + 2]:
                await reader.foresee(following)
            await line.take(read=await reader.read(month))
        await line.end()
    finally:
        preparing.cancel()
        await asyncio.gather(preparing, return_exceptions=True)  # a worker that dies is told of by a month
        await reader.close()
        await line.cancel()
    return line.done


def months_until(day: date, inventory: Inventory) -> list[Month]:
    """Return the month of a day, as far as it has gone, and the twelve before, oldest first.

    A month is done with on the first working day after it.
    """
    first = day.replace(day=1)
    months = [Month(period=f"{first:%Y-%m}", first=first, last=day, final=False)]
    for _ in range(MONTHS_BACK):
        last = first - timedelta(days=1)
        first = last.replace(day=1)
        final = day + timedelta(days=1) >= first_working_day(last + timedelta(days=1), inventory)
        months.append(Month(period=f"{first:%Y-%m}", first=first, last=last, final=final))
    return months[::-1]


def first_working_day(day: date, inventory: Inventory) -> date:
    """Return the first day from `day` on that is no weekend and no holiday of the state that calendars name."""
    state = next((each.state for each in inventory.calendars.values() if each.state), "")
    while day.weekday() >= SATURDAY or is_holiday(day, state):
        day += timedelta(days=1)
    return day


def read_statement(statement: Statement) -> SavingsStatement | None:
    """Return what a version says, None where it is not what was frozen."""
    return statement_of(statement.body[FIGURES][STATEMENT]) if is_intact(statement) else None


def read_sums(statement: Statement) -> SavingsStatement | None:
    """Return what a version says of scopes, without vehicles; None where it is not what was frozen."""
    return sums_of(statement.body[FIGURES][STATEMENT]) if is_intact(statement) else None
