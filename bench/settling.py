"""How long it takes to settle 500 plants for a year of 15-minute data: energy bases out of a real store, then shares.

A tenth of the plants stands behind common meters, operators state every third one, and day-ahead prices are below zero
in some hundred hours. The baseline asks for the energy base of each plant on its own, measured for a few of them and
counted up to all.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from bench.result import Result
from config.laws import shipped
from core.intervals import Resolution, SeriesKey
from core.inventory import Inventory, Medium, Meter, MeterRole
from core.inventory.renewables import Contract, Plant, PlantKind
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from core.shares import FeedInStatement
from energy.days import days_of
from energy.series import Amounts
from operations.feed_in.base import energy_bases
from operations.feed_in.prices import PRICE, PriceSeries
from operations.house import House
from renewables.areas import AreaKind, AreaPart, PlantAreas
from renewables.energy_base import EnergyBase
from renewables.rules import Split
from renewables.settled import Claim
from renewables.settling.settle import settle
from store.open import Stores, open_embedded

PLANTS: Final = 500
COMMON: Final = 50
"""So many plants stand behind common meters, two behind each."""
STATED_EACH: Final = 3
NAIVE: Final = 20
YEAR: Final = 2025
BEGIN_UTC: Final = datetime(2024, 12, 31, 23, tzinfo=UTC)
SLOTS: Final = 365 * 96
NOW_UTC: Final = datetime(2026, 3, 1, tzinfo=UTC)
GOAL_S: Final = 10.0
EXPORT: Final = Quantity.ENERGY_EXPORT_WH


def settlement() -> list[Result]:
    """Return what settling takes."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> list[Result]:
    stores = await open_embedded(folder, lambda: NOW_UTC)
    try:
        await _fill(stores)
        house = _house(stores)
        plants = list(house.inventory().plants.values())
        await energy_bases(house, [plants[0].id], YEAR)
        began_s = time.perf_counter()
        bases = await energy_bases(house, [plant.id for plant in plants], YEAR)
        bases_s = time.perf_counter() - began_s
        settle_s = _settled_s(plants, bases)
        few_s = await _one_by_one_s(house, plants[:NAIVE])
    finally:
        await stores.close()
    assert all(base.fed_in_wh and not base.findings for base in bases.values()), "a bench of nothing would be fast"
    total_s, naive_s = bases_s + settle_s, few_s * PLANTS / NAIVE + settle_s
    return [
        Result("energy_bases_of_500_plants", bases_s, "s"),
        Result("settling_500_plants", settle_s, "s"),
        Result("settlement_of_a_year", total_s, "s", naive_s, naive_s / total_s, GOAL_S, total_s <= GOAL_S),
    ]


def _settled_s(plants: list[Plant], bases: dict[str, EnergyBase]) -> float:
    rule = shipped().get("eeg-6.2023.wind")
    assert rule is not None
    claims = [
        Claim(
            plant=plant,
            state="SN",
            rule=rule,
            year=YEAR,
            base=bases[plant.id],
            areas=_areas(plant),
            contract=_contract(plant),
        )
        for plant in plants
    ]
    began_s = time.perf_counter()
    settled = [settle(claim) for claim in claims]
    took_s = time.perf_counter() - began_s
    assert all(each.total_eur == sum(part.amount_eur for part in each.parts) for each in settled)
    return took_s


async def _one_by_one_s(house: House, plants: list[Plant]) -> float:
    began_s = time.perf_counter()
    for plant in plants:
        await energy_bases(house, [plant.id], YEAR)
    return time.perf_counter() - began_s


async def _fill(stores: Stores) -> None:
    """Write a year of quarter hours of all feed-in, a year of prices, and what operators state."""
    chance = np.random.default_rng(1)
    start_ms = int(BEGIN_UTC.timestamp()) * 1000 + 900_000 * np.arange(SLOTS, dtype=np.int64)
    seconds = np.zeros((SLOTS, 5), np.int32)
    seconds[:, 0] = 900
    known = np.zeros(SLOTS, np.uint8)
    sources = sorted({_source(plant) for plant in _plants()})
    for first in range(0, len(sources), NAIVE):
        rows: dict[SeriesKey, Amounts] = {}
        for source in sources[first : first + NAIVE]:
            counted = chance.integers(1_000_000, 900_000_000, SLOTS)
            rows[source, EXPORT] = Amounts(start_ms, counted, seconds, known, known)
        await stores.readings.put_amounts(Resolution.SLOT, rows)
        days = {key: days_of(each, _zone()) for key, each in rows.items()}
        await stores.readings.put_amounts(Resolution.DAY, days)
    hours = [BEGIN_UTC + timedelta(hours=number) for number in range(SLOTS // 4)]
    series = PriceSeries("day-ahead", 60).source
    prices = chance.normal(80, 50, len(hours))
    put = [Reading(series, PRICE, at, float(price)) for at, price in zip(hours, prices, strict=True)]
    await stores.readings.put(Batch(put, NOW_UTC))
    bases = await energy_bases(_house(stores), [plant.id for plant in _plants()[COMMON::STATED_EACH]], YEAR)
    await stores.ledger.keep_feed_in(
        [
            FeedInStatement(plant=name, month=month.month, fed_in_wh=month.fed_in_wh, entered_at_utc=NOW_UTC)
            for name, base in bases.items()
            for month in base.months
        ]
    )


def _house(stores: Stores) -> House:
    inventory = Inventory(
        plants={plant.id: plant for plant in _plants()}, meters={f"park-{n}": _meter(n) for n in range(COMMON // 2)}
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


def _plants() -> list[Plant]:
    plants = [
        Plant(
            id=f"wea-{number:03}",
            name=f"Windrad {number}",
            kind=PlantKind.WIND,
            power_w=5_560_000,
            municipality="au",
            operator="Bürgerwind",
            register_number=f"SEE99{number:010}",
            commissioned=date(2024, 1, 1),
            valid_from=date(2024, 1, 1),
            reference_yield_wh=16e9 + number,
        )
        for number in range(PLANTS)
    ]
    return [
        replace(plant, feed_in_meter=f"park-{number // 2}") if number < COMMON else plant
        for number, plant in enumerate(plants)
    ]


def _meter(number: int) -> Meter:
    return Meter(
        id=f"park-{number}",
        name=f"Park {number}",
        valid_from=date(2024, 1, 1),
        site="netz",
        medium=Medium.ELECTRICITY,
        role=MeterRole.GENERATION,
    )


def _source(plant: Plant) -> str:
    return plant.source if plant.feed_in_meter is None else f"meter:{plant.feed_in_meter}"


def _zone() -> ZoneInfo:
    return ZoneInfo("Europe/Berlin")


def _contract(plant: Plant) -> Contract:
    return Contract(
        id=f"v-{plant.id}",
        name="Vertrag",
        valid_from=date(2024, 1, 1),
        plants=(plant.id,),
        law="eeg-6",
        rate_ct_per_kwh=Decimal("0.2"),
        parties=(),
    )


def _areas(plant: Plant) -> PlantAreas:
    parts = [
        AreaPart(key=f"145{number:05}", name=f"Ort {number}", kind=AreaKind.GEMEINDE, state="SN", area_m2=4_908_738)
        for number in range(4)
    ]
    return PlantAreas(
        plant=plant.id,
        split=Split.CIRCLE,
        radius_m=2500,
        whole_m2=sum(part.area_m2 for part in parts),
        parts=tuple(parts),
        uncovered_m2=0,
        epsg=25833,
        edition="bench",
        edition_digest="0",
        valid_on=date(2025, 12, 31),
    )
