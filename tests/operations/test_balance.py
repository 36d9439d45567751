"""Balances of a site with roof power, a battery, a tenant and a charge point, from real stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest_asyncio

from core.intervals import Resolution
from core.inventory import Generator, Inventory, Medium, Meter, MeterRole
from core.quantities import Quantity
from core.readings import Reading
from energy.balance import Place
from energy.days import days_of
from energy.series import Amounts
from operations.balances.balance import ShowBalance, show_balance
from operations.balances.rows import BalanceOf, MeteringTree
from operations.balances.tree import ShowMetering, show_metering
from store.open import open_embedded
from tests.operations.explaining import Asked
from tests.operations.places import BERLIN, NOW, SINCE, inventory

BEGIN = datetime(2026, 10, 31, 23, tzinfo=UTC)
SLOTS = int((NOW - BEGIN) / timedelta(minutes=15))
IMPORT, EXPORT, VOLUME = Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH, Quantity.VOLUME_M3
ENDED = timedelta(minutes=15)


def place() -> Inventory:
    def meter(id: str, role: MeterRole, **more: Any) -> Meter:  # noqa: A002
        more = {"medium": Medium.ELECTRICITY, "parent": "netz", **more}
        return Meter(id=id, name=id.title(), site="schule", valid_from=SINCE, role=role, **more)

    meters = [
        meter("netz", MeterRole.SUPPLY, parent=None),
        meter("halle", MeterRole.SUBMETER),
        meter("mieter", MeterRole.TENANT),
        meter("pv", MeterRole.GENERATION, generator=Generator.PV),
        meter("batterie", MeterRole.STORAGE),
        meter("wasser", MeterRole.SUPPLY, medium=Medium.WATER, parent=None),
        meter("kueche", MeterRole.SUBMETER, medium=Medium.WATER, parent="wasser"),
    ]
    return replace(inventory(), meters={each.id: each for each in meters}, stations={})


COUNTED: dict[tuple[str, Quantity], tuple[int, int]] = {
    ("meter:netz", IMPORT): (2_000_003, 0),
    ("meter:netz", EXPORT): (0, 700_001),
    ("meter:halle", IMPORT): (900_000, 900_000),
    ("meter:mieter", IMPORT): (200_000, 200_000),
    ("meter:pv", EXPORT): (0, 3_000_000),
    ("meter:batterie", IMPORT): (0, 400_000),
    ("meter:batterie", EXPORT): (300_000, 0),
    ("meter:wasser", VOLUME): (100, 100),
    ("meter:kueche", VOLUME): (140, 140),
}
"""What each counts in a quarter hour of the night and of the day, in thousandths."""


def amounts(night: int, day: int) -> Amounts:
    start_ms = np.array([int((BEGIN + n * ENDED).timestamp() * 1000) for n in range(SLOTS)], np.int64)
    bright = (start_ms // 3_600_000) % 24 // 6 == 1
    seconds = np.zeros((SLOTS, 5), np.int32)
    seconds[:, 0] = 900
    known = np.zeros(SLOTS, np.uint8)
    return Amounts(start_ms, np.where(bright, day, night).astype(np.int64), seconds, known, known)


class Site(Asked):
    """What a test asks of balances."""

    async def balance(self, period: str = "2026-11", scope: str = "site:schule") -> BalanceOf:
        return await show_balance(self.house, ShowBalance(id=scope, period=period), self.call)

    async def tree(self, medium: Medium, period: str = "2026-11") -> MeteringTree:
        return await show_metering(self.house, ShowMetering(id="site:schule", period=period, medium=medium), self.call)


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    stores = await open_embedded(tmp_path, lambda: NOW)
    try:
        rows = {key: amounts(*each) for key, each in COUNTED.items()}
        await stores.readings.put_amounts(Resolution.SLOT, rows)
        await stores.readings.put_amounts(Resolution.DAY, {key: days_of(each, BERLIN) for key, each in rows.items()})
        asked = Site(stores, tmp_path)
        asked.house = replace(asked.house, inventory=place)
        await asked.put(*(Reading(*key, NOW, 1.0) for key in COUNTED))
        yield asked
    finally:
        await stores.close()


def figures(balance: BalanceOf) -> dict[str, Decimal | None]:
    assert balance.whole is not None
    return {each.name: each.value for each in balance.whole.figures}


async def test_a_balance_adds_up_in_every_row(site: Site) -> None:
    found = await site.balance()
    assert found.findings[0].code == "balance.loss_said"
    for row in found.rows:
        each = {figure.name: figure.value or Decimal(0) for figure in row.figures}
        gone = each["export_wh"] + each["charge_wh"]
        assert each["use_wh"] == each["import_wh"] + each["generation_wh"] + each["discharge_wh"] - gone
        assert each["self_use_wh"] == each["generation_wh"] - each["export_wh"]
        assert each["own_wh"] == each["use_wh"] - each["tenants_wh"]
    whole = figures(found)
    for name in ("import_wh", "use_wh", "self_use_wh"):
        rows = [{each.name: each.value for each in row.figures}[name] for row in found.rows]
        assert sum((value or Decimal(0) for value in rows), Decimal(0)) == whole[name]


async def test_what_flowed_out_of_the_grid_is_what_the_supplier_counted(site: Site) -> None:
    found = await site.balance("2026-11-10")
    total = await site.totals("site:schule", "2026-11-10", quantity=IMPORT)
    assert figures(found)["import_wh"] == total.whole.value
    assert sum(row.value for row in found.flows if row.source is Place.GRID) == total.whole.value
    assert len(found.rows) == 96


async def test_a_figure_of_a_balance_is_explained_by_the_totals_of_its_meters(site: Site) -> None:
    found = await site.balance("2026-11-10")
    assert found.whole is not None
    for figure in found.whole.figures:
        told = await site.explain(figure.figure)
        assert told.value == figure.value
        if not figure.name.startswith(("self", "autarky")):
            assert told.findings[0].code == "balance.parts_agree", figure.name
    use = await site.explain("balance/2026-11-10/site:schule/use_wh")
    assert [part.details["sign"] for part in use.parts] == ["+", "+", "+", "-", "-"]
    assert use.parts[0].figure == f"total/2026-11-10/meter:netz/{IMPORT.value}"
    slot = await site.explain("balance/2026-11-10T10:00Z/site:schule/self_use_wh.pv")
    assert slot.value == Decimal("2299.999")
    assert slot.parts[0].figure == f"interval/2026-11-10T10:00Z/meter:pv/{EXPORT.value}"


async def test_a_figure_that_a_balance_has_not_is_refused(site: Site) -> None:
    assert await site.why_not("balance/2026-11/site:schule/import_gbp") == "balance.figure_unknown"
    assert await site.why_not("balance/2026-11/site:schule/self_use_wh.wind") == "balance.figure_not_there"
    assert await site.why_not("balance/2026-11/site:schule/self_use_wh.moon") == "evidence.variant_unknown"


async def test_all_meters_and_what_nobody_metered_add_up_to_the_supplier(site: Site) -> None:
    tree = await site.tree(Medium.ELECTRICITY)
    netz, *inner = tree.branches
    assert netz.value == sum(row.value or Decimal(0) for row in inner if row.depth == 1)
    by_name = {row.name: row.value for row in inner}
    assert by_name["Pv"] is not None
    assert by_name["Pv"] < 0
    assert tree.findings == ()
    assert tree.supplied == netz.value
    day = await site.tree(Medium.ELECTRICITY, "2026-11-10")
    balance = figures(await site.balance("2026-11-10"))
    assert (day.own, day.tenants) == (balance["own_wh"], balance["tenants_wh"])


async def test_a_meter_behind_others_says_what_it_took_and_what_it_gave(site: Site) -> None:
    whole = figures(await site.balance())
    netz, *inner = (await site.tree(Medium.ELECTRICITY)).branches
    assert netz.fed_in == whole["export_wh"]
    assert (netz.value or 0) + (netz.fed_in or 0) == whole["import_wh"]
    assert {row.name for row in inner if row.fed_in} == {"Batterie"}


async def test_a_meter_that_counts_more_than_the_one_before_it_is_found(site: Site) -> None:
    tree = await site.tree(Medium.WATER, "2026-11-10")
    assert [each.code for each in tree.findings] == ["balance.children_exceed"]
    said = tree.findings[0].params
    assert (said["name"], said["count"], said["there"], said["counted"]) == ("Wasser", 1, 9.6, 13.44)


async def test_without_a_register_for_it_self_use_is_not_told(site: Site) -> None:
    found = place()
    only = {name: meter for name, meter in found.meters.items() if name in {"netz", "pv"}}
    site.house = replace(site.house, inventory=lambda: replace(found, meters=only), query=_OneWay(site.house.query))
    told = await site.balance()
    assert told.whole is None
    assert told.reason is not None
    assert told.reason.code == "balance.no_export_register"


class _OneWay:
    """A query in which the supplier's meter counts one way only."""

    def __init__(self, query: Any) -> None:
        self._query = query

    def __getattr__(self, name: str) -> Any:
        return getattr(self._query, name)

    async def last(self, sources: Any = None) -> Any:
        found = await self._query.last(sources)
        return tuple(each for each in found if (each.source, each.quantity) != ("meter:netz", EXPORT))
