"""Reports and exports by hand: made on the page, fetched, listed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def fetched(page: Page, link: str) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link).click()
    return waiting.value.path()


def test_a_report_is_made_watched_fetched_and_listed(visit: Open) -> None:
    page = visit("/reports")
    page.get_by_label("Liegenschaft oder Gebäude").first.select_option("building:lra-anbau")
    page.get_by_label("Jahr").first.fill("2026")
    page.get_by_role("button", name="Erstellen").first.click()
    expect(page.get_by_role("link", name="energiebericht-2026-lra-anbau-v1.pdf herunterladen")).to_be_visible(
        timeout=20_000
    )
    assert fetched(page, "energiebericht-2026-lra-anbau-v1.pdf herunterladen").read_bytes().startswith(b"%PDF")
    page.get_by_role("link", name="Zu den Berichten").click()
    expect(page.get_by_role("link", name="PDF energiebericht-2026-lra-anbau-v1.pdf")).to_be_visible()
    expect(page.get_by_text("Anbau mit Bürgerbüro").first).to_be_visible()


def test_quarter_hours_are_taken_out_as_an_excel_file(visit: Open) -> None:
    page = visit("/reports", name="vera")
    expect(page.get_by_role("heading", name="Energiebericht erstellen")).to_have_count(0)
    page.locator("#export-sources").select_option("site:lra")
    page.locator("#export-period").fill("2026-11-17")
    page.locator("#export-format").select_option("xlsx")
    page.get_by_role("button", name="Ausgeben").click()
    link = page.get_by_role("link", name="herunterladen")
    expect(link).to_be_visible(timeout=20_000)
    assert fetched(page, "herunterladen").read_bytes().startswith(b"PK")


def test_a_period_that_is_none_is_told_on_the_page(visit: Open) -> None:
    page = visit("/reports")
    page.locator("#export-period").fill("gestern")
    page.get_by_role("button", name="Ausgeben").click()
    expect(page.locator(".problem")).to_contain_text("gestern", timeout=20_000)


def test_a_file_of_another_is_refused(client: Callable[..., httpx.Client]) -> None:
    assert client().get("/files/nothing").status_code == 404
    assert client(None).get("/files/nothing").status_code == 303
