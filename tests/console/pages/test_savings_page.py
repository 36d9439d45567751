"""What was avoided in a month, as the page shows it: both boundaries apart, reasons, versions, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from console.pages.savings import said_mass
from console.pages.words import Words
from core.fleet import VehicleDay
from core.people import Actor, Role
from core.readings import SlotShare
from core.texts import catalogue
from operations.house import Call
from operations.savings.job import compute_savings
from operations.schedule import JobWork
from tests.console.pages.content import NOW
from tests.console.pages.test_fleet_pages import CAR, words

Client = Callable[..., httpx.Client]


@pytest.fixture(scope="module", autouse=True)
def stated(district: Any) -> None:
    days = [
        VehicleDay(
            vehicle=CAR,
            day=date(2026, 10, 1) + timedelta(days=number),
            distance_m=Decimal(41_500),
            distance_share=SlotShare.MEASURED,
            own_charged_wh=Decimal(8_000),
        )
        for number in range(31)
    ]
    district.do(district.stores.ledger.save_vehicle_days(days))
    call = Call(Actor(name="job:savings", role=Role.ADMIN), NOW)
    district.do(compute_savings(district.gate.house, JobWork(period="2026-11-10"), call))


def test_the_fleet_s_month_shows_both_boundaries_apart_with_reasons_and_versions(client: Client) -> None:
    page = client().get("/savings?month=2026-10")
    text = words(page.text)
    assert page.status_code == 200
    assert page.text.count('id="boundary-') == 2
    assert "Oktober 2026" in text
    assert "Erste Fassung" in text
    assert "Für 2026 ist kein Residualmix hinterlegt" in text or "nicht berechnet" in text
    assert "console.savings" not in text


def test_a_vehicle_shows_how_its_saving_is_computed_or_why_not(client: Client) -> None:
    text = words(client().get(f"/savings?month=2026-10&scope=vehicle:{CAR}").text)
    assert "Rechenweg" in text or "Ein Vergleichsfahrzeug (baseline) ist nicht angegeben" in text


def test_a_reason_that_holds_within_both_boundaries_is_said_once(client: Client) -> None:
    anna, texts = client(), catalogue("de")
    for scope in ("fleet", f"vehicle:{CAR}"):
        query = f"month=2026-10&scope={scope}"
        figures = anna.get(f"/api/v1/savings?{query}").json()["figures"]
        by_slots = [each["reasons"] for each in figures if each["resolution"] == "time_resolved"]
        assert len(by_slots) == 2
        # other tests may have brought a series of intensities into the same district
        shared = [each for each in by_slots[0] if each in by_slots[1] and each["code"].startswith("emissions.")]
        text = words(anna.get(f"/savings?{query}").text)
        assert ("Nicht berechnet, in keiner der beiden Bilanzgrenzen" in text) >= bool(shared)
        assert [text.count(texts.say(each["code"], **each["params"])) for each in shared] == [1] * len(shared)


def test_masses_are_whole_kilograms_from_ten_on() -> None:
    german = Words("de", NOW, ZoneInfo("Europe/Berlin"))
    told = [
        said_mass(german, each) for each in (Decimal(1_234_567), Decimal(-12_400), Decimal(9_876), Decimal(412), None)
    ]
    assert [each.replace("\N{NO-BREAK SPACE}", " ") for each in told] == [
        "1.235 kg",
        "\N{MINUS SIGN}12 kg",
        "9,9 kg",
        "0,412 kg",
        "–",
    ]


def test_the_figures_come_as_csv_with_their_ids(client: Client) -> None:
    answer = client().get("/savings.csv?month=2026-10")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")), delimiter=";"))
    assert answer.headers["content-type"].startswith("text/csv")
    assert rows[0]["figure"] == "savings/2026-10/fleet/co2e_avoided_g.wtw.location@r1"
    assert {row["scope"] for row in rows} >= {"fleet", f"vehicle:{CAR}"}


def test_a_month_that_nobody_computed_is_not_found(client: Client) -> None:
    assert client().get("/savings?month=2019-01").status_code == 404
