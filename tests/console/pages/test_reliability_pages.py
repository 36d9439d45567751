"""Availability, events, faults and planned work of charge points on pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from core.station_events import Contact, StationEvent, StationEventKind
from core.texts import Finding
from tests.console.pages.content import NOW

Client = Callable[..., httpx.Client]
STATION = "lra-03"
HOUR = timedelta(hours=1)


def event(hours_ago: float, kind: StationEventKind, code: str, connector: int = 0, **more: Any) -> StationEvent:
    at_utc = NOW - hours_ago * HOUR
    return StationEvent(
        station=STATION, kind=kind, at_utc=at_utc, received_at_utc=at_utc, code=code, connector=connector, **more
    )


@pytest.fixture
def anna(client: Client, district: Any) -> httpx.Client:
    """Return somebody who looks at a district in which a station had a hard night."""
    odd = Finding.of("ocpp.field_invalid", field="<b>x</b>", rule="enum")
    events = [
        event(20, StationEventKind.CONNECTION, Contact.CONNECTED.value),
        event(20, StationEventKind.STATUS, "available", 1),
        event(9, StationEventKind.STATUS, "faulted", 1, info="GroundFailure"),
        event(9, StationEventKind.ERROR, "GroundFailure", 1, info="=cmd()"),
        event(4, StationEventKind.STATUS, "available", 1),
        event(3, StationEventKind.REFUSED, "ocpp.field_invalid", finding=odd, count=1234),
        event(2, StationEventKind.BOOT, "1.2", info="Muster Eins"),
    ]
    district.do(district.stores.ledger.save_events(events))
    return client()


def told(page: httpx.Response) -> str:
    """Return a page that has neither code of a text nor foreign HTML in it."""
    assert page.status_code == 200
    shown = re.sub(r'(href|src|id|for|name|value|aria-[a-z]+)="[^"]*"', "", page.text)
    assert not re.search(
        r"\b(console|reliability|quirk|ocpp\.field)\.[a-z_.]+\b",
        re.sub(r"<span class=\"sub code\">.*?</span>", "", shown),
    )
    assert "<b>x</b>" not in page.text
    return page.text


def test_events_of_a_station_stand_on_its_page_and_in_a_list_with_their_reason(anna: httpx.Client) -> None:
    page = told(anna.get(f"/stations/{STATION}"))
    assert "1.234" in page
    assert f'href="/stations/{STATION}/events"' in page
    whole = told(anna.get(f"/stations/{STATION}/events"))
    assert "Gestartet, Firmware 1.2 (Muster Eins)" in whole
    narrowed = told(anna.get(f"/stations/{STATION}/events?kind=error&from=2026-11-18&to=2026-11-18"))
    assert "GroundFailure" in narrowed
    assert "Firmware 1.2" not in narrowed
    assert anna.get("/stations/nirgends/events").status_code == 404


def test_events_are_a_file_in_which_nothing_is_a_formula(anna: httpx.Client) -> None:
    lines = anna.get(f"/stations/{STATION}/events.csv?kind=error").text.splitlines()
    assert len(lines) == 2
    assert ";GroundFailure;'=cmd();1;" in lines[1]


@pytest.mark.parametrize("by", ["outlet", "station", "site", "maker", "model", "firmware"])
def test_availability_is_shown_by_what_is_asked_for_and_as_a_file(anna: httpx.Client, by: str) -> None:
    page = told(anna.get(f"/reliability?period=2026-11-18&by={by}"))
    assert "nicht bekannt" in page
    lines = anna.get(f"/reliability.csv?period=2026-11-18&by={by}").text.splitlines()
    assert lines[0].removeprefix("\ufeff").startswith("id;name;site;outlets;availability_percent;")
    assert len(lines) > 1


def test_faults_are_shown_and_a_file_for_the_vendor_without_station(anna: httpx.Client) -> None:
    assert "GroundFailure" in told(anna.get("/reliability/faults?period=2026-11-18"))
    lines = anna.get("/reliability/faults.csv?period=2026-11-18").text
    assert "GroundFailure" in lines
    assert STATION not in lines


def test_quirks_are_listed_with_their_sources(anna: httpx.Client) -> None:
    assert "lbbrhzn/ocpp#1248" in told(anna.get("/quirks"))


def test_work_is_planned_listed_and_cancelled_and_bad_input_stays_in_the_form(anna: httpx.Client) -> None:
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', anna.get("/maintenance").text)
    assert found
    form = {"csrf_token": found.group(1), "place": f"station:{STATION}", "reason": "Prüfung <b>x</b>"}
    early = {"begins_utc": "2026-11-19T10:00", "ends_utc": "2026-11-19T09:00"}
    refused = anna.post("/maintenance", data=form | early)
    assert refused.status_code == 422
    assert "Das Ende liegt nicht nach dem Beginn" in refused.text
    assert 'value="2026-11-19T09:00"' in refused.text
    unread = anna.post("/maintenance", data=form | {"begins_utc": "morgen", "ends_utc": ""})
    assert unread.status_code == 422
    assert anna.post("/maintenance", data=form | early | {"ends_utc": "2026-11-19T11:00"}).status_code in (200, 303)
    listed = told(anna.get("/maintenance"))
    number = re.search(r'action="/maintenance/(\d+)/cancel"', listed)
    assert number
    cancelled = anna.post(f"/maintenance/{number.group(1)}/cancel", data={"csrf_token": form["csrf_token"]})
    assert cancelled.status_code in (200, 303)
    assert f"/maintenance/{number.group(1)}/cancel" not in anna.get("/maintenance").text
