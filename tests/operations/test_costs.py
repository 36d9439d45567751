"""Costs, budgets, weather, comparison, benchmark and bills of a school, from real stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import pytest_asyncio

from core.errors import ConflictError, ForbiddenError, FormatError, NotFoundError, RequestError
from core.intervals import Resolution, SeriesKey
from core.inventory import (
    Budget,
    Building,
    Inventory,
    Medium,
    Meter,
    MeterRole,
    Municipality,
    PriceWindow,
    Site,
    SiteKind,
    SteadyUse,
    Tariff,
    WeatherStation,
    Weekday,
)
from core.people import Actor, Role
from core.quantities import Quantity
from energy.budgets import BudgetStatus, ForecastMethod
from energy.days import days_of
from energy.series import Amounts
from energy.tariffs import CostKind
from ingest.files.inbox import DiskInbox
from operations.costs.benchmark import ShowBenchmark, show_benchmark
from operations.costs.bill_rows import BillVerdict
from operations.costs.bills import AddBill, ShowBill, WithdrawBill, add_bill, show_bill, withdraw_bill
from operations.costs.budgets import ShowBudgets, show_budgets
from operations.costs.compare import ShowComparison, show_comparison
from operations.costs.cost import ShowCosts, show_costs
from operations.costs.days import costs_by_day
from operations.costs.reading import read_costs
from operations.edge import InvalidRequestError
from operations.evidence.rows import Explained
from operations.explain import ExplainFigure, explain_figure
from operations.house import Call, House
from operations.weather.shown import ImportWeather, ShowWeather, import_weather, show_weather
from store.open import Stores, open_embedded

SINCE = date(2024, 1, 1)
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
BEGIN = datetime(2024, 12, 31, 23, tzinfo=UTC)
SLOTS = int((NOW - BEGIN) / timedelta(minutes=15))
ANNA = Actor("anna", Role.ADMIN)
KW = 250_000
"""A kilowatt through a quarter hour, in mWh."""


def meter(id: str, medium: Medium, **more: Any) -> Meter:  # noqa: A002
    return Meter(id=id, name=id.title(), valid_from=SINCE, role=MeterRole.SUPPLY, medium=medium, site="schule", **more)


def tariff(id: str, medium: Medium, begin: date, end: date | None, price: str, **more: Any) -> Tariff:  # noqa: A002
    return Tariff(
        id=id,
        name=id.title(),
        valid_from=begin,
        valid_to=end,
        medium=medium,
        sites=("schule",),
        energy_eur_per_kwh=Decimal(price),
        **more,
    )


def inventory() -> Inventory:
    day = PriceWindow(
        name="HT", days=tuple(Weekday)[:5], begins=time(6), ends=time(22), energy_eur_per_kwh=Decimal("0.30")
    )
    power = {
        "windows": (day,),
        "base_eur_per_year": Decimal("73.00"),
        "power_eur_per_kw_year": Decimal("90.10"),
        "export_eur_per_kwh": Decimal("0.08"),
    }
    media = (Medium.ELECTRICITY, Medium.HEAT, Medium.WATER, Medium.GAS)
    budgets = [
        Budget(
            id=f"b-{medium}",
            name=medium,
            valid_from=SINCE,
            site="schule",
            medium=medium,
            year=2026,
            amount_eur=Decimal(20_000),
        )
        for medium in media
    ]
    meters = [meter(medium.value, medium) for medium in media]
    tariffs = [
        tariff("alt", Medium.ELECTRICITY, SINCE, date(2026, 3, 17), "0.20", **power),
        tariff("neu", Medium.ELECTRICITY, date(2026, 3, 17), None, "0.22", **power),
        tariff("waerme", Medium.HEAT, SINCE, None, "0.10"),
        tariff("wasser", Medium.WATER, SINCE, date(2026, 6, 11), "0", energy_eur_per_m3=Decimal("4.86")),
        tariff("gas", Medium.GAS, SINCE, None, "0.08"),
    ]
    place = {"valid_from": SINCE, "kind": SiteKind.SCHOOL, "municipality": "au"}
    return Inventory(
        municipalities={"au": Municipality(id="au", name="Au", valid_from=SINCE, key="00000001", state="SN")},
        sites={
            "schule": Site(id="schule", name="Schule", weather_station="w", **place),
            "leer": Site(id="leer", name="Leer", **place),
        },
        buildings={"b": Building(id="b", name="B", valid_from=SINCE, site="schule", floor_area_m2=2000.0)},
        meters={each.id: each for each in meters},
        tariffs={each.id: each for each in tariffs},
        budgets={each.id: each for each in budgets},
        weather_stations={
            "w": WeatherStation(
                id="w", name="Au", valid_from=SINCE, number="00044", degree_days_kd=3700.0, reference="Beispiel"
            )
        },
    )


class Place:
    """A house over filled stores."""

    def __init__(self, stores: Stores, folder: Path) -> None:
        self.stores = stores
        self.inventory = inventory()
        self.house = House(
            inventory=lambda: self.inventory,
            query=stores.readings,
            ledger=stores.ledger,
            journal=stores.journal,
            health=tuple,
            clock=lambda: NOW,
            intervals=stores.readings,
            sink=stores.readings,
            inbox=DiskInbox(folder, lambda: NOW),
        )

    async def ask(self, show: Any, request: Any, actor: Actor = ANNA) -> Any:
        return await show(self.house, request, Call(actor, NOW))

    async def weather(self, text: str, station: str = "w") -> Any:
        """Import a file of the weather service."""

        async def chunks() -> AsyncIterator[bytes]:
            yield text.encode()

        assert self.house.inbox
        upload = (await self.house.inbox.keep("tageswerte.txt", chunks())).digest
        return await self.ask(import_weather, ImportWeather(id=station, upload=upload))

    async def costs(self, medium: Medium, year: int = 2026) -> Any:
        return await self.ask(show_costs, ShowCosts(id="schule", medium=medium, year=year))

    async def explain(self, figure: str) -> Explained:
        return await explain_figure(self.house, ExplainFigure(figure=figure), Call(ANNA, NOW))


async def put(stores: Stores, key: SeriesKey, counted: np.ndarray) -> None:
    seconds = np.zeros((len(counted), 5), np.int32)
    seconds[:, 0] = 900
    known = np.zeros(len(counted), np.uint8)
    start_ms = int(BEGIN.timestamp()) * 1000 + 900_000 * np.arange(len(counted), dtype=np.int64)
    rows = Amounts(start_ms, counted.astype(np.int64), seconds, known, known)
    await stores.readings.put_amounts(Resolution.SLOT, {key: rows})
    days = days_of(rows, ZoneInfo("Europe/Berlin"))
    await stores.readings.put_amounts(Resolution.DAY, {key: days})


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stores(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stores]:
    """Open stores with two years of electricity, heat and water; gas has m³ only."""
    stores = await open_embedded(tmp_path_factory.mktemp("costs"), lambda: NOW)
    hour = (np.arange(SLOTS) // 4 + 1) % 24
    net = np.where((hour >= 7) & (hour < 16), 10 * KW, 4 * KW)
    net[20_000] = 40 * KW
    day = np.arange(SLOTS) // 96
    cold = np.maximum(np.cos(2 * np.pi * (day - 15) / 365.25), 0)
    await put(stores, ("meter:electricity", Quantity.ENERGY_IMPORT_WH), net)
    await put(stores, ("meter:electricity", Quantity.ENERGY_EXPORT_WH), np.where((hour > 10) & (hour < 13), KW, 0))
    await put(stores, ("meter:heat", Quantity.HEAT_WH), (KW + 20 * KW * cold).astype(np.int64))
    await put(stores, ("meter:water", Quantity.VOLUME_M3), np.full(SLOTS, 10))
    await put(stores, ("meter:gas", Quantity.VOLUME_M3), np.full(SLOTS, 30))
    yield stores
    await stores.close()


@pytest.fixture
def place(stores: Stores, tmp_path: Path) -> Place:
    return Place(stores, tmp_path)


def climate(first: date = date(2024, 12, 25), days: int = 700, station: str = "44") -> str:
    rows = ["STATIONS_ID;MESS_DATUM;QN_3;  FX;TMK; TXK;eor"]
    for number in range(days):
        day = first + timedelta(days=number)
        mean = 9.0 - 10.0 * np.cos(2 * np.pi * (day.timetuple().tm_yday - 15) / 365.25)
        rows.append(f"{station:>11};{day:%Y%m%d};   10;-999;{mean:6.1f};-999;eor")
    return "\n".join(rows)


async def test_the_parts_of_each_month_add_up_to_it_and_the_months_to_the_year(place: Place) -> None:
    costs = await place.costs(Medium.ELECTRICITY)
    assert [month.period for month in costs.months] == [f"2026-{n:02}" for n in range(1, 12)]
    for month in costs.months:
        parts = (month.energy_eur, month.base_eur, month.power_eur, month.export_eur)
        assert sum(parts) == month.total_eur == sum(charge.amount_eur for charge in month.charges)
    assert sum(month.total_eur for month in costs.months) == costs.whole.total_eur
    assert costs.whole.export_eur < 0 < costs.whole.power_eur


async def test_a_month_costs_by_hand_what_the_service_says(place: Place) -> None:
    """February 2026: 20 working days, no holiday; hours 7 to 16 at 10 kW, others at 4 kW; HT from 6 to 22."""
    february = (await place.costs(Medium.ELECTRICITY)).months[1]
    high = Decimal(20 * (9 * 10 + 7 * 4))
    low = Decimal(20 * 8 * 4 + 8 * (9 * 10 + 15 * 4))
    used = {charge.window: charge.used for charge in february.charges if charge.kind is CostKind.ENERGY}
    assert used == {"HT": high, "": low}
    assert february.energy_eur == (high * Decimal("0.30") + low * Decimal("0.20")).quantize(Decimal("0.01"))
    assert february.base_eur == (Decimal(73) * 28 / 365).quantize(Decimal("0.01"))
    assert abs(february.power_eur - Decimal("90.10") * 10 * 28 / 365) < Decimal("0.01")


async def test_a_tariff_that_changes_within_a_month_holds_from_its_first_day(place: Place) -> None:
    march = (await place.costs(Medium.ELECTRICITY)).months[2]
    days = {(charge.tariff, charge.kind): charge.days for charge in march.charges if charge.kind is CostKind.BASE}
    assert days == {("alt", CostKind.BASE): 16, ("neu", CostKind.BASE): 15}
    assert march.findings == ()


async def test_a_monthly_power_price_makes_the_year_of_its_months(place: Place) -> None:
    """By hand: 10 kW in January (8 EUR/kW) are 80 EUR; the only peak of 40 kW is July's, 320 EUR."""
    place.inventory = replace(
        place.inventory,
        tariffs={
            name: replace(each, power_eur_per_kw_year=Decimal(0), power_eur_per_kw_month=Decimal(8))
            if each.power_eur_per_kw_year
            else each
            for name, each in place.inventory.tariffs.items()
        },
    )
    costs = await place.costs(Medium.ELECTRICITY, 2025)
    by_month = {month.period: month.power_eur for month in costs.months}
    assert by_month.pop("2025-07") == Decimal("320.00")
    assert set(by_month.values()) == {Decimal("80.00")}
    assert costs.whole.power_eur == Decimal("320.00") + 11 * Decimal("80.00")
    told = await place.explain(costs.months[6].figure)
    (part,) = [each for each in told.parts if each.title.code == "costs.part_power"]
    assert part.how.code == "costs.how_power_monthly"
    assert (part.parts[0].value, part.parts[0].unit) == (Decimal(8), "EUR/kW/mo")


