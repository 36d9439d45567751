"""The grid's intensity and own roof power on pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import httpx

Client = Callable[..., httpx.Client]
BEGIN_S = int(datetime(2026, 11, 17, tzinfo=UTC).timestamp())


def post(client: httpx.Client, content: bytes, **given: str) -> httpx.Response:
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', client.get("/intensity").text)
    assert found
    data = {"csrf_token": found.group(1), **given}
    return client.post("/intensity", data=data, files={"file": ("co2eq.json", content)})


def test_a_file_is_tried_taken_in_and_its_course_is_drawn(client: Client) -> None:
    instants = [BEGIN_S + 900 * number for number in range(96)]
    columns = {"unix_seconds": instants, "co2eq": [300 + n for n in range(95)] + [None]}
    content = json.dumps(columns | {"co2eq_forecast": [None] * 95 + [505.0]}).encode()
    anna = client()
    assert "Bilanzgrenze ist anzugeben" in post(anna, content).text
    tried = post(anna, content, boundary="co2e_upstream", series="eigene", dry_run="1")
    assert "nicht eingelesen" in tried.text
    assert "/intensity/eigene" not in tried.text
    taken = post(anna, content, boundary="co2e_upstream", series="eigene")
    assert "eigene-co2e-upstream/15: 96 Werte, 96 neu, 0 geändert" in taken.text
    link = re.search(r'href="(/intensity/[^"]+)"', taken.text)
    assert link
    page = anna.get(link.group(1).partition("?")[0] + "?period=2026-11-17")
    assert page.status_code == 200
    assert "<polyline" in page.text
    assert not re.search(r"\b(console|intensity|factors)\.[a-z_.]+\b", re.sub(r'(href|src)="[^"]*"', "", page.text))
    assert anna.get("/intensity/nirgends-direct/15").status_code == 404


def test_what_is_no_file_is_said_beside_the_form(client: Client) -> None:
    answer = post(client(), b"hallo")
    assert answer.status_code == 422
    assert "keines der bekannten Formate" in answer.text


def test_the_balance_tells_what_own_roof_power_was_used_for_and_saved(client: Client) -> None:
    page = client().get("/balance/site:lra?period=2026-11").text
    panel = page.partition('id="pv"')[2].partition("</section>")[0]
    assert "Eigener Solarstrom" in panel
    assert not re.search(r"\b(pv|calc|console)\.[a-z_.]+\b", re.sub(r'(href|src)="[^"]*"', "", panel))
