"""What comes in over MQTT and OCPP comes out alike by REST, by commands, on pages, and after the service ended."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from cli.wire import now_utc
from tests.flows.commands import answer
from tests.flows.console_visit import signed_in
from tests.flows.resending_station import ResendingStation
from tests.flows.rig import KreiswattProcess
from tests.ingest.rig import Device, Mosquitto

METER, TOPIC = "lra-strom", "tele/lra-strom/SENSOR"
VEHICLE, CAR = "aut-e-104", "teslamate/cars/1"
PROTOCOLS = {"lra-01": "ocpp1.6", "lra-03": "ocpp2.0.1"}
CHARGED_WH = 244.0
"""Four times twenty seconds at 11 kW, as `ResendingStation` counts."""
NO_BREAK = "\N{NO-BREAK SPACE}"


@pytest.mark.mosquitto
async def test_all_ways_out_show_the_same_figures(service: KreiswattProcess, mosquitto: Mosquitto) -> None:
    began_utc = now_utc().replace(microsecond=0) - timedelta(minutes=10)
    with Device(mosquitto.port) as device:
        for minute in range(3):
            body = {"Time": (began_utc + timedelta(minutes=minute)).isoformat()}
            device.send(TOPIC, json.dumps({**body, "SML": {"Total_in": 1000.5 + minute, "Power_curr": 700 + minute}}))
        device.send(f"{CAR}/battery_level", "63")
        device.send(f"{CAR}/odometer", "20123.4")
    stations = [_station(service, name, began_utc) for name in PROTOCOLS]
    await asyncio.gather(*(station.charge_once() for station in stations))
    await service.caught_up()

    config = service.configuration.folder
    with service.api() as api, signed_in(service) as browser:
        rest = _settled(api)
        meter, car = api.get(f"meters/{METER}").json(), api.get(f"vehicles/{VEHICLE}").json()
        pages = {path: browser.get(path).text for path in ("/sessions", f"/meters/{METER}", f"/vehicles/{VEHICLE}")}
        remote = answer("sessions", "list", "--config", config)
        remote_meter = answer("meters", "show", METER, "--config", config)
    _is_what_happened(rest, stations)
    assert _values(meter["meter"]["values"]) == {
        "energy_import_wh": (1_002_500.0, began_utc + timedelta(minutes=2)),
        "power_w": (702.0, began_utc + timedelta(minutes=2)),
    }
    assert {row["quantity"]: row["value"] for row in car["values"]} == {"soc_percent": 63.0, "odometer_m": 20_123_400.0}
    assert remote == rest
    assert _values(remote_meter["meter"]["values"]) == _values(meter["meter"]["values"])
    assert pages["/sessions"].count(f"0,24{NO_BREAK}kWh") == 2
    assert f"1.002,5{NO_BREAK}kWh" in pages[f"/meters/{METER}"]
    assert f"63{NO_BREAK}%" in pages[f"/vehicles/{VEHICLE}"]

    assert service.stop() == 0
    assert answer("sessions", "list", "--config", config) == rest
    session = rest["items"][0]
    assert answer("sessions", "show", session["id"], "--config", config)["session"] == session
    local_meter, local_car = (
        answer(subject, "show", id_, "--config", config) for subject, id_ in (("meters", METER), ("vehicles", VEHICLE))
    )
    assert _values(local_meter["meter"]["values"]) == _values(meter["meter"]["values"])
    assert local_meter["course"] == meter["course"]
    assert _values(local_car["values"]) == _values(car["values"])


def _station(service: KreiswattProcess, name: str, began_utc: datetime) -> ResendingStation:
    secret = service.configuration.station_secrets[name]
    return ResendingStation(service.ocpp_url, name, secret, PROTOCOLS[name], began_utc)


def _settled(api: httpx.Client) -> Any:
    """Return the list of sessions once all have ended."""
    deadline = time.monotonic() + 10
    while True:
        page = api.get("sessions").json()
        if page["total"] == len(PROTOCOLS) and all(row["state"] == "ended" for row in page["items"]):
            return page
        assert time.monotonic() < deadline, page
        time.sleep(0.05)


def _is_what_happened(page: Any, stations: list[ResendingStation]) -> None:
    known = {
        (row["station"], row["protocol"], _instant(row["begun_at_utc"]), row["energy_wh"]) for row in page["items"]
    }
    wanted = {
        (station.name, station.protocol.removeprefix("ocpp"), was.begun_at_utc.astimezone(UTC), CHARGED_WH)
        for station in stations
        for was in station.transactions
    }
    assert known == wanted
    assert {name for name, *_ in known} == set(PROTOCOLS)
    assert all(row["findings"] == [] for row in page["items"])
    assert all(row["duration_s"] == 80.0 for row in page["items"])


def _values(rows: Any) -> dict[str, tuple[float, datetime]]:
    return {row["quantity"]: (row["value"], _instant(row["at_utc"])) for row in rows}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