async def test_days_without_a_tariff_are_named_and_the_rest_is_shown(place: Place) -> None:
    costs = await place.costs(Medium.WATER)
    june, july = costs.months[5], costs.months[6]
    assert [(each.code, each.params["begin"], each.params["last"]) for each in june.findings] == [
        ("costs.no_tariff", "2026-06-11", "2026-06-30")
    ]
    assert june.total_eur == (10 * 96 * Decimal("0.01") * Decimal("4.86")).quantize(Decimal("0.01"))
    assert july.total_eur is None
    assert july.reason.code == "costs.no_tariff_at_all"
    assert costs.whole.months_missing[0] == "2026-07"


async def test_gas_without_its_energy_is_not_computed(place: Place) -> None:
    costs = await place.costs(Medium.GAS)
    assert costs.whole.total_eur is None
    assert {month.reason.code for month in costs.months} <= {"costs.no_fuel_energy"}


async def test_every_cost_explains_itself_down_to_totals_peak_and_tariff(place: Place) -> None:
    costs = await place.costs(Medium.ELECTRICITY)
    year = await place.explain(costs.whole.figure)
    assert year.value == costs.whole.total_eur
    month = await place.explain(year.parts[1].figure)
    assert month.value == costs.months[1].total_eur == sum(part.value for part in month.parts)
    leaves = [leaf for part in month.parts for leaf in part.parts]
    assert {leaf.citation.reference for leaf in leaves if leaf.citation} == {"tariffs/alt"}
    for leaf in leaves:
        if leaf.figure:
            assert (await place.explain(leaf.figure)).value is not None
    with pytest.raises(RequestError):
        await place.explain("cost/2026-02-01/site:schule/cost_eur.electricity")


