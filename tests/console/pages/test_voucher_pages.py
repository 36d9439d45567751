"""Papers about vehicles as the page takes, shows and takes them back."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx

from tests.console.pages.test_fleet_pages import words
from tests.console.pages.test_forms import post, put_in

Client = Callable[..., httpx.Client]
CAR = "aut-e-102"
PSEUDONYM = "tag:0123456789abcdef0123"
PAPER = {
    "vehicle": CAR,
    "kind": "charging",
    "day": "2026-11-10",
    "time": "14:30",
    "number": "L-77",
    "energy_wh": "21,5",
    "place": "public",
    "amount_eur": "12,69",
}


def test_a_paper_is_entered_shown_exported_and_taken_back(client: Client) -> None:
    anna = client("anna")
    assert "Der Beleg ist erfasst." in post(anna, "/vouchers", **PAPER).text
    shown = words(anna.get("/vouchers").text)
    for said in ("10.11.2026", "21,5 kWh, öffentlich", "12,69", "L-77", "Ladebeleg"):
        assert said in shown, said
    assert "21500" in anna.get("/export/vouchers.csv").text
    row = anna.get("/vouchers").text.partition("L-77")[2]
    back = re.search(r"/vouchers/\d+/withdraw", row)
    assert back
    assert "zurückgenommen" in post(anna, back.group(), reason="doppelt erfasst").text
    assert "L-77" not in anna.get("/vouchers").text
    assert "Zurückgenommen von anna: doppelt erfasst" in words(anna.get("/vouchers?withdrawn=true").text)


def test_what_is_implausible_asks_for_a_confirmation(client: Client) -> None:
    anna = client("anna")
    doubted = post(anna, "/vouchers", **PAPER | {"energy_wh": "900", "number": "L-78"})
    assert doubted.status_code == 422
    assert "Trotzdem erfassen" in doubted.text
    assert 'value="900"' in doubted.text
    sure = PAPER | {"energy_wh": "900", "number": "L-78", "confirm": "true"}
    assert "Der Beleg ist erfasst." in post(anna, "/vouchers", **sure).text


def test_what_is_no_number_and_no_day_is_named(client: Client) -> None:
    wrong = words(post(client("anna"), "/vouchers", **PAPER | {"energy_wh": "viel", "day": "gestern"}).text)
    assert "„Geladen in kWh“ ist keine Zahl." in wrong
    assert "„Tag“ oder „Uhrzeit“ ist so nicht lesbar." in wrong


def test_who_only_looks_sees_no_papers(client: Client) -> None:
    assert client("vera").get("/vouchers").status_code == 403


def test_a_file_of_papers_is_mapped_tried_and_imported(client: Client) -> None:
    anna = client("anna")
    file = put_in(anna, "Ladekarte.csv", b"Ende;Karte;Fahrer;kWh\n10.11.2026 18:05;DE-KW-1;Erika Muster;23,4\n")
    upload = file.removeprefix("/imports/files/")
    assert "Neue Zuordnung für Belege" in anna.get(file).text
    mapping = {"name": "Ladekarte", "kind": "charging", "date_column": "Ende", "vehicle_column": "Karte"}
    more = {"vehicles": f"{PSEUDONYM}={CAR}", "energy_kwh_column": "kWh", "place": "public", "upload": upload}
    wrong = post(anna, "/voucher-mappings", **mapping)
    assert wrong.status_code == 422
    assert "Spalte mit der Menge" in wrong.text
    saved = post(anna, "/voucher-mappings", **mapping, **more)
    assert "Ladekarte" in saved.text
    shown = anna.get("/voucher-mappings/Ladekarte").text
    assert f"{PSEUDONYM}={CAR}" in shown
    assert "Ladekarte" in anna.get("/voucher-mappings").text
