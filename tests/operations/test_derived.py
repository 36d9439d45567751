"""Virtual meters, energy of fuels and levels as the interval job keeps them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest_asyncio

from core.intervals import Reliability, Resolution
from core.inventory import Fuel, FuelMonth, Inventory, Medium, Meter, MeterRole, Term
from core.people import Actor, Role
from core.periods import Period
from core.quantities import Quantity
from core.readings import Reading, SlotShare
from core.work import MeterEvent, MeterEventKind
from operations.house import Call, silent
from operations.intervals.derived import derived_series
from operations.intervals.job import compute_intervals
from operations.schedule import JobWork
from store.open import open_embedded
from tests.operations.explaining import Asked
from tests.operations.places import NOW, SINCE, inventory

IMPORT, VOLUME, HO, HI = (
    Quantity.ENERGY_IMPORT_WH,
    Quantity.VOLUME_M3,
    Quantity.FUEL_HO_WH,
    Quantity.FUEL_HI_WH,
)
BEGIN = datetime(2026, 9, 30, 22, tzinfo=UTC)
OCTOBER = Period(BEGIN, datetime(2026, 10, 31, 23, tzinfo=UTC))
NOVEMBER = Period(OCTOBER.end_utc, datetime(2026, 11, 30, 23, tzinfo=UTC))
EVER = Period(BEGIN - timedelta(days=60), NOW)


def gas(*months: str) -> Fuel:
    rows = tuple(
        FuelMonth(month=month, state_number=Decimal("0.95"), energy_kwh_per_m3=Decimal("11.3")) for month in months
    )
    return Fuel(id="gas", name="Erdgas", medium=Medium.GAS, hi_per_ho=Decimal("0.9"), months=rows, valid_from=SINCE)


def meter(id: str, medium: Medium = Medium.ELECTRICITY, **more: Any) -> Meter:  # noqa: A002
    more = {"role": MeterRole.SUBMETER, "site": "schule", "valid_from": SINCE, **more}
    return Meter(id=id, name=id.title(), medium=medium, **more)


def term(name: str, factor: str = "1") -> Term:
    return Term(meter=name, factor=Decimal(factor))


def with_derived(*months: str) -> Inventory:
    """Return the school with meters that are computed from others."""
    base = inventory()
    more = [
        meter("rest", terms=(term("strom"), term("halle", "-1"))),
        meter("drittel", terms=(term("rest", "0.3333"),)),
        meter("gas", Medium.GAS, role=MeterRole.SUPPLY, fuel="gas", nominal_interval_s=3600, resolution=0.01),
        meter("pellets", Medium.PELLETS, role=MeterRole.SUPPLY, fuel="pellets", nominal_interval_s=2_678_400),
        meter("kreis-a", terms=(term("kreis-b"),)),
        meter("kreis-b", terms=(term("kreis-a"),)),
    ]
    pellets = Fuel(
        id="pellets", name="Pellets", medium=Medium.PELLETS, energy_kwh_per_t=Decimal(4800), valid_from=SINCE
    )
    return replace(
        base,
        meters={**base.meters, **{each.id: each for each in more}},
        fuels={"gas": gas(*months), "pellets": pellets},
    )


class Derived(Asked):
    """What a test asks of derived series."""

    def use(self, found: Inventory) -> None:
        self.house = replace(self.house, inventory=lambda: found)

    async def slots(self, source: str, quantity: Quantity, period: Period = EVER) -> list[int]:
        rows = await self.stores.readings.amounts(Resolution.SLOT, [(source, quantity)], period)
        return rows[source, quantity].thousandths.tolist() if rows else []

    async def run(self) -> Any:
        call = Call(Actor("job:intervals", Role.ADMIN), self.now_utc, silent)
        return await compute_intervals(self.house, JobWork(period="2026-11-22T10:00Z"), call)


@pytest_asyncio.fixture
async def school(tmp_path: Path) -> AsyncIterator[Derived]:
    stores = await open_embedded(tmp_path, lambda: NOW)
    try:
        asked = Derived(stores, tmp_path)
        asked.use(with_derived("2026-10"))
        yield asked
    finally:
        await stores.close()


async def electricity(school: Derived, slots: int = 96, begin: datetime = BEGIN) -> None:
    for source, step in (("meter:strom", 300.25), ("meter:halle", 100.5)):
        await school.put(
            *(Reading(source, IMPORT, begin + n * timedelta(minutes=15), 5000.0 + step * n) for n in range(slots + 1))
        )


async def test_a_difference_has_exact_quarter_hours_and_days(school: Derived) -> None:
    await electricity(school)
    await school.compute()
    assert await school.slots("meter:rest", IMPORT) == [199_750] * 96
    days = await school.stores.readings.amounts(Resolution.DAY, [("meter:rest", IMPORT)], EVER)
    assert days["meter:rest", IMPORT].thousandths.tolist() == [96 * 199_750]


async def test_a_share_of_a_virtual_meter_telescopes(school: Derived) -> None:
    await electricity(school)
    await school.compute()
    found = await school.slots("meter:drittel", IMPORT)
    assert abs(sum(found) - Decimal("0.3333") * 96 * 199_750) <= Decimal("0.5")


async def test_a_difference_of_which_some_is_missing_is_no_lower_bound(school: Derived) -> None:
    await electricity(school)
    await school.compute()
    school.now_utc = BEGIN + timedelta(days=1, hours=4)
    shown = {
        name: (await school.totals(f"meter:{name}", f"{BEGIN + timedelta(days=1):%Y-%m}")).whole
        for name in ("strom", "rest", "drittel")
    }
    assert {row.share for row in shown.values()} == {SlotShare.MISSING}
    assert shown["strom"].reliability is Reliability.AT_LEAST
    assert (shown["rest"].reliability, shown["drittel"].reliability) == (Reliability.NOT_RELIABLE,) * 2


async def test_what_comes_late_changes_what_stands_on_it(school: Derived) -> None:
    await electricity(school)
    await school.compute()
    await school.put(Reading("meter:halle", IMPORT, BEGIN + timedelta(minutes=30), 5150.0))
    await school.compute()
    halle, strom = await school.slots("meter:halle", IMPORT), await school.slots("meter:strom", IMPORT)
    assert halle[1] != halle[2]
    assert await school.slots("meter:rest", IMPORT) == [a - b for a, b in zip(strom, halle, strict=True)]
    assert await school.house.ledger.dirty_spans() == ()


async def test_nothing_new_changes_nothing(school: Derived) -> None:
    await electricity(school)
    await school.compute()
    done = await school.run()
    assert (done.slots, done.days) == (0, 0)


async def test_a_changed_formula_is_computed_again(school: Derived) -> None:
    await electricity(school)
    await school.compute()
    found = with_derived()
    changed = replace(found.meters["rest"], terms=(term("strom"),))
    school.use(replace(found, meters={**found.meters, "rest": changed}))
    await school.compute()
    assert await school.slots("meter:rest", IMPORT) == [300_250] * 96


async def test_formulas_in_a_circle_are_left_out() -> None:
    keys = [each.key[0] for each in derived_series(with_derived(), {}, NOW.tzinfo)]  # type: ignore[arg-type]
    assert len(keys) == len(set(keys))


async def gas_read(school: Derived) -> None:
    await school.put(
        *(Reading("meter:gas", VOLUME, BEGIN + n * timedelta(hours=6), 100.0 + 2.5 * n) for n in range(200))
    )


async def test_gas_has_energy_in_months_with_figures_only(school: Derived) -> None:
    await gas_read(school)
    await school.compute()
    litres = sum(await school.slots("meter:gas", VOLUME, OCTOBER))
    assert sum(await school.slots("meter:gas", HO)) == round(litres * Decimal("0.95") * Decimal("11.3") * 1000)
    assert sum(await school.slots("meter:gas", HI)) == round(
        litres * Decimal("0.95") * Decimal("11.3") * Decimal("0.9") * 1000
    )
    assert await school.slots("meter:gas", HO, NOVEMBER) == []


async def test_figures_that_come_later_give_their_month_energy(school: Derived) -> None:
    await gas_read(school)
    await school.compute()
    before = await school.slots("meter:gas", HO, OCTOBER)
    school.use(with_derived("2026-10", "2026-11"))
    await school.compute()
    litres = sum(await school.slots("meter:gas", VOLUME, NOVEMBER))
    assert litres > 0
    november = sum(await school.slots("meter:gas", HO, NOVEMBER))
    assert abs(november - litres * Decimal("0.95") * Decimal("11.3") * 1000) <= Decimal("0.5")
    assert await school.slots("meter:gas", HO, OCTOBER) == before


async def test_pellets_that_people_read_have_mass_and_energy(school: Derived) -> None:
    for day, grams in ((0, 4_000_000.0), (25, 3_100_000.0)):
        await school.stores.ledger.book(
            MeterEvent(
                source="meter:pellets",
                quantity=Quantity.STOCK_G,
                kind=MeterEventKind.MANUAL,
                at_utc=BEGIN + timedelta(days=day),
                start_value=grams,
                booked_by="anna",
                booked_at_utc=NOW,
            )
        )
    await school.compute()
    assert sum(await school.slots("meter:pellets", Quantity.MASS_G)) == 900_000_000
    assert sum(await school.slots("meter:pellets", HO)) == 900_000 * 4800


async def test_a_virtual_meter_is_explained_down_to_the_readings_of_its_inputs(school: Derived) -> None:
    await electricity(school)
    await school.compute()
    slot = await school.explain(f"interval/2026-10-01T10:00Z/meter:rest/{IMPORT.value}")
    assert slot.value == Decimal("199.75")
    assert [finding.code for finding in slot.findings] == ["balance.formula_agrees"]
    assert [part.value for part in slot.parts] == [Decimal("300.25"), Decimal("100.5")]
    assert slot.parts[0].parts[0].parts[0].citation is not None
    day = await school.explain(f"total/2026-10-01/meter:drittel/{IMPORT.value}")
    assert day.how is not None
    assert day.how.params["formula"] == "0.3333 × rest"
    rest = day.parts[0]
    assert rest.how.code == "balance.how_formula", "what is itself computed was not read off a dial"
    assert rest.parts == ()
    assert day.parts[0].figure == f"total/2026-10-01/meter:rest/{IMPORT.value}"


async def test_a_virtual_meter_without_one_of_its_inputs_says_which(school: Derived) -> None:
    await school.put(*(Reading("meter:strom", IMPORT, BEGIN + n * timedelta(minutes=15), 300.0 * n) for n in range(9)))
    await school.compute()
    assert await school.slots("meter:rest", IMPORT) == []
    told = await school.explain(f"total/2026-10-01/meter:rest/{IMPORT.value}")
    assert told.value is None
    assert [each.params for each in told.findings if each.code == "balance.input_missing"] == [
        {"source": "meter:halle"}
    ]


async def test_energy_of_gas_cites_the_figures_of_its_month_and_the_volume(school: Derived) -> None:
    await gas_read(school)
    await school.compute()
    told = await school.explain(f"total/2026-10/meter:gas/{HO.value}")
    assert told.findings[0].code == "balance.formula_agrees"
    assert told.parts[0].figure == f"total/2026-10/meter:gas/{VOLUME.value}"
    assert told.parts[1].citation is not None
    assert (told.parts[1].citation.reference, told.parts[1].value) == ("fuel/gas/2026-10", Decimal(10735))
    year = await school.explain(f"total/2026/meter:gas/{HO.value}")
    assert "fuels.months_missing" in [each.code for each in year.findings]
    assert year.details["share"] == "missing"


async def test_energy_of_gas_is_listed_among_what_a_site_counts(school: Derived) -> None:
    await gas_read(school)
    await school.compute()
    assert HO in (await school.totals("meter:gas", "2026-10")).quantities
    site = await school.totals("site:schule", "2026-10", quantity=HO, medium=Medium.GAS)
    assert site.whole.value == (await school.totals("meter:gas", "2026-10", quantity=HO)).whole.value
