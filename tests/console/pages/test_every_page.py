"""Each page in a real browser: accessible, silent, at home, in both languages, at every width and light."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from console.pages.places import PLACES
from console.pages.routing import PAGES
from operations.table import CAPABILITIES

pytestmark = pytest.mark.browser

PATHS = (
    "/",
    "/alarms",
    "/alarms?severity=critical",
    "/alarms/a1",
    "/alarms/a3",
    "/alarms/history",
    "/alarms/kinds",
    "/quality",
    "/notify",
    "/sessions",
    "/sessions/lra-01-1-2",
    "/sessions?station=lra-02&state=open",
    "/sessions?state=ended&from=2030-01-01",
    "/sites",
    "/sites/lra",
    "/meters",
    "/meters/lra-strom",
    "/meters/lra-strom/bookings",
    "/meters/lra-strom/gaps",
    "/meters/lra-strom/book/exchange",
    "/meters/lra-strom/book/correction?at_utc=2026-11-18T01:00&until_utc=2026-11-18T02:00&amount=1&reason=Test&preview=1",
    "/proposals",
    "/totals/meter:lra-strom",
    "/totals/meter:lra-strom?period=2026-11-17",
    "/totals/site:lra?period=2026",
    "/totals/meter:lra-strom?period=2020",
    "/loads/site:lra",
    "/loads/site:lra?medium=water&period=2026-11",
    "/loads/meter:lra-strom?period=2026-11-17",
    "/loads/building:lra-haupthaus",
    "/balance/site:lra?period=2026-11",
    "/balance/site:gymnasium?period=2026-11-17&medium=water",
    "/costs/lra",
    "/costs/lra?medium=heat&year=2025",
    "/budgets",
    "/compare/site:lra",
    "/compare/meter:lra-strom?period=2026-11&by_weekdays=true",
    "/benchmark",
    "/benchmark?medium=heat",
    "/weather/lra",
    "/vouchers",
    "/voucher-mappings",
    "/voucher-mappings/new",
    "/bills",
    "/bills/1",
    "/reports",
    "/explain",
    "/factors",
    "/intensity",
    "/boundaries",
    "/boundaries?withdrawn=true",
    "/areas",
    "/areas/wea-3?year=2025",
    "/plants",
    "/plants?kind=wind&operator=Bürgerwind Auental eG",
    "/plants/register",
    "/plants/wea-3",
    "/plants/pv-erlgrund?year=2025",
    "/municipalities",
    "/municipalities/oberau-lindenhain",
    "/feed-in",
    "/feed-in/pv-erlgrund?year=2025",
    "/own-plants",
    "/factors?kind=fuel",
    "/factors/bimschv-38.petrol.wtw",
    "/laws",
    "/laws?land=SN&kind=wind",
    "/laws/sn-eeertrbetg.2025.wind",
    "/calc",
    "/calc/savings",
    "/calc/thg",
    "/calc/clean-vehicles",
    "/calc/shares",
    "/explain/total/2026-11-17/meter:lra-strom/energy_import_wh@r1",
    "/explain/interval/2026-11-17T12:00Z/meter:lra-strom/energy_import_wh",
    "/stations",
    "/stations/lra-03",
    "/stations/lra-01/ask",
    "/stations/lra-01/configuration",
    "/commands/new?station=lra-01&station=lra-02",
    "/stations/lra-01/ask/start",
    "/stations/lra-01/ask/limit",
    "/commands",
    "/commands?kind=reset",
    "/stations/lra-03/events",
    "/reliability",
    "/reliability?by=firmware",
    "/reliability/faults",
    "/reliability/faults?by=station",
    "/quirks",
    "/certificates",
    "/certificates?past=true",
    "/maintenance",
    "/adoption",
    "/adoption/import",
    "/rollouts",
    "/rollouts?file=1",
    "/configuration",
    "/configuration?id=site:lra",
    "/stations/lra-01/profile",
    "/firmware",
    "/grafana",
    "/grafana/compare",
    "/firmware/1",
    "/station-logs",
    "/tags",
    "/tags?state=blocked",
    "/tags/import",
    "/tags?seen=tag:0123456789abcdef0123",
    "/tags/karte-01",
    "/tags/karte-lager",
    "/vehicles",
    "/vehicles/{vehicle}",
    "/vehicles/{vehicle}?month=2026-10",
    "/vehicles/{vehicle}/days",
    "/vehicles/{vehicle}/odometer",
    "/shares",
    "/shares?forecast=true",
    "/shares/payments",
    "/savings",
    "/candidates",
    "/fleet-costs",
    "/actions",
    "/sendings",
    "/candidates?vehicle=aut-106",
    "/infrastructure",
    "/infrastructure?replace=top:2",
    "/scenario",
    "/scenario?replace=suitable&top=1&vehicle=aut-106&vehicle=aut-107",
    "/inventory",
    "/inventory/new/meters",
    "/inventory/new/stations",
    "/inventory/meters/lra-strom",
    "/inventory/buildings/lra-neubau",
    "/inventory/history",
    "/rejections",
    "/rejections/5",
    "/discoveries",
    "/discover",
    "/discover?broker=main&topics=tele/%23",
    "/imports",
    "/mappings",
    "/mappings/new",
    "/decode",
    "/users",
    "/users/vera",
    "/tokens",
    "/privacy",
    "/privacy?tag=karte",
    "/privacy/person",
    "/privacy/customers",
    "/privacy/person?tag=karte",
    "/audit",
    "/jobs",
    "/jobs/history",
    "/jobs/history?job=publication&state=cancelled",
    "/health",
    "/account",
    "/no-such-page",
)
DOORS = ("/signin", "/signin/abc")
Open = Callable[..., Page]


@cache
def axe() -> str:
    return (resources.files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, *rules: str) -> list[str]:
    """Return what axe-core finds wrong; only `rules` if any are named."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [f"{each['id']}: {node['html'][:160]} {node['failureSummary']}" for each in found for node in each["nodes"]]


