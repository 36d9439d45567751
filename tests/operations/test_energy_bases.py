"""The energy base out of the stores: months by meter and statement, prices below zero, and a common meter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest_asyncio

from core.intervals import Resolution
from core.inventory import Inventory, Medium, Meter, MeterRole
from core.inventory.renewables import Marketing, Plant, PlantKind
from core.quantities import Quantity
from core.readings import Reading
from core.shares import FeedInStatement
from energy.days import days_of
from energy.series import Amounts
from operations.feed_in.base import energy_bases
from operations.feed_in.revenue import show_revenue
from operations.feed_in.revenue_rows import RevenueOf, ShowRevenue
from operations.reports.places import read_place
from renewables.energy_base import BaseSource
from store.open import open_embedded
from tests.operations.explaining import Asked
from tests.operations.places import BERLIN, NOW, inventory

EXPORT = Quantity.ENERGY_EXPORT_WH
BEGIN = datetime(2024, 12, 31, 23, tzinfo=UTC)
SLOTS = 365 * 96
SLOT = timedelta(minutes=15)
EACH_WH = 100_000


def plant(name: str, **more: object) -> Plant:
    made = Plant(
        id=name,
        name=name,
        kind=PlantKind.PV_GROUND,
        power_w=5_000_000,
        municipality="au",
        operator="Sonne GmbH",
        register_number=name,
        commissioned=date(2024, 1, 1),
        valid_from=date(2024, 1, 1),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def district() -> Inventory:
    park = Meter(
        id="park",
        name="Parkzähler",
        valid_from=date(2024, 1, 1),
        site="schule",
        medium=Medium.ELECTRICITY,
        role=MeterRole.GENERATION,
    )
    netz = replace(park, id="netz", name="Netz", role=MeterRole.SUPPLY)
    roof = replace(park, id="dach", name="Dach", parent="netz")
    on_roof = {"kind": PlantKind.PV_ROOF, "site": "schule", "meter": "dach", "marketing": Marketing.FEED_IN_TARIFF}
    plants = [
        plant("dach-gross", power_w=3_000_000, value_ct_per_kwh=Decimal("8.00"), **on_roof),
        plant("dach-klein", power_w=1_000_000, **on_roof | {"marketing": Marketing.OTHER_DIRECT}),
        plant("allein"),
        plant("gross", feed_in_meter="park", power_w=2_000_000),
        plant("klein", feed_in_meter="park", power_w=1_000_000),
        plant("stumm"),
    ]
    return replace(
        inventory(),
        meters={each.id: each for each in (park, netz, roof)},
        plants={each.id: each for each in plants},
        stations={},
    )


def counted(each_wh: int = EACH_WH) -> Amounts:
    slots = SLOTS
    start_ms = np.array([int((BEGIN + number * SLOT).timestamp() * 1000) for number in range(slots)], np.int64)
    seconds = np.zeros((slots, 5), np.int32)
    seconds[:, 0] = 900
    known = np.zeros(slots, np.uint8)
    return Amounts(start_ms, np.full(slots, each_wh * 1000, np.int64), seconds, known, known)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: object) -> AsyncIterator[Asked]:
    folder: Path = tmp_path_factory.mktemp("feed-in")  # type: ignore[attr-defined]
    stores = await open_embedded(folder, lambda: NOW)
    try:
        rows = {("plant:allein", EXPORT): counted(), ("meter:park", EXPORT): counted()}
        rows |= {("meter:dach", EXPORT): counted(), ("meter:netz", EXPORT): counted(80_000)}
        rows |= {("meter:netz", Quantity.ENERGY_IMPORT_WH): counted(0)}
        await stores.readings.put_amounts(Resolution.SLOT, rows)
        await stores.readings.put_amounts(Resolution.DAY, {key: days_of(each, BERLIN) for key, each in rows.items()})
        asked = Asked(stores, folder)
        asked.house = replace(asked.house, inventory=district)
        hours = [BEGIN + timedelta(hours=number) for number in range(31 * 24)]
        series = "market:day-ahead/60"
        prices = [Reading(series, Quantity.PRICE_EUR_PER_MWH, at, -5.0 if at.hour == 12 else 60.0) for at in hours]
        await asked.put(*prices, *(Reading(*key, NOW, 1.0) for key in rows))
        yield asked
    finally:
        await stores.close()


async def test_a_year_of_quarter_hours_comes_to_months_with_their_quality(house: Asked) -> None:
    base = (await energy_bases(house.house, ["allein", "gibt-es-nicht"], 2025))["allein"]
    assert base.fed_in_wh == SLOTS * EACH_WH
    assert [month.fed_in_wh for month in base.months[:3]] == [EACH_WH * 4 * hours for hours in (744, 672, 743)]
    assert {month.shares for month in base.months} == {(("measured", 1.0),)}
    assert base.findings == ()


async def test_what_was_fed_in_at_prices_below_zero_is_known_where_there_is_a_price_for_each_quarter_hour(
    house: Asked,
) -> None:
    base = (await energy_bases(house.house, ["allein"], 2025))["allein"]
    assert [month.negative_wh for month in base.months[:2]] == [31 * 4 * EACH_WH, None]


async def test_a_common_meter_is_shared_though_only_one_of_its_plants_is_asked_for(house: Asked) -> None:
    base = (await energy_bases(house.house, ["gross"], 2025))["gross"]
    assert (base.common_meter, base.shared_by) == ("park", "power")
    assert base.fed_in_wh == SLOTS * EACH_WH * 2 // 3
    assert base.months[0].negative_wh == 8_267_000


async def test_without_meter_and_statement_all_months_are_missing_and_a_statement_fills_its_own(house: Asked) -> None:
    base = (await energy_bases(house.house, ["stumm"], 2025))["stumm"]
    assert [each.code for each in base.findings] == ["feed_in.months_missing"]
    assert base.fed_in_wh is None
    said = FeedInStatement(plant="stumm", month="2025-03", fed_in_wh=7000, entered_at_utc=NOW)
    await house.stores.ledger.keep_feed_in([said])
    base = (await energy_bases(house.house, ["stumm"], 2025))["stumm"]
    assert (base.fed_in_wh, base.months[2].source) == (7000, BaseSource.STATEMENT)
    assert dict(base.findings[0].params)["count"] == 11


async def revenue(house: Asked, **asked: object) -> RevenueOf:
    return await show_revenue(house.house, ShowRevenue(year=2025, **asked), house.call)  # type: ignore[arg-type]


async def test_own_plants_behind_one_connection_share_what_was_fed_in_and_each_earns_by_its_own_terms(
    house: Asked,
) -> None:
    found = await revenue(house)
    large, small = found.plants
    fed_in_wh, negative_wh = 744 * 4 * 80_000, 31 * 4 * 80_000
    january = large.months[0]
    assert (january.generation_wh, january.fed_in_wh) == (744 * 4 * EACH_WH * 3 // 4, fed_in_wh * 3 // 4)
    assert january.self_use_wh == (january.generation_wh or 0) - (january.fed_in_wh or 0)
    assert january.negative_wh == negative_wh * 3 // 4
    assert january.paid_eur == Decimal((fed_in_wh - negative_wh) * 3 // 4) * 8 / 100_000
    worth = Decimal((fed_in_wh - negative_wh) // 4) * 60 / 1_000_000 - Decimal(negative_wh // 4) * 5 / 1_000_000
    assert small.months[0].paid_eur == small.months[0].market_eur == worth
    assert [note.code for note in large.notes] == ["feed_in.revenue_negative_unknown"]
    assert (small.months_missing[0], len(small.months_missing)) == ("2025-02", 11)
    assert small.reason is not None
    assert small.reason.code == "feed_in.revenue_no_prices"
    assert found.paid_eur == (large.paid_eur or 0) + (small.paid_eur or 0)
    (alone,) = (await revenue(house, plant="dach-gross")).plants
    assert alone == large


async def test_what_an_operators_settlement_says_of_a_roof_goes_before_its_meters(house: Asked) -> None:
    said = FeedInStatement(plant="dach-gross", month="2025-01", fed_in_wh=5_000_000, negative_wh=0, entered_at_utc=NOW)
    await house.stores.ledger.keep_feed_in([said])
    january = (await revenue(house, site="schule")).plants[0].months[0]
    assert (january.fed_in_wh, january.negative_wh, january.paid_eur) == (5_000_000, 0, Decimal("400.00"))


async def test_the_sites_energy_report_says_what_its_plants_earned_and_what_it_stands_on(house: Asked) -> None:
    place = await read_place(house.house, "site:schule", "2025", house.call)
    earned = place.figures["feed_in_paid_eur"]
    found = await revenue(house, site="schule")
    assert earned.value == found.paid_eur
    assert {ground.name: ground.value for ground in earned.grounds} == {row.name: row.paid_eur for row in found.plants}
    assert [remark.code for remark in earned.remarks] == ["feed_in.revenue_months"]
    assert {"feed_in_market_eur", "feed_in_negative_wh"} <= set(place.own)
