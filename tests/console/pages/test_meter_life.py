"""Booking what happened to a meter, in a browser and by phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.errors import NotFoundError
from operations.metering.door import asked_by
from tests.console.pages.content import NOW
from tests.console.pages.test_every_page import axe, overflow_px, violations

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
PHONE = {"width": 360, "height": 740}


def made(district: Any, row: str, **given: Any) -> Any:
    """Return what a capability gives to anna."""
    from tests.console.pages.conftest import ANNA  # noqa: PLC0415

    return district.do(district.gate.ask(row, given, ANNA, NOW))


def path_of(link: str) -> str:
    return "/read/" + link.rpartition("/")[2]


def test_a_correction_is_previewed_booked_and_taken_back(visit: Open) -> None:
    page = visit("/meters/lra-wasser/book/correction")
    page.get_by_label("Von").fill("2026-11-18T01:00")
    page.get_by_label("Bis").fill("2026-11-18T02:00")
    page.get_by_label("Menge").fill("1,25")
    page.get_by_label("Grund").fill("Zähler klemmte")
    page.get_by_role("button", name="Wirkung ansehen").click()
    expect(page.get_by_text("+1,25")).to_be_visible()
    page.evaluate(axe())
    assert violations(page) == []
    page.get_by_role("button", name="Jetzt buchen").click()
    expect(page.get_by_text("Gebucht. Beim nächsten Durchgang")).to_be_visible()
    expect(page.get_by_text("Zähler klemmte")).to_be_visible()
    page.get_by_role("link", name="Zurücknehmen: Korrektur").click()
    expect(page.get_by_text("Ohne die Buchung")).to_be_visible()
    expect(page.get_by_text("\N{MINUS SIGN}1,25")).to_be_visible()
    page.evaluate(axe())
    assert violations(page) == []
    page.get_by_label("Grund").fill("doch nicht")
    page.get_by_role("button", name="Buchung zurücknehmen").click()
    expect(page.get_by_text("Die Buchung ist zurückgenommen.")).to_be_visible()


def test_a_number_that_cannot_be_read_is_said_beside_its_field(visit: Open) -> None:
    page = visit("/meters/lra-strom/book/reading?at_utc=2026-11-18T01:00&start_value=12.34,5x&preview=1")
    expect(page.get_by_role("alert")).to_contain_text("Abgelesener Stand: das lässt sich nicht lesen")


def test_a_reading_is_told_by_phone_once(visit: Open, district: Any) -> None:
    asked = made(district, "meters.link", id="lra-wasser")
    page = visit(path_of(asked.link), name=None, viewport=PHONE)
    expect(page.get_by_text("Zuletzt:")).to_be_visible()
    page.evaluate(axe())
    assert violations(page) == []
    assert overflow_px(page) <= 0
    last = page.get_by_text("Zuletzt:").inner_text()
    value = re.search(r"[0-9.]+,[0-9]+", last)
    assert value
    page.get_by_label("Zählerstand in m³").fill(value.group())
    page.get_by_role("button", name="Weiter").click()
    expect(page.get_by_text("Stimmt dieser Stand?")).to_be_visible()
    page.get_by_role("button", name="Ja, Stand senden").click()
    if page.get_by_role("button", name="trotzdem senden").is_visible():
        page.get_by_role("button", name="trotzdem senden").click()
    expect(page.get_by_text("Der Stand ist gespeichert.")).to_be_visible()
    booked = made(district, "meters.bookings", id="lra-wasser").items[0]
    assert (booked.booked_by, booked.kind.value) == ("link:anna", "manual")
    with pytest.raises(NotFoundError):
        district.do(asked_by(district.gate.house, asked.link.rpartition("/")[2], NOW))


def test_a_reading_that_no_dial_shows_cannot_be_sent_anyway(visit: Open, district: Any) -> None:
    page = visit(path_of(made(district, "meters.link", id="lra-wasser").link), name=None, viewport=PHONE)
    page.get_by_label("Zählerstand in m³").fill("-5")
    page.get_by_role("button", name="Weiter").click()
    page.get_by_role("button", name="Ja, Stand senden").click()
    expect(page.get_by_text("Der Wert darf nicht negativ sein.").first).to_be_visible()
    expect(page.get_by_role("button", name="trotzdem senden")).to_have_count(0)
    expect(page.get_by_label("Zählerstand in m³")).to_be_visible()


def test_a_lasting_link_shows_nothing_takes_no_implausible_value_and_can_be_taken_back(
    visit: Open, district: Any
) -> None:
    sheet = made(district, "meters.sheet", id="lra")
    asked = next(each for each in sheet.items if each.meter == "lra-wasser")
    page = visit(path_of(asked.link), name=None, viewport=PHONE)
    expect(page.get_by_label("Zählerstand in m³")).to_be_visible()
    assert page.get_by_text("Zuletzt:").count() == 0
    page.get_by_label("Zählerstand in m³").fill("99999999")
    page.get_by_role("button", name="Weiter").click()
    page.get_by_role("button", name="Ja, Stand senden").click()
    expect(page.get_by_text("Bitte noch einmal ablesen.")).to_be_visible()
    page.get_by_label("Zählerstand in m³").fill("0")
    page.get_by_role("button", name="Weiter").click()
    page.get_by_role("button", name="Ja, Stand senden").click()
    expect(page.get_by_text("Bitte noch einmal ablesen.")).to_be_visible()
    assert page.get_by_text("dem letzten von").count() == 0, "the last value is nobody's business who passes by"
    assert made(district, "meters.unlink", id="lra-wasser").links >= 1
    with pytest.raises(NotFoundError):
        district.do(asked_by(district.gate.house, asked.link.rpartition("/")[2], NOW))


def test_a_link_expires(district: Any) -> None:
    asked = made(district, "meters.link", id="lra-strom", hours=1)
    secret = asked.link.rpartition("/")[2]
    assert district.do(asked_by(district.gate.house, secret, NOW)).dialled.id == "lra-strom"
    with pytest.raises(NotFoundError):
        district.do(asked_by(district.gate.house, secret, NOW + timedelta(hours=1)))


def test_the_sheet_has_a_code_for_each_meter(visit: Open) -> None:
    page = visit("/sites/lra")
    page.get_by_role("button", name="Bogen erstellen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("QR-Codes der Zähler")
    assert page.locator(".qr svg").count() >= 4
    page.evaluate(axe())
    assert violations(page) == []


def test_how_much_is_left_of_pellets_is_read_like_a_dial(visit: Open) -> None:
    page = visit("/meters/bauhof-pellets")
    expect(page.get_by_role("link", name="Zählerwechsel")).to_have_count(0)
    expect(page.get_by_role("link", name="Ablesung")).to_be_visible()
    page = visit("/meters/bauhof-pellets/book/reading?at_utc=2026-11-18T01:00&start_value=1.250&preview=1")
    expect(page.get_by_role("button", name="Jetzt buchen")).to_be_visible()
    page.get_by_role("button", name="Jetzt buchen").click()
    expect(page.get_by_role("row", name="Ablesung Vorrat 1.250 kg")).to_be_visible()
