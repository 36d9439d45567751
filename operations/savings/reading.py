"""What a month's statement is reckoned from, as it is read: of the next month some is fetched while one is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.inventory import Vehicle
from core.periods import Period, local_day
from core.statements import StatementKey
from fleet.savings.reckoning import Month
from fleet.savings.statement import FLEET, SAVINGS
from fleet.savings.statement_body import stood_on
from operations.evidence.freezing import FIGURES, is_intact
from operations.fleet.reading import owned_between
from operations.grid.intensities import read_intensities
from operations.grid.series import GridSeries
from operations.house import Call, House
from operations.savings.charged import MonthCharges
from operations.savings.inputs import MonthInputs, inputs_of, was_computed
from operations.savings.papers import MonthPapers
from operations.savings.slots import PowerRows
from operations.savings.stating import STATEMENT

LATE: Final = timedelta(days=35)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRead:
    """All that a month's statement is reckoned from; `inputs` are to be remembered once it is kept."""

    papers: MonthPapers
    inputs: MonthInputs | None


class MonthReader:
    """Reads months, of `series` of the grid's intensity."""

    def __init__(self, house: House, call: Call, series: Sequence[GridSeries] | None) -> None:
        self._house, self._call, self._series = house, call, series
        self._foreseen: dict[str, MonthCharges] = {}

    async def foresee(self, month: Month) -> None:
        """Begin to fetch what will surely be asked for of a month that was never computed."""
        if not await was_computed(self._house, key_of(month)):
            self._foreseen[month.period] = charged = self._charges(month)
            charged.foresee()

    async def close(self) -> None:
        """Give up what was foreseen and not asked for."""
        for charged in self._foreseen.values():
            await charged.close()

    async def read(self, month: Month) -> MonthRead | bool | None:
        """Read a month; return False where all is as it was, None where its days are gone or none came."""
        house = self._house
        if await house.ledger.vehicle_months(month.first, month.first):
            return None  # its days have been deleted by rule: what was stated stays
        charged = self._foreseen.pop(month.period, None) or self._charges(month)
        try:
            papers = await read_papers(house, month)
            papers = replace(papers, intensities=await read_intensities(house, charged.period, self._series))
            return await self._with_sessions(papers, charged)
        finally:
            await charged.close()

    async def _with_sessions(self, papers: MonthPapers, charged: MonthCharges) -> MonthRead | bool | None:
        house = self._house
        if _is_recent(papers.month, self._call):
            await charged.share_again()
            await charged.read()
            return await _whole(house, papers, charged, None)
        if not await was_computed(house, key_of(papers.month)):
            charged.foresee()
        elif await (await _inputs(house, papers, charged)).are_as_before(house):
            return False
        known, ours = await charged.unshared(), {each.id for each in papers.vehicles}
        unshared = [each for each in known if each.vehicle in ours]
        if unshared:
            await charged.share(known)
        inputs = await _inputs(house, papers, charged)
        await charged.read()  # not before it is remembered what it says
        read = await _whole(house, papers, charged, inputs)
        return replace(read, inputs=None) if read is not None and await charged.stay_unshared(unshared) else read

    def _charges(self, month: Month) -> MonthCharges:
        return MonthCharges(self._house, _period(self._house, month), self._call)


async def _whole(
    house: House, papers: MonthPapers, charged: MonthCharges, inputs: MonthInputs | None
) -> MonthRead | None:
    """Return all that is kept of a month; without `inputs` its quarter hours are looked at whatever was stated."""
    newest = await house.ledger.statement(key_of(papers.month))
    if newest is None and not len(papers.days):
        return None
    text = None if newest is None or not is_intact(newest) else newest.body[FIGURES][STATEMENT]
    holds = inputs is not None and text is not None and _holds(text, papers, charged)
    power = None if holds or not papers.intensities.found else PowerRows.of(await charged.power())
    whole = replace(papers, valuations=charged.packed, power=power, before=text)
    return MonthRead(papers=whole, inputs=inputs)


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


async def _inputs(house: House, papers: MonthPapers, charged: MonthCharges) -> MonthInputs:
    return await inputs_of(house, key_of(papers.month), papers, charged.reach)


def key_of(month: Month) -> StatementKey:
    """Return what the statement of a month is about."""
    return StatementKey(SAVINGS, month.period, FLEET)


def _vehicles(house: House, month: Month) -> list[Vehicle]:
    """Return the electric vehicles that were ours in a month, by id."""
    return [each for each in owned_between(house.inventory(), month.first, month.last) if each.plugs_in]


def _is_recent(month: Month, call: Call) -> bool:
    """Return whether readings of a month may still come, which share out its roof power otherwise."""
    return month.last >= call.now_utc.date() - LATE


def _period(house: House, month: Month) -> Period:
    zone = ZoneInfo(house.time_zone)
    return Period(_begin(month.first, zone), local_day(month.last, zone).end_utc)


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return local_day(day, zone).start_utc
