"""The statements of savings: each night the running month and whatever changed in those before, each version kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.fleet import SessionValuation, VehicleDay
from core.inventory import Inventory, Vehicle
from core.periods import Period, local_day
from core.statements import Statement, StatementDraft, StatementKey
from core.texts import Finding, catalogue
from energy.calendars import is_holiday
from fleet.savings.reckoning import Month, MonthFacts
from fleet.savings.statement import FLEET, SAVINGS, SavingsStatement
from fleet.savings.statement_body import statement_of, sums_of
from fleet.savings.timed import GridCourse
from fleet.vehicle_days.days import dates
from operations.evidence.freezing import FIGURES, digest_of, is_intact
from operations.fleet.reading import by_vehicle, owned_between
from operations.grid.intensities import Intensities, read_intensities
from operations.grid.series import GridSeries, all_series
from operations.house import Call, House
from operations.savings.charged import MonthCharges
from operations.savings.inputs import MonthInputs, inputs_of
from operations.savings.slots import with_slots
from operations.savings.stating import STATEMENT, state
from operations.schedule import JobWork

MONTHS_BACK: Final = 12
"""So many months before the running one are computed again each night, as long as days are kept."""

LATE: Final = timedelta(days=35)
SATURDAY: Final = 5


@dataclass(slots=True, kw_only=True)
class SavingsDone:
    """Of how many `months` the statement was computed, and of how many there is a new version."""

    months: int = 0
    versions: int = 0

    def count(self, found: bool | None) -> None:  # noqa: FBT001 - it is what was found, not how to count
        """Count a month by whether there is a new version of it, None where there is no statement."""
        self.months += found is not None
        self.versions += bool(found)


async def compute_savings(house: House, request: JobWork, call: Call) -> SavingsDone:
    """State what vehicles avoided in the month of a day and in the twelve before, wherever that says something new."""
    done = SavingsDone()
    months = months_until(date.fromisoformat(request.period), house.inventory())
    oldest = await house.ledger.first_vehicle_day()
    series = None if house.intervals is None else await all_series(house)
    keeping: asyncio.Task[bool | None] | None = None
    try:
        for number, month in enumerate(months):
            call.progress(number / len(months), Finding.of("savings.computing", month=month.period))
            if oldest is None or month.last < oldest:
                continue
            read = await _read(house, month, call, series)  # while the month before is being reckoned
            if keeping is not None:
                done.count(await keeping)
            keeping = asyncio.create_task(_kept(house, call, read=read))
        if keeping is not None:
            done.count(await keeping)
    finally:
        if keeping is not None:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
    return done


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _MonthRead:
    """All that a month's statement is reckoned from, and its newest version's text, where that is intact.

    `inputs` are to be remembered once it is kept.
    """

    month: Month
    facts: Sequence[MonthFacts]
    course: GridCourse
    before: str | None
    inputs: MonthInputs | None


async def _read(
    house: House, month: Month, call: Call, series: Sequence[GridSeries] | None
) -> _MonthRead | bool | None:
    """Read a month; return False where all is as it was, None where its days are gone or none came."""
    if await house.ledger.vehicle_months(month.first, month.first):
        return None  # its days have been deleted by rule: what was stated stays
    charged = MonthCharges(house, _period(house, month), call)
    intensities = await read_intensities(house, charged.period, series)
    if _is_recent(month, call):
        await charged.read()
        if await charged.share(again=True):
            await charged.read()
        return await _facts(house, month, charged, intensities, None)
    inputs = await _inputs(house, month, charged, intensities)
    if await inputs.are_as_before(house):
        return False
    await charged.read()
    mine = {each.id for each in _vehicles(house, month)}
    if charged.has_unshared(mine) and await charged.share(again=False):
        inputs = await _inputs(house, month, charged, intensities)
        await charged.read()
    read = await _facts(house, month, charged, intensities, inputs)
    return replace(read, inputs=None) if read is not None and charged.has_unshared(mine) else read


async def _facts(
    house: House, month: Month, charged: MonthCharges, intensities: Intensities, inputs: MonthInputs | None
) -> _MonthRead | None:
    """Return all that is kept of a month; without `inputs` its quarter hours are looked at whatever was stated."""
    facts = await read_month(house, month, charged.begun)
    newest = await house.ledger.statement(_key(month))
    if newest is None and not any(each.days for each in facts):
        return None
    text = None if newest is None or not is_intact(newest) else newest.body[FIGURES][STATEMENT]
    before = None if text is None or inputs is None else statement_of(text)
    facts = await with_slots(facts, intensities, before, charged)
    return _MonthRead(month=month, facts=facts, course=intensities.course, before=text, inputs=inputs)


async def _kept(house: House, call: Call, *, read: _MonthRead | bool | None) -> bool | None:
    """Keep a month's statement, wherever it says something new; return whether it does."""
    if not isinstance(read, _MonthRead):
        return read
    found = await state(house, read.month, read.facts, read.course, read.before)
    if found is not None:
        texts = catalogue(house.language)
        draft = StatementDraft(
            key=_key(read.month),
            body=found.body,
            inputs_digest=digest_of(found.body),
            reason=" ".join(texts.tell(each) for each in found.because),
            made_by=call.actor.name,
            made_at_utc=call.now_utc,
        )
        await house.ledger.state(draft)
    if read.inputs is not None:
        await read.inputs.remember(house)
    return found is not None