async def test_a_budget_is_told_by_last_years_course_with_a_range(place: Place) -> None:
    budgets = await place.ask(show_budgets, ShowBudgets())
    rows = {row.medium: row for row in budgets.items}
    power = rows[Medium.ELECTRICITY]
    costs = await place.costs(Medium.ELECTRICITY)
    assert power.method is ForecastMethod.LAST_YEAR
    assert power.until == date(2026, 11, 21)
    assert power.low_eur <= power.forecast_eur <= power.high_eur
    assert power.to_date_eur < costs.whole.total_eur < power.forecast_eur
    assert power.status is BudgetStatus.KEPT
    assert rows[Medium.GAS].status is BudgetStatus.UNKNOWN
    assert rows[Medium.GAS].reason.code == "costs.no_fuel_energy"


@pytest.mark.parametrize(("known_until", "told_until"), [("2026-11-01", "2026-10-31"), ("2026-08-01", None)])
async def test_a_budget_is_told_until_the_last_months_whose_costs_are_known(
    place: Place, known_until: str, told_until: str | None
) -> None:
    late, end = f"late-{known_until}", datetime.fromisoformat(known_until).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    slots = int((end - BEGIN) / timedelta(minutes=15))
    await put(place.stores, (f"meter:{late}", Quantity.HEAT_WH), np.full(slots, KW))
    place.inventory = replace(place.inventory, meters={late: meter(late, Medium.HEAT)})
    (row,) = (await place.ask(show_budgets, ShowBudgets(medium=Medium.HEAT))).items
    assert row.until == (told_until and date.fromisoformat(told_until))
    if told_until is None:
        assert row.reason.code == "costs.months_missing"
        return
    months = (await place.costs(Medium.HEAT)).months
    assert row.to_date_eur == sum(month.total_eur for month in months[:-1])
    assert row.forecast_eur > row.to_date_eur
    assert row.findings[0].code == "budgets.months_behind"


