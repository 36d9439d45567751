"""Fetching the grid's intensity and day-ahead prices from a publisher, which here is a server on this machine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio

from core.factors import Boundary
from ingest.downloads import Downloads, Publisher
from ingest.files.inbox import DiskInbox
from operations.feed_in.price_import import list_prices
from operations.feed_in.price_rows import ListPrices
from operations.grid.fetching import GridFetched, fetch_grid
from operations.grid.intensity import list_intensity
from operations.grid.rows import ListIntensity
from operations.schedule import JobWork
from store.open import open_embedded
from tests.operations.explaining import Asked
from tests.operations.places import NOW

BEGIN_S = int((NOW - timedelta(hours=6)).timestamp()) // 900 * 900
INSTANTS = [BEGIN_S + 900 * number for number in range(4)]
CO2EQ = {"unix_seconds": INSTANTS, "co2eq": [400.0, 410.0, None, None], "co2eq_forecast": [None, None, 420.0, None]}
PRICE = {"unix_seconds": INSTANTS, "price": [80.5, -1.0, 12.0, 0.0], "unit": "EUR / MWh"}


@dataclass
class Site:
    """A publisher's server: answers what stands in `answers`, the last of them again and again."""

    answers: list[tuple[int, bytes]]
    asked: list[str] = field(default_factory=list)
    url: str = ""
    silent: bool = False

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head.split(b" ")[1].decode())
        if not self.silent:
            status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            writer.write(
                b"HTTP/1.1 %d x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (status, len(body), body)
            )
            await writer.drain()
            writer.close()
        else:
            await reader.read()
            writer.close()

    def publisher(self, path: str = "/co2eq?country=de") -> Publisher:
        return Publisher(url=self.url + path, timeout_s=0.5, waits_s=(0.0, 0.0))


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    found = Site([(200, json.dumps(CO2EQ).encode())])
    server = await asyncio.start_server(found.answer, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield found
    server.close()


@pytest_asyncio.fixture
async def place(tmp_path: Path) -> AsyncIterator[Asked]:
    stores = await open_embedded(tmp_path / "data", lambda: NOW)
    try:
        found = Asked(stores, tmp_path)
        found.house = replace(found.house, inbox=DiskInbox(tmp_path / "inbox", lambda: NOW))
        yield found
    finally:
        await stores.close()


async def fetched(place: Asked, downloads: Downloads) -> GridFetched:
    place.house = replace(place.house, downloads=downloads)
    return await fetch_grid(place.house, JobWork(period="2026-11-21"), place.call)


async def test_nobody_is_asked_unless_the_settings_say_so(place: Asked, site: Site) -> None:
    found = await fetched(place, Downloads())
    assert found.asked == ""
    assert found.note is not None
    assert found.note.code == "downloads.off"
    assert site.asked == []


async def test_what_a_publisher_gives_is_taken_in_as_a_file_and_asked_for_again_until_it_is_measured(
    place: Asked, site: Site
) -> None:
    asking = Downloads(intensity=site.publisher(), boundary=Boundary.CO2E_UPSTREAM)
    first = await fetched(place, asking)
    assert (first.asked, first.note) == (site.url + "/co2eq?country=de", None)
    assert (first.intensity_new, first.intensity_changed, first.prices_file) == (3, 0, "")
    assert place.house.inbox is not None
    assert place.house.inbox.path(first.intensity_file).read_bytes() == json.dumps(CO2EQ).encode()
    (row,) = (await list_intensity(place.house, ListIntensity(), place.call)).items
    assert (row.id, row.last_g_per_kwh) == ("energy-charts-co2e-upstream/15", 420.0)
    site.answers = [(200, json.dumps(CO2EQ | {"co2eq": [400.0, 410.0, 419.0, 5.0]}).encode())]
    second = await fetched(place, asking)
    assert (second.intensity_new, second.intensity_changed) == (1, 1)
    today = place.house.day(NOW)
    spans = [parse_qs(urlsplit(each).query) for each in site.asked]
    assert [each["country"] for each in spans] == [["de"], ["de"]]
    assert [each["start"] for each in spans] == [[f"{today - timedelta(days=31)}"], [f"{today - timedelta(days=2)}"]]
    assert {each["end"][0] for each in spans} == {f"{today}"}


async def test_prices_are_fetched_too(place: Asked, site: Site) -> None:
    site.answers = [(200, json.dumps(PRICE).encode())]
    found = await fetched(place, Downloads(prices=site.publisher("/price?bzn=DE-LU")))
    assert (found.prices_new, found.note) == (4, None)
    (row,) = (await list_prices(place.house, ListPrices(), place.call)).items
    assert (row.series, row.resolution_min) == ("energy-charts", 15)


async def test_a_publisher_that_is_busy_is_asked_again(place: Asked, site: Site) -> None:
    site.answers = [(503, b""), (429, b""), *site.answers]
    found = await fetched(place, Downloads(intensity=site.publisher()))
    assert found.note is None
    assert len(site.asked) == 3


@pytest.mark.parametrize(
    ("status", "body", "code", "times"),
    [
        (404, b"", "downloads.refused", 1),
        (302, b"", "downloads.refused", 1),
        (500, b"", "downloads.refused", 3),
        (200, b"<html>Anmeldung</html>", "intensity.no_technology", 1),
        (200, b"{}", "intensity.format_unknown", 1),
        (200, b"", "imports.file_empty", 1),
        (200, b"x" * 200_000, "downloads.too_large", 1),
    ],
)
async def test_what_is_not_fetched_is_told_with_its_reason_and_fails_nothing(
    place: Asked, site: Site, status: int, body: bytes, code: str, times: int
) -> None:
    site.answers = [(status, body)]
    publisher = replace(site.publisher(), limit_byte=100_000)
    found = await fetched(place, Downloads(intensity=publisher))
    assert found.note is not None
    assert found.note.code == code
    assert len(site.asked) == times
    assert (await list_intensity(place.house, ListIntensity(), place.call)).items == ()


async def test_a_publisher_that_keeps_silent_or_is_not_there_costs_its_time_only(place: Asked, site: Site) -> None:
    site.silent = True
    slow = await fetched(place, Downloads(intensity=replace(site.publisher(), timeout_s=0.1, waits_s=())))
    assert slow.note is not None
    assert slow.note.code == "downloads.slow"
    gone = await fetched(place, Downloads(intensity=Publisher(url="http://127.0.0.1:9", waits_s=())))
    assert gone.note is not None
    assert gone.note.code == "downloads.unreachable"
