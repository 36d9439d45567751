"""Finding devices on the console: listening, what is shown, taking one in, taking that back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.console.pages.conftest import District
from tests.console.pages.test_every_page import axe, overflow_px, violations
from tests.earshot import SECRET

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


@pytest.fixture
def heard(visit: Open) -> Page:
    """Return the page of what was heard."""
    page = visit("/discover")
    page.get_by_role("button", name="Mithören beginnen").press("Enter")
    expect(page.get_by_role("heading", name="turnhalle")).to_be_visible(timeout=10_000)
    return page


def test_the_page_follows_the_listening_and_shows_who_was_heard(heard: Page) -> None:
    expect(heard.get_by_role("status")).to_contain_text("41 Nachrichten")
    hall = heard.get_by_role("region", name="turnhalle", exact=True)
    expect(hall).to_contain_text("sicher erkannt")
    expect(hall).to_contain_text("Noch anzugeben: Liegenschaft")
    expect(heard.get_by_role("region", name="haus strom", exact=True)).to_contain_text("nicht sicher")
    assert SECRET not in heard.content()
    heard.evaluate(axe())
    assert violations(heard) == []
    heard.set_viewport_size({"width": 360, "height": 740})
    assert overflow_px(heard) <= 0
    heard.emulate_media(color_scheme="dark")
    assert violations(heard, "color-contrast", "scrollable-region-focusable") == []


def test_a_device_is_taken_in_with_a_form_that_is_filled_in(heard: Page, district: District) -> None:
    heard.get_by_role("link", name="turnhalle aufnehmen").click()
    expect(heard.locator("#feed\\.topic")).to_have_value("tele/turnhalle/SENSOR")
    heard.locator("#site").select_option("lra")
    heard.locator("#role").select_option("submeter")
    heard.get_by_role("button", name="Anlegen").click()
    expect(heard.get_by_role("link", name="turnhalle", exact=True)).to_be_visible()
    heard.goto(f"{district.url}/inventory/history")
    heard.locator("main summary").first.click()
    heard.locator("button.danger").first.click()
    expect(heard.get_by_role("heading", level=1)).to_be_visible()
    assert "turnhalle" not in district.gate.house.inventory().meters


def test_unknown_topics_lead_to_listening_there(visit: Open) -> None:
    page = visit("/discoveries")
    page.get_by_role("link", name="Mithören tele/rathaus-neu/SENSOR").click()
    expect(page.get_by_label("Topics")).to_have_value("tele/rathaus-neu/#")


def test_what_is_filled_in_wrongly_is_said_at_its_field(visit: Open) -> None:
    page = visit("/discover?topics=a/%23/b")
    page.get_by_role("button", name="Mithören beginnen").click()
    expect(page.get_by_text("MQTT-Filter").first).to_be_visible(timeout=10_000)
