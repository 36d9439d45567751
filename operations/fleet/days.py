"""What vehicles did, day by day: the nightly job, and computing again what has changed since."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from core.fleet import VehicleDay
from core.intervals import Resolution
from core.inventory import Vehicle
from core.periods import Period, local_day
from core.quantities import Quantity
from core.texts import Finding
from energy.register_walk import at_utc
from fleet.vehicle_days.days import dates, days_of_all
from operations.fleet.matching import value_sessions
from operations.fleet.reading import Charged, owned_between, read_charged, read_facts, store_of, zones_of
from operations.house import Call, House
from operations.schedule import JobWork

LOOK_BACK: Final = 35
"""So many days are computed each night: sessions, readings, vouchers and bookings may come late."""

FIRST_LOOK_BACK: Final = 366
"""So many where nothing has been computed yet: as long as vehicle days are kept."""

VEHICLES_AT_ONCE: Final = 25
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class FleetDone:
    """How many `sessions` are valued otherwise than before, and how many `days` of `vehicles` were computed."""

    sessions: int = 0
    vehicles: int = 0
    days: int = 0


async def compute_fleet(house: House, request: JobWork, call: Call) -> FleetDone:
    """Find whose the sessions of the last 35 days were, and compute the vehicles' days again; a year the first time.

    Raises `UnavailableError` without a time series.
    """
    last = date.fromisoformat(request.period)
    first = await _first(house, last)
    done = FleetDone()
    spans = list(_spans(first, last))
    for number, (begin, end) in enumerate(spans):
        call.progress(number / len(spans), Finding.of("vehicle_days.computing", first=str(begin), last=str(end)))
        done.sessions += await value_sessions(house, begin, end, call)
        found = await compute_days(house, begin, end, call)
        done.days += found.days
        done.vehicles = max(done.vehicles, found.vehicles)
    return done


async def compute_days(
    house: House, first: date, last: date, call: Call, vehicles: Collection[str] | None = None
) -> FleetDone:
    """Compute the days of vehicles (None: of all) from `first` to `last` again, and keep them.

    What imports vouchers, books an odometer or assigns sessions calls this for what it touched.
    """
    owned = [each for each in owned_between(house.inventory(), first, last) if vehicles is None or each.id in vehicles]
    zone = ZoneInfo(house.time_zone)
    charged = await read_charged(house, _reach(first, last, zone), call.now_utc)
    done = FleetDone(vehicles=len(owned))
    for some in _batches(owned, VEHICLES_AT_ONCE):
        days = await _computed(house, some, first, last, charged, call)
        await house.ledger.save_vehicle_days(days)
        done.days += len(days)
    return done


async def _computed(
    house: House, vehicles: Sequence[Vehicle], first: date, last: date, charged: Charged, call: Call
) -> tuple[VehicleDay, ...]:
    facts = await read_facts(house, vehicles, first, last, charged, call.now_utc)
    days, zones = dates(first, last), zones_of(house, vehicles)
    if house.worker is None:
        return days_of_all(facts, days, zones, call.now_utc)
    return await house.worker.run(days_of_all, facts, days, zones, call.now_utc)


async def _first(house: House, last: date) -> date:
    """Return the first day to be computed: a year back where nothing is known of the day before the usual span."""
    usual = last - timedelta(days=LOOK_BACK - 1)
    before = usual - timedelta(days=1)
    if any(day.distance_m is not None for day in await house.ledger.vehicle_days(before, before)):
        return usual
    zone = ZoneInfo(house.time_zone)
    earliest = last - timedelta(days=FIRST_LOOK_BACK - 1)
    keys = [(vehicle.source, Quantity.ODOMETER_M) for vehicle in house.inventory().vehicles.values()]
    past = Period(local_day(earliest, zone).start_utc, local_day(usual, zone).start_utc)
    counted = await store_of(house).amounts(Resolution.DAY, keys, past) if keys else {}
    began_ms = min((int(amounts.start_ms[0]) for amounts in counted.values()), default=None)
    return usual if began_ms is None else max(at_utc(began_ms).astimezone(zone).date(), earliest)


def _spans(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Yield the days from `first` to `last` in spans of 35 days at most."""
    while first <= last:
        end = min(first + timedelta(days=LOOK_BACK - 1), last)
        yield first, end
        first = end + timedelta(days=1)


def _reach(first: date, last: date, zone: ZoneInfo) -> Period:
    """Return the period of some days with a day around it: a site may lie in another zone."""
    begin_utc, end_utc = local_day(first, zone).start_utc, local_day(last, zone).end_utc
    return Period(begin_utc - timedelta(days=1), end_utc + timedelta(days=1))


def _batches(items: Sequence[T], size: int) -> Iterator[list[T]]:
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch
