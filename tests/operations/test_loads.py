"""Loads of a site with two buildings, roof power and a charge point, from real stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from core.errors import ForbiddenError, NotFoundError, RequestError
from core.intervals import Resolution
from core.inventory import (
    Building,
    Calendar,
    Connector,
    Inventory,
    Medium,
    Meter,
    MeterRole,
    Municipality,
    Opening,
    Site,
    SiteKind,
    Station,
    Tariff,
    Weekday,
)
from core.people import Actor, Role
from core.quantities import Quantity
from energy.series import Amounts
from operations.edge import write_result
from operations.evidence.rows import Explained
from operations.explain import ExplainFigure, explain_figure
from operations.house import Call, House
from operations.loads.shown import ShowLoads, show_base_load, show_load_map, show_loads, show_peaks
from operations.table import CAPABILITIES
from store.open import Stores, open_embedded

SINCE = date(2024, 1, 1)
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
BEGIN = datetime(2025, 12, 31, 23, tzinfo=UTC)
SLOTS = int((NOW - BEGIN) / timedelta(minutes=15))
PEAK = int((datetime(2026, 6, 15, 10, tzinfo=UTC) - BEGIN) / timedelta(minutes=15))
IMPORT, EXPORT = Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH
ANNA = Actor("anna", Role.ADMIN)
KW = 250_000
"""A kilowatt through a quarter hour, in mWh."""


def meter(id: str, role: MeterRole, **more: Any) -> Meter:  # noqa: A002
    more = {"medium": Medium.ELECTRICITY, "site": "schule", **more}
    return Meter(id=id, name=id.title(), valid_from=SINCE, role=role, **more)


def inventory() -> Inventory:
    meters = [
        meter("netz", MeterRole.SUPPLY, building="altbau"),
        meter("halle", MeterRole.SUBMETER, building="halle", parent="netz"),
        meter("mieter", MeterRole.TENANT, building="altbau", parent="netz"),
        meter("pv", MeterRole.GENERATION, building="halle", parent="netz"),
        meter("wasser", MeterRole.SUPPLY, medium=Medium.WATER, building="altbau"),
    ]
    opening = Opening(days=tuple(Weekday)[:5], begins=time(7), ends=time(16))
    place = {"valid_from": SINCE, "site": "schule"}
    outlet = Connector(number=1, max_power_w=22_000, plug="type_2")
    return Inventory(
        municipalities={"au": Municipality(id="au", name="Au", valid_from=SINCE, key="00000001", state="SN")},
        sites={
            "schule": Site(
                id="schule", name="Schule", valid_from=SINCE, kind=SiteKind.SCHOOL, municipality="au", calendar="woche"
            )
        },
        buildings={name: Building(id=name, name=name.title(), **place) for name in ("altbau", "halle")},
        meters={each.id: each for each in meters},
        stations={
            "lis": Station(id="lis", name="Lis", maker="A", model="B", connectors=(outlet,), parent="netz", **place)
        },
        calendars={"woche": Calendar(id="woche", name="Woche", valid_from=SINCE, state="SN", openings=(opening,))},
        tariffs={
            "t": Tariff(
                id="t",
                name="Strom 2026",
                valid_from=SINCE,
                medium=Medium.ELECTRICITY,
                sites=("schule",),
                energy_eur_per_kwh=Decimal("0.25"),
                power_eur_per_kw_year=Decimal("90.10"),
            )
        },
    )


class Place:
    """A house over filled stores."""

    def __init__(self, stores: Stores) -> None:
        self.inventory = inventory()
        self.house = House(
            inventory=lambda: self.inventory,
            query=stores.readings,
            ledger=stores.ledger,
            journal=stores.journal,
            health=tuple,
            clock=lambda: NOW,
            intervals=stores.readings,
        )

    async def ask(self, show: Any, id: str = "site:schule", actor: Actor = ANNA, **more: Any) -> Any:  # noqa: A002
        return await show(self.house, ShowLoads(id=id, **more), Call(actor, NOW))

    async def explain(self, figure: str) -> Explained:
        return await explain_figure(self.house, ExplainFigure(figure=figure), Call(ANNA, NOW))


async def put(stores: Stores, source: str, quantity: Quantity, counted: np.ndarray) -> None:
    seconds = np.zeros((len(counted), 5), np.int32)
    seconds[:, 0] = 900
    known = np.zeros(len(counted), np.uint8)
    start_ms = int(BEGIN.timestamp()) * 1000 + 900_000 * np.arange(len(counted), dtype=np.int64)
    rows = Amounts(start_ms, counted.astype(np.int64), seconds, known, known)
    await stores.readings.put_amounts(Resolution.SLOT, {(source, quantity): rows})


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stores(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stores]:
    """Open stores that no test changes."""
    stores = await open_embedded(tmp_path_factory.mktemp("loads"), lambda: NOW)
    hour = (np.arange(SLOTS) // 4 + 1) % 24
    sun = np.where((hour >= 8) & (hour < 16), 3 * KW, 0)
    net = np.where((hour >= 7) & (hour < 16), 10 * KW, 4 * KW)
    net[(hour >= 12) & (hour < 14)] = KW  # the sun carries the place at noon
    net[PEAK], net[PEAK + 1] = 50 * KW, 40 * KW
    await put(stores, "meter:netz", IMPORT, net)
    await put(stores, "meter:halle", IMPORT, np.full(SLOTS, 2 * KW))
    await put(stores, "meter:pv", EXPORT, sun)
    await put(stores, "station:lis/1", IMPORT, np.where(np.arange(SLOTS) == PEAK, 22 * KW, 0))
    await put(stores, "meter:wasser", Quantity.VOLUME_M3, np.full(SLOTS, 5))
    yield stores
    await stores.close()


@pytest.fixture
def place(stores: Stores) -> Place:
    return Place(stores)


async def test_the_peak_is_taken_apart_to_the_last_watt_and_cent(place: Place) -> None:
    peaks = await place.ask(show_peaks)
    whole = peaks.whole
    assert (whole.value, whole.at_utc) == (50_000, datetime(2026, 6, 15, 10, tzinfo=UTC))
    outer = {part.name: part.value for part in whole.parts if part.parent is None}
    assert outer == {"Lis": 22_000, "Halle": 2_000, "Pv": -3_000, "Mieter": None, "": 29_000}
    assert sum(value for value in outer.values() if value is not None) == whole.value
    assert whole.cost_eur == Decimal("4505.00")
    assert sum(part.cost_eur for part in whole.parts if part.cost_eur is not None) == whole.cost_eur
    assert [(row.slots, row.value, row.saved_eur) for row in peaks.avoided[:2]] == [
        (1, 40_000, Decimal("901.00")),
        (4, 10_000, Decimal("3604.00")),
    ]


async def test_only_the_peak_of_a_year_is_billed(place: Place) -> None:
    whole = (await place.ask(show_peaks, period="2026-06")).whole
    assert (whole.value, whole.cost_eur, whole.cost_reason.code) == (50_000, None, "loads.billed_by_year")


async def test_where_power_is_billed_by_month_each_month_has_its_cost_and_the_year_their_sum(place: Place) -> None:
    """By hand: 8 EUR/kW by 50 kW in June and 10 kW in each other of eleven begun months."""
    tariff = place.inventory.tariffs["t"]
    monthly = replace(tariff, power_eur_per_kw_year=Decimal(0), power_eur_per_kw_month=Decimal(8))
    place.inventory = replace(place.inventory, tariffs={"t": monthly})
    year = await place.ask(show_peaks)
    assert (year.whole.cost_eur, year.whole.cost_reason.code) == (None, "loads.billed_by_month")
    assert {month.period: month.cost_eur for month in year.months}["2026-06"] == Decimal("400.00")
    assert year.months_cost_eur == Decimal("400.00") + 10 * Decimal("80.00")
    june = (await place.ask(show_peaks, period="2026-06")).whole
    assert (june.cost_eur, june.price_eur_per_kw_month, june.price_eur_per_kw_year) == (Decimal("400.00"), 8, None)
    assert sum(part.cost_eur for part in june.parts if part.parent is None and part.cost_eur) == june.cost_eur


async def test_each_begun_month_has_its_peak(place: Place) -> None:
    peaks = await place.ask(show_peaks)
    assert [detail.period for detail in peaks.months] == [f"2026-{month:02}" for month in range(1, 12)]
    assert {detail.value for detail in peaks.months} == {10_000, 50_000}


async def test_base_load_leaves_out_hours_of_use_and_of_sun(place: Place) -> None:
    base = await place.ask(show_base_load)
    assert base.base_load.value == 4_000
    assert base.load.calendar == "Woche"
    assert "loads.own_generation" in [told.code for told in base.load.findings]
    assert all(week.value == 4_000 for week in base.weeks)
    assert base.creep is not None
    assert not base.creep.certain


async def test_without_a_calendar_that_is_said(place: Place) -> None:
    site = replace(place.inventory.sites["schule"], calendar=None)
    place.inventory = replace(place.inventory, sites={"schule": site})
    base = await place.ask(show_base_load)
    assert "loads.no_calendar" in [told.code for told in base.load.findings]


async def test_where_somebody_always_is_any_hour_may_be_quiet(place: Place) -> None:
    always = Opening(days=tuple(Weekday), begins=time(0), ends=time(0))
    calendar = replace(place.inventory.calendars["woche"], openings=(always,))
    place.inventory = replace(place.inventory, calendars={"woche": calendar})
    base = await place.ask(show_base_load, medium=Medium.WATER)
    assert base.base_load.value == Decimal("0.020")
    assert [told.code for told in base.load.findings] == ["loads.always_in_use"]
    assert base.night_flow is None


async def test_water_that_runs_through_every_night_is_suspected(place: Place) -> None:
    base = await place.ask(show_base_load, medium=Medium.WATER)
    assert (base.night_flow.value, base.night_flow.leak) == (0.02, True)
    assert [told.code for told in base.findings if told.code == "loads.leak_suspected"]


async def test_a_load_has_profile_curve_and_all_that_is_asked_of_it(place: Place) -> None:
    loads = await place.ask(show_loads)
    assert loads.load.media == (Medium.ELECTRICITY, Medium.WATER)
    assert loads.load.known_percent == 100
    assert len(loads.typical_days) == 9
    assert loads.curve[0].value == 50_000
    assert loads.full_load_h == pytest.approx(float(loads.counted) / 50_000)
    days = (await place.ask(show_load_map, period="2026-03")).days
    assert (len(days), days[28].values[8], days[27].values[8]) == (31, None, 4_000.0)


async def test_a_building_has_the_load_of_its_meters_and_says_who_else_hangs_there(place: Place) -> None:
    old = await place.ask(show_loads, "building:altbau")
    assert old.load.meters == ("meter:netz",)
    assert [told.code for told in old.load.findings] == ["loads.building_feeds_others"]
    hall = await place.ask(show_loads, "building:halle")
    assert hall.load.meters == ("meter:halle",)
    assert hall.peak.value == 2_000
    assert [told.code for told in hall.load.findings] == ["loads.building_by_submeters"]


async def test_a_submeter_and_a_generator_have_a_load_but_no_bill(place: Place) -> None:
    peaks = await place.ask(show_peaks, "meter:halle")
    assert (peaks.whole.cost_eur, peaks.whole.cost_reason.code) == (None, "loads.not_billed_by_peak")
    assert (await place.ask(show_loads, "meter:pv")).counted_quantity is EXPORT


async def test_too_little_known_is_said_instead_of_a_figure(place: Place) -> None:
    loads = await place.ask(show_loads, period="2025")
    assert (loads.peak.value, loads.base_load.value, loads.full_load_h, loads.curve) == (None, None, None, ())
    assert loads.peak.reason.code == loads.base_load.reason.code == "loads.too_little_known"
    peaks = await place.ask(show_peaks, period="2025")
    assert (peaks.whole.parts, peaks.avoided) == ((), ())


async def test_every_figure_explains_itself_down_to_its_quarter_hours(place: Place) -> None:
    loads = await place.ask(show_loads)
    for row in (loads.peak, *loads.months, loads.base_load):
        explained = await place.explain(row.figure)
        assert explained.value == row.value
        assert explained.unit == "W"
        assert explained.how is not None
        assert all(part.figure.startswith("interval/") for part in explained.parts)
        quarter_hours = sum((part.value for part in explained.parts), Decimal(0))
        assert quarter_hours * (4 if row.figure.startswith("peak/") else 1) == row.value


async def test_a_period_that_is_not_known_explains_why(place: Place) -> None:
    explained = await place.explain("peak/2025/site:schule/energy_import_wh.electricity")
    assert explained.value is None
    assert explained.how.code == "loads.how_peak"
    assert explained.findings[0].code == "loads.too_little_known"


async def test_wrong_questions_are_refused(place: Place) -> None:
    for wrong, error in [
        ({"id": "site:mond"}, NotFoundError),
        ({"id": "vehicle:x"}, NotFoundError),
        ({"medium": Medium.HEAT}, NotFoundError),
        ({"id": "meter:halle", "medium": Medium.WATER}, RequestError),
        ({"period": "gestern"}, RequestError),
    ]:
        with pytest.raises(error):
            await place.ask(show_loads, **wrong)
    with pytest.raises(ForbiddenError):
        await place.ask(show_peaks, actor=Actor("vera", Role.VIEWER, frozenset({"bauhof"})))
    for figure in ("peak/2026/site:schule/energy_import_wh", "base_load/2026/meter:netz/heat_wh"):
        with pytest.raises(RequestError):
            await place.explain(figure)


async def test_all_of_it_can_be_written_as_json(place: Place) -> None:
    rows = {"loads.show": show_loads, "peaks.show": show_peaks, "baseload.show": show_base_load}
    for name, show in {**rows, "loadmap.show": show_load_map}.items():
        for period in ("2025", "2026", "2026-11-22"):
            assert b"NaN" not in write_result(CAPABILITIES[name], await place.ask(show, period=period))
