"""A backup is written while everything comes in; the service is killed; elsewhere all of it is there and proven."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from cli.wire import now_utc
from core.books import SessionFilter
from core.periods import Period
from core.ports import Direction
from core.quantities import Quantity
from store.open import Stores, open_embedded
from tests.flows.commands import answer, kreiswatt
from tests.flows.meter_traffic import MeterTraffic
from tests.flows.resending_station import ResendingStation
from tests.flows.rig import KreiswattProcess
from tests.ingest.rig import DEVICE_PASSWORD, DEVICE_USER, Mosquitto

STATION = "lra-01"
BEGAN_UTC = now_utc().replace(microsecond=0) - timedelta(days=2)
TIMED = (Quantity.ENERGY_IMPORT_WH, Period(BEGAN_UTC, BEGAN_UTC + timedelta(days=1)))


@pytest.mark.kill
async def test_what_was_acknowledged_before_a_backup_is_in_it(
    service: KreiswattProcess, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    config, card = service.configuration.folder, tmp_path / "card"
    to = _folder(tmp_path / "backups")
    traffic = MeterTraffic(
        service.configuration.inventory, "127.0.0.1", mosquitto.port, DEVICE_USER, DEVICE_PASSWORD, BEGAN_UTC
    )
    station = _station(service)
    await station.charge_once()
    traffic.start()
    try:
        await asyncio.sleep(2)
        before = dict(traffic.timed)
        await _stored(service, len(before) + traffic.untimed.total() + 1)
        await asyncio.to_thread(answer, "jobs", "run", "intervals", "--period", _slot(), "--again", "--config", config)
        kept = await asyncio.to_thread(_back_up, config, to, card)
        await asyncio.sleep(0.5)
        service.kill()
    finally:
        await asyncio.to_thread(traffic.stop)
    assert len(before) > 200
    assert kept["sessions"] == 1
    assert kept["readings"]["meter"] >= len(before)

    new = tmp_path / "elsewhere"
    ended = await asyncio.to_thread(
        kreiswatt,
        *("restore", kept["file"], "--config", new / "config", "--data", new / "data", "--passphrase-file", card),
        timeout_s=100,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Alles stimmt mit den Angaben der Sicherung überein." in ended.stdout
    assert "Aus Messwerten nachgerechnet" in ended.stdout
    stores = await open_embedded(new / "data", now_utc)
    try:
        await _all_there(stores, before, station)
    finally:
        await stores.close()
    checked = await asyncio.to_thread(kreiswatt, "check", "--head", kept["audit_head"], "--config", new / "config")
    assert checked.returncode == 0, checked.stdout + checked.stderr


async def _all_there(stores: Stores, before: dict[tuple[str, datetime], float], station: ResendingStation) -> None:
    stored = {
        (reading.source, reading.at_utc): reading.value
        for source in {source for source, _ in before}
        for reading in await stores.readings.readings(source, *TIMED)
    }
    lost = [key for key, value in before.items() if abs(stored.get(key, -1.0) - value) > 1e-3]
    assert not lost, f"{len(lost)} of {len(before)} lost, first {sorted(lost)[:3]}"
    (session,) = (await stores.ledger.sessions(SessionFilter())).items
    assert session.station == STATION
    journalled = {
        orjson.loads(frame.payload)[1] async for frame in stores.journal.frames() if frame.direction is Direction.IN
    }
    assert set(station.answered) <= journalled
    actions = [entry.action for entry in (await stores.ledger.audit_entries()).items]
    assert {"backup.write", "backup.prove", "jobs.run"} <= set(actions)


def _back_up(config: Path, to: Path, card: Path) -> Any:
    """Return the account of a backup made by the running service, and keep the passphrase that was shown."""
    ended = kreiswatt("backup", "--to", to, "--config", config, "--new-passphrase", "--json")
    assert ended.returncode == 0, ended.stderr
    shown = [line.strip() for line in ended.stderr.splitlines() if line.strip().count("-") == 6]
    card.write_text(shown[0])
    return orjson.loads(ended.stdout)


def _station(service: KreiswattProcess) -> ResendingStation:
    secret = service.configuration.station_secrets[STATION]
    return ResendingStation(service.ocpp_url, STATION, secret, "ocpp1.6", BEGAN_UTC)


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _slot() -> str:
    """Return the quarter of an hour that ended last."""
    at = now_utc() - timedelta(minutes=15)
    return f"{at:%Y-%m-%dT%H}:{at.minute // 15 * 15:02d}Z"


async def _stored(service: KreiswattProcess, count: int) -> None:
    """Return once the service has stored so many readings."""
    async with httpx.AsyncClient(base_url=service.url) as client, asyncio.timeout(30):
        while True:
            figures = (await client.get("/metrics")).text.splitlines()
            stored = [float(line.split()[-1]) for line in figures if line.startswith("kreiswatt_readings{")]
            if sum(stored) >= count:
                return
            await asyncio.sleep(0.1)