async def test_a_day_of_a_forecast_costs_what_the_bill_of_that_day_comes_to(place: Place) -> None:
    day = timedelta(days=1)
    for medium in (Medium.ELECTRICITY, Medium.WATER, Medium.GAS):
        read = await read_costs(place.house, "schule", medium, [2025, 2026], Call(ANNA, NOW))
        first, end = date(2025, 1, 1), read.until + 3 * day
        bills = [read.bill(first + number * day, first + (number + 1) * day) for number in range((end - first).days)]
        told = {
            bill.first: sum((each.amount_eur for each in bill.charges), Decimal(0)) for bill in bills if not bill.reason
        }
        found = costs_by_day(read, first, end)
        assert found.keys() == told.keys()
        assert bool(found) == (medium is not Medium.GAS)
        assert all(abs(cost - told[at]) < Decimal("1e-15") for at, cost in found.items())


async def test_without_temperatures_nothing_is_weather_corrected(place: Place) -> None:
    weather = await place.ask(show_weather, ShowWeather(id="schule", year=2025))
    assert weather.use.corrected is None
    assert weather.use.reason.code == "weather.days_missing"
    assert weather.days_known == 0
    assert weather.use.used is not None


async def test_a_file_of_the_weather_service_is_taken_once_and_corrects_the_year(place: Place) -> None:
    text = climate() + "\n         44;20260101;   10;-999;  abc;-999;eor\n44;20200101;short"
    first = await place.weather(text)
    assert (first.days, first.new, len(first.problems)) == (697, 697, 2)
    again = await place.weather(text)
    assert again.new == 0
    weather = await place.ask(show_weather, ShowWeather(id="schule", year=2025, medium=Medium.HEAT))
    assert weather.days_known == weather.days == 365
    use = weather.use
    assert use.base + use.heating == use.used
    assert use.corrected == use.base + (use.heating * use.factor).quantize(Decimal("0.001"), "ROUND_FLOOR")
    explained = await place.explain(use.figure)
    assert explained.value == use.corrected
    assert explained.parts[0].value == Decimal(str(weather.degree_days_kd))
    budgets = await place.ask(show_budgets, ShowBudgets(medium=Medium.HEAT))
    assert budgets.items[0].method is ForecastMethod.LAST_YEAR_BY_WEATHER


