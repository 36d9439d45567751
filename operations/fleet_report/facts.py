"""What the monthly report stands on: the vehicles of its scope, their days, sessions, papers and savings."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from core.books import SessionFilter
from core.errors import NotFoundError, RequestError
from core.facts import ChargeSession
from core.fleet import FleetAction, SessionValuation, VehicleDay
from core.inventory import Inventory, Station, Vehicle
from core.periods import Period, local_month
from core.statements import StatementKey
from core.vouchers import Voucher
from fleet.costs.figures import ScopeCosts
from fleet.savings.scopes import SITE, group_scope
from fleet.savings.statement import FLEET, GROUP, HEADLINE, SAVINGS, SavingsStatement
from fleet.vehicle_days.battery import BatteryHealth, health_of
from fleet.vehicle_days.figures import VehicleFigures
from fleet.vehicle_days.sums import ZERO
from operations.fleet.figures import computed
from operations.fleet_report.rows import Beside
from operations.house import Call, House
from operations.intervals.plans import EPOCH_UTC
from operations.savings.job import read_sums

MONTHS: Final = 13
"""So many months are read: the one reported, and back to the same one of the year before."""

SESSIONS_AT_ONCE: Final = 500

YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseMonth:
    """What a month came to in the charts: distances by what drove them, energies by where they came from."""

    period: str
    electric_m: Decimal
    burning_m: Decimal
    own_wh: Decimal
    elsewhere_wh: Decimal
    avoided_g: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetMonth:
    """A month of a scope: `fleet` (all), `site:<id>` or `group:<name>`; `vehicles` were there on any of its days.

    `sessions` took place at `stations`, `valuations` are of the vehicles, `loose` those of no vehicle at all.
    `year_ago` is how batteries were a year before. `beside` is read of the month that is reported only.
    """

    period: str
    scope: str
    first: date
    last: date
    vehicles: tuple[Vehicle, ...]
    figures: Mapping[str, VehicleFigures] = field(hash=False)
    stations: tuple[Station, ...] = ()
    sessions: tuple[ChargeSession, ...] = ()
    valuations: tuple[SessionValuation, ...] = ()
    loose: tuple[SessionValuation, ...] = ()
    vouchers: tuple[Voucher, ...] = ()
    savings: SavingsStatement | None = None
    batteries: Mapping[str, BatteryHealth] = field(default_factory=dict, hash=False)
    actions: tuple[FleetAction, ...] = ()
    costs: ScopeCosts | None = None
    days: tuple[VehicleDay, ...] = field(default=(), hash=False)
    year_ago: Mapping[str, BatteryHealth] = field(default_factory=dict, hash=False)
    beside: Beside | None = field(default=None, hash=False)

    @property
    def is_known(self) -> bool:
        """Return whether anything was told of any vehicle."""
        return any(each.days for each in self.figures.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetMonths:
    """The month reported, the one before it, the same one of the year before, and the course up to it.

    `days` are those of the course, by vehicle.
    """

    now: FleetMonth
    previous: FleetMonth
    last_year: FleetMonth
    course: tuple[CourseMonth, ...]
    days: Mapping[str, Sequence[VehicleDay]] = field(default_factory=dict, hash=False)


def month_asked(house: House, text: str | None, call: Call) -> tuple[date, date, bool]:
    """Return the first and last day of the month meant (None: the last one over), and whether it is not over.

    Raises `RequestError` for what is no month, and for one that has not begun.
    """
    today = house.day(call.now_utc)
    try:
        first = date.fromisoformat(f"{text}-01") if text else (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    except ValueError as error:
        raise RequestError("vehicle_days.month_invalid", month=str(text)[:40]) from error
    if first > today:
        raise RequestError("vehicle_days.month_ahead", month=str(text)[:40])
    last = last_of(first)
    return first, last, last >= today


def vehicles_in(inventory: Inventory, scope: str) -> tuple[Vehicle, ...]:
    """Return the vehicles of a scope, whenever they were valid. Raises `NotFoundError` for an unknown one."""
    found = sorted(inventory.vehicles.values(), key=lambda each: each.id)
    if scope == FLEET:
        return tuple(found)
    if scope.startswith(SITE) and (site := scope.removeprefix(SITE)) in inventory.sites:
        return tuple(each for each in found if each.site == site)
    if of_group := [each for each in found if scope == group_scope(each.group)]:
        return tuple(of_group)
    raise NotFoundError("fleet_report.scope_unknown", scope=scope[:80])


async def read_months(house: House, scope: str, first: date) -> FleetMonths:
    """Return the month that begins on `first`, what it is compared with, and the months up to it."""
    vehicles = vehicles_in(house.inventory(), scope)
    months = months_until(first, MONTHS)
    days = await house.ledger.vehicle_days(months[0], last_of(first), [each.id for each in vehicles])
    by_month: dict[date, list[VehicleDay]] = {month: [] for month in months}
    for day in days:
        by_month[day.day.replace(day=1)].append(day)
    now = await _whole(house, scope, vehicles, first, by_month[first])
    previous = await _month(house, scope, vehicles, months[-2], by_month[months[-2]])
    last_year = await _month(house, scope, vehicles, months[0], by_month[months[0]])
    course = [await _course(house, scope, vehicles, month, by_month[month]) for month in months[1:]]
    of_year: dict[str, list[VehicleDay]] = {}
    for day in days:
        if day.day >= months[1]:
            of_year.setdefault(day.vehicle, []).append(day)
    return FleetMonths(now=now, previous=previous, last_year=last_year, course=tuple(course), days=of_year)


async def read_reported(house: House, scope: str, first: date) -> FleetMonth:
    """Return the month that begins on `first` alone, as it is reported."""
    vehicles = vehicles_in(house.inventory(), scope)
    days = await house.ledger.vehicle_days(first, last_of(first), [each.id for each in vehicles])
    return await _whole(house, scope, vehicles, first, days)


async def read_month(house: House, scope: str, first: date) -> FleetMonth:
    """Return the month that begins on `first` alone, without batteries and actions."""
    vehicles = vehicles_in(house.inventory(), scope)
    days = await house.ledger.vehicle_days(first, last_of(first), [each.id for each in vehicles])
    return await _month(house, scope, vehicles, first, days)


def months_until(first: date, count: int) -> list[date]:
    """Return so many months up to the one that begins on `first`, by their first days."""
    found = [first]
    while len(found) < count:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found[::-1]


def last_of(first: date) -> date:
    """Return the last day of a month."""
    return first.replace(day=monthrange(first.year, first.month)[1])


def span_of_month(house: House, first: date) -> Period:
    """Return a month as it is at the district."""
    return local_month(first.year, first.month, ZoneInfo(house.time_zone))


async def _whole(
    house: House, scope: str, vehicles: Sequence[Vehicle], first: date, days: Sequence[VehicleDay]
) -> FleetMonth:
    """Return a month with its batteries and what is to be done, which are as they are today."""
    month, span = await _month(house, scope, vehicles, first, days), span_of_month(house, first)
    electric = [each for each in month.vehicles if each.plugs_in]
    until = Period(EPOCH_UTC, span.end_utc)
    by_vehicle: dict[str, list[SessionValuation]] = {each.id: [] for each in electric}
    for each in await house.ledger.valuations(until, list(by_vehicle)) if electric else ():
        by_vehicle[str(each.vehicle)].append(each)
    year_ago_utc = span.end_utc - YEAR
    return replace(
        month,
        batteries={each.id: health_of(each, by_vehicle[each.id]) for each in electric},
        year_ago={each.id: health_of(each, _until(by_vehicle[each.id], year_ago_utc)) for each in electric},
        actions=await actions_of(house, scope, vehicles),
    )


async def actions_of(house: House, scope: str, vehicles: Sequence[Vehicle]) -> tuple[FleetAction, ...]:
    """Return what is to be done and what was done about a scope and its vehicles."""
    subjects = {scope, *(each.source for each in vehicles)}
    return tuple(each for each in await house.ledger.actions() if scope == FLEET or each.subject in subjects)


def _until(valuations: Sequence[SessionValuation], end_utc: datetime) -> list[SessionValuation]:
    return [each for each in valuations if each.begun_at_utc < end_utc]


async def _month(
    house: House, scope: str, vehicles: Sequence[Vehicle], first: date, days: Sequence[VehicleDay]
) -> FleetMonth:
    inventory, last, span = house.inventory(), last_of(first), span_of_month(house, first)
    there = [each for each in vehicles if was_there(each, first, last)]
    names = [each.id for each in there]
    stations = _stations(inventory, scope)
    every = await house.ledger.valuations(span)
    own = {each.id for each in stations}
    sessions = await _sessions(house, stations, span)
    at_ours = {each.id for each in sessions}
    return FleetMonth(
        period=f"{first:%Y-%m}",
        scope=scope,
        first=first,
        last=last,
        vehicles=tuple(there),
        figures=_figures(inventory, there, days, first, last),
        days=tuple(days),
        stations=stations,
        sessions=tuple(each for each in sessions if each.station in own),
        valuations=tuple(each for each in every if each.vehicle in names),
        loose=tuple(each for each in every if each.vehicle is None and each.session in at_ours),
        vouchers=await house.ledger.vouchers_during(span, names) if names else (),
        savings=await savings_of(house, f"{first:%Y-%m}"),
    )


async def savings_of(house: House, period: str) -> SavingsStatement | None:
    """Return the newest statement of savings of a month without vehicles, None where there is none to be read."""
    statement = await house.ledger.statement(StatementKey(SAVINGS, period, FLEET))
    return None if statement is None else read_sums(statement)


def was_there(vehicle: Vehicle, first: date, last: date) -> bool:
    """Return whether a vehicle was in the fleet on any day from `first` to `last`."""
    return vehicle.valid_from <= last and (vehicle.valid_to is None or vehicle.valid_to > first)


def _figures(
    inventory: Inventory, vehicles: Iterable[Vehicle], days: Sequence[VehicleDay], first: date, last: date
) -> dict[str, VehicleFigures]:
    by_vehicle: dict[str, list[VehicleDay]] = {}
    for day in days:
        by_vehicle.setdefault(day.vehicle, []).append(day)
    return {each.id: computed(inventory, each, by_vehicle.get(each.id, []), first, last) for each in vehicles}


def _stations(inventory: Inventory, scope: str) -> tuple[Station, ...]:
    """Return the charge points of a scope: a group of vehicles has none of its own."""
    if scope.startswith(GROUP):
        return ()
    site = scope.removeprefix(SITE)
    return tuple(each for each in inventory.stations.values() if scope == FLEET or each.site == site)


async def _sessions(house: House, stations: Sequence[Station], span: Period) -> tuple[ChargeSession, ...]:
    """Return the sessions that began at stations in a month."""
    found: list[ChargeSession] = []
    cursor: str | None = None
    wanted = frozenset(each.id for each in stations)
    while wanted:
        page = await house.ledger.sessions(
            SessionFilter(stations=wanted, period=span, limit=SESSIONS_AT_ONCE, cursor=cursor)
        )
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    return tuple(found)


async def _course(
    house: House, scope: str, vehicles: Sequence[Vehicle], month: date, days: Sequence[VehicleDay]
) -> CourseMonth:
    electric = {each.id for each in vehicles if each.plugs_in}
    by_drive = {True: ZERO, False: ZERO}
    for day in days:
        by_drive[day.vehicle in electric] += day.distance_m or ZERO
    savings = await savings_of(house, f"{month:%Y-%m}")
    of_scope = savings.scope(scope) if savings else None
    figure = of_scope.figure(HEADLINE) if of_scope else None
    return CourseMonth(
        period=f"{month:%Y-%m}",
        electric_m=by_drive[True],
        burning_m=by_drive[False],
        own_wh=sum((day.own_charged_wh for day in days), ZERO),
        elsewhere_wh=sum((day.elsewhere_charged_wh for day in days), ZERO),
        avoided_g=figure.value_g if figure else None,
    )
