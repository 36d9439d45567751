"""Which vehicles to replace next, as the pages show it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from core.fleet import VehicleDay
from tests.console.pages.content import NOW

Client = Callable[..., httpx.Client]
CAR = "aut-106"


@pytest.fixture(scope="module", autouse=True)
def fleet(district: Any) -> None:
    last = NOW.date() - timedelta(days=1)
    kilometres = [500 if number == 3 else 60 for number in range(40)]
    days = [
        VehicleDay(vehicle=CAR, day=last - timedelta(days=number), distance_m=Decimal(km * 1000))
        for number, km in enumerate(kilometres)
    ]
    district.do(district.stores.ledger.save_vehicle_days(days))


def words(page: str) -> str:
    text = re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<(script|style).*?</\1>", " ", page))
    return re.sub(r"\s+", " ", text).replace("\N{NO-BREAK SPACE}", " ")


def test_the_ranking_shows_the_best_model_with_its_hard_days(client: Client) -> None:
    page = client().get("/candidates")
    text = words(page.text)
    assert page.status_code == 200
    assert "nicht geeignet" in text
    assert f'href="/candidates?vehicle={CAR}"' in page.text
    assert "nur 0 Tage mit Kilometerstand, 30 sind nötig" in text
    assert re.search(r'aria-label="Kalender von [^"]+: 1 Tage? geh', page.text)
    assert page.text.count("strip-fails") >= 1
    assert "/explain/candidates/" in page.text


def test_a_vehicle_shows_all_models_and_the_days_that_fail(client: Client) -> None:
    page = client().get("/candidates", params={"vehicle": CAR})
    text = words(page.text)
    assert page.status_code == 200
    assert all(name in text for name in ("Kleinwagen", "Kompaktwagen", "Kombi der Mittelklasse"))
    assert "500 km" in text
    assert "Reichweite" in text


def test_figures_of_candidates_are_explained(client: Client) -> None:
    page = client().get("/candidates", params={"vehicle": CAR})
    links = sorted(set(re.findall(r'href="(/explain/candidates/[^"]+)"', page.text)))
    assert len(links) == 15
    for link in links[:5]:
        told = client().get(link)
        assert told.status_code == 200
        assert f"/vehicles/{CAR}" in told.text or "vehicle_day" in told.text


def test_the_ranking_is_a_table_for_spreadsheets(client: Client) -> None:
    answer = client().get("/candidates.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    last = NOW.date() - timedelta(days=1)
    assert answer.headers["content-disposition"] == f'attachment; filename="kreiswatt-candidates-{last}.csv"'
    first = rows[0]
    assert (first["rank"], first["vehicle"], first["days_known"]) == ("1", CAR, "40")
    assert first["suitability"] in {"suitable", "with_intermediate_charging", "not_suitable"}


def test_a_wrong_question_is_told(client: Client) -> None:
    assert client().get("/candidates", params={"vehicle": "weg"}).status_code == 404
    assert client().get("/candidates", params={"years": "99"}).status_code in {400, 422}


def test_sites_show_what_charging_would_need(client: Client) -> None:
    page = client().get("/infrastructure", params={"replace": "top:1"})
    text = words(page.text)
    assert page.status_code == 200
    assert "Was 1 Fahrzeug zum Laden bräuchte" in text
    assert "Landratsamt Auental" in text
    assert "11,0 kW" in text
    links = sorted(set(re.findall(r'href="(/explain/infrastructure/[^"]+)"', page.text)))
    assert links
    for link in links[:4]:
        assert client().get(link).status_code == 200


def test_sites_are_a_table_for_spreadsheets(client: Client) -> None:
    answer = client().get("/infrastructure.csv", params={"replace": "top:1"})
    rows = {row["site"]: row for row in csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";")}
    assert rows["lra"]["newcomers"] == "1"
    assert rows["lra"]["added_w.at_once"] == "11000,0"


def test_scenarios_stand_side_by_side(client: Client) -> None:
    page = client().get("/scenario", params={"replace": "suitable", "top": "1", "vehicle": [CAR]})
    text = words(page.text)
    assert page.status_code == 200
    assert re.search(r"Heute .*Alle geeigneten .*Nur Rang 1 .*Wagen 106", text)
    assert "Mehrkosten gegenüber heute in 6 Jahren" in text
    assert f'value="{CAR}" checked' in page.text
    assert 'name="top" type="number" min="1" max="9999" value="1"' in page.text
    for link in sorted(set(re.findall(r'href="(/explain/scenario/[^"]+)"', page.text)))[:3]:
        assert client().get(link).status_code == 200


def test_scenarios_are_a_table_for_spreadsheets(client: Client) -> None:
    answer = client().get("/scenario.csv", params={"top": "1", "years": "8"})
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))
    assert list(rows[0]) == ["figure", "today", "top:1"]
    assert (rows[0]["figure"], rows[0]["today"], rows[0]["top:1"]) == ("vehicles", "0", "1")
    assert any(row["figure"].startswith("quota_next_needed.") for row in rows)


def test_a_choice_that_means_nothing_is_told(client: Client) -> None:
    for path in ("/scenario", "/infrastructure"):
        page = client().get(path, params={"replace": "top:drei"})
        assert page.status_code in {400, 422}
        assert "wählt keine Fahrzeuge" in words(page.text)
