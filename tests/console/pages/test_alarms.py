"""Alarms on the pages: seen in the menu, acknowledged by those who may, tried out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Open = Callable[..., Page]


@pytest.mark.browser
def test_an_alarm_is_found_from_any_page_and_acknowledged_with_a_note(visit: Open) -> None:
    page = visit("/meters")
    link = page.get_by_role("link", name="Alarme 2 offen")
    link.click()
    page.get_by_role("link", name="Zähler meldet sich nicht").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zähler meldet sich nicht")
    page.get_by_label("Notiz").fill("Batterie getauscht")
    page.get_by_role("button", name="Zur Kenntnis nehmen").click()
    expect(page.get_by_role("status")).to_contain_text("zur Kenntnis genommen")
    expect(page.get_by_text("Batterie getauscht")).to_be_visible()
    expect(page.get_by_role("link", name="Alarme 1 offen")).to_be_visible()


@pytest.mark.browser
def test_who_may_not_change_anything_reads_alarms_only(visit: Open) -> None:
    page = visit("/alarms/a3", name="vera")
    expect(page.get_by_role("heading", level=1)).to_have_text("Unglaubwürdiger Sprung")
    expect(page.get_by_role("button", name="Notiz ändern")).to_have_count(0)


@pytest.mark.browser
def test_a_test_message_that_fails_says_why(visit: Open) -> None:
    page = visit("/notify")
    page.get_by_role("button", name="Testnachricht an leitstelle senden").click()
    expect(page.get_by_role("alert")).to_contain_text("nicht erreichbar")
