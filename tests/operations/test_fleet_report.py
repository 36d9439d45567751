"""The monthly report on the fleet: every section told or not computed, figures with ids, revisions, scopes."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest
from pdfua import Severity, validate

from core.errors import ForbiddenError, NotFoundError, RequestError
from core.facts import ChargeSession, Protocol, SessionState
from core.fleet import MatchBasis, SessionValuation, VehicleDay
from core.inventory import Connector, Drive, Inventory, Site, SiteKind, Station, Vehicle
from core.people import Actor, Role
from core.readings import SlotShare
from core.texts import catalogue
from operations.evidence.rows import Explained
from operations.explain import ExplainFigure, explain_figure
from operations.fleet_report.report import MakeFleetReport, compose, make_fleet_report
from operations.house import Call
from operations.reports.made import ReportFormat
from reports.fleet_document import FleetDocument
from tests.operations.places import Place, opened

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
OCTOBER, SINCE = date(2026, 10, 1), date(2024, 1, 1)
ANNA = Actor(name="anna", role=Role.ADMIN)


def car(name: str, **changes: Any) -> Vehicle:
    said: dict[str, Any] = {
        "id": name,
        "name": f"Wagen {name}",
        "valid_from": SINCE,
        "site": "amt",
        "maker": "A",
        "model": "B",
        "drive": Drive.BATTERY,
        "group": "Amt",
        "battery_wh": 50_000.0,
        "charge_loss_percent": Decimal(10),
        "energy_wh_per_100km": Decimal(16_000),
    }
    return Vehicle(**(said | changes))


def inventory() -> Inventory:
    outlets = (
        Connector(number=1, max_power_w=11_000, plug="Typ 2"),
        Connector(number=2, max_power_w=50_000, plug="CCS"),
    )
    station = Station(id="hof", name="Hof", valid_from=SINCE, site="amt", maker="A", model="B", connectors=outlets)
    cars = [car(f"e{number}") for number in range(1, 6)]
    cars += [car(f"d{number}", drive=Drive.DIESEL, battery_wh=None, group="Bauhof") for number in range(1, 4)]
    sites = {
        name: Site(id=name, name=name.title(), valid_from=SINCE, kind=SiteKind.OFFICE, municipality="au")
        for name in ("amt", "leer")
    }
    return Inventory(sites=sites, stations={"hof": station}, vehicles={each.id: each for each in cars})


def days(first: date, count: int, km: int = 30) -> list[VehicleDay]:
    found = []
    for vehicle in inventory().vehicles.values():
        for place in range(count):
            charged = Decimal(5_000) if vehicle.plugs_in else Decimal(0)
            found.append(
                VehicleDay(
                    vehicle=vehicle.id,
                    day=first + timedelta(days=place),
                    distance_m=Decimal(km * 1000),
                    distance_share=SlotShare.MEASURED,
                    own_charged_wh=charged,
                    soc_begin_percent=Decimal(70) if vehicle.plugs_in else None,
                    soc_end_percent=Decimal(70) if vehicle.plugs_in else None,
                    fuel_l=None if vehicle.plugs_in else Decimal(2),
                )
            )
    return found


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with opened(tmp_path) as here:
        here.now_utc = NOW
        here.house = replace(here.house, inventory=inventory)
        yield here


async def filled(place: Place) -> None:
    ledger = place.stores.ledger
    await ledger.save_vehicle_days([*days(OCTOBER, 31), *days(date(2026, 9, 1), 30, km=20)])
    begun = datetime(2026, 10, 5, 18, tzinfo=UTC)
    said: dict[str, Any] = {
        "station": "hof",
        "protocol": Protocol.OCPP_16,
        "state": SessionState.ENDED,
        "begun_at_utc": begun,
        "ended_at_utc": begun + timedelta(hours=4),
    }
    sessions = [
        ChargeSession(id="s1", connector=1, transaction="1", energy_wh=20_000.0, **said),
        ChargeSession(id="s2", connector=2, transaction="2", energy_wh=30_000.0, **said),
        ChargeSession(id="s3", connector=1, transaction="3", energy_wh=0.0, **said),
    ]
    await ledger.save_sessions(sessions)
    value: dict[str, Any] = {"version": 1, "begun_at_utc": begun, "made_by": "job", "made_at_utc": NOW}
    await ledger.value_sessions(
        [
            SessionValuation(
                session="s1",
                vehicle="e1",
                basis=MatchBasis.TAG,
                confidence=Decimal(1),
                energy_wh=Decimal(20_000),
                pv_wh=Decimal(5_000),
                grid_wh=Decimal(15_000),
                **value,
            ),
            SessionValuation(
                session="s2",
                vehicle=None,
                basis=MatchBasis.NONE,
                confidence=Decimal(0),
                energy_wh=Decimal(30_000),
                **value,
            ),
        ]
    )


def call(actor: Actor = ANNA, now_utc: datetime = NOW) -> Call:
    return Call(actor, now_utc)


async def document(place: Place, **given: Any) -> FleetDocument:
    request = MakeFleetReport(**({"month": "2026-10"} | given))
    texts = catalogue(request.language)
    return await compose(place.house, request, OCTOBER, texts, call(), preliminary=False)


def told(report: FleetDocument) -> dict[str, Any]:
    return {said.figure.rpartition("/")[2].partition("@")[0]: said for each in report.sections for said in each.figures}


async def content_of(place: Place, **given: Any) -> bytes:
    row = await make_fleet_report(place.house, MakeFleetReport(**({"month": "2026-10"} | given)), call())
    content = await place.stores.ledger.report_content(row.id)
    assert content is not None
    return content


async def test_every_section_has_its_figures_each_with_unit_quality_and_id(place: Place) -> None:
    await filled(place)
    report = await document(place)
    assert [each.number for each in report.sections] == list(range(2, 14))
    for section in report.sections:
        assert section.figures or section.remarks, section.heading
        for said in section.figures:
            assert said.unit or said.figure.endswith("winter_factor@r1"), said
            assert said.quality, said
            assert said.figure.startswith("fleet/2026-10/fleet/")
            assert said.number is not None or said.note.startswith("Nicht berechnet: "), said


async def test_figures_are_sums_of_vehicles(place: Place) -> None:
    await filled(place)
    figures = told(await document(place))
    assert figures["distance_m"].text == "7.440\N{NO-BREAK SPACE}km"
    assert figures["electric_distance_percent"].text == "62,5\N{NO-BREAK SPACE}%"
    assert figures["vehicles"].text == "8\N{NO-BREAK SPACE}Fahrzeuge"
    assert figures["renewable_percent"].text == "25,0\N{NO-BREAK SPACE}%"
    assert figures["session_wh.dc"].text == "30\N{NO-BREAK SPACE}kWh"
    assert figures["failed_sessions"].text == "1\N{NO-BREAK SPACE}Ladevorgang"
    assert figures["unmatched_sessions"].number == 1
    assert figures["fuel_l"].text == "186\N{NO-BREAK SPACE}L"


async def test_the_summary_says_five_sentences_with_their_figures_and_the_change(place: Place) -> None:
    await filled(place)
    report = await document(place)
    assert len(report.sentences) == 5
    assert report.sentences[0].text == (
        "5 von 8 Fahrzeugen fahren rein elektrisch (62,5\N{NO-BREAK SPACE}%). Das ist ebenso viel wie im Vormonat."
    )
    assert "nicht berechnet: Zu diesem Monat gibt es keine Einsparrechnung." in report.sentences[2].text
    assert report.sentences[4].text.endswith("25\N{NO-BREAK SPACE}kWh mehr als im Vormonat.")
    assert [each.said.label for each in report.tiles][5] == "Offene Maßnahmen"
    english = await document(place, language="en")
    assert english.sentences[0].text.startswith("5 of 8 vehicles are fully electric")


async def test_groups_below_five_vehicles_are_not_told_apart(place: Place) -> None:
    await filled(place)
    (groups,) = [
        each for section in (await document(place)).sections for each in section.tables if "Gruppe" in each.title
    ]
    assert [row[:2] for row in groups.rows] == [("Amt, Bauhof", "8")]


async def test_no_table_and_no_sheet_names_a_vehicle(place: Place) -> None:
    await filled(place)
    assert "Wagen e1" not in str(await document(place))


async def test_the_pdf_is_accessible_archivable_and_says_ids_and_seal(place: Place, tmp_path: Path) -> None:
    await filled(place)
    content = await content_of(place)
    (tmp_path / "report.pdf").write_bytes(content)
    assert not [each for each in validate(tmp_path / "report.pdf").findings if each.severity is Severity.ERROR]
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    plain = text.replace("\n", "").replace("\u200b", "")
    assert "Fuhrparkbericht Oktober 2026" in text
    assert "fleet/2026-10/fleet/distance_m@r1" in plain
    assert "Nicht berechnet" in plain


async def test_formulas_of_the_workbook_come_to_the_figures(place: Place) -> None:
    await filled(place)
    content = await content_of(place, format=ReportFormat.XLSX)
    formulas = openpyxl.load_workbook(io.BytesIO(content))
    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    rows = list(zip(formulas["Kennzahlen"].iter_rows(), values["Kennzahlen"].iter_rows(), strict=True))
    live = {row[6].value: (row[2].value, shown[2].value) for row, shown in rows if str(row[2].value).startswith("=SUM")}
    formula, value = live["fleet/2026-10/fleet/distance_m@r1"]
    assert formula == "=SUM('Fahrzeuge'!D2:D9)"
    assert value == sum(row[3].value for row in values["Fahrzeuge"].iter_rows(min_row=2)) == 7440
    assert "fleet/2026-10/fleet/pv_wh@r1" in live


async def test_another_revision_wants_a_reason_and_lists_what_changed(place: Place) -> None:
    await filled(place)
    await content_of(place)
    await place.stores.ledger.save_vehicle_days(days(OCTOBER, 1, km=130))
    with pytest.raises(RequestError, match="reason_missing"):
        await content_of(place)
    report = await document(place, reason="Kilometerstand nachgetragen")
    assert report.changes is not None
    changed = {row[0]: row[1:] for row in report.changes.rows}
    assert changed["Fahrleistung"] == (
        "7.440\N{NO-BREAK SPACE}km",
        "8.240\N{NO-BREAK SPACE}km",
        "Kilometerstand nachgetragen",
    )
    assert "Fassung 2" in report.state


async def test_figures_explain_themselves_down_to_vehicles_now_and_as_frozen(place: Place) -> None:
    await filled(place)
    await content_of(place)
    for id_ in ("fleet/2026-10/fleet/distance_m", "fleet/2026-10/fleet/distance_m@r1"):
        told_of: Explained = await explain_figure(place.house, ExplainFigure(figure=id_), call())
        assert told_of.value == Decimal(7_440_000)
        assert any(part.figure == "vehicle_day/2026-10/vehicle:e1/distance_m" for part in told_of.parts)


async def test_a_report_on_a_site_or_group_is_about_its_vehicles_only(place: Place) -> None:
    await filled(place)
    assert told(await document(place, scope="group:bauhof"))["distance_m"].text == "2.790\N{NO-BREAK SPACE}km"
    assert told(await document(place, scope="site:leer"))["vehicles"].number == 0
    with pytest.raises(NotFoundError, match="scope_unknown"):
        await document(place, scope="group:nirgends")


async def test_who_sees_one_site_gets_no_report_on_the_fleet(place: Place) -> None:
    bound = Actor(name="bert", role=Role.FLEET, sites=frozenset({"amt"}))
    with pytest.raises(ForbiddenError):
        await make_fleet_report(place.house, MakeFleetReport(month="2026-10"), call(bound))
    row = await make_fleet_report(place.house, MakeFleetReport(month="2026-10", scope="site:amt"), call(bound))
    assert row.scope == "site:amt"


async def test_an_empty_fleet_and_a_month_without_data_are_reported_as_such(place: Place) -> None:
    place.house = replace(place.house, inventory=Inventory)
    report = await document(place)
    assert report.light == "none"
    assert "keine Fahrzeug" in str(report) or "Nicht berechnet" in str(report)
    assert (await content_of(place)).startswith(b"%PDF")


@pytest.mark.parametrize("month", ["2026-13", "oktober", "2027-01"])
async def test_what_is_no_month_is_refused(place: Place, month: str) -> None:
    with pytest.raises(RequestError, match="vehicle_days"):
        await make_fleet_report(place.house, MakeFleetReport(month=month), call())


async def test_a_month_that_is_not_over_is_preliminary_and_freezes_nothing(place: Place) -> None:
    await content_of(place, month="2026-11")
    with pytest.raises(NotFoundError):
        await explain_figure(place.house, ExplainFigure(figure="fleet/2026-11/fleet/vehicles@r1"), call())
