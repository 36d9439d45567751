"""Lists of cards on pages: the one inside a charge point, and one from another system."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx

from tests.console.pages.test_forms import post

Client = Callable[..., httpx.Client]
UID = "04E1E2E3E4E580"


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_list_inside_a_charge_point_is_shown_and_compared(client: Client, district: Any) -> None:
    anna, station = client(), "lra-01"
    off = words(anna.get(f"/stations/{station}/cards").text)
    assert "An dieser Liegenschaft ist keine Kartenliste gewünscht." in off
    assert f'href="/stations/{station}/cards"' in anna.get(f"/stations/{station}").text
    written = district.gate.house.managed._folder / "inventory" / "sites.yaml"
    before = written.read_text("utf-8")
    site = district.gate.house.inventory().stations[station].site
    try:
        written.write_text(before.replace(f"\n  {site}:\n", f"\n  {site}:\n    offline_list: true\n"), "utf-8")
        district.gate.house.reload()
        page = anna.get(f"/stations/{station}/cards").text
        assert "wird abgeglichen" in page
        assert 'href="/tags/karte-01"' in page
        assert "Die Ladestation wird nach ihrer Kartenliste gefragt." in post(anna, f"/stations/{station}/cards").text
    finally:
        written.write_text(before, "utf-8")
        district.gate.house.reload()


def test_a_list_of_cards_is_tried_and_taken_in_on_a_page(client: Client, district: Any) -> None:
    anna = client()
    file = ("karten.csv", f"idTag;name;department\n{UID};Karte <b>Neu</b>;Bauhof\n".encode())
    tried = post(anna, "/tags/import", file=file, dry_run="1").text
    assert "1 neu, 0 geändert, 0 unverändert, 0 ausgelassen. Es wurde nichts geschrieben." in words(tried)
    taken = post(anna, "/tags/import", file=file).text
    assert "ist aufgenommen: 1 neu" in words(taken)
    assert "<b>Neu</b>" not in tried + taken
    assert UID not in tried + taken
    assert district.gate.house.inventory().tags["karte-b-neu-b"].group == "Bauhof"
    assert post(anna, "/tags/import").status_code == 422
    assert "Kartenliste aufnehmen" in anna.get("/tags").text


def test_who_keeps_no_cards_takes_in_no_lists(client: Client) -> None:
    assert client("vera").get("/tags/import").status_code == 403
    assert client("vera").get("/stations/lra-01/cards").status_code == 403
