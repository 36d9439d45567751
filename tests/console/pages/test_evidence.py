"""From a meter's page to the single reading, as a journalist would go, and freezing on the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from tests.console.pages.conftest import ANNA
from tests.console.pages.content import NOW

Client = Callable[..., httpx.Client]
DAY = "total/2026-11-17/meter:lra-strom/energy_import_wh"


@pytest.mark.browser
def test_a_reader_goes_by_keyboard_from_a_meter_to_a_single_reading(visit: Callable[..., Page]) -> None:
    page = visit("/meters/lra-strom")
    link = page.get_by_role("link", name="Herkunft von 17.11.2026")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/explain/{DAY}")
    slots = page.locator("summary")
    slots.focus()
    page.keyboard.press("Enter")
    quarter = page.get_by_role("link", name=re.compile("2026-11-17 13:00"))
    quarter.click()
    page.wait_for_url("**/explain/interval/2026-11-17T12:00Z/**")
    text = page.locator("main").inner_text()
    assert "mqtt:main tele/lra-strom/SENSOR" in text
    assert "Letzter Wert davor" in text
    assert "genau der gespeicherte Wert" in text


def test_an_id_that_was_typed_in_is_explained_and_a_wrong_one_is_answered(client: Client) -> None:
    anna = client()
    found = anna.get("/explain", params={"figure": f" {DAY}@r1 "}, follow_redirects=True)
    assert (found.status_code, found.url.path) == (200, f"/explain/{DAY}@r1")
    assert "Unverändert" in found.text
    wrong = anna.get("/explain", params={"figure": "<b>unsinn"}, follow_redirects=True)
    assert wrong.status_code == 422
    assert "&lt;b&gt;unsinn" in wrong.text
    assert anna.get("/explain/total/2026-11-17/meter:nichts/heat_wh").status_code == 404


def test_totals_are_frozen_by_form_once(client: Client, district: Any) -> None:
    anna = client()
    page = anna.get("/totals/meter:lra-strom", params={"period": "2026-11-17"})
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page.text)
    assert found
    given = {"csrf_token": found.group(1), "period": "2026-11-17"}
    done = anna.post("/totals/meter:lra-strom/freeze", data=given, follow_redirects=True)
    assert "Die Summen sind festgeschrieben." in done.text
    assert f"{DAY}@r1" in done.text
    assert f"{DAY}@r2" not in done.text
    entries = district.do(district.gate.ask("audit.list", {"limit": 500}, ANNA, NOW))
    assert "totals.freeze" in {entry.action for entry in entries.items}


def test_stations_and_vehicles_lead_to_their_totals(client: Client) -> None:
    anna = client()
    for place in ("/stations/lra-03", "/vehicles/aut-e-101"):
        found = re.findall(r'href="(/totals/[^"]+)"', anna.get(place).text)
        assert found
        assert {anna.get(each).status_code for each in found} == {200}


def test_who_only_looks_cannot_freeze(client: Client) -> None:
    assert "/freeze" not in client("vera").get("/totals/meter:lra-strom", params={"period": "2026-11-17"}).text
