"""Firmware that stations load from us: whole, in parts, and only while something needs it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes

import httpx
import pytest

from chargepoints.firmware_files import FirmwareFolder, FirmwareServer, FirmwareTokens
from core.errors import RequestError
from core.firmware import FirmwareFile

CONTENT = token_bytes(300_000)
DIGEST = sha256(CONTENT).hexdigest()
TOKENS = FirmwareTokens(b"k" * 32)
FILE = FirmwareFile(
    id=7,
    name="eve 2.1.bin",
    maker="Alfen",
    model="Eve",
    version="2.1.0",
    size_bytes=len(CONTENT),
    sha256=DIGEST,
    added_by="anna",
    added_at_utc=datetime(2026, 11, 23, tzinfo=UTC),
)


def shelf(folder: Path, limit_bytes: int = 1_000_000) -> FirmwareFolder:
    (folder / "new").write_bytes(CONTENT)
    made = FirmwareFolder(folder / "firmware", limit_bytes)
    made.put(folder / "new", DIGEST)
    return made


@asynccontextmanager
async def served(folder: Path, needed: set[str]) -> AsyncIterator[httpx.AsyncClient]:
    async def is_needed(number: int, token: str) -> FirmwareFile | None:
        return FILE if number == FILE.id and token in needed else None

    app = FirmwareServer(TOKENS, shelf(folder), is_needed)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
        yield client


async def test_a_station_loads_it_whole_or_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    address = TOKENS.address(7, FILE.name)
    token = address.split("/")[2]
    assert address.endswith("/eve_2.1.bin")
    async with served(tmp_path, {token}) as client:
        head = await client.head(address)
        assert (head.status_code, head.headers["content-length"], head.content) == (200, "300000", b"")
        assert head.headers["accept-ranges"] == "bytes"
        assert (await client.get(address)).content == CONTENT
        rest = await client.get(address, headers={"range": "bytes=250000-"})
        assert (rest.status_code, rest.content) == (206, CONTENT[250_000:])
        assert rest.headers["content-range"] == "bytes 250000-299999/300000"
        beyond = await client.get(address, headers={"range": "bytes=300000-"})
        assert beyond.status_code == 416
        assert (await client.put(address, content=b"x")).status_code == 405


async def test_an_address_is_good_only_while_it_is_needed_and_cannot_be_made_up(tmp_path: Path) -> None:
    address, other = TOKENS.address(7, "a.bin"), TOKENS.address(7, "a.bin")
    assert address != other
    foreign = FirmwareTokens(b"o" * 32).address(7, "a.bin")
    altered = address.replace("/7.", "/8.")
    async with served(tmp_path, {address.split("/")[2]}) as client:
        assert (await client.get(other)).status_code == 410
        for wrong in (foreign, altered, "/firmware-file/", "/firmware-file/7..", "/firmware-file/../../etc/passwd"):
            assert (await client.get(wrong)).status_code == 404


def test_the_library_has_a_quota_and_keeps_a_content_once(tmp_path: Path) -> None:
    kept = shelf(tmp_path, limit_bytes=500_000)
    kept.put(tmp_path / "new", DIGEST)
    (tmp_path / "another").write_bytes(CONTENT[:200_001])
    another = sha256(CONTENT[:200_001]).hexdigest()
    with pytest.raises(RequestError, match=r"firmware\.no_room"):
        kept.put(tmp_path / "another", another)
    assert [path.name for path in (tmp_path / "firmware").iterdir()] == [DIGEST]
    kept.drop(DIGEST)
    kept.put(tmp_path / "another", another)
    assert kept.path(another).read_bytes() == CONTENT[:200_001]


@pytest.mark.parametrize(
    ("for_make", "maker", "model", "fits"),
    [
        (("Alfen", "Eve"), "ALFEN", "eve", True),
        (("Alfen", "Eve Single S-line"), "Alfen", "EVE Single S line", True),
        (("Alfen", ""), "alfen", "anything", True),
        (("Alfen", "Eve"), "Alfen", "Twin", False),
        (("Alfen", ""), "ABL", "", False),
    ],
)
def test_which_stations_a_file_is_for(for_make: tuple[str, str], maker: str, model: str, fits: bool) -> None:  # noqa: FBT001
    file = FirmwareFile(
        name="x",
        maker=for_make[0],
        model=for_make[1],
        version="1",
        size_bytes=1,
        sha256=DIGEST,
        added_by="anna",
        added_at_utc=FILE.added_at_utc,
    )
    assert file.fits(maker, model) is fits
