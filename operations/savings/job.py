"""The statements of savings: each night the running month and whatever changed in those before, each version kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from core.fleet import SessionValuation, VehicleDay
from core.inventory import Inventory, Vehicle
from core.periods import Period, local_day
from core.statements import Statement, StatementDraft, StatementKey
from core.texts import Finding, catalogue
from energy.calendars import is_holiday
from fleet.savings.changes import because_of
from fleet.savings.reckoning import Month, MonthFacts, statement_of_month
from fleet.savings.statement import FLEET, SAVINGS, SavingsStatement
from fleet.savings.statement_body import statement_of, sums_of, text_of
from fleet.savings.timed import GridCourse
from fleet.vehicle_days.days import dates
from operations.evidence.freezing import FIGURES, digest_of, is_intact
from operations.fleet.reading import by_vehicle, owned_between
from operations.grid.intensities import read_intensities
from operations.house import Call, House
from operations.savings.charged import MonthCharges
from operations.savings.slots import with_slots
from operations.schedule import JobWork

MONTHS_BACK: Final = 12
"""So many months before the running one are computed again each night, as long as days are kept."""

STATEMENT: Final = "statement"
"""Where in the body the whole statement stands, as text; the fleet's figures by name stand beside it."""

LATE: Final = timedelta(days=35)
SATURDAY: Final = 5


@dataclass(slots=True, kw_only=True)
class SavingsDone:
    """Of how many `months` the statement was computed, and of how many there is a new version."""

    months: int = 0
    versions: int = 0


async def compute_savings(house: House, request: JobWork, call: Call) -> SavingsDone:
    """State what vehicles avoided in the month of a day and in the twelve before, wherever that says something new."""
    done = SavingsDone()
    months = months_until(date.fromisoformat(request.period), house.inventory())
    oldest = await house.ledger.first_vehicle_day()
    for number, month in enumerate(months):
        call.progress(number / len(months), Finding.of("savings.computing", month=month.period))
        if oldest is None or month.last < oldest:
            continue
        found = await state_month(house, month, call)
        done.months += found is not None
        done.versions += bool(found)
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


async def state_month(house: House, month: Month, call: Call) -> bool | None:
    """Keep a month's statement; return whether there is a new version, None where its days are gone or none came."""
    key = StatementKey(SAVINGS, month.period, FLEET)
    newest = await house.ledger.statement(key)
    if await house.ledger.vehicle_months(month.first, month.first):
        return None  # its days have been deleted by rule: what was stated stays
    charged = MonthCharges(house, _period(house, month), call)
    await charged.read()
    facts = await read_month(house, month, charged.begun)
    recent = _is_recent(month, call)
    if (recent or _has_unshared(facts)) and await charged.share(again=recent):
        own = _by_vehicle(charged.begun)
        facts = [replace(each, sessions=own.get(each.vehicle.id, ())) for each in facts]
    if newest is None and not any(each.days for each in facts):
        return None
    before = read_statement(newest) if newest else None
    intensities = await read_intensities(house, _period(house, month))
    kept = None if recent else before
    facts = await with_slots(facts, intensities, kept, charged)
    statement = await _reckoned(house, month, facts, intensities.course)
    because = because_of(before, statement)
    if before is not None and not because:
        return False
    body = body_of(replace(statement, because=because))
    texts = catalogue(house.language)
    draft = StatementDraft(
        key=key,
        body=body,
        inputs_digest=digest_of(body),
        reason=" ".join(texts.tell(each) for each in because),
        made_by=call.actor.name,
        made_at_utc=call.now_utc,
    )
    await house.ledger.state(draft)
    return True


def _has_unshared(facts: Sequence[MonthFacts]) -> bool:
    return any(session.pv_wh is None for each in facts for session in each.sessions)


def _is_recent(month: Month, call: Call) -> bool:
    """Return whether readings of a month may still come, which share out its roof power otherwise."""
    return month.last >= call.now_utc.date() - LATE


async def _reckoned(house: House, month: Month, facts: Sequence[MonthFacts], course: GridCourse) -> SavingsStatement:
    if house.worker is None:
        return statement_of_month(month, facts, house.factors(), course)
    return await house.worker.run(statement_of_month, month, facts, house.factors(), course)


def body_of(statement: SavingsStatement) -> dict[str, Any]:
    """Return what is frozen: the statement, and the figures of the fleet by name as all statements have them."""
    figures = {each.name: {"value": each.value_g} for each in statement.fleet.figures}
    return {FIGURES: {**figures, STATEMENT: text_of(statement)}}


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
    vehicles = [each for each in owned_between(house.inventory(), month.first, month.last) if each.plugs_in]
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
