"""Charging cards on pages: adding, taking on an unknown one, handing on, blocking, and that no number comes back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx

from tests.console.pages.test_forms import post

Client = Callable[..., httpx.Client]
UID = "04C1C2C3C4C580"
SEEN = "tag:0123456789abcdef0123"


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_card_is_added_blocked_and_handed_on(client: Client, district: Any) -> None:
    anna = client()
    card = {"id": "karte-probe", "label": "Karte Probe", "valid_from": "2026-11-01", "vehicle": "aut-e-101"}
    wrong = post(anna, "/tags", **card, uid="04")
    assert wrong.status_code == 422
    assert 'value="Karte Probe"' in wrong.text
    added = post(anna, "/tags", **card, uid=UID)
    assert "Die Karte ist angelegt und gilt." in added.text
    assert UID not in wrong.text + added.text + anna.get("/tags").text + anna.get("/audit").text
    assert "gesperrt" in words(post(anna, "/tags/karte-probe/block", reason="verloren").text)
    assert district.gate.house.inventory().tags["karte-probe"].blocked
    post(anna, "/tags/karte-probe/unblock")
    handed = post(anna, "/tags/karte-probe/assign", group="Hauptamt", valid_from="2026-11-18")
    assert handed.url.path == "/tags/karte-probe-2"
    assert "Hauptamt" in handed.text
    assert "Dieselbe Karte zu anderer Zeit" in handed.text
    assert "karte-probe-2" in anna.get("/export/tags.csv").text


def test_an_unknown_card_is_taken_on_with_one_click(client: Client, district: Any) -> None:
    anna = client()
    assert f'href="/tags?seen=tag%3A{SEEN.removeprefix("tag:")}#add"' in anna.get("/tags").text
    assert f'value="{SEEN}"' in anna.get(f"/tags?seen={SEEN}").text
    card = {"id": "karte-gesehen", "label": "Karte gesehen", "valid_from": "2026-11-01", "pseudonym": SEEN}
    assert "unbekannt; die Karte ist nur am Pseudonym erkennbar" in post(anna, "/tags", **card).text
    assert f'href="/tags?seen=tag%3A{SEEN.removeprefix("tag:")}#add"' not in anna.get("/tags").text
    assert district.gate.house.inventory().tags["karte-gesehen"].pseudonym == SEEN


def test_two_cards_with_one_number_are_refused_with_both_holders(client: Client) -> None:
    anna = client()
    card = {"label": "Karte", "valid_from": "2026-11-01", "uid": "04D1D2D3D4D580"}
    post(anna, "/tags", **card, id="karte-eins", vehicle="aut-e-101")
    refused = post(anna, "/tags", **card, id="karte-zwei", group="Hauptamt")
    assert refused.status_code == 422
    assert "aut-e-101" in refused.text
    assert "Hauptamt" in refused.text
    assert "04D1D2D3D4D580" not in refused.text


def test_a_card_of_a_file_says_where_to_block_it(client: Client) -> None:
    page = client().get("/tags/karte-01").text
    assert "inventory/tags.yaml" in page
    assert "blocked: true" in page
    assert "/tags/karte-01/block" not in page


def test_fleet_managers_see_vehicles_and_no_cards(client: Client) -> None:
    assert client("vera").get("/tags").status_code == 403
