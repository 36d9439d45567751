"""What the fleet's calculation is given: vehicles with their series, sessions, presences and papers of some days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from core.errors import UnavailableError
from core.facts import ChargeSession, source_of
from core.fleet import Presence, VehicleDay
from core.intervals import Resolution, SeriesKey
from core.inventory import Inventory, Vehicle
from core.periods import Period, local_day
from core.quantities import Quantity
from core.retention import RetentionClass
from core.vouchers import Voucher
from core.work import MeterEvent
from energy.register_rules import RegisterRules
from energy.register_walk import epoch_ms
from energy.series import Amounts, Counts, IntervalStore, Samples
from energy.source_rules import series_rules
from fleet.sessions.charges import Charge, Session, charges_of
from fleet.vehicle_days.days import COUNTED, VehicleFacts, dates
from fleet.vehicle_days.odometer import OdometerStep, like_other
from fleet.vehicle_days.telling import TOLD
from operations.house import House
from operations.intervals.plans import booking_of, is_on_a_dial, zone_of

Fact = TypeVar("Fact", Presence, Voucher, VehicleDay)

LONGEST_SESSION: Final = timedelta(days=7)
"""A session that began so long before a period may still bring energy into it."""

HELD: Final = timedelta(hours=25)
"""So long before a period a vehicle may have said last how it stands; so long after it, how it stood."""


TOLD_CLASSES: Final = frozenset({RetentionClass.VEHICLE_VALUES.value, RetentionClass.VEHICLE_REGISTERS.value})
"""The rules by which what vehicles told is deleted."""


def store_of(house: House) -> IntervalStore:
    """Return the time series. Raises `UnavailableError` without one."""
    if house.intervals is None:
        raise UnavailableError("intervals.no_store")
    return house.intervals


async def slots_of_outlets(
    house: House, sessions: Sequence[Session], now_utc: datetime, least: Period | None = None
) -> dict[str, Amounts]:
    """Return what the outlets of sessions counted in the quarter hours of these, and in those of a period at least."""
    if not sessions:
        return {}
    reach = _reach(sessions, now_utc, least)
    found = await store_of(house).amounts(Resolution.SLOT, _outlets(sessions), reach)
    return {source: amounts for (source, _), amounts in found.items()}


async def counted_at_outlets(
    house: House, sessions: Sequence[Session], now_utc: datetime, least: Period | None = None
) -> dict[str, Counts]:
    """Return in which of these quarter hours the outlets of sessions counted something, and how much."""
    if not sessions:
        return {}
    found = await store_of(house).counted(_outlets(sessions), _reach(sessions, now_utc, least))
    return {source: counts for (source, _), counts in found.items()}


def _outlets(sessions: Iterable[Session]) -> list[SeriesKey]:
    outlets = {(each.station, each.connector) for each in sessions}
    return sorted((source_of(*each), Quantity.ENERGY_IMPORT_WH) for each in outlets)


def _reach(sessions: Iterable[Session], now_utc: datetime, least: Period | None) -> Period:
    """Return when sessions were, and a period at least."""
    begin_utc = min(session.begun_at_utc for session in sessions) - timedelta(minutes=15)
    end_utc = max(session.ended_at_utc or now_utc for session in sessions)
    if least is not None:
        begin_utc, end_utc = min(begin_utc, least.start_utc), max(end_utc, least.end_utc)
    return Period(begin_utc, max(end_utc, begin_utc))


@dataclass(frozen=True, slots=True)
class Charged:
    """The sessions that bring energy into some days, by id: as they were, by quarter hours, and whose they are."""

    sessions: Mapping[str, ChargeSession]
    charges: Mapping[str, Charge]
    of: Mapping[str, Sequence[str]]


async def read_charged(house: House, period: Period, now_utc: datetime) -> Charged:
    """Return the sessions of a period, and of each vehicle which were found to be its own."""
    reach = Period(period.start_utc - LONGEST_SESSION, period.end_utc)
    sessions = await house.ledger.sessions_begun(reach)
    slots = await counted_at_outlets(house, sessions, now_utc)
    of: dict[str, list[str]] = defaultdict(list)
    for valuation in await house.ledger.valuations(reach):
        if valuation.vehicle is not None:
            of[valuation.vehicle].append(valuation.session)
    return Charged(
        sessions={session.id: session for session in sessions},
        charges={charge.session: charge for charge in charges_of(sessions, slots, now_utc)},
        of=of,
    )


async def read_facts(
    house: House, vehicles: Sequence[Vehicle], first: date, last: date, charged: Charged, now_utc: datetime
) -> list[VehicleFacts]:
    """Return all that is known of some vehicles from `first` to `last`."""
    zone = ZoneInfo(house.time_zone)
    period = Period(local_day(first, zone).start_utc, local_day(last, zone).end_utc)
    names = [vehicle.id for vehicle in vehicles]
    sources = [vehicle.source for vehicle in vehicles]
    reach = Period(period.start_utc - HELD, period.end_utc + HELD)
    counted = await _counted(house, sources, reach)
    series = await read_series(house, sources, reach)
    bookings = by_source(await house.ledger.bookings(sources))
    steps = await _steps(house, sources, zone)
    presences = by_vehicle(await house.ledger.presences(names, reach))
    vouchers = by_vehicle(await house.ledger.vouchers_during(reach, names))
    told_from_ms = await _told_from_ms(house)
    kept: dict[str, dict[date, VehicleDay]] = defaultdict(dict)
    if told_from_ms > epoch_ms(period.start_utc):
        for day in await house.ledger.vehicle_days(first, last, names):
            kept[day.vehicle][day.day] = day
    facts = []
    for vehicle in vehicles:
        own = [charged.sessions[each] for each in charged.of.get(vehicle.id, ()) if each in charged.sessions]
        facts.append(
            VehicleFacts(
                vehicle=vehicle,
                counted=counted.get(vehicle.source, {}),
                series=series.get(vehicle.source, {}),
                rules=odometer_rules(house.inventory(), vehicle),
                bookings=[
                    booking_of(event)
                    for event in bookings.get(vehicle.source, ())
                    if event.quantity is Quantity.ODOMETER_M
                    and is_on_a_dial(event)
                    and reach.start_utc <= event.at_utc < reach.end_utc
                ],
                steps=steps.get(vehicle.source, ()),
                charges=[charged.charges[session.id] for session in own if session.id in charged.charges],
                sessions_ms=[_span_ms(session, now_utc) for session in own],
                unknown_sessions=[epoch_ms(each.begun_at_utc) for each in own if each.energy_wh is None],
                presences=presences.get(vehicle.id, ()),
                vouchers=vouchers.get(vehicle.id, ()),
                kept=kept.get(vehicle.id, {}),
                told_from_ms=told_from_ms,
            )
        )
    return facts


async def read_series(house: House, sources: Collection[str], period: Period) -> dict[str, dict[Quantity, Samples]]:
    """Return what vehicles told in a period, by source and quantity."""
    keys: list[SeriesKey] = [(source, quantity) for source in sources for quantity in TOLD]
    found: dict[str, dict[Quantity, Samples]] = defaultdict(dict)
    for (source, quantity), samples in (await store_of(house).samples(keys, period)).items():
        found[source][quantity] = samples
    return found


async def _counted(house: House, sources: Sequence[str], period: Period) -> dict[str, dict[Quantity, Amounts]]:
    keys: list[SeriesKey] = [(source, quantity) for source in sources for quantity in COUNTED]
    found: dict[str, dict[Quantity, Amounts]] = defaultdict(dict)
    for (source, quantity), amounts in (await store_of(house).amounts(Resolution.DAY, keys, period)).items():
        found[source][quantity] = amounts
    return found


def odometer_rules(inventory: Inventory, vehicle: Vehicle) -> RegisterRules:
    """Return how a vehicle's odometer is counted."""
    rules = series_rules(inventory, vehicle.source, Quantity.ODOMETER_M).register
    assert rules is not None  # noqa: S101 - an odometer is a register
    return rules


