"""What stands beside the vehicles in the monthly report: peaks, local power, sources, corrections, candidates."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from core.evidence import FigureId
from core.inventory import Connector, Drive, Inventory, Medium, Meter, MeterRole, Station, Tariff
from core.inventory.mobility import ElectricModel, FleetBudget, FuelKind, VehicleClass
from core.readings import Reading
from core.texts import catalogue
from core.vouchers import Voucher, VoucherFilter, VoucherKind
from core.work import MeterEvent, MeterEventKind
from operations.evidence.rows import told as as_told
from operations.explain import ExplainFigure, explain_figure
from operations.fleet_report import evidence
from operations.fleet_report.beside import with_beside
from operations.fleet_report.document import by_name
from operations.fleet_report.facts import read_months
from operations.fleet_report.figures import sections_of
from operations.fleet_report.report import MakeFleetReport, compose, make_fleet_report, title_of
from reports.fleet_document import FleetDocument, TableSaid
from reports.fleet_workbook import fleet_workbook_of
from tests.operations.places import EXPORT, IMPORT, NOW, SLOT, Place, opened
from tests.operations.test_fleet_report import OCTOBER, SINCE, call, car, days, filled, told
from tests.operations.test_fleet_report import inventory as of_vehicles

BEGIN = datetime(2026, 9, 30, 22, tzinfo=UTC)
SLOTS = 31 * 96 + 4
PEAK_SLOT = 1000


def inventory() -> Inventory:
    """Return the vehicles of the report, with meters, a tariff by the peak, and a model for combustion vehicles."""
    outlets = (Connector(number=1, max_power_w=22_000, plug="Typ 2"),)
    station = Station(
        id="hof", name="Hof", valid_from=SINCE, site="amt", maker="A", model="B", connectors=outlets, parent="strom"
    )
    electric: dict[str, Any] = {"site": "amt", "medium": Medium.ELECTRICITY, "nominal_interval_s": 900}
    meters = {
        each.id: each
        for each in (
            Meter(id="strom", name="Netzbezug", valid_from=SINCE, role=MeterRole.SUPPLY, **electric),
            Meter(id="dach", name="Dach", valid_from=SINCE, role=MeterRole.GENERATION, parent="strom", **electric),
            Meter(
                id="still",
                name="Stiller Zähler",
                valid_from=SINCE,
                role=MeterRole.SUPPLY,
                **(electric | {"site": "leer"}),
            ),
        )
    }
    tariff = Tariff(
        id="t",
        name="Strom",
        valid_from=SINCE,
        medium=Medium.ELECTRICITY,
        sites=("amt",),
        energy_eur_per_kwh=Decimal("0.30"),
        power_eur_per_kw_year=Decimal(120),
    )
    model = ElectricModel(
        id="kompakt",
        name="Kompaktwagen",
        valid_from=SINCE,
        vehicle_class=VehicleClass.M1,
        battery_wh=58_000.0,
        winter_range_m=270_000.0,
        energy_wh_per_100km=Decimal(16_000),
        winter_energy_wh_per_100km=Decimal(21_000),
        ac_power_w=11_000.0,
        source="Datenblatt",
        price_eur=Decimal(30_000),
    )
    single = car("d9", drive=Drive.DIESEL, battery_wh=None, group="Bauhof", personal=True, fuel=FuelKind.DIESEL)
    whole = of_vehicles()
    vehicles = {
        name: replace(each, fuel=None if each.plugs_in else FuelKind.DIESEL) for name, each in whole.vehicles.items()
    }
    return replace(
        whole,
        stations={"hof": station},
        meters=meters,
        tariffs={"t": tariff},
        electric_models={"kompakt": model},
        vehicles=vehicles | {"d9": single},
    )


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with opened(tmp_path) as here:
        here.now_utc = NOW
        here.house = replace(here.house, inventory=inventory)
        yield here


def course(source: str, quantity: Any, wh: int, peak_wh: int = 0) -> list[Reading]:
    """Return a register that counts `wh` in each quarter hour of October, and `peak_wh` more in one of them."""
    return [
        Reading(source, quantity, BEGIN + number * SLOT, 1_000.0 + number * wh + (peak_wh if number > PEAK_SLOT else 0))
        for number in range(SLOTS + 1)
    ]


async def metered(place: Place) -> None:
    await filled(place)
    await place.put(*course("meter:strom", IMPORT, 500, 9_500))
    await place.put(*course("meter:strom", EXPORT, 0))
    await place.put(*course("meter:dach", EXPORT, 100))
    await place.put(*course("station:hof/1", IMPORT, 0, 5_000))
    await place.run()


async def document(place: Place, **given: Any) -> FleetDocument:
    request = MakeFleetReport(**({"month": "2026-10"} | given))
    return await compose(place.house, request, OCTOBER, catalogue(request.language), call(), preliminary=False)


def table(report: FleetDocument, title: str) -> TableSaid | None:
    return next((each for section in report.sections for each in section.tables if each.title == title), None)


def rows(report: FleetDocument, title: str) -> list[tuple[str, ...]]:
    found = table(report, title)
    return [tuple(cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row) for row in found.rows] if found else []


async def test_charging_has_its_share_of_the_peak_and_of_its_price(place: Place) -> None:
    await metered(place)
    report = await document(place)
    assert rows(report, "Lastspitzen je Standort") == [("Amt", "40,0 kW", "20,0 kW", "200,00 €")]
    figures = told(report)
    assert figures["charging_at_peak_w"].number == 20
    assert figures["peak_cost_eur"].number == 200
    assert "Zwölftel" in figures["peak_cost_eur"].note


async def test_local_power_is_told_by_site_with_autarky_and_own_use(place: Place) -> None:
    await metered(place)
    report = await document(place)
    assert rows(report, "Eigener Strom je Standort") == [("Amt", "298 kWh", "100,0 %", "1.798 kWh", "16,6 %")]
    assert told(report)["self_use_percent"].number == 100


async def test_sources_say_what_of_them_came(place: Place) -> None:
    await metered(place)
    report = await document(place)
    found = {row[0]: row[1:] for row in rows(report, "Quellen")}
    assert found["Kilometerstände"] == ("279 Tage", "88,9 %", "0,0 %", "0,0 %", "11,1 %")
    assert found["Netzbezug"] == ("745 h", "100,0 %", "0,0 %", "0,0 %", "0,0 %")
    figures = told(report)
    shares = ("received", "interpolated", "estimated", "missing")
    assert sum(figures[f"meters_{name}_percent"].number for name in shares) == pytest.approx(100)
    assert figures["silent_meters"].number == 0


async def test_a_meter_that_fell_silent_is_named(place: Place) -> None:
    await filled(place)
    await place.put(*course("meter:strom", IMPORT, 500)[: 20 * 96])
    await place.run()
    report = await document(place)
    assert told(report)["silent_meters"].number == 2
    assert {row[0] for row in rows(report, "Quellen")} >= {"Netzbezug (verstummt)", "Dach (verstummt)"}


async def test_what_was_corrected_is_listed_with_its_reason(place: Place) -> None:
    await metered(place)
    event = MeterEvent(
        source="meter:strom",
        quantity=IMPORT,
        kind=MeterEventKind.CORRECTION,
        at_utc=BEGIN + timedelta(days=3),
        until_utc=BEGIN + timedelta(days=4),
        amount=1_000.0,
        reason="Wandlerfaktor falsch",
        booked_by="anna",
        booked_at_utc=NOW,
    )
    await place.stores.ledger.book(event)
    paper = Voucher(
        kind=VoucherKind.FUEL,
        vehicle="d1",
        at_utc=BEGIN + timedelta(days=5),
        fuel=FuelKind.DIESEL,
        fuel_l=Decimal(40),
        entered_at_utc=NOW,
    )
    await place.stores.ledger.keep_vouchers([paper])
    (kept,) = (await place.stores.ledger.vouchers(VoucherFilter(kind=VoucherKind.FUEL))).items
    await place.stores.ledger.withdraw_vouchers([kept.id], NOW, "anna", "doppelt erfasst")
    report = await document(place)
    found = rows(report, "Berichtigungen seit dem vorigen Bericht")
    assert {row[1:] for row in found} == {
        ("Buchung", "04.10.2026", "Wandlerfaktor falsch"),
        ("Beleg zurückgezogen", "06.10.2026", "doppelt erfasst"),
    }
    assert found[0][0] == "Netzbezug" or found[1][0] == "Netzbezug"
    assert told(report)["corrected_values"].number == 2


async def test_combustion_vehicles_are_ranked_and_one_persons_has_a_number(place: Place) -> None:
    await filled(place)
    await place.stores.ledger.save_vehicle_days([replace(each, vehicle="d9") for each in days(OCTOBER, 31)[:31]])
    report = await document(place)
    ranked = rows(report, "Rangfolge")
    assert len(ranked) == 4
    assert sum("Wagen d" in row[0] for row in ranked) == 3
    assert sum("Fahrzeug 0" in row[0] for row in ranked) == 1
    assert {row[1] for row in ranked} == {"Kompaktwagen"}
    figures = told(report)
    assert figures["suitable_vehicles"].number == 4
    assert figures["combustion_vehicles"].number == 4
    assert any(each.name == "Kandidaten" and len(each.rows) == 4 for each in report.raw)


async def test_sites_say_what_suitable_vehicles_need(place: Place) -> None:
    await filled(place)
    needs = rows(await document(place), "Bedarf je Standort")
    assert [row[0] for row in needs] == ["Amt"]
    assert "Amt" not in str(rows(await document(place, scope="group:bauhof"), "Bedarf je Standort"))


async def test_every_figure_explains_itself_as_the_report_has_it_and_so_does_what_it_stands_on(place: Place) -> None:
    await metered(place)
    report = await document(place, language="en")
    months = await with_beside(place.house, await read_months(place.house, "fleet", OCTOBER), call())
    whole = by_name(sections_of(months.now, place.house.factors()))
    ids = [said.figure for section in report.sections for said in section.figures]
    assert len(ids) == len(set(ids)) > 80
    grounds: set[str] = set()
    for said in (said for section in report.sections for said in section.figures):
        figure = said.figure.partition("@")[0]
        found = await explain_figure(place.house, ExplainFigure(figure=figure), call())
        alike = whole[figure.rpartition("/")[2]]
        assert found == as_told(alike.explanation(figure, title_of(alike, "2026-10"))), said
        assert found.unit, said
        assert (found.value is None) == (said.number is None), said
        grounds |= {part.figure for part in found.parts if part.figure}
    kinds = {each.partition("/")[0] for each in grounds}
    assert kinds >= {"vehicle_day", "peak", "balance", "fleet", "infrastructure"}
    for kind in kinds:
        ground = min(each for each in grounds if each.startswith(f"{kind}/"))
        assert (await explain_figure(place.house, ExplainFigure(figure=ground), call())).title.code, ground


async def test_a_paper_that_comes_late_makes_a_revision_that_says_what_changed_and_why(place: Place) -> None:
    await filled(place)
    await make_fleet_report(place.house, MakeFleetReport(month="2026-10"), call())
    late = Voucher(
        kind=VoucherKind.FUEL,
        vehicle="d1",
        at_utc=BEGIN + timedelta(days=5),
        fuel=FuelKind.DIESEL,
        fuel_l=Decimal(40),
        amount_eur=Decimal("68.40"),
        entered_at_utc=NOW,
    )
    await place.stores.ledger.keep_vouchers([late])
    report = await document(place, reason="Tankbeleg nachgereicht")
    assert report.changes is not None
    changed = {row[0]: row[1:] for row in report.changes.rows}
    assert changed["Belege"] == ("–", "68,40\N{NO-BREAK SPACE}€", "Tankbeleg nachgereicht")
    assert "Fassung 2" in report.state
    book = openpyxl.load_workbook(io.BytesIO(fleet_workbook_of(report)), read_only=True)
    changes = list(book["Änderungen gegenüber Fassung 1"].iter_rows(values_only=True))
    assert ("Belege", "–", "68,40\N{NO-BREAK SPACE}€", "Tankbeleg nachgereicht") in changes
    assert {"2 Nach Gruppe", "12 Quellen"} <= set(book.sheetnames)
    again = await document(place)
    assert "Fassung 2" in again.state, "the same figures are no new revision"
    before = await explain_figure(place.house, ExplainFigure(figure="fleet/2026-10/fleet/paid_eur@r1"), call())
    assert before.value is None


async def test_a_month_before_the_first_reading_tells_reasons_everywhere(place: Place) -> None:
    request = MakeFleetReport(month="2025-03")
    report = await compose(place.house, request, date(2025, 3, 1), catalogue("de"), call(), preliminary=True)
    unknown = [said for section in report.sections for said in section.figures if said.number is None]
    assert len(unknown) > 30
    assert all(len(said.note) > len("Nicht berechnet: ") for said in unknown)


async def test_the_last_month_that_is_over_says_what_is_to_be_done(place: Place) -> None:
    await filled(place)
    report = await document(place)
    assert {row[0] for row in rows(report, "Liste der Maßnahmen")} == {
        "Wagen d9: Kilometerstand nachtragen und Übertragung prüfen"
    }
    assert told(report)["open_actions"].number == 1
    assert len(await place.stores.ledger.actions()) == 1
    request = MakeFleetReport(month="2026-09")
    await compose(place.house, request, date(2026, 9, 1), catalogue("de"), call(), preliminary=False)
    assert len(await place.stores.ledger.actions()) == 1, "what an older month would have asked for is over"


async def test_a_budget_stands_in_the_report_and_is_explained_down_to_its_months(place: Place) -> None:
    await filled(place)
    budget = FleetBudget(id="alle", name="alle", valid_from=SINCE, year=2026, amount_eur=Decimal(100_000))
    place.house = replace(place.house, inventory=lambda: replace(inventory(), fleet_budgets={"alle": budget}))
    assert {"cost_eur", "budget_percent", "budget_forecast_eur"} <= set(told(await document(place)))
    whole = await evidence.explain_fleet(place.house, FigureId.parse("fleet/2026-10/fleet/budget_percent"), call())
    entry, *months = whole.parts
    assert entry.citation is not None
    assert (entry.citation.reference, entry.value) == ("fleet_budgets/alle", Decimal(100_000))
    assert [each.figure for each in months] == [f"fleet/2026-{month:02d}/fleet/cost_eur" for month in range(1, 11)]
    spent = sum((each.value or Decimal(0) for each in months), Decimal(0))
    assert spent > 0
    assert whole.value == round(spent / 1000, 6)
    month = await evidence.explain_fleet(place.house, FigureId.parse(months[-1].figure), call())
    assert month.value == months[-1].value
    assert month.parts
