"""Files between stations and the service as it is joined: logs come in, firmware goes out, all else goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest

from chargepoints.uploads import Receive, Scope, Send
from cli.station_files import (
    firmware_folder,
    firmware_url,
    ftp_receivers,
    ftp_upload_url,
    upload_folder,
    upload_url,
    with_station_files,
)
from config.load import Configuration, load
from operations.gate import Gate
from tests.district import District
from tests.station_files import FIRMWARE, put_firmware

STATION = "lis-01"


@pytest.fixture
def configuration(empty_district: District) -> Configuration:
    folder = empty_district.folder / "config"
    settings = folder / "kreiswatt.yaml"
    more = (
        "console: {public_url: 'https://energie.example/'}\n"
        "charge_points: {logs_max_mb: 1, ftp: {public_host: energie.example}}\n"
    )
    settings.write_text(settings.read_text(encoding="utf-8") + more, encoding="utf-8")
    return load(folder, {})


@asynccontextmanager
async def served(district: District, configuration: Configuration) -> AsyncIterator[httpx.AsyncClient]:
    async def other(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    app = with_station_files(other, configuration, district.stores.ledger, district.clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        yield client


def gate_of(district: District, configuration: Configuration) -> Gate:
    house = replace(
        district.gate.house,
        station_logs=upload_folder(configuration.settings),
        firmware=firmware_folder(configuration.settings),
        firmware_url=firmware_url(configuration),
    )
    return Gate(house)


async def test_a_log_comes_under_the_address_that_was_made_and_is_listed(
    empty_district: District, configuration: Configuration
) -> None:
    address, gate = upload_url(configuration, empty_district.clock), gate_of(empty_district, configuration)
    assert address is not None
    async with served(empty_district, configuration) as client:
        assert (await client.put(f"{address(STATION)}diagnostics.zip", content=b"log")).status_code == 201
        assert (await client.put(f"{address(STATION)}large.zip", content=b"x" * 1_000_001)).status_code == 413
        assert (await client.get("https://energie.example/stations")).status_code == 204
    logs = await gate.ask("stations.logs", {}, empty_district.admin, empty_district.clock())
    assert [(each.station, each.name) for each in logs.items] == [(STATION, "diagnostics.zip")]
    (event,) = (await empty_district.ask("stations.events", id=STATION)).items
    assert event.code == "logs.no_room"


async def test_firmware_is_loaded_by_the_address_of_its_rollout_until_that_is_over(
    empty_district: District, configuration: Configuration
) -> None:
    district, gate = empty_district, gate_of(empty_district, configuration)
    file = (await put_firmware(gate, district.clock())).row
    started = await gate.ask("rollouts.start", {"id": STATION, "file": file.id}, district.admin, district.clock())
    assert started.file_url.startswith("https://energie.example/firmware-file/")
    async with served(district, configuration) as client:
        assert (await client.get(started.file_url)).content == FIRMWARE
        await gate.ask("rollouts.cancel", {"id": started.row.id}, district.admin, district.clock())
        assert (await client.get(started.file_url)).status_code == 410


def test_ftp_is_there_where_it_is_turned_on(empty_district: District, configuration: Configuration) -> None:
    ledger, clock = empty_district.stores.ledger, empty_district.clock
    address = ftp_upload_url(configuration, clock)
    assert address is not None
    assert address(STATION).endswith("@energie.example:2121/")
    assert [each.name for each in ftp_receivers(configuration, ledger, clock)] == ["ftp"]
    off = replace(configuration.settings.charge_points, ftp=None)
    without = replace(configuration, settings=replace(configuration.settings, charge_points=off))
    assert ftp_upload_url(without, clock) is None
    assert ftp_receivers(without, ledger, clock) == []