async def _steps(house: House, sources: Sequence[str], zone: ZoneInfo) -> dict[str, list[OdometerStep]]:
    """Return the steps of odometers that nobody has explained, with whose odometer they might be."""
    found: dict[str, list[OdometerStep]] = defaultdict(list)
    for one in await house.ledger.proposals(sources):
        if one.quantity is not Quantity.ODOMETER_M or one.dismissed_at_utc is not None:
            continue
        stood = await _stood(house, one.to_utc.astimezone(zone).date(), zone)
        found[one.source].append(
            OdometerStep(
                from_utc=one.from_utc,
                from_m=one.from_value,
                to_utc=one.to_utc,
                to_m=one.to_value,
                other=like_other(one.source.removeprefix("vehicle:"), one.to_value, stood),
            )
        )
    return found


async def _stood(house: House, day: date, zone: ZoneInfo) -> dict[str, float]:
    """Return where the odometers of all vehicles stood about a day, in m: as told, else as their days are kept."""
    before = day - timedelta(days=1)
    period = Period(local_day(before, zone).start_utc, local_day(day, zone).end_utc)
    days = await house.ledger.vehicle_days(before, day)
    stood = {each.vehicle: float(each.odometer_end_m) for each in days if each.odometer_end_m is not None}
    names = {vehicle.source: vehicle.id for vehicle in house.inventory().vehicles.values()}
    told = await store_of(house).samples([(source, Quantity.ODOMETER_M) for source in names], period)
    return stood | {names[source]: float(samples.value[-1]) for (source, _), samples in told.items() if len(samples)}


async def _told_from_ms(house: House) -> int:
    """Return until when what vehicles told has been deleted by rule."""
    gone = [each.before_utc for each in await house.ledger.deletions() if each.rule in TOLD_CLASSES]
    return epoch_ms(max(gone)) if gone else 0


def by_source(events: Iterable[MeterEvent]) -> dict[str, list[MeterEvent]]:
    """Return bookings by what they are about."""
    found: dict[str, list[MeterEvent]] = defaultdict(list)
    for event in events:
        found[event.source].append(event)
    return found


def by_vehicle(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """Return facts about vehicles by vehicle, in their order."""
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        found[fact.vehicle].append(fact)
    return found


def zones_of(house: House, vehicles: Sequence[Vehicle]) -> list[ZoneInfo]:
    """Return the zone in which each vehicle's days begin: that of its site."""
    inventory, district = house.inventory(), ZoneInfo(house.time_zone)
    return [zone_of(inventory, vehicle.source, district) for vehicle in vehicles]


def owned_between(inventory: Inventory, first: date, last: date) -> list[Vehicle]:
    """Return the vehicles that were ours on a day from `first` to `last`, by id."""
    days = dates(first, last)
    found = [each for each in inventory.vehicles.values() if any(each.valid_on(day) for day in days)]
    return sorted(found, key=lambda vehicle: vehicle.id)


def _span_ms(session: ChargeSession, now_utc: datetime) -> tuple[int, int]:
    begin_ms = epoch_ms(session.begun_at_utc)
    return begin_ms, max(epoch_ms(session.ended_at_utc or now_utc), begin_ms)
