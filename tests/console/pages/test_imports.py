"""A file handed in on the page, tried, imported and taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]


def profile(folder: Path) -> Path:
    begin = datetime.fromisoformat("2025-01-01T00:00")
    rows = [
        f"{begin + timedelta(minutes=15 * number):%d.%m.%Y %H:%M};{4 + number % 5},{number:03d};W"
        for number in range(192)
    ]
    rows[20] = rows[20].replace(";W", ";?")
    file = folder / "Lastgang Sporthalle.csv"
    file.write_text("Datum;Arbeit kWh;Status\n" + "\n".join(rows), encoding="cp1252")
    return file


def test_a_load_profile_is_looked_at_mapped_tried_imported_and_taken_back(visit: Visit, tmp_path: Path) -> None:
    page = visit("/imports")
    page.get_by_label("Datei", exact=True).set_input_files(profile(tmp_path))
    page.get_by_role("button", name="Auf Probe lesen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lastgang Sporthalle.csv")
    expect(page.get_by_role("cell", name="01.01.2025 00:15")).to_be_visible()
    page.get_by_role("link", name="Neue Zuordnung für diese Datei").click()
    page.get_by_label("Name", exact=True).fill("Netzbetreiber")
    page.get_by_label("Spalte mit dem Wert").fill("Arbeit kWh")
    page.get_by_label("Art der Werte").select_option("energy")
    page.get_by_label("Faktor").fill("1000")
    page.get_by_label("Spalte mit dem Status").fill("Status")
    page.get_by_label("Bedeutung der Status").fill("W=measured\nE=estimated")
    page.get_by_label("Spalte mit Datum (und Uhrzeit)").fill("Datum")
    page.get_by_role("button", name="Zuordnung speichern").click()
    expect(page.get_by_role("alert")).to_contain_text("Entweder ein Zähler")
    page.get_by_label("Ein Zähler für die ganze Datei").fill("sporthalle-strom")
    page.get_by_role("button", name="Zuordnung speichern").click()
    expect(page.get_by_role("status")).to_have_text("Die Zuordnung ist gespeichert.")
    page.get_by_role("button", name="Auf Probe lesen").click()
    expect(page.get_by_text("Daraus werden 193 neue Stände")).to_be_visible()
    expect(page.get_by_role("row", name="22 Status ?")).to_be_visible()
    page.get_by_role("button", name="Einlesen", exact=True).click()
    page.get_by_role("link", name="Einlesen Nr. 1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Einlesen Nr. 1")
    page.get_by_label("Grund", exact=True).fill("falscher Zähler")
    page.get_by_role("button", name="Einlesen zurücknehmen").click()
    expect(page.get_by_role("status")).to_have_text("Das Einlesen ist zurückgenommen.")
    page.goto(page.url.rpartition("/")[0])
    expect(page.get_by_role("row", name="Lastgang Sporthalle.csv")).to_contain_text("Zurückgenommen")
