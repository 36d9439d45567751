"""Plants and municipalities on their pages, and a register of plants taken in from a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

Client = Callable[..., httpx.Client]
REGISTER = Path(__file__).parents[2] / "payloads" / "registers" / "mastr-stromerzeuger.csv"


def unsaid(page: str) -> list[str]:
    return re.findall(
        r"\b(?:plants|column|label|option|laws)\.[a-z_.]+\b", re.sub(r'(href|src|content|action)="[^"]*"', "", page)
    )


def test_plants_are_listed_filtered_and_exported(client: Client) -> None:
    anna = client()
    page = anna.get("/plants?kind=wind").text
    assert "Windrad Heidewald" in page
    assert "Photovoltaik Landratsamt" not in page
    assert not unsaid(page)
    assert "Heidewald Wind GmbH" in anna.get("/export/plants.csv").text


def test_a_plant_says_which_rules_hold_and_why_others_do_not(client: Client) -> None:
    page = client().get("/plants/wea-1?year=2025").text
    assert "Die Genehmigung vom 20.11.2023 liegt vor dem 01.01.2025" in page
    assert "Gemeinde Heidewald: abgelehnt" in page
    assert not unsaid(page)
    assert client().get("/plants/nirgends").status_code == 404


def test_a_municipality_says_what_stands_there(client: Client) -> None:
    anna = client(language="en")
    assert "99901050" in anna.get("/municipalities?q=99901050").text or "99901050" in anna.get("/municipalities").text
    page = anna.get("/municipalities/muehlfurt").text
    assert "Windrad Mühlfurter Rücken" in page
    assert not unsaid(page)


def send(client: httpx.Client, **given: Any) -> str:
    page = client.get("/plants/register").text
    token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page)
    assert token
    with REGISTER.open("rb") as file:
        answer = client.post(
            "/plants/register", data={"csrf_token": token[1], **given}, files={"file": ("mastr.csv", file)}
        )
    assert answer.status_code == 200
    return answer.text


def test_a_register_is_tried_then_taken_and_the_same_again_changes_nothing(client: Client) -> None:
    anna = client()
    tried = send(anna, dry_run="1")
    assert "2 neu" in tried
    assert "14521110" in tried
    assert "Zeile 8" in tried
    assert anna.get("/plants?q=bergabe").text.count("WEA Übergabe Süd") == 0
    taken = send(anna)
    assert "2 neu" in taken
    assert "stillgelegt" in taken
    assert not unsaid(taken)
    again = send(anna)
    assert "0 neu" in again
    assert "247" in anna.get("/plants/wea-uebergabe-sued").text


@pytest.mark.parametrize("name", ["ole", "vera"])
def test_only_who_keeps_plants_may_take_a_register_in(client: Client, name: str) -> None:
    assert client(name).get("/plants/register").status_code == 403
