"""Keeping the inventory on pages: a meter without knowing YAML, a station's password once, taking back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from decimal import Decimal
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from core.texts import LANGUAGES
from operations.keepers import EntryKind
from tests.console.pages.test_every_page import axe, overflow_px, violations
from tests.console.pages.test_forms import post

Client = Callable[..., httpx.Client]
STATION = {
    "kind": "stations",
    "name": "Hof",
    "site": "lra",
    "maker": "Beispiel",
    "model": "Wallbox",
    "valid_from": "2026-11-01",
    "connectors[1].max_power_w": "11000",
    "connectors[1].plug": "Typ 2",
    "connectors[2].max_power_w": "22,5",
    "connectors[2].plug": "CCS",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", EntryKind)
def test_every_field_of_a_form_has_a_name_in_both_languages(client: Client, kind: str, language: str) -> None:
    page = client("anna", language).get(f"/inventory/new/{kind}")
    assert page.status_code == 200
    assert not re.findall(r"\b(?:label|field|console)\.[a-z_.]+", re.sub(r'(?:src|href)="[^"]*"', "", page.text))
    assert 'name="valid_from"' in page.text


@pytest.mark.browser
def test_a_meter_is_added_changed_and_taken_back_by_form_alone(visit: Callable[..., Page], district: Any) -> None:
    page = visit("/inventory/new/meters")
    page.get_by_label("Kennung").fill("lra-keller")
    page.get_by_label("Name", exact=True).fill("Keller")
    page.get_by_label("Liegenschaft").select_option(label="Landratsamt Auental")
    page.get_by_label("Medium").select_option(label="Strom")
    page.get_by_label("Lage des Zählers").select_option("submeter")
    page.get_by_label("Format").select_option("tasmota_sml")
    page.get_by_label("Topic").fill("tele/lra-strom/SENSOR")
    page.get_by_role("button", name="Anlegen").click()

    # The topic is taken: the summary says so and leads to the field, and everything typed is still there.
    page.evaluate(axe())
    assert violations(page) == []
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.locator("[id^='feed.']:focus")).to_be_visible()
    assert page.get_by_label("Name", exact=True).input_value() == "Keller"
    page.get_by_label("Topic").fill("tele/lra-keller/SENSOR")
    page.get_by_role("button", name="Anlegen").click()

    expect(page).to_have_url(f"{district.url}/inventory/meters/lra-keller")
    expect(page.get_by_text("Der Eintrag ist angelegt und gilt.")).to_be_visible()
    feed = district.gate.house.inventory().meters["lra-keller"].feed
    assert (feed.broker, feed.format, feed.topic) == ("main", "tasmota_sml", "tele/lra-keller/SENSOR")

    page.evaluate(axe())
    assert violations(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert overflow_px(page) <= 0
    page.get_by_text("Weitere Angaben").click()
    page.get_by_label("Höchstleistung in W").fill("22000")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Die Änderung ist gespeichert und gilt.")).to_be_visible()
    assert district.gate.house.inventory().meters["lra-keller"].max_power_w == 22_000

    for action in ("geändert", "angelegt"):
        page.goto(f"{district.url}/inventory/history?entry=meters/lra-keller")
        row = page.locator("tbody tr").filter(has_text=action).first
        row.locator("summary").click()
        row.get_by_role("button", name="Jetzt zurücknehmen").click()
        expect(page.get_by_text("Die Änderung ist zurückgenommen.")).to_be_visible()
    assert "lra-keller" not in district.gate.house.inventory().meters


def test_a_new_stations_password_is_shown_once(client: Client, district: Any) -> None:
    anna = client()
    made = post(anna, "/inventory/new", **STATION, id="lra-hof")
    secret = re.search(r'<code class="secret">([\w-]{32})</code>', made.text)
    assert secret
    assert secret[1] not in anna.get("/inventory/stations/lra-hof").text
    station = district.gate.house.inventory().stations["lra-hof"]
    assert [(each.number, each.max_power_w, each.plug) for each in station.connectors] == [
        (1, 11_000, "Typ 2"),
        (2, 22.5, "CCS"),
    ]
    shown = {**STATION, "connectors[2].max_power_w": "", "connectors[2].plug": ""}
    shown |= {"connectors[3].max_power_w": "", "connectors[3].plug": ""}
    post(anna, "/inventory/stations/lra-hof/change", **shown)
    assert [each.number for each in district.gate.house.inventory().stations["lra-hof"].connectors] == [1]


def test_a_calendars_hours_and_breaks_are_added_changed_and_removed_row_by_row(client: Client, district: Any) -> None:
    anna, calendars = client(), lambda: district.gate.house.inventory().calendars
    fields: dict[str, Any] = {"name": "Abendschule", "state": "SN", "valid_from": "2026-11-01"}
    hours = {"openings[1].days": ["monday", "holiday"], "openings[1].begins": "17:30", "openings[1].ends": "24:00"}
    rest = {"breaks[1].name": "Ferien", "breaks[1].first": "2026-12-23", "breaks[1].last": "2027-01-02"}
    wrong = post(
        anna, "/inventory/new", kind="calendars", id="abend", **fields, **hours, **rest | {"breaks[1].last": ""}
    )
    assert wrong.status_code == 422
    assert 'href="#breaks[1].last"' in wrong.text
    assert 'value="holiday" checked' in wrong.text
    post(anna, "/inventory/new", kind="calendars", id="abend", **fields, **hours, **rest)
    opening = calendars()["abend"].openings[0]
    assert [day.value for day in opening.days] == ["monday", "holiday"]
    assert (opening.begins, opening.ends) == (time(17, 30), time())

    page = anna.get("/inventory/calendars/abend").text
    assert 'name="openings[1].ends" value="24:00"' in page
    unchanged = post(anna, "/inventory/calendars/abend/change", **fields, **hours, **rest, open_in_breaks="false")
    assert "Es wurde nichts geändert." in unchanged.text
    more = {"openings[2].days": ["friday"], "openings[2].begins": "16:00", "openings[2].ends": "20:00"}
    post(anna, "/inventory/calendars/abend/change", **fields, **hours, **more, open_in_breaks="true")
    calendar = calendars()["abend"]
    assert [len(calendar.openings), len(calendar.breaks), calendar.open_in_breaks] == [2, 0, True]


def test_german_decimals_of_a_fuels_month_are_taken(client: Client, district: Any) -> None:
    gas = {"name": "Gas", "medium": "gas", "valid_from": "2026-11-01"}
    month = {"months[1].month": "2026-10", "months[1].state_number": "0,9612", "months[1].energy_kwh_per_m3": "11,31"}
    post(client(), "/inventory/new", kind="fuels", id="stadtgas", **gas, **month)
    said = district.gate.house.inventory().fuels["stadtgas"].months[0]
    assert (said.state_number, said.energy_kwh_per_m3) == (Decimal("0.9612"), Decimal("11.31"))


def test_saving_what_was_shown_changes_nothing(client: Client) -> None:
    anna = client()
    page = anna.get("/inventory/buildings/lra-neubau").text
    given = dict(re.findall(r'<input id="([\w.]+)" name="\1" value="([^"]*)"', page))
    given.pop("end_on", None)
    answer = post(anna, "/inventory/buildings/lra-neubau/change", **given, site="lra")
    assert "Es wurde nichts geändert." in answer.text


def test_a_card_number_never_comes_back_to_the_page(client: Client, district: Any) -> None:
    anna = client()
    card = {"kind": "tags", "id": "karte-neu", "name": "Karte neu", "valid_from": "2026-11-01", "uid": "04FFEEDDCCBB80"}
    refused = post(anna, "/inventory/new", **card, vehicle="gibt-es-nicht")
    assert refused.status_code == 422
    added = post(anna, "/inventory/new", **card)
    assert (
        "04FFEEDDCCBB80"
        not in refused.text + added.text + anna.get("/audit").text + anna.get("/inventory/history").text
    )
    kept = {name: card[name] for name in ("name", "valid_from")}
    post(anna, "/inventory/tags/karte-neu/change", **kept, vehicle="aut-e-101", uid="")
    tag = district.gate.house.inventory().tags["karte-neu"]
    pseudonym = district.gate.house.pseudonym("04FFEEDDCCBB80")
    assert (tag.uid, tag.pseudonym, tag.vehicle) == ("", pseudonym, "aut-e-101")
    hand = next(iter(district.inventory.tags.values()))
    assert hand.uid not in anna.get(f"/inventory/tags/{hand.id}").text


def test_a_hand_edited_entry_names_its_file_and_has_no_form(client: Client) -> None:
    page = client().get("/inventory/meters/lra-strom").text
    assert "inventory/meters.yaml" in page
    assert "/change" not in page


def test_who_keeps_no_kind_is_told_so_and_sees_no_link(client: Client) -> None:
    assert client("vera").get("/inventory").status_code == 403
    assert "/inventory" not in client("vera").get("/sites").text
    ole = client("ole")
    assert ole.get("/inventory/new/stations").status_code == 200
    assert ole.get("/inventory/new/meters").status_code == 403
    assert ole.get("/inventory/new/ufos").status_code == 404


def test_an_unknown_entry_is_not_found(client: Client) -> None:
    anna = client()
    assert anna.get("/inventory/meters/gibt-es-nicht").status_code == 404
    assert anna.get("/inventory/was-ist-das").status_code == 422
    assert post(anna, "/inventory/buildings/lra-neubau/end", end_on="kein Tag").status_code == 422
    assert post(anna, "/inventory/history/4711/undo").status_code == 404
