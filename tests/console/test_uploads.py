"""Files handed in by programs: to disk as they come, up to a limit that is the settings', and not by others."""

from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import AsyncIterator

import httpx

from config.settings import ConsoleSettings
from tests.console.conftest import LOCAL_TOKEN, Caller
from tests.district import District

FILES = "/api/v1/imports/files"
MEGABYTE = b"01.09.2026 00:00;1\n" * 55_188
SMALL = ConsoleSettings(upload_max_mb=2)


async def pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield MEGABYTE


async def test_a_large_file_goes_to_disk_without_growing_the_memory(
    admin: httpx.AsyncClient, api_district: District
) -> None:
    tracemalloc.start()
    answer = await admin.post(f"{FILES}?name=lastgang.csv", content=pieces(60))
    _, peak_byte = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    digest = hashlib.sha256(MEGABYTE * 60).hexdigest()
    assert (answer.status_code, answer.json()["digest"]) == (201, digest)
    inbox = api_district.gate.house.inbox
    assert inbox
    assert inbox.path(digest).stat().st_size == 60 * len(MEGABYTE)
    assert peak_byte < 15_000_000


async def test_beyond_the_limit_of_the_settings_a_file_is_refused_and_nothing_is_left(
    caller: Caller, api_district: District
) -> None:
    admin = caller(LOCAL_TOKEN, SMALL)
    announced = await admin.post(FILES, content=b"x", headers={"content-length": "3000000000"})
    streamed = await admin.post(FILES, content=pieces(3))
    for answer in (announced, streamed):
        assert (answer.status_code, answer.json()["code"]) == (413, "error.body_too_large")
        assert "2 MB" in answer.json()["detail"]
    assert (await admin.post(FILES, content=pieces(1))).status_code == 201
    left = [path.name for path in (api_district.folder / "data" / "imports").iterdir()]
    digest = hashlib.sha256(MEGABYTE).hexdigest()
    assert sorted(left) == [digest, f"{digest}.name"]


async def test_a_form_that_is_too_large_is_refused_on_a_page(caller: Caller) -> None:
    nobody = caller("", SMALL)
    for path in ("/imports", "/weather/au/import"):
        answer = await nobody.post(path, content=b"x", headers={"content-length": "3100000"})
        assert (answer.status_code, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")
        assert "3 MB" in answer.text
        assert (await nobody.post(path, content=b"x" * 1_500_000)).status_code != 413
    assert (await nobody.post("/mappings", content=b"x" * 1_500_000)).status_code == 413


async def test_a_file_of_the_weather_service_is_larger_than_any_other_body(
    admin: httpx.AsyncClient, api_district: District
) -> None:
    rows = [
        f"44;{year}{month:02d}{day:02d};{'3.5':>30};eor"
        for year in range(1900, 1990)
        for month in range(1, 13)
        for day in range(1, 29)
    ]
    text = "\n".join(["STATIONS_ID;MESS_DATUM;TMK;eor", *rows])
    assert len(text) > 1_300_000
    kept = (await admin.post(f"{FILES}?name=klima.txt", content=text.encode())).json()
    answer = await admin.post("/api/v1/weather/import", json={"id": "au", "upload": kept["digest"]})
    assert (answer.status_code, answer.json()["days"]) == (200, len(rows))
    assert await api_district.stores.readings.count()


async def test_who_may_ask_for_nothing_that_takes_a_file_hands_none_in(caller: Caller, api_district: District) -> None:
    for role, status in (("operator", 201), ("facility", 201), ("viewer", 403)):
        made = await api_district.ask("tokens.add", name=role, role=role)
        answer = await caller(made.secret).post(FILES, content=pieces(1))
        assert answer.status_code == status, role
