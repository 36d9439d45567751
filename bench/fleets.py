"""A district's electric fleet with a year of all that its savings are reckoned from, in real stores.

Every vehicle has a day's distance and charges every other day at its site's charge points. Of these, of the supply
meters and of the roofs behind them all quarter hours of the year are kept, and two courses of the grid's intensity.
There is a site for 20 vehicles and an outlet for two of them. Everything follows from numbers: two worlds of one size
are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.factors import Boundary
from core.facts import ChargeSession, Protocol, SessionState
from core.fleet import MatchBasis, SessionValuation, VehicleDay
from core.intervals import Resolution
from core.inventory import (
    Connector,
    Drive,
    Generator,
    Inventory,
    Medium,
    Meter,
    MeterRole,
    Site,
    SiteKind,
    Station,
    Vehicle,
)
from core.inventory.mobility import Baseline, BaselineBasis, FuelKind
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading, SlotShare
from energy.series import Amounts
from operations.grid.series import QUANTITY, GridSeries
from operations.house import House
from store.open import Stores

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
NOW_UTC: Final = datetime(2026, 1, 2, 4, tzinfo=UTC)
SLOTS: Final = 366 * 96
BEGIN_UTC: Final = datetime(2024, 12, 31, 12, tzinfo=UTC)
BEGIN_MS: Final = int(BEGIN_UTC.timestamp()) * 1000
SLOT_MS: Final = 900_000
DAY_MS: Final = 86_400_000
TOLD_EVERY_MS: Final = 300_000
AT_SITE, AT_STATION, AT_OUTLET = 20, 4, 2
CHARGE_SLOTS: Final = 12
IMPORT, EXPORT = Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH
GRID: Final = (GridSeries("netz", Boundary.DIRECT, 15), GridSeries("netz", Boundary.CO2E_UPSTREAM, 15))

Numbers = NDArray[np.int64]


def house_of(stores: Stores, count: int) -> House:
    """Return a house with so many vehicles."""
    inventory = _inventory(count)
    return House(
        inventory=lambda: inventory,
        query=stores.readings,
        ledger=stores.ledger,
        journal=stores.journal,
        health=tuple,
        clock=lambda: NOW_UTC,
        intervals=stores.readings,
    )


async def fill(stores: Stores, count: int) -> None:
    """Write the year of so many vehicles; of no session it is known yet what of it was roof power."""
    start_ms = BEGIN_MS + SLOT_MS * np.arange(SLOTS, dtype=np.int64)
    for begin in range(0, count, AT_SITE):
        numbers = range(begin, min(begin + AT_SITE, count))
        drawn = np.zeros(SLOTS, np.int64)
        for first in numbers[::AT_OUTLET]:
            sharing = [each for each in range(first, first + AT_OUTLET) if each in numbers]
            counted = sum((_charged(number) for number in sharing), np.zeros(SLOTS, np.int64))
            await _count(stores, _outlet(first), IMPORT, start_ms, counted)
            drawn += counted
        await _count_site(stores, begin // AT_SITE, start_ms, drawn)
        for number in numbers:
            await stores.ledger.save_vehicle_days([_day(number, day) for day in days()])
            charges = list(_sessions(number))
            await stores.ledger.save_sessions(charges)
            await stores.ledger.value_sessions([_valuation(number, each) for each in charges])
    for place, series in enumerate(GRID):
        grams = 250.0 + 150.0 * np.sin(np.arange(SLOTS) / 15.0) + 80.0 * place
        await stores.readings.put_series(series.source, QUANTITY, start_ms, np.round(grams, 1), NOW_UTC)


async def tell(stores: Stores, count: int) -> None:
    """Let all vehicles tell every five minutes of the last day where their odometer and charge stand."""
    begin_ms = int(datetime.combine(LAST, clock(), UTC).timestamp()) * 1000 - 3_600_000
    at_ms = begin_ms + TOLD_EVERY_MS * np.arange(DAY_MS // TOLD_EVERY_MS, dtype=np.int64)
    course = np.linspace(0.0, 1.0, len(at_ms))
    seconds = np.array([[DAY_MS // 1000, 0, 0, 0, 0]], np.int32)
    known, midnight_ms = np.zeros(1, np.uint8), np.array([begin_ms], np.int64)
    for number in range(count):
        source = _vehicle(number).source
        values = {
            Quantity.ODOMETER_M: np.floor(50_000_000 + 20_000 * course),
            Quantity.SOC_PERCENT: np.round(80 - 40 * course),
            Quantity.PLUGGED_IN_FLAG: (course > 0.7).astype(np.float64),
        }
        for quantity, value in values.items():
            await stores.readings.put_series(source, quantity, at_ms, value, NOW_UTC)
        driven = Amounts(midnight_ms, np.array([20_000_000], np.int64), seconds, known, known)
        await stores.readings.put_amounts(Resolution.DAY, {(source, Quantity.ODOMETER_M): driven})


def days() -> list[date]:
    """Return the days of the year."""
    return [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]


async def _count(stores: Stores, source: str, quantity: Quantity, start_ms: Numbers, counted: Numbers) -> None:
    seconds = np.zeros((SLOTS, 5), np.int32)
    seconds[:, 0] = 900
    known = np.zeros(SLOTS, np.uint8)
    rows = Amounts(start_ms, counted, seconds, known, known)
    await stores.readings.put_amounts(Resolution.SLOT, {(source, quantity): rows})
    await stores.readings.put(Batch((Reading(source, quantity, NOW_UTC - timedelta(hours=1), 1.0),), NOW_UTC))


async def _count_site(stores: Stores, site: int, start_ms: Numbers, drawn: Numbers) -> None:
    """Write what the meters of a site counted: an office with a roof, and what its charge points drew."""
    hour = (start_ms // 3_600_000) % 24
    load = 2_000_003 + 500_000 * (hour % 7) + drawn
    made = np.where((hour > 5) & (hour < 17), 900_001 * (6 - abs(hour - 11)) + 1_000 * site, 0).astype(np.int64)
    await _count(stores, f"meter:netz-{site}", IMPORT, start_ms, np.maximum(load - made, 0))
    await _count(stores, f"meter:netz-{site}", EXPORT, start_ms, np.maximum(made - load, 0))
    await _count(stores, f"meter:dach-{site}", EXPORT, start_ms, made)


def _charged(number: int) -> Numbers:
    """Return what a vehicle's charges are in the quarter hours, in mWh."""
    counted = np.zeros(SLOTS, np.int64)
    for day in _charged_on(number):
        first = (int(_begun(number, day).timestamp()) * 1000 - BEGIN_MS) // SLOT_MS
        counted[first : first + CHARGE_SLOTS] = _energy_mwh(number, day) // CHARGE_SLOTS
    return counted


