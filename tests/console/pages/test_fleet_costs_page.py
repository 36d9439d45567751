"""What the fleet costs, as the page shows it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from core.fleet import VehicleDay
from tests.console.pages.test_forms import post

Client = Callable[..., httpx.Client]
CAR = "aut-e-102"


@pytest.fixture(scope="module", autouse=True)
def fleet(district: Any) -> None:
    # a year that no other test of the same district computes anew
    day = VehicleDay(vehicle=CAR, day=date(2023, 10, 5), distance_m=Decimal(100_000), own_charged_wh=Decimal(18_000))
    district.do(district.stores.ledger.save_vehicle_days([day]))


def test_costs_stand_with_their_inputs_or_the_reason(client: Client) -> None:
    page = client().get("/fleet-costs", params={"month": "2023-10"})
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))
    assert page.status_code == 200
    assert "Elektrofahrzeuge je 100 km" in text
    assert "an eigenen Ladepunkten geladen 18 kWh" in text
    assert "kein Preis" in text
    assert "im Bestand je Jahr als „Budget des Fuhrparks“ angelegt" in text


def test_a_budget_entered_by_form_is_held_against_the_costs(client: Client, district: Any) -> None:
    anna = client()
    form = anna.get("/inventory/new/fleet_budgets").text
    assert re.search(r'<select[^>]*name="group"', form)
    assert "Bauhof" in form
    said = {"kind": "fleet_budgets", "id": "alle-2023", "name": "Alle 2023", "year": "2023", "valid_from": "2023-01-01"}
    refused = post(anna, "/inventory/new", **said, amount_eur="0")
    assert 'href="#amount_eur"' in refused.text
    post(anna, "/inventory/new", **said, amount_eur="250000", valid_to="2024-01-01")
    assert district.gate.house.inventory().fleet_budgets["alle-2023"].group is None
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", anna.get("/fleet-costs?month=2023-10").text))
    assert "Budget 2023" in text
    assert "250.000,00" in text
    assert "Mindestens so viel: In" in text
    assert "eine Prognose wäre zu niedrig" in text


def test_a_month_and_a_site_are_chosen_and_those_are_what_the_export_holds(client: Client) -> None:
    page = client().get("/fleet-costs", params={"month": "2023-10"})
    chosen = re.findall(r'<option value="([^"]*)" selected', page.text)
    assert "2023-10" in chosen
    offered = re.findall(r'<option value="(site:[^"]+|group:[^"]+)"', page.text)
    assert offered
    for scope in offered:
        assert client().get("/fleet-costs", params={"month": "2023-10", "scope": scope}).status_code == 200
    answer = client().get("/fleet-costs.csv", params={"month": "2023-10"})
    assert answer.headers["content-disposition"] == 'attachment; filename="kreiswatt-fleet-costs-2023-10.csv"'
    header, *rows = csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";")
    mine = [dict(zip(header, row, strict=True)) for row in rows if row[1] == CAR]
    assert {each["cost_of"] for each in mine} == {"own", "reference"}
    energy = next(each for each in mine if (each["cost_of"], each["part"]) == ("own", "energy"))
    assert "own_charged 18 kWh (sessions)" in energy["inputs"]
    assert (float(energy["eur"].replace(",", ".")), energy["reason"]) == (pytest.approx(18 * 0.3124, abs=0.005), "")
    assert {each["reason"] != "" for each in mine if not each["eur"]} == {True}
