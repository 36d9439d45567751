"""The statements of savings: each night the running month and whatever changed in those before, each version kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.inventory import Inventory, Vehicle
from core.periods import Period, local_day
from core.statements import Statement, StatementDraft, StatementKey
from core.texts import Finding, catalogue
from energy.calendars import is_holiday
from fleet.savings.reckoning import Month
from fleet.savings.statement import FLEET, SAVINGS, SavingsStatement
from fleet.savings.statement_body import statement_of, stood_on, sums_of
from operations.evidence.freezing import FIGURES, digest_of, is_intact
from operations.fleet.reading import owned_between
from operations.grid.intensities import read_intensities
from operations.grid.series import GridSeries, all_series
from operations.house import Call, House
from operations.savings.charged import MonthCharges
from operations.savings.inputs import MonthInputs, inputs_of, was_computed
from operations.savings.papers import MonthPapers
from operations.savings.slots import PowerRows
from operations.savings.stating import STATEMENT, Stated, state
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
    line = _Line(house, call, done)
    try:
        for number, month in enumerate(months):
            call.progress(number / len(months), Finding.of("savings.computing", month=month.period))
            if oldest is not None and month.last >= oldest:
                await line.take(read=await _read(house, month, call, series))
        await line.end()
    finally:
        await line.cancel()
    return done


@dataclass(slots=True)
class _Line:
    """Months on their way: while one is read, the one before is reckoned, and the one before that is kept."""

    house: House
    call: Call
    done: SavingsDone
    _reckoning: asyncio.Task[_Reckoned] | None = None
    _keeping: asyncio.Task[None] | None = None

    async def take(self, *, read: _MonthRead | bool | None) -> None:
        """Begin to reckon a month once the one before is, and to keep that once the one before it is."""
        await self._hand_on()
        self._reckoning = asyncio.create_task(_reckoned(self.house, read=read))

    async def end(self) -> None:
        """Wait until all are kept."""
        await self._hand_on()
        if self._keeping is not None:
            await self._keeping

    async def cancel(self) -> None:
        """Give up what is not kept yet."""
        left = [each for each in (self._reckoning, self._keeping) if each is not None]
        for each in left:
            each.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _hand_on(self) -> None:
        if self._reckoning is None:
            return
        found = await self._reckoning
        if self._keeping is not None:
            await self._keeping
        self._reckoning, self._keeping = None, asyncio.create_task(self._keep(found))

    async def _keep(self, found: _Reckoned) -> None:
        self.done.count(await _kept(self.house, self.call, found))


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
    """All that a month's statement is reckoned from; `inputs` are to be remembered once it is kept."""

    papers: MonthPapers
    inputs: MonthInputs | None


async def _read(
    house: House, month: Month, call: Call, series: Sequence[GridSeries] | None
) -> _MonthRead | bool | None:
    """Read a month; return False where all is as it was, None where its days are gone or none came."""
    if await house.ledger.vehicle_months(month.first, month.first):
        return None  # its days have been deleted by rule: what was stated stays
    charged = MonthCharges(house, _period(house, month), call)
    papers = await read_papers(house, month)
    papers = replace(papers, intensities=await read_intensities(house, charged.period, series))
    if _is_recent(month, call):
        await charged.read()
        if await charged.share(again=True):
            await charged.read()
        return await _whole(house, papers, charged, None)
    key = _key(month)
    if await was_computed(house, key) and await (await _inputs(house, papers, charged)).are_as_before(house):
        return False
    await charged.read()
    unshared = charged.unshared({each.id for each in papers.vehicles})
    if unshared:
        await charged.share(again=False)
    inputs = await _inputs(house, papers, charged)
    await charged.read()  # not before it is remembered what it says
    read = await _whole(house, papers, charged, inputs)
    return replace(read, inputs=None) if read is not None and await charged.stay_unshared(unshared) else read


async def _whole(
    house: House, papers: MonthPapers, charged: MonthCharges, inputs: MonthInputs | None
) -> _MonthRead | None:
    """Return all that is kept of a month; without `inputs` its quarter hours are looked at whatever was stated."""
    newest = await house.ledger.statement(_key(papers.month))
    if newest is None and not len(papers.days):
        return None
    text = None if newest is None or not is_intact(newest) else newest.body[FIGURES][STATEMENT]
    holds = inputs is not None and text is not None and _holds(text, papers, charged)
    power = None if holds or not papers.intensities.found else PowerRows.of(await charged.power())
    whole = replace(papers, valuations=charged.packed, power=power, before=text)
    return _MonthRead(papers=whole, inputs=inputs)


def _holds(before: str, papers: MonthPapers, charged: MonthCharges) -> bool:
    """Return whether a statement knows the same sessions and series of the grid's intensity."""
    stood = stood_on(before)
    if stood.series != papers.intensities.course.series:
        return False
    now: dict[str, set[tuple[str, int]]] = {each.id: set() for each in papers.vehicles}
    for each in charged.begun:
        if each.vehicle in now:
            now[each.vehicle].add((each.session, each.version))
    return stood.sessions == now


@dataclass(frozen=True, slots=True)
class _Reckoned:
    """What was read of a month, and what is to be frozen of it, None where that says nothing new."""

    read: _MonthRead | bool | None
    stated: Stated | None = None


async def _reckoned(house: House, *, read: _MonthRead | bool | None) -> _Reckoned:
    return _Reckoned(read, await state(house, read.papers) if isinstance(read, _MonthRead) else None)


async def _kept(house: House, call: Call, found: _Reckoned) -> bool | None:
    """Keep a month's statement, wherever it says something new; return whether it does."""
    read, stated = found.read, found.stated
    if not isinstance(read, _MonthRead):
        return read
    if stated is not None:
        texts = catalogue(house.language)
        draft = StatementDraft(
            key=_key(read.papers.month),
            body=stated.body,
            inputs_digest=digest_of(stated.body),
            reason=" ".join(texts.tell(each) for each in stated.because),
            made_by=call.actor.name,
            made_at_utc=call.now_utc,
        )
        await house.ledger.state(draft)
    if read.inputs is not None:
        await read.inputs.remember(house)
    return stated is not None


async def _inputs(house: House, papers: MonthPapers, charged: MonthCharges) -> MonthInputs:
    return await inputs_of(house, _key(papers.month), papers, charged.reach)


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


async def read_papers(house: House, month: Month) -> MonthPapers:
    """Return what is known of the electric vehicles that were ours in a month, by id, but for their sessions."""
    vehicles, period = _vehicles(house, month), _period(house, month)
    names = [vehicle.id for vehicle in vehicles]
    evening = month.first - timedelta(days=1)
    return MonthPapers(
        month=month,
        vehicles=vehicles,
        table=house.factors(),
        days=await house.ledger.packed_vehicle_days(month.first, month.last, names),
        evening=await house.ledger.packed_vehicle_days(evening, evening, names),
        begin_utc=period.start_utc,
        vouchers=await house.ledger.vouchers_during(period, names) if names else (),
    )


def _period(house: House, month: Month) -> Period:
    zone = ZoneInfo(house.time_zone)
    return Period(_begin(month.first, zone), local_day(month.last, zone).end_utc)


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return local_day(day, zone).start_utc
