"""A vehicle that a single person uses is told by month only: no values, no exports of days, nothing to query."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.errors import ForbiddenError
from core.inventory import Inventory
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from operations.gate import Gate
from store.influxql.catalogue import TABLES, catalogue
from tests.district import NOW, District, open_district

CAR, SOURCE = "lk-e-101", "vehicle:lk-e-101"
PERIOD = "2026-11-22"


@pytest.fixture
async def shared(tmp_path: Path) -> AsyncIterator[District]:
    """Yield the district with a car that said something today."""
    async with open_district(tmp_path) as opened:
        at_utc = NOW - timedelta(hours=3)
        told = [
            Reading(SOURCE, Quantity.SOC_PERCENT, at_utc, 62.0),
            Reading(SOURCE, Quantity.ODOMETER_M, at_utc, 12_345_000.0),
            Reading("meter:schule-strom", Quantity.ENERGY_IMPORT_WH, at_utc, 1_300_000.0),
        ]
        await opened.stores.readings.put(Batch(told, NOW))
        yield opened


@pytest.fixture
def personal(shared: District) -> District:
    """Return the district with the same car, used by one person only."""
    inventory = for_one(shared.gate.house.inventory())
    return replace(shared, gate=Gate(replace(shared.gate.house, inventory=lambda: inventory)))


def for_one(inventory: Inventory) -> Inventory:
    return replace(inventory, vehicles={CAR: replace(inventory.vehicles[CAR], personal=True)})


async def test_only_whether_it_reports_is_shown(shared: District, personal: District) -> None:
    seen, hidden = [(await each.ask("vehicles.list")).items[0] for each in (shared, personal)]
    assert (seen.soc.value, seen.odometer.value) == (62.0, 12_345_000.0)
    assert (hidden.soc, hidden.odometer, hidden.age_s, hidden.charging) == (None, None, None, None)
    assert hidden.state == seen.state
    assert (await shared.ask("vehicles.show", id=CAR)).values != ()
    assert (await personal.ask("vehicles.show", id=CAR)).values == ()


@pytest.mark.parametrize(
    ("row", "given"),
    [("exports.readings", {}), ("exports.intervals", {}), ("exports.intervals", {"resolution": "day"})],
)
async def test_an_export_of_it_is_refused_but_for_months(personal: District, row: str, given: dict[str, Any]) -> None:
    with pytest.raises(ForbiddenError) as refused:
        await personal.ask(row, period=PERIOD, sources=[SOURCE], **given)
    assert refused.value.finding.code == "exports.personal"


async def test_an_export_of_everything_goes_without_it(shared: District, personal: District) -> None:
    every = await shared.ask("exports.readings", period=PERIOD)
    but_one = await personal.ask("exports.readings", period=PERIOD)
    assert (every.rows, but_one.rows) == (3, 1)


def test_dashboards_find_neither_its_values_nor_what_is_published_of_it(shared: District) -> None:
    inventory = shared.gate.house.inventory()
    numbers = {(SOURCE, Quantity.SOC_PERCENT): 1, ("meter:schule-strom", Quantity.ENERGY_IMPORT_WH): 2}
    present = {table: frozenset({1, 2}) for table in TABLES}
    published = [(1, "event", f'{{"source": "{SOURCE}"}}', "value", "number")]

    def sources(known: Inventory) -> set[str]:
        found = catalogue(numbers, known, present, published).values()
        return {series.tags["source"] for measurement in found for series in measurement.series}

    assert sources(inventory) == {SOURCE, "meter:schule-strom"}
    assert sources(for_one(inventory)) == {"meter:schule-strom"}