def overflow_px(page: Page) -> int:
    found: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return found


@pytest.mark.parametrize("path", [*PATHS, *DOORS])
def test_a_page_is_accessible_by_day_and_by_night_on_desk_and_phone(visit: Open, path: str) -> None:
    page = visit(path.format(vehicle="aut-e-101"), name=None if path in DOORS else "anna")
    page.evaluate(axe())
    assert violations(page) == []
    assert overflow_px(page) <= 0
    page.emulate_media(color_scheme="dark")
    assert violations(page, "color-contrast") == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert overflow_px(page) <= 0
    assert violations(page, "scrollable-region-focusable") == []
    assert page.evaluate("document.documentElement.lang") == "de"
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("path", [*PATHS, *DOORS])
def test_a_page_is_whole_in_english_too(client: Callable[..., httpx.Client], path: str) -> None:
    name = None if path in DOORS else "anna"
    address = path.format(vehicle="aut-e-101")
    german, english = (client(name, language).get(address) for language in ("de", "en"))
    assert '<html lang="en">' in english.text
    assert english.headers["content-language"] == "en"
    assert german.status_code == english.status_code == (404 if path == "/no-such-page" else 200)
    assert "console." not in english.text.replace("/static/console.", "")
    assert german.text.count("<h2") == english.text.count("<h2")


def test_every_capability_has_a_page() -> None:
    assert PLACES.keys() == CAPABILITIES.keys()
    served = {(page.method, page.path.replace(":path", "")) for page in PAGES}
    for row, path in PLACES.items():
        acts = CAPABILITIES[row].changes or CAPABILITIES[row].long
        method = "POST" if acts or row == "meters.decode" else "GET"
        pattern = path if (method, path) in served else None
        assert pattern, f"{row} is said to be at {method} {path}"


def test_every_page_of_the_menu_is_in_the_list_of_pages_that_are_tested() -> None:
    acts = {row for row, capability in CAPABILITIES.items() if capability.changes or capability.long}
    reads = {path for row, path in PLACES.items() if row not in acts and "{" not in path and "." not in path}
    assert reads <= set(PATHS)
