"""Devices added to a running service: a meter's next message is a reading, a station signs in with its new password."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from cli.wire import now_utc
from tests.flows.commands import answer
from tests.flows.resending_station import ResendingStation
from tests.flows.rig import KreiswattProcess
from tests.ingest.rig import Device, Mosquitto

TOPIC = "tele/lra-tiefgarage/SENSOR"
METER = [
    "name=Tiefgarage",
    "site=lra",
    "medium=electricity",
    "role=submeter",
    "parent=lra-strom",
    "valid_from=2026-01-01",
    "feed.broker=main",
    "feed.format=tasmota_sml",
    f"feed.topic={TOPIC}",
]
STATION = [
    "name=Tiefgarage",
    "site=lra",
    "maker=Beispiel",
    "model=Wallbox",
    "valid_from=2026-01-01",
    "connectors[1].number=1",
    "connectors[1].max_power_w=11000",
    "connectors[1].plug=Typ 2",
]


@pytest.mark.mosquitto
async def test_what_is_added_to_a_running_service_is_heard_at_once(
    service: KreiswattProcess, mosquitto: Mosquitto
) -> None:
    with service.api() as api, Device(mosquitto.port) as device:
        device.send(TOPIC, _message(1.0))
        _until(lambda: api.get("discoveries", params={"query": "tiefgarage"}).json()["total"] == 1)

        made = api.post("inventory/add", json={"id": "meters/lra-tiefgarage", "values": METER})
        assert made.status_code == 200, made.text
        assert api.get("meters/lra-tiefgarage").json()["meter"]["values"] == []
        device.send(TOPIC, _message(2.0))
        _until(lambda: _imported_wh(api) == 2000.0)

        # By a command to the service: the meter now listens to another topic, and no more to the first.
        moved = f"feed.topic={TOPIC.replace('garage', 'keller')}"
        config = service.configuration.folder
        answer("inventory", "change", "meters/lra-tiefgarage", "--values", moved, "--config", config)
        device.send(TOPIC, _message(3.0))
        device.send(TOPIC.replace("garage", "keller"), _message(4.0))
        _until(lambda: _imported_wh(api) == 4000.0)

        undone = api.post("inventory/undo", json={"id": 2}).json()
        assert undone["change"]["undoes"] == 2
        device.send(TOPIC, _message(5.0))
        _until(lambda: _imported_wh(api) == 5000.0)

        secret = api.post("inventory/add", json={"id": "stations/lra-99", "values": STATION}).json()["secret"]
        began_utc = now_utc().replace(microsecond=0) - timedelta(minutes=10)
        station = ResendingStation(service.ocpp_url, "lra-99", secret, "ocpp1.6", began_utc)
        await station.charge_once()
        _until(lambda: api.get("sessions", params={"station": "lra-99", "state": "ended"}).json()["total"] == 1)
        assert secret not in service.log.read_text()
        assert secret not in api.get("audit").text


def _message(total_kwh: float) -> str:
    return json.dumps({"Time": now_utc().isoformat(timespec="milliseconds"), "SML": {"Total_in": total_kwh}})


def _imported_wh(api: httpx.Client) -> Any:
    values = api.get("meters/lra-tiefgarage").json()["meter"]["values"]
    return next((row["value"] for row in values if row["quantity"] == "energy_import_wh"), None)


def _until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)