async def test_a_share_that_is_configured_takes_the_place_of_summer_and_cites_where_it_stands(place: Place) -> None:
    await place.weather(climate())
    asked = ShowWeather(id="schule", year=2025, medium=Medium.HEAT)
    unsaid = (await place.ask(show_weather, asked)).use
    assert [told.code for told in unsaid.findings] == ["weather.no_share"]
    assert "weather.no_share" in [told.code for told in (await place.explain(unsaid.figure)).findings]
    part = SteadyUse(name="Warmwasser", valid_from=SINCE, percent=Decimal(15), reference="Energieausweis 2024")
    heat = place.inventory.meters["heat"]
    place.inventory = replace(place.inventory, meters=place.inventory.meters | {"heat": replace(heat, steady=(part,))})
    use = (await place.ask(show_weather, asked)).use
    assert abs(use.base - use.used * Decimal("0.15")) < 1
    assert (use.configured, use.summer_days, use.findings) == (use.base, 0, ())
    assert abs(use.corrected - (use.base + (use.used - use.base) * use.factor)) < 1
    explained = await place.explain(use.figure)
    assert [told.code for told in explained.findings] == []
    (cited,) = [leaf.citation for leaf in explained.parts if leaf.title.code == "weather.share_of"]
    assert (cited.value, cited.unit, cited.edition) == (Decimal(15), "%", "Energieausweis 2024")


async def test_a_share_for_some_of_the_year_only_is_not_stretched_over_all_of_it(place: Place) -> None:
    await place.weather(climate())
    part = SteadyUse(name="Warmwasser", valid_from=date(2025, 3, 1), kwh_per_year=Decimal(9000), reference="Messung")
    heat = place.inventory.meters["heat"]
    place.inventory = replace(place.inventory, meters=place.inventory.meters | {"heat": replace(heat, steady=(part,))})
    use = (await place.ask(show_weather, ShowWeather(id="schule", year=2025, medium=Medium.HEAT))).use
    assert [(told.code, told.params["count"]) for told in use.findings] == [("weather.share_partly", 59)]
    assert (use.configured, use.summer_days) == (0, 92)


async def test_the_file_of_another_station_is_refused(place: Place) -> None:
    with pytest.raises(RequestError) as caught:
        await place.weather(climate(days=3, station="4711"))
    assert caught.value.finding.code == "weather.other_station"
    with pytest.raises(FormatError):
        await place.weather("a;b;c\n1;2;3")
    with pytest.raises(NotFoundError):
        await place.weather(climate(days=3), "nirgends")


