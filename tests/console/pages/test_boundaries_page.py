"""Boundaries and the areas of plants on pages."""

from __future__ import annotations

import re

import httpx
import pytest

from config.create import example_boundaries
from tests.console.pages.test_every_page import Open, axe, overflow_px, violations
from tests.console.pages.test_intensity import Client

EXAMPLE = (example_boundaries() / "auental-2025.geojson").read_bytes()
CODES = re.compile(r"\b(boundaries|shares_areas|console|column)\.[a-z_.]+\b")


def post(client: httpx.Client, path: str, content: bytes | None = None, **given: str) -> httpx.Response:
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', client.get(path).text)
    assert found
    data = {"csrf_token": found.group(1), **given}
    return client.post(path, data=data, files={"file": ("auental.geojson", content)} if content else None)


def withdraw(client: httpx.Client, number: str, **given: str) -> httpx.Response:
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', client.get(f"/boundaries/{number}").text)
    assert found
    data = {"csrf_token": found.group(1), **given}
    return client.post(f"/boundaries/{number}/withdraw", data=data, follow_redirects=True)


def read(page: httpx.Response) -> str:
    """Return a page that says no bare code."""
    assert page.status_code == 200
    text = re.sub(r'(href|src|action)="[^"]*"', "", page.text)
    assert not CODES.search(text)
    return text


def test_boundaries_are_tried_taken_in_drawn_and_taken_back(client: Client) -> None:
    anna = client()
    assert "Bundesamt für Kartographie" in read(anna.get("/boundaries"))
    said = {"valid_on": "2025-01-01", "source": "erfunden"}
    tried = read(post(anna, "/boundaries", EXAMPLE, **said, dry_run="1"))
    assert "Geprüft, nichts gespeichert." in tried
    assert 'value="erfunden"' in tried
    assert "auental" in read(post(anna, "/boundaries", EXAMPLE, **said))
    number = re.search(r'href="/boundaries/(\d+)"', anna.get("/boundaries").text)
    assert number
    shown = read(anna.get(f"/boundaries/{number.group(1)}"))
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in shown
    assert "Gemeindefreies Gebiet" in shown
    areas = read(anna.get("/areas?year=2025"))
    assert "99901050" in areas
    assert "Radius" not in areas
    plant = read(anna.get("/areas/wea-3?year=2025"))
    assert "19.634.954" in plant
    assert "Unterschied 0 m²" in plant
    assert 'aria-label="Karte: Umkreis von 2.500 m' in plant
    assert anna.get("/areas/nirgends").status_code == 404
    assert "Zurückgezogen (anna" in read(withdraw(anna, number.group(1), reason="Probe"))
    assert "Zurückgezogen (anna" not in read(withdraw(anna, number.group(1), undo="1"))
    withdraw(anna, number.group(1), reason="Probe")


def test_what_is_no_file_of_boundaries_is_said_beside_the_form(client: Client) -> None:
    answer = post(client(), "/boundaries", b"hallo", valid_on="2025-01-01", source="Amt")
    assert answer.status_code == 422
    assert "weder GeoJSON noch GeoPackage" in answer.text
    assert 'value="Amt"' in answer.text


@pytest.mark.browser
def test_maps_are_accessible_by_day_and_by_night_on_desk_and_phone(client: Client, visit: Open) -> None:
    anna = client()
    post(anna, "/boundaries", EXAMPLE, valid_on="2025-01-01", source="erfunden")
    number = re.search(r'href="/boundaries/(\d+)"', anna.get("/boundaries").text)
    assert number
    for path in (f"/boundaries/{number.group(1)}", "/areas?year=2025", "/areas/wea-3?year=2025"):
        page = visit(path)
        page.evaluate(axe())
        assert violations(page) == []
        assert overflow_px(page) <= 0
        page.emulate_media(color_scheme="dark")
        assert violations(page, "color-contrast") == []
        page.set_viewport_size({"width": 360, "height": 740})
        assert overflow_px(page) <= 0
        assert violations(page, "scrollable-region-focusable") == []
    withdraw(anna, number.group(1), reason="Probe")
