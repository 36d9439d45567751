"""How long the load analysis of one site with forty meters takes for a year of quarter hours, from a real store.

All four capabilities that its page asks for, one after the other, each as a visitor waits for it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from bench.result import Result, report
from core.intervals import Resolution
from core.inventory import Inventory, Medium, Meter, MeterRole, Site, SiteKind
from core.people import Actor, Role
from core.quantities import Quantity
from energy.series import Amounts
from operations.house import Call, House
from operations.loads.shown import ShowLoads, show_base_load, show_load_map, show_loads, show_peaks
from store.open import Stores, open_embedded

METERS, DAYS = 40, 730
START_UTC = datetime(2025, 1, 1, tzinfo=UTC)
NOW_UTC = START_UTC + timedelta(days=DAYS)
SLOTS = DAYS * 96
GOAL_S = 2.0


def main() -> int:
    """Print the figures; return 0 if the goal is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return report(asyncio.run(_measure(Path(folder))), as_json=options.json)


async def _measure(folder: Path) -> list[Result]:
    stores = await open_embedded(folder, lambda: NOW_UTC)
    try:
        await _fill(stores)
        house = _house(stores)
        call = Call(Actor("bench", Role.ADMIN), NOW_UTC)
        wanted = ShowLoads(id="site:schule", period="2026")
        results, total_s = [], 0.0
        for show in (show_loads, show_peaks, show_base_load, show_load_map):
            await show(house, wanted, call)
            begun = time.perf_counter()
            await show(house, wanted, call)
            took_s = time.perf_counter() - begun
            total_s += took_s
            results.append(Result(show.__name__, took_s, "s"))
        return [*results, Result("site_of_40_meters", total_s, "s", None, None, GOAL_S, total_s <= GOAL_S)]
    finally:
        await stores.close()


async def _fill(stores: Stores) -> None:
    """Write two years of quarter hours of forty meters."""
    chance = np.random.default_rng(1)
    start_ms = int(START_UTC.timestamp()) * 1000 + 900_000 * np.arange(SLOTS, dtype=np.int64)
    seconds = np.zeros((SLOTS, 5), np.int32)
    seconds[:, 0] = 900
    known = np.zeros(SLOTS, np.uint8)
    for meter in _meters():
        counted = chance.integers(1_000_000, 9_000_000, SLOTS)
        rows = Amounts(start_ms, counted, seconds, known, known)
        await stores.readings.put_amounts(Resolution.SLOT, {(meter.source, Quantity.ENERGY_IMPORT_WH): rows})


def _meters() -> list[Meter]:
    return [
        Meter(
            id=f"strom-{number}",
            name=f"Strom {number}",
            valid_from=date(2024, 1, 1),
            site="schule",
            medium=Medium.ELECTRICITY,
            role=MeterRole.SUPPLY if number == 0 else MeterRole.SUBMETER,
            parent=None if number == 0 else "strom-0",
        )
        for number in range(METERS)
    ]


def _house(stores: Stores) -> House:
    site = Site(id="schule", name="Schule", valid_from=date(2024, 1, 1), kind=SiteKind.SCHOOL, municipality="au")
    inventory = Inventory(sites={"schule": site}, meters={meter.id: meter for meter in _meters()})
    return House(
        inventory=lambda: inventory,
        query=stores.readings,
        ledger=stores.ledger,
        journal=stores.journal,
        health=tuple,
        clock=lambda: NOW_UTC,
        intervals=stores.readings,
    )


if __name__ == "__main__":
    sys.exit(main())
