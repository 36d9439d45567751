"""Operators' statements as the page takes, shows and takes them back, and a plant's year."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import httpx

from tests.console.pages.test_fleet_pages import words
from tests.console.pages.test_forms import post

Client = Callable[..., httpx.Client]
FILE = b"Anlage;Monat;Eingespeist [kWh]\npv-erlgrund;2024-05;812.345,6\nnirgends;2024-05;1\n"
PRICES = json.dumps({"unix_seconds": [1735689600, 1735693200], "price": [-3.5, 81.25]}).encode()


def untold(page: str) -> str | None:
    found = re.search(r"\b(console|feed_in|option|column)\.[a-z_.]+\b", re.sub(r'(href|src)="[^"]*"', "", page))
    return found.group() if found else None


def handed_in(client: httpx.Client, path: str, content: bytes, **given: str) -> httpx.Response:
    token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', client.get("/feed-in").text)
    assert token
    return client.post(path, data={"csrf_token": token.group(1), **given}, files={"file": ("Mai.csv", content)})


def test_a_statement_is_entered_shown_exported_taken_back_and_counts_again(client: Client) -> None:
    anna = client("anna")
    given = {"plant": "pv-erlgrund", "month": "2023-07", "fed_in_wh": "912.345,6", "number": "NB-77"}
    assert "Die Meldung ist übernommen." in post(anna, "/feed-in", **given).text
    page = anna.get("/feed-in?plant=pv-erlgrund&year=2023")
    shown = words(page.text)
    for said in ("Juli 2023", "912.345,6", "NB-77"):
        assert said in shown, said
    assert untold(page.text) is None
    assert "912345600" in anna.get("/export/feed_in.csv").text
    back = re.search(r"/feed-in/\d+/withdraw", page.text.partition("NB-77")[2])
    assert back
    assert "zurückgenommen" in post(anna, back.group(), reason="falscher Monat").text
    assert "NB-77" not in anna.get("/feed-in?year=2023").text
    assert "gilt wieder" in post(anna, back.group(), reason="war doch richtig", restore="true").text


def test_wrong_and_doubtful_statements_are_said_beside_the_form(client: Client) -> None:
    anna = client("anna")
    given = {"plant": "pv-erlgrund", "month": "2023-08", "fed_in_wh": "viel"}
    assert post(anna, "/feed-in", **given).status_code == 422
    much = post(anna, "/feed-in", **given | {"fed_in_wh": "99.000.000"})
    assert "mehr, als die Anlage" in much.text
    assert 'name="confirm"' in much.text


def test_a_file_is_tried_and_taken_and_a_wrong_line_is_named(client: Client) -> None:
    anna = client("anna")
    tried = handed_in(anna, "/feed-in/import", FILE, dry_run="1")
    assert "1 Meldungen wären neu" in tried.text
    taken = handed_in(anna, "/feed-in/import", FILE)
    assert "Zeile 3" in taken.text
    assert "nirgends" in taken.text
    assert untold(taken.text) is None
    assert "812.345,6" in words(anna.get("/feed-in?year=2024").text)
    assert "keine Spalte" not in taken.text


def test_a_plants_year_stands_month_by_month_with_what_is_open(client: Client) -> None:
    page = client("anna").get("/feed-in/pv-erlgrund?year=2021")
    assert page.status_code == 200
    assert "Dezember 2021" in page.text
    assert untold(page.text) is None
    assert client("anna").get("/feed-in/nirgends").status_code == 404


def test_day_ahead_prices_are_taken_in(client: Client) -> None:
    anna = client("anna")
    taken = handed_in(anna, "/feed-in/prices", PRICES)
    assert "2 Preise gelesen, 2 sind neu, 1 liegen unter null" in taken.text
    assert "energy-charts" in anna.get("/feed-in").text
    assert handed_in(anna, "/feed-in/prices", b"x").status_code == 422
