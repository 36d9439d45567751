"""Files that stations upload, over real sockets."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes, token_hex

import httpx
import pytest
import uvicorn

from chargepoints.upload_folder import UploadFolder, UploadLimits, UploadRight, safe_name
from chargepoints.uploads import NoRoom, Receive, Scope, Send, UploadReceiver, UploadTokens

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
TOKENS = UploadTokens(b"k" * 32)
LIMITS = UploadLimits(file_bytes=20_000_000, station_bytes=30_000_000, total_bytes=40_000_000, time_s=10)


async def nobody_told(_station: str, _room_bytes: int) -> None:
    """Tell nobody that there was no room."""


def told_in(told: list[tuple[str, int]]) -> NoRoom:
    async def tell(station: str, room_bytes: int) -> None:
        told.append((station, room_bytes))

    return tell


@asynccontextmanager
async def served(folder: Path, limits: UploadLimits = LIMITS, no_room: NoRoom = nobody_told) -> AsyncIterator[str]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        app = UploadReceiver(TOKENS, UploadFolder(folder, limits), lambda: NOW, no_room)
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, ws="none"))
        serving = asyncio.create_task(server.serve([listening]))
        while not server.started:  # noqa: ASYNC110 - uvicorn does not ring
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/upload"
        finally:
            server.should_exit = True
            await serving


def lying(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def token(station: str = "CP1", minutes: int = 60) -> str:
    return TOKENS.issue(station, NOW + timedelta(minutes=minutes))


async def put(url: str, content: bytes, method: str = "PUT") -> int:
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.request(method, url, content=content)).status_code


@pytest.mark.parametrize("method", ["PUT", "POST"])
async def test_a_large_file_comes_whole_and_only_once(tmp_path: Path, method: str) -> None:
    content = token_bytes(10_000_000)
    async with served(tmp_path) as url:
        address = f"{url}/{token()}/log.zip"
        assert await put(address, content, method) == 201
        assert await put(address, b"another", method) == 410
    folder = UploadFolder(tmp_path, LIMITS)
    (log,) = folder.logs("CP1")
    assert (log.name, log.size_bytes, log.came_at_utc) == ("log.zip", 10_000_000, NOW)
    assert log.sha256 == sha256(content).hexdigest()
    found = folder.find(log.id)
    assert found is not None
    assert (found[0], found[1].read_bytes()) == (log, content)


async def test_what_is_no_right_of_ours_leaves_nothing(tmp_path: Path) -> None:
    altered = token()[:-1] + ("0" if token()[-1] != "0" else "1")
    async with served(tmp_path) as url:
        assert await put(f"{url}/{'0' * 40}/log", b"x") == 404
        assert await put(f"{url}/{altered}x/log", b"x") == 404
        assert await put(f"{url}/{UploadTokens(b'other').issue('CP1', NOW)}/log", b"x") == 404
        assert await put(f"{url}/{token(minutes=-1)}/log", b"x") == 410
        assert await put(f"{url}/{token()}/log", b"", "DELETE") == 405
    assert lying(tmp_path) == []


async def test_a_file_beyond_a_quota_is_refused_and_leaves_its_address_good(tmp_path: Path) -> None:
    small, told = replace(LIMITS, file_bytes=1000, station_bytes=1500), list[tuple[str, int]]()
    async with served(tmp_path, small, told_in(told)) as url:
        address = f"{url}/{token()}/log"
        assert await put(address, b"x" * 1001) == 413
        assert await put(address, b"x" * 1000) == 201
        assert await put(f"{url}/{token()}/log", b"x" * 501) == 413
        assert await put(f"{url}/{token('CP2')}/log", b"x" * 501) == 201
    folder = UploadFolder(tmp_path, small)
    assert {log.station for log in folder.logs()} == {"CP1", "CP2"}
    assert told == [("CP1", 1000), ("CP1", 500)]
    assert (folder.full("CP1"), folder.full("CP3")) == (True, False)


async def test_a_body_of_untold_length_is_held_to_the_quota_too(tmp_path: Path) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield b"x" * 400

    async with served(tmp_path, replace(LIMITS, file_bytes=1000)) as url, httpx.AsyncClient(trust_env=False) as client:
        answer = await client.put(f"{url}/{token()}/log", content=chunks())
    assert answer.status_code == 413
    assert UploadFolder(tmp_path, LIMITS).logs("CP1") == ()


async def _begun(url: str, after: Callable[[], bool]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, path = url.removeprefix("http://").partition("/")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    writer.write(f"PUT /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 100\r\n\r\nabc".encode())
    async with asyncio.timeout(5):
        while not after():  # noqa: ASYNC110 - a folder does not ring
            await asyncio.sleep(0.01)
    return reader, writer


async def test_a_file_that_broke_off_may_be_sent_again(tmp_path: Path) -> None:
    async with served(tmp_path) as url:
        address = f"{url}/{token()}/log"
        _, writer = await _begun(address, lambda: bool(lying(tmp_path)))
        assert await put(address, b"meanwhile") == 409
        writer.close()
        async with asyncio.timeout(5):
            while lying(tmp_path):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)
        assert await put(address, b"whole") == 201
    (log,) = UploadFolder(tmp_path, LIMITS).logs("CP1")
    assert log.sha256 == sha256(b"whole").hexdigest()


async def test_a_slow_station_is_ended(tmp_path: Path) -> None:
    async with served(tmp_path, replace(LIMITS, time_s=0.3)) as url:
        reader, writer = await _begun(f"{url}/{token()}/log", lambda: True)
        assert b" 408 " in await asyncio.wait_for(reader.readline(), 5)
        writer.close()
    assert lying(tmp_path) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..", "file"),
        (".part", "part"),
        ("a\\b\\c.log", "c.log"),
        ("ü \0\n.zip", "_.zip"),
        ("", "file"),
        ("x" * 300 + ".zip", "x" * 96 + ".zip"),
        ("." * 200, "file"),
    ],
)
def test_no_name_leads_out_of_its_folder(given: str, kept: str) -> None:
    assert safe_name(given) == kept


async def test_no_station_or_encoded_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    async with served(tmp_path / "in") as url:
        assert await put(f"{url}/{token('..')}/..%2F..%2Fout", b"x") == 201
        assert await put(f"{url}/{token('a/../b')}/log", b"x") == 201
    assert {path.parent.parent.parent for path in lying(tmp_path)} == {tmp_path / "in"}
    logs = UploadFolder(tmp_path / "in", LIMITS).logs()
    assert {(log.station, log.name) for log in logs} == {("..", "out"), ("a/../b", "log")}


async def test_before_another_application_only_upload_addresses_are_taken(tmp_path: Path) -> None:
    seen: list[str] = []

    async def other(scope: Scope, _receive: Receive, send: Send) -> None:
        seen.append(scope["path"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    app = UploadReceiver(TOKENS, UploadFolder(tmp_path, LIMITS), lambda: NOW, nobody_told).before(other)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
        assert (await client.put(f"/upload/{token()}/log", content=b"x")).status_code == 201
        assert (await client.get("/stations")).status_code == 204
    assert seen == ["/stations"]


def broken_off(place: Path) -> None:
    place.mkdir()
    (place / ".part").write_bytes(b"half")
    os.utime(place, (0, 0))


async def test_what_came_before_an_instant_is_forgotten_with_what_broke_off(tmp_path: Path) -> None:
    folder = UploadFolder(tmp_path, LIMITS)
    for name, days in (("old.log", 31), ("new.log", 29)):
        upload = folder.begin(UploadRight("CP1", token_hex(16), NOW))
        upload.write(b"who charged")
        upload.finish(name, NOW - timedelta(days=days))
    broken_off(tmp_path / "CP1" / token_hex(16))
    assert await folder.forget_logs(NOW - timedelta(days=30)) == 1
    (log,) = folder.logs()
    assert log.name == "new.log"
    folder.drop_log("../../" + log.id)
    folder.drop_log(log.id)
    folder.drop_log(log.id)
    assert lying(tmp_path) == []


def test_of_a_file_that_came_before_its_digest_was_kept_it_is_taken_now(tmp_path: Path) -> None:
    place = tmp_path / "CP1" / ("0" * 32)
    place.mkdir(parents=True)
    (place / "log.zip").write_bytes(b"old")
    os.utime(place / "log.zip", (NOW.timestamp(), NOW.timestamp()))
    (log,) = UploadFolder(tmp_path, LIMITS).logs()
    assert (log.sha256, log.came_at_utc) == (sha256(b"old").hexdigest(), NOW)
