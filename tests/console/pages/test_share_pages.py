"""Pages of shares: a year, a municipality, a plant, payments and uses of the example district."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator
from importlib import resources
from typing import Any

import httpx
import pytest

from core.people import Actor, Role
from tests.console.pages.content import NOW
from tests.console.pages.test_every_page import Open, axe, overflow_px, violations

ANNA = Actor("anna", Role.ADMIN)
Client = Callable[..., httpx.Client]
PLANTS = {
    "wea-1": 1_100_000_000,
    "wea-2": 1_000_000_000,
    "wea-3": 600_000_000,
    "wea-heidewald": 800_000_000,
    "pv-erlgrund": 500_000_000,
}
OWNED = {"wea-1": 2, "wea-2": 2, "wea-3": 9}
"""Plants that were commissioned within the year, and in which month."""


@pytest.fixture(scope="module")
def settled(district: Any) -> Iterator[None]:
    """Import the example's boundaries, state a year of its plants, and settle it; later take it all back."""
    file = resources.files("config") / "example" / "boundaries" / "auental-2025.geojson"
    content = file.read_bytes()

    async def pieces() -> AsyncIterator[bytes]:
        yield content

    async def fill() -> None:
        kept = await district.gate.house.inbox.keep(file.name, pieces())
        said = {"upload": kept.digest, "valid_on": "2025-01-01", "source": "erfunden"}
        await district.gate.ask("boundaries.import", said, ANNA, NOW)
        for plant, energy_wh in PLANTS.items():
            for month in range(OWNED.get(plant, 1), 13):
                if (plant, month) != ("pv-erlgrund", 7):
                    fed_in_wh = 100_000_000 if month == OWNED.get(plant) else energy_wh
                    stated = {"plant": plant, "month": f"2025-{month:02}", "fed_in_wh": fed_in_wh}
                    await district.gate.ask("feed_in.add", stated, ANNA, NOW)
        await district.gate.ask("shares.settle", {"year": 2025}, ANNA, NOW)

    async def take_back() -> None:
        ledger = district.stores.ledger
        for each in await ledger.boundary_editions():
            await ledger.withdraw_boundaries(each.id, "anna", NOW, "Probe")
        stated = await ledger.feed_in(PLANTS, None)
        await ledger.withdraw_feed_in([each.id for each in stated], "anna", NOW, "Probe")

    district.do(fill())
    yield
    district.do(take_back())


@pytest.mark.usefixtures("settled")
def test_a_year_shows_sums_and_what_is_still_open(client: Client) -> None:
    page = client().get("/shares").text
    assert "Gemeinde Oberau-Lindenhain" in page
    assert "Noch zu klären" in page
    assert "Solarpark Erlgrund" in page.split("Noch zu klären")[1].split("</section>")[0]
    assert client(language="en").get("/shares?year=2025").status_code == 200


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    "path",
    [
        "/shares/municipality:oberau-lindenhain?year=2025",
        "/shares/operator:solarpark-erlgrund-gmbh",
        "/shares/plant:wea-1",
        "/shares/plant:wea-3?year=2025",
        "/shares/plant:wea-heidewald",
        "/shares/payments",
        "/shares/payments?party=municipality:muehlfurt",
        "/shares/uses/municipality:muehlfurt?year=2025",
    ],
)
@pytest.mark.parametrize("language", ["de", "en"])
def test_each_page_says_everything_in_words(client: Client, path: str, language: str) -> None:
    answer = client(language=language).get(path)
    assert answer.status_code == 200
    read = re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2])
    assert not re.findall(r"\bshares\.[a-z]\w+", read)


@pytest.mark.usefixtures("settled")
def test_the_payments_as_a_file_leave_drafts_out(client: Client) -> None:
    lines = client().get("/shares/payments.csv").text.splitlines()
    assert len(lines) > 5
    assert not [line for line in lines if "pv-erlgrund" in line]
    assert "Zurückgehalten" in client().get("/shares/payments").text


@pytest.mark.usefixtures("settled")
def test_a_use_is_entered_and_taken_back_on_its_page(client: Client) -> None:
    anna = client()
    page = anna.get("/shares/uses/municipality:muehlfurt?year=2025").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    given = {"csrf_token": token, "year": "2025", "amount_eur": "1.250,50", "spent_on": "2026-11-02"}
    wrong = anna.post("/shares/uses/municipality:muehlfurt", data=given | {"amount_eur": "viel", "purpose": "Bank"})
    assert wrong.status_code == 422
    posted = anna.post(
        "/shares/uses/municipality:muehlfurt", data=given | {"purpose": "Dorfplatz"}, follow_redirects=True
    )
    assert "1.250,50" in posted.text
    use = posted.text.partition('name="id" value="')[2].partition('"')[0]
    back = anna.post(
        "/shares/uses/municipality:muehlfurt/withdraw",
        data={"csrf_token": token, "id": use, "reason": "doppelt"},
        follow_redirects=True,
    )
    assert "zurückgenommen" in back.text


@pytest.mark.browser
@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    "path", ["/shares", "/shares/plant:wea-1", "/shares/payments", "/shares/uses/municipality:muehlfurt"]
)
def test_pages_of_shares_are_accessible_on_desk_and_phone(visit: Open, path: str) -> None:
    page = visit(path)
    page.evaluate(axe())
    assert violations(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert overflow_px(page) <= 0
    assert violations(page, "scrollable-region-focusable") == []
