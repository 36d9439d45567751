"""What people do with the pages: keys, narrow screens, live values, forms."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from operations.people.access import begin_session, end_session, issue_link

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.innerText || document.activeElement.id")
    return found.strip()


def test_the_first_key_leads_past_the_menu(visit: Open) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    assert focused(page) == "Zum Inhalt springen"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert focused(page) == "Ladepunkte, die laden"


def test_the_focus_can_be_seen(visit: Open) -> None:
    page = visit("/sessions")
    page.locator("#station").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 2


def test_the_menu_opens_and_closes_by_key_on_a_phone(visit: Open) -> None:
    page = visit("/", viewport={"width": 360, "height": 740})
    button, menu = page.get_by_role("button", name="Menü"), page.locator("#menu")
    expect(menu).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    assert button.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    assert focused(page) == "Menü"


def test_without_a_script_everything_is_there(visit: Open) -> None:
    page = visit("/", viewport={"width": 360, "height": 740}, java_script_enabled=False)
    expect(page.locator("#menu")).to_be_visible()
    expect(page.get_by_role("heading", name="Ladestationen", exact=True)).to_be_visible()
    expect(page.get_by_text("Stand beim Laden der Seite")).to_be_visible()


def test_a_changed_value_appears_on_the_open_page(visit: Open, district: Any) -> None:
    page = visit("/")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.evaluate("window.kept = true")
    tile = page.locator("#tile-lra-02")
    tile.get_by_role("link").focus()
    source = "station:lra-02/2"
    at_utc = district.gate.house.clock() - timedelta(seconds=1)
    charging = Reading(source, Quantity.POWER_W, at_utc, 21_400.0)
    district.do(district.stores.readings.put(Batch([charging], at_utc)))
    expect(tile).to_contain_text("21,4 kW")
    assert page.evaluate("window.kept")
    assert focused(page) == "Landratsamt, Besucherparkplatz 2"


def test_the_page_leaves_when_the_session_ends(visit: Open, district: Any) -> None:
    secret = district.do(begin_session(district.stores.ledger, "ole", district.gate.house.clock()))
    district.cookies["leaving"] = secret
    page = visit("/", name="leaving")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    district.do(end_session(district.stores.ledger, secret))
    page.wait_for_url("**/signin?next=%2F")
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()


def test_a_closed_page_leaves_no_task_behind(visit: Open, district: Any) -> None:
    async def streams() -> int:
        return sum(
            "_events" in str(task.get_coro()) or "stream" in str(task.get_coro()) for task in asyncio.all_tasks()
        )

    before = district.do(streams())
    page = visit("/")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.close()
    for _ in range(40):
        if district.do(streams()) <= before:
            break
        district.do(asyncio.sleep(0.1))
    assert district.do(streams()) <= before


def test_who_may_see_one_site_is_told_of_no_other(visit: Open) -> None:
    page = visit("/", name="vera")
    with page.expect_response("**/live"):
        page.reload()
    page.wait_for_timeout(300)
    assert page.locator("#sites tbody tr").count() == 1
    assert page.locator(".tile").count() > 0
    assert set(page.locator(".tile-place").all_inner_texts()) == {"Landratsamt Auental"}
    assert page.get_by_role("link", name="Benutzerkonten").count() == 0
    page.goto(page.url + "users")
    expect(page.get_by_role("heading", name="Nicht erlaubt")).to_be_visible()


def test_hostile_names_and_payloads_are_shown_as_they_are(visit: Open) -> None:
    for path in ("/rejections", "/rejections/5", "/discoveries"):
        page = visit(path)
        expect(page.get_by_text('"><script>document.title="owned"').first).to_be_attached()
        assert page.title() != "owned"
        assert page.locator("main img").count() == 0


def test_a_form_says_what_is_wrong_and_takes_one_there(visit: Open) -> None:
    page = visit("/decode")
    page.get_by_label("Inhalt der Nachricht").fill("{}")
    page.get_by_role("button", name="Prüfen").click()
    expect(page.locator("#problems")).to_be_focused()
    page.get_by_role("link", name="Ein Format wählen.").click()
    expect(page.locator("#format")).to_be_focused()
    assert page.get_by_label("Inhalt der Nachricht").input_value() == "{}"


def test_a_message_is_tried_by_keys_alone(visit: Open) -> None:
    page = visit("/decode")
    page.get_by_label("Format").focus()
    page.get_by_label("Format").select_option("tasmota_sml")
    page.keyboard.press("Tab")
    page.keyboard.type("tele/lra-strom/SENSOR")
    page.keyboard.press("Tab")
    page.keyboard.insert_text(
        json.dumps({"Time": "2026-11-18T10:47:00", "SML": {"Total_in": 1234.5, "Power_curr": 2500}})
    )
    for name in ("device", "fields", "options"):
        page.keyboard.press("Tab")
        expect(page.locator(f"#{name}")).to_be_focused()
    page.keyboard.press("Tab")
    assert focused(page) == "Prüfen"
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("1.234,5 kWh")
    expect(page.locator("main")).to_contain_text("2,50 kW")


def test_a_message_is_tried_with_what_its_entry_would_say_and_all_stays_as_typed(visit: Open) -> None:
    page = visit("/decode?format=generic_json&topic=keller/zaehler")
    expect(page.locator("#fields-hint")).to_contain_text("Ohne Zuordnung sagt dieses Format nichts.")
    expect(page.locator("#options-hint")).to_contain_text("decimal: comma, point")
    page.get_by_label("Inhalt der Nachricht").fill('{"zaehler": {"stand": "1.234,5"}}')
    page.get_by_label("Zuordnung der Felder").fill("zaehler.stand = energy_import_wh * 1000")
    page.get_by_label("Weitere Einstellungen").fill("decimal = komma")
    page.get_by_role("button", name="Prüfen").click()
    page.get_by_role("link", name="Die Einstellung „decimal“ steht auf „komma“; erwartet wird: comma, point.").click()
    expect(page.locator("#options")).to_be_focused()
    expect(page.locator("#fields")).to_have_value("zaehler.stand = energy_import_wh * 1000")
    page.get_by_label("Weitere Einstellungen").fill("decimal = comma")
    page.get_by_role("button", name="Prüfen").click()
    expect(page.locator("main")).to_contain_text("1.234,5 kWh")
    page.get_by_label("Format", exact=True).select_option("opendtu")
    page.get_by_role("button", name="Hinweise zum Format").click()
    expect(page.locator("#device-hint")).to_have_text("Dieses Format braucht hier nichts.")
    expect(page.locator("#options")).to_have_value("decimal = comma")


def test_rejected_messages_are_tried_again_and_the_end_is_told(visit: Open) -> None:
    page = visit("/rejections/1")
    page.get_by_role("button", name="Erneut auswerten").click()
    page.wait_for_url("**/rejections/replay/**")
    expect(page.get_by_role("heading", name="fertig")).to_be_visible(timeout=10_000)
    expect(page.locator("#run")).to_contain_text("1 Nachrichten versucht")


def test_the_audit_is_verified_against_the_head_that_was_noted(visit: Open) -> None:
    page = visit("/audit")
    head = page.locator("code.secret").inner_text()
    page.get_by_label("Früher notierter Kopf").fill(head)
    page.get_by_role("button", name="Kette prüfen").click()
    page.wait_for_url("**/audit/verify/**")
    expect(page.get_by_role("heading", name="fertig")).to_be_visible(timeout=10_000)
    expect(page.locator("#run")).to_contain_text("unverändert")
    expect(page.locator("#run")).to_contain_text(head.partition(":")[0])


def test_the_language_is_switched_where_one_stands(visit: Open) -> None:
    page = visit("/sessions?state=open")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Charging sessions")).to_be_visible()
    assert page.url.endswith("/sessions?state=open")
    assert page.evaluate("document.documentElement.lang") == "en"


@pytest.fixture
def link(district: Any) -> str:
    path: str = district.do(issue_link(district.stores.ledger, "ole", district.gate.house.clock())).path
    return path


def test_a_sign_in_link_asks_first_and_works_once(visit: Open, link: str) -> None:
    page = visit(link, name=None)
    page.get_by_role("button", name="Jetzt anmelden").click()
    expect(page.get_by_role("heading", name="Live-Übersicht")).to_be_visible()
    page.get_by_role("button", name="Abmelden").click()
    expect(page.get_by_text("Abgemeldet.")).to_be_visible()
    again = visit(link, name=None)
    again.get_by_role("button", name="Jetzt anmelden").click()
    expect(again.get_by_text("schon benutzt")).to_be_visible()


def test_a_job_is_run_and_watched(visit: Open) -> None:
    page = visit("/jobs", name="ole")
    page.get_by_role("button", name="„Zeitreihen ordnen“ jetzt ausführen").click()
    said = "Hier nicht nötig: InfluxDB ordnet seine Daten selbst"  # this district's store needs no such care
    expect(page.locator("#run")).to_contain_text(said)
    page.get_by_role("link", name="Zu den Hintergrundaufgaben").click()
    row = page.get_by_role("row", name="Zeitreihen ordnen")
    expect(row).to_contain_text("erledigt")
    expect(row).to_contain_text(said)


def test_a_period_that_is_none_is_said_to_be_none(visit: Open) -> None:
    page = visit("/jobs", name="ole")
    page.locator("#period").fill("gestern")
    page.locator("#name").select_option("publication")
    page.get_by_role("main").get_by_role("button", name="Jetzt ausführen", exact=True).last.click()
    expect(page.locator(".problem")).to_contain_text("kein Zeitraum dieser Aufgabe")
