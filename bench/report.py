"""How long the monthly report takes for 50, 100 and 200 vehicles, end to end from a real ledger, and its memory.

Measured is all of it: reading thirteen months of vehicle days, charge sessions and papers, the savings of each month,
replaying every combustion vehicle with the electric models, freezing the figures, setting the PDF and keeping the
file. The baseline is a report of its own for each vehicle, composed and not even set, as one would put a report
together from the pages of vehicles; it is measured with a few of them in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from pathlib import Path
from typing import Final

from bench.result import Result, report
from core.facts import ChargeSession, Protocol, SessionState
from core.fleet import MatchBasis, SessionValuation, VehicleDay
from core.inventory import Connector, Drive, Inventory, Site, SiteKind, Station, Vehicle
from core.inventory.mobility import Baseline, BaselineBasis, ElectricModel, FleetBudget, FuelKind, VehicleClass
from core.people import Actor, Role
from core.readings import SlotShare
from core.texts import catalogue
from fleet.savings.scopes import group_scope
from operations.fleet_report.report import MakeFleetReport, compose, make_fleet_report
from operations.house import Call, House
from operations.savings.job import compute_savings
from operations.schedule import JobWork
from store.open import Stores, open_embedded

FLEETS: Final = (50, 100, 200)
NAIVE_VEHICLES: Final = 5
FIRST, LAST, MONTH = date(2024, 12, 1), date(2025, 12, 31), date(2025, 12, 1)
NOW_UTC: Final = datetime(2026, 1, 2, 8, tzinfo=UTC)
ANNA: Final = Actor(name="bench", role=Role.ADMIN)
GOAL_S: Final = 10.0
GOAL_MB: Final = 800.0
LINEAR_WITHIN: Final = 1.3
"""Two hundred vehicles may take so many times four times as long as fifty."""


def main() -> int:
    """Print the figures; return 0 if the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    took = {count: _alone(count) for count in FLEETS}
    whole_s, naive_s, memory_mb = took[FLEETS[-1]]
    growth = whole_s / took[FLEETS[0]][0] / (FLEETS[-1] / FLEETS[0])
    results = [
        *(Result(f"report_of_{count}_vehicles", took[count][0], "s") for count in FLEETS[:-1]),
        Result("report_of_200_vehicles", whole_s, "s", naive_s, naive_s / whole_s, GOAL_S, whole_s <= GOAL_S),
        Result("memory_of_200_vehicles", memory_mb, "MB", None, None, GOAL_MB, memory_mb <= GOAL_MB),
        Result("growth_over_linear_50_to_200", growth, "", None, None, LINEAR_WITHIN, growth <= LINEAR_WITHIN),
    ]
    return report(results, as_json=options.json)


