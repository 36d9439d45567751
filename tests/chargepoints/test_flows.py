"""A whole session by its front door, in both versions, with the `ocpp` package's client side."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ocpp.v16 import ChargePoint as Station16
from ocpp.v16 import call as call16
from ocpp.v201 import ChargePoint as Station201
from ocpp.v201 import call as call201
from websockets.asyncio.client import connect

from core.books import SessionFilter
from core.facts import Protocol, SessionState, TagVerdict
from core.periods import Period
from core.quantities import Quantity

SECRET = "correct horse battery"
TAG = "04a2b3c4d5"
BEGUN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)  # noqa: TID251


@asynccontextmanager
async def a_station(house: Any, kind: Any, name: str, version: str) -> AsyncIterator[Any]:
    header = {"Authorization": "Basic " + base64.b64encode(f"{name}:{SECRET}".encode()).decode()}
    async with connect(f"{house.url}/{name}", subprotocols=[version], additional_headers=header) as socket:
        station = kind(name, socket)
        listening = asyncio.create_task(station.start())
        yield station
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


def at(minutes: int) -> str:
    return (BEGUN + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


async def charge_16(house: Any) -> None:
    async with a_station(house, Station16, "lra-01", "ocpp1.6") as station:
        boot = await station.call(
            call16.BootNotification(charge_point_model="One", charge_point_vendor="Example"), suppress=False
        )
        assert boot.status == "Accepted"
        await station.call(
            call16.StatusNotification(connector_id=1, error_code="NoError", status="Preparing"), suppress=False
        )
        tag = await station.call(call16.Authorize(id_tag=TAG), suppress=False)
        assert tag.id_tag_info["status"] == "Accepted"
        start = await station.call(
            call16.StartTransaction(connector_id=1, id_tag=TAG, meter_start=100_000, timestamp=at(0)), suppress=False
        )
        assert start.id_tag_info["status"] == "Accepted"
        for minute in (10, 20, 30):
            values = [
                {"value": str(100.0 + minute / 6), "unit": "kWh", "measurand": "Energy.Active.Import.Register"},
                {"value": "10000", "unit": "W", "measurand": "Power.Active.Import"},
            ]
            await station.call(
                call16.MeterValues(
                    connector_id=1,
                    transaction_id=start.transaction_id,
                    meter_value=[{"timestamp": at(minute), "sampledValue": values}],
                ),
                suppress=False,
            )
        await station.call(
            call16.StopTransaction(
                transaction_id=start.transaction_id,
                meter_stop=105_000,
                timestamp=at(30),
                reason="EVDisconnected",
                id_tag=TAG,
            ),
            suppress=False,
        )


async def charge_201(house: Any, subprotocol: str = "ocpp2.0.1") -> None:
    def energy(wh: float, context: str) -> list[dict[str, Any]]:
        return [{"value": wh / 1000, "context": context, "unit_of_measure": {"unit": "kWh"}}]

    async with a_station(house, Station201, "lra-02", subprotocol) as station:
        boot = await station.call(
            call201.BootNotification(charging_station={"model": "One", "vendor_name": "Example"}, reason="PowerUp"),
            suppress=False,
        )
        assert boot.status == "Accepted"
        tag = {"id_token": TAG, "type": "ISO14443"}
        asked = await station.call(call201.Authorize(id_token=tag), suppress=False)
        assert asked.id_token_info["status"] == "Accepted"

        async def event(kind: str, sequence: int, minute: int, values: list[dict[str, Any]], **more: Any) -> Any:
            return await station.call(
                call201.TransactionEvent(
                    event_type=kind,
                    timestamp=at(minute),
                    trigger_reason="MeterValuePeriodic",
                    seq_no=sequence,
                    transaction_info={"transaction_id": "b7b0", **more.pop("info", {})},
                    meter_value=[{"timestamp": at(minute), "sampled_value": values}],
                    **more,
                ),
                suppress=False,
            )

        begun = await event(
            "Started", 0, 0, energy(100_000, "Transaction.Begin"), evse={"id": 1, "connector_id": 1}, id_token=tag
        )
        assert begun.id_token_info["status"] == "Accepted"
        for place, minute in enumerate((10, 20, 30), 1):
            values = [
                *energy(100_000 + minute * 1000 / 6, "Sample.Periodic"),
                {"value": 10, "measurand": "Power.Active.Import", "unit_of_measure": {"unit": "W", "multiplier": 3}},
            ]
            await event("Updated", place, minute, values)
        await event("Ended", 4, 30, energy(105_000, "Transaction.End"), info={"stopped_reason": "EVDisconnected"})


async def charge_21(house: Any) -> None:
    await charge_201(house, "ocpp2.1")


@pytest.mark.parametrize(
    ("charge", "station", "protocol"),
    [
        (charge_16, "lra-01", Protocol.OCPP_16),
        (charge_201, "lra-02", Protocol.OCPP_201),
        (charge_21, "lra-02", Protocol.OCPP_21),
    ],
)
async def test_a_charge_becomes_one_session_and_readings(
    house: Any, charge: Any, station: str, protocol: Protocol
) -> None:
    await charge(house)
    await house.stored()
    page = await house.stores.ledger.sessions(SessionFilter())
    assert page.total == 1
    session = page.items[0]
    assert (session.station, session.connector, session.protocol) == (station, 1, protocol)
    assert session.state is SessionState.ENDED
    assert (session.begun_at_utc, session.ended_at_utc) == (BEGUN, BEGUN + timedelta(minutes=30))
    assert (session.energy_wh, session.peak_power_w, session.samples) == (5_000.0, 10_000.0, 3)
    assert (session.stop_reason, session.findings) == ("EVDisconnected", ())
    assert session.tag == house.privacy.token(TAG)
    assert session.tag_verdict is TagVerdict.ACCEPTED
    whole = Period(BEGUN, BEGUN + timedelta(hours=2))
    energy = await house.stores.readings.readings(f"station:{station}/1", Quantity.ENERGY_IMPORT_WH, whole)
    assert [round(reading.value) for reading in energy] == [100_000, 101_667, 103_333, 105_000]
    power = await house.stores.readings.readings(f"station:{station}/1", Quantity.POWER_W, whole)
    assert [reading.value for reading in power] == [10_000.0] * 3
