"""The odometer on its page and by phone: read, refused, exchanged by who signs in, and taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx

from tests.console.pages.conftest import ANNA
from tests.console.pages.content import NOW
from tests.console.pages.test_forms import post

Client = Callable[..., httpx.Client]
CAR = "aut-e-102"
SAID = {"value": "1,0", "who": "Max", "sure": "1"}


def made_link(district: Any) -> str:
    made = district.do(district.gate.ask("vehicles.link", {"id": CAR}, ANNA, NOW))
    return "/read/" + str(made.link).rpartition("/")[2]


def send(client: httpx.Client, path: str, **given: str) -> httpx.Response:
    token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', client.get("/account", follow_redirects=True).text)
    return client.post(path, data={**given, "csrf_token": token[1] if token else ""})


def test_by_phone_a_fall_is_refused_with_its_reason_and_the_link_stays_good(client: Client, district: Any) -> None:
    nobody, path = client(None), made_link(district)
    asked = nobody.get(path).text
    assert "Kilometerstand in km" in asked
    assert "Zuletzt:" in asked
    refused = nobody.post(path, data=SAID)
    assert refused.status_code == 422
    assert "Der Stand liegt unter dem letzten" in refused.text
    assert "Fuhrparkmanagement" in refused.text
    assert "getauscht" not in refused.text
    assert nobody.post(path, data={**SAID, "exchanged": "1", "confirm": "1"}).status_code == 422
    assert nobody.get(path).status_code == 200


def test_who_signs_in_may_say_by_phone_that_it_was_exchanged_and_takes_it_back(client: Client, district: Any) -> None:
    anna, path = client(), made_link(district)
    refused = send(anna, path, **SAID)
    assert "Ja, Zähler oder Gerät wurde getauscht" in refused.text
    told = send(anna, path, **SAID, exchanged="1")
    assert told.status_code == 200
    assert "Der Stand ist gespeichert." in told.text
    page = anna.get(f"/vehicles/{CAR}/odometer").text
    number = re.search(r'name="booking" value="(\d+)"', page)
    assert number
    back = post(anna, f"/vehicles/{CAR}/withdraw", booking=number[1], reason="doch nicht getauscht")
    assert "doch nicht getauscht" in back.text
    assert anna.get(path).status_code == 404


def test_the_page_asks_before_it_keeps_an_impossible_jump(client: Client) -> None:
    anna = client()
    page = f"/vehicles/{CAR}"
    assert "Ablesen und Verlauf" in anna.get(page).text
    wrong = post(anna, f"{page}/read", odometer="viel")
    assert "Bitte nur die Zahl eingeben" in wrong.text
    doubted = post(anna, f"{page}/read", odometer="999.999")
    assert doubted.status_code == 422
    assert "kann so viel nicht gezählt worden sein" in doubted.text
    assert 'value="999.999"' in doubted.text
    kept = post(anna, f"{page}/read", odometer="999.999", confirm="1", reason="Probe")
    assert "999.999" in kept.text
    number = re.search(r'name="booking" value="(\d+)"', kept.text)
    assert number
    post(anna, f"{page}/withdraw", booking=number[1], reason="nur Probe")


def test_a_link_is_made_on_the_vehicles_page(client: Client) -> None:
    made = post(client(), f"/vehicles/{CAR}/link")
    assert "<svg" in made.text
    assert re.search(r"/read/[\w-]{40,}", made.text)
    assert "gesperrt" in post(client(), f"/vehicles/{CAR}/unlink").text.casefold()


def test_who_keeps_no_vehicles_sees_no_form(client: Client) -> None:
    assert client("ole").get(f"/vehicles/{CAR}/odometer").status_code == 403
    assert "/odometer" not in client("ole").get(f"/vehicles/{CAR}").text