def _alone(count: int) -> tuple[float, float, float]:
    """Return time, baseline (s) and the most memory (MB) of a process that does nothing else."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measured, count).result()


def _measured(count: int) -> tuple[float, float, float]:
    return asyncio.run(_took_s(count))


async def _took_s(count: int) -> tuple[float, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        stores = await open_embedded(Path(folder), lambda: NOW_UTC)
        try:
            house = _house(stores, count)
            await _fill(stores, count)
            call = Call(ANNA, NOW_UTC)
            await compute_savings(house, JobWork(period=LAST.isoformat()), call)
            began_s = time.perf_counter()
            row = await make_fleet_report(house, MakeFleetReport(month=f"{MONTH:%Y-%m}"), call)
            took_s = time.perf_counter() - began_s
            assert row.file.size_byte > 50_000, "a bench that does nothing would be fast"
            memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            return took_s, await _naive_s(house, call) * count / NAIVE_VEHICLES, memory_mb
        finally:
            await stores.close()


async def _naive_s(house: House, call: Call) -> float:
    began_s = time.perf_counter()
    for vehicle in list(house.inventory().vehicles.values())[:NAIVE_VEHICLES]:
        request = MakeFleetReport(month=f"{MONTH:%Y-%m}", scope=group_scope(vehicle.group))
        await compose(house, request, MONTH, catalogue("de"), call, preliminary=True)
    return time.perf_counter() - began_s


def _house(stores: Stores, count: int) -> House:
    outlets = tuple(Connector(number=number, max_power_w=11_000, plug="Typ 2") for number in range(1, 3))
    stations = {
        name: Station(id=name, name=name, valid_from=FIRST, site="amt", maker="A", model="B", connectors=outlets)
        for name in (f"hof-{number}" for number in range(count // 10))
    }
    model = ElectricModel(
        id="kompakt",
        name="Kompaktwagen",
        valid_from=FIRST,
        vehicle_class=VehicleClass.M1,
        battery_wh=58_000.0,
        winter_range_m=270_000.0,
        energy_wh_per_100km=Decimal(16_000),
        winter_energy_wh_per_100km=Decimal(21_000),
        ac_power_w=11_000.0,
        source="Datenblatt",
    )
    budget = FleetBudget(id="alle", name="alle", valid_from=FIRST, year=MONTH.year, amount_eur=Decimal(10**6))
    inventory = Inventory(
        sites={"amt": Site(id="amt", name="Amt", valid_from=FIRST, kind=SiteKind.OFFICE, municipality="au")},
        vehicles={each.id: each for each in (_vehicle(number) for number in range(count))},
        stations=stations,
        electric_models={"kompakt": model},
        fleet_budgets={"alle": budget},
    )
    return House(
        inventory=lambda: inventory,
        query=stores.readings,
        ledger=stores.ledger,
        journal=stores.journal,
        health=tuple,
        clock=lambda: NOW_UTC,
        intervals=stores.readings,
    )


def _vehicle(number: int) -> Vehicle:
    electric = number % 2 == 0
    baseline = Baseline(
        fuel=FuelKind.PETROL, fuel_l_per_100km=Decimal("7.7"), basis=BaselineBasis.TABLE, source="Tabelle"
    )
    return Vehicle(
        id=f"auto-{number:04d}",
        name=f"Auto {number}",
        valid_from=date(2020, 1, 1),
        site="amt",
        maker="A",
        model="B",
        drive=Drive.BATTERY if electric else Drive.PETROL,
        fuel=None if electric else FuelKind.PETROL,
        group=f"Auto {number}",
        battery_wh=50_000.0 if electric else None,
        energy_wh_per_100km=Decimal(16_000) if electric else None,
        baseline=baseline if electric else None,
    )


async def _fill(stores: Stores, count: int) -> None:
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    for number in range(count):
        vehicle = _vehicle(number)
        await stores.ledger.save_vehicle_days([_day(vehicle, day, number) for day in days])
        if vehicle.plugs_in:
            charged = days[::3]
            await stores.ledger.save_sessions([_session(vehicle.id, day, number, count) for day in charged])
            await stores.ledger.value_sessions([_valuation(vehicle.id, day) for day in charged])


def _day(vehicle: Vehicle, day: date, number: int) -> VehicleDay:
    return VehicleDay(
        vehicle=vehicle.id,
        day=day,
        distance_m=Decimal(20_000 + 700 * ((number + day.toordinal()) % 97)),
        distance_share=SlotShare.MEASURED,
        odometer_end_m=Decimal(50_000_000),
        own_charged_wh=Decimal("3612.345") if vehicle.plugs_in else Decimal(0),
        soc_begin_percent=Decimal(70) if vehicle.plugs_in else None,
        soc_end_percent=Decimal(70) if vehicle.plugs_in else None,
        dwell_s={"amt": 60_000},
        away_s=26_400,
        fuel_l=None if vehicle.plugs_in else Decimal("4.2"),
    )


def _session(vehicle: str, day: date, number: int, count: int) -> ChargeSession:
    begun_utc = datetime.combine(day, clock(17), UTC)
    return ChargeSession(
        id=f"{vehicle}-{day}",
        station=f"hof-{number % (count // 10)}",
        connector=1 + number % 2,
        protocol=Protocol.OCPP_16,
        transaction=f"{vehicle}-{day}",
        state=SessionState.ENDED,
        begun_at_utc=begun_utc,
        ended_at_utc=begun_utc + timedelta(hours=3),
        energy_wh=10_837.035,
    )


def _valuation(vehicle: str, day: date) -> SessionValuation:
    return SessionValuation(
        session=f"{vehicle}-{day}",
        version=1,
        vehicle=vehicle,
        basis=MatchBasis.TAG,
        confidence=Decimal(1),
        begun_at_utc=datetime.combine(day, clock(17), UTC),
        energy_wh=Decimal("10837.035"),
        pv_wh=Decimal("1234.567"),
        grid_wh=Decimal("9602.468"),
        soc_rise_percent=Decimal(45),
        made_by="bench",
        made_at_utc=NOW_UTC,
    )


if __name__ == "__main__":
    sys.exit(main())
