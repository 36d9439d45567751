"""What a roof made, who used it, what that saved, and where each figure comes from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest_asyncio

from core.evidence import CitedKind
from core.factors import Boundary
from core.fleet import PvAllocation
from core.intervals import Resolution
from core.readings import Reading
from energy.days import days_of
from fleet.savings.pv_savings import PvMethod
from operations.grid.series import QUANTITY, GridSeries
from operations.roofs.pv import ShowPv, show_pv
from operations.roofs.rows import PvLine, PvOf, PvRow
from store.open import open_embedded
from tests.operations.explaining import Asked
from tests.operations.places import BERLIN, NOW, inventory
from tests.operations.test_balance import COUNTED, amounts
from tests.operations.test_pv_share import DRAWN, charging

HOUR = timedelta(hours=1)


@pytest_asyncio.fixture
async def school(tmp_path: Path) -> AsyncIterator[Asked]:
    stores = await open_embedded(tmp_path, lambda: NOW)
    try:
        rows = {key: amounts(*each) for key, each in (COUNTED | DRAWN).items()}
        await stores.readings.put_amounts(Resolution.SLOT, rows)
        await stores.readings.put_amounts(Resolution.DAY, {key: days_of(each, BERLIN) for key, each in rows.items()})
        asked = Asked(stores, tmp_path)
        asked.house = replace(asked.house, inventory=charging)
        await asked.put(*(Reading(*key, NOW, 1.0) for key in COUNTED))
        yield asked
    finally:
        await stores.close()


async def shown(school: Asked, period: str = "2026-11", allocation: PvAllocation = PvAllocation.PRO_RATA) -> PvOf:
    return await show_pv(school.house, ShowPv(id="site:schule", period=period, allocation=allocation), school.call)


def energies(row: PvRow | None) -> dict[str, Decimal]:
    assert row is not None
    return {each.name: each.value or Decimal(0) for each in row.energies}


async def test_what_was_made_is_used_in_buildings_and_at_charge_points_stored_or_fed_in(school: Asked) -> None:
    for allocation in PvAllocation:
        found = energies((await shown(school, allocation=allocation)).whole)
        made = found.pop("generation_wh")
        assert made == sum(found.values())
        assert found["unassigned_wh"] == 0
        assert min(found["buildings_wh"], found["charging_wh"], found["stored_wh"], found["export_wh"]) > 0


async def test_days_add_up_to_the_month(school: Asked) -> None:
    found = await shown(school)
    whole = energies(found.whole)
    for name, value in whole.items():
        assert sum((energies(row)[name] for row in found.rows), Decimal(0)) == value
    for number, each in enumerate(found.whole.avoided if found.whole else ()):
        parts = [row.avoided[number].avoided_g for row in found.rows if row.avoided]
        if each.avoided_g is not None:
            assert sum((part or Decimal(0) for part in parts), Decimal(0)) == each.avoided_g


async def test_each_method_has_its_own_factor_and_what_cars_took_is_counted_with_them(school: Asked) -> None:
    found = await shown(school)
    assert found.whole is not None
    rows = {(each.line, each.method): each for each in found.whole.avoided}
    own = rows[PvLine.SELF_USE, PvMethod.AVERAGE_UPSTREAM]
    assert own.energy_wh is not None
    assert own.avoided_g == own.energy_wh / 1000 * (406 - Decimal("35.12"))
    assert own.provisional  # 2026 has no value yet
    fed_in = rows[PvLine.FEED_IN, PvMethod.SUBSTITUTION]
    assert fed_in.energy_wh is not None
    assert fed_in.avoided_g == fed_in.energy_wh / 1000 * 685
    cars = rows[PvLine.CHARGING, PvMethod.AVERAGE_DIRECT]
    assert cars.avoided_g is None
    assert cars.reason is not None
    assert cars.reason.code == "pv.counted_with_vehicles"


async def test_by_quarter_hours_each_counts_with_its_own_intensity_and_the_rest_with_the_years(school: Asked) -> None:
    day = (await shown(school, "2026-11-10")).whole
    assert day is not None
    why_not = {each.method: each.reason for each in day.avoided if each.line is PvLine.SELF_USE}[
        PvMethod.DIRECT_BY_SLOTS
    ]
    assert why_not is not None
    assert why_not.code == "emissions.no_series"
    series = GridSeries("eigene", Boundary.CO2E_UPSTREAM, 60)
    begin = datetime(2026, 11, 10, 6, tzinfo=UTC)
    hours = (300.0, 200.0, 100.0)
    await school.put(*(Reading(series.source, QUANTITY, begin + n * HOUR, each) for n, each in enumerate(hours)))
    found = (await shown(school, "2026-11-10")).whole
    assert found is not None
    rows = {(each.line, each.method): each for each in found.avoided}
    for line in (PvLine.SELF_USE, PvLine.FEED_IN):
        row = rows[line, PvMethod.UPSTREAM_BY_SLOTS]
        assert row.energy_wh is not None
        quarter_kwh = row.energy_wh / 24 / 1000  # six hours are bright, each as the other
        own = sum(4 * quarter_kwh * Decimal(each) for each in hours) + 12 * quarter_kwh * 406
        assert row.avoided_g == own - row.energy_wh / 1000 * Decimal("35.12")
        assert [dict(each.params)["percent"] for each in row.notes] == [50.0]
        other = rows[line, PvMethod.DIRECT_BY_SLOTS].reason
        assert other is not None
        assert other.code == "intensity.other_boundary"


async def test_every_figure_is_explained_down_to_balances_charge_points_and_factors(school: Asked) -> None:
    found = await shown(school, "2026-11-10", PvAllocation.SURPLUS_FIRST)
    assert found.whole is not None
    for energy in found.whole.energies:
        told = await school.explain(energy.figure)
        assert told.value == energy.value
        for part in told.parts:
            assert (await school.explain(part.figure)).value is not None, part.figure
    for each in found.whole.avoided:
        told = await school.explain(each.figure)
        assert told.value == each.avoided_g
        cited = [part.citation.reference for part in told.parts if part.citation]
        assert cited == list(each.factors)
        assert all(part.citation.kind is CitedKind.FACTOR for part in told.parts if part.citation)


async def test_a_figure_that_is_none_is_refused(school: Asked) -> None:
    assert await school.why_not("pv/2026-11/site:schule/import_wh") == "evidence.quantity_unknown"
    assert await school.why_not("pv/2026-11/site:schule/avoided_g.self_use") == "evidence.variant_unknown"
    assert await school.why_not("pv/2026-11/site:schule/export_wh.moon") == "evidence.variant_unknown"


async def test_a_place_without_a_roof_says_so(school: Asked) -> None:
    school.house = replace(school.house, inventory=inventory)
    dark = {name: meter for name, meter in inventory().meters.items() if name != "pv"}
    school.house = replace(school.house, inventory=lambda: replace(inventory(), meters=dark))
    found = await shown(school)
    assert (found.whole, found.rows) == (None, ())
    assert found.reason is not None
    assert found.reason.code == "pv.no_roof"
