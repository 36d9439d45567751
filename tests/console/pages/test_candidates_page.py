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
