"""How long pages of one site with about forty meters take for a year of quarter hours, from a real store.

The load analysis: all four capabilities that its page asks for, one after the other, each as a visitor waits for
it. And the costs of a site where every meter has a bill of its own, and its budget, which also reads the year before.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.result import Result, report
from core.intervals import Resolution
from core.inventory import (
    Budget,
    Inventory,
    Medium,
    Meter,
    MeterRole,
    PriceWindow,
    Site,
    SiteKind,
    Tariff,
    Weekday,
)
from core.people import Actor, Role
from core.quantities import Quantity
from energy.series import Amounts
from operations.costs.budgets import ShowBudgets, show_budgets
from operations.costs.cost import ShowCosts, show_costs
from operations.house import Call, House
from operations.loads.shown import ShowLoads, show_base_load, show_load_map, show_loads, show_peaks
from store.open import Stores, open_embedded

METERS, DELIVERY_POINTS, DAYS = 40, 41, 730
START_UTC = datetime(2025, 1, 1, tzinfo=UTC)
NOW_UTC = START_UTC + timedelta(days=DAYS)
SLOTS = DAYS * 96
GOAL_S = 2.0
COSTS_GOAL_S = 1.0
BUDGET_GOAL_S = 1.5

Show = Callable[[House, Any, Call], Awaitable[object]]
LOADS: Final[tuple[Show, ...]] = (show_loads, show_peaks, show_base_load, show_load_map)


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
        loads = ShowLoads(id="site:schule", period="2026")
        took_s = {show.__name__: await _took_s(show, house, loads) for show in LOADS}
        total_s = sum(took_s.values())
        costs_s = await _took_s(show_costs, house, ShowCosts(id="klinik", year=2026))
        budget_s = await _took_s(show_budgets, house, ShowBudgets(year=2026))
        return [
            *(Result(name, each_s, "s") for name, each_s in took_s.items()),
            _held("site_of_40_meters", total_s, GOAL_S),
            _held("costs_of_41_delivery_points", costs_s, COSTS_GOAL_S),
            _held("budget_of_41_delivery_points", budget_s, BUDGET_GOAL_S),
        ]
    finally:
        await stores.close()


def _held(name: str, took_s: float, goal_s: float) -> Result:
    return Result(name, took_s, "s", None, None, goal_s, took_s <= goal_s)


async def _took_s(show: Show, house: House, wanted: object) -> float:
    """Return how long a capability takes the second time, when nothing has to be loaded for it."""
    call = Call(Actor("bench", Role.ADMIN), NOW_UTC)
    await show(house, wanted, call)
    begun = time.perf_counter()
    await show(house, wanted, call)
    return time.perf_counter() - begun


async def _fill(stores: Stores) -> None:
    """Write two years of quarter hours of all meters."""
    chance = np.random.default_rng(1)
    start_ms = int(START_UTC.timestamp()) * 1000 + 900_000 * np.arange(SLOTS, dtype=np.int64)
    seconds = np.zeros((SLOTS, 5), np.int32)
    seconds[:, 0] = 900
    known = np.zeros(SLOTS, np.uint8)
    for meter in (*_meters(), *_delivery_points()):
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


def _delivery_points() -> list[Meter]:
    return [
        Meter(
            id=f"klinik-{number}",
            name=f"Klinik {number}",
            valid_from=date(2024, 1, 1),
            site="klinik",
            medium=Medium.ELECTRICITY,
            role=MeterRole.SUPPLY,
        )
        for number in range(DELIVERY_POINTS)
    ]


def _tariffs() -> list[Tariff]:
    """Return two years' tariffs with a low price at night and on holidays."""
    night = PriceWindow(
        name="NT", days=tuple(Weekday), begins=clock(22), ends=clock(6), energy_eur_per_kwh=Decimal("0.18")
    )
    return [
        Tariff(
            id=f"strom-{year}",
            name=f"Strom {year}",
            valid_from=date(year, 1, 1),
            medium=Medium.ELECTRICITY,
            sites=("klinik",),
            energy_eur_per_kwh=Decimal("0.24"),
            base_eur_per_year=Decimal(120),
            power_eur_per_kw_year=Decimal(95),
            windows=(night,),
        )
        for year in (2025, 2026)
    ]


def _house(stores: Stores) -> House:
    budget = Budget(
        id="klinik-strom",
        name="Klinik Strom",
        valid_from=date(2025, 12, 1),
        site="klinik",
        medium=Medium.ELECTRICITY,
        year=2026,
        amount_eur=Decimal(9_000_000),
    )
    inventory = Inventory(
        sites={each.id: each for each in (_site("schule", SiteKind.SCHOOL), _site("klinik", SiteKind.CLINIC))},
        meters={meter.id: meter for meter in (*_meters(), *_delivery_points())},
        tariffs={each.id: each for each in _tariffs()},
        budgets={budget.id: budget},
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


def _site(name: str, kind: SiteKind) -> Site:
    return Site(id=name, name=name.title(), valid_from=date(2024, 1, 1), kind=kind, municipality="au")


if __name__ == "__main__":
    sys.exit(main())
