"""How long the nightly jobs of the fleet take for 250 and for 1,000 vehicles, from real stores.

Savings: the whole job the first time, for twelve months with a charge session of every vehicle every other day.
Sharing out roof power from the quarter hours of outlets, supply meters and roofs is part of it, and so are both
accounts by quarter hours with the grid's intensity, reckoning and freezing. Beside it the night after, in which
nothing is new, and the night after somebody corrected every vehicle's baseline: twelve months from what is stored.
The baseline is the same reckoning asked for vehicle by vehicle, without any quarter hours, each month with queries of
its own and its factors looked up anew, as one would write it first; it is measured with a few vehicles in the same run.

Vehicle days: whose the sessions of a day were, and what all vehicles did on it.

All runs as in the service: it collects garbage seldom, and its worker process reckons. CPU seconds are told too, those
of both processes: on a machine that others use they are what stays the same.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from bench.fleets import LAST, NOW_UTC, fill, house_of, tell
from bench.result import Result, report
from core.inventory import Inventory
from core.people import Actor, Role
from core.periods import Period, local_day
from core.ports import Worker
from fleet.savings.reckoning import statement_of_month
from jobs.worker import WorkerProcess
from operations.fleet.days import compute_days
from operations.fleet.matching import value_sessions
from operations.house import Call, House
from operations.savings.job import compute_savings, months_until
from operations.savings.papers import facts_of
from operations.savings.reading import read_papers
from operations.schedule import JobWork
from store.open import open_embedded

FLEETS: Final = (250, 1000)
NAIVE_VEHICLES: Final = 10
MONTHS: Final = 12
GOAL_S: Final = 20.0
LINEAR_WITHIN: Final = 1.3
"""A thousand vehicles may take so many times four times the processor's time of 250."""


@dataclass(slots=True)
class Took:
    """How long something took, and the processors meanwhile."""

    worker: Worker
    wall_s: float = 0.0
    cpu_s: float = 0.0

    @asynccontextmanager
    async def measured(self) -> AsyncIterator[None]:
        """Measure what is done within."""
        cpu_s, wall_s = await self._cpu_s(), time.perf_counter()
        yield
        self.wall_s = time.perf_counter() - wall_s
        self.cpu_s = await self._cpu_s() - cpu_s

    async def _cpu_s(self) -> float:
        return time.process_time() + await self.worker.run(time.process_time)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a fleet took: savings the first night, the next, and all anew; its days, and savings the naive way."""

    first: Took
    again: Took
    anew: Took
    days: Took
    naive_s: float


def main() -> int:
    """Print the figures; return 0 if the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    return report(asyncio.run(_measure()), as_json=options.json)


async def _measure() -> list[Result]:
    ran = {count: await _run(count) for count in FLEETS}
    least, most = FLEETS[0], FLEETS[-1]
    whole_s, naive_s = ran[most].first.wall_s, ran[most].naive_s * most / NAIVE_VEHICLES
    growth = ran[most].first.cpu_s / ran[least].first.cpu_s / (most / least)
    name = f"savings_of_{most}_vehicles_12_months"
    return [
        Result(f"savings_of_{least}_vehicles_12_months", ran[least].first.wall_s, "s"),
        Result(f"savings_of_{least}_vehicles_12_months_cpu", ran[least].first.cpu_s, "s"),
        Result(name, whole_s, "s", naive_s, naive_s / whole_s, GOAL_S, whole_s <= GOAL_S),
        Result(f"{name}_anew", ran[most].anew.wall_s, "s", naive_s, naive_s / ran[most].anew.wall_s),
        Result(f"{name}_anew_cpu", ran[most].anew.cpu_s, "s"),
        Result(f"{name}_cpu", ran[most].first.cpu_s, "s"),
        Result(f"{name}_next_night", ran[most].again.wall_s, "s"),
        Result(f"{name}_next_night_cpu", ran[most].again.cpu_s, "s"),
        Result(f"cpu_over_linear_{least}_to_{most}", growth, "", None, None, LINEAR_WITHIN, growth <= LINEAR_WITHIN),
        Result(f"vehicle_days_of_{most}_vehicles_1_day", ran[most].days.wall_s, "s"),
        Result(f"vehicle_days_of_{most}_vehicles_1_day_cpu", ran[most].days.cpu_s, "s"),
    ]


async def _run(count: int) -> Ran:
    from cli.process import tuned_for_serving

    worker = WorkerProcess()
    with tempfile.TemporaryDirectory() as folder, tuned_for_serving():
        stores = await open_embedded(Path(folder), lambda: NOW_UTC)
        try:
            await fill(stores, count)
            await tell(stores, count)
            house, work = replace(house_of(stores, count), worker=worker), JobWork(period=LAST.isoformat())
            call = Call(Actor(name="bench", role=Role.ADMIN), NOW_UTC)
            first, again, anew, days = (Took(worker) for _ in range(4))
            async with first.measured():
                done = await compute_savings(house, work, call)
            assert done.versions == MONTHS, "a bench that does nothing would be fast"
            async with again.measured():
                done = await compute_savings(house, work, call)
            assert done.versions == 0, "the second night has nothing to say"
            async with anew.measured():
                done = await compute_savings(replace(house, inventory=partial(_same, _thirstier(house))), work, call)
            assert done.versions == MONTHS, "other baselines change every statement"
            naive_s = await _naive_s(house)
            async with days.measured():
                await value_sessions(house, LAST, LAST, call)
                computed = await compute_days(house, LAST, LAST, call)
            assert computed.days == count
            return Ran(first=first, again=again, anew=anew, days=days, naive_s=naive_s)
        finally:
            await worker.close()
            await stores.close()


async def _naive_s(house: House) -> float:
    vehicles, zone = list(house.inventory().vehicles.values())[:NAIVE_VEHICLES], ZoneInfo(house.time_zone)
    began_s = time.perf_counter()
    for vehicle in vehicles:
        inventory = Inventory(vehicles={vehicle.id: vehicle})
        alone = replace(house, inventory=partial(_same, inventory))
        for month in months_until(LAST, Inventory())[1:]:
            papers = await read_papers(alone, month)
            period = Period(papers.begin_utc, local_day(month.last, zone).end_utc)
            mine = await house.ledger.packed_valuations(period, [vehicle.id])
            statement_of_month(month, facts_of(replace(papers, valuations=mine)), house.factors())
    return time.perf_counter() - began_s


def _thirstier(house: House) -> Inventory:
    """Return the same vehicles that replaced others of a higher consumption."""
    inventory, more = house.inventory(), Decimal("0.5")
    vehicles = dict(inventory.vehicles)
    for name, each in vehicles.items():
        assert each.baseline is not None
        litres = each.baseline.fuel_l_per_100km + more
        vehicles[name] = replace(each, baseline=replace(each.baseline, fuel_l_per_100km=litres))
    return replace(inventory, vehicles=vehicles)


def _same(inventory: Inventory) -> Inventory:
    return inventory


if __name__ == "__main__":
    sys.exit(main())