async def test_this_year_is_compared_over_the_same_local_days(place: Place) -> None:
    found = await place.ask(show_comparison, ShowComparison(id="site:schule", medium=Medium.WATER))
    assert (found.whole.first, found.whole.last) == (date(2026, 1, 1), date(2026, 11, 21))
    assert (found.whole.former_first, found.whole.former_last) == (date(2025, 1, 1), date(2025, 11, 21))
    assert found.whole.change == 0
    assert [row.period for row in found.rows] == [f"2026-{n:02}" for n in range(1, 12)]
    assert sum(row.value for row in found.rows) == found.whole.value
    *over, present = (row.figure for row in found.rows)
    assert all(over)
    assert (present, found.whole.figure) == (None, None), "their totals hold today too"
    shifted = ShowComparison(id="site:schule", medium=Medium.WATER, period="2026-03", by_weekdays=True)
    march = (await place.ask(show_comparison, shifted)).whole
    assert march.first.weekday() == march.former_first.weekday()


async def test_what_last_year_does_not_tell_is_not_compared(place: Place) -> None:
    found = await place.ask(show_comparison, ShowComparison(id="meter:water", period="2025"))
    assert found.whole.value is not None
    assert found.whole.former is None
    assert found.whole.reason.code == "compare.former_unknown"


async def test_sites_are_related_to_their_own_kind_only(place: Place) -> None:
    found = await place.ask(show_benchmark, ShowBenchmark(medium=Medium.WATER))
    (row,) = found.items
    assert (found.first, found.last) == (date(2025, 11, 1), date(2026, 10, 31))
    assert row.per_m2 == (row.used / 2000).quantize(Decimal("0.001"))
    assert row.of_median_percent is None
    assert found.kinds[0].lower_quartile is None


async def test_a_bill_is_held_against_meter_and_tariff(place: Place) -> None:
    costs = await place.costs(Medium.WATER)
    month = costs.months[3]
    bill = AddBill(
        meter="water",
        first_day=date(2026, 4, 1),
        last_day=date(2026, 4, 30),
        used=month.used,
        unit="m³",
        net_eur=month.total_eur,
        number="W-17",
    )
    row = await place.ask(add_bill, bill)
    detail = await place.ask(show_bill, ShowBill(id=row.id))
    assert (detail.use.verdict, detail.cost.verdict) == (BillVerdict.AGREES, BillVerdict.AGREES)
    assert detail.use.figure == "total/2026-04/meter:water/volume_m3"
    assert detail.hints == ()
    with pytest.raises(ConflictError):
        await place.ask(add_bill, replace(bill, number="W-18"))
    await place.ask(withdraw_bill, WithdrawBill(id=row.id, reason="falscher Zähler"))
    with pytest.raises(ConflictError):
        await place.ask(withdraw_bill, WithdrawBill(id=row.id, reason="noch einmal"))
    more = replace(bill, used=bill.used * Decimal("1.06"))
    detail = await place.ask(show_bill, ShowBill(id=(await place.ask(add_bill, more)).id))
    assert detail.use.verdict is BillVerdict.DIFFERS
    assert detail.hints[0].code == "bills.hint_border"


async def test_a_bill_that_cannot_be_is_refused_field_by_field(place: Place) -> None:
    wrong = AddBill(meter="water", first_day=date(2026, 12, 1), last_day=date(2026, 11, 30), net_eur=Decimal(1))
    with pytest.raises(InvalidRequestError) as caught:
        await place.ask(add_bill, wrong)
    codes = {finding.code for finding in caught.value.findings}
    assert codes == {"bills.days_wrong", "bills.not_over", "bills.use_missing", "bills.unit_impossible"}


async def test_nobody_sees_costs_of_a_site_that_is_not_theirs(place: Place) -> None:
    other = Actor("ole", Role.FACILITY, frozenset({"leer"}))
    for show, request in (
        (show_costs, ShowCosts(id="schule")),
        (show_weather, ShowWeather(id="schule")),
        (show_comparison, ShowComparison(id="site:schule")),
    ):
        with pytest.raises(ForbiddenError):
            await place.ask(show, request, other)
    assert (await place.ask(show_budgets, ShowBudgets(), other)).items == ()
    assert (await place.ask(show_benchmark, ShowBenchmark(), other)).items == ()
    with pytest.raises(NotFoundError):
        await place.ask(show_costs, ShowCosts(id="leer"))