async def _inputs(house: House, month: Month, charged: MonthCharges, intensities: Intensities) -> MonthInputs:
    periods = charged.period, charged.reach
    return await inputs_of(house, _key(month), month, periods, _vehicles(house, month), intensities.course)


def _key(month: Month) -> StatementKey:
    return StatementKey(SAVINGS, month.period, FLEET)


def _vehicles(house: House, month: Month) -> list[Vehicle]:
    """Return the electric vehicles that were ours in a month, by id."""
    return [each for each in owned_between(house.inventory(), month.first, month.last) if each.plugs_in]


def _is_recent(month: Month, call: Call) -> bool:
    """Return whether readings of a month may still come, which share out its roof power otherwise."""
    return month.last >= call.now_utc.date() - LATE


def read_statement(statement: Statement) -> SavingsStatement | None:
    """Return what a version says, None where it is not what was frozen."""
    return statement_of(statement.body[FIGURES][STATEMENT]) if is_intact(statement) else None


def read_sums(statement: Statement) -> SavingsStatement | None:
    """Return what a version says of scopes, without vehicles; None where it is not what was frozen."""
    return sums_of(statement.body[FIGURES][STATEMENT]) if is_intact(statement) else None


async def read_month(house: House, month: Month, begun: Sequence[SessionValuation] | None = None) -> list[MonthFacts]:
    """Return what is known of the electric vehicles that were ours in a month, by id.

    `begun` are all sessions that began in it, where they have been read before.
    """
    vehicles = _vehicles(house, month)
    names = [vehicle.id for vehicle in vehicles]
    if not names:
        return []
    period = _period(house, month)
    days = by_vehicle(await house.ledger.vehicle_days(month.first, month.last, names))
    before = by_vehicle(await _days_before(house, month, names))
    vouchers = by_vehicle(await house.ledger.vouchers_during(period, names))
    sessions = _by_vehicle(await house.ledger.valuations(period, names) if begun is None else begun)
    return [
        MonthFacts(
            vehicle=vehicle,
            days=days.get(vehicle.id, ()),
            owned_days=_owned_days(vehicle, month),
            odometer_before_m=next((each.odometer_end_m for each in reversed(before.get(vehicle.id, ()))), None),
            sessions=sessions.get(vehicle.id, ()),
            vouchers=vouchers.get(vehicle.id, ()),
        )
        for vehicle in vehicles
    ]


def _by_vehicle(valuations: Iterable[SessionValuation]) -> dict[str, list[SessionValuation]]:
    found: dict[str, list[SessionValuation]] = {}
    for each in valuations:
        found.setdefault(each.vehicle or "", []).append(each)
    return found


def _period(house: House, month: Month) -> Period:
    zone = ZoneInfo(house.time_zone)
    return Period(_begin(month.first, zone), local_day(month.last, zone).end_utc)


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return local_day(day, zone).start_utc


async def _days_before(house: House, month: Month, names: Sequence[str]) -> Iterator[VehicleDay]:
    """Return the evening before of each vehicle, where the odometer is known."""
    evening = month.first - timedelta(days=1)
    found = await house.ledger.vehicle_days(evening, evening, names)
    return (day for day in found if day.odometer_end_m is not None)


def _owned_days(vehicle: Vehicle, month: Month) -> int:
    return sum(vehicle.valid_on(day) for day in dates(month.first, month.last))
