"""What-if pages: the form, the same as YAML, results with their sums, mistakes, and the result as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

Client = Callable[..., httpx.Client]

CAR = {
    "period": "2025",
    "drive": "battery",
    "distance_km": "15.000",
    "fuel": "petrol",
    "fuel_l_per_100km": "7,7",
    "meter_kwh": "2.850",
}


def post(client: httpx.Client, path: str, **given: Any) -> httpx.Response:
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', client.get(path).text)
    assert found
    return client.post(path, data={"csrf_token": found.group(1), **given})


def test_a_form_gives_the_result_its_sum_and_the_same_input_as_yaml(client: Client) -> None:
    page = post(client(), "/calc/savings", **CAR)
    assert page.status_code == 200
    assert "2.382,057\N{NO-BREAK SPACE}kg" in page.text
    assert "15000 km / 100 × 7,7 l × 3,06420525 kg/l" in page.text
    assert "fuel_l_per_100km: 7.7\n" in page.text
    assert "/factors/bimschv-38.petrol.wtw" in page.text


PARK = {
    "year": "2025",
    "name": "Erlgrund",
    "kind": "pv_ground",
    "land": "sn",
    "power_kw": "9.000",
    "permitted": "2025-03-01",
    "fed_in_kwh": "8.123.457",
    "key_1": "14521110",
    "area_ha_1": "6,05",
    "key_2": "14521220",
    "area_ha_2": "3,95",
    "refused": "0",
    "agreed": "keep",
}


def test_revenue_shares_are_shown_by_law_with_parts_and_marks(client: Client) -> None:
    page = post(client(), "/calc/shares", **PARK)
    assert page.status_code == 200
    for text in (
        "8123457 kWh × 0,2 ct/kWh = 16246,914 EUR → 16246,91 EUR",
        "6.417,52945",
        "4.914,69\N{NO-BREAK SPACE}€",
    ):
        assert text in page.text
    assert "/laws/sn-eeertrbetg.2024.pv" in page.text
    assert not re.search(r"\b(calc|laws|shares|console)\.[a-z_.]+\b", re.sub(r'(href|src)="[^"]*"', "", page.text))
    refused = post(client(), "/calc/shares", **(PARK | {"refused": "2", "agreed": "redistribute"}))
    assert "16.246,91\N{NO-BREAK SPACE}€" in refused.text


def test_the_yaml_of_a_form_can_be_calculated_again(client: Client) -> None:
    anna = client()
    first = post(anna, "/calc/savings", **CAR)
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", first.text, re.DOTALL)
    assert text
    again = post(anna, "/calc/savings", by="yaml", input=text.group(1))
    assert "1.784,922\N{NO-BREAK SPACE}kg" in again.text


def test_a_result_is_downloaded_as_json(client: Client) -> None:
    answer = post(client(), "/calc/savings", **CAR, **{"as": "json"})
    assert answer.headers["content-disposition"] == 'attachment; filename="kreiswatt-savings.json"'
    assert "1784.92207875" in {row["avoided_kg"] for row in answer.json()["totals"]}


def test_a_number_that_is_none_is_said_at_its_field_and_stays(client: Client) -> None:
    page = post(client(), "/calc/savings", **(CAR | {"distance_km": "viel"}))
    assert page.status_code == 422
    assert 'href="#distance_km"' in page.text
    assert 'value="viel"' in page.text


def test_mistakes_in_yaml_name_their_lines(client: Client) -> None:
    page = post(client(), "/calc/savings", by="yaml", input="period: 2025\nvehicle: 1\n")
    assert page.status_code == 422
    assert "YAML, Zeile 2: vehicle" in page.text
    assert post(client(), "/calc/savings", by="yaml", input="").status_code == 422


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_other_calculations_show_figures_too(client: Client, language: str) -> None:
    anna = client(language=language)
    thg = post(anna, "/calc/thg", year="2025", vehicle_class="M1", count="1", price_eur_per_t="100")
    assert ("745,749" if language == "de" else "745.749") in thg.text
    counts = {"group": "light", "quota_period": "2026-2030", "procured": "7", "clean": "1", "zero_emission": "0"}
    clean = post(anna, "/calc/clean-vehicles", authority="municipal", **counts)
    assert ("38,5" if language == "de" else "38.5") in clean.text
    for page in (thg, clean):
        assert page.status_code == 200
        assert not re.search(r"\b(calc|factors|column)\.[a-z_]+\b", re.sub(r'(href|src)="[^"]*"', "", page.text))


def test_a_plant_and_a_vehicle_that_is_not_computed_say_so(client: Client) -> None:
    text = "period: 2024\nvehicles: {drive: plug_in_hybrid}\nplants: {self_use_kwh: 1000}\n"
    page = post(client(), "/calc/savings", by="yaml", input=text)
    assert "Plug-in-Hybrids ist nicht bekannt" in page.text
    assert "685,000\N{NO-BREAK SPACE}kg" in page.text


def test_factors_are_filtered_and_exported(client: Client) -> None:
    anna = client()
    assert "2,39421825" in anna.get("/factors?kind=fuel&boundary=ttw").text
    assert "Strommix" not in anna.get("/factors?kind=fuel").text
    lines = anna.get("/export/factors.csv?kind=fuel").text.splitlines()
    assert next(line for line in lines if line.startswith("bimschv-38.petrol.wtw")).split(";")[2] == "3,06420525"
    assert anna.get("/factors/nirgends").status_code == 404
