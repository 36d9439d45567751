"""The page Grafana: how one is connected, what a push would change, and what became of it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.dashboards.grafana_stand_in import Grafana

Client = Callable[..., httpx.Client]


def csrf(client: httpx.Client) -> dict[str, str]:
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', client.get("/account").text)
    assert found
    return {"csrf_token": found[1]}


def test_a_push_is_compared_confirmed_and_told(client: Client, grafana: Grafana) -> None:
    for kept in (grafana.folders, grafana.sources, grafana.boards, grafana.groups):
        kept.clear()
    anna = client()
    compared = anna.get("/grafana/compare")
    assert "Das würde eine Übertragung tun." in compared.text
    assert "neu" in compared.text
    assert not grafana.folders
    pushed = anna.post("/grafana/push", data=csrf(anna))
    assert "Grafana hat alles." in pushed.text
    assert grafana.folders["kw-folder"]["title"] == "Kreiswatt"
    assert "nichts weicht ab" in anna.get("/grafana/compare").text
    grafana.sources["kw-influx"] |= {"url": "http://elsewhere.example"}
    assert "@ url\n- &#34;http://elsewhere.example&#34;\n+ " in anna.get("/grafana/compare").text
    assert "anna" in anna.get("/grafana").text


def test_without_grafana_the_page_says_how_one_is_connected(
    client: Client, district: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = district.gate.house
    monkeypatch.setattr(district.gate, "house", replace(house, grafana=replace(house.grafana, url="")))
    text = client().get("/grafana").text
    assert "Ein Grafana anbinden" in text
    assert "token: file:secrets/grafana" in text
    assert client().get("/grafana/compare").status_code == 503


def test_files_are_fetched_from_the_page(client: Client) -> None:
    anna = client()
    asked = csrf(anna) | {"row": "dashboards.build", "boards_path": "/srv/b"}
    run = anna.post("/reports/make", data=asked, follow_redirects=True).url.path
    deadline = time.monotonic() + 10
    while not (file := re.search(r'href="(/files/[^"]+)"', anna.get(run).text)):
        assert time.monotonic() < deadline
    assert anna.get(file[1]).content.startswith(b"PK")


def test_who_is_no_administrator_does_not_see_it(client: Client) -> None:
    assert client("ole").get("/grafana").status_code == 403
