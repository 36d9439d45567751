"""The whole service with its ledger on PostgreSQL: the same ways in and out, a server that comes back, an audit."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.wire import now_utc
from config.create import create
from config.load import load
from config.ports import free_ports
from tests.flows.commands import answer, kreiswatt
from tests.flows.resending_station import ResendingStation
from tests.flows.rig import KreiswattProcess
from tests.postgres_server import Cluster

STATION = "lra-01"
SETTINGS = """
data_dir: {data}
console: {{port: {console}}}
charge_points: {{port: {stations}}}
embedded_broker: {{port: {mqtt}, port_311: {old_mqtt}}}
stores: {{ledger_url: "file:secrets/ledger.url"}}
"""


@pytest.fixture
async def on_postgresql(tmp_path: Path, postgresql: Cluster) -> AsyncIterator[KreiswattProcess]:
    config, url = tmp_path / "config", postgresql.create()
    create(config, example=True, data_dir=tmp_path / "data")
    secret = config / "secrets" / "ledger.url"
    secret.write_text(url)
    secret.chmod(0o600)
    names = ("console", "stations", "mqtt", "old_mqtt")
    ports = dict(zip(names, free_ports(4), strict=True))
    (config / "kreiswatt.yaml").write_text(SETTINGS.format(data=tmp_path / "data", **ports))
    service = KreiswattProcess(load(config, {}))
    await service.start()
    yield service
    if service.running:
        service.kill()
    postgresql.drop(url)


async def test_sessions_people_and_audit_live_in_the_database(
    on_postgresql: KreiswattProcess, postgresql: Cluster
) -> None:
    service, config = on_postgresql, on_postgresql.configuration.folder
    secret = service.configuration.station_secrets[STATION]
    began_utc = now_utc().replace(microsecond=0) - timedelta(minutes=10)
    await ResendingStation(service.ocpp_url, STATION, secret, "ocpp1.6", began_utc).charge_once()
    with service.api() as api:
        assert api.post("users/add", json={"name": "walter", "role": "viewer"}).status_code == 200
    assert _first_session(service)["station"] == STATION
    noted = answer("check", "--audit", "--config", config)["audit"]
    assert noted["whole"]

    postgresql.stop()
    with service.api() as api:
        assert api.get("users/walter").status_code == 503
        postgresql.start()
        assert api.get("users/walter").json()["role"] == "viewer"
    assert service.stop() == 0

    assert not (service.configuration.settings.data_dir / "ledger.sqlite").exists()
    database = service.configuration.settings.stores.ledger_url.rpartition("/")[2]
    checked = kreiswatt("check", "--head", noted["head"], "--config", config)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    postgresql.execute("update audit_entry set actor = 'eve' where number = 1", database)
    broken = kreiswatt("check", "--audit", "--config", config)
    assert broken.returncode == 1
    assert "Eintrag 1 des Änderungsprotokolls wurde verändert" in broken.stdout
    assert postgresql.url("") not in service.log.read_text()


def _first_session(service: KreiswattProcess) -> Any:
    """Return the newest session once there is one."""
    deadline = time.monotonic() + 10
    with service.api() as api:
        while not (page := api.get("sessions").json())["total"]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    return page["items"][0]