def _charged_on(number: int) -> list[date]:
    return days()[number % AT_OUTLET :: AT_OUTLET]


def _begun(number: int, day: date) -> datetime:
    return datetime.combine(day, clock(6 + number * 7 % 11, 15 * (number % 4)), UTC)


def _energy_mwh(number: int, day: date) -> int:
    """Return a whole number of mWh in each quarter hour."""
    return CHARGE_SLOTS * (602_057 + (31 * number + 17 * day.toordinal()) % 9_973)


def _outlet(number: int) -> str:
    return f"station:hof-{number // AT_STATION}/{1 + number % AT_STATION // AT_OUTLET}"


def _inventory(count: int) -> Inventory:
    sites = range(-(-count // AT_SITE))
    return Inventory(
        sites={each.id: each for each in map(_site, sites)},
        meters={each.id: each for site in sites for each in _meters(site)},
        stations={each.id: each for each in map(_station, range(-(-count // AT_STATION)))},
        vehicles={each.id: each for each in map(_vehicle, range(count))},
    )


def _site(site: int) -> Site:
    return Site(id=f"amt-{site}", name=f"Amt {site}", valid_from=FIRST, kind=SiteKind.OFFICE, municipality="au")


def _meters(site: int) -> Sequence[Meter]:
    supply = Meter(
        id=f"netz-{site}",
        name="Netz",
        valid_from=date(2020, 1, 1),
        site=f"amt-{site}",
        medium=Medium.ELECTRICITY,
        role=MeterRole.SUPPLY,
    )
    roof = Meter(
        id=f"dach-{site}",
        name="Dach",
        valid_from=date(2020, 1, 1),
        site=f"amt-{site}",
        medium=Medium.ELECTRICITY,
        role=MeterRole.GENERATION,
        generator=Generator.PV,
        parent=supply.id,
    )
    return supply, roof


def _station(station: int) -> Station:
    outlets = tuple(Connector(number=number, max_power_w=11_000, plug="type_2") for number in (1, 2))
    site = station * AT_STATION // AT_SITE
    return Station(
        id=f"hof-{station}",
        name=f"Hof {station}",
        valid_from=date(2020, 1, 1),
        site=f"amt-{site}",
        maker="A",
        model="B",
        connectors=outlets,
        parent=f"netz-{site}",
    )


def _vehicle(number: int) -> Vehicle:
    baseline = Baseline(
        fuel=FuelKind.PETROL, fuel_l_per_100km=Decimal("7.7"), basis=BaselineBasis.TABLE, source="Tabelle"
    )
    return Vehicle(
        id=f"auto-{number:04d}",
        name=f"Auto {number}",
        valid_from=date(2020, 1, 1),
        site=f"amt-{number // AT_SITE}",
        maker="A",
        model="B",
        drive=Drive.BATTERY,
        group=f"Amt {number % 20}",
        battery_wh=50_000.0,
        baseline=baseline,
    )


def _day(number: int, day: date) -> VehicleDay:
    charges = day.toordinal() % AT_OUTLET == FIRST.toordinal() % AT_OUTLET ^ number % AT_OUTLET
    return VehicleDay(
        vehicle=f"auto-{number:04d}",
        day=day,
        distance_m=Decimal(20_000 + number),
        distance_share=SlotShare.MEASURED,
        odometer_end_m=Decimal(50_000_000),
        own_charged_wh=Decimal(_energy_mwh(number, day)).scaleb(-3) if charges else Decimal(0),
    )


def _sessions(number: int) -> Iterator[ChargeSession]:
    station, connector = _outlet(number).removeprefix("station:").split("/")
    for day in _charged_on(number):
        begun_utc = _begun(number, day)
        yield ChargeSession(
            id=f"auto-{number:04d}-{day}",
            station=station,
            connector=int(connector),
            protocol=Protocol.OCPP_16,
            transaction=f"{number}-{day}",
            state=SessionState.ENDED,
            begun_at_utc=begun_utc,
            ended_at_utc=begun_utc + timedelta(minutes=15 * CHARGE_SLOTS),
            energy_wh=_energy_mwh(number, day) / 1000,
        )


def _valuation(number: int, session: ChargeSession) -> SessionValuation:
    return SessionValuation(
        session=session.id,
        version=1,
        vehicle=f"auto-{number:04d}",
        basis=MatchBasis.TAG,
        confidence=Decimal(1),
        begun_at_utc=session.begun_at_utc,
        energy_wh=Decimal(repr(session.energy_wh)),
        made_by="bench",
        made_at_utc=NOW_UTC,
    )
