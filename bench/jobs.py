"""How long the statements of savings take for a year of 250, 500 and 1,000 vehicles, from a real ledger.

Measured is the whole nightly job the first time: reading the stored days and charge sessions of twelve months,
reckoning, freezing. The baseline is the same reckoning asked for vehicle by vehicle, each month with queries of its
own and its factors looked up anew, as one would write it first; it is measured with a few vehicles in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Final

from bench.result import Result, report
from core.fleet import MatchBasis, SessionValuation, VehicleDay
from core.inventory import Drive, Inventory, Site, SiteKind, Vehicle
from core.inventory.mobility import Baseline, BaselineBasis, FuelKind
from core.people import Actor, Role
from core.readings import SlotShare
from fleet.savings.reckoning import MonthFacts, statement_of_month
from operations.house import Call, House
from operations.savings.job import compute_savings, months_until, read_month
from operations.schedule import JobWork
from store.open import Stores, open_embedded

FLEETS: Final = (250, 500, 1000)
NAIVE_VEHICLES: Final = 10
FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
NOW_UTC = datetime(2026, 1, 2, 4, tzinfo=UTC)
GOAL_S = 20.0
LINEAR_WITHIN = 1.3
"""A thousand vehicles may take so many times four times as long as 250."""


def main() -> int:
    """Print the figures; return 0 if the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    return report(asyncio.run(_measure()), as_json=options.json)


async def _measure() -> list[Result]:
    took = {count: await _took_s(count) for count in FLEETS}
    whole_s, naive_s = took[FLEETS[-1]][0], took[FLEETS[-1]][1] * FLEETS[-1] / NAIVE_VEHICLES
    growth = whole_s / took[FLEETS[0]][0] / (FLEETS[-1] / FLEETS[0])
    return [
        *(Result(f"savings_of_{count}_vehicles_12_months", took[count][0], "s") for count in FLEETS[:-1]),
        Result(
            "savings_of_1000_vehicles_12_months", whole_s, "s", naive_s, naive_s / whole_s, GOAL_S, whole_s <= GOAL_S
        ),
        Result("growth_over_linear_250_to_1000", growth, "", None, None, LINEAR_WITHIN, growth <= LINEAR_WITHIN),
    ]


async def _took_s(count: int) -> tuple[float, float]:
    """Return how long the job takes for so many vehicles, and how long the naive way takes for a few of them."""
    with tempfile.TemporaryDirectory() as folder:
        stores = await open_embedded(Path(folder), lambda: NOW_UTC)
        try:
            house = _house(stores, count)
            await _fill(stores, count)
            call = Call(Actor(name="bench", role=Role.ADMIN), NOW_UTC)
            began_s = time.perf_counter()
            done = await compute_savings(house, JobWork(period=LAST.isoformat()), call)
            took_s = time.perf_counter() - began_s
            assert done.versions == 12, "a bench that does nothing would be fast"
            return took_s, await _naive_s(house)
        finally:
            await stores.close()


async def _naive_s(house: House) -> float:
    vehicles = list(house.inventory().vehicles.values())[:NAIVE_VEHICLES]
    began_s = time.perf_counter()
    for vehicle in vehicles:
        inventory = Inventory(vehicles={vehicle.id: vehicle})
        alone = replace(house, inventory=partial(_same, inventory))
        for month in months_until(LAST, Inventory())[1:]:
            facts: list[MonthFacts] = await read_month(alone, month)
            statement_of_month(month, facts, house.factors())
    return time.perf_counter() - began_s


def _same(inventory: Inventory) -> Inventory:
    return inventory


def _house(stores: Stores, count: int) -> House:
    vehicles = {each.id: each for each in (_vehicle(number) for number in range(count))}
    site = Site(id="amt", name="Amt", valid_from=FIRST, kind=SiteKind.OFFICE, municipality="au")
    inventory = Inventory(sites={"amt": site}, vehicles=vehicles)
    return House(
        inventory=lambda: inventory,
        query=stores.readings,
        ledger=stores.ledger,
        journal=stores.journal,
        health=tuple,
        clock=lambda: NOW_UTC,
    )


def _vehicle(number: int) -> Vehicle:
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
        drive=Drive.BATTERY,
        group=f"Amt {number % 20}",
        battery_wh=50_000.0,
        baseline=baseline,
    )


async def _fill(stores: Stores, count: int) -> None:
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    for number in range(count):
        vehicle = _vehicle(number).id
        await stores.ledger.save_vehicle_days([_day(vehicle, day, number) for day in days])
        await stores.ledger.value_sessions([_session(vehicle, day) for day in days[::3]])


def _day(vehicle: str, day: date, number: int) -> VehicleDay:
    return VehicleDay(
        vehicle=vehicle,
        day=day,
        distance_m=Decimal(20_000 + number),
        distance_share=SlotShare.MEASURED,
        odometer_end_m=Decimal(50_000_000),
        own_charged_wh=Decimal("3612.345"),
    )


def _session(vehicle: str, day: date) -> SessionValuation:
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
        made_by="bench",
        made_at_utc=NOW_UTC,
    )


if __name__ == "__main__":
    sys.exit(main())
